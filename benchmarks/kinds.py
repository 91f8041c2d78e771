"""What comes back of kinds of columns that users of other generators asked for: ``python -m benchmarks.kinds``."""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import synthgen as sg
from benchmarks import record
from benchmarks.kinds_tables import ASKED, ROWS, Asked, judged
from synthgen.generators import GENERATORS

FILE, PAGE = Path(__file__).with_name("kinds.json"), Path(__file__).with_name("kinds.md")
NAMES = ("gaussian_copula", "tree")


def measured(name: str, asked: Asked) -> dict[str, Any]:
    """Columns of rows that a generator makes without being told anything."""
    columns: dict[str, Any] = {}
    seconds = 0.0
    for frame, names in asked.parts().values():
        start = time.process_time()
        schema = sg.Schema.infer(frame)
        made = GENERATORS[name](random_state=0).fit(frame, schema=schema).sample(ROWS, random_state=1)
        seconds += time.process_time() - start
        for column in names:
            found = judged(frame[column], made[column], asked.right[column])
            columns[column] = {"guessed": str(schema[column].kind), **found}
    return {"columns": columns, "cpu_seconds": round(seconds, 2)}


def own() -> dict[str, Any]:
    """All tables, by both generators that model a table as a whole."""
    for name in NAMES:
        measured(name, next(iter(ASKED.values())))  # what is compiled on first use isn't counted
    return {name: {generator: measured(generator, asked) for generator in NAMES} for name, asked in ASKED.items()}


def shown(about: dict[str, Any]) -> str:
    """One column of one generator, in a cell."""
    if "stopped" in about:
        return f"stops: {about['stopped'][:100]}"
    words = [f"{about['right']:.0%} right"]
    if not about["dtype"]:
        words.append("**another dtype**")
    if about["real"] is not None and about["real"] > 0.99:
        words.append("real values only")
    if about["real_gaps"] not in (0.0, 1.0):
        words.append(f"gaps {about['gaps']:.0%} for {about['real_gaps']:.0%}")
    return f"{', '.join(words)} ({about['guessed']})" if "guessed" in about else ", ".join(words)


def page(found: dict[str, Any]) -> str:
    """The page, of what was measured."""
    ours, sdv = found["synthgen"], found.get("sdv")
    lines = [
        "# Kinds of columns", "",
        "Made by `python -m benchmarks.kinds` (beside SDV: `--part sdv --python` of an environment that has it).",
        f"Tables of {ROWS:,} rows, made up in `benchmarks/kinds_tables.py`. A value is right if it is in the range of",
        "the real ones and on their grid (whole cents, quarter hours, days), or, of labels, one of them. In brackets:",
        "what the generator takes the column for by itself. In synthgen nothing is declared; SDV is also told once,",
        "column by column, what each is. `real values only` says that every value is one that a real row has: of",
        "labels it has to be so, of quantities it means that none is new.", "",
    ]  # fmt: skip
    for name in ASKED:
        columns = {generator: ours[name][generator]["columns"] for generator in NAMES}
        heads = ["column", *(f"synthgen, {generator}" for generator in NAMES)]
        if sdv:
            columns |= {f"SDV {sdv['sdv']}, {way}": sdv[name][way]["columns"] for way in sdv[name]}
            heads += [f"SDV {sdv['sdv']}, {way}" for way in sdv[name]]
        lines += [f"## Ask {name}", "", *record.header(heads)]
        for column in ASKED[name].right:
            lines.append(record.row([f"`{column}`", *(shown(part[column]) for part in columns.values())]))
        took = [f"{generator} {ours[name][generator]['cpu_seconds']} s" for generator in NAMES]
        took += [f"SDV, {way}, {part['cpu_seconds']} s" for way, part in sdv[name].items()] if sdv else []
        lines += ["", f"CPU time: {', '.join(took)}.", ""]
    if sdv:
        lines += [
            "SDV needs metadata, which it can detect by itself; without them:", "",
            f"> {sdv['without metadata']['stopped']}", "",
        ]  # fmt: skip
    lines += record.made_with([found["when"], *([sdv["when"]] if sdv else [])])
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.kinds", description=__doc__)
    parser.add_argument("--part", action="append", choices=["synthgen", "sdv"], help="default: synthgen")
    parser.add_argument("--python", default=sys.executable, help="an environment with SDV, for --part sdv")
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    found = record.read(FILE)
    for part in given.part or ["synthgen"]:
        if part == "sdv":
            made = record.json_of([given.python, "-m", "benchmarks.peers.sdv_kinds"])
            found["sdv"] = {**made, "when": {**record.when(), "versions": made.pop("versions")}}
        else:
            found |= {"synthgen": own(), "when": record.when()}
    record.write(FILE, found)
    PAGE.write_text(page(found), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
