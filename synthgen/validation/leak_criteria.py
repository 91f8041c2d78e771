"""What the gate asks of the leak checks, and what their findings say in the words of the Article 29 Working Party."""

from __future__ import annotations

from collections.abc import Sequence

from synthgen.validation.criterion import BOTH, MORE_ROWS, RELEASE, Criterion
from synthgen.validation.metric import Measurement
from synthgen.validation.privacy.evidence import LEVEL
from synthgen.validation.privacy.preconditions import SPLIT_LEVEL
from synthgen.validation.verdict import Finding, Outcome

LEAK_LEVEL = LEVEL
"""Chance that rows which leak nothing fail any of the leak checks; their p-values are adjusted for all of them."""

TOLERATED_EXCESS = 0.03
"""Excess of the nearest share in the whole table that a model without memory gives by learning train's margins: SDV's
Gaussian copula and MOSTLY AI's engine were measured at .512 and .514 on Adult, where chance gives .5. It isn't granted
to a rare class or to any other check, so that a few copies can't hide in it."""

TOLERATED_AMONG_CLOSEST = 0.2
"""The same for a scan over the closest rows, and over rows among three others: learnt margins give a thin excess over
many rows, copies nearly all of a few. Of a Gaussian copula, which remembers no row, measured on thyroid (three runs)
and Adult (three): the closest rows stood out in two runs, as if 14 and 26 % of them were copies (the latter fails),
rows among three in one, as if 12 %. Neither is granted to a rare class.

Columns copied together and rows between two have no tolerance: the same runs gave no excess of rows between two in any
(p = .98 and more), and of columns one that is far beyond (48 %, which fails)."""

SMALLEST_LEAK = 0.10
"""A leak test must be able to find this share of copied rows four times in five, or it proves nothing."""

_SPLIT = "split the real rows anew, whole subjects together, each row on one side, and train on one side only"
_DRAW = "use a generator that draws values of its own in the columns named"
_BETWEEN = "the rows interpolate real rows; generate with a model of the table"
_LEAK_ADVICE = "refuse the flagged rows, or use a generator that keeps further from single rows (gaussian_copula, say)"


def leak(m: Measurement) -> tuple[Outcome, str]:
    """FAIL if the adjusted p-value says so; else what leak the interval still allows."""
    assert m.value is not None
    if m.p_value is None:
        return Outcome.INCONCLUSIVE, f"{percent(m.value)}, with nothing to compare it with"
    words = f"{percent(m.value)} where rows that leak nothing give {percent(m.baseline or 0)}"
    if m.p_value <= LEAK_LEVEL:
        about = f"; {m.reason}" if m.reason else ""
        return Outcome.FAIL, f"{words} (p = {m.p_value:.2g} for all leak checks together{about})"
    bound = leak_bound(m)
    if bound >= 1:
        return Outcome.PASS, f"{words}; not significant, but too few rows to rule out a leak of any size"
    return Outcome.PASS, f"{words}; no leakage found above {percent(bound)} at 95 %"


def percent(share: float) -> str:
    """A share in per cent, with three digits at most.

    Examples
    --------
    >>> percent(0.8333), percent(0.0051)
    ('83.3%', '0.51%')
    """
    digits = 1 if abs(share) >= 0.1 else 2
    return f"{round(share, digits + 2) + 0.0:.{digits}%}"


def leak_bound(m: Measurement) -> float:
    """Largest leak that the figure's 95 % interval still allows: a share of copies beyond what chance gives.

    Never less than what rows that leak nothing may differ from each other, however far below chance the figure is.
    """
    base = m.baseline or 0.0
    high = m.interval[1] if m.interval else (m.value or 0.0)
    high = max(high, m.baseline_interval[1]) if m.baseline_interval else high
    return float(min(1.0, max(0.0, (high - base) / max(1e-9, 1 - base))))


def _share(m: Measurement) -> tuple[Outcome, str]:
    return _beyond(m, TOLERATED_EXCESS)


def _among_closest(m: Measurement) -> tuple[Outcome, str]:
    return _beyond(m, TOLERATED_AMONG_CLOSEST)


def _lines(m: Measurement) -> tuple[Outcome, str]:
    return _beyond(m, TOLERATED_AMONG_CLOSEST) if m.subject == "three rows" else leak(m)


def _beyond(m: Measurement, tolerated: float) -> tuple[Outcome, str]:
    assert m.value is not None
    outcome, words = leak(m)
    if outcome is Outcome.FAIL and m.baseline is not None:
        excess = (m.value - m.baseline) / max(1e-9, 1 - m.baseline)
        words += f", as if {excess:.1%} of the rows were copies"
        # A rare class is named "column = label"; what a model learns of all rows' margins is no excuse there.
        if excess < tolerated and " = " not in (m.subject or ""):
            return Outcome.PASS, f"{words}: more than chance, less than the {tolerated:.0%} that is tolerated"
    return outcome, words


def _power(m: Measurement) -> tuple[Outcome, str]:
    assert m.value is not None
    if m.value <= SMALLEST_LEAK:
        return Outcome.PASS, f"{percent(m.value)} ({m.reason})"
    return Outcome.INCONCLUSIVE, f"underpowered: these rows can't show a leak of less than {m.value:.0%} ({m.reason})"


def _clean(m: Measurement) -> tuple[Outcome, str]:
    assert m.value is not None and m.p_value is not None
    words = f"{percent(m.value)} where chance gives {percent(m.baseline or 0)} ({m.reason})"
    if m.p_value <= SPLIT_LEVEL:
        return Outcome.FAIL, f"contaminated, {words}; nothing can be held against such rows"
    return Outcome.PASS, words


def _alike(m: Measurement) -> tuple[Outcome, str]:
    assert m.value is not None and m.p_value is not None
    words = f"{m.value:.1f} standard deviations, {m.baseline or 0:.1f} are usual ({m.reason})"
    if m.p_value <= SPLIT_LEVEL:
        return Outcome.INCONCLUSIVE, f"they differ (over time, say): {words}; leaks can't be told from the difference"
    return Outcome.PASS, words


THREAT = (
    "someone who has the synthetic table and real rows that may be in the source, looks for these rows, their values "
    "and lines between them, tries to tell which were in the source, and guesses what is unknown of them from the rest"
)


def privacy_words(criteria: Sequence[Criterion], findings: Sequence[Finding]) -> tuple[str, ...]:
    """What was found for each criterion of the Article 29 Working Party, in a sentence."""
    of = {criterion.name: criterion.criterion_of for criterion in criteria}
    out = []
    for name in ("singling out", "linkability", "inference"):
        mine = [finding for finding in findings if of.get(finding.criterion) == name]
        if not mine:
            continue
        unseen = [f.unseen for f in mine if f.unseen and f.outcome is not Outcome.FAIL]
        words = "; ".join([*_what_was_found(mine), *unseen])
        out.append(f"{name}: {words}")
    return (*out, f"threat model: {THREAT}") if out else ()


def _what_was_found(findings: Sequence[Finding]) -> list[str]:
    """Leaks first; those that were refused or tolerated are leaks found too, so "none" is never said of them."""
    names: dict[str, list[str]] = {}
    for finding in findings:
        names.setdefault(finding.cleared or str(finding.outcome), []).append(finding.criterion)
    listed = {key: f"({', '.join(criteria)})" for key, criteria in names.items()}
    words = [
        f"{said} {listed[key]}"
        for key, said in (
            (str(Outcome.FAIL), "leaks were found"),
            ("refused", "leaks were found, and the rows refused"),
            ("tolerated", "more than chance was found, less than is tolerated"),
            (str(Outcome.INCONCLUSIVE), "not settled"),
        )
        if key in listed and not (key == str(Outcome.INCONCLUSIVE) and str(Outcome.FAIL) in listed)
    ]
    clean = listed.get(str(Outcome.PASS))
    settled = not {str(Outcome.FAIL), str(Outcome.INCONCLUSIVE)} & listed.keys()
    if clean and settled:
        other = "no other leakage" if words else "no leakage"
        words.append(f"{other} found {clean}; each finding says above what, at 95 %")
    return words


LEAK_CRITERIA = (
    Criterion("holdout_overlap", "holdout_overlap", _clean, BOTH, _SPLIT),
    Criterion("holdout_seen", "holdout_seen", _clean, BOTH, _SPLIT),
    Criterion("exchangeability", "exchangeability", _alike, RELEASE, _SPLIT),
    Criterion(
        "exact_copies", "exact_copies", leak, BOTH, _LEAK_ADVICE, cured_by_refusal=True, criterion_of="singling out"
    ),
    Criterion(
        "near_copies", "near_copies", leak, BOTH, _LEAK_ADVICE, cured_by_refusal=True, criterion_of="singling out"
    ),
    Criterion("dcr_share", "dcr_share", _share, RELEASE, _LEAK_ADVICE, whole_table=False, criterion_of="singling out"),
    Criterion(
        "closest_rows",
        "closest_rows",
        _among_closest,
        RELEASE,
        _LEAK_ADVICE,
        whole_table=False,
        criterion_of="singling out",
    ),
    Criterion("value_reuse", "value_reuse", leak, RELEASE, _DRAW, whole_table=False, criterion_of="singling out"),
    Criterion("subset_copies", "subset_copies", leak, RELEASE, _DRAW, whole_table=False, criterion_of="linkability"),
    Criterion("interpolation", "interpolation", _lines, RELEASE, _BETWEEN, whole_table=False, criterion_of="inference"),
    Criterion("smallest_leak", "smallest_leak", _power, RELEASE, MORE_ROWS),
)
