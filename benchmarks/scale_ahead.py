"""What the slopes that ``benchmarks.scale`` measured say of tables that were not measured."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.record import header, paragraph, row
from benchmarks.scale_targets import MODELS, SIZES

ROWS, CORES = 10**9, 100
BLOCK, HASH = 25_000, 8
"""Rows of a block, bytes of a row's hash."""

TITLES = {"gaussian_copula": "copula", "tree": "tree"}


@dataclass(frozen=True)
class Slope:
    """A straight line through the two largest sizes: what each further row costs, and the power of rows it goes with.

    Examples
    --------
    >>> line = Slope.through((100, 3.0), (1_000, 12.0))
    >>> line.each, line.start, line.at(2_000)
    (0.01, 2.0, 22.0)
    >>> round(Slope.through((100, 3.0), (1_000, 30.0)).power, 6)
    1.0
    """

    each: float
    start: float
    power: float

    @classmethod
    def through(cls, one: tuple[float, float], other: tuple[float, float]) -> Slope:
        each = (other[1] - one[1]) / (other[0] - one[0])
        return cls(each, one[1] - each * one[0], math.log(other[1] / one[1]) / math.log(other[0] / one[0]))

    def at(self, rows: float, cores: int = 1) -> float:
        """Seconds for so many rows, what each row costs shared out to cores."""
        return self.start + self.each * rows / cores


def slope(found: Mapping[str, Any], part: str, name: str, what: str) -> Slope | None:
    """The line of a figure of a part's runs, through the two largest sizes; None where they weren't measured."""
    runs = found.get(part, {}).get("runs", {})
    points = [
        (run["asked"], run[what])
        for rows in SIZES[-2:]
        if (run := runs.get(f"{name} {rows}")) is not None and what in run and "stopped" not in run
    ]
    return Slope.through(*points) if len(points) == 2 else None


def ahead(found: Mapping[str, Any]) -> list[str]:
    """The section on a billion rows, computed of the record."""
    lines = [*_drawn(found), *_read(found)]
    if not lines:
        return []
    return [
        f"## Ahead: {ROWS:,} rows on a cluster of {CORES} cores", "",
        *paragraph(
            f"On paper, from straight lines through {SIZES[-2]:,} and {SIZES[-1]:,} rows of ten columns, with cores"
            " like those measured on. Rows are made by all cores, each block by itself; what reads all rows once does"
            " so on one machine. The power is that of the number of rows that a figure goes with: 1 is in proportion,"
            " less comes of what each run starts with."
        ), "",
        *header(["what", "each million rows", "power", f"{ROWS:,} rows"]), *lines, "",
        "What would break first:", "",
        *_breaks(found), "",
    ]  # fmt: skip


def _drawn(found: Mapping[str, Any]) -> list[str]:
    lines = []
    for name in MODELS:
        line = slope(found, "generate", name, "cpu_seconds")
        if line is not None:
            cells = _cells(line, line.at(ROWS, CORES))
            lines.append(row([f"rows of the {TITLES[name]}, CPU time, {CORES} cores", *cells]))
    return lines


def _read(found: Mapping[str, Any]) -> list[str]:
    lines = []
    for what, part, name, figure in (
        ("one pass of the scan, one machine", "fit", "tree", "scan"),
        ("the whole of `sg.synthesize`, this machine alone", "whole", "mixed", "seconds"),
    ):
        line = slope(found, part, name, figure)
        if line is not None:
            lines.append(row([what, *_cells(line, line.at(ROWS))]))
    return lines


def _breaks(found: Mapping[str, Any]) -> list[str]:
    scan = slope(found, "fit", "tree", "scan")
    memory = slope(found, "whole", "mixed", "peak_bytes")
    drawn = found.get("generate", {}).get("runs", {}).get(f"tree {SIZES[-1]}", {})
    size = f", {drawn['out_bytes'] / drawn['asked'] * ROWS / 1e9:,.0f} GB" if "out_bytes" in drawn else ""
    reasons = [
        f"The hashes of all real rows, among which copies are looked for: {HASH} bytes a row, {HASH * ROWS / 1e9:.0f}"
        " GB on one disk, and looked up at random: past what the page cache holds, each look-up reads the disk.",
        f"The journal beside the output: {ROWS // BLOCK:,} blocks of {BLOCK:,} rows in one folder{size}, written once"
        " and read once more for the final file.",
        "The sample that the model learns from has a fixed size, the smaller a share the more rows there are. Of what"
        " few rows have, other than the target's rare classes, hardly any row is in it.",
    ]
    if scan is not None:
        reasons.insert(
            0,
            f"The passes over all real rows, which one machine makes: {_time(scan.at(ROWS))} for the scan alone, while"
            f" {CORES} cores wait. On Spark, counts and the sample are taken by the executors instead.",
        )
    if memory is not None:
        reasons.append(
            f"Memory that goes with rows: {max(memory.each, 0):,.1f} bytes a row between the two largest sizes, which"
            f" would be {max(memory.at(ROWS), 0) / 1e9:,.1f} GB."
        )
    return [line for number, reason in enumerate(reasons, 1) for line in paragraph(f"{number}. {reason}")]


def _cells(line: Slope, seconds: float) -> list[str]:
    return [f"{line.each * 1e6:,.2f} s", f"{line.power:.2f}", _time(seconds)]


def _time(seconds: float) -> str:
    """Seconds in the unit that one would say them in."""
    for unit, size in (("h", 3_600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:,.1f} {unit}"
    return f"{seconds:,.1f} s"
