"""Lay out what ``benchmarks.scale`` measured."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from benchmarks.record import header, made_with, paragraph, read, row
from benchmarks.scale_ahead import ahead
from benchmarks.scale_targets import BOUND, FIT_ROWS, GB, MODELS, SDV_BOUND, SIZES, TARGETS, ULB_TIMES

Record = Mapping[str, Any]
MB = 10**6
SPARK = Path(__file__).with_name("scale_spark.json")
TITLES = {"gaussian_copula": "copula", "tree": "tree"}
RUN = ("seconds", "CPU seconds", "most memory", "load before", "cores of others")


def page(found: Record) -> str:
    """Give the page as Markdown."""
    lines = [
        "# Tables bigger than memory: time and memory against rows", "",
        *paragraph(
            "Made by `python -m benchmarks.scale`; each part is kept until it is measured again (`--part`, `--more`;"
            " beside SDV: `--part sdv --python` of an environment that has it)."
        ), "",
        *_how(), *_targets(found), "![Time and memory against rows](scale.png)", "",
        *_generate(found), *_fit(found), *_whole(found), *_sdv(found), *_bound(found), *_spark(), *ahead(found),
        *made_with(part["when"] for part in found.values()),
    ]  # fmt: skip
    return "\n".join(lines).rstrip() + "\n"


def _how() -> list[str]:
    return [
        *paragraph(
            "Each run is a process of its own, timed from its start to its end: importing and compiling are in the"
            " time, and so are all processes that it starts. Memory is what all of them hold at once, looked at every"
            " 50 ms (pages that several share count once). The load average just before, and how many cores other"
            " processes kept busy meanwhile, stand beside each run: where others were busy, seconds are too many, and"
            " CPU seconds say more. MB and GB are powers of ten. The mixed table has ten columns: three labels, five"
            " numbers, a time, and a rare target."
        ), "",
    ]  # fmt: skip


def _targets(found: Record) -> list[str]:
    lines = header(["what", "rows", "goal", "took", "most memory", "met"])
    for target in TARGETS:
        run = _run(found, target.part, target.key)
        if run is not None:
            goal = f"{target.seconds:,.0f} s, {target.peak / GB:,.0f} GB"
            took = run.get("stopped", f"{run['seconds']:,.1f} s")
            met = "yes" if target.met(run) else "**no**"
            lines.append(row([target.title, f"{run['asked']:,}", goal, took, _memory(run), met]))
    return [*lines, ""]


def _generate(found: Record) -> list[str]:
    runs = found.get("generate", {}).get("runs", {})
    if not runs:
        return []
    lines = [
        "## Rows of a fitted model, to Parquet", "",
        *paragraph(
            "The plain loop, `for batch in model.generate_batches(n): writer.write_batch(batch)`, of a model that"
            f" learnt from {FIT_ROWS:,} rows and is read from its folder; and `synthgen.scale.writing.write_rows`,"
            " which makes blocks in a process for each core and keeps a journal of them, so that a run that was broken"
            " off goes on where it was."
        ), "",
        *header(["model", "rows", *RUN, "file"]),
    ]  # fmt: skip
    for name in MODELS:
        for key in [*(f"{name} {rows}" for rows in SIZES), f"{name} {SIZES[-1]} write_rows"]:
            if key in runs:
                title = TITLES[name] + (", `write_rows`" if key.endswith("write_rows") else "")
                lines.append(row([title, *_cells(runs[key]), _size(runs[key].get("out_bytes"))]))
    return [*lines, ""]


def _fit(found: Record) -> list[str]:
    runs = found.get("fit", {}).get("runs", {})
    if not runs:
        return []
    lines = [
        "## Scan of a Parquet file, and fit", "",
        *paragraph(
            "One pass over all rows (exact counts, moments and classes, quantiles, and a sample of bounded size), then"
            " the fit on the sample."
        ), "",
        *header(["model", "rows", *RUN, "scan", "fit", "sampled rows"]),
    ]  # fmt: skip
    for key, run in runs.items():
        more = [f"{run['scan']:,.1f} s", f"{run['fit']:,.1f} s", f"{run['sampled']:,}"] if "scan" in run else [""] * 3
        lines.append(row([TITLES[key.split()[0]], *_cells(run), *more]))
    return [*lines, ""]


def _whole(found: Record) -> list[str]:
    runs = found.get("whole", {}).get("runs", {})
    if not runs:
        return []
    lines = [
        '## The whole run: `sg.synthesize("…parquet", target=…, out="…parquet")`', "",
        *paragraph(
            "With all checks, by the generator that it chooses; the rows written are the real ones and the synthetic"
            " ones. Flights have 5 columns, the target a number; the card payments are those of ULB, 31 columns,"
            f" {ULB_TIMES} times over."
        ), "",
        *header(["table", "rows", *RUN, "rows written", "file", "outcome"]),
    ]  # fmt: skip
    for key, run in runs.items():
        table = {"mixed": "mixed", "flights": "flights", "payments": "card payments"}[key.split()[0]]
        written = f"{run['rows']:,}" if "rows" in run else ""
        lines.append(row([table, *_cells(run), written, _size(run.get("out_bytes")), run.get("outcome", "")]))
    return [*lines, ""]


def _sdv(found: Record) -> list[str]:
    if "sdv" not in found:
        return []
    lines = [
        f"## Beside SDV {found['sdv']['when']['sdv']}'s Gaussian copula", "",
        *paragraph(
            "Read a Parquet file of the mixed table, fit, sample as many rows, write them; nothing of what came of it"
            f" is checked. It may take {(SDV_BOUND.resident or 0) / GB:.0f} GB of memory and {SDV_BOUND.cpu_seconds:,}"
            " CPU seconds; the first size that isn't finished is the last one tried."
        ), "",
        *header(["rows", *RUN, "read", "fit", "sample"]),
    ]  # fmt: skip
    for run in found["sdv"]["runs"].values():
        steps = [f"{run[step]:,.1f} s" if step in run else "" for step in ("read", "fit", "sample")]
        lines.append(row([*_cells(run), *steps]))
    return [*lines, ""]


def _bound(found: Record) -> list[str]:
    runs = found.get("bound", {}).get("runs", {})
    if not runs:
        return []
    held, space = BOUND["memory held"].resident or 0, BOUND["address space"].address_space or 0
    lines = [
        "## A bound of memory", "",
        *paragraph(
            "The whole run on the largest mixed table under a bound, and beside it the control: the same words with"
            ' `engine="memory"`, which must not fit. "Memory held" ends a run whose processes hold more than'
            f' {held / GB:g} GB, as a cgroup would; "address space" is `ulimit -v` of {space / GB:g} GB for each'
            " process, which counts what is only reserved as well: stacks and arenas of threads, libraries, files that"
            " are mapped."
        ), "",
        *header(["what", "bound", "rows", "most memory", "most address space", "came of it"]),
    ]  # fmt: skip
    for key, run in runs.items():
        what, how = key.split(", ")
        space_of = _size(run.get("address_space"))
        lines.append(row([what, how, f"{run['asked']:,}", _memory(run), space_of, run.get("stopped", "finished")]))
    return [*lines, ""]


def _spark() -> list[str]:
    """What ``benchmarks.scale_spark`` found, in brief."""
    found = read(SPARK)
    if not found:
        return []
    lines = [
        "## Spark", "",
        *paragraph(
            "CPU time of the same rows of Adult written by the plain loop, and by `sg.spark` on this machine with all"
            " that Spark does beside it; [scale_spark.md](scale_spark.md) says how."
        ), "",
        *header(["model", "rows", "plain loop", *(f"{way}, more for each million rows" for way in _ways(found))]),
    ]  # fmt: skip
    for name, run in found.items():
        loop, *others = (way["cpu"] for way in run["ways"].values())
        more = [f"{(cpu - loop) / run['rows'] * 1e6:,.1f} s" for cpu in others]
        lines.append(row([TITLES.get(name, name), f"{run['rows']:,}", f"{loop:,.1f} s", *more]))
    return [*lines, ""]


def _ways(found: Record) -> list[str]:
    return list(next(iter(found.values()))["ways"])[1:]


def _run(found: Record, part: str, key: str) -> Record | None:
    run: Record | None = found.get(part, {}).get("runs", {}).get(key)
    return run


def _cells(run: Record) -> Iterable[str]:
    took = f"{run['seconds']:,.1f} s" + (f" ({run['stopped']})" if "stopped" in run else "")
    return (
        f"{run['asked']:,}", took, f"{run['cpu_seconds']:,.1f} s", _memory(run), f"{run['load']:.1f}",
        f"{run['others']:.1f}",
    )  # fmt: skip


def _memory(run: Record) -> str:
    return _size(run["peak_bytes"])


def _size(of: float | None) -> str:
    return "" if of is None else f"{of / MB:,.0f} MB"
