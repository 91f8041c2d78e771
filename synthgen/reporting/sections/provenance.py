"""Where a table comes from: how it was made, with which settings, counts and libraries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from synthgen.reporting.html import compact, moment, number, plain, prose, render, shorten
from synthgen.reporting.section import Section

FACTS = {
    "version": "synthgen version",
    "created": "Made on",
    "generator": "Generator",
    "choice": "Why this generator",
    "generator_words": "How rows are made",
    "guarantee": "Formal privacy guarantee",
    "purpose": "Purpose",
    "target": "Target column",
    "random_state": "Random state",
    "gate": "Gate",
}
COUNTS = {
    "real": "Real rows handed in",
    "train": "Real rows the generator learnt from",
    "holdout": "Real rows held out, never seen by the generator",
    "train_matched": "Training rows compared",
    "holdout_matched": "Held-out rows compared",
    "synthetic": "Synthetic rows compared",
    "requested": "Synthetic rows asked for",
    "drawn": "Synthetic rows drawn, reserve included",
    "refused": "Synthetic rows refused",
    "accepted": "Synthetic rows accepted",
    "delivered": "Rows in the table handed back",
    "refused_by_reviewer": "Synthetic rows refused by a reviewer",
}

COARSER = {
    "merged_labels": "labels merged",
    "coded_extremes": "values beyond what enough people reach",
    "grouped_columns": "groups rounded to",
}


def provenance_section(about: object, provenance: Mapping[str, Any]) -> Section | None:
    """Everything that is known about how the table was made."""
    counts = {**dict(getattr(about, "counts", {})), **dict(provenance.get("counts") or {})}
    facts = [(title, fact(key, provenance[key])) for key, title in FACTS.items() if key in provenance]
    rows = [(title, counts[key]) for key, title in COUNTS.items() if counts.get(key) is not None]
    rows += [(shorten(key), value) for key, value in counts.items() if key not in COUNTS]
    if not facts and not rows:
        return None
    html = render(
        "provenance.html", facts=facts, counts=rows,
        parameters=_pairs(provenance.get("parameters")), libraries=_pairs(provenance.get("libraries")),
        seconds=_seconds(provenance.get("seconds")), coarser=_coarser(provenance.get("disclosure")),
        reviews=_reviews(provenance), pieces=_pieces(provenance.get("pieces")),
    )  # fmt: skip
    return Section("provenance", "Provenance", html)


def _pieces(pieces: object) -> dict[str, list[str]]:
    """Of a table worked on in pieces, what was counted on all rows, and what was seen on some of them."""
    if not isinstance(pieces, Mapping):
        return {}
    return {
        title: [prose(line) for line in pieces.get(key) or ()]
        for key, title in (("exact", "Of all rows"), ("sampled", "Of some rows"))
    }


def _coarser(disclosure: object) -> list[tuple[str, str]]:
    """What was made coarser before a generator learnt, in counts."""
    if not isinstance(disclosure, Mapping):
        return []
    pairs = [("People who must share what is shown", _value(disclosure.get("fewest_holders")))]
    for key, words in COARSER.items():
        pairs += [(f"{shorten(name)}: {words}", _value(count)) for name, count in (disclosure.get(key) or {}).items()]
    moved = disclosure.get("moved_cells")
    return [*pairs, ("Rows moved to a commoner combination", _value(moved))] if moved else pairs


def _reviews(provenance: Mapping[str, Any]) -> list[str]:
    """Who looked at rows, when, and what was refused, a sentence a review."""
    said = []
    for log in provenance.get("reviews") or ():
        if not isinstance(log, Mapping):
            continue
        lines = ", ".join(
            f"{_value(counts.get('refused'))} of {_value(counts.get('rows'))} {prose(group)}"
            for group, counts in (log.get("groups") or {}).items() if isinstance(counts, Mapping)
        )  # fmt: skip
        said.append(
            f"{prose(log.get('reviewer'))} looked at {_value(log.get('rows'))} rows at {prose(log.get('reviewed'))} "
            f"and refused {_value(log.get('refused'))} of them ({lines}). Figures are of the rows before that"
        )
    if provenance.get("awaits_review"):
        said.append("The table isn't merged before somebody has looked at rows of it")
    return said


def _pairs(mapping: object) -> list[tuple[str, str]]:
    if not isinstance(mapping, Mapping):
        return []
    return [(prose(key).replace("_", " "), _value(value)) for key, value in mapping.items()]


def _seconds(mapping: object) -> list[tuple[str, str]]:
    if not isinstance(mapping, Mapping):
        return []
    return [(prose(key), compact(value)) for key, value in mapping.items()]


def fact(key: str, value: object) -> str:
    """Write one of :data:`FACTS` for reading."""
    if key == "gate":
        return "lifted (gate=None)" if value is None else _value(value)
    if key == "created":
        return moment(value)
    return "not set" if value is None and key == "random_state" else _value(value)


def _value(value: object) -> str:
    shown = plain(value)
    if isinstance(shown, float):
        return number(shown)
    if isinstance(shown, list):
        return prose(", ".join(map(_value, shown)) or "none")
    if isinstance(shown, dict):
        return prose(", ".join(f"{key}: {_value(item)}" for key, item in shown.items()) or "none")
    return "none" if shown is None else prose(shown)
