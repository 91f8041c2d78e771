"""The bias report's questions: differences, intersections, rows alike, proxies, labels, gaps, a model, the method."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from synthgen.reporting.html import interval, name, number, sentence, share, shorten
from synthgen.reporting.section import Section
from synthgen.reporting.sections.bias_charts import differences, dots, strata_bars
from synthgen.reporting.sections.parts import Cell, Part, Row, Table, below, question
from synthgen.reporting.svg import Dot

if TYPE_CHECKING:
    from synthgen.profiling.bias_parts import ConditionalDisparity, Disparity
    from synthgen.profiling.profile import Profile

MOST_ROWS = 20
MOST_DOTS = 12
CROSSED_WIDTH = 11
MEASURES = {
    "selection_rate": "Selection rate", "true_positive_rate": "True positive rate",
    "false_positive_rate": "False positive rate", "precision": "Precision", "calibration_gap": "Calibration gap",
}  # fmt: skip


def disparities(profile: Profile, provenance: Mapping[str, Any]) -> Section | None:
    """How far the lowest and the highest group of each column are apart."""
    items = profile.bias.disparities
    if not items:
        return None
    rates = [item for item in items if item.ratio is not None]
    figures: list[tuple[Cell, Markup]] = []
    if rates:
        rows = [Dot(d.feature, d.ratio, f"{d.ratio:.2f}", d.ratio_interval) for d in rates[:MOST_DOTS]]
        caption = "Ratio of the lowest group's rate to the highest's, with 95 % interval; dashed: four fifths"
        figures.append((caption, dots(rows, "Ratios of rates", low=0.0, high=1.0, baseline=0.8)))
    table = Table(
        "Differences between groups", "Lowest and highest group of each sensitive column",
        ("Column", "Lowest", "Highest", "Difference", *(("Ratio", "Others’ ratio", "Four fifths") if rates else ())),
        tuple(map(_apart, items[:MOST_ROWS])), max(0, len(items) - MOST_ROWS), True,
    )  # fmt: skip
    introduction = (
        "The two groups of each column that are furthest apart. Intervals hold for all pairs of a column's groups "
        f"together. {'The others’ ratio is that of rows without the outcome. ' if rates else ''}Groups of fewer than "
        f"{profile.bias.fewest:,} rows are too few to say."
    )
    return question("differences", "How far groups are apart", introduction, [Part(None, tuple(figures), (table,))])


def _apart(item: Disparity) -> Row:
    as_share = item.ratio is not None
    shown = share if as_share else number
    row = (
        name(item.feature),
        below(name(item.lowest, 24), shown(item.low)),
        below(name(item.highest, 24), shown(item.high)),
        below(shown(item.difference), interval(item.difference_interval, as_share)),
    )
    if not as_share:
        return row
    ratios = (_ratio(item.ratio, item.ratio_interval), _ratio(item.other_ratio, item.other_ratio_interval))
    return (*row, *ratios, item.four_fifths)


def _ratio(value: float | None, ends: tuple[float, float] | None) -> Cell:
    return "–" if value is None or ends is None else below(f"{value:.2f}", f"{ends[0]:.2f} to {ends[1]:.2f}")


def _crossed(label: str) -> str:
    """Shorten both halves of an intersection's label, so that neither is lost."""
    halves = label.split(" × ")
    return label if len(halves) == 1 else " × ".join(shorten(half, CROSSED_WIDTH) for half in halves)


def intersections(profile: Profile, provenance: Mapping[str, Any]) -> Section | None:
    """Shares and rates of groups by two sensitive columns."""
    parts = []
    for feature in dict.fromkeys(group.feature for group in profile.bias.intersections):
        members = [g for g in profile.bias.intersections if g.feature == feature]
        numeric = any(g.mean is not None for g in members)
        rated = [(g, g.mean if numeric else g.rate, g.mean_interval if numeric else g.rate_interval) for g in members]
        shown = number if numeric else share
        rows = [Dot(_crossed(g.label), v, "too few" if v is None else shown(v), e) for g, v, e in rated]
        figures: list[tuple[Cell, Markup]] = []
        if any(v is not None for _, v, _ in rated):
            what = "Mean of the target" if numeric else "Rate of the outcome"
            figures.append((f"{what}, with 95 % interval", dots(rows, f"{what} by {shorten(feature)}", not numeric)))
        table = Table(
            f"Groups of {shorten(feature)}", "Groups by two sensitive columns",
            ("Group", "Rows", "Share", "95 % interval", "Mean" if numeric else "Rate", "95 % interval"),
            tuple(
                (name(g.label), number(g.n), share(g.share), interval(g.share_interval, True),
                 "–" if v is None else shown(v), interval(e, not numeric))
                for g, v, e in rated
            ),
        )  # fmt: skip
        parts.append(Part(feature, tuple(figures), (table,)))
    words = (
        "Groups by two sensitive columns at once: what neither shows alone. Those of fewer than ten rows are one group."
    )
    return question("intersections", "Intersections", words, parts)


def alike(profile: Profile, provenance: Mapping[str, Any]) -> Section | None:
    """What is left of differences among rows alike in other columns."""
    found = {item.feature: item for item in profile.bias.disparities}
    parts = []
    for feature in dict.fromkeys(item.feature for item in profile.bias.conditional):
        items = [item for item in profile.bias.conditional if item.feature == feature]
        first, as_share = items[0], found[feature].ratio is not None
        shown = share if as_share else number
        rows = [
            Dot(" and ".join(i.given), i.difference, shown(i.difference), i.interval, i.raw) for i in items[:MOST_DOTS]
        ]
        about = Markup("From {} to {}: difference among rows alike in").format(name(first.lowest), name(first.highest))
        figures: list[tuple[Cell, Markup]] = [
            (about, differences(rows, f"Differences of {shorten(feature)}", as_share))
        ]
        if first.strata and as_share:
            caption = Markup("{}: grey {}, blue {}").format(name(" and ".join(first.given)), name(first.lowest),
                                                            name(first.highest))  # fmt: skip
            figures.append((caption, strata_bars(first)))
        parts.append(Part(feature, tuple(figures), _alike_tables(feature, items, as_share)))
    key = Markup(
        '<span class="of"><span class="key kdot"></span> difference among rows alike</span> '
        '<span class="of"><span class="key kint"></span> its 95 % interval</span> '
        '<span class="of"><span class="key kbase">◇</span> among all rows; dashed: none</span>'
    )
    words = (
        "A difference between groups may come from other columns in which they differ. Here the same two groups are "
        "compared among rows alike in a column (weighted as by Mantel and Haenszel). A column that accounts for a "
        "difference doesn't make it fair: it may be a proxy, or biased itself."
    )
    return question("alike", "Among rows alike", words, parts, key)


def _alike_tables(feature: str, items: list[ConditionalDisparity], as_share: bool) -> tuple[Table, ...]:
    shown = share if as_share else number
    rows: tuple[Row, ...] = tuple(
        (name(" and ".join(i.given)), shown(i.difference), interval(i.interval, as_share), shown(i.raw), i.change,
         share(i.compared)) for i in items[:MOST_ROWS]
    )  # fmt: skip
    tables = [Table(
        f"Rows alike, by {shorten(feature)}", "Differences among rows alike",
        ("Alike in", "Difference", "95 % interval", "All rows", "What becomes of it", "Rows compared"), rows,
        max(0, len(items) - MOST_ROWS),
    )]  # fmt: skip
    first = items[0]
    if first.strata:
        tables.append(Table(
            f"Strata of {shorten(' and '.join(first.given))}, by {shorten(feature)}", "Both groups in each stratum",
            (" and ".join(map(shorten, first.given)), f"Rows: {shorten(first.lowest, 20)}",
             f"{shorten(first.lowest, 20)}", f"Rows: {shorten(first.highest, 20)}", f"{shorten(first.highest, 20)}"),
            tuple((name(s.label), number(s.n_low), shown(s.low), number(s.n_high), shown(s.high))
                  for s in first.strata), summary=f"Strata of {shorten(' and '.join(first.given))}",
        ))  # fmt: skip
    return tuple(tables)


def proxies(profile: Profile, provenance: Mapping[str, Any]) -> Section | None:
    """Which columns tell a group."""
    parts = []
    for feature in dict.fromkeys(proxy.feature for proxy in profile.bias.proxies):
        items = [proxy for proxy in profile.bias.proxies if proxy.feature == feature]
        labels = ["all together" if p.column is None else p.column for p in items]
        rows = [Dot(label, p.auc, f"{p.auc:.2f}", p.interval) for label, p in zip(labels, items, strict=True)]
        chart = dots(rows[:MOST_DOTS], f"Proxies of {shorten(feature)}", low=0.5, high=1.0)
        table = Table(
            f"Proxies of {shorten(feature)}", "How well columns tell a group",
            ("Column", "Tells", "AUC", "95 % interval"),
            tuple((name(label), name(p.group), f"{p.auc:.2f}", interval(p.interval))
                  for label, p in zip(labels[:MOST_ROWS], items, strict=False)),
            max(0, len(items) - MOST_ROWS),
        )  # fmt: skip
        parts.append(Part(feature, (("Area under the ROC curve, with 95 % interval", chart),), (table,)))
    words = (
        "How well other columns tell a group from everyone else, on rows that weren't learnt from: .5 is a coin toss, "
        "1 is always. Leaving a sensitive column out doesn't hide it from a model that has its proxies. "
        f"Looked at in {profile.bias.rows_looked_at:,} rows."
    )
    return question("proxies", "What gives groups away", words, parts)


def labels(profile: Profile, provenance: Mapping[str, Any]) -> Section | None:
    """Labels that rows like them contradict."""
    parts = []
    for feature in dict.fromkeys(item.feature for item in profile.bias.label_noise):
        items = [item for item in profile.bias.label_noise if item.feature == feature][:MOST_ROWS]
        rows = [Dot(i.label, i.suspect, share(i.suspect), i.interval, i.expected) for i in items]
        table = Table(
            f"Labels in doubt by {shorten(feature)}", "Labels in doubt",
            ("Group", "Rows", "In doubt", "95 % interval", "Expected"),
            tuple((name(i.label), number(i.n), share(i.suspect), interval(i.interval, True), share(i.expected))
                  for i in items),
        )  # fmt: skip
        chart = dots(rows, f"Labels in doubt by {shorten(feature)}", True)
        parts.append(Part(feature, (("Labels in doubt, with 95 % interval", chart),), (table,)))
    key = Markup(
        '<span class="of"><span class="key kdot"></span> labels in doubt</span> '
        '<span class="of"><span class="key kint"></span> 95 % interval</span> '
        '<span class="of"><span class="key kbase">◇</span> expected, were groups labelled alike</span>'
    )
    words = (
        "Labels that a model, told no sensitive column and fitted to other rows, is sure aren't right. More than "
        "expected means that labels of the group are noisier, or that it is treated otherwise than rows like it; which "
        "of the two, these rows can't tell."
    )
    return question("labels", "Labels in doubt", words, parts, key)


def gaps(profile: Profile, provenance: Mapping[str, Any]) -> Section | None:
    """Missing values by group."""
    parts = []
    for feature in dict.fromkeys(gap.feature for gap in profile.bias.gaps):
        items = [gap for gap in profile.bias.gaps if gap.feature == feature]
        rows = [Dot(g.column, g.difference, share(g.difference), g.interval) for g in items[:MOST_DOTS]]
        chart = differences(rows, f"Missing values by {shorten(feature)}", True)
        table = Table(
            f"Missing values by {shorten(feature)}", "Missing values by group",
            ("Column", "Least", "Most", "From", "To", "Difference", "95 % interval"),
            tuple((name(g.column), name(g.lowest), name(g.highest), share(g.low), share(g.high), share(g.difference),
                   interval(g.interval, True)) for g in items[:MOST_ROWS]),
            max(0, len(items) - MOST_ROWS),
        )  # fmt: skip
        caption = "Difference in missing values between the two groups furthest apart, with 95 % interval"
        parts.append(Part(feature, ((caption, chart),), (table,)))
    return question("gaps", "Missing values by group", "Columns that lack values for some groups more often.", parts)


def model(profile: Profile, provenance: Mapping[str, Any]) -> Section | None:
    """A model's figures by group."""
    bias = profile.bias
    parts = []
    for feature in dict.fromkeys(group.feature for group in bias.model_groups):
        groups = [group for group in bias.model_groups if group.feature == feature]
        figures: list[tuple[Cell, Markup]] = []
        for measure, title in MEASURES.items():
            ends = [getattr(g, f"{measure}_interval") for g in groups]
            values = [getattr(g, measure) for g in groups]
            if all(value is None for value in values):
                continue
            rows = [Dot(_crossed(g.label), v, share(v) if v is not None else "too few", e)
                    for g, v, e in zip(groups, values, ends, strict=True)]  # fmt: skip
            draw = differences if measure == "calibration_gap" else dots
            figures.append((f"{title}, with 95 % interval", draw(rows, f"{title} by {shorten(feature)}", True)))
        apart = [item for item in bias.model_disparities if item.feature == feature]
        table = Table(
            f"Model by {shorten(feature)}", "Groups whose figures are furthest apart",
            ("Figure", "Lowest", "Highest", "From", "To", "Difference", "95 % interval", "Ratio", "p"),
            tuple((MEASURES[i.measure], name(i.lowest), name(i.highest), share(i.low), share(i.high),
                   share(i.difference), interval(i.interval, True), number(i.ratio), number(i.p_value))
                  for i in apart),
        )  # fmt: skip
        parts.append(Part(feature, tuple(figures), (table,) if apart else ()))
    words = (
        "Equalised odds ask for the same true and false positive rates, predictive parity for the same precision, and "
        "calibration for outcomes as common as scores say. Where groups' rates differ, no model but a perfect one has "
        "all of them."
    )
    return question("model", "The model's predictions", words, parts)


def method(profile: Profile, provenance: Mapping[str, Any]) -> Section | None:
    """How the audit was done, what it can't tell, and every comparison."""
    bias = profile.bias
    if not bias.notes:
        return None
    tables: tuple[Table, ...] = ()
    ordered = sorted(bias.evidence, key=lambda item: (item.p_adjusted, item.p_value))
    if ordered:
        tables = (Table(
            "Every comparison", "Comparisons, surest first",
            ("Comparison", "Question", "p", "p, all together", "Found"),
            tuple((Markup("{}").format(sentence(item.words)), item.question, number(item.p_value),
                   number(item.p_adjusted), "yes" if item.found else "no") for item in ordered[:MOST_ROWS]),
            max(0, len(ordered) - MOST_ROWS), summary="Every comparison",
        ),)  # fmt: skip
    words = "Each comparison with its p-value, alone and for all together:" if tables else ""
    return question(
        "method", "How this was done, and what it can’t tell", words, [Part(None, (), tables)], words=bias.notes
    )
