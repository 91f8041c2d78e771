"""synthesize(): what was asked for, and which way it goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from synthgen.checks import check_words
from synthgen.generators import Synthesizer
from synthgen.ledger import PrivacyLedger
from synthgen.memory_run import Words, run_in_memory
from synthgen.planning.fairness import FairnessPlan
from synthgen.private_run import NO_VALIDATION, private_words, synthesize_privately
from synthgen.progress import Stages
from synthgen.randomness import RandomState, seed_sequence
from synthgen.request import describe_request
from synthgen.result import SynthesisResult
from synthgen.scale.engine import IN_PIECES, check_private, engine_for, in_memory, read_engine, run_in_spark
from synthgen.scale.result import Result
from synthgen.scale.run import run_in_pieces
from synthgen.table import Schema, check_destination, write_table
from synthgen.validation import Gate


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
    engine: str | Mapping[str, Any] | None = None,
    random_state: RandomState = None,
    progress: bool = True,
) -> Result:
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
    engine : {"memory", "stream", "spark"} or mapping, optional
        "stream" works on a table in pieces, so that it needn't fit in memory: a folder, a pattern of names, an Arrow
        dataset, a polars LazyFrame, or a file or a database's table of more than a million rows where ``out`` is
        given. The result is a :class:`synthgen.scale.result.PiecesResult`. "spark" is for a Spark DataFrame. A mapping
        has settings, too: ``{"name": "stream", "most_rows": 100_000, "workers": 2}``; ``most_rows`` bounds the memory.
        See docs/scale.md.
    random_state : int, Generator or None
        The same one gives the same rows on the same versions.
    progress : bool
        Show a progress bar on stderr.

    Returns
    -------
    SynthesisResult, or PiecesResult of a table that was worked on in pieces

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
    name, settings = read_engine(engine)
    if words is not None:
        check_private(name)
    way = "memory" if words is not None else engine_for(name, data, out)
    if out is not None and way == "memory":
        check_destination(out)
    if words is not None:
        return _written(synthesize_privately(data, words, random_state, seed, asked, stages), out)
    if way == "spark":
        return run_in_spark(data, Words.of(given), out, random_state, progress, **settings)
    if way == "stream":
        assert out is not None
        asked["obstacles"].append(IN_PIECES)
        return run_in_pieces(data, Words.of(given), random_state, seed, asked, stages, out, **settings)
    result = run_in_memory(in_memory(data), Words.of(given), random_state, seed, asked, stages).result
    stages.close()
    return _written(result, out)


def _written(result: SynthesisResult, out: str | Path | None) -> SynthesisResult:
    """Write the table, if it may be handed out."""
    if out is None or result.withheld:
        return result
    write_table(result._table, out)
    return result._written_to(out)
