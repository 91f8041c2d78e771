"""The JSON twin of a page: what it shows, for programs, versioned, and the page again from it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from jinja2 import TemplateError

from synthgen.errors import FileError, SynthgenError
from synthgen.reporting.records import as_plain, read_record
from synthgen.reporting.sections.refused import flagged_by_reason
from synthgen.reporting.uplift_record import UpliftRecord

if TYPE_CHECKING:
    from synthgen.planning.fairness import FairnessPlan
    from synthgen.planning.uplift.result import Uplift
    from synthgen.profiling.profile import Profile
    from synthgen.validation.report import ColumnComparison, ValidationReport
    from synthgen.validation.utility.reliability import Reliability

VERSION = 1
FIDELITY_FORMAT = "synthgen-fidelity"
BIAS_FORMAT = "synthgen-bias"
FORMATS = {FIDELITY_FORMAT: "fidelity", BIAS_FORMAT: "bias"}

MINUTE = 60_000_000
"""Dates are counted in microseconds, and named to the minute."""

MOST_FLAGS = 10**8

NOT_ON_PAGE = ("request", "choice_signal")


@dataclass(frozen=True)
class Twin:
    """A twin as it was read.

    Parameters
    ----------
    kind : {"fidelity", "bias"}
    document : mapping
        The whole JSON object.
    name : str
        The file's name with its folder's, for a person.
    """

    kind: str
    document: Mapping[str, Any]
    name: str = ""

    @property
    def provenance(self) -> dict[str, Any]:
        """How the table was made, as far as the page says."""
        return dict(self.document["provenance"])

    @cached_property
    def report(self) -> ValidationReport:
        """What a fidelity page shows; its flagged rows have reasons only."""
        from synthgen.validation.report import ValidationReport

        held = _member(self.document, "report")
        reasons = _member(held, "flagged_by_reason", "report.")
        if not all(type(count) is int and 0 <= count <= MOST_FLAGS for count in reasons.values()):
            raise FileError("The file isn't whole: report.flagged_by_reason must hold whole numbers. Write it anew.")
        listed = [reason for reason, count in reasons.items() for _ in range(count)]
        return read_record(
            ValidationReport, held, "report", flagged_rows=pd.DataFrame({"reason": listed}, dtype=object)
        )

    @cached_property
    def uplift(self) -> UpliftRecord | None:
        """What a fidelity page shows of an estimate of uplift; None where it was handed none."""
        held = self.document.get("uplift")
        return None if held is None else read_record(UpliftRecord, held, "uplift")

    @cached_property
    def calibration(self) -> tuple[Reliability, ...]:
        """Whether probabilities came true, one a model; empty where none were handed in."""
        from synthgen.validation.utility.reliability import Reliability

        held = self.document.get("calibration", [])
        if not isinstance(held, list):
            raise FileError("The file isn't whole: calibration must be a list. Write it anew.")
        return tuple(read_record(Reliability, item, f"calibration[{i}]") for i, item in enumerate(held))

    @property
    def plans(self) -> list[Mapping[str, Any]]:
        """Plans about groups as a bias page shows them; empty where none were handed in."""
        held = self.document.get("plans", [])
        if not isinstance(held, list) or not all(isinstance(item, Mapping) for item in held):
            raise FileError("The file isn't whole: plans must be a list of objects. Write it anew.")
        return held

    @cached_property
    def profile(self) -> Profile:
        """What a bias page shows."""
        from synthgen.profiling.profile import Profile

        return read_record(Profile, _member(self.document, "profile"), "profile")


def fidelity_json(
    report: ValidationReport, provenance: Mapping[str, Any] | None = None, *,
    uplift: Uplift | UpliftRecord | None = None, calibration: Sequence[Reliability] = (),
) -> str:  # fmt: skip
    """Give what the fidelity page shows as JSON.

    Parameters
    ----------
    report : ValidationReport
    provenance : mapping or None
        As for :func:`synthgen.reporting.fidelity_html`.
    uplift : Uplift or UpliftRecord, optional
    calibration : sequence of Reliability

    Returns
    -------
    str
        An object with ``"format": "synthgen-fidelity"`` and ``"version": 1``, laid down in
        ``synthgen/reporting/schemas/fidelity.schema.json``. Figures have the digits that the page shows.
    """
    written = {
        item.name: as_plain(getattr(report, item.name)) for item in fields(report) if item.name != "flagged_rows"
    }
    for column, drawn in zip(report.columns, written["columns"], strict=True):
        drawn["edges"] = _ends(column)
    written["verdict"]["words"] = report.verdict.words
    written["flagged_by_reason"] = flagged_by_reason(report)
    more: dict[str, Any] = {}
    if uplift is not None:
        more["uplift"] = as_plain(uplift if isinstance(uplift, UpliftRecord) else UpliftRecord.of(uplift))
    if calibration:
        more["calibration"] = as_plain(list(calibration))
    return _text({"format": FIDELITY_FORMAT, "version": VERSION, "report": written, **more, **_about(provenance)})


def bias_json(
    profile: Profile, provenance: Mapping[str, Any] | None = None, *, plans: Sequence[FairnessPlan] = ()
) -> str:
    """Give what the bias page shows as JSON.

    Parameters
    ----------
    profile : Profile
    provenance : mapping or None
    plans : sequence of FairnessPlan
        As for :func:`synthgen.reporting.bias_html`.

    Returns
    -------
    str
        An object with ``"format": "synthgen-bias"`` and ``"version": 1``, laid down in
        ``synthgen/reporting/schemas/bias.schema.json``. It describes the real rows: treat it as them.
    """
    more = {"plans": as_plain([plan.to_dict() for plan in plans])} if plans else {}
    return _text(
        {"format": BIAS_FORMAT, "version": VERSION, "profile": as_plain(profile), **more, **_about(provenance)}
    )


def read_twin(path: str | Path) -> Twin:
    """Read a twin, and refuse what isn't one.

    Parameters
    ----------
    path : str or pathlib.Path

    Returns
    -------
    Twin

    Raises
    ------
    FileError
        There is no such file, it isn't JSON, it is of another tool or of another version, or a part is missing.
    """
    path = Path(path)
    document = read_json(path)
    found = document.get("format") if isinstance(document, Mapping) else None
    if not isinstance(document, Mapping) or not isinstance(found, str) or found not in FORMATS:
        record = isinstance(document, Mapping) and "synthgen_run" in document
        what = "is the record of a run" if record else "isn't the twin of a synthgen report"
        raise FileError(f"{str(path)!r} {what}. Name the fidelity.json or bias.json beside a report.")
    version = document.get("version")
    if version != VERSION or isinstance(version, bool):
        shown = version if isinstance(version, int) else "unknown"
        raise FileError(
            f"{str(path)!r} has version {shown} of its format; this synthgen reads version {VERSION}. "
            "Make the report anew, or use the synthgen that wrote it."
        )
    if not isinstance(document.get("provenance"), Mapping):
        raise FileError(f"{str(path)!r} isn't whole: it has no member 'provenance'. Write it anew.")
    twin = Twin(FORMATS[found], document, "/".join(path.parts[-2:]).replace("//", "/"))
    try:
        _ = (twin.report, twin.uplift, twin.calibration) if twin.kind == "fidelity" else (twin.profile, twin.plans)
    except FileError as error:
        raise FileError(f"{str(path)!r} can't be used. {error}") from None
    return twin


@contextmanager
def drawing(*twins: Twin) -> Iterator[None]:
    """Say of twins that were tampered with, such as bars without labels, that they can't be drawn."""
    try:
        yield
    except SynthgenError:
        raise
    except (ArithmeticError, LookupError, TypeError, ValueError, TemplateError) as error:
        names = " or ".join(repr(twin.name) for twin in twins)
        raise FileError(f"The parts of {names} don't fit together. Write it anew.") from error


def read_json(path: Path) -> Any:
    """Read a JSON file with plain errors; of its contents a message shows nothing."""
    try:
        return json.loads(path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        raise FileError(f"There is no file {str(path)!r}. Check the path.") from None
    except IsADirectoryError:
        raise FileError(f"{str(path)!r} is a folder. Name a file in it.") from None
    except OSError as error:
        raise FileError(f"{str(path)!r} can't be read: {error.strerror}.") from None
    except (ValueError, RecursionError):
        # UnicodeDecodeError and JSONDecodeError among them.
        raise FileError(f"{str(path)!r} isn't JSON, or was cut off. Write it anew.") from None


def _ends(column: ColumnComparison) -> list[float] | None:
    """Ends of bars, to the four digits or to the minute that their names on the page have."""
    if column.edges is None:
        return None
    if column.kind == "datetime":
        ends, step = [float(round(edge / MINUTE) * MINUTE) for edge in column.edges], float(MINUTE)
    else:
        ends = [float(f"{edge:.4g}") for edge in column.edges]
        step = max(abs(ends[0]), 1e-9) / 1000
    if any(low >= high for low, high in pairwise(ends)):
        # Bars finer than those digits are drawn evenly: where each ends is not on the page.
        ends = [ends[0] + step * place for place in range(len(ends))]
    return ends


def _about(provenance: Mapping[str, Any] | None) -> dict[str, Any]:
    known = {key: value for key, value in (provenance or {}).items() if key not in NOT_ON_PAGE}
    return {"provenance": as_plain(known)}


def _member(held: Mapping[str, Any], name: str, of: str = "") -> Mapping[str, Any]:
    value = held.get(name)
    if not isinstance(value, Mapping):
        raise FileError(f"The file isn't whole: it has no object {of + name!r}. Write it anew.")
    return value


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=1, ensure_ascii=True, allow_nan=False) + "\n"
