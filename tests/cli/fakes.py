"""What commands are given in place of long work, and what they leave on disk."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pandas as pd

from synthgen.errors import GateFailed
from synthgen.profiling.profile import BiasAudit, ColumnProfile, Group, Profile
from synthgen.table.column import Column, Kind
from synthgen.table.schema import Schema
from synthgen.validation.metric import Direction, Family, Measurement, Status
from synthgen.validation.report import ValidationReport
from synthgen.validation.verdict import Finding, Outcome, Purpose, Verdict


def a_verdict(outcome="PASS", purpose="augment"):
    findings = (
        Finding("ks", Outcome(outcome), "[amount] lies 0.31 from real rows, not 0.05.", True, "Try tree."),
        Finding("detection", Outcome.INCONCLUSIVE, "Only 12 holdout rows.", False),
    )
    return Verdict(Outcome(outcome), Purpose(purpose), findings, ("linkability",), ("linkability: no leakage found",))


def a_report(outcome="PASS", purpose="augment"):
    figures = (
        Measurement(
            "detection_auc", "Detection AUC", Family.FIDELITY, Direction.NEAR_BASELINE, Status.COMPUTED,
            value=0.532, interval=(0.48, 0.58), baseline=0.501, n=100,
        ),
        Measurement(
            "pair_trends", "Pair trends", Family.FIDELITY, Direction.HIGHER, Status.FAILED,
            reason="it stopped with ValueError",
        ),
        Measurement(
            "ks_complement", "KS complement", Family.FIDELITY, Direction.HIGHER, Status.COMPUTED,
            subject="amount", value=0.9,
        ),
    )  # fmt: skip
    flagged = pd.DataFrame({"row": [1, 5], "reason": "NEAR_COPY", "value": 0.0, "threshold": 0.1})
    return ValidationReport(a_verdict(outcome, purpose), figures, flagged, counts={"train": 320})


def a_profile():
    groups = (Group("sex", "F", 1000, 0.5, (0.48, 0.52), 0.1, (0.08, 0.12)),)
    bias = BiasAudit(("sex",), True, "1", groups, ("[sex] F has 0.10, M 0.30.",))
    columns = (ColumnProfile("amount", "continuous", "feature", 2000, 0.0, 900),)
    schema = Schema((Column("amount", Kind.CONTINUOUS, bounds=(0.0, 1.0)),))
    return Profile(schema, 2000, columns, (("0", 1900), ("1", 100)), bias, ("amount has spikes.",))


class FakeResult:
    """Stands for a result, so that every outcome can be had at once."""

    def __init__(self, outcome="PASS", purpose="augment", gate="default"):
        self.validation = a_report(outcome, purpose)
        self.verdict = self.validation.verdict
        counts = {"real": 2000, "requested": 1800, "drawn": 2340, "refused": 3, "accepted": 1798}
        counts["delivered"] = 3798
        reasons = {"NEAR_COPY": 2, "EXACT_COPY": 1}
        self.provenance = SimpleNamespace(
            counts=counts,
            refused_by_reason=reasons,
            warnings=(),
            awaits_review=False,
            to_dict=lambda: {"counts": counts},
        )
        blocking = ("FAIL", "INCONCLUSIVE") if purpose == "release" else ("FAIL",)
        self.withheld = gate is not None and outcome in blocking

    @property
    def data(self):
        assert self.withheld, "the command line writes what the API wrote, it doesn't ask for the rows"
        raise GateFailed(f"{self.verdict}\nTry another generator.")

    def write_reports(self, folder, *, audience="internal", key=None):
        self.key = key
        Path(folder).mkdir(exist_ok=True)
        files = [Path(folder) / name for name in ("bias.html", "fidelity.html", "run.json")]
        for file in files:
            file.write_text(audience)
        return files


def left(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
