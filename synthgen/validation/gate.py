"""Criteria, with their thresholds and where those come from, and the verdict they add up to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from synthgen.errors import UsageError
from synthgen.guarantee import PrivacyGuarantee, RowSource
from synthgen.table.disclosure import FEWEST_HOLDERS
from synthgen.validation.attack_criteria import ATTACK_CRITERIA
from synthgen.validation.criterion import BOTH, MORE_ROWS, RELEASE, Criterion
from synthgen.validation.leak_criteria import LEAK_CRITERIA, LEAK_LEVEL, percent, privacy_words
from synthgen.validation.metric import Measurement, Status
from synthgen.validation.verdict import Finding, Outcome, Purpose, Verdict

MASS_MISPLACED = 0.10
"""Columns may differ from held-out rows by a tenth of their values more than fresh real rows do."""

DEPENDENCE_KEPT = 0.5
"""Pairs must agree with held-out rows better than half-way from shuffled columns to real rows."""

SIGNAL_KEPT = 0.9
"""A model must find a class with nine tenths of the skill over guessing that real rows give it."""

LABELS_IMPLAUSIBLE = 0.1
"""Labels that don't fit their rows may be a tenth of the rows more than among held-out real rows; it only warns."""

TOLD_APART = 0.9
"""For release, a classifier may pick the real one of two rows at most nine times in ten."""

MOST_REFUSED = 0.5
"""When more rows are refused than kept, the generator copies, and refusing rows is no cure."""


@dataclass(frozen=True)
class Gate:
    """A list of criteria. Missing, failed or underpowered evidence never passes.

    Parameters
    ----------
    criteria : tuple of Criterion
    fewest_holders : int
        For release: people who must share a label, an exact extreme or a combination of quasi-identifiers. 10, or
        11 for health data (:data:`synthgen.table.disclosure.HEALTH_HOLDERS`).

    Examples
    --------
    >>> Gate.default().judge((), purpose="augment").outcome
    <Outcome.INCONCLUSIVE: 'INCONCLUSIVE'>
    """

    criteria: tuple[Criterion, ...]
    fewest_holders: int = FEWEST_HOLDERS

    def __post_init__(self) -> None:
        fewest = self.fewest_holders
        if isinstance(fewest, bool) or not isinstance(fewest, (int, np.integer)) or fewest < 1:
            raise UsageError(f"fewest_holders must be a whole number of at least 1; got {fewest!r}.")

    @classmethod
    def default(cls, *, fewest_holders: int = FEWEST_HOLDERS) -> Gate:
        """The criteria that ``synthesize`` and ``validate`` use; see the module's constants."""
        return cls(_DEFAULT, fewest_holders)

    @classmethod
    def of_leaks(cls) -> Gate:
        """The criteria that are about leaks, alone: no fidelity, no use, and nothing on how the rows were split."""
        return cls(tuple(criterion for criterion in _DEFAULT if criterion.criterion_of))

    def judge(
        self,
        measurements: Sequence[Measurement],
        *,
        purpose: Purpose | str,
        row_source: RowSource = RowSource.UNKNOWN,
        guarantee: PrivacyGuarantee | None = None,
        flagged: tuple[int, int] = (0, 0),
        refused: bool = False,
        disclosing: int = 0,
        not_tested: Sequence[str] = (),
    ) -> Verdict:
        """Judge measurements.

        Parameters
        ----------
        measurements : sequence of Measurement
        purpose : {"augment", "release"}
        row_source : RowSource
        guarantee : PrivacyGuarantee or None
        flagged : (int, int)
            Flagged rows, all rows.
        refused : bool
            Whether the flagged rows have been taken out.
        disclosing : int
            Rows flagged by the disclosure policy.
        not_tested : sequence of str

        Returns
        -------
        Verdict
            FAIL if a blocking criterion fails; else INCONCLUSIVE if the evidence for one is missing
            or too weak; else PASS.
        """
        purpose = Purpose(purpose)
        findings = [_finding(criterion, measurements, purpose, flagged, refused) for criterion in self.criteria]
        findings += [_source_finding(row_source, guarantee, purpose)]
        if purpose is Purpose.RELEASE:
            findings.append(_disclosure_finding(disclosing, flagged[1], refused, self.fewest_holders, guarantee))
            if flagged[0] > disclosing and not refused:
                findings.append(_flagged_finding(flagged))
        if refused:
            findings.append(_refusal_finding(flagged))
        blocking = {finding.outcome for finding in findings if finding.blocks}
        outcome = next((o for o in (Outcome.FAIL, Outcome.INCONCLUSIVE) if o in blocking), Outcome.PASS)
        return Verdict(outcome, purpose, tuple(findings), tuple(not_tested), privacy_words(self.criteria, findings))


def gate_of(word: Gate | str | None) -> Gate:
    """Give the gate that a word means: "default", and None, which lifts it, are judged by the default criteria.

    Raises
    ------
    UsageError
        It is another word.

    Examples
    --------
    >>> gate_of(None).fewest_holders, gate_of(Gate.default(fewest_holders=11)).fewest_holders
    (10, 11)
    """
    if isinstance(word, Gate):
        return word
    if word is not None and word != "default":
        raise UsageError(f'gate must be "default", a Gate or None; got {word!r}.')
    return Gate.default()


def _finding(
    criterion: Criterion,
    measurements: Sequence[Measurement],
    purpose: Purpose,
    flagged: tuple[int, int],
    refused: bool,
) -> Finding:
    blocks = purpose in criterion.blocks
    mine = [m for m in measurements if m.name == criterion.metric]
    if criterion.whole_table:
        mine = [m for m in mine if m.subject is None]
    if criterion.parts_may_lack and any(m.subject is None and m.computed for m in mine):
        mine = [m for m in mine if m.subject is None or m.status is not Status.NOT_APPLICABLE]
    if not mine:
        words = f"{criterion.name}: not measured"
        return Finding(
            criterion.name, Outcome.INCONCLUSIVE, words, blocks, criterion.advice, about=criterion.criterion_of
        )
    judged: list[tuple[Outcome, str]] = []
    tolerated = False
    for measurement in mine:
        about = f" ({measurement.subject})" if measurement.subject else ""
        if measurement.status is Status.FAILED:
            judged.append((Outcome.INCONCLUSIVE, f"{measurement.title}{about}: failed, {measurement.reason}"))
        elif measurement.status is Status.NOT_APPLICABLE:
            judged.append(_without(measurement))
        else:
            outcome, words = criterion.judge(measurement)
            judged.append((outcome, f"{measurement.title}{about}: {_START[outcome]}{words}"))
            if outcome is Outcome.PASS and _found(criterion, measurement):
                # Told before those that found nothing.
                tolerated = True
                judged.insert(0, judged.pop())
    order = [Outcome.FAIL, Outcome.INCONCLUSIVE, Outcome.PASS]
    outcome, words = min(judged, key=lambda item: order.index(item[0]))
    alike = sum(item[0] is Outcome.FAIL for item in judged) - 1
    if outcome is Outcome.FAIL and alike > 0:
        words += f"; {alike} more of this kind"
    cleared = "tolerated" if tolerated and outcome is Outcome.PASS else ""
    if refused and criterion.cured_by_refusal and outcome is Outcome.FAIL:
        outcome, words = Outcome.PASS, words.replace(_START[Outcome.FAIL], "") + "; these rows were refused"
        cleared = "refused"
    unsettled = outcome is Outcome.INCONCLUSIVE and criterion.name != "exchangeability"
    advice = MORE_ROWS if unsettled else criterion.advice
    unseen = _unseen(criterion, measurements)
    words += f"; {unseen}" if unseen else ""
    return Finding(
        criterion.name, outcome, words, blocks, advice, cleared, unseen, criterion.criterion_of or str(mine[0].family)
    )


def _found(criterion: Criterion, m: Measurement) -> bool:
    """Whether it is a leak by its p-value, whatever the criterion tolerates."""
    return bool(criterion.criterion_of) and m.p_value is not None and m.p_value <= LEAK_LEVEL


def _unseen(criterion: Criterion, measurements: Sequence[Measurement]) -> str:
    """How small a leak the parts of the table could have shown, where the criterion is about these parts."""
    if criterion.metric != "dcr_share":
        return ""
    parts = [m for m in measurements if m.name == "smallest_leak" and " = " in (m.subject or "") and m.computed]
    return "; ".join(
        f"{m.subject}: {m.reason}" + (f" than {percent(m.value)}" if m.value is not None and m.value < 1 else "")
        for m in parts
    )


_START = {
    Outcome.PASS: "",
    Outcome.FAIL: "not met, ",
    Outcome.INCONCLUSIVE: "not settled, too few rows to be sure: ",
}


def _without(measurement: Measurement) -> tuple[Outcome, str]:
    """A measurement with nothing to measure is met; one that lacks evidence is not."""
    outcome = Outcome.PASS if measurement.vacuous else Outcome.INCONCLUSIVE
    about = f" ({measurement.subject})" if measurement.subject else ""
    return outcome, f"{measurement.title}{about}: {measurement.reason}"


def _source_finding(source: RowSource, guarantee: PrivacyGuarantee | None, purpose: Purpose) -> Finding:
    if source in (RowSource.SINGLE_ROW, RowSource.ROW_PAIR):
        words = f"How rows are made: {source}, so real rows can be inferred from them whatever the distances say"
        advice = 'generate with a model of the table (a generator other than "jitter" and "smote")'
        return Finding("row_source", Outcome.FAIL, words, purpose is Purpose.RELEASE, advice)
    words = f"How rows are made: {source}" + (f"; {guarantee}" if guarantee else "; no formal guarantee")
    known = source is RowSource.MODEL
    return Finding(
        "row_source", Outcome.PASS if known else Outcome.INCONCLUSIVE, words, False,
        "" if known else "let synthesize() make the rows, or judge how they were made yourself",
    )  # fmt: skip


def _disclosure_finding(rows: int, n: int, refused: bool, fewest: int, guarantee: PrivacyGuarantee | None) -> Finding:
    """Absolute, and apart from the leak checks: it asks what the rows show, not where a generator had it from.

    With a formal guarantee it only warns: what rows show comes from noisy counts, and leaving some out would look at
    real rows again.
    """
    outcome = Outcome.PASS if refused or rows == 0 else Outcome.FAIL
    words = (
        f"Disclosure policy: {rows:,} of {n:,} rows hold a category, an exact extreme or a combination of "
        f"quasi-identifiers that fewer than {fewest} people share"
    )
    if refused and rows:
        words += "; they were refused"
    if guarantee is not None and outcome is Outcome.FAIL:
        words += "; they are drawn from noisy counts, by chance or because the schema lists them as public"
        advice = "look at the schema: what it lists must be public"
        return Finding("disclosure", Outcome.INCONCLUSIVE, words, False, advice)
    advice = "refuse the flagged rows, merge rare categories, or declare them public in the schema"
    return Finding("disclosure", outcome, words, True, advice)


def _flagged_finding(flagged: tuple[int, int]) -> Finding:
    words = f"Flagged rows: {flagged[0]:,} of {flagged[1]:,} rows have a reason not to be handed out"
    return Finding("flagged_rows", Outcome.FAIL, words, True, "leave them out, as merge() and synthesize() do")


def _refusal_finding(flagged: tuple[int, int]) -> Finding:
    rows, n = flagged
    share = rows / n if n else 1.0
    words = f"Refused rows: {rows:,} of {n:,} ({share:.0%})"
    outcome = Outcome.FAIL if share > MOST_REFUSED else Outcome.PASS
    return Finding(
        "refused_rows",
        outcome,
        words,
        True,
        "use another generator, or more noise: this one copies real rows",
    )


def _between(low: float, high: float, limit: float) -> Outcome:
    """PASS if the whole interval is at or above the limit, FAIL if it is below."""
    return Outcome.PASS if low >= limit else Outcome.FAIL if high < limit else Outcome.INCONCLUSIVE


def _shapes(m: Measurement) -> tuple[Outcome, str]:
    assert m.value is not None and m.interval and m.baseline is not None and m.baseline_interval
    # Excess over fresh real rows; the two intervals' half-widths add in quadrature.
    gap = m.baseline - m.value
    half = (
        ((m.interval[1] - m.interval[0]) / 2) ** 2 + ((m.baseline_interval[1] - m.baseline_interval[0]) / 2) ** 2
    ) ** 0.5
    outcome = _between(-(gap + half), -(gap - half), -MASS_MISPLACED)
    words = (
        f"{m.value:.3f} where fresh real rows score {m.baseline:.3f}; a loss of up to {MASS_MISPLACED:g} is allowed, "
        f"found {max(gap - half, -1):.3f} to {gap + half:.3f}"
    )
    return outcome, words


def _dependence(m: Measurement) -> tuple[Outcome, str]:
    assert m.value is not None and m.interval
    words = f"{m.value:.0%} [{m.interval[0]:.0%}, {m.interval[1]:.0%}], at least {DEPENDENCE_KEPT:.0%} is asked for"
    return _between(*m.interval, DEPENDENCE_KEPT), words


def _signal(m: Measurement) -> tuple[Outcome, str]:
    assert m.value is not None and m.interval
    words = (
        f"{m.value:.0%} [{m.interval[0]:.0%}, {m.interval[1]:.0%}] of what real rows give, "
        f"at least {SIGNAL_KEPT:.0%} is asked for ({m.reason})"
    )
    return _between(*m.interval, SIGNAL_KEPT), words


def _labels(m: Measurement) -> tuple[Outcome, str]:
    assert m.value is not None and m.interval and m.baseline is not None and m.baseline_interval
    gap = m.value - m.baseline
    high = ((m.interval[1] - m.value) ** 2 + (m.baseline - m.baseline_interval[0]) ** 2) ** 0.5
    low = ((m.value - m.interval[0]) ** 2 + (m.baseline_interval[1] - m.baseline) ** 2) ** 0.5
    words = (
        f"{m.value:.1%} of rows where held-out real rows have {m.baseline:.1%}; {LABELS_IMPLAUSIBLE:.0%} more are "
        f"allowed, found {gap - low:+.1%} to {gap + high:+.1%}"
    )
    return _between(-(gap + high), -(gap - low), -LABELS_IMPLAUSIBLE), words


def _missing(m: Measurement) -> tuple[Outcome, str]:
    assert m.value is not None and m.interval
    limit = MASS_MISPLACED + (m.baseline or 0.0)
    words = f"{m.value:.3f} at most, {limit:.3f} is allowed ({m.reason})"
    return _between(-m.interval[1], -m.interval[0], -limit), words


def _detection(m: Measurement) -> tuple[Outcome, str]:
    assert m.value is not None and m.interval
    words = f"AUC {m.value:.3f} [{m.interval[0]:.3f}, {m.interval[1]:.3f}], fresh real rows {m.baseline or 0:.3f}"
    return _between(-m.interval[1], -m.interval[0], -TOLD_APART), words


def _declared(m: Measurement) -> tuple[Outcome, str]:
    assert m.value is not None
    return (Outcome.PASS if m.value == 1 else Outcome.FAIL), f"{m.value:.1%} of the rows keep the least kept one"


_NOISE = "use another generator, or fewer synthetic rows a class; look at the worst columns in the report"
_DEFAULT = (
    Criterion("column_shapes", "column_shapes", _shapes, BOTH, _NOISE),
    Criterion("class_shapes", "class_shapes", _shapes, BOTH, _NOISE, whole_table=False),
    Criterion("dependence_kept", "dependence_kept", _dependence, BOTH, _NOISE),
    Criterion("missing_rates", "missing_rates", _missing, BOTH, _NOISE),
    Criterion(
        "declared_rules",
        "declared_rules",
        _declared,
        BOTH,
        "leave out the rows flagged BROKEN_RULE, or make rows with a schema that declares the rules",
        cured_by_refusal=True,
    ),
    Criterion("class_signal", "class_signal", _signal, BOTH, _NOISE, whole_table=False),
    Criterion(
        "label_consistency",
        "label_consistency",
        _labels,
        frozenset(),
        "look at the rows flagged IMPLAUSIBLE_LABEL; another generator may keep classes further apart",
    ),
    Criterion("detection_auc", "detection_auc", _detection, RELEASE, _NOISE),
    *LEAK_CRITERIA,
    *ATTACK_CRITERIA,
)
