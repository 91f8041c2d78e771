from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import pandas as pd
import pytest

from synthgen.planning.fairness import FairnessPlan
from synthgen.planning.fairness.effect import Effect, Figure
from synthgen.planning.uplift.result import Uplift
from synthgen.profiling.profile import BiasAudit, ColumnProfile, Group, Profile
from synthgen.table.column import Column, Kind, Role
from synthgen.table.schema import Schema
from synthgen.validation import reliability
from synthgen.validation.metric import Direction, Family, Measurement, Status
from synthgen.validation.report import (
    AssociationView,
    ColumnComparison,
    PairView,
    PrecisionCurve,
    ValidationReport,
)
from synthgen.validation.verdict import Finding, Outcome, Purpose, Verdict

HOSTILE = (
    "<script>alert(1)</script>",
    "\"quotes\" 'and' & co",
    '"><img src=http://evil.example/x onerror=alert(1)>',
    "العمر",
    "\u202eevil\u202c",
    "income 💰",
    "x" * 10_000,
    "lone \ud800 surrogate",
    "{{ 7 * 7 }}",
)


def schema_of(kind: str) -> dict[str, Any]:
    """The JSON schema that the package ships for one of its files."""
    return json.loads((files("synthgen.reporting") / "schemas" / f"{kind}.schema.json").read_text("utf-8"))


def with_models(name: str) -> dict[str, Any]:
    """What pages are handed about models: an estimate of uplift, and a reliability."""
    table = pd.DataFrame({
        "learner": ["forest", name], "arm": ["none", "tree"], "average_precision": [0.512345, 0.61],
        "difference": [float("nan"), 0.11], "low": [float("nan"), 0.02], "high": [float("nan"), 0.2],
        "log_loss": [0.3, 0.29], "raw_log_loss": [0.4, 0.6], "brier": [0.1, 0.09], "raw_brier": [0.1, float("nan")],
        "f1": [0.987654, 0.5],
    })  # fmt: skip
    dropped = pd.DataFrame({"learner": ["linear"], "arm": ["smote"], "after_splits": [2], "reason": ["clearly worse"]})
    counts = {"splits": 10, "rows": 1000, "positives": 97, "margin": 0.777}
    uplift = Uplift("add rows", True, {}, None, table, table, table, dropped, ("few rows",), counts)
    shown = reliability([False] * 10 + [True] * 10, [0.1] * 10 + [1.0] * 10, name=name)
    return {"uplift": uplift, "calibration": [shown]}


def plans_on(column: str) -> tuple[FairnessPlan, ...]:
    """Two plans that were tried and one that wasn't."""
    effect = Effect(
        500, 500, Figure(0.4, 0.3, 0.5), Figure(0.41, 0.31, 0.51), Figure(0.95, 0.9, 1.0), Figure(0.9, 0.88, 0.92),
        Figure(0.89, 0.87, 0.91), Figure(0.88, 0.86, 0.9), 0.45, 0.777123,
    )  # fmt: skip
    return (
        FairnessPlan("equal_rates", (column,), effect=effect),
        FairnessPlan("proxies", (column,), columns=(column,), effect=effect),
        FairnessPlan("weights", (column,)),
    )


def numbers(name: str, bars: int = 24) -> ColumnComparison:
    edges = tuple(float(i) for i in range(bars + 1))
    labels = tuple(f"{i} to {i + 1}" for i in range(bars))
    real = tuple(2 * (i + 1) / (bars * (bars + 1)) for i in range(bars))
    return ColumnComparison(name, "continuous", labels, real, real[::-1], edges, (0.1, 0.0), 0.3, 0.02)


def labels(name: str) -> ColumnComparison:
    return ColumnComparison(
        name, "categorical", HOSTILE[:4], (0.4, 0.3, 0.2, 0.1), (0.4, 0.4, 0.2, 0.0), None,
        (0.0, 0.0), 0.1, 0.01,
    )  # fmt: skip


def joint(one: str, other: str) -> PairView:
    return PairView(
        one, other, HOSTILE[:2], HOSTILE[2:4], ((0.5, 0.02), (0.46, 0.02)), ((0.6, 0.01), (0.38, 0.01)),
        ((False, True), (False, True)),
    )  # fmt: skip


def measurement(title: str, **changes: object) -> Measurement:
    values: dict[str, object] = {
        "name": title.lower().replace(" ", "_"), "title": title, "family": Family.FIDELITY,
        "direction": Direction.HIGHER, "status": Status.COMPUTED, "value": 0.9312,
        "interval": (0.92, 0.94), "baseline": 0.981, "n": 400, "explanation": "In plain words",
        "reference": "https://doi.org/10.1000/1",
    }  # fmt: skip
    return Measurement(**{**values, **changes})  # type: ignore[arg-type]


def report_over(
    names: tuple[str, ...], outcome: Outcome = Outcome.PASS, purpose: Purpose = Purpose.AUGMENT
) -> ValidationReport:
    columns = tuple((numbers if i % 3 else labels)(name) for i, name in enumerate(names))
    few = names[:30]
    matrix = tuple(tuple(1.0 if i == j else 0.25 for j in range(len(few))) for i in range(len(few)))
    stronger = tuple(tuple(1.0 if i == j else 0.5 for j in range(len(few))) for i in range(len(few)))
    results = (
        measurement("Shape agreement"),
        measurement("Exact copies", family=Family.PRIVACY, direction=Direction.LOWER, value=0.0),
        measurement("Linkability", family=Family.PRIVACY, status=Status.FAILED, value=None,
                    interval=None, baseline=None, reason="it stopped with ValueError"),
        measurement("Missingness agreement", status=Status.NOT_APPLICABLE, value=None, interval=None,
                    baseline=None, reason="no column has missing values"),
        measurement("Reasonless", status=Status.FAILED, value=None, interval=None, baseline=None),
        *(measurement("Column shape", subject=name) for name in names),
        measurement("Class signal", family=Family.UTILITY, subject="sick"),
        measurement("Singling out", name="singling_out", family=Family.PRIVACY, direction=Direction.LOWER, value=0.031,
                    success=0.071, control=0.04, naive=0.02, smallest=0.055, p_value=0.4),
        measurement("Singling out", name="singling_out", family=Family.PRIVACY, direction=Direction.LOWER, value=0.02,
                    subject=f"{names[0]} = rare", success=0.3, control=0.28, p_value=0.9),
        measurement("Smallest leak", name="smallest_leak", family=Family.PRIVACY, value=0.013, interval=None),
        measurement("Rules", name="rules_kept", value=0.5),
        measurement("Rules", name="rules_kept", value=0.5, baseline=1.0, subject=f"{names[0]} ≤ end"),
        measurement("Rules", name="rules_kept", value=1.0, baseline=1.0, subject="start ≤ end"),
        measurement("Missing", name="missing_rates", value=0.1, subject=names[0]),
    )  # fmt: skip
    findings = (
        Finding("column_shape", outcome, f"Column {names[0]!r} was looked at", True, "More rows."),
        Finding("singling_out", Outcome.PASS, f"Nobody of {names[0]!r} was singled out", True, about="singling out"),
    )
    flags = pd.DataFrame({
        "row": [1, 2, 3], "reason": ["NEAR_COPY", "NEAR_COPY", "SOME_NEW_REASON"], "columns": "",
        "value": [0.1, 0.2, 123.456], "threshold": [0.3] * 3,
    })  # fmt: skip
    return ValidationReport(
        Verdict(outcome, purpose, findings, ("attacks with outside knowledge",)), results, flags,
        columns, AssociationView(few, matrix, stronger),
        {"train": 800, "holdout": 200, "synthetic": 400}, (joint(names[0], names[-1]),),
        (PrecisionCurve(HOSTILE[0], 40, 0.2, (0.5, 1.0), (0.9, 0.4), (0.8, 0.37)),),
    )  # fmt: skip


def profile_over(names: tuple[str, ...], sensitive: bool = True) -> Profile:
    columns = [
        ColumnProfile(name, "continuous", "feature", 990, 0.01, 700, "normal", (("loc", 1.0),),
                      ((0.05, 0.123456), (0.25, 1.0), (0.5, 2.0), (0.75, 3.0), (0.95, 4.0)))
        for name in names
    ]  # fmt: skip
    columns.append(ColumnProfile("sick", "categorical", "target", 1000, 0.0, 3, "categories",
                                 levels=(("no", 0.9), ("yes", 0.09))))  # fmt: skip
    schema = Schema((
        *(Column(name, Kind.CONTINUOUS) for name in names),
        Column("sick", Kind.CATEGORICAL, Role.TARGET),
    ))  # fmt: skip
    groups = (
        Group("sex", "women", 600, 0.6, (0.57, 0.63), 0.1, (0.08, 0.13)),
        Group("sex", "men", 395, 0.395, (0.36, 0.43), 0.05, (0.03, 0.08)),
        Group("sex", "a very rare answer", 5, 0.005, (0.002, 0.01)),
    )
    bias = BiasAudit(("sex",), False, "yes", groups, ("women have the outcome twice as often",))
    return Profile(
        schema, 1000, tuple(columns), (("no", 900), ("yes", 97), ("unheard of", 3)),
        bias if sensitive else BiasAudit(), ("one column is noisy",),
    )  # fmt: skip


@pytest.fixture
def hostile_report() -> ValidationReport:
    return report_over(HOSTILE)


@pytest.fixture
def hostile_profile() -> Profile:
    return profile_over(HOSTILE)
