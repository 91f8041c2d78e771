"""What each question of the bias audit hands on: plain values, one class a question."""

from __future__ import annotations

from dataclasses import dataclass

Ends = tuple[float, float]


@dataclass(frozen=True)
class Disparity:
    """The two groups of a sensitive column whose outcomes differ most.

    Attributes
    ----------
    feature : str
        The column, or two of them as ``"sex × race"``.
    outcome : str
        Words such as ``"income = >50K"`` or ``"mean of wage"``.
    lowest, highest : str
        Labels of the two groups.
    low, high : float
        Their rates, or means.
    difference : float
        ``high - low``.
    ratio : float or None
        ``low / high``; None for means.
    other_ratio : float or None
        The same for all other outcomes: ``(1 - high) / (1 - low)``.
    difference_interval, ratio_interval, other_ratio_interval : (float, float) or None
        95 % for all pairs of groups together, so that they hold for the pair that differs most.
    four_fifths : {"below", "above", "can't tell", "not asked"}
        Where the ratio's interval lies.
    p_value : float
        That all groups have the same rate, or mean.
    groups : int
        Groups compared.
    too_few : tuple of str
        Groups with too few rows to say.
    """

    feature: str
    outcome: str
    lowest: str
    highest: str
    low: float
    high: float
    difference: float
    difference_interval: Ends
    ratio: float | None
    ratio_interval: Ends | None
    other_ratio: float | None
    other_ratio_interval: Ends | None
    four_fifths: str
    p_value: float
    groups: int
    too_few: tuple[str, ...] = ()


@dataclass(frozen=True)
class Representation:
    """The group of a sensitive column whose share falls shortest of the reference population's.

    Attributes
    ----------
    feature, label : str
    share : float
        Of the rows whose group the reference lists.
    share_interval : (float, float)
        Wilson, 95 % for all groups of the column together.
    reference : float
        Its share in the reference population, 0 to 1.
    ratio : float
        ``share / reference``.
    p_value : float
        That all shares are the reference's.
    unlisted : tuple of str
        Groups of the table that the reference doesn't list; their rows were left out.
    """

    feature: str
    label: str
    share: float
    share_interval: Ends
    reference: float
    ratio: float
    p_value: float
    unlisted: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stratum:
    """Rows that share a value of the column held constant; both groups have at least 10 rows in it."""

    label: str
    n_low: int
    n_high: int
    low: float
    high: float


@dataclass(frozen=True)
class ConditionalDisparity:
    """What is left of a difference between two groups among rows alike in other columns.

    Attributes
    ----------
    feature : str
    given : tuple of str
        The columns held constant.
    named : bool
        True if someone named them as legitimate; False if this column was tried on its own.
    lowest, highest : str
        The groups compared: those of the :class:`Disparity`.
    raw, raw_interval : float, (float, float)
        ``high - low`` among all rows of both.
    difference, interval : float, (float, float)
        The same within strata, weighted as by Mantel and Haenszel; 95 %.
    p_value : float
        That there is no difference within strata (named); or that there is none among all rows, or
        that holding the column constant changes nothing (not named).
    p_reversed : float
        That the difference doesn't turn round.
    change : {"reversed", "turned round, perhaps by chance", "vanishes", "smaller", "remains", "larger"}
    compared : float
        Share of both groups' rows that lie in strata with rows of both.
    strata : tuple of Stratum
        At most 12, largest first.
    """

    feature: str
    given: tuple[str, ...]
    named: bool
    lowest: str
    highest: str
    raw: float
    raw_interval: Ends
    difference: float
    interval: Ends
    p_value: float
    p_reversed: float
    change: str
    compared: float
    strata: tuple[Stratum, ...] = ()


@dataclass(frozen=True)
class LabelNoise:
    """Labels of one group that rows like them, of all groups, contradict.

    Attributes
    ----------
    feature, label : str
    n : int
        Rows looked at.
    suspect : float
        Share of them with another label than a model, fitted to other rows, is sure of.
    interval : (float, float)
        Wilson, 95 %.
    expected : float
        The share if the model's probabilities held in each group alike.
    p_value : float
        That they do, for all groups of the column.
    """

    feature: str
    label: str
    n: int
    suspect: float
    interval: Ends
    expected: float
    p_value: float


@dataclass(frozen=True)
class GapByGroup:
    """How often a column has no value, in the two groups that differ most.

    ``p_value`` is for all groups having gaps alike; the interval is 95 % for all pairs together.
    """

    feature: str
    column: str
    lowest: str
    highest: str
    low: float
    high: float
    difference: float
    interval: Ends
    p_value: float


@dataclass(frozen=True)
class Proxy:
    """How well other columns tell a group from everyone else.

    Attributes
    ----------
    feature : str
        The sensitive column.
    column : str or None
        The column that predicts it; None for all that aren't sensitive or the target, together.
    group : str
        The group that it tells best.
    auc : float
        Area under the ROC curve of that group against the rest, on rows not learnt from: .5 is a coin toss.
    interval : (float, float)
        95 % for all groups of the column together.
    p_value : float
        That the column says nothing about any group.
    """

    feature: str
    column: str | None
    group: str
    auc: float
    interval: Ends
    p_value: float


@dataclass(frozen=True)
class ModelGroup:
    """A model's predictions for one group; shares from 0 to 1, None where there are fewer than 10 rows.

    Attributes
    ----------
    feature, label : str
    n : int
    selection_rate, true_positive_rate, false_positive_rate, precision : float or None
    calibration_gap : float or None
        Observed rate less mean score, where scores were given.
    selection_rate_interval, true_positive_rate_interval, false_positive_rate_interval : (float, float) or None
    precision_interval, calibration_gap_interval : (float, float) or None
        Wilson, 95 %; of the calibration gap normal.
    """

    feature: str
    label: str
    n: int
    selection_rate: float | None = None
    selection_rate_interval: Ends | None = None
    true_positive_rate: float | None = None
    true_positive_rate_interval: Ends | None = None
    false_positive_rate: float | None = None
    false_positive_rate_interval: Ends | None = None
    precision: float | None = None
    precision_interval: Ends | None = None
    calibration_gap: float | None = None
    calibration_gap_interval: Ends | None = None


@dataclass(frozen=True)
class ModelDisparity:
    """The largest difference of one of a model's figures between groups with enough rows.

    ``measure`` is ``selection_rate``, ``true_positive_rate``, ``false_positive_rate``, ``precision`` or
    ``calibration_gap``; equalised odds ask for the second and third to be alike, predictive parity for the
    fourth. ``p_value`` is for all groups being alike; the interval is 95 % for all pairs together.
    """

    feature: str
    measure: str
    lowest: str
    highest: str
    low: float
    high: float
    difference: float
    interval: Ends
    ratio: float | None
    p_value: float


@dataclass(frozen=True)
class Evidence:
    """One comparison of the audit with what came of it.

    Attributes
    ----------
    question : str
        ``selection``, ``intersection``, ``reversal``, ``conditional``, ``representation``, ``label noise``,
        ``missingness``, ``proxy`` or ``model``.
    feature : str
    words : str
    effect : float
        How far from no difference, in the question's own unit; larger is worse.
    p_value, p_adjusted : float
        Alone, and corrected for all comparisons of the audit.
    found : bool
        ``p_adjusted`` is below .05 and the effect is large enough to be named.
    """

    question: str
    feature: str
    words: str
    effect: float
    p_value: float
    p_adjusted: float
    found: bool
