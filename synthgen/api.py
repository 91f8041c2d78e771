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
from synthgen.errors import ConditionError, UsageError
from synthgen.generators import GENERATORS, Synthesizer
from synthgen.merging import accepted_rows
from synthgen.planning import (
    Choice,
    Plan,
    Wanted,
    check_learnable,
    check_not_merged,
    choose_generator,
    classes_lost,
    coarsen,
    plan_by_class,
    plan_in_proportion,
    read_wanted,
    rows_that_meet,
)
from synthgen.profiling import profile_coded
from synthgen.progress import Stages
from synthgen.provenance import describe_run
from synthgen.randomness import RandomState, child, seed_sequence, stream
from synthgen.request import describe_request
from synthgen.result import SynthesisResult
from synthgen.table import (
    LABEL_KINDS,
    Schema,
    check_destination,
    encode,
    extend_categories,
    to_pandas,
    write_file,
)
from synthgen.table.disclosure import public_labels
from synthgen.table.roles import schema_with_roles
from synthgen.table.splitting import split_rows
from synthgen.validation import Comparison, Gate, Purpose, ValidationReport, validate_coded

RESERVE = 0.5
FEWEST_RESERVE = 20


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
    sensitive_features: Sequence[str] | None = None,
    subject: str | None = None,
    holdout: float = 0.2,
    validation: str = "standard",
    gate: str | Gate | None = "default",
    out: str | Path | None = None,
    random_state: RandomState = None,
    progress: bool = True,
) -> SynthesisResult:
    """Profile a table, make synthetic rows, check them, and hand back a table with the evidence.

    Parameters
    ----------
    data : table
        pandas, polars, Arrow, or a path (csv, csv.gz, tsv, parquet, arrow). Never changed.
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
        Parameters of a generator given by name.
    sampling_strategy : str, float or mapping
        For "augment" with a target: imbalanced-learn's words. "auto" brings every class to the size of
        the largest.
    n_samples : int, optional
        Rows to make in all, in place of ``sampling_strategy``.
    conditions : mapping, optional
        What the rows must have: ``{"Class": 1}``, or with a generator that takes any condition (the tree, which
        "auto" then takes) also ``{"Class": 1, "Amount": ">= 100"}``; see
        :func:`synthgen.generators.conditions.allowed_values`. Rows made to conditions are compared with the real
        rows that meet them too, and searched for copies of all train rows. Fewer such real rows say less, and
        the verdict is then INCONCLUSIVE.
    schema : Schema, optional
        Inferred if not given.
    sensitive_features : list of str, optional
        Columns whose groups are audited in the bias report.
    subject : str, optional
        Column that names the person or thing a row is about; their rows stay together in the split.
    holdout : float
        Share of rows that the generator never sees, above 0 and below 1.
    validation : {"standard", "full"}
        How many rows the slower checks look at.
    gate : "default", Gate or None
        None hands the table out whatever the verdict; the report says so.
    out : path, optional
        Where to write the table (csv, csv.gz, tsv, parquet, arrow), if the gate lets it through.
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
    check_words(purpose, generator, generator_options, gate, validation)
    seed = seed_sequence(random_state)
    asked = describe_request(
        seed, target=target, purpose=purpose, generator=generator, generator_options=generator_options,
        sampling_strategy=sampling_strategy, n_samples=n_samples, conditions=conditions, schema=schema,
        sensitive_features=sensitive_features, subject=subject, holdout=holdout, validation=validation, gate=gate,
    )  # fmt: skip
    if out is not None:
        check_destination(out)
    with stages("read"):
        frame, form = to_pandas(data)
        schema = schema_with_roles(frame, schema, target=target, sensitive_features=sensitive_features, subject=subject)
        coded = encode(frame, schema)
        check_table(frame, coded, schema)
        given, coarsening, source = (coded, schema), None, frame
        if purpose == "release":
            fewest = (gate if isinstance(gate, Gate) else Gate.default()).fewest_holders
            frame, coded, schema, coarsening = coarsen(frame, coded, schema, fewest=fewest)
            form = form.listing({name: schema[name].categories or () for name in coarsening.merged_labels})
            check_not_merged(conditions, given[1], schema, coarsening.merged_labels)
        wanted = read_wanted(conditions, schema, generator)
        plan = _plan(coded, schema, purpose, sampling_strategy, n_samples, wanted)
    with stages("profile"):
        described = profile_coded(*given)
    with stages("choose"):
        train, held = split_rows(coded, schema, holdout, stream(seed, "split"))
        check_learnable(coded, train, plan, schema)
        seen = frame.iloc[train], coded.iloc[train]
        model, choice = _generator(generator, generator_options, seen, schema, plan, wanted, purpose, seed)
    with stages("fit"):
        model.fit(seen[0], schema=schema)
    with stages("sample"):
        made = _draw(model, plan, wanted, schema, seed)
    with stages("validate"):
        report, keep = _validate(model, coded, train, held, made, wanted, schema, purpose, gate, validation, seed)
    with stages("merge"):
        delivered, warned = _deliver(made, keep, plan, schema)
    accepted = made.iloc[delivered].reset_index(drop=True)
    counts = {
        "real": len(frame), "train": len(train), "holdout": len(held), "requested": plan.total, "drawn": len(made),
        "refused": int((~keep).sum()), "accepted": len(accepted),
        "delivered": len(accepted) + (len(frame) if purpose == "augment" else 0),
    }  # fmt: skip
    origin = describe_run(
        model, choice, random_state, seed, purpose, schema, counts, report, gate, warned, stages.seconds, coarsening,
        asked,
    )  # fmt: skip
    result = SynthesisResult(
        profile=described,
        validation=report,
        provenance=origin,
        _real=frame,
        _made=accepted,
        _refused=_refused(made, report),
        _train_rows=train,
        _holdout_rows=held,
        _form=form,
        _source=source,
    )
    if out is not None and not result.withheld:
        write_file(result._table, out)
        result = result._written_to(out)
    stages.close()
    return result


def _plan(coded: pd.DataFrame, schema: Schema, purpose: str, strategy: Any, n: int | None, wanted: Wanted) -> Plan:
    if n is not None and (isinstance(n, bool) or not isinstance(n, (int, np.integer)) or n < 1):
        raise UsageError(f"n_samples must be a whole number of at least 1; got {n!r}.")
    target = schema.target
    met = rows_that_meet(wanted, coded)
    if target is None or target.kind not in LABEL_KINDS:
        if strategy != "auto":
            raise UsageError("sampling_strategy needs a target with classes. Name one, or give n_samples.")
        return Plan(n or len(coded), in_proportion=True)
    balanced = n is None and purpose == "augment"
    # What a class lacks is counted on all rows; what is to be like the rows that meet a condition, on these.
    rows = coded if balanced else met
    counts = {float(code): int(rows) for code, rows in rows[target.name].value_counts().items()}  # type: ignore[arg-type]
    if wanted.classes is not None and not any(code in wanted.classes for code in counts):
        also = f" and meets the conditions on {wanted.names}" if wanted.others and not balanced else ""
        raise ConditionError(
            f"No row has the class of {target.name!r} that the condition asks for{also}, so nothing can be learnt "
            "about it. Ask for a class that the table has."
        )
    if balanced:
        return plan_by_class(counts, strategy, target, wanted.classes)
    return plan_in_proportion(counts, n or len(coded), wanted.classes)


def _generator(
    generator: str | Synthesizer,
    options: Mapping[str, Any] | None,
    seen: tuple[pd.DataFrame, pd.DataFrame],
    schema: Schema,
    plan: Plan,
    wanted: Wanted,
    purpose: str,
    seed: np.random.SeedSequence,
) -> tuple[Synthesizer, Choice]:
    """Give an unfitted generator, and why it was taken; ``seen`` are the train rows, as given and coded."""
    own = int(stream(seed, "generator").integers(0, 2**31))
    if isinstance(generator, Synthesizer):
        model = clone(generator)
        if model.random_state is None:
            model.set_params(random_state=own)
        return model, Choice(type(model).__name__, "given as an instance")
    choice = Choice(generator, "named by the caller")
    if generator == "auto":
        choice = choose_generator(*seen, schema, plan, wanted, Purpose(purpose), child(seed, "choose"))
    return GENERATORS[choice.name](random_state=own, **(options or {})), choice


def _draw(model: Synthesizer, plan: Plan, wanted: Wanted, schema: Schema, seed: np.random.SeedSequence) -> pd.DataFrame:
    """Draw what was asked for and a reserve, once."""
    others = dict(wanted.others)
    if plan.by_class is None:
        n = _with_reserve(plan.total)
        return to_pandas(model.sample(n, conditions=others or None, random_state=child(seed, "sample")))[0]
    assert schema.target is not None
    name, labels = schema.target.name, schema.target.categories or ()
    parts = [
        to_pandas(
            model.sample(
                _with_reserve(n),
                conditions={**others, name: labels[int(code)]},
                random_state=child(seed, "sample", int(code)),
            )
        )[0]
        for code, n in plan.by_class.items()
    ]
    return pd.concat(parts, ignore_index=True)


def _with_reserve(n: int) -> int:
    return n + max(FEWEST_RESERVE, round(RESERVE * n))


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
) -> tuple[ValidationReport, NDArray[np.bool_]]:
    public = public_labels(schema)
    schema = extend_categories(schema, made)
    comparison = Comparison.of(
        coded.iloc[train],
        coded.iloc[held],
        encode(made, schema),
        schema,
        row_source=model.row_source,
        guarantee=model.privacy_,
        effort=validation,
        public_labels=public,
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


def _deliver(
    made: pd.DataFrame, keep: NDArray[np.bool_], plan: Plan, schema: Schema
) -> tuple[NDArray[np.int64], list[str]]:
    """Positions of the rows to hand out, and what is lacking of those asked for, in words."""
    if plan.by_class is None:
        rows = np.flatnonzero(keep)[: plan.total]
        return rows, _short(plan.total - len(rows))
    chosen, start, lost = [], 0, []
    for code, n in plan.by_class.items():
        block = np.arange(start, start + _with_reserve(n))
        chosen.append(block[keep[block]][:n])
        start += len(block)
        if not len(chosen[-1]):
            lost.append(code)
    rows = np.concatenate(chosen)
    return rows, _short(plan.total - len(rows)) + classes_lost(plan, lost, schema)


def _short(rows: int) -> list[str]:
    return [f"{rows} rows fewer than asked for: too many were refused"] if rows else []


def _refused(made: pd.DataFrame, report: ValidationReport) -> pd.DataFrame:
    flags = report.refused_rows.drop(columns=["refused", "p_value", "q_value"], errors="ignore")
    rows = made.iloc[flags["row"]].reset_index(drop=True)
    words = {
        "reason": "refused_reason",
        "columns": "refused_columns",
        "value": "refused_value",
        "threshold": "refused_threshold",
    }
    return pd.concat([rows, flags.drop(columns="row").rename(columns=words).reset_index(drop=True)], axis=1)
