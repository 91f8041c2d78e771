"""Make one peer's report, and print what it took as a line of JSON; runs in the peer's own environment.

``python benchmarks/peers/make_report.py TOOL FOLDER OUT``, where FOLDER has ``train``, ``holdout`` and
``synthetic.parquet``. It imports nothing of this project.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import resource
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd

PACKAGES = {
    "skrub": "skrub", "ydata-profiling": "ydata-profiling", "sweetviz": "sweetviz", "evidently": "evidently",
    "mostlyai-qa": "mostlyai-qa",
}  # fmt: skip


def skrub(train: pd.DataFrame, holdout: pd.DataFrame, made: pd.DataFrame, out: Path) -> Callable[[], object]:
    from skrub import TableReport

    return lambda: TableReport(made, title="synthetic", verbose=0).write_html(out)


def ydata(train: pd.DataFrame, holdout: pd.DataFrame, made: pd.DataFrame, out: Path) -> Callable[[], object]:
    from ydata_profiling import ProfileReport

    return lambda: ProfileReport(made, title="synthetic", progress_bar=False).to_file(out, silent=True)


def sweetviz(train: pd.DataFrame, holdout: pd.DataFrame, made: pd.DataFrame, out: Path) -> Callable[[], object]:
    import sweetviz as sv

    def run() -> None:
        pairs = "on" if train.shape[1] <= 20 else "off"
        sv.compare([train, "real"], [made, "synthetic"], pairwise_analysis=pairs).show_html(
            str(out), open_browser=False
        )

    return run


def evidently(train: pd.DataFrame, holdout: pd.DataFrame, made: pd.DataFrame, out: Path) -> Callable[[], object]:
    from evidently import Report
    from evidently.presets import DataDriftPreset, DataSummaryPreset

    def run() -> None:
        Report([DataSummaryPreset(), DataDriftPreset()]).run(made, train).save_html(str(out))

    return run


def mostlyai_qa(train: pd.DataFrame, holdout: pd.DataFrame, made: pd.DataFrame, out: Path) -> Callable[[], object]:
    from mostlyai import qa

    return lambda: qa.report(syn_tgt_data=made, trn_tgt_data=train, hol_tgt_data=holdout, report_path=out)


TOOLS = {
    "skrub": skrub, "ydata-profiling": ydata, "sweetviz": sweetviz, "evidently": evidently, "mostlyai-qa": mostlyai_qa,
}  # fmt: skip


def cpu_seconds() -> float:
    sides = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(side.ru_utime + side.ru_stime for side in sides)


def main() -> None:
    tool, folder, out = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]).resolve()
    tables = [pd.read_parquet(folder / f"{name}.parquet") for name in ("train", "holdout", "synthetic")]
    os.chdir(folder)
    # What is imported first isn't counted.
    run = TOOLS[tool](*tables, out)
    start = cpu_seconds()
    run()
    took = round(cpu_seconds() - start, 2)
    print("\n" + json.dumps({"cpu_seconds": took, "version": importlib.metadata.version(PACKAGES[tool])}))


if __name__ == "__main__":
    main()
