"""The command that asks whether synthetic rows would help a model."""

from __future__ import annotations

import typer

from synthgen.cli import uplift_words, words
from synthgen.cli.commands import app, with_progress
from synthgen.cli.configuration import Configured, say_config, with_schema
from synthgen.cli.failures import ExitCode, guarded


@app.command(cls=Configured, short_help="Ask whether synthetic rows would help a model.")
@guarded
def uplift(
    context: typer.Context,
    data: words.Data,
    target: uplift_words.TargetClass,
    model: uplift_words.Models = None,
    generator: uplift_words.Generators = None,
    ratio: uplift_words.Ratios = None,
    positive: uplift_words.Positive = None,
    subject: words.Subject = None,
    time: uplift_words.Time = None,
    schema: words.SchemaFile = None,
    folds: uplift_words.Folds = 5,
    repeats: uplift_words.Repeats = 2,
    review_budget: uplift_words.ReviewBudget = None,
    learning_curve: uplift_words.LearningCurve = False,
    max_seconds: uplift_words.MaxSeconds = None,
    seed: words.Seed = None,
    config: words.ConfigFile = None,
    quiet: words.Quiet = False,
    as_json: words.AsJson = False,
) -> ExitCode:
    """Ask whether synthetic rows would help a model to find a rare class of DATA, before any are made.

    Models learn with and without them, beside a tuned threshold, class weights, copies and SMOTE, and are judged on
    real rows that they did not see. Exit code 0 whatever the advice.
    """
    say_config(context, quiet)
    import synthgen as sg
    from synthgen.cli import summary

    chosen = {"generators": generator} if generator else {}
    source, declared = with_schema(context, data, schema, target=target, subject=subject)
    found = sg.estimate_uplift(
        source,
        target,
        model or None,
        ratios=ratio or "auto",
        positive=positive,
        subject=subject,
        time=time,
        schema=declared,
        folds=folds,
        repeats=repeats,
        review_budget=review_budget,
        learning_curve=learning_curve,
        max_seconds=max_seconds,
        random_state=seed,
        progress=with_progress(quiet),
        **chosen,  # type: ignore[arg-type]
    )
    if as_json:
        summary.show_json(found.to_dict())
    elif quiet:
        summary.show([summary.hint(found.advice)])
    else:
        summary.show(summary.uplift_parts(found))
    return ExitCode.OK
