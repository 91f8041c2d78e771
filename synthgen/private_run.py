"""A run with a differentially private generator: what it hands out comes from noisy measurements alone."""

from __future__ import annotations

import math
import secrets
import warnings
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import clone

from synthgen.errors import DataError, SynthgenWarning, UsageError
from synthgen.generators import GENERATORS, Synthesizer
from synthgen.generators.dp_marginals import DPMarginalsSynthesizer, public_schema, rho_of
from synthgen.generators.dp_marginals.measure.plan import LISTS_DELTA
from synthgen.generators.dp_marginals.measure.reading import held as held_as
from synthgen.generators.dp_marginals.model import NEIGHBOURING
from synthgen.generators.dp_marginals.public import undeclared
from synthgen.ledger import Cost, LedgerState, PrivacyLedger
from synthgen.merging.merge import refused_rows
from synthgen.planning import Choice
from synthgen.planning.rows import check_n
from synthgen.profiling import Profile, profile_coded
from synthgen.profiling.source import with_source
from synthgen.progress import Stages
from synthgen.provenance import describe_run
from synthgen.randomness import RandomState, child, stream
from synthgen.result import SynthesisResult
from synthgen.table import LABEL_KINDS, Schema, encode, extend_categories, to_pandas
from synthgen.table.column import Kind, Role
from synthgen.table.constraints.reading import read_rules
from synthgen.table.csv_reading import guessed
from synthgen.table.disclosure import public_labels, subjects_of
from synthgen.validation import Comparison, Gate, Purpose, ValidationReport, validate_coded
from synthgen.validation.unlooked import unlooked

UNSEEDED = "the noise of a differentially private fit isn't seeded, so a run can't be made again"
LARGEST_EXPONENT = 700.0
NO_VALIDATION = "none"
"""The word that leaves out every look at the real rows but the noisy measurements."""

INSIDE = (
    "the synthetic rows, their number unless you gave it, and everything that is made of them",
    "the fitted model, and rows sampled from it later",
)
OUTSIDE = (
    "what was declared: the schema, its bounds, labels and rules, and the arguments of the call",
    "that this run was made, and how long it took",
    "the tag of the real table, in a record that is given a key: whoever has the key can tell this table from another",
)
OUTSIDE_VALIDATED = (
    "every figure that compares synthetic rows with real ones, the flags of single rows, the verdict, and so whether "
    "the table was handed out: publishing them gives away more than epsilon says",
    "the profile and the bias report of the real rows, and the exact numbers of real rows",
)
REAL_ROWS_TOO = "the merged table (purpose='augment'), which holds the real rows as they are"


@dataclass(frozen=True)
class PrivateWords:
    """What was asked of a run with a differentially private generator; see :func:`synthgen.synthesize`."""

    generator: str | Synthesizer
    options: Mapping[str, Any]
    target: str | None
    purpose: str
    n_samples: int | None
    conditions: Mapping[str, Any] | None
    schema: Schema | None
    constraints: Sequence[Any]
    sensitive_features: Sequence[str] | None
    subject: str | None
    missing: str
    holdout: float
    validation: str
    gate: Any
    ledger: PrivacyLedger | None


def private_words(
    *, generator: str | Synthesizer, generator_options: Any, epsilon: Any, delta: Any, ledger: Any, validation: str,
    fairness: Any, sampling_strategy: Any, n_samples: Any, **words: Any,
) -> PrivateWords | None:  # fmt: skip
    """Take the words of a run with a differentially private generator; None for any other.

    Raises
    ------
    UsageError
        A budget is given that the generator would not keep to, or something is asked for that only a look at the real
        rows could answer.
    """
    options = dict(generator_options or {})
    given = {name: value for name, value in (("epsilon", epsilon), ("delta", delta)) if value is not None}
    if not is_private(generator):
        _refuse_budget([*given, *(["ledger"] if ledger is not None else [])], generator, validation)
        return None
    if ledger is not None and not isinstance(ledger, PrivacyLedger):
        raise UsageError(f"ledger must be a sg.PrivacyLedger; got {type(ledger).__name__}.")
    if given and isinstance(generator, Synthesizer):
        raise UsageError(f"{next(iter(given))} is a parameter of the instance; set it there.")
    if twice := sorted(set(given) & set(options)):
        raise UsageError(f"{twice[0]} is given twice, by itself and in generator_options. Give it once.")
    if fairness is not None:
        raise UsageError(
            "A fairness plan looks at the real rows, which a differentially private run must not. Leave fairness out."
        )
    if sampling_strategy != "auto":
        raise UsageError(
            "sampling_strategy counts the real rows of each class, which a differentially private run must not. Say "
            "how many rows you want with n_samples, and of which class with conditions."
        )
    check_n(n_samples)
    return PrivateWords(generator, options | given, n_samples=n_samples, validation=validation, ledger=ledger, **words)


def is_private(generator: str | Synthesizer) -> bool:
    """Whether a generator, named or given, learns by noisy measurements only."""
    kind = GENERATORS.get(generator) if isinstance(generator, str) else type(generator)
    return bool(getattr(kind, "learns_only_by_measuring", False))


def _refuse_budget(words: Sequence[str], generator: str | Synthesizer, validation: str) -> None:
    named = f"generator={generator!r}" if isinstance(generator, str) else type(generator).__name__
    if words:
        raise UsageError(
            f"{words[0]} is for a differentially private generator, and {named} isn't one: rows would be made without "
            "any guarantee. Name one: generator='dp_marginals'."
        )
    if validation == NO_VALIDATION:
        raise UsageError(
            f"validation='none' is for a generator with a formal guarantee; nothing would be known of rows of {named}. "
            "Leave it out, or take generator='dp_marginals'."
        )


def synthesize_privately(
    data: Any,
    words: PrivateWords,
    random_state: RandomState,
    seed: np.random.SeedSequence,
    asked: Mapping[str, Any],
    stages: Stages,
) -> SynthesisResult:
    """Make a run; see :func:`synthgen.synthesize` and docs/differential_privacy.md.

    Nothing that was read off the rows reaches the model but by its measurements, and nothing the real rows say changes
    the synthetic ones afterwards: no inference, no merging of rare labels, no search for personal data, no rows
    counted, none refused. The rows to learn from are drawn by the system's secure source, each person by themselves,
    so that one person more changes which others are learnt from in nothing.
    """
    model = _model(words, seed)
    cost = _cost(model, words.schema, words.subject)
    if words.ledger is not None:
        words.ledger.check(cost)
    with stages("read"):
        frame, form = to_pandas(data, steady=True)
        schema, real, source = _schema(words, frame), frame, frame
        if form.untyped:
            # What is learnt from may not follow from what single cells look like; the table itself is as it is.
            texts, frame, source = frame, model._typed(frame, schema), guessed(frame)
            real = source.assign(**{str(name): texts[name] for name in texts if frame[name].dtype == texts[name].dtype})
        cost = _cost_beside(cost, model, frame, schema)
    looks = words.validation != NO_VALIDATION
    train, held = _split(frame, schema, words.holdout) if looks else (np.arange(len(frame)), np.arange(0))
    with stages("fit"):
        reserved = nullcontext() if words.ledger is None else words.ledger.reserve(cost, _named(words.generator))
        with reserved, warnings.catch_warnings():
            # The run's record has them, and its result warns.
            warnings.simplefilter("ignore", SynthgenWarning)
            model.fit(frame.iloc[train], schema=schema)
    with stages("sample"):
        n = _rows(words, model)
        made = to_pandas(
            model.sample(n, conditions=words.conditions, missing=words.missing, random_state=child(seed, "sample"))
        )[0].reset_index(drop=True)
    labels = {column.name: column.categories or () for column in model.schema_.of(*LABEL_KINDS)}
    with stages("validate"):
        report = _report(words, model, frame, train, held, made, seed)
    with stages("profile"):
        profile = _profile(words, model, data, frame, made)
    choice = Choice(_named(words.generator), "named by the caller")
    warned = _warnings(model, words)
    counts = _counts(words, frame, train, held, n)
    # To read a table takes longer the more rows it has.
    seconds = stages.seconds if looks else {}
    origin = describe_run(
        model, choice, random_state, seed, words.purpose, model.schema_, counts, report, words.gate, warned,
        seconds, request={**asked, "obstacles": [*asked["obstacles"], UNSEEDED]}, privacy=_privacy(words, model),
    )  # fmt: skip
    result = SynthesisResult(
        profile=profile, validation=report, provenance=origin, _real=real, _made=made,
        _refused=refused_rows(made, report), _train_rows=train, _holdout_rows=held, _form=form.listing(labels),
        _source=source, _delivered=np.arange(len(made)), _schema=model.schema_,
    )  # fmt: skip
    stages.close()
    return result


def _named(generator: str | Synthesizer) -> str:
    return generator if isinstance(generator, str) else type(generator).__name__


def _model(words: PrivateWords, seed: np.random.SeedSequence) -> Synthesizer:
    own = int(stream(seed, "generator").integers(0, 2**31))
    if isinstance(words.generator, Synthesizer):
        model: Synthesizer = clone(words.generator)
        return model if model.random_state is not None else model.set_params(random_state=own)
    return GENERATORS[words.generator](random_state=own, **words.options)


def _schema(words: PrivateWords, frame: pd.DataFrame) -> Schema:
    """Take what was declared, with the roles of the columns that were named; nothing is read off the rows.

    Without a schema, names and dtypes are all that is taken, and the generator pays for the rest, or refuses.
    """
    if isinstance(words.sensitive_features, str):
        raise UsageError(f"sensitive_features must be a list of columns; write [{words.sensitive_features!r}].")
    dtypes = {str(name): held_as(frame[name]) for name in frame.columns}
    schema = words.schema or public_schema(dtypes, None, words.target)
    roles = [(words.target, Role.TARGET), (words.subject, Role.SUBJECT)]
    roles += [(name, Role.SENSITIVE) for name in words.sensitive_features or ()]
    for name, role in roles:
        if name is not None and schema[name].role is not role:
            kind = Kind.IDENTIFIER if role is Role.SUBJECT else schema[name].kind
            # Another subject of the schema would be the one whose rows are bounded.
            was = [] if role is Role.SENSITIVE else schema.role(role)
            schema = schema.with_columns(
                [*(replace(column, role=Role.FEATURE) for column in was), replace(schema[name], role=role, kind=kind)]
            )
    return schema.with_constraints(*read_rules(words.constraints, schema)) if words.constraints else schema


def _cost(model: Synthesizer, schema: Schema | None, subject: str | None) -> Cost:
    """What the fit will cost, as far as that is known without the table: it may have labels that must be found."""
    if not isinstance(model, DPMarginalsSynthesizer):
        # A generator of somebody else's: its budget is what it says.
        return Cost(float(model.epsilon), float(model.delta), _unit(schema, subject))
    budget = model._budget(schema or Schema(()))
    listed = schema is None or any(
        column.kind in LABEL_KINDS and "categories" not in column.declared for column in schema
    )
    return _accounted(budget.epsilon, budget.delta, _unit(schema, subject), listed)


def _cost_beside(known: Cost, model: Synthesizer, frame: pd.DataFrame, schema: Schema) -> Cost:
    """What the fit will cost, now that the dtypes say which columns' labels must be found."""
    if not isinstance(model, DPMarginalsSynthesizer):
        return known
    public = public_schema({str(name): held_as(frame[name]) for name in frame.columns}, schema, None, model.text)
    listed = "categories" in undeclared(public).values()
    return _accounted(known.epsilon, known.delta, _unit(schema, None), listed)


def _accounted(epsilon: float, delta: float, unit: str, listed: bool) -> Cost:
    """Give a cost in which lists of labels, where they must be found, have a delta of their own."""
    beside = LISTS_DELTA * delta if listed else 0.0
    return Cost(epsilon, delta, unit, NEIGHBOURING, rho_of(epsilon, delta - beside), beside)


def _unit(schema: Schema | None, subject: str | None) -> str:
    held = [column.name for column in schema.role(Role.SUBJECT)] if schema is not None else []
    names = [subject] if subject is not None else held
    return f"subject: {names[0]}" if names else "row"


def _split(frame: pd.DataFrame, schema: Schema, share: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Hold each unit out by itself with the same chance, by the system's secure source.

    A split by classes, or a permutation of the rows by a known seed, would send others elsewhere if one row more were
    there, and what one person changes would no longer be bounded.
    """
    if isinstance(share, bool) or not isinstance(share, (int, float)) or not 0 < share < 1:
        raise UsageError(f"holdout must be a share of the rows above 0 and below 1; got {share!r}.")
    subjects = schema.role(Role.SUBJECT)
    units = np.arange(len(frame))
    if subjects and subjects[0].name in frame:
        units = subjects_of(encode(frame[[subjects[0].name]], Schema((subjects[0],))), Schema((subjects[0],)))
    drawn = np.frombuffer(secrets.token_bytes(8 * (int(units.max()) + 1)), dtype=np.uint64)
    held = (drawn < np.uint64(share * 2.0**64))[units]
    if held.all() or not held.any():
        raise DataError(
            f"The table has {len(frame)} rows, too few to hold out {share:.0%} of them. Give more rows, or leave "
            "validation out (validation='none')."
        )
    return np.flatnonzero(~held), np.flatnonzero(held)


def _rows(words: PrivateWords, model: Synthesizer) -> int:
    if words.n_samples is not None:
        return words.n_samples
    return max(int(model.measurements_.n_rows), 1)


def _report(
    words: PrivateWords,
    model: Synthesizer,
    frame: pd.DataFrame,
    train: NDArray[np.int64],
    held: NDArray[np.int64],
    made: pd.DataFrame,
    seed: np.random.SeedSequence,
) -> ValidationReport:
    """Compare with real rows, unless that was left out. No row is refused: that would be a look at the real ones."""
    assert model.privacy_ is not None
    purpose = Purpose(words.purpose)
    if words.validation == NO_VALIDATION:
        return unlooked(model.privacy_, model.row_source, purpose, len(made))
    public = public_labels(model.schema_)
    schema = extend_categories(model.schema_, frame, made)
    coded, new = encode(frame, schema), encode(made, schema)
    comparison = Comparison.of(
        coded.iloc[train], coded.iloc[held], new, schema, row_source=model.row_source, guarantee=model.privacy_,
        effort=words.validation, public_labels=public,
    )  # fmt: skip
    return validate_coded(
        comparison, purpose=purpose, gate=words.gate if isinstance(words.gate, Gate) else None, random_state=seed
    )


def _profile(words: PrivateWords, model: Synthesizer, data: Any, frame: pd.DataFrame, made: pd.DataFrame) -> Profile:
    """Describe the real rows; the synthetic ones where the real ones are not to be looked at."""
    looks = words.validation != NO_VALIDATION
    rows = frame if looks else made
    schema = extend_categories(model.schema_, rows)
    profile = profile_coded(encode(rows, schema), schema)
    return with_source(profile, data if looks else made, schema)


def _counts(
    words: PrivateWords, frame: pd.DataFrame, train: NDArray[np.int64], held: NDArray[np.int64], n: int
) -> dict[str, int]:
    counts = {"requested": n, "drawn": n, "refused": 0, "accepted": n, "delivered": n}
    if words.purpose == "augment":
        counts |= {"real": len(frame), "delivered": n + len(frame)}
    if words.validation != NO_VALIDATION:
        counts |= {"real": len(frame), "train": len(train), "holdout": len(held)}
    return counts


def _warnings(model: Synthesizer, words: PrivateWords) -> list[str]:
    said = list(getattr(model, "warnings_", ()))
    if words.validation == NO_VALIDATION:
        said.append(
            "No figure compares these rows with the real ones (validation='none'); the profile and the bias report are "
            "of the synthetic rows"
        )
    return said


def _factor(epsilon: float) -> float | None:
    """How many times as likely a conclusion may become; None where no float holds it."""
    return math.exp(epsilon) if epsilon < LARGEST_EXPONENT else None


def _privacy(words: PrivateWords, model: Synthesizer) -> dict[str, Any]:
    """Say what the guarantee is, what it covers, and what it cost."""
    guarantee = model.privacy_
    assert guarantee is not None
    looks = words.validation != NO_VALIDATION
    state: LedgerState | None = None if words.ledger is None else words.ledger.state()
    return {
        "epsilon": guarantee.epsilon, "delta": guarantee.delta, "unit": guarantee.unit,
        "neighbouring": guarantee.neighbouring, "factor": _factor(guarantee.epsilon),
        "spent": [[what, rho] for what, rho in guarantee.ledger],
        "inside": [*INSIDE],
        "outside": [
            *(OUTSIDE_VALIDATED if looks else ()), *([REAL_ROWS_TOO] if words.purpose == "augment" else []), *OUTSIDE
        ],
        "validated": looks, "ledger": None if state is None else state.to_dict(),
    }  # fmt: skip
