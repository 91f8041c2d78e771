"""Measure the choice of families: ``python -m benchmarks.distributions``. What samples of known laws are called."""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

import synthgen as sg
from benchmarks import record
from benchmarks.distribution_laws import SOURCES, Drawn, Floats, Source, fitted_right
from benchmarks.distribution_ways import WAYS, ways_of
from benchmarks.peers.tables import load_fraud
from synthgen.profiling.distributions import describe_columns
from synthgen.profiling.distributions.column_family import ColumnFamily, family_of
from synthgen.profiling.distributions.laws import AnyLaw
from synthgen.profiling.distributions.sample import Sample
from synthgen.profiling.distributions.spikes import SPIKE
from synthgen.randomness import seed_sequence, stream
from synthgen.table.encoding import encode
from synthgen.table.roles import schema_with_roles

FILE = Path(__file__).with_name("distributions.json")
PAGE = Path(__file__).with_name("distributions.md")
SIZES = (200, 2_000, 20_000)
SAMPLES = 200
TARGET = 0.9
ONE_SIDED = 1.645
PARTS = ("recovered", "ways", "tables")
HEADS = ("law", "rows", "right", "right or not told apart", "gap", "differs by at most", "CPU ms", "called else")


def one_sample(title: str, n: int, number: int) -> dict[str, Any]:
    """Name one sample, and compare what was named with the law that it was drawn from, on rows drawn anew."""
    rng = stream(seed_sequence(0), title, n, number)
    source = SOURCES[title](rng)
    step = source.step if isinstance(source, Drawn) else 0.0
    rows, fresh = source.draw(n, rng), source.draw(n, rng)
    whole = step == 1.0
    used = time.process_time()
    found = family_of(Sample.of(rows, step), rows, stream(seed_sequence(1), number), whole=whole)
    used = time.process_time() - used
    gap, error = _gap(source, found, rows, fresh)
    return {
        "name": str(found.name), "right": _named(source.name, str(found.name)), "gap": gap,
        "same": bool(gap - ONE_SIDED * error <= 0), "milliseconds": 1000 * used,
        "upper": found.choice.interval[1] if found.choice else 1.0,
    }  # fmt: skip


def _named(wanted: str, name: str) -> bool:
    return name == wanted or (wanted == "kernel density" and wanted in name)


def _gap(source: Source, found: ColumnFamily, rows: Floats, fresh: Floats) -> tuple[float, float]:
    """By how much the right family, fitted to the same rows, is likelier on fresh ones; mean and standard error."""
    if found.choice is None:
        return math.inf, 0.0
    if isinstance(source, Drawn) and source.spike:
        if source.spike[0] not in found.atoms:
            return math.inf, 0.0
        rows, fresh = rows[rows != source.spike[0]], fresh[fresh != source.spike[0]]
    step = source.step if isinstance(source, Drawn) else 0.0
    right = fitted_right(source, Sample.of(rows, step)) or source
    sample = Sample.of(fresh, step)
    differences = right.log_mass(sample) - found.choice.law.log_mass(sample)
    gap = sample.average(differences)
    return gap, math.sqrt(sample.average((differences - gap) ** 2) / sample.n)


def recovered(samples: int) -> dict[str, Any]:
    """Each law at each size."""
    out: dict[str, Any] = {}
    for title in SOURCES:
        out[title] = {}
        for n in SIZES:
            each = [one_sample(title, n, number) for number in range(samples)]
            wrong = Counter(item["name"] for item in each if not item["right"])
            out[title][str(n)] = {
                "right": float(np.mean([item["right"] for item in each])),
                "right_or_same": float(np.mean([item["right"] or item["same"] for item in each])),
                "gap": float(np.quantile([item["gap"] for item in each], 0.9)),
                "upper_median": float(np.median([item["upper"] for item in each])),
                "milliseconds": float(np.median([item["milliseconds"] for item in each])),
                "called": dict(wrong.most_common(3)),
            }  # fmt: skip
            print(title, n, out[title][str(n)], flush=True)
        keep("recovered", out, samples)
    return out


def compared(samples: int) -> dict[str, Any]:
    """Ways of choosing, side by side on the same samples and the same fits."""
    out: dict[str, Any] = {}
    for n in SIZES:
        rights: dict[str, list[tuple[bool, bool]]] = {way: [] for way in WAYS}
        for title in SOURCES:
            if title.startswith(("two", "spiked", "zero-inflated lognormal", "zero-inflated gamma")):
                continue
            for number in range(samples):
                _compare(title, n, number, rights)
        out[str(n)] = {
            way: {
                "right": float(np.mean([right for right, _ in each])),
                "right_or_same": float(np.mean([right or same for right, same in each])),
            }
            for way, each in rights.items()
        }
        print(n, out[str(n)], flush=True)
        keep("ways", out, samples)
    return out


def _compare(title: str, n: int, number: int, rights: dict[str, list[tuple[bool, bool]]]) -> None:
    rng = stream(seed_sequence(0), title, n, number)
    source = SOURCES[title](rng)
    assert isinstance(source, Drawn)
    rows, fresh = source.draw(n, rng), Sample.of(source.draw(n, rng), source.step)
    true = (fitted_right(source, Sample.of(rows, source.step)) or source).log_mass(fresh)
    judged: dict[AnyLaw, bool] = {}

    def same(law: AnyLaw) -> bool:
        if law not in judged:
            differences = true - law.log_mass(fresh)
            gap = fresh.average(differences)
            error = math.sqrt(fresh.average((differences - gap) ** 2) / fresh.n)
            judged[law] = gap - ONE_SIDED * error <= 0
        return judged[law]

    laws = ways_of(rows, source.step, stream(seed_sequence(1), number), counts=source.step == 1.0 and rows.min() >= 0)
    for way, law in laws.items():
        rights[way].append((law.name == source.name, same(law)))


def tables() -> dict[str, Any]:
    """CPU seconds of all columns of real tables, and what Adult's capital-gain is called."""
    out: dict[str, Any] = {}
    for title, load in (
        ("Adult", sg.datasets.load_adult), ("Card payments, the shipped sample", sg.datasets.load_fraud),
        ("Card payments, all", load_fraud),
    ):  # fmt: skip
        frame = load()
        if title.endswith("all") and len(frame) < 100_000:
            out[title] = {"skipped": "the table is not beside this repository"}
            continue
        schema = schema_with_roles(frame, None)
        coded = encode(frame, schema)
        used = time.process_time()
        columns = describe_columns(coded, schema, seed_sequence(0))
        numbers = [column for column in columns if column.goodness is not None]
        out[title] = {
            "rows": len(frame), "columns": len(columns), "cpu_seconds": round(time.process_time() - used, 2),
            "families": dict(Counter(str(column.family) for column in numbers).most_common()),
            "capital_gain": next((column.family for column in columns if column.name == "capital-gain"), None),
        }  # fmt: skip
        print(title, out[title], flush=True)
    return out


def keep(part: str, result: dict[str, Any], samples: int) -> None:
    """Write what there is of a part, which may still be growing."""
    kept = record.read(FILE)
    kept[part] = {"result": result, "samples": samples, "made": record.when("scipy")}
    record.write(FILE, kept)
    PAGE.write_text(page(kept) + "\n", encoding="utf-8")


def page(kept: dict[str, Any]) -> str:
    lines = [
        "# Which family is a column of?", "",
        "Made by `python -m benchmarks.distributions`. Samples of known laws, parameters drawn anew for each; right: "
        "called by its family's name. Or not told apart: on as many rows drawn anew, the right family, fitted to the "
        "same sample, isn't likelier than the law that was chosen (paired difference, one-sided 95 %). Wanted: "
        f"{TARGET:.0%} right or not told apart. Gap: what the chosen law's mean log-likelihood of a row falls short of "
        "the right family's, largest tenth of the samples. Differs by at most: upper end of the interval of the KS "
        "distance, median over the samples.", "",
    ]  # fmt: skip
    if "recovered" in kept:
        part = kept["recovered"]["result"]
        lines += [f"{kept['recovered']['samples']} samples of each law and size.", ""]
        lines += record.header(HEADS)
        lines += [_row(title, n, found) for title, sizes in part.items() for n, found in sizes.items()]
        each = [found["right_or_same"] for sizes in part.values() for found in sizes.values()]
        below = sum(share < TARGET for share in each)
        words = f"{len(each) - below} of {len(each)} are at {TARGET:.0%} or above; the lowest is {min(each):.1%}."
        lines += ["", words, ""]
    if "ways" in kept:
        lines += [
            "## Ways of choosing", "",
            f"{kept['ways']['samples']} samples of each law without spikes, the same samples and fits for each way; "
            "share that is right, and right or not told apart.", "",
        ]  # fmt: skip
        lines += record.header(["way", *(f"{int(n):,} rows" for n in kept["ways"]["result"])])
        for way in WAYS:
            cells = [kept["ways"]["result"][n][way] for n in kept["ways"]["result"]]
            lines.append(record.row([way, *(f"{c['right']:.1%}, {c['right_or_same']:.1%}" for c in cells)]))
        lines.append("")
    if "tables" in kept:
        lines += ["## Real tables", "", f"Single values of {SPIKE:.0%} of a column or more are spikes.", ""]
        lines += record.header(["table", "rows", "columns", "CPU s", "families of its numbers"])
        for title, found in kept["tables"]["result"].items():
            if "skipped" in found:
                lines.append(record.row([title, "", "", "", f"skipped: {found['skipped']}"]))
                continue
            words = ", ".join(f"{name} ({count})" for name, count in found["families"].items())
            lines.append(
                record.row([title, f"{found['rows']:,}", str(found["columns"]), str(found["cpu_seconds"]), words])
            )
        gain = kept["tables"]["result"]["Adult"]["capital_gain"]
        lines += ["", f"Adult's capital-gain is called {gain}.", ""]
    return "\n".join([*lines, *record.made_with(part["made"] for part in kept.values())])


def _row(title: str, n: str, found: dict[str, Any]) -> str:
    called = ", ".join(f"{name} ({count})" for name, count in found["called"].items())
    return record.row([
        title, f"{int(n):,}", f"{found['right']:.1%}", f"{found['right_or_same']:.1%}", f"{found['gap']:.4f}",
        f"{found['upper_median']:.3f}", f"{found['milliseconds']:.1f}", called,
    ])  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.distributions", description=__doc__)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--samples", type=int, default=SAMPLES, help="of each law and size, default: %(default)s")
    parser.add_argument("--page", action="store_true", help="only write the page anew")
    given = parser.parse_args()
    for name in [] if given.page else given.parts:
        if name == "tables":
            keep(name, tables(), 0)
        else:
            {"recovered": recovered, "ways": compared}[name](given.samples)
    if given.page:
        PAGE.write_text(page(record.read(FILE)) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
