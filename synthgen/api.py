"""synthesize(): the one place where the stages follow each other."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import clone

from synthgen.errors import DataError, UsageError
from synthgen.generators import GENERATORS, Synthesizer
from synthgen.generators.conditions import target_codes
from synthgen.guarantee import RowSource
from synthgen.merging import accepted_rows
from synthgen.planning import Plan, choose_generator, plan_by_class, plan_in_proportion
from synthgen.profiling import profile_coded
from synthgen.profiling.profiler import with_roles
from synthgen.randomness import RandomState, child, seed_sequence, stream
from synthgen.result import Provenance, SynthesisResult
from synthgen.table import (
    Kind,
    Role,
    Schema,
    check_writable,
    encode,
    extend_categories,
    infer_schema,
    to_pandas,
    write_file,
)
from synthgen.table.column import LABEL_KINDS
from synthgen.table.splitting import split_rows
from synthgen.validation import Comparison, Gate, Purpose, ValidationReport, validate_coded
from synthgen.validation.validate import not_tested

RESERVE = 0.5
FEWEST_RESERVE = 20
LIBRARIES = ("numpy", "scipy", "pandas", "scikit-learn", "imbalanced-learn", "lightgbm", "pyarrow")


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
        every check blocks, and rare categories and exact extremes are refused.
    generator : str or Synthesizer
        A name from ``synthgen.generators.GENERATORS``, an instance, or "auto".
    generator_options : mapping, optional
        Parameters of a generator given by name.
    sampling_strategy : str, float or mapping
        For "augment" with a target: imbalanced-learn's words. "auto" brings every class to the size of
        the largest.
    n_samples : int, optional
        Rows to make in all, in place of ``sampling_strategy``.
    conditions : mapping, optional
        Target values that the rows must have: ``{"Class": 1}``.
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
    stages = _Stages(progress)
    _check_words(purpose, generator, generator_options, gate, validation)
    if out is not None:
        check_writable(Path(out).parent)
    with stages("read"):
        frame, form = to_pandas(data)
        schema = _schema(frame, schema, target, sensitive_features, subject)
        coded = encode(frame, schema)
        _check_table(coded, schema)
        wanted = target_codes(conditions, schema)
        plan = _plan(coded, schema, purpose, sampling_strategy, n_samples, wanted)
    seed = seed_sequence(random_state)
    with stages("profile"):
        described = profile_coded(coded, schema)
    train, held = split_rows(coded, schema, holdout, stream(seed, "split"))
    model, choice = _generator(generator, generator_options, coded.iloc[train], schema, plan, seed)
    with stages("fit"):
        model.fit(frame.iloc[train], schema=schema)
    with stages("sample"):
        made = _draw(model, plan, schema, seed)
    with stages("validate"):
        report, keep = _validate(model, coded, train, held, made, schema, purpose, gate, validation, seed)
    with stages("merge"):
        delivered, short = _deliver(made, keep, plan, schema)
    warned = [f"{short} rows fewer than asked for: too many were refused"] if short else []
    accepted = made.iloc[delivered].reset_index(drop=True)
    counts = {
        "real": len(frame), "train": len(train), "holdout": len(held), "requested": plan.total, "drawn": len(made),
        "refused": int((~keep).sum()), "accepted": len(accepted),
        "delivered": len(accepted) + (len(frame) if purpose == "augment" else 0),
    }  # fmt: skip
    result = SynthesisResult(
        profile=described,
        validation=report,
        provenance=_provenance(
            model, choice, random_state, purpose, schema, counts, report, gate, warned, stages.seconds
        ),
        _real=frame,
        _made=accepted,
        _refused=_refused(made, report),
        _train_rows=train,
        _holdout_rows=held,
        _form=form,
    )
    if out is not None and not result.withheld:
        write_file(result._table, out)
    stages.close()
    return result


@dataclass
class _Stages:
    """Progress and time of each stage."""

    progress: bool
    seconds: dict[str, float] = field(default_factory=dict)
    _bar: Any = None

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        from tqdm.auto import tqdm

        if self._bar is None:
            self._bar = tqdm(total=6, disable=not self.progress, leave=False, bar_format="{desc:<10}{bar}{elapsed}")
        self._bar.set_description_str(name)
        start = time.perf_counter()
        try:
            yield
        except BaseException:
            self.close()
            raise
        self.seconds[name] = round(time.perf_counter() - start, 3)
        self._bar.update()

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()


def _check_words(purpose: str, generator: Any, options: Mapping[str, Any] | None, gate: Any, validation: str) -> None:
    if purpose not in [str(item) for item in Purpose]:
        raise UsageError(f"purpose must be augment or release; got {purpose!r}.")
    if validation not in ("standard", "full"):
        raise UsageError(f"validation must be standard or full; got {validation!r}.")
    if not (gate is None or gate == "default" or isinstance(gate, Gate)):
        raise UsageError(f'gate must be "default", a Gate or None; got {gate!r}.')
    if isinstance(generator, Synthesizer):
        if options:
            raise UsageError("generator_options are for a generator given by name; set them on the instance.")
        return
    if generator != "auto" and generator not in GENERATORS:
        raise UsageError(
            f"There is no generator {generator!r}. Choose one of: auto, {', '.join(GENERATORS)}, or pass an instance."
        )
    if options and generator == "auto":
        raise UsageError('generator_options need a generator by name; "auto" chooses its own.')
    if options:
        known = sorted(set(GENERATORS[generator]().get_params(deep=False)) - {"random_state"})
        unknown = sorted(set(options) - set(known))
        if unknown:
            raise UsageError(f"The generator {generator!r} has no option {unknown[0]!r}; it has: {', '.join(known)}.")


def _schema(
    frame: pd.DataFrame,
    schema: Schema | None,
    target: str | None,
    sensitive: Sequence[str] | None,
    subject: str | None,
) -> Schema:
    if schema is None:
        return infer_schema(frame, target=target, sensitive_features=tuple(sensitive or ()), subject=subject)
    schema = with_roles(schema, target, sensitive)
    if subject is not None and schema[subject].role is not Role.SUBJECT:
        schema = schema.with_column(subject, role=Role.SUBJECT, kind=Kind.IDENTIFIER)
    return schema


def _check_table(coded: pd.DataFrame, schema: Schema) -> None:
    if len(coded) < 2:
        raise DataError("The table has one row; at least two are needed to learn from one and check against another.")
    empty = [name for name in coded if coded[name].isna().all()]
    if empty:
        raise DataError(
            f"Column {empty[0]!r} has no values at all, so nothing can be learnt from it. "
            f"Drop it: df.drop(columns={empty!r})."
        )
    target = schema.target
    if target is None:
        return
    values = coded[target.name]
    if values.isna().any():
        raise DataError(
            f"The target {target.name!r} is missing in {int(values.isna().sum())} of {len(coded)} rows. "
            f"Drop them: df.dropna(subset=[{target.name!r}])."
        )
    if values.nunique() == 1:
        raise DataError(
            f"The target {target.name!r} has one class only; there is nothing to tell apart. "
            "Name another target, or none."
        )
    if target.kind is not Kind.CONTINUOUS and values.nunique() == len(values) and len(values) > 2:
        raise DataError(
            f"Column {target.name!r} can't be the target: every row has a value of its own. "
            "Name a column with classes or quantities."
        )


def _plan(
    coded: pd.DataFrame,
    schema: Schema,
    purpose: str,
    strategy: Any,
    n: int | None,
    wanted: NDArray[np.float64] | None,
) -> Plan:
    if n is not None and (isinstance(n, bool) or not isinstance(n, (int, np.integer)) or n < 1):
        raise UsageError(f"n_samples must be a whole number of at least 1; got {n!r}.")
    target = schema.target
    if target is None or target.kind not in LABEL_KINDS:
        if strategy != "auto":
            raise UsageError("sampling_strategy needs a target with classes. Name one, or give n_samples.")
        return Plan(n or len(coded))
    counts = {float(code): int(rows) for code, rows in coded[target.name].value_counts().items()}  # type: ignore[arg-type]
    if n is None and purpose == "augment":
        return plan_by_class(counts, strategy, target, wanted)
    return plan_in_proportion(counts, n or len(coded), wanted)


def _generator(
    generator: str | Synthesizer,
    options: Mapping[str, Any] | None,
    train: pd.DataFrame,
    schema: Schema,
    plan: Plan,
    seed: np.random.SeedSequence,
) -> tuple[Synthesizer, str]:
    own = int(stream(seed, "generator").integers(0, 2**31))
    if isinstance(generator, Synthesizer):
        model = clone(generator)
        if model.random_state is None:
            model.set_params(random_state=own)
        return model, "given as an instance"
    if generator != "auto":
        return GENERATORS[generator](random_state=own, **(options or {})), "named by the caller"
    name, why = choose_generator(train, schema, plan)
    return GENERATORS[name](random_state=own), why


def _draw(model: Synthesizer, plan: Plan, schema: Schema, seed: np.random.SeedSequence) -> pd.DataFrame:
    """Draw what was asked for and a reserve, once."""
    if plan.by_class is None:
        return to_pandas(model.sample(_with_reserve(plan.total), random_state=child(seed, "sample")))[0]
    assert schema.target is not None
    name, labels = schema.target.name, schema.target.categories or ()
    parts = [
        to_pandas(
            model.sample(
                _with_reserve(n),
                conditions={name: labels[int(code)]},
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
    schema: Schema,
    purpose: str,
    gate: Any,
    validation: str,
    seed: np.random.SeedSequence,
) -> tuple[ValidationReport, NDArray[np.bool_]]:
    schema = extend_categories(schema, made)
    comparison = Comparison.of(
        coded.iloc[train],
        coded.iloc[held],
        encode(made, schema),
        schema,
        row_source=model.row_source,
        guarantee=model.privacy_,
        effort=validation,
    )
    rules = gate if isinstance(gate, Gate) else Gate.default()
    report = validate_coded(comparison, purpose=Purpose(purpose), gate=rules, random_state=seed)
    keep = accepted_rows(report)
    verdict = rules.judge(
        report.results,
        purpose=purpose,
        row_source=model.row_source,
        guarantee=model.privacy_,
        flagged=(int((~keep).sum()), len(keep)),
        refused=True,
        not_tested=not_tested(comparison),
    )
    return replace(report, verdict=verdict), keep


def _deliver(made: pd.DataFrame, keep: NDArray[np.bool_], plan: Plan, schema: Schema) -> tuple[NDArray[np.int64], int]:
    """Positions of the rows to hand out, and how many of those asked for are lacking."""
    if plan.by_class is None:
        rows = np.flatnonzero(keep)[: plan.total]
        return rows, plan.total - len(rows)
    chosen, start = [], 0
    for n in plan.by_class.values():
        block = np.arange(start, start + _with_reserve(n))
        chosen.append(block[keep[block]][:n])
        start += len(block)
    rows = np.concatenate(chosen)
    return rows, plan.total - len(rows)


def _refused(made: pd.DataFrame, report: ValidationReport) -> pd.DataFrame:
    flags = report.flagged_rows
    rows = made.iloc[flags["row"]].reset_index(drop=True)
    words = {
        "reason": "refused_reason",
        "columns": "refused_columns",
        "value": "refused_value",
        "threshold": "refused_threshold",
    }
    return pd.concat([rows, flags.drop(columns="row").rename(columns=words).reset_index(drop=True)], axis=1)


def _provenance(
    model: Synthesizer,
    choice: str,
    random_state: RandomState,
    purpose: str,
    schema: Schema,
    counts: dict[str, int],
    report: ValidationReport,
    gate: Any,
    warned: list[str],
    seconds: dict[str, float],
) -> Provenance:
    names = {cls: name for name, cls in GENERATORS.items()}
    own = model.row_source if isinstance(model.row_source, RowSource) else RowSource.UNKNOWN
    parameters = {key: value for key, value in model.get_params(deep=False).items() if key != "random_state"}
    return Provenance(
        version=_version("synthgen-tabular"),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        generator=names.get(type(model), type(model).__name__),
        generator_words=str(own),
        choice=choice,
        parameters=parameters,
        random_state=str(random_state) if isinstance(random_state, (int, np.integer)) else "not given as a number",
        purpose=purpose,
        target=schema.target.name if schema.target else None,
        counts=counts,
        refused_by_reason={str(k): int(v) for k, v in report.flagged_rows["reason"].value_counts().items()},
        libraries={name: _version(name) for name in LIBRARIES},
        guarantee=str(model.privacy_) if model.privacy_ else "no formal guarantee",
        gate=None if gate is None else "default" if gate == "default" else "custom",
        warnings=tuple(warned),
        seconds=seconds,
    )


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "unknown"
