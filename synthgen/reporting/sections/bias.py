"""The bias report's sections: sentences, groups, classes, and each column's profile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from synthgen.reporting.html import compact, number, render, share, shorten
from synthgen.reporting.section import Section
from synthgen.reporting.sections.bias_charts import dots
from synthgen.reporting.sections.column_words import column_words
from synthgen.reporting.svg import Dot, quantile_strip, single_bars

if TYPE_CHECKING:
    from synthgen.profiling.profile import ColumnProfile, Group, Profile

TOO_FEW = "too few rows to say"
CLASSES = 40


@dataclass(frozen=True)
class Feature:
    """One sensitive column: its groups and their charts."""

    name: str
    groups: tuple[Group, ...]
    shares: Markup
    rates: Markup | None
    referenced: bool = False


@dataclass(frozen=True)
class Sketch:
    """One column's profile with its small chart."""

    column: ColumnProfile
    words: tuple[str, ...]
    quantiles: tuple[tuple[str, str], ...]
    spikes: tuple[tuple[str, float], ...]
    chart: Markup


def opening(profile: Profile, provenance: Mapping[str, Any], level: int = 1) -> Markup:
    """Sentences first: one a sensitive column."""
    private = provenance.get("privacy")
    # A differentially private run that looks at nothing has no other rows to profile than those that it made.
    made = isinstance(private, Mapping) and private.get("validated") is False
    return render(
        "bias_opening.html", profile=profile, bias=profile.bias, level=level, provenance=provenance,
        target=_target(profile, provenance), made=made,
    )  # fmt: skip


def notes(profile: Profile, provenance: Mapping[str, Any]) -> Section | None:
    """List what a person should look at first."""
    if not profile.notes:
        return None
    return Section("notes", "What to look at first", render("bias_notes.html", notes=profile.notes))


def groups(profile: Profile, provenance: Mapping[str, Any]) -> Section | None:
    """Shares and target rates of every group, with intervals."""
    if not profile.bias.groups:
        return None
    html = render(
        "bias_groups.html", features=features(profile), selected=profile.bias.selected,
        target=_target(profile, provenance), overall=overall_rate(profile),
        numeric=any(group.mean is not None for group in profile.bias.groups),
    )  # fmt: skip
    return Section("groups", "Groups", html)


def features(profile: Profile) -> tuple[Feature, ...]:
    """Draw the sensitive columns, in the audit's order."""
    named = dict.fromkeys([*profile.bias.features, *(group.feature for group in profile.bias.groups)])
    out = []
    for name in named:
        members = tuple(group for group in profile.bias.groups if group.feature == name)
        if members:
            out.append(
                Feature(
                    name,
                    members,
                    _shares(name, members),
                    _rates(name, members, profile),
                    any(g.reference is not None for g in members),
                )
            )
    return tuple(out)


def classes(profile: Profile, provenance: Mapping[str, Any]) -> Section | None:
    """How many rows each value of the target has."""
    if not profile.classes:
        return None
    total = sum(count for _, count in profile.classes) or 1
    drawn = profile.classes[:CLASSES]
    chart = single_bars(
        [label for label, _ in drawn], [count / total for _, count in drawn],
        [share(count / total) for _, count in drawn], title="Rows of each class",
        description=f"Share of the rows for {len(drawn)} values of the target, commonest first.",
    )  # fmt: skip
    rows = [(label, count, count / total) for label, count in profile.classes]
    html = render("bias_classes.html", chart=chart, rows=rows, target=_target(profile, provenance))
    return Section("classes", "Class balance", html)


def columns(profile: Profile, provenance: Mapping[str, Any]) -> Section | None:
    """Every column, compactly."""
    if not profile.columns:
        return None
    html = render("bias_columns.html", sketches=tuple(map(_sketch, profile.columns)))
    return Section("columns", "Columns", html)


def _target(profile: Profile, provenance: Mapping[str, Any]) -> str | None:
    column = profile.schema.target
    return column.name if column is not None else provenance.get("target")


def overall_rate(profile: Profile) -> float | None:
    """Share of the selected class, where the classes say it."""
    counts = dict(profile.classes)
    total = sum(counts.values())
    selected = profile.bias.selected
    return counts[selected] / total if selected in counts and total else None


def _shares(name: str, members: tuple[Group, ...]) -> Markup:
    rows = [Dot(g.label, g.share, share(g.share), g.share_interval, g.reference) for g in members]
    return dots(rows, f"Shares of {shorten(name)}", True)


def _rates(name: str, members: tuple[Group, ...], profile: Profile) -> Markup | None:
    """Draw rates beside that of all rows, or means; None where there is neither."""
    means = [Dot(g.label, g.mean, TOO_FEW if g.mean is None else number(g.mean), g.mean_interval) for g in members]
    if any(row.value is not None for row in means):
        return dots(means, f"Means of the target by {shorten(name)}")
    rates = [Dot(g.label, g.rate, TOO_FEW if g.rate is None else share(g.rate), g.rate_interval) for g in members]
    if all(row.value is None for row in rates):
        return None
    return dots(rates, f"Target rates of {shorten(name)}", True, baseline=overall_rate(profile))


def _sketch(column: ColumnProfile) -> Sketch:
    chart = Markup("")
    if len(column.quantiles) == 5:
        values = [value for _, value in column.quantiles]
        chart = quantile_strip(
            values, title=f"Quantiles of {shorten(column.name)}",
            description="; ".join(f"{share(p)}: {compact(v, column.kind)}" for p, v in column.quantiles),
        )  # fmt: skip
    elif column.levels:
        chart = single_bars(
            [label for label, _ in column.levels], [part for _, part in column.levels],
            [share(part) for _, part in column.levels],
            title=f"Commonest labels of {shorten(column.name)}",
            description="; ".join(f"{shorten(label, 18)}: {share(part)}" for label, part in column.levels),
        )  # fmt: skip
    return Sketch(
        column, column_words(column),
        tuple((share(p), compact(v, column.kind)) for p, v in column.quantiles),
        tuple((compact(v, column.kind), part) for v, part in column.spikes), chart,
    )  # fmt: skip
