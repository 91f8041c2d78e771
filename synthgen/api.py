"""synthesize(): the one place where the stages follow each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import clone

from synthgen.checks import check_table, check_words
from synthgen.errors import UsageError
from synthgen.generators import GENERATORS, Synthesizer
from synthgen.generators.identifying import avoiding
from synthgen.ledger import PrivacyLedger
from synthgen.merging import accepted_rows
from synthgen.merging.merge import refused_rows
from synthgen.planning import (
    Choice,
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
    FairnessPlan,
    Outcome,
    carry_out,
    check_generator_for,
    outcome_of,
    read_plan,
    sensitive_of,
)
from synthgen.planning.made_up import with_made_up
from synthgen.planning.rows import check_n, plan_rows
from synthgen.planning.texts import with_text
from synthgen.private_run import NO_VALIDATION, private_words, synthesize_privately
from synthgen.profiling import profile_coded
from synthgen.profiling.personal_data import personal_data
from synthgen.profiling.source import with_source
from synthgen.progress import Stages
from synthgen.provenance import describe_run
from synthgen.randomness import RandomState, child, seed_sequence, stream
from synthgen.request import describe_request
from synthgen.result import SynthesisResult
from synthgen.table import (
    Kind,
    Schema,
    check_destination,
    encode,
    extend_categories,
    to_pandas,
    write_table,
)
from synthgen.table.disclosure import public_labels
from synthgen.table.roles import schema_with_roles
from synthgen.table.splitting import split_rows
from synthgen.validation import Comparison, Gate, Purpose, ValidationReport, validate_coded


def synthesize(
    data: Any,
    *,
    target: str | None = None,
    purpose: str = "augment",
    generator: str | Synthesizer = "auto",
    generator_options: Mapping[str, Any] | None = None,
    sampling_strategy: str | float | Mapping[Any, int] = "auto",
    n_samples: int | None = None,
    conditions: Mapping[str, Any] | None = None,
    schema: Schema | None = None,
    constraints: Sequence[Any] = (),
    sensitive_features: Sequence[str] | None = None,
    fairness: str | Mapping[str, Any] | FairnessPlan | None = None,
    subject: str | None = None,
    missing: str = "keep",
    epsilon: float | None = None,
    delta: float | None = None,
    ledger: PrivacyLedger | None = None,
    holdout: float = 0.2,
    validation: str | None = "standard",
    gate: str | Gate | None = "default",
    out: str | Path | None = None,
    random_state: RandomState = None,
    progress: bool = True,
) -> SynthesisResult:
    """Profile a table, make synthetic rows, check them, and hand back a table with the evidence.

    Parameters
    ----------
    data : table
        pandas, polars, Arrow, a path (csv, csv.gz, tsv, parquet, arrow), ``"-"`` for standard input, or the URL of a
        table in a database, such as ``"duckdb:///f.db?table=t"``; see
        :func:`synthgen.table.read_table`. Never changed.
    target : str, optional
        Column whose classes are balanced.
    purpose : {"augment", "release"}
        "augment": real rows plus synthetic ones, to train on. "release": synthetic rows only, to share;
        every check blocks. Before a generator learns, labels, extremes and combinations of quasi-identifiers that
        few people have are made coarser; see :func:`synthgen.planning.coarsen`. What is public, declare in the schema.
    generator : str or Synthesizer
        A name from ``synthgen.generators.GENERATORS``, an instance, or "auto": the tree, unless there are too few
        rows for it, or a trial on an inner split of the train rows shows that it loses what sets a class apart;
        see :func:`synthgen.planning.choose_generator`. The reason is in the provenance.
    generator_options : mapping, optional
        Parameters of a generator given by name. ``text`` goes with "auto" too: it says what becomes of free text, for
        all such columns or by column: ``"template"``, ``"mask"``, ``"drop"``, ``"augment"``; by default it is refused.
    sampling_strategy : str, float or mapping
        For "augment" with a target: imbalanced-learn's words. "auto" brings every class to the size of
        the largest.
    n_samples : int, optional
        Rows to make in all, in place of ``sampling_strategy``.
    conditions : mapping, optional
        What the rows must have: ``{"Class": 1, "Amount": ">= 100"}``; see
        :func:`synthgen.table.conditions.allowed_values`. For those on other columns than the target "auto" takes the
        tree, which aims at them where other generators choose among candidates. Such rows are compared with the real
        rows that meet the conditions too, and searched for copies of all train rows. Fewer such real rows say less,
        and the verdict is then INCONCLUSIVE.
    schema : Schema, optional
        Inferred if not given.
    constraints : list
        Rules that every synthetic row keeps: of :mod:`synthgen.constraints`, or in words such as
        ``"start <= end"`` (:func:`synthgen.table.constraints.reading.read_rule`). Real rows that break one are not
        learnt from, and a warning counts them. What holds in all rows anyway is found and kept without being declared.
    sensitive_features : list of str, optional
        Columns whose groups are audited in the bias report.
    fairness : FairnessPlan, str or mapping, optional
        What to do about a difference between groups: a plan of ``profile.bias.plans()``, a kind of plan
        ("equal_rates", "quotas", "weights", "representation", "proxies"; the groups are then those of
        ``sensitive_features``), or a mapping such as ``{"kind": "quotas", "strength": 0.5}``; see
        :class:`synthgen.FairnessPlan`. For "release" the synthetic rows reach what is asked for, for "augment" the
        merged table does. It says how many rows of which label are made, so ``sampling_strategy`` and
        ``conditions`` are left alone. Every check is made as without a plan, against real rows that count as much as
        the plan asks for; the reports show each group before and after.
    subject : str, optional
        Column that names the person or thing a row is about; their rows stay together in the split.
    missing : {"keep", "none", "like"}
        Gaps in synthetic rows: as learnt, none, or in the patterns of the real rows; see
        :meth:`synthgen.generators.Synthesizer.sample`.
    epsilon, delta : float, optional
        Privacy budget of a differentially private generator (``generator="dp_marginals"``), of which alone the
        synthetic rows are made; a declared ``schema`` is needed, and the real rows choose nothing else. See
        docs/differential_privacy.md.
    ledger : PrivacyLedger, optional
        Counts the budget with that of other fits on the dataset; a fit beyond its cap is refused before it is made.
    holdout : float
        Share of rows that the generator never sees, above 0 and below 1.
    validation : {"standard", "full", "none"}
        How many rows the slower checks look at. "none", or None, is for a differentially private generator: its
        guarantee doesn't cover figures that compare rows with real ones, and these are then left out.
    gate : "default", Gate or None
        None hands the table out whatever the verdict; the report says so.
    out : path or URL, optional
        Where to write the table, if the gate lets it through: a path, ``"-"`` for standard output, or the URL of a
        table in a database, which is only replaced if that says ``&if_exists=replace``.
    random_state : int, Generator or None
        The same one gives the same rows on the same versions.
    progress : bool
        Show a progress bar on stderr.

    Returns
    -------
    SynthesisResult

    Raises
    ------
    DataError, UsageError, ConditionError, FileError
        Before anything is written; the message says what was wrong, and in which column.

    Examples
    --------
    >>> import synthgen as sg
    >>> df = sg.datasets.load_fraud()
    >>> result = sg.synthesize(df, target="Class", sampling_strategy=0.1, random_state=0, progress=False)
    >>> len(result.synthetic), result.data["is_synthetic"].sum().item()
    (1008, 1008)
    """
    stages = Stages(progress)
    validation = NO_VALIDATION if validation is None else validation
    check_words(purpose, generator, generator_options, gate, validation, missing)
    seed = seed_sequence(random_state)
    given: dict[str, Any] = {
        "target": target, "purpose": purpose, "generator": generator, "generator_options": generator_options,
        "sampling_strategy": sampling_strategy, "n_samples": n_samples, "conditions": conditions, "schema": schema,
        "sensitive_features": sensitive_features, "fairness": fairness, "subject": subject, "holdout": holdout,
        "validation": validation, "gate": gate, "constraints": constraints, "missing": missing, "epsilon": epsilon,
        "delta": delta, "ledger": ledger,
    }  # fmt: skip
    asked = describe_request(seed, **given)
    words = private_words(**given)
    if out is not None:
        check_destination(out)
    if words is not None:
        return _written(synthesize_privately(data, words, random_state, seed, asked, stages), out)
    with stages("read"):
        frame, form = to_pandas(data)
        sensitive = _sensitive(sensitive_features, fairness, frame)
        schema = schema_with_roles(
            frame, schema, target=target, sensitive_features=sensitive, subject=subject, constraints=constraints
        )
        coded = encode(frame, schema)
        check_table(frame, coded, schema)
        described_as, coarsening, source = (coded, schema), None, frame
        coded, schema, personal, made_up = with_made_up(
            frame, coded, schema, personal_data(coded, schema), conditions or ()
        )
        frame, coded, schema, texts = with_text(frame, coded, schema, generator, generator_options, purpose)
        if purpose == "release":
            frame, coded, schema, form, coarsening = coarsen_for_release(frame, coded, schema, form, gate, conditions)
        fair, frame, coded = _fairness(
            fairness, frame, coded, schema, purpose, generator, n_samples, sampling_strategy, conditions
        )
        schema, learnt, seen = fair.schema, fair.learnt, fair.joined(frame, coded)
        wanted = read_wanted(conditions, schema)
        plan = fair.sampling(purpose == "release")
        plan = plan or plan_rows(coded, schema, purpose, sampling_strategy, n_samples, wanted)
    with stages("profile"):
        described = with_source(profile_coded(*described_as, personal=personal), data, described_as[1])
    with stages("choose"):
        train, held = split_rows(seen[1], learnt, holdout, stream(seed, "split"))
        check_learnable(seen[1], train, plan, learnt)
        seen = seen[0].iloc[train], seen[1].iloc[train]
        model, choice = _generator(generator, generator_options, seen, learnt, plan, wanted, purpose, seed, fair)
    with stages("fit"):
        model.fit(seen[0], schema=learnt)
        fair.tell(model)
    with stages("sample"), avoiding(model, source):
        made = fair.split(draw(model, plan, wanted, learnt, seed, missing))
    with stages("validate"):
        report, keep = _validate(model, coded, train, held, made, wanted, schema, purpose, gate, validation, seed, fair)
    with stages("merge"):
        delivered, warned = deliver(made, keep, plan, learnt, fair.blocks(made) or blocks_of(plan))
    accepted = made.iloc[delivered].reset_index(drop=True)
    outcome, weights = _outcome(fair, coded, accepted, purpose)
    warned += [*broken_rules(model), *fair.notes, *made_up, *texts, *personal.repeated]
    counts = row_counts(coded, train, held, plan, keep, accepted, purpose)
    origin = describe_run(
        model, choice, random_state, seed, purpose, schema, counts, report, gate, warned, stages.seconds, coarsening,
        outcome, asked,
    )  # fmt: skip
    result = SynthesisResult(
        profile=described, validation=report, provenance=origin, _real=frame, _made=accepted,
        _refused=refused_rows(made, report), _train_rows=train, _holdout_rows=held, _form=form, fairness=outcome,
        _weights=weights, _source=source, _delivered=delivered, _schema=schema,
    )  # fmt: skip
    stages.close()
    return _written(result, out)


def _written(result: SynthesisResult, out: str | Path | None) -> SynthesisResult:
    """Write the table, if it may be handed out."""
    if out is None or result.withheld:
        return result
    write_table(result._table, out)
    return result._written_to(out)


def _sensitive(named: Sequence[str] | None, fairness: Any, frame: pd.DataFrame) -> Sequence[str] | None:
    """Sensitive columns: those that the caller names, and those of the plan."""
    also = [name for name in sensitive_of(fairness) if name in frame.columns]
    if not also or isinstance(named, str):
        return named
    return list(dict.fromkeys([*(named or ()), *also]))


def _fairness(
    fairness: Any,
    frame: pd.DataFrame,
    coded: pd.DataFrame,
    schema: Schema,
    purpose: str,
    generator: str | Synthesizer,
    n: int | None,
    strategy: Any,
    conditions: Any,
) -> tuple[CarryingOut, pd.DataFrame, pd.DataFrame]:
    """Work out what a fairness plan means for the table; proxies are changed here, before anything is learnt."""
    if fairness is None:
        return CarryingOut(None, schema, None), frame, coded
    plan = read_plan(fairness, schema)
    check_generator_for(plan, generator)
    check_n(n)
    if plan.kind not in ("weights", "proxies") and plan.strength > 0:
        for name, value, default in (("sampling_strategy", strategy, "auto"), ("conditions", conditions, None)):
            if value != default:
                raise UsageError(f"A fairness plan of {plan.kind} says which rows are made; leave {name} out.")
    return carry_out(plan, frame, coded, schema, release=purpose == "release", n_samples=n)


def _generator(
    generator: str | Synthesizer,
    options: Mapping[str, Any] | None,
    seen: tuple[pd.DataFrame, pd.DataFrame],
    schema: Schema,
    plan: Plan,
    wanted: Wanted,
    purpose: str,
    seed: np.random.SeedSequence,
    fair: CarryingOut,
) -> tuple[Synthesizer, Choice]:
    """Give an unfitted generator, and why it was taken; ``seen`` are the train rows, as given and coded."""
    own = int(stream(seed, "generator").integers(0, 2**31))
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
        choice = choose_generator(*seen, plain, plan, wanted, Purpose(purpose), child(seed, "choose"))
    return GENERATORS[choice.name](random_state=own, **(options or {})), choice


def _validate(
    model: Synthesizer,
    coded: pd.DataFrame,
    train: NDArray[np.int64],
    held: NDArray[np.int64],
    made: pd.DataFrame,
    wanted: Wanted,
    schema: Schema,
    purpose: str,
    gate: Any,
    validation: str,
    seed: np.random.SeedSequence,
    fair: CarryingOut,
) -> tuple[ValidationReport, NDArray[np.bool_]]:
    public = public_labels(schema)
    schema = extend_categories(schema, made)
    new, real = encode(made, schema), [coded.iloc[train], coded.iloc[held]]
    tilts = fair.tilts(new, real, model)
    comparison = Comparison.of(
        real[0],
        real[1],
        new,
        schema,
        row_source=model.made_from,
        guarantee=model.privacy_,
        effort=validation,
        public_labels=public,
        tilts=(tilts[0], tilts[1]) if tilts else None,
    )
    report = validate_coded(
        comparison,
        purpose=Purpose(purpose),
        refuse=True,
        like=(wanted.met_by(coded.iloc[train]), wanted.met_by(coded.iloc[held])) if wanted.others else None,
        gate=gate if isinstance(gate, Gate) else None,
        random_state=seed,
    )
    return report, accepted_rows(report)


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
