"""What SDV does with the tables of :mod:`benchmarks.asked_tables`; run it where SDV is installed. Prints JSON."""

from __future__ import annotations

import json
import signal
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

import pandas as pd
import sdv
import torch
from sdv.cag import Inequality
from sdv.metadata import Metadata
from sdv.sampling import Condition
from sdv.single_table import CTGANSynthesizer, GaussianCopulaSynthesizer

from benchmarks.asked_tables import RARE, RARE_WANTED, SHIPPED_ON, invoices, kept, patients, payments

EPOCHS = 5
DRAWN = 2_000
PATIENCE = 180
"""CPU seconds after which a request is given up."""


def fitted(kind: Any, frame: pd.DataFrame, rules: list[Any] | None = None, **options: Any) -> Any:
    metadata = Metadata.detect_from_dataframes({"table": frame})
    for name in frame.select_dtypes("number"):
        metadata.update_column(table_name="table", column_name=str(name), sdtype="numerical")
    model = kind(metadata, **options)
    if rules:
        model.add_constraints(rules)
    model.fit({"table": frame})
    return model


def rows_of(made: Any) -> pd.DataFrame:
    return made["table"] if isinstance(made, dict) else made


def outcome(action: Callable[[], Any]) -> Any:
    def given_up(*_: Any) -> None:
        raise TimeoutError(f"given up after {PATIENCE} CPU seconds")

    signal.signal(signal.SIGPROF, given_up)
    signal.setitimer(signal.ITIMER_PROF, PATIENCE)
    try:
        return action()
    except Exception as error:
        return {"stopped": f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"}
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def rare(model: Any) -> dict[str, Any]:
    start = time.process_time()
    condition = Condition(num_rows=RARE_WANTED, column_values=RARE, table_name="table")
    made = outcome(lambda: rows_of(model.sample_from_conditions([condition])))
    seconds = round(time.process_time() - start, 1)
    if isinstance(made, dict):
        return {"cpu_seconds": seconds, **made}
    print(f"rare: {len(made)} rows in {seconds} s", file=sys.stderr, flush=True)
    return {"cpu_seconds": seconds, "rows": len(made), "mean_lactate": round(float(made["lactate"].mean()), 2)}


def ranges(model: Any) -> Any:
    def draw(value: Any) -> Any:
        made = rows_of(
            model.sample_from_conditions([Condition(num_rows=50, column_values={"age": value}, table_name="table")])
        )
        return {"rows": len(made), "met": round(float((pd.to_numeric(made["age"], errors="coerce") >= 70).mean()), 2)}

    return {str(value): outcome(lambda value=value: draw(value)) for value in (">= 70", (70, 90))}


def gaps() -> Any:
    made = rows_of(fitted(GaussianCopulaSynthesizer, payments()).sample(DRAWN))
    return {str(paid): round(float(part["digits"].isna().mean()), 2) for paid, part in made.groupby("paid")}


def constrained() -> dict[str, Any]:
    frame = invoices()
    plain = rows_of(fitted(GaussianCopulaSynthesizer, frame).sample(DRAWN))
    rule = Inequality(low_column_name="ordered", high_column_name="shipped")
    model = outcome(lambda: fitted(GaussianCopulaSynthesizer, frame, [rule]))
    out: dict[str, Any] = {"free": {name: round(share, 3) for name, share in kept(plain).items()}}
    if isinstance(model, dict):
        return {**out, "with_inequality": model}
    out["with_inequality"] = {name: round(share, 3) for name, share in kept(rows_of(model.sample(DRAWN))).items()}

    def draw(values: dict[str, Any]) -> Any:
        start = time.process_time()
        made = rows_of(
            model.sample_from_conditions([Condition(num_rows=100, column_values=values, table_name="table")])
        )
        met = [(made[name] == value).mean() for name, value in values.items()]
        return {
            "rows": len(made), "met": round(float(min(met)), 2), "rule": round(kept(made)["ordered <= shipped"], 2),
            "cpu_seconds": round(time.process_time() - start, 1),
        }  # fmt: skip

    shipped = pd.Timestamp(SHIPPED_ON)
    out["shipped on a day"] = outcome(lambda: draw({"shipped": shipped}))
    out["shipped on a day, express"] = outcome(lambda: draw({"shipped": shipped, "express": "yes"}))
    print(f"rules: {out}", file=sys.stderr, flush=True)
    return out


def main() -> int:
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    table = patients()
    copula = fitted(GaussianCopulaSynthesizer, table)
    ctgan = fitted(CTGANSynthesizer, table, epochs=EPOCHS, enable_gpu=False)
    real = table[(table["ill"] == "yes") & (table["ward"] == "intensive")]
    found = {
        "sdv": sdv.__version__,
        "rare": {
            "wanted": RARE_WANTED, "real_rows": len(real), "real_mean_lactate": round(float(real["lactate"].mean()), 2),
            "copula": rare(copula), "ctgan": rare(ctgan),
        },
        "ranges": ranges(copula),
        "gaps": gaps(),
        "rules": constrained(),
    }  # fmt: skip
    print(json.dumps(found, default=str))
    return 0


if __name__ == "__main__":
    sys.exit(main())
