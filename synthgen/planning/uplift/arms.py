"""What may be done about a rare class before a model is trained: nothing, weights, copies, synthetic rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import clone

from synthgen.errors import UsageError
from synthgen.generators import GENERATORS, SmoteSynthesizer, Synthesizer
from synthgen.planning.uplift.folds import Split
from synthgen.planning.uplift.problem import Problem
from synthgen.randomness import child, stream
from synthgen.table import encode, to_pandas

NONE, TUNED, WEIGHT, COPIES, SMOTE = "none", "tuned threshold", "class weight", "random oversampling", "smote"
BASELINES = (NONE, TUNED, WEIGHT, COPIES, SMOTE)
"""From the simplest to the most laborious."""


@dataclass(frozen=True)
class Arm:
    """One way to train: its name and, where rows are added, how many of the class there are then for each other row."""

    name: str
    ratio: float | None = None

    @property
    def words(self) -> str:
        """As a person reads it."""
        return self.name if self.ratio is None else f"{self.name} at {100 * self.ratio:.6g} %"

    @property
    def is_baseline(self) -> bool:
        """Whether it needs no generator of this library but the well-known SMOTE."""
        return self.name in BASELINES


@dataclass(frozen=True)
class Rows:
    """Rows to train on: positions of real rows, and synthetic rows, which are of the class unless ``made_y`` says."""

    real: NDArray[np.int64]
    made: pd.DataFrame | None = None
    made_coded: pd.DataFrame | None = None
    made_y: NDArray[np.int64] | None = None
    balanced: bool = False

    def y(self, problem: Problem) -> NDArray[np.int64]:
        """1 for rows of the class."""
        made = self.made_y
        if made is None:
            made = np.ones(0 if self.made is None else len(self.made), dtype=np.int64)
        return np.concatenate([problem.y[self.real], made])


def make_arms(problem: Problem, names: Sequence[str], ratios: str | Sequence[float]) -> list[Arm]:
    """Baselines and generators, each of those that add rows at every ratio."""
    wanted = _ratios(problem.ratio, ratios)
    adding = dict.fromkeys([COPIES, SMOTE, *names])
    return [Arm(NONE), Arm(TUNED), Arm(WEIGHT), *(Arm(name, ratio) for name in adding for ratio in wanted)]


def _ratios(natural: float, ratios: str | Sequence[float]) -> list[float]:
    """Two doses by default: a third and two thirds of the way to balance, on a logarithmic scale.

    A fixed ratio would be many times the natural one in a table with one fraud in a thousand rows, and less than it in
    a table with one in four.
    """
    if isinstance(ratios, str):
        if ratios != "auto":
            raise UsageError(f'ratios must be "auto" or numbers; got {ratios!r}.')
        return [float(f"{natural ** (step / 3):.2g}") for step in (2, 1)]
    given = [float(ratio) for ratio in ratios]
    if not given or not all(natural < ratio <= 1 for ratio in given):
        raise UsageError(
            f"ratios are rows of the class for each other row, above {natural:.4g} (what it is now) and at most 1; "
            f"got {list(ratios)!r}."
        )
    return sorted(dict.fromkeys(given))


def read_generators(generators: Sequence[str | Synthesizer]) -> dict[str, Synthesizer]:
    """Unfitted generators by the name of their arm. By name, "tree" is taken with its quick preset."""
    if isinstance(generators, (str, Synthesizer)):
        generators = [generators]
    found: dict[str, Synthesizer] = {}
    for given in generators:
        if isinstance(given, Synthesizer):
            kinds = {kind: name for name, kind in GENERATORS.items()}
            name, model = kinds.get(type(given), type(given).__name__), given
        elif isinstance(given, str) and given in GENERATORS:
            name, model = given, GENERATORS[given]()
            if "preset" in model.get_params():
                model.set_params(preset="turbo")
        else:
            raise UsageError(f"There is no generator {given!r}. Choose from: {', '.join(GENERATORS)}, or an instance.")
        if name == SMOTE and not isinstance(given, Synthesizer):
            continue  # a baseline, always tried
        taken = sum(known.split(" #")[0] == name for known in (*found, *BASELINES))
        found[f"{name} #{taken + 1}" if taken else name] = model
    return found


def training_rows(
    problem: Problem,
    split: Split,
    arms: Sequence[Arm],
    models: Mapping[str, Synthesizer],
    seed: np.random.SeedSequence,
) -> Iterator[tuple[Arm, Rows | str]]:
    """Give the rows of each arm; each generator learns once, from the split's ``learn`` rows alone.

    Yields
    ------
    arm : Arm
    rows : Rows or str
        The kind of error where a generator stopped.
    """
    learn = split.learn
    positives = learn[problem.y[learn] == 1]
    for name in dict.fromkeys(arm.name for arm in arms):
        fitted: Synthesizer | str | None = None
        for arm in (arm for arm in arms if arm.name == name):
            extra = 0 if arm.ratio is None else round(arm.ratio * (len(learn) - len(positives))) - len(positives)
            if arm.ratio is None or extra < 1:
                yield arm, Rows(learn, balanced=arm.name == WEIGHT)
            elif arm.name == COPIES:
                copies = stream(seed, COPIES, f"{arm.ratio}").choice(positives, extra)
                yield arm, Rows(np.concatenate([learn, copies]))
            else:
                if fitted is None:
                    model = SmoteSynthesizer() if name == SMOTE else models[name]
                    fitted = fitted_on(model, problem, learn, child(seed, name))
                yield arm, _drawn(fitted, problem, learn, extra, child(seed, name, f"{arm.ratio}"))


def fitted_on(
    model: Synthesizer, problem: Problem, learn: NDArray[np.int64], seed: np.random.SeedSequence
) -> Synthesizer | str:
    """Fit a copy of a generator on some rows; the kind of error where it stops."""
    try:
        model = clone(model).set_params(random_state=int(stream(seed, "model").integers(0, 2**31)))
        return model.fit(problem.frame.iloc[learn], schema=problem.schema)
    except Exception as error:  # its text may hold private values
        return type(error).__name__


def _drawn(fitted: Synthesizer | str, problem: Problem, learn: Any, n: int, seed: np.random.SeedSequence) -> Rows | str:
    if isinstance(fitted, str):
        return fitted
    try:
        conditions = {problem.target.name: problem.label}
        made, _ = to_pandas(fitted.sample(n, conditions=conditions, random_state=seed))
        return Rows(learn, made, encode(made, problem.schema))
    except Exception as error:
        return type(error).__name__
