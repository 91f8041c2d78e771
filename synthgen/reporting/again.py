"""The pages of a run anew, from their twins, when its record has changed since."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from synthgen.reporting.croissant import croissant_json
from synthgen.reporting.data_card import card_md
from synthgen.reporting.records import as_plain
from synthgen.reporting.table_file import TableFile
from synthgen.reporting.twin import Twin, drawing, read_twin

TWINS = ("fidelity.json", "bias.json")


def pages_again(folder: Path, changes: Mapping[str, Any], file: TableFile | None = None) -> dict[str, str]:
    """Give the pages that lie in a folder as they are with another provenance.

    Parameters
    ----------
    folder : Path
    changes : mapping
        What changed in the provenance.
    file : TableFile or None
        Where the table was written.

    Returns
    -------
    dict of str to str
        File name to contents; of pages without a twin beside them there are none.
    """
    from synthgen.reporting import page_html

    pages: dict[str, str] = {}
    twins: dict[str, Twin] = {}
    for name in TWINS:
        if not (folder / name).is_file():
            continue
        old = read_twin(folder / name)
        known = {**old.document["provenance"], **as_plain(dict(changes))}
        twin = replace(old, document={**old.document, "provenance": known})
        twins[twin.kind] = twin
        pages[name] = json.dumps(twin.document, indent=1, ensure_ascii=True, allow_nan=False) + "\n"
        pages[name.replace(".json", ".html")] = page_html(twin)
    if len(twins) == len(TWINS):
        with drawing(*twins.values()):
            card = (twins["fidelity"].report, twins["bias"].profile, twins["fidelity"].provenance, file)
            pages["card.md"] = card_md(*card)
            pages["croissant.json"] = croissant_json(*card, folder)
    return pages
