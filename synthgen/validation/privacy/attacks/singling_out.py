"""Do descriptions read off the synthetic rows fit exactly one real person?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from synthgen.randomness import stream
from synthgen.table.column import LABEL_KINDS
from synthgen.validation.metric import Direction
from synthgen.validation.privacy.attacks.aim import Aim, some
from synthgen.validation.privacy.attacks.excess import REACH
from synthgen.validation.privacy.attacks.search import MISSING, Points, Rows
from synthgen.validation.privacy.check import Check
from synthgen.validation.privacy.evidence import Evidence, clopper_pearson
from synthgen.validation.privacy.permutation import Permutations
from synthgen.validation.privacy.pool import Pool
from synthgen.validation.privacy.threads import in_parts

Floats = NDArray[np.float64]

NAME = "singling_out"
MOST_TRIED = {"standard": 2_000, "full": 10_000}
MOST_WORK = {"standard": 1e9, "full": 1e10}
MOST_MADE = 20_000
MOST_COLUMNS = 16
WIDTHS = (0.01, 0.03)
"""How far around a synthetic row's numbers a description reaches, in places (shares of the real rows)."""

_MANY, _NONE = -2, -1


@dataclass(frozen=True)
class Descriptions:
    """Descriptions of a person: ranges of places in some columns.

    Attributes
    ----------
    low, high : arrays of shape (n, most columns)
    columns : array of shape (n, most columns)
        -1 after the last.
    """

    low: Floats
    high: Floats
    columns: Rows

    def take(self, mask: NDArray[np.bool_]) -> Descriptions:
        """Those where the mask is true."""
        return Descriptions(self.low[mask], self.high[mask], self.columns[mask])

    def fit_one(self, rows: Points) -> Rows:
        """Position of the only row that each fits; negative where none or several do."""
        (found,) = in_parts(
            len(self.columns),
            len(self.columns) * len(rows),
            lambda part: (_only(self.low[part], self.high[part], self.columns[part], rows),),
        )
        return np.asarray(found)


def around_rows(made: Points, is_label: NDArray[np.bool_], n: int, rng: np.random.Generator) -> Descriptions:
    """Describe random synthetic rows by a few of their columns each: labels as they are, numbers nearly."""
    d = made.shape[1]
    most = min(d, MOST_COLUMNS)
    columns = rng.permuted(np.tile(np.arange(d), (n, 1)), axis=1)[:, :most]
    columns[np.arange(most) >= rng.integers(2, most + 1, n)[:, None]] = -1
    told = made[rng.integers(0, len(made), n)[:, None], np.maximum(columns, 0)].astype(np.float64)
    exact = is_label[np.maximum(columns, 0)] | (told == MISSING)
    width = np.where(exact, 0.25, rng.choice(WIDTHS, n)[:, None])
    return Descriptions(told - width, told + width, columns)


def several_columns(aim: Aim, pool: Pool, rng: np.random.Generator) -> tuple[Rows, int]:
    """Real rows that descriptions by several columns single out, and how many descriptions were tried."""
    is_label = np.array([column.kind in LABEL_KINDS for column in aim.columns])
    tried = min(MOST_TRIED[pool.effort], max(100, int(MOST_WORK[pool.effort] / max(len(aim.real), 1))))
    made = aim.made[some(np.arange(len(aim.made)), MOST_MADE, rng)]
    described = around_rows(made, is_label, tried, rng)
    # One that fits several synthetic rows is no guess at a single person.
    unique = described.take(described.fit_one(made) >= 0)
    found = unique.fit_one(aim.real)
    return np.unique(found[found >= 0]), len(unique.columns)


def one_column(pool: Pool) -> tuple[Rows, int]:
    """Real rows singled out by a value that one synthetic row alone has, or by lying beyond all synthetic rows."""
    found, tried = [np.zeros(0, dtype=np.int64)], 0
    for column in pool.columns:
        made, real = (frame[column.name].to_numpy(float) for frame in (pool.synthetic, pool.real))
        values, counts = np.unique(made[~np.isnan(made)], return_counts=True)
        if not len(values):
            continue
        told = values[counts == 1]
        held, first, times = np.unique(real, return_index=True, return_counts=True)
        found.append(first[(times == 1) & np.isin(held, told)])
        tried += len(told)
        if column.kind not in LABEL_KINDS:
            for beyond in (real <= values[0], real >= values[-1]):
                tried += 1
                if beyond.sum() == 1:
                    found.append(np.flatnonzero(beyond))
    return np.unique(np.concatenate(found)), tried


def singling_out(pool: Pool, permutations: Permutations, rng: np.random.Generator) -> list[Evidence]:
    """Excess of train rows over held-out rows among the real rows that are singled out."""
    aim = Aim.at(pool)
    if not len(aim.made):
        return [Evidence(NAME, reason="there are no synthetic rows", vacuous=True)]
    chance = stream(np.random.SeedSequence(pool.seed), NAME)
    out = [_evidence("one column", *one_column(pool), permutations)]
    if len(aim.columns) > 1:
        out.append(_evidence("several columns", *several_columns(aim, pool, chance), permutations))
    return out


def _evidence(subject: str, rows: Rows, tried: int, permutations: Permutations) -> Evidence:
    """Excess of successful descriptions; each real row counts once, however many fit it."""
    if not tried or not len(rows):
        words = f"{tried:,} descriptions, none of which fits exactly one real row"
        return Evidence(NAME, subject=subject, n=tried, reason=words, vacuous=True)
    observed, null = permutations.totals(np.ones(len(rows)), rows)
    labels = permutations.labels
    ratio = labels.sum() / max(1, (~labels).sum())

    def excess(train: Floats) -> Floats:
        return np.asarray((train - (len(rows) - train) * ratio) / tried)

    hits, values = int(observed), excess(np.append(observed, null))
    band = np.quantile(values[1:], [0.025, 0.975])
    low, high = clopper_pearson(hits, len(rows))
    smallest = REACH * float(values[1:].std())
    held = len(rows) - hits
    reason = (
        f"{tried:,} descriptions single out {hits:,} train rows and {held:,} held-out ones; would find an excess of "
        f"{smallest:.1%} four times in five"
    )
    return Evidence(
        NAME, float(values[0]), values[1:], subject, float(np.clip(values[0], -1, 1)),
        (float(excess(np.array(low * len(rows)))), float(excess(np.array(high * len(rows))))),
        float(values[1:].mean()), (float(band[0]), float(band[1])), tried, reason,
        success=min(hits / tried, 1.0), control=min(float(held * ratio) / tried, 1.0), smallest=smallest,
    )  # fmt: skip


@njit(nogil=True, cache=True)
def _only(low: Any, high: Any, columns: Any, rows: Any) -> Any:
    n, most = columns.shape
    out = np.full(n, _NONE, dtype=np.int64)
    for p in range(n):
        for i in range(len(rows)):
            fits = True
            for q in range(most):
                c = columns[p, q]
                if c < 0:
                    break
                if rows[i, c] < low[p, q] or rows[i, c] > high[p, q]:
                    fits = False
                    break
            if fits:
                if out[p] != _NONE:
                    out[p] = _MANY
                    break
                out[p] = i
    return out


SINGLING_OUT = Check(
    NAME, "Real rows singled out: excess over held-out rows",
    "Descriptions that fit one synthetic row, tried on real rows; Giomi et al. (2023), "
    "https://doi.org/10.56553/popets-2023-0055, after Cohen and Nissim (2020), https://doi.org/10.1073/pnas.1914598117",
    "Descriptions read off the synthetic rows (one column, or several together) that fit exactly one real person. The "
    "excess is how much oftener that person is one whose row the generator saw.",
    singling_out, Direction.LOWER, (-1.0, 1.0),
)  # fmt: skip
