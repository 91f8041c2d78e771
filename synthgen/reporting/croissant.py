"""The data card for programs: Croissant, a JSON-LD vocabulary for data sets.

The vocabulary is that of Croissant 1.0, https://docs.mlcommons.org/croissant/docs/croissant-spec.html, with its
extension for responsible AI, https://docs.mlcommons.org/croissant/docs/croissant-rai-spec.html.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from numbers import Integral
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synthgen.reporting import data_card
from synthgen.reporting.html import clean, prose
from synthgen.reporting.records import text
from synthgen.table.column import Column, Kind

if TYPE_CHECKING:
    from synthgen.profiling.profile import Profile
    from synthgen.reporting.table_file import TableFile
    from synthgen.validation.report import ValidationReport

_CR = ("citeAs", "column", "extract", "field", "fileProperty", "fileObject", "fileSet", "format", "includes",
       "isLiveDataset", "jsonPath", "key", "md5", "parentField", "path", "recordSet", "references", "regex", "repeated",
       "replace", "samplingRate", "separator", "source", "subField", "transform", "equivalentProperty")  # fmt: skip
CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    **{word: f"cr:{word}" for word in _CR},
}
TYPES = {
    Kind.CONTINUOUS: "sc:Float",
    Kind.INTEGER: "sc:Integer",
    Kind.BOOLEAN: "sc:Boolean",
    Kind.DATETIME: "sc:DateTime",
}
_SIMPLE = re.compile(r"[A-Za-z_][A-Za-z0-9_ .-]{0,79}")
_PLACE = re.compile(r"column-\d+")


def croissant_json(
    report: ValidationReport,
    profile: Profile,
    provenance: Mapping[str, Any],
    file: TableFile | None = None,
    folder: Path = Path(),
) -> str:
    """Give the data card of a run as Croissant JSON-LD.

    Parameters
    ----------
    report : ValidationReport
    profile : Profile
    provenance : mapping
    file : TableFile or None
        Where the table was written. Only with its hash are the file and its records described: Croissant asks for a
        plain hash of every file, and there must be none of a table with real rows. Without one the columns are listed
        as ``variableMeasured``, and the description says so.
    folder : Path
        Where the document will lie.

    Returns
    -------
    str
    """
    described = file is not None and file.sha256 is not None
    sentences = [*data_card.about(report, profile, provenance), *data_card.uses(report, provenance)]
    if not described:
        sentences.append(
            "The file is not described here: it holds real rows, or wasn't written together with this card, and a "
            "plain hash would let anyone test a guess at real rows."
        )
    document: dict[str, Any] = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "name": "synthetic-rows" if file is None else text(file.path.name.split(".")[0]) or "synthetic-rows",
        "description": _unmarked(" ".join(sentences)),
        "conformsTo": ["http://mlcommons.org/croissant/1.0", "http://mlcommons.org/croissant/RAI/1.0"],
        "isLiveDataset": False,
        **_responsible(report, profile, provenance),
    }
    if created := provenance.get("created"):
        document["datePublished"] = text(created)
    if file is not None and described:
        document["distribution"] = [
            {
                "@type": "cr:FileObject",
                "@id": "table",
                "name": text(file.path.name),
                "contentUrl": clean(file.seen_from(folder)),
                "encodingFormat": file.encoding,
                "sha256": file.sha256,
            }
        ]
        document["recordSet"] = [
            {"@type": "cr:RecordSet", "@id": "rows", "name": "rows", "field": _fields(profile, provenance)}
        ]
    else:
        document["variableMeasured"] = [
            {"@type": "sc:PropertyValue", "name": text(column.name), "description": f"A column, {column.kind}."}
            for column in profile.schema.columns
        ]
    return json.dumps(document, indent=2, ensure_ascii=True, allow_nan=False) + "\n"


def _responsible(report: ValidationReport, profile: Profile, provenance: Mapping[str, Any]) -> dict[str, Any]:
    """How it came about, what it is for and its limits, in the words of the card."""
    words: dict[str, Any] = {
        "rai:dataCollection": _unmarked(" ".join(data_card.made(provenance))),
        "rai:dataCollectionType": ["Others"],
        "rai:dataUseCases": [_unmarked(sentence) for sentence in data_card.uses(report, provenance)]
        + [f"Not for: {sentence}" for sentence in data_card.misuses(report)],
        "rai:dataLimitations": [
            *map(prose, data_card.limits(report, profile, provenance)),
            *(f"Not tested: {prose(sentence)}" for sentence in data_card.untested(report)),
        ],
    }
    if profile.bias.features:
        words["rai:personalSensitiveInformation"] = [text(name) for name in profile.bias.features]
    if isinstance(provenance.get("disclosure"), Mapping):
        words["rai:dataPreprocessingProtocol"] = [_unmarked(data_card.made(provenance)[-1])]
    return words


def _fields(profile: Profile, provenance: Mapping[str, Any]) -> list[dict[str, Any]]:
    disclosure = provenance.get("disclosure")
    merged = disclosure.get("merged_labels") or {} if isinstance(disclosure, Mapping) else {}
    return [
        {
            "@type": "cr:Field",
            "@id": f"rows/{_anchor(column.name, place)}",
            "name": text(column.name),
            "description": f"A column, {column.kind}; its role is {str(column.role).replace('_', ' ')}.",
            "dataType": "sc:Text" if column.name in merged else _type(column),
            "source": {"fileObject": {"@id": "table"}, "extract": {"column": _encodable(column.name)}},
        }
        for place, column in enumerate(profile.schema.columns, start=1)
        # Croissant can't point at a column without a name.
        if column.name
    ]


def _type(column: Column) -> str:
    if column.kind is not Kind.CATEGORICAL:
        return TYPES.get(column.kind, "sc:Text")
    labels = column.categories or ()
    if labels and all(isinstance(label, Integral) and not isinstance(label, bool) for label in labels):
        return "sc:Integer"
    return "sc:Text"


def _anchor(name: str, place: int) -> str:
    """The column's name where it can be an address, else its place."""
    simple = _SIMPLE.fullmatch(name) and not _PLACE.fullmatch(name)
    return name if simple else f"column-{place}"


def _encodable(name: str) -> str:
    """The name as it is in the file; half a surrogate pair can't be in one."""
    return name.encode("utf-8", "replace").decode("utf-8")


def _unmarked(sentence: str) -> str:
    """Text of the card without its Markdown."""
    return re.sub(r"\\(?=[^\w\s])", "", sentence).replace("**", "").replace("`", "")
