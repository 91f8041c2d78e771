"""merge_run(): the table of a recorded run, from its real and its synthetic rows, once a person has looked at it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from synthgen import tags
from synthgen.errors import DataError, GateFailed, UsageError
from synthgen.merging import merge_frames
from synthgen.provenance import with_merge, with_review
from synthgen.reviewing import ReviewLog, read_decisions
from synthgen.table import to_pandas
from synthgen.verification.before import check_tags, read_record


@dataclass(frozen=True)
class Merged:
    """A merged table, and the record that tells of it.

    Attributes
    ----------
    table : pandas.DataFrame
        Real rows and the synthetic ones that are left; of a release the latter only.
    record : dict
        What ``run.json`` is to hold now.
    log : ReviewLog or None
    """

    table: pd.DataFrame
    record: dict[str, Any]
    log: ReviewLog | None


def merge_run(
    run: str | Path | Mapping[str, Any],
    data: Any,
    synthetic: Any,
    *,
    review: Any = None,
    reviewer: str | None = None,
    key: bytes | None = None,
) -> Merged:
    """Merge the rows of a recorded run.

    Parameters
    ----------
    run : path or mapping
        Its ``run.json``.
    data : table
        The real table that it was made from.
    synthetic : table
        Its accepted synthetic rows.
    review, reviewer
        As for :meth:`synthgen.SynthesisResult.reviewed`; a run that awaits a review isn't merged without one.
    key : bytes, optional
        The key of the tags that the record holds, if it holds any: rows are compared with them, and they are made anew.

    Returns
    -------
    Merged

    Raises
    ------
    GateFailed
        The gate withheld the table.
    DataError
        A table isn't that of the run, or the sheet can't be used.
    UsageError
        A review, a name or the key is lacking.
    """
    record = read_record(run)
    provenance = record["provenance"]
    _check_gate(record)
    release = provenance.get("purpose") == "release"
    frames = {
        "source": to_pandas(data, name="data")[0],
        "synthetic": to_pandas(synthetic, name="synthetic")[0],
    }
    _check_rows(provenance, frames)
    _check_tagged(record, frames, key)
    if provenance.get("awaits_review") and review is None:
        raise UsageError("This run isn't merged before a person has looked at rows of it: give its review sheet.")
    made = frames["synthetic"]
    log = None if review is None else read_decisions(review, made, reviewer)
    if log is not None:
        made = made[log.kept(len(made))]
    table = made.reset_index(drop=True) if release else merge_frames(frames["source"], made)
    changes = with_merge(provenance) if log is None else with_review(provenance, log)
    told = {**record, "provenance": {**provenance, **changes}}
    if key is not None:
        told = tags.tagged(told, key, {"source": frames["source"], "synthetic": made, "table": table})
    return Merged(table, told, log)


def _check_gate(record: Mapping[str, Any]) -> None:
    verdict, provenance = record.get("verdict"), record["provenance"]
    outcome = verdict.get("outcome") if isinstance(verdict, Mapping) else None
    passing = ("PASS",) if provenance.get("purpose") == "release" else ("PASS", "INCONCLUSIVE")
    # A gate that was lifted is written down as none; a record without any says nothing.
    if provenance.get("gate", "") is None or outcome in passing:
        return
    raise GateFailed(
        f"The gate withheld this table ({outcome or 'no verdict'}), so its rows aren't merged. The reports of the run "
        "say why."
    )


def _check_rows(provenance: Mapping[str, Any], frames: Mapping[str, pd.DataFrame]) -> None:
    fairness = provenance.get("fairness")
    plan = fairness.get("plan") if isinstance(fairness, Mapping) else None
    if isinstance(plan, Mapping) and plan.get("kind") == "proxies":
        raise UsageError(
            "A fairness plan of proxies changes the real rows too, so they can't be taken from DATA. Merge in Python: "
            "result.reviewed(sheet).data."
        )
    counts = provenance.get("counts")
    counts = counts if isinstance(counts, Mapping) else {}
    for name, held, what in (("source", "real", "real rows"), ("synthetic", "accepted", "accepted synthetic rows")):
        n = len(frames[name])
        if counts.get(held) == n:
            continue
        reviews = provenance.get("reviews")
        if name == "synthetic" and reviews and counts.get(held) == n - counts.get("refused_by_reviewer", 0):
            raise DataError(
                "The record says that these rows were reviewed and merged before. To decide anew, use run.json as it "
                "was before the merge."
            )
        raise DataError(f"The run has {counts.get(held)} {what}; this table has {n}. Name the table of this run.")


def _check_tagged(record: Mapping[str, Any], frames: Mapping[str, pd.DataFrame], key: bytes | None) -> None:
    """Compare tables with the tags of the record; without the key the tags couldn't be made anew."""
    if key is None:
        if record.get(tags.MEMBER):
            raise UsageError("The record holds tags made with a key, which a merge makes anew. Give the key.")
        return
    check_tags(record)
    held = record[tags.MEMBER]
    if not tags.same(held.get("key"), tags.key_tag(key)):
        raise UsageError("The tags of the record were made with another key. Give the key of the run.")
    if not tags.same(held.get("record"), tags.record_tags(record, key)["record"]):
        raise DataError("The record was changed after it was written. Use run.json as synthgen wrote it.")
    for name, what in (("source", "real"), ("synthetic", "synthetic")):
        if not tags.same(held.get(name), tags.table_tag(key, frames[name])):
            raise DataError(f"The {what} table isn't that of the run: a value, a row or a column differs.")
