"""Do synthetic rows lie nearer to the rows a generator saw than to those it did not?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from synthgen.validation.privacy.check import Check
from synthgen.validation.privacy.closeness import closeness, lead, ratio
from synthgen.validation.privacy.encodings import ENCODINGS
from synthgen.validation.privacy.evidence import Evidence, clopper_pearson, share_of_train
from synthgen.validation.privacy.permutation import Permutations
from synthgen.validation.privacy.pool import Pool
from synthgen.validation.privacy.scan import Ordered, scan
from synthgen.validation.privacy.search import Neighbours, nearest_laid

Floats = NDArray[np.float64]
Places = NDArray[np.int64]

FEWEST = 20
"""Real rows of a side without which nearness isn't judged."""

WORDS = {"quantile": None, "robust": "numbers in their own scale", "rare_weighted": "rare values weighted"}

RARE_SHARE = 0.2
MOST_CLASSES = 8
FEWEST_OF_CLASS = 10
MOST_OF_CLASS = 4_000


def dcr_share(pool: Pool, permutations: Permutations, rng: np.random.Generator) -> list[Evidence]:
    """Share of synthetic rows whose nearest real row is a train row: in each encoding, and in each rare class."""
    few = min(int(permutations.labels.sum()), int((~permutations.labels).sum()))
    if few < FEWEST:
        reason = f"needs {FEWEST} real rows of these classes on each side and there are {few}"
        return [Evidence("dcr_share", n=few, reason=reason)]
    found = []
    for encoding in ENCODINGS:
        rows, scores = weights(pool.neighbours(encoding))
        found.append(
            share_of_train(
                "dcr_share", permutations, scores, rows=rows, n=len(pool.searched), subject=WORDS[encoding],
            )
        )  # fmt: skip
    for subject, real, neighbours in rare_classes(pool):
        rows, scores = weights(neighbours)
        found.append(
            share_of_train(
                "dcr_share", permutations, scores, rows=real[rows], n=len(neighbours.rows), subject=subject,
                reason=f"{len(real)} real rows of this class",
            )
        )  # fmt: skip
    return found


def closest_rows(pool: Pool, permutations: Permutations, rng: np.random.Generator) -> list[Evidence]:
    """The same share among the synthetic rows that lie closest, for whichever number of them it is highest."""
    ordered = [item for encoding in ENCODINGS for item in _orders(pool.neighbours(encoding))]
    alike = pool.alike[0]
    ordered += [Ordered(alike.rows[:, 0], alike.distances[:, 0]), Ordered(alike.rows[:, 0], -lead(alike))]
    if len(pool.left_out) > 1:
        near = closeness(pool)
        ordered.append(Ordered(near.real, near.p_values))
    found = [replace(scan("closest_rows", permutations, ordered), subject=None)] if ordered else []
    for subject, real, neighbours in rare_classes(pool):
        parts = [Ordered(real[item.rows], item.closeness) for item in _orders(neighbours)]
        found.append(replace(scan("closest_rows", permutations, parts), subject=subject))
    return found


def nndr(pool: Pool, permutations: Permutations, rng: np.random.Generator) -> list[Evidence]:
    """Fifth percentile of the ratio of the nearest to the next distance, beside that of real rows left out."""
    values, intervals = [], []
    for neighbours in (pool.neighbours("quantile"), pool.usual("quantile")):
        known = neighbours.distances[:, -1] > 0 if neighbours.distances.shape[1] > 1 else np.zeros(0, bool)
        ranks = np.sort(ratio(neighbours)[known]) if known.any() else np.zeros(0)
        if not len(ranks):
            return [Evidence("nndr", reason="real rows repeat each other so much that the ratio says nothing")]
        # Order statistics around the 5 % quantile, by the binomial distribution of its rank.
        low, high = clopper_pearson(max(1, round(0.05 * len(ranks))), len(ranks))
        last = len(ranks) - 1
        values.append(float(np.quantile(ranks, 0.05)))
        intervals.append((float(ranks[int(low * last)]), float(ranks[min(last, int(np.ceil(high * last)))])))
    return [Evidence("nndr", 0.0, None, None, values[0], intervals[0], values[1], intervals[1], len(pool.searched))]


def weights(neighbours: Neighbours) -> tuple[Places, Floats]:
    """Real rows that are nearest to synthetic ones, and to how many; equally near ones share a row."""
    tied = neighbours.distances == neighbours.distances[:, :1]
    share = tied / tied.sum(axis=1, keepdims=True)
    rows, place = np.unique(neighbours.rows[tied], return_inverse=True)
    return rows, np.asarray(np.bincount(place, share[tied]), dtype=np.float64)


RareClass = tuple[str, Places, Neighbours]


def rare_classes(pool: Pool) -> list[RareClass]:
    """Each of the rarest classes: its name, its real rows, and who is nearest among them to its synthetic rows.

    A leak of a class of a few dozen rows is lost among thousands of others, so it is looked for on its own.
    """
    return pool.once("rare_classes", lambda: list(_rare_classes(pool, np.random.default_rng(pool.seed))))


def _rare_classes(pool: Pool, rng: np.random.Generator) -> Iterator[RareClass]:
    target = pool.target
    if target is None or target.categories is None:
        return
    codes = [frame[target.name].to_numpy(float) for frame in (pool.real, pool.synthetic)]
    present, counts = np.unique(codes[0][~np.isnan(codes[0])], return_counts=True)
    rare = present[(counts >= FEWEST_OF_CLASS) & (counts <= RARE_SHARE * len(pool.real))]
    for code in rare[np.argsort(counts[np.isin(present, rare)], kind="stable")][:MOST_CLASSES]:
        real, made = np.flatnonzero(codes[0] == code), np.flatnonzero(codes[1] == code)
        if len(made) < FEWEST_OF_CLASS:
            continue
        if len(made) > MOST_OF_CLASS:
            made = np.sort(rng.choice(made, MOST_OF_CLASS, replace=False))
        laid = ENCODINGS["quantile"](pool.real.iloc[real], pool.synthetic.iloc[made], pool.schema)
        neighbours = nearest_laid(laid[1], laid[0], 5)
        yield f"{target.name} = {target.categories[int(code)]}", real, neighbours


def _orders(neighbours: Neighbours) -> list[Ordered]:
    """Two orders of the synthetic rows: by how near they are, and by how much nearer than to any other real row."""
    rows = neighbours.rows[:, 0]
    return [Ordered(rows, neighbours.distances[:, 0]), Ordered(rows, ratio(neighbours))]


DCR_SHARE = Check(
    "dcr_share", "Nearest real row is a train row",
    "Distance to closest record, train against holdout, with label permutation; Platzer and Reutterer (2021), "
    "https://doi.org/10.3389/fdata.2021.679939",
    "If the generator memorised nothing, a synthetic row is as near to rows that it never saw; the baseline is the "
    "share to expect then.",
    dcr_share,
)  # fmt: skip

CLOSEST_ROWS = Check(
    "closest_rows", "Nearest real row is a train row, among the closest rows",
    "Scan over the closest synthetic rows with label permutation, after Kulldorff (1997), "
    "https://doi.org/10.1080/03610929708831995",
    "The share among the synthetic rows that lie closest to a real row, where a few copies among many rows would show.",
    closest_rows,
)  # fmt: skip


NNDR = Check(
    "nndr", "Nearest-neighbour distance ratio",
    "Fifth percentile of the ratio of the nearest to the next real row; Zhao et al. (2021), "
    "https://arxiv.org/abs/2102.08369",
    "Near 0, some synthetic rows point at one real row alone; compare with what left-out real rows score.",
    nndr,
)  # fmt: skip
