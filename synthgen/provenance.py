"""Where a result came from: parameters, versions and counts, and nothing of any row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

from synthgen.errors import UsageError
from synthgen.generators import GENERATORS, Synthesizer
from synthgen.guarantee import RowSource
from synthgen.planning import Choice, Coarsening
from synthgen.planning.fairness import Outcome
from synthgen.randomness import RandomState
from synthgen.reviewing import ReviewLog
from synthgen.table import Schema
from synthgen.validation import ValidationReport

LIBRARIES = ("numpy", "scipy", "pandas", "scikit-learn", "imbalanced-learn", "lightgbm", "numba", "pyarrow", "faker")
REVIEWED_OUT = "refused_by_reviewer"
"""The count of rows that people refused."""

REVIEWED = "which rows a person refused, after a look at rows that were compared with real ones"
"""What a review adds to what a formal guarantee doesn't cover."""


@dataclass(frozen=True)
class Provenance:
    """How a result was made. Holds parameters and counts, and nothing of any row.

    Attributes
    ----------
    version, created : str
    generator : str
        Name of the generator; ``generator_words`` says how its rows come about and ``choice`` why it
        was taken; ``choice_signal`` holds what "auto" measured for each class.
    parameters : mapping
    random_state : str
        The seed; where none was given, the one that was drawn.
    purpose : str
    target : str or None
    counts : mapping of str to int
        real, train, holdout, requested, drawn, refused, accepted, delivered.
    refused_by_reason : mapping of str to int
    libraries : mapping of str to str
    guarantee : str
    gate : str or None
        None: the gate was lifted.
    warnings : tuple of str
    seconds : mapping of str to float
    choice_signal : tuple of mappings
    disclosure : mapping or None
        For a release, what was made coarser before a generator learnt; see
        :class:`synthgen.planning.Coarsening`. Counts only.
    fairness : mapping or None
        The plan about groups that was carried out, and each group before and after; see
        :class:`synthgen.planning.fairness.Outcome`.
    request : mapping
        What was asked for, so that it can be asked for again; see :func:`synthgen.verify`.
    reviews : tuple of mappings
        People's reviews of the accepted rows, in order: who, when, how many; see
        :class:`synthgen.reviewing.ReviewLog`.
    awaits_review : bool
        Whether the table isn't to be merged before somebody has looked at rows of it.
    privacy : mapping or None
        Of a differentially private run: ``epsilon``, ``delta``, ``unit``, ``neighbouring``, what each part ``spent``,
        what is ``inside`` the guarantee and ``outside``, and the state of the shared ``ledger``.
    pieces : mapping or None
        Of a table that was worked on in pieces: the ``engine``, the ``rows`` in memory at a time that a generator
        learnt from and was judged by, what is ``exact``, of all rows, and what is ``sampled``, in words.
    """

    version: str
    created: str
    generator: str
    generator_words: str
    choice: str
    parameters: Mapping[str, Any]
    random_state: str
    purpose: str
    target: str | None
    counts: Mapping[str, int]
    refused_by_reason: Mapping[str, int]
    libraries: Mapping[str, str]
    guarantee: str
    gate: str | None
    warnings: tuple[str, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)
    choice_signal: tuple[Mapping[str, Any], ...] = ()
    disclosure: Mapping[str, Any] | None = None
    fairness: Mapping[str, Any] | None = None
    request: Mapping[str, Any] = field(default_factory=dict)
    reviews: tuple[Mapping[str, Any], ...] = ()
    awaits_review: bool = False
    privacy: Mapping[str, Any] | None = None
    pieces: Mapping[str, Any] | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)


def with_review(known: Mapping[str, Any], log: ReviewLog) -> dict[str, Any]:
    """What changes in a provenance when a person has refused some rows.

    Parameters
    ----------
    known : mapping
        The provenance in plain values.
    log : ReviewLog

    Returns
    -------
    dict
        ``counts``, ``warnings``, ``reviews``, ``awaits_review`` and ``privacy``.
    """
    counts = dict(known["counts"])
    counts["accepted"] -= log.refused
    counts[REVIEWED_OUT] = counts.get(REVIEWED_OUT, 0) + log.refused
    return {
        **with_merge({**known, "counts": counts}),
        "warnings": [*known.get("warnings", ()), *([log.warning] if log.warning else [])],
        "reviews": [*known.get("reviews", ()), log.to_dict()],
        "privacy": _reviewed(known.get("privacy")),
    }


def _reviewed(privacy: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Say that a review isn't covered by a formal guarantee."""
    if privacy is None:
        return None
    outside = list(privacy["outside"])
    return {**privacy, "outside": outside if REVIEWED in outside else [REVIEWED, *outside]}


def check_reviewable(privacy: Mapping[str, Any] | None) -> None:
    """Refuse a review of a run whose real rows nobody was to look at.

    Raises
    ------
    UsageError
    """
    if privacy is not None and not privacy["validated"]:
        raise UsageError(
            "A review picks rows by comparing them with the real ones, and what a person then refuses no longer "
            "follows from noisy counts alone. This run was made without a look at the real rows (validation='none'), "
            "so that all of it is under the guarantee. For rows to review, make a run with validation='standard'."
        )


def with_merge(known: Mapping[str, Any]) -> dict[str, Any]:
    """What changes in a provenance when the table that waited for a review is handed out."""
    counts = dict(known["counts"])
    counts["delivered"] = counts["accepted"] + (counts["real"] if known.get("purpose") == "augment" else 0)
    return {"counts": counts, "awaits_review": False}


def describe_run(
    model: Synthesizer,
    choice: Choice,
    random_state: RandomState,
    seed: np.random.SeedSequence,
    purpose: str,
    schema: Schema,
    counts: dict[str, int],
    report: ValidationReport,
    gate: Any,
    warned: list[str],
    seconds: dict[str, float],
    coarsening: Coarsening | None = None,
    fairness: Outcome | None = None,
    request: Mapping[str, Any] | None = None,
    privacy: Mapping[str, Any] | None = None,
) -> Provenance:
    """Write down how a result was made."""
    names = {cls: name for name, cls in GENERATORS.items()}
    own = model.made_from if isinstance(model.made_from, RowSource) else RowSource.UNKNOWN
    parameters = {key: value for key, value in model.get_params(deep=False).items() if key != "random_state"}
    return Provenance(
        version=_version("synthgen-tabular"),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        generator=names.get(type(model), type(model).__name__),
        generator_words=str(own),
        choice=choice.reason,
        choice_signal=tuple(signal.to_dict() for signal in choice.signal),
        parameters=parameters,
        random_state=str(random_state) if isinstance(random_state, (int, np.integer)) else str(seed.entropy),
        purpose=purpose,
        target=schema.target.name if schema.target else None,
        counts=counts,
        refused_by_reason={str(k): int(v) for k, v in report.refused_rows["reason"].value_counts().items()},
        libraries={name: _version(name) for name in LIBRARIES},
        guarantee=str(model.privacy_) if model.privacy_ else "no formal guarantee",
        gate=None if gate is None else "default" if gate == "default" else "custom",
        warnings=tuple(warned),
        seconds=seconds,
        disclosure=None if coarsening is None else coarsening.to_dict(),
        fairness=None if fairness is None else fairness.to_dict(),
        request=request or {},
        privacy=privacy,
    )


def versions_now() -> dict[str, str]:
    """Versions of synthgen and of the libraries that rows and figures depend on."""
    return {"synthgen": _version("synthgen-tabular"), **{name: _version(name) for name in LIBRARIES}}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "unknown"
