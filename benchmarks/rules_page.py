"""The page of :mod:`benchmarks.rules`."""

from __future__ import annotations

from typing import Any

from benchmarks import record

TITLES = {"tree": "tree", "gaussian_copula": "copula", "smote": "SMOTE", "jitter": "jitter"}
MOST_ADDED, MOST_SECONDS = 0.3, 10.0


def page(kept: dict[str, Any]) -> str:
    lines = [
        "# Rules, conditions and partial rows: what they cost, and how good the rows are", "",
        "Made by `python -m benchmarks.rules`. Seconds are CPU seconds of one process, medians of pairs of runs one "
        "after the other, unless said otherwise. Detection: AUC of boosted trees that tell made rows from real ones "
        "that nothing was learnt from, out of fold; 0.5 is a coin.", "",
    ]  # fmt: skip
    parts = {"overhead": _overhead, "completing": _completing, "quality": _quality, "sdv": _sdv}
    for name, part in parts.items():
        if name in kept:
            lines += [*part(kept[name]["result"]), ""]
    return "\n".join([*lines, *record.made_with(part["made"] for part in kept.values())]).rstrip()


def _overhead(found: dict[str, Any]) -> list[str]:
    lines = [
        "## What rules and conditions add to sampling", "",
        "10,000 rows, learnt from 6,000. Rules: all that were declared or found, beside the same model without "
        "any. Conditions: beside "
        "rows without them; candidates are rows drawn to choose from. Wanted: at most "
        f"{MOST_ADDED:.0%} more.", "",
        *record.header(["table", "generator", "what", "without, s", "with, s", "added", "candidates a row", ""]),
    ]  # fmt: skip
    for name, part in found.items():
        if "skipped" in part:
            lines.append(record.row([name, "", f"skipped: {part['skipped']}", "", "", "", "", ""]))
            continue
        for engine in ("tree", "gaussian_copula"):
            for words, cell in part[engine].items():
                many = f"{cell['candidates'] / 10_000:.1f}" if "candidates" in cell else ""
                verdict = "met" if cell["added"] <= MOST_ADDED else "**not met**"
                lines.append(
                    record.row(
                        [name, TITLES[engine], words, f"{cell['without']:.2f}", f"{cell['with']:.2f}",
                         f"{cell['added']:+.0%}", many, verdict]
                    )
                )  # fmt: skip
    lines += [""]
    lines += [
        f"Rules declared for {name}: {'; '.join(part['rules'])}." for name, part in found.items() if "rules" in part
    ]
    return lines


def _completing(found: dict[str, Any]) -> list[str]:
    lines = [
        "## Completing 100,000 partial rows of Adult", "",
        f"Learnt from 20,000 rows. Wanted: at most {MOST_SECONDS:.0f} s. Load: processes that wanted a core of this "
        "machine while the run took its wall seconds.", "",
        *record.header(["generator", "what is known", "CPU s", "wall s", "load"]),
    ]  # fmt: skip
    for engine, cells in found.items():
        lines += [
            record.row([TITLES[engine], words, str(cell["cpu_seconds"]), str(cell["seconds"]), str(cell["load"])])
            for words, cell in cells.items()
        ]
    return lines


def _quality(found: dict[str, Any]) -> list[str]:
    lines = [
        "## How good completed rows are", "",
        "3,000 rows of Adult that nothing was learnt from: some columns are known, the others are drawn. Labels: share "
        "of the drawn labels that are the real ones; numbers: mean distance from the real ones in quartile ranges. A "
        "draw isn't a guess, so neither can be perfect: higher and lower ones mean that more of what is known is used. "
        "Candidates: completions tried for each row. Neighbours: drawn rows nearest to what is known, of which one "
        "lends the rest.", "",
    ]  # fmt: skip
    real = found["gaps"]["real"]
    for words, ways in found["completing"].items():
        lines += [f"### Known: {words}", "", *record.header(["way", "detection", "labels", "numbers", "CPU s"])]
        for way, cell in ways.items():
            shown = [cell.get(name) for name in ("labels", "numbers", "cpu_seconds")]
            numbers = ["" if value is None else f"{value:.3g}" for value in shown]
            lines.append(record.row([way, f"{cell['detection']:.3f}", *numbers]))
        lines.append("")
    lines += [
        "## How good rows to rare conditions are", "",
        "As many rows as there are real ones that meet the conditions and weren't learnt from. Free rows: of the class "
        "alone, or of no condition, as a control that must be found. Completed: rows whose other values a neighbour "
        "lent.", "",
        *record.header(["conditions", "generator", "detection", "free rows", "candidates", "completed"]),
    ]  # fmt: skip
    for words, cells in found["conditions"].items():
        what = f"{words} ({cells['real']} real rows, {cells['in train']} in train)"
        lines.append(record.row([what, "train rows", f"{cells['train rows beside them']:.3f}", "", "", ""]))
        for name, title in TITLES.items():
            effort = cells[name]["effort"] or {}
            lines.append(
                record.row(
                    ["", title, f"{cells[name]['detection']:.3f}", f"{cells[name]['free rows']:.3f}",
                     str(effort.get("candidates", "")), str(effort.get("completed", ""))]
                )
            )  # fmt: skip
    lines += [
        "", "## Gaps", "",
        "Thyroid, classes of a hundred rows or more. Gaps: mean difference of the share of gaps from that of rows that "
        "were held out, over columns and classes.", "",
        *record.header(["rows", "missing=", "share of gaps", "gaps", "detection", "CPU s"]),
        record.row(["train rows", "", "", f"{real['gaps']:.4f}", f"{real['detection']:.3f}", ""]),
    ]  # fmt: skip
    for name, title in TITLES.items():
        for missing, cell in found["gaps"][name].items():
            apart = [f"{cell['gaps']:.4f}", f"{cell['detection']:.3f}"] if "gaps" in cell else ["", ""]
            cells = [title, missing, f"{cell['share_of_gaps']:.3f}", *apart, str(cell["cpu_seconds"])]
            lines.append(record.row(cells))
    return lines


def _sdv(found: dict[str, Any]) -> list[str]:
    rare, rules = found["rare"], found["rules"]
    lines = [
        f"## What SDV {found['sdv']} does with what its users asked for", "",
        "The tables are those of `benchmarks/asked_tables.py`; the tests of "
        "`tests/end_to_end/test_what_users_asked_for.py` have the same. SDV is used as its documentation says, its "
        "Gaussian copula unless said otherwise.", "",
        f"- **A rare combination** ({rare['wanted']} rows wanted; {rare['real_rows']} real ones, mean lactate "
        f"{rare['real_mean_lactate']}): copula: {_said(rare['copula'])}; CTGAN: {_said(rare['ctgan'])}.",
        *[f"- **A range**, given as `{value}`: {_said(outcome)}." for value, outcome in found["ranges"].items()],
        f"- **A gap exactly where paid = cash**: share of gaps {_said(found['gaps'])}.",
        f"- **Rules**, share of rows that keep them, without being told: {_said(rules['free'])}.",
    ]  # fmt: skip
    for words, outcome in rules.items():
        if words != "free":
            lines.append(f"- **{words.replace('_', ' ').capitalize()}**: {_said(outcome)}.")
    return lines


def _said(outcome: Any) -> str:
    return ", ".join(f"{name.replace('_', ' ')}: {value}" for name, value in outcome.items())
