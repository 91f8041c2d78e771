"""The words of ``synthgen uplift`` that no other command has."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import typer

from synthgen.cli.headers import column_option
from synthgen.cli.words import generator_names

TargetClass: TypeAlias = Annotated[str, column_option("The column with the class to be found.", "--target")]
Models: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--model",
        help="logistic regression, random forest or gradient boosting. Repeatable.",
        show_default="all three",
    ),
]
Generators: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--generator",
        help="A generator to try. Repeatable; smote is always tried.",
        autocompletion=lambda: generator_names(),
        show_default="tree and gaussian_copula",
    ),
]
Ratios: TypeAlias = Annotated[
    list[float] | None,
    typer.Option(
        "--ratio",
        help="Rows of the class for each other row, once rows are added. Repeatable.",
        show_default="two between what it is and balance",
    ),
]
Positive: TypeAlias = Annotated[
    str | None, typer.Option(help="The class to be found.", show_default="the rarer of two")
]
Time: TypeAlias = Annotated[
    str | None,
    column_option("The column that says when a row was: models are judged on later rows."),
]
Folds: TypeAlias = Annotated[int, typer.Option(help="Parts of the table, each of which is judged on once.")]
Repeats: TypeAlias = Annotated[int, typer.Option(help="How often the table is cut into parts.")]
ReviewBudget: TypeAlias = Annotated[
    float | None,
    typer.Option(help="Share of rows that can be looked at.", show_default="the share of the class"),
]
LearningCurve: TypeAlias = Annotated[
    bool, typer.Option("--learning-curve", help="Say how many real rows the synthetic ones stand for.")
]
MaxSeconds: TypeAlias = Annotated[float | None, typer.Option(help="Train no model after so many seconds.")]
