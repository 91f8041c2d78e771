"""The data card: what a table is, how it was made, what it is for, and what is known about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from synthgen.reporting.html import interval, number
from synthgen.reporting.markdown import escaped, name_md, prose_md, sentence_md
from synthgen.reporting.sections.guarantee import guarantee_words
from synthgen.reporting.sections.verdict import headline

if TYPE_CHECKING:
    from synthgen.profiling.profile import Profile
    from synthgen.reporting.table_file import TableFile
    from synthgen.validation.metric import Measurement
    from synthgen.validation.report import ValidationReport

FAMILIES = ("privacy", "fidelity", "utility")


def card_md(
    report: ValidationReport,
    profile: Profile,
    provenance: Mapping[str, Any],
    file: TableFile | None = None,
) -> str:
    """Give the data card of a run in Markdown.

    Parameters
    ----------
    report : ValidationReport
    profile : Profile
    provenance : mapping
    file : TableFile or None
        Where the table was written.

    Returns
    -------
    str
        It names columns, shows figures of the whole table and quotes the findings, which may name a class of the
        target. It shows no row, no quantile and not the random state: with it, noise could be taken off a row again.
    """
    parts = [
        ["# Data card", *about(report, profile, provenance)],
        ["## The table", *_table(profile, file)],
        ["## How it was made", *made(provenance)],
        ["## What it is for", *uses(report, provenance)],
        ["## What it is not for", *_bullets(misuses(report))],
        ["## Evidence", *_evidence(report)],
        ["## Limits", *_bullets(limits(report, profile, provenance))],
        ["## What was not tested", *_bullets(untested(report))],
    ]
    return "\n\n".join(line for part in parts for line in part) + "\n"


def about(report: ValidationReport, profile: Profile, provenance: Mapping[str, Any]) -> list[str]:
    """Say what the table is, in a sentence or two."""
    counts = provenance.get("counts") or {}
    columns = len(profile.schema.columns)
    made_rows = f"{number(counts.get('accepted'))} synthetic rows"
    if report.verdict.purpose == "release":
        first = f"{made_rows} of {columns} columns, made to be shared. It holds no other rows."
    else:
        first = (
            f"{number(counts.get('real'))} real rows and {made_rows} of {columns} columns, told apart by the column "
            "`is_synthetic`, to train models on. **It holds real rows: treat it as the source.**"
        )
    target = provenance.get("target")
    return [first + (f" The column to be predicted is {name_md(target)}." if target is not None else "")]


def made(provenance: Mapping[str, Any]) -> list[str]:
    """Say how the rows came about."""
    counts = provenance.get("counts") or {}
    by = f"by the generator {name_md(provenance.get('generator', ''))}"
    if provenance.get("choice"):
        by += f" ({prose_md(provenance['choice'])})"
    rows = (
        f"It learnt from {number(counts.get('train'))} of {number(counts.get('real'))} real rows; the other "
        f"{number(counts.get('holdout'))} were kept back to check against."
    )
    if counts and "train" not in counts:
        rows = "It learnt from noisy counts of the real rows, whose number isn't told."
    if "drawn" in counts:
        rows += (
            f" {number(counts['drawn'])} rows were drawn, {number(counts.get('refused'))} of them refused by the "
            f"checks, and {number(counts.get('accepted'))} kept."
        )
    words = [
        f"Made with synthgen {prose_md(provenance.get('version', ''))} on {prose_md(provenance.get('created', ''))} "
        f"{by}: {prose_md(provenance.get('generator_words', ''))}.",
        rows,
        f"Formal privacy guarantee: {prose_md(provenance.get('guarantee', 'no formal guarantee'))}.",
        *map(prose_md, guarantee_words(provenance.get("privacy"))),
    ]
    coarser = provenance.get("disclosure")
    if isinstance(coarser, Mapping):
        words.append(
            "Before anything was learnt, labels, extremes and combinations that fewer than "
            f"{number(coarser.get('fewest_holders'))} people have were made coarser; the fidelity report counts them."
        )
    return words


def uses(report: ValidationReport, provenance: Mapping[str, Any]) -> list[str]:
    """Say what the verdict lets it be used for."""
    verdict = report.verdict
    words = [f"{headline(verdict)} ({verdict.outcome})."]
    if "gate" in provenance and provenance["gate"] is None:
        words.append("**The gate was lifted:** the table was handed out whatever the verdict.")
    release = verdict.purpose == "release"
    held_back = verdict.outcome == "FAIL" or (release and verdict.outcome != "PASS")
    if held_back and provenance.get("gate") is not None:
        words.append("**The gate withheld the table.**")
    if verdict.outcome == "FAIL":
        words.append("With this verdict it is for nothing but finding out why.")
    elif release:
        words.append("Made for people who may not see the source: to explore, to develop and to teach with.")
    else:
        words.append("Made to train models, which are then judged on real rows that no generator saw.")
    return [" ".join(words)]


def misuses(report: ValidationReport) -> list[str]:
    """List what the table must not be used for."""
    words = [
        "Judging a model: test on real rows that no generator saw.",
        "Finding out about a person.",
        "Publishing estimates of the real rows: what a model didn't learn is not in the table.",
    ]
    if report.verdict.purpose == "release":
        return words
    return [
        *words,
        "Sharing with people who may not see the source: it holds real rows, and was checked for training only.",
    ]


def limits(report: ValidationReport, profile: Profile, provenance: Mapping[str, Any]) -> list[str]:
    """List what is known to be weak, from the run's own words."""
    words = [finding.words for finding in (*report.verdict.blocking, *report.verdict.warnings)]
    words += [str(text) for text in provenance.get("warnings") or ()]
    bias = profile.bias
    if bias.features:
        how = "picked by their names" if bias.guessed else "named by whoever made the table"
        listed = ", ".join(bias.features)
        words.append(
            f"Synthetic rows repeat the bias of their source. Sensitive columns looked at ({how}): {listed}; what was "
            "found is in bias.html"
        )
    else:
        words.append("No sensitive column was named, so nothing is known about groups of people; what bias the source "
                     "has, the synthetic rows have too")  # fmt: skip
    words.append("Attacks that found little are lower bounds: a cleverer one may find more")
    return words


def untested(report: ValidationReport) -> list[str]:
    """List what was not tested or could not be measured."""
    failed = dict.fromkeys(m.title for m in report.results if m.status == "failed")
    return [*report.verdict.not_tested, *(f"{title}: it could not be measured" for title in failed)]


def _table(profile: Profile, file: TableFile | None) -> list[str]:
    words = []
    if file is not None:
        digest = f"SHA-256 `{file.sha256}`." if file.sha256 else (
            "Its hash is left out: the file holds real rows, and a plain hash would let anyone test a guess at them."
        )  # fmt: skip
        words.append(f"File: {name_md(file.path.name)}. {digest}")
    rows = [
        f"| {place} | {name_md(column.name)} | {name_md(column.kind)} | {name_md(str(column.role).replace('_', ' '))} |"
        for place, column in enumerate(profile.schema.columns, start=1)
    ]
    return [*words, "\n".join(["| | column | kind | role |", "|---|---|---|---|", *rows])]


def _evidence(report: ValidationReport) -> list[str]:
    compared = number(report.counts.get("synthetic"))
    words = [
        f"Of {compared} synthetic rows that were compared, refused ones among them. Each figure stands beside what "
        "real rows score that no generator saw; the intervals are at 95 %."
    ]
    words += _bullets(list(report.verdict.privacy)) if report.verdict.privacy else []
    for family in FAMILIES:
        chosen = [m for m in report.results if m.family == family and m.subject is None and m.computed]
        if chosen:
            head = [f"| {family} | value | interval | held-out real rows | better |", "|---|---|---|---|---|"]
            words.append("\n".join([*head, *map(_row, chosen)]))
    return words


def _row(item: Measurement) -> str:
    better = "near real rows" if item.direction == "near baseline" else str(item.direction)
    figures = (number(item.value), interval(item.interval), number(item.baseline), better)
    return f"| {prose_md(item.title)} | " + " | ".join(map(escaped, figures)) + " |"


def _bullets(items: list[str]) -> list[str]:
    listed = list(dict.fromkeys(items))
    return ["\n".join(f"- {sentence_md(text)}" for text in listed)] if listed else ["Nothing was named."]
