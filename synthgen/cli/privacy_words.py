"""The words of differentially private runs, and the ledger that they stand for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, TypeAlias

import typer

from synthgen.errors import UsageError

Epsilon: TypeAlias = Annotated[
    float | None,
    typer.Option(help="Privacy budget of --generator dp_marginals; needs a --schema that says what is public."),
]
Delta: TypeAlias = Annotated[
    float | None,
    typer.Option(help="Chance at which epsilon may fail; far below one over the rows.", show_default="1e-9"),
]
LedgerFile: TypeAlias = Annotated[
    Path | None,
    typer.Option("--ledger", metavar="FILE", help="A ledger that adds up the budget of all fits on one dataset."),
]
Dataset: TypeAlias = Annotated[
    str | None,
    typer.Option(help="Name of the dataset in the ledger, the same for all runs on its people.", show_default="data"),
]
CapEpsilon: TypeAlias = Annotated[
    float | None,
    typer.Option(help="The most that all fits may cost; for a dataset that the ledger doesn't know yet."),
]
CapDelta: TypeAlias = Annotated[float | None, typer.Option(help="Delta of that cap.", show_default="1e-6")]


def open_ledger(file: Path | None, dataset: str | None, cap_epsilon: float | None, cap_delta: float | None) -> Any:
    """Open the ledger that was named; None without one."""
    words = {"dataset": dataset, "cap_epsilon": cap_epsilon, "cap_delta": cap_delta}
    given: dict[str, Any] = {name: value for name, value in words.items() if value is not None}
    if file is None:
        if given:
            word = next(iter(given)).replace("_", "-")
            raise UsageError(f"--{word} is about a ledger; name its file with --ledger.")
        return None
    from synthgen.ledger import PrivacyLedger

    return PrivacyLedger(file, **given)
