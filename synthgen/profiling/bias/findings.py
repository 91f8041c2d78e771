"""From comparisons to sentences: all p-values corrected together, worst first."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass, replace

from synthgen.profiling.bias.intervals import ALPHA, Ends, holm_by_family
from synthgen.profiling.bias.proxies import WEAKEST
from synthgen.profiling.bias.selection import FOUR_FIFTHS
from synthgen.profiling.bias_parts import (
    ConditionalDisparity,
    Disparity,
    Evidence,
    GapByGroup,
    LabelNoise,
    ModelDisparity,
    Proxy,
    Representation,
)

ORDER = (
    "selection",
    "reversal",
    "intersection",
    "model",
    "conditional",
    "representation",
    "label noise",
    "missingness",
    "proxy",
)
SMALLEST_GAP = 0.01
MOST_INTERSECTIONS = 3
TURNED = ("reversed", "turned round, perhaps by chance", "vanishes")
MEASURES = {
    "selection_rate": "predicts the outcome for", "true_positive_rate": "finds the outcome (true positive rate) for",
    "false_positive_rate": "wrongly predicts the outcome (false positive rate) for",
    "precision": "is right when it predicts the outcome (precision) for",
}  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """A comparison before correction: ``large`` says whether its effect is worth naming."""

    evidence: Evidence
    large: bool = True
    always: bool = False
    otherwise: str = ""


def corrected(asked: list[Asked]) -> tuple[Evidence, ...]:
    """Correct all p-values together, one part of the level a question, and say what was found."""
    adjusted = holm_by_family([a.evidence.p_value for a in asked], [a.evidence.question for a in asked])
    out = []
    for item, p in zip(asked, adjusted, strict=True):
        found = p < ALPHA and item.large
        words = item.evidence.words if p < ALPHA or not item.otherwise else item.otherwise
        out.append(replace(item.evidence, p_adjusted=p, found=found, words=words))
    return tuple(out)


def sentences(
    asked: list[Asked], evidence: tuple[Evidence, ...], proxies: Iterable[Proxy], crossed: Container[str]
) -> tuple[str, ...]:
    """Give what was found, worst first, then what was asked and not found."""
    chosen: list[Evidence] = []
    of_two: list[Evidence] = []
    best: dict[tuple[str, str], Evidence] = {}
    for item, result in zip(asked, evidence, strict=True):
        if item.always or (result.found and result.question == "label noise"):
            chosen.append(result)
        elif result.found and result.question == "intersection":
            of_two.append(result)
        elif result.found and result.question in ("missingness", "reversal"):
            key = (result.question, result.feature)
            if key not in best or result.effect > best[key].effect:
                best[key] = result
    of_two.sort(key=lambda e: -e.effect)
    chosen += [
        *of_two[:MOST_INTERSECTIONS],
        *best.values(),
        *_of_models(evidence, crossed),
        *_given_away(evidence, list(proxies)),
    ]
    chosen.sort(key=lambda e: (not e.found, ORDER.index(e.question), -e.effect))
    return tuple(item.words for item in chosen)


def _of_models(evidence: tuple[Evidence, ...], crossed: Container[str]) -> list[Evidence]:
    """One sentence a sensitive column on what was found about a model; intersections are in the evidence."""
    found = [e for e in evidence if e.question == "model" and e.found and e.feature not in crossed]
    out = []
    for feature in dict.fromkeys(item.feature for item in found):
        mine = sorted((item for item in found if item.feature == feature), key=lambda item: -item.effect)
        told = "; it ".join(item.words.removeprefix(f"{feature}: the model ").removesuffix(".") for item in mine)
        out.append(replace(mine[0], words=f"{feature}: the model {told}."))
    return out


def _given_away(evidence: tuple[Evidence, ...], proxies: list[Proxy]) -> list[Evidence]:
    out = []
    for feature in dict.fromkeys(item.feature for item in evidence if item.question == "proxy"):
        found = [item for item in evidence if item.question == "proxy" and item.feature == feature]
        mine = [proxy for proxy in proxies if proxy.feature == feature]
        kept = [proxy for proxy, item in zip(mine, found, strict=True) if item.found]
        if not kept:
            continue
        joint = [p for p in kept if p.column is None]
        single = [f"{p.column} ({p.auc:.2f})" for p in kept if p.column is not None][:3]
        words = f"{feature} can be guessed from other columns, so leaving it out doesn't hide it"
        if joint:
            words += f": all together tell {joint[0].group!r} from the rest with an AUC of {joint[0].auc:.2f} " \
                     f"{_between(joint[0].interval)}"  # fmt: skip
        if single:
            words += f"; the strongest {'is' if len(single) == 1 else 'are'} {', '.join(single)}"
        out.append(replace(found[0], words=words + ".", effect=max(p.auc for p in kept), found=True))
    return out


def of_selection(item: Disparity, spread: float, crossed: bool) -> Asked:
    """A difference in rates or means between the lowest and the highest group."""
    if item.ratio is None or item.ratio_interval is None:
        words = (
            f"{item.feature}: the {item.outcome} is {item.low:.4g} for {item.lowest!r} and {item.high:.4g} for "
            f"{item.highest!r}, a difference of {item.difference:.4g} ({item.difference_interval[0]:.4g} to "
            f"{item.difference_interval[1]:.4g})"
        )
        effect, ends = item.difference / (spread or 1.0), f"{_unsure_pair(item.difference_interval)}."
    else:
        words = (
            f"{item.feature}: {item.outcome} for {item.low:.1%} of {item.lowest!r} and {item.high:.1%} of "
            f"{item.highest!r}, a ratio of {item.ratio:.2f} {_between(item.ratio_interval)}"
        )
        effect = 1 - item.ratio
        ends = {
            "below": ", below four fifths"
            + ("." if crossed else ": synthetic rows will repeat this unless it is dealt with first."),
            "above": ", above four fifths.",
            "can't tell": f", {'below' if item.ratio < FOUR_FIFTHS else 'above'} four fifths, but not surely"
            f"{_unsure_pair(item.difference_interval)}.",
        }[item.four_fifths]
    question = "intersection" if crossed else "selection"
    few = f" Too few rows to say: {', '.join(map(repr, item.too_few[:5]))}." if item.too_few and not crossed else ""
    return Asked(
        Evidence(question, item.feature, words + ends + few, effect, item.p_value, 1.0, False),
        always=not crossed, otherwise=words + _by_chance(item.p_value) + few,
    )  # fmt: skip


def of_representation(item: Representation) -> Asked:
    """The group that falls shortest of the reference population."""
    words = (
        f"{item.feature}: {item.label!r} has {item.share:.1%} of the rows {_between(item.share_interval, True)}, "
        f"and {item.reference:.1%} of the reference population"
    )
    return Asked(
        Evidence("representation", item.feature, words + f", {item.ratio:.2f} of its part.", 1 - item.ratio,
                 item.p_value, 1.0, False),
        always=True, otherwise=words + _by_chance(item.p_value),
    )  # fmt: skip


def of_conditional(item: ConditionalDisparity, outcome: Disparity, p_raw: float, spread: float) -> Asked:
    """What is left of a difference among rows alike in other columns."""
    as_share = outcome.ratio is not None
    given = " and ".join(item.given)
    gap, raw = (_gap(value, as_share) for value in (item.difference, item.raw))
    words = (
        f"{item.feature}: from {item.lowest!r} to {item.highest!r} {outcome.outcome} differs by {gap} "
        f"{_between(item.interval, as_share, signed=True)} among rows alike in {given}, by {raw} among all rows"
    )
    change = {
        "reversed": f": within {given} it turns round (Simpson's paradox), so the rates of all rows mislead.",
        "turned round, perhaps by chance": f": {given} accounts for the difference; its sign turns round as in "
        "Simpson's paradox, but that may be chance.",
        "vanishes": f": {given} accounts for most of it.",
        "smaller": f": {given} accounts for a part.", "larger": f": {given} hides a part of it.",
        "remains": f": {given} doesn't account for it.", "can't tell": "; too few rows to say what is left.",
    }[item.change]  # fmt: skip
    if item.named:
        evidence = Evidence(
            "conditional", item.feature, words + change, abs(item.difference) / spread, item.p_value, 1.0, False
        )
        return Asked(evidence, always=True, otherwise=words + f": {given} may account for all of it.")
    p_value = max(p_raw, item.p_reversed if item.change == "reversed" else item.p_value)
    effect = (item.raw - item.difference) / spread + (item.change == "reversed")
    return Asked(Evidence("reversal", item.feature, words + change, effect, p_value, 1.0, False), item.change in TURNED)


def of_noise(items: list[LabelNoise]) -> Asked:
    """The group whose labels are most often contradicted, against what its rows explain."""
    worst = max(items, key=lambda item: item.suspect - item.expected)
    words = (
        f"{worst.feature}: of {worst.label!r}, {worst.suspect:.1%} of the labels {_between(worst.interval, True)} are "
        f"contradicted by rows alike in the other columns; {worst.expected:.1%} would be, were groups labelled alike. "
        "Their labels are noisier, or the group is treated otherwise than such rows."
    )
    return Asked(
        Evidence("label noise", worst.feature, words, worst.suspect - worst.expected, worst.p_value, 1.0, False)
    )


def of_gap(item: GapByGroup) -> Asked:
    """A column that lacks values for one group more often than for another."""
    words = (
        f"{item.feature}: {item.column} is missing for {item.high:.1%} of {item.highest!r} and {item.low:.1%} of "
        f"{item.lowest!r}, a difference of "
        f"{100 * item.difference:.1f} points {_between(item.interval, True)}{_unsure_pair(item.interval)}."
    )
    return Asked(
        Evidence("missingness", item.feature, words, item.interval[0], item.p_value, 1.0, False),
        item.interval[0] >= SMALLEST_GAP,
    )


def of_proxy(item: Proxy) -> Asked:
    """A column, or all together, that tells a group."""
    words = (
        f"{item.feature}: {item.column or 'all columns together'} tells {item.group!r} from the rest with an AUC of "
        f"{item.auc:.2f} {_between(item.interval)}."
    )
    return Asked(Evidence("proxy", item.feature, words, item.auc - 0.5, item.p_value, 1.0, False), item.auc >= WEAKEST)


def of_model(item: ModelDisparity) -> Asked:
    """A difference between groups in one of a model's figures."""
    if item.measure == "calibration_gap":
        words = (
            f"{item.feature}: the model is off differently by group (calibration): rate less mean score is "
            f"{_gap(item.low, True)} for {item.lowest!r} and {_gap(item.high, True)} for {item.highest!r}."
        )
    else:
        words = (
            f"{item.feature}: the model {MEASURES[item.measure]} {item.low:.1%} of {item.lowest!r} and {item.high:.1%} "
            f"of {item.highest!r}, a difference of "
            f"{100 * item.difference:.1f} points {_between(item.interval, True)}{_unsure_pair(item.interval)}."
        )
    return Asked(Evidence("model", item.feature, words, item.difference, item.p_value, 1.0, False))


def _unsure_pair(ends: Ends) -> str:
    """Of many groups some may differ surely, and yet not the two furthest apart, if these are small."""
    return "; groups differ, but these two perhaps by chance" if ends[0] <= 0 else ""


def _by_chance(p_value: float) -> str:
    return "; among so many comparisons chance may explain it." if p_value < ALPHA else "; chance may explain it."


def _between(ends: Ends, as_share: bool = False, signed: bool = False) -> str:
    if as_share:
        mark = "+" if signed else ""
        return f"({100 * ends[0]:{mark}.1f} to {100 * ends[1]:{mark}.1f})"
    if signed:
        return f"({ends[0]:+.4g} to {ends[1]:+.4g})"
    return f"({ends[0]:.2f} to {ends[1]:.2f})"


def _gap(value: float, as_share: bool) -> str:
    return f"{100 * value:+.1f} points" if as_share else f"{value:+.4g}"
