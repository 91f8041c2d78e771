"""The command that shows what synthgen does, on the payments that come with it."""

from __future__ import annotations

from pathlib import Path

from synthgen.cli import words
from synthgen.cli.commands import app, with_progress
from synthgen.cli.ending import finish
from synthgen.cli.failures import ExitCode, check_destinations, guarded, made, say


@app.command(short_help="Balance the payments that come with synthgen.")
@guarded
def demo(
    out: words.DemoFolder = Path("synthgen-demo"),
    seed: words.Seed = 0,
    quiet: words.Quiet = False,
    as_json: words.AsJson = False,
) -> ExitCode:
    """Balance the card payments that come with synthgen, check them, and write table and reports."""
    import synthgen as sg

    table = out / "balanced.parquet"
    check_destinations([], [], out)
    if not quiet:
        say("Card payments, 492 of them frauds: profiling, making synthetic frauds, checking, merging.")
    payments = sg.datasets.load_fraud()
    with made(out):
        result = sg.synthesize(payments, target="Class", out=table, random_state=seed, progress=with_progress(quiet))
        return finish(
            result, table, out, next_step=f"Open {out / 'fidelity.html'} in a browser.", quiet=quiet, as_json=as_json
        )
