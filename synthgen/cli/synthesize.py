"""The command that makes rows, checks them and merges them."""

from __future__ import annotations

from typing import Any

import typer

from synthgen.cli import privacy_words, words
from synthgen.cli.commands import app, with_progress
from synthgen.cli.configuration import Configured, say_config, table_of, with_schema
from synthgen.cli.ending import finish
from synthgen.cli.engine_words import Engine, MostRows, Workers
from synthgen.cli.failures import ExitCode, check_destinations, guarded
from synthgen.cli.merge import check_review
from synthgen.cli.places import check_engine, check_json, default_out, default_reports, with_settings


class _WithGenerators(Configured):
    """Names the generators in the help text: asked for, they are worth a second of imports."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        for parameter in self.params:
            if parameter.name == "generator":
                names = ", ".join(["auto", *words.generator_names()])
                parameter.help = f"How rows are made: {names}."  # type: ignore[attr-defined]
        super().format_help(ctx, formatter)


@app.command(cls=_WithGenerators, short_help="Make rows for a table, check them, merge them.")
@guarded
def synthesize(
    context: typer.Context,
    data: words.Data,
    target: words.Target = None,
    out: words.OutTable = None,
    reports: words.Reports = None,
    purpose: words.Purpose = words.PurposeWord.AUGMENT,
    generator: words.Generator = "auto",
    option: words.Options = None,
    sampling_strategy: words.Strategy = "auto",
    n_samples: words.Samples = None,
    condition: words.Conditions = None,
    constraint: words.Rules = None,
    schema: words.SchemaFile = None,
    sensitive: words.Sensitive = None,
    fairness: words.Fairness = None,
    subject: words.Subject = None,
    missing: words.Missing = words.MissingWord.KEEP,
    epsilon: privacy_words.Epsilon = None,
    delta: privacy_words.Delta = None,
    ledger: privacy_words.LedgerFile = None,
    dataset: privacy_words.Dataset = None,
    cap_epsilon: privacy_words.CapEpsilon = None,
    cap_delta: privacy_words.CapDelta = None,
    holdout: words.HoldoutShare = 0.2,
    validation: words.Validation = words.ValidationWord.STANDARD,
    gate: words.Gate = words.GateWord.DEFAULT,
    engine: Engine = None,
    most_rows: MostRows = None,
    workers: Workers = None,
    fewest_holders: words.FewestHolders = None,
    audience: words.Audience = words.AudienceWord.INTERNAL,
    seed: words.Seed = None,
    key_file: words.KeyFile = None,
    review: words.ReviewOut = None,
    config: words.ConfigFile = None,
    quiet: words.Quiet = False,
    as_json: words.AsJson = False,
) -> ExitCode:
    """Make synthetic rows for DATA, check them, and write the table with its reports.

    The table is written only if the gate lets it through; the reports are always written. With --review a person looks
    first, and 'synthgen merge' writes the table. With the table on standard output all else goes to standard error, and
    reports are written only if --reports names a folder. Without DATA, ./synthgen.toml says what to do; 'synthgen init'
    writes one.
    """
    from synthgen.table.sources import check_source

    check_source(data)
    table = out or default_out(data)
    folder = reports or default_reports(table)
    check_json(as_json, table)
    plan = table_of(context, "fairness", words.read_fairness(fairness))
    waiting = check_review(review, data, table, folder, key_file, str(audience), plan, str(validation))
    sheets = [waiting.sheet, waiting.rows] if waiting else []
    check_destinations([path for path in (data, schema, key_file, ledger) if path], [table, *sheets], folder)
    key = words.read_key(key_file, audience)
    way = check_engine(engine, data, table, key, review=review is not None)
    settings: dict[str, Any] = {
        "generator_options": table_of(context, "option", words.read_options(option)),
        "sampling_strategy": table_of(context, "sampling_strategy", words.read_strategy(sampling_strategy)),
        "conditions": table_of(context, "condition", words.read_conditions(condition)),
        "fairness": plan,
    }
    settings |= {"epsilon": epsilon, "delta": delta}
    settings["ledger"] = privacy_words.open_ledger(ledger, dataset, cap_epsilon, cap_delta)
    say_config(context, quiet)
    import synthgen as sg

    roles: dict[str, Any] = {"target": target, "sensitive_features": sensitive, "subject": subject}
    private = generator == "dp_marginals"
    source, declared = with_schema(context, data, schema, whole=way == "memory", private=private, **roles)

    result = sg.synthesize(
        source,
        purpose=str(purpose),
        generator=generator,
        n_samples=n_samples,
        schema=declared,
        constraints=constraint or (),
        missing=str(missing),
        holdout=holdout,
        validation=str(validation),
        gate=words.read_gate(gate, fewest_holders),
        out=None if review else table,
        engine=with_settings(way, most_rows=most_rows, workers=workers),
        random_state=seed,
        progress=with_progress(quiet),
        **{**roles, "sensitive_features": sensitive or None},
        **settings,
    )
    return finish(
        result, table, folder, audience=str(audience), key=key, quiet=quiet, as_json=as_json,
        waiting=waiting,
    )  # fmt: skip
