"""Run by another Python, the one that has anonymeter: attack rates of tables in a folder, as JSON."""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path


def rates(results):
    """Share of successful attacks on the train and on the control rows."""
    return {"train": results.attack_rate.value, "control": results.control_rate.value}


def main(folder: Path) -> None:
    """Attack ``train.csv`` and ``holdout.csv`` through ``made.csv`` as ``attacks.json`` says."""
    import numpy as np
    import pandas as pd
    from anonymeter.evaluators import InferenceEvaluator, LinkabilityEvaluator, SinglingOutEvaluator

    warnings.simplefilter("ignore")
    train, holdout, made = (pd.read_csv(folder / f"{name}.csv") for name in ("train", "holdout", "made"))
    out = {}
    for name, attack in json.loads((folder / "attacks.json").read_text()).items():
        np.random.seed(0)
        kind, options = attack.pop("kind"), {"ori": train, "syn": made, "control": holdout}
        if kind == "linkability":
            done = LinkabilityEvaluator(**options, aux_cols=(attack["first"], attack["other"]), n_attacks=attack["n"])
            done.evaluate(n_jobs=1)
        elif kind == "inference":
            done = InferenceEvaluator(
                **options, aux_cols=attack["known"], secret=attack["secret"], regression=attack["regression"],
                n_attacks=attack["n"],
            )  # fmt: skip
            done.evaluate(n_jobs=1)
        else:
            done = SinglingOutEvaluator(**options, n_attacks=attack["n"])
            done.evaluate(mode=attack["mode"])
        out[name] = rates(done.results())
    (folder / "rates.json").write_text(json.dumps(out))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
