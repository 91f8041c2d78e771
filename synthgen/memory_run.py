"""A run on rows in memory: the stages, one after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import clone

from synthgen.checks import check_table
from synthgen.errors import UsageError
from synthgen.generators import GENERATORS, Synthesizer
from synthgen.generators.asked import check_fits
from synthgen.generators.identifying import avoiding
from synthgen.merging import accepted_rows
from synthgen.merging.merge import refused_rows
from synthgen.planning import (
    Choice,
    Coarsening,
    Plan,
    Wanted,
    check_learnable,
    choose_generator,
    coarsen_for_release,
    read_wanted,
)
from synthgen.planning.drawing import blocks_of, broken_rules, deliver, draw, row_counts
from synthgen.planning.fairness import (
    CarryingOut,
    Outcome,
    carry_out,
    check_generator_for,
    outcome_of,
    read_plan,
    sensitive_of,
)
from synthgen.planning.made_up import with_made_up
from synthgen.planning.rows import check_n, plan_rows, reduced
from synthgen.planning.texts import with_text
from synthgen.profiling import profile_coded
from synthgen.profiling.personal_data import PersonalData, personal_data
from synthgen.profiling.source import with_source
from synthgen.progress import Stages
from synthgen.provenance import describe_run
from synthgen.randomness import RandomState, child, stream
from synthgen.result import SynthesisResult
from synthgen.table import Form, Kind, Schema, encode, extend_categories, to_pandas
from synthgen.table.disclosure import public_labels
from synthgen.table.roles import schema_with_roles
from synthgen.table.splitting import split_rows
from synthgen.validation import Comparison, Purpose, ValidationReport, validate_coded


@dataclass(frozen=True)
class Words:
    """What was asked of a run; see :func:`synthgen.synthesize`."""

    target: str | None
    purpose: str
    generator: str | Synthesizer
    generator_options: Mapping[str, Any] | None
    sampling_strategy: Any
    n_samples: int | None
    conditions: Mapping[str, Any] | None
    schema: Schema | None
    constraints: Sequence[Any]
    sensitive_features: Sequence[str] | None
    fairness: Any
    subject: str | None
    missing: str
    holdout: float
    validation: str
    gate: Any

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Words:
        """Take those of the arguments of a call that this is about."""
        return cls(**{item.name: given[item.name] for item in fields(cls)})


@dataclass(frozen=True)
class Standing:
    """How rows in memory stand for a table of more rows.

    Attributes
    ----------
    weights : array of float, shape (n_rows,)
        Rows of the table that each stands for.
    described : array of bool, shape (n_rows,)
        Rows that are alike the whole table, which is described by them.
    most_made : int
        Rows to make, at most about so many: enough to judge by.
    """

    weights: NDArray[np.float64]
    described: NDArray[np.bool_]
    most_made: int


@dataclass(frozen=True)
class Run:
    """A finished run, with what made it.

    Attributes
    ----------
    result : SynthesisResult
    model : Synthesizer
        Fitted on the train rows.
    plan : Plan
        All rows that were asked for, also where fewer were made for the rows in memory.
    wanted : Wanted
    learnt : Schema
        Of the rows that the model learnt.
    train : array of int
        Positions of its rows.
    comparison : Comparison
        What was validated.
    notes : tuple of str
        What there is to say of the real rows and of what was learnt from them.
    """

    result: SynthesisResult
    model: Synthesizer
    plan: Plan
    wanted: Wanted
    learnt: Schema
    train: NDArray[np.int64]
    comparison: Comparison
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Read:
    """A table as a generator may learn it, and what became of it on the way."""

    frame: pd.DataFrame
    coded: pd.DataFrame
    schema: Schema
    form: Form
    source: pd.DataFrame
    given: tuple[pd.DataFrame, Schema]
    fair: CarryingOut
    personal: PersonalData
    coarsening: Coarsening | None
    notes: list[str]


def run_in_memory(
    data: Any,
    words: Words,
    random_state: RandomState,
    seed: np.random.SeedSequence,
    asked: Mapping[str, Any],
    stages: Stages,
    standing: Standing | None = None,
) -> Run:
    """Profile a table, make rows, check them; see :func:`synthgen.synthesize`.

    Parameters
    ----------
    data : table
    words : Words
    random_state, seed
        As given, and as one seed sequence.
    asked : mapping
        The request, for the record.
    stages : Stages
    standing : Standing, optional
        Where the rows stand for more than they are.
    """
    with stages("read"):
        read = _read(data, words)
        schema, learnt, fair, coded = read.schema, read.fair.learnt, read.fair, read.coded
        seen = fair.joined(read.frame, coded)
        wanted = read_wanted(words.conditions, schema)
        whole = _plan(read, words, wanted, standing)
        plan = whole if standing is None else reduced(whole, standing.most_made)
        check_fits(plan.total, len(schema))
    with stages("profile"):
        rows, of = read.given
        rows = rows if standing is None else rows[standing.described].reset_index(drop=True)
        described = with_source(profile_coded(rows, of, personal=read.personal), data, of)
    with stages("choose"):
        train, held = split_rows(seen[1], learnt, words.holdout, stream(seed, "split"))
        check_learnable(seen[1], train, plan, learnt)
        seen = seen[0].iloc[train], seen[1].iloc[train]
        model, choice = _generator(words, seen, learnt, plan, wanted, seed, fair)
    with stages("fit"):
        model.fit(seen[0], schema=learnt)
        fair.tell(model)
    with stages("sample"), avoiding(model, read.source):
        made = fair.split(draw(model, plan, wanted, learnt, seed, words.missing))
    with stages("validate"):
        comparison = _comparison(model, coded, train, held, made, schema, words, fair)
        report = _validate(comparison, coded, train, held, wanted, words, seed)
        keep = accepted_rows(report)
    with stages("merge"):
        delivered, warned = deliver(made, keep, plan, learnt, fair.blocks(made) or blocks_of(plan))
    accepted = made.iloc[delivered].reset_index(drop=True)
    outcome, weights = _outcome(fair, coded, accepted, words.purpose)
    notes = [*broken_rules(model), *fair.notes, *read.notes]
    counts = row_counts(coded, train, held, plan, keep, accepted, words.purpose)
    origin = describe_run(
        model, choice, random_state, seed, words.purpose, schema, counts, report, words.gate, [*warned, *notes],
        stages.seconds,
        read.coarsening, outcome, asked,
    )  # fmt: skip
    result = SynthesisResult(
        profile=described, validation=report, provenance=origin, _real=read.frame, _made=accepted,
        _refused=refused_rows(made, report), _train_rows=train, _holdout_rows=held, _form=read.form, fairness=outcome,
        _weights=weights, _source=read.source, _delivered=delivered, _schema=schema,
    )  # fmt: skip
    return Run(result, model, whole, wanted, learnt, train, comparison, tuple(notes))


def _read(data: Any, words: Words) -> _Read:
    """Read a table, and change in it what must not be learnt as it is: names, rare values, proxies."""
    frame, form = to_pandas(data)
    schema = schema_with_roles(
        frame, words.schema, target=words.target, sensitive_features=_sensitive(words, frame), subject=words.subject,
        constraints=words.constraints,
    )  # fmt: skip
    coded = encode(frame, schema)
    check_table(frame, coded, schema)
    given, coarsening, source = (coded, schema), None, frame
    coded, schema, personal, made_up = with_made_up(
        frame, coded, schema, personal_data(coded, schema), words.conditions or ()
    )
    frame, coded, schema, texts = with_text(
        frame, coded, schema, words.generator, words.generator_options, words.purpose
    )
    if words.purpose == "release":
        frame, coded, schema, form, coarsening = coarsen_for_release(
            frame, coded, schema, form, words.gate, words.conditions
        )
    fair, frame, coded = _fairness(words, frame, coded, schema)
    notes = [*made_up, *texts, *personal.repeated]
    return _Read(frame, coded, fair.schema, form, source, given, fair, personal, coarsening, notes)


def _plan(read: _Read, words: Words, wanted: Wanted, standing: Standing | None) -> Plan:
    plan = read.fair.sampling(words.purpose == "release")
    weights = None if standing is None else standing.weights
    return plan or plan_rows(
        read.coded, read.schema, words.purpose, words.sampling_strategy, words.n_samples, wanted, weights
    )


def _sensitive(words: Words, frame: pd.DataFrame) -> Sequence[str] | None:
    """Sensitive columns: those that the caller names, and those of the plan."""
    named = words.sensitive_features
    also = [name for name in sensitive_of(words.fairness) if name in frame.columns]
    if not also or isinstance(named, str):
        return named
    return list(dict.fromkeys([*(named or ()), *also]))


def _fairness(
    words: Words, frame: pd.DataFrame, coded: pd.DataFrame, schema: Schema
) -> tuple[CarryingOut, pd.DataFrame, pd.DataFrame]:
    """Work out what a fairness plan means for the table; proxies are changed here, before anything is learnt."""
    if words.fairness is None:
        return CarryingOut(None, schema, None), frame, coded
    plan = read_plan(words.fairness, schema)
    check_generator_for(plan, words.generator)
    check_n(words.n_samples)
    if plan.kind not in ("weights", "proxies") and plan.strength > 0:
        for name, default in (("sampling_strategy", "auto"), ("conditions", None)):
            if getattr(words, name) != default:
                raise UsageError(f"A fairness plan of {plan.kind} says which rows are made; leave {name} out.")
    return carry_out(plan, frame, coded, schema, release=words.purpose == "release", n_samples=words.n_samples)


def _generator(
    words: Words,
    seen: tuple[pd.DataFrame, pd.DataFrame],
    schema: Schema,
    plan: Plan,
    wanted: Wanted,
    seed: np.random.SeedSequence,
    fair: CarryingOut,
) -> tuple[Synthesizer, Choice]:
    """Give an unfitted generator, and why it was taken; ``seen`` are the train rows, as given and coded."""
    own = int(stream(seed, "generator").integers(0, 2**31))
    generator = words.generator
    if isinstance(generator, Synthesizer):
        model = clone(generator)
        if model.random_state is None:
            model.set_params(random_state=own)
        return model, Choice(type(model).__name__, "given as an instance")
    choice = Choice(generator, "named by the caller")
    if generator == "auto" and fair.rates is not None:
        choice = Choice("tree", "auto: it alone draws labels at the rates of the fairness plan; taken: tree")
    elif generator == "auto":
        plain = schema.without(*(column.name for column in schema.of(Kind.TEXT)))
        choice = choose_generator(*seen, plain, plan, wanted, Purpose(words.purpose), child(seed, "choose"))
    return GENERATORS[choice.name](random_state=own, **(words.generator_options or {})), choice


def _comparison(
    model: Synthesizer,
    coded: pd.DataFrame,
    train: NDArray[np.int64],
    held: NDArray[np.int64],
    made: pd.DataFrame,
    schema: Schema,
    words: Words,
    fair: CarryingOut,
) -> Comparison:
    public = public_labels(schema)
    schema = extend_categories(schema, made)
    new, real = encode(made, schema), [coded.iloc[train], coded.iloc[held]]
    tilts = fair.tilts(new, real, model)
    return Comparison.of(
        real[0],
        real[1],
        new,
        schema,
        row_source=model.made_from,
        guarantee=model.privacy_,
        effort=words.validation,
        public_labels=public,
        tilts=(tilts[0], tilts[1]) if tilts else None,
    )


def _validate(
    comparison: Comparison,
    coded: pd.DataFrame,
    train: NDArray[np.int64],
    held: NDArray[np.int64],
    wanted: Wanted,
    words: Words,
    seed: np.random.SeedSequence,
) -> ValidationReport:
    return validate_coded(
        comparison,
        purpose=Purpose(words.purpose),
        refuse=True,
        like=(wanted.met_by(coded.iloc[train]), wanted.met_by(coded.iloc[held])) if wanted.others else None,
        gate=words.gate,
        random_state=seed,
    )


def _outcome(
    fair: CarryingOut, coded: pd.DataFrame, accepted: pd.DataFrame, purpose: str
) -> tuple[Outcome | None, NDArray[np.float64] | None]:
    """What a fairness plan did to the table handed back, and the weights of its rows."""
    if fair.plan is None:
        return None, None
    delivered = encode(accepted, extend_categories(fair.schema, accepted))
    if purpose == "augment":
        delivered = pd.concat([coded, delivered], ignore_index=True)
    weights = fair.weights(delivered) if fair.plan.kind == "weights" else None
    return outcome_of(fair, coded, delivered, weights), weights
