"""What the source is like, question by question: its size, its gaps, what hangs together, personal data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from synthgen.reporting.html import interval, name, number, sentence, share, shorten
from synthgen.reporting.section import Section
from synthgen.reporting.sections.bias_charts import dots
from synthgen.reporting.sections.parts import Part, Row, Table, below, question
from synthgen.reporting.svg import Dot, heatmap

if TYPE_CHECKING:
    from synthgen.profiling.dependence.results import DependenceProfile, RepeatedRows
    from synthgen.profiling.profile import Profile

MOST_ROWS = 20
MOST_DOTS = 15
FEW = "fewer than 10"


def size(profile: Profile, provenance: Mapping[str, Any]) -> Section | None:
    """What the rows are enough for."""
    found = profile.size
    if not found.words:
        return None
    headings = ("Class", "Rows", "Different", "Worth", "± of a recall of .8", "Rows for ± .05")
    rows: tuple[Row, ...] = tuple(
        (name(item.label), number(item.n), number(item.different), number(round(item.effective)),
         f"{item.half_width:.2f}", number(item.needed))
        for item in found.classes[:MOST_ROWS]
    )  # fmt: skip
    hidden = max(0, len(found.classes) - MOST_ROWS)
    tables = (Table("Size of each class", "Classes, rarest first", headings, rows, hidden),) if rows else ()
    listed = [Part(None, (), tables)]
    return question("size", "What can be learnt from so many rows", "", listed, words=found.words)


def missingness(profile: Profile, provenance: Mapping[str, Any]) -> Section | None:
    """Where values are missing, and what tells it."""
    found = profile.missingness
    if not found.rates:
        return None
    drawn = found.rates[:MOST_DOTS]
    rows = [Dot(column, rate, share(rate)) for column, rate in drawn]
    chart = dots(rows, "Share missing of each column", True)
    told: tuple[Row, ...] = tuple(
        (name(item.column), name(item.by), below(f"{item.effect:.2f}", interval(item.interval)),
         f"{share(item.lowest)} to {share(item.highest)}", _p(item.p))
        for item in found.dependences[:MOST_ROWS]
    )  # fmt: skip
    patterns: tuple[Row, ...] = tuple(
        (", ".join(shorten(column, 24) for column in item.columns) or "none", number(item.n), share(item.share),
         number(round(item.by_chance)))
        for item in found.patterns[:MOST_ROWS]
    )  # fmt: skip
    tables = []
    if told:
        headings = ("Missing", "Told by", "Strength (Cramér’s V)", "Share missing by class", "p, all together")
        hidden = max(0, len(found.dependences) - MOST_ROWS)
        tables.append(
            Table("What tells gaps", "Strongest first", headings, told, hidden, summary="What tells where gaps are")
        )
    if patterns:
        together = ("Missing together", "Rows", "Share", "Rows by chance")
        tables.append(
            Table("Patterns of gaps", "Commonest first", together, patterns, summary="Which gaps go together")
        )
    words = [rule.words for rule in found.rules[:MOST_ROWS]]
    if not words:
        words = [
            "No rule was found that says where a value is missing."
            if not found.dependences
            else "Gaps don't follow an exact rule, but other columns tell where they are likelier."
        ]
    caption = "Share of rows without a value"
    parts = [Part(None, ((caption, chart),), tuple(tables))]
    return question("gaps-of-source", "Missing values", "", parts, words=[*words, *found.notes])


def dependence(profile: Profile, provenance: Mapping[str, Any]) -> Section | None:
    """Which columns hang together, what holds, and what gives the target away."""
    found = profile.dependence
    if not found.names:
        return None
    suspects = [item.words for item in found.suspects]
    pairs = [
        f"{shorten(item.a)} and {shorten(item.b)} tell the target together ({share(item.together)} of its "
        f"uncertainty), and hardly on their own ({share(item.alone)})."
        for item in found.interactions
    ]
    rules = [item.words for item in found.rules[:MOST_ROWS]]
    words = [*suspects, *pairs, *rules, *_repeated(found.repeated), *found.notes]
    return question("dependence", "What hangs together", "", [_associations(found)], words=words)


def _associations(found: DependenceProfile) -> Part:
    chart = heatmap(
        [list(row) for row in found.matrix], title="Strength of association",
        description=f"Lower triangle over {len(found.names)} numbered columns; stronger colour, stronger association.",
    )  # fmt: skip
    rows: tuple[Row, ...] = tuple(
        (name(item.a), name(item.b), below(f"{item.value:.2f}", interval(item.interval)),
         item.measure + (", falling" if item.falls else ""), _p(item.p))
        for item in found.associations[:MOST_ROWS]
    )  # fmt: skip
    headings = ("Column", "Other column", "Strength", "Measure", "p, all together")
    hidden = max(0, len(found.associations) - MOST_ROWS)
    tables = [Table("Associations", "Strongest first", headings, rows, hidden, summary="Strongest associations")]
    caption = "Strength of association, 0 (none) to 1 (one column gives the other), corrected for chance"
    return Part(None, ((caption, chart),), tuple(tables), numbered=found.names)


def _repeated(found: RepeatedRows) -> list[str]:
    words = []
    for count, chance, what in (
        (found.same, found.by_chance, "repeat an earlier row"),
        (found.but_one, found.but_one_by_chance, "differ from another row in one column only"),
    ):
        if count != 0:
            shown, expected = (FEW if item is None else number(item) for item in (count, chance))
            words.append(f"{shown} rows {what}; with every column shuffled on its own, {expected} would")
    return words


def personal_data(profile: Profile, provenance: Mapping[str, Any]) -> Section | None:
    """Columns that hold personal data, and columns that single people out together. Masks only."""
    found = profile.personal_data
    hints = found.quasi_identifiers
    if not found.columns and not hints.findings:
        return None
    parts = []
    if found.columns:
        headings = ("Column", "What", "Confidence", "Rows that match", "By", "Looks like")
        rows: tuple[Row, ...] = tuple(
            (name(item.column), item.what, item.confidence, share(item.share), item.by, item.example)
            for item in found.columns
        )
        parts.append(Part(None, (), (Table("Personal data", "In the table’s order", headings, rows, open=True),)))
    small: tuple[Row, ...] = tuple(
        (Markup(" × ").join(name(column, 24) for column in item.columns), number(item.cells), share(item.below),
         share(item.alone))
        for item in sorted(hints.combinations, key=lambda item: (len(item.columns), -item.below))[:MOST_ROWS]
    )  # fmt: skip
    if small:
        cells = ("Columns", "Cells", f"Rows in cells of fewer than {hints.k}", "Rows alone in a cell")
        hidden = max(0, len(hints.combinations) - MOST_ROWS)
        table = Table("Columns together", "Fewest columns first", cells, small, hidden, summary="Columns together")
        parts.append(Part("Columns that single people out together", (), (table,)))
    advice = [
        f"{shorten(item.column)}: {item.what}, {item.confidence} confidence. {sentence(item.advice)}"
        for item in found.columns
    ]
    return question("personal-data", "Personal data", "", parts, words=[*advice, *hints.findings, *found.notes])


def _p(value: float) -> str:
    return "< 0.0001" if value < 1e-4 else number(value)
