"""Figures as a gate gets them: good ones, and those with one thing changed."""

from __future__ import annotations

from dataclasses import replace

from synthgen.guarantee import RowSource
from synthgen.validation import Direction, Family, Gate, Measurement, Outcome, Status

PASS, FAIL, INCONCLUSIVE = Outcome.PASS, Outcome.FAIL, Outcome.INCONCLUSIVE
BOTH_BLOCK = (
    "column_shapes", "class_shapes", "dependence_kept", "missing_rates", "declared_rules", "class_signal",
    "exact_copies", "near_copies", "holdout_overlap", "holdout_seen",
)  # fmt: skip
LEAKS = ("dcr_share", "closest_rows", "value_reuse", "subset_copies", "interpolation")
RELEASE_BLOCKS = ("detection_auc", "exchangeability", "smallest_leak", *LEAKS)


def figure(name, value, interval=None, baseline=None, baseline_interval=None, p_value=None, **more):
    return Measurement(
        name, name, Family.FIDELITY, Direction.HIGHER, more.pop("status", Status.COMPUTED), more.pop("subject", None),
        value, interval, baseline, baseline_interval, p_value, 100, **more,
    )  # fmt: skip


ATTACKS = ("membership_inference", "membership_tpr", "attribute_inference", "singling_out", "linkability")


def good():
    """A set of figures as fresh real rows have them."""
    return {
        "column_shapes": figure("column_shapes", 0.95, (0.94, 0.96), 0.95, (0.94, 0.96)),
        "class_shapes": figure("class_shapes", 0.95, (0.94, 0.96), 0.95, (0.94, 0.96), subject="1"),
        "dependence_kept": figure("dependence_kept", 1.0, (0.9, 1.1), 1.0),
        "missing_rates": figure("missing_rates", 0.01, (0.0, 0.02), 0.01),
        "declared_rules": figure("declared_rules", 1.0, (0.99, 1.0), 1.0),
        "class_signal": figure("class_signal", 1.0, (0.95, 1.05), 1.0, subject="1"),
        "label_consistency": figure("label_consistency", 0.03, (0.02, 0.04), 0.03, (0.02, 0.04)),
        "detection_auc": figure("detection_auc", 0.5, (0.45, 0.55), 0.5),
        "exact_copies": figure("exact_copies", 0.0, (0.0, 0.01), 0.0, (0.0, 0.01), 1.0),
        "near_copies": figure("near_copies", 0.05, (0.04, 0.06), 0.05, (0.04, 0.06), 0.6),
        "holdout_overlap": figure("holdout_overlap", 0.0, (0.0, 0.01), 0.0, (0.0, 0.01), 1.0),
        "holdout_seen": figure("holdout_seen", 0.0, (0.0, 0.01), 0.0, (0.0, 0.01), 1.0),
        "exchangeability": figure("exchangeability", 2.5, None, 2.4, (1.9, 3.5), 0.4),
        "smallest_leak": figure("smallest_leak", 0.05),
        **{name: figure(name, 0.5, (0.48, 0.52), 0.5, (0.49, 0.51), 0.5) for name in LEAKS},
        **{name: figure(name, 0.01, (-0.01, 0.03), 0.01, (-0.01, 0.03), 0.5) for name in ATTACKS},
    }


def judge(figures, purpose="augment", source=RowSource.MODEL, **options):
    return Gate.default().judge(list(figures.values()), purpose=purpose, row_source=source, **options)


def changed(name, **changes):
    figures = good()
    figures[name] = replace(figures[name], **changes)
    return figures


def finding(verdict, name):
    (found,) = [f for f in verdict.findings if f.criterion == name]
    return found
