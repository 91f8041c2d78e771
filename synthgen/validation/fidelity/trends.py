"""Do pairs of columns hang together alike? Rank correlations and contingency tables on common bins."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np

from synthgen.table.column import ORDERED_KINDS
from synthgen.validation.comparison import PAIR_BINS, Codes, Comparison, Floats
from synthgen.validation.fidelity.shapes import interval, resampled
from synthgen.validation.metric import Direction, Estimate, Family, Metric

REPLICATES = 30
FEW_REPLICATES = 10
MOST_PAIRS = 1_000
WORST_SHOWN = 10
TRAIN, HOLDOUT, MADE, SHUFFLED = range(4)


def pair_trends(comparison: Comparison, rng: np.random.Generator) -> Iterator[Estimate]:
    """Mean agreement over the pairs of columns, then the pairs with the largest loss."""
    if not len(comparison.real_holdout):
        yield Estimate(None, reason="there are no held-out real rows of these classes to compare with")
        return
    pairs = _Pairs(comparison, rng)
    if not pairs.names:
        yield Estimate(None, reason="fewer than two columns vary", vacuous=True)
        return
    made, train = pairs.agreement(MADE, TRAIN)
    note = "" if pairs.complete else f"{len(pairs.names)} pairs, drawn at random"
    n = len(comparison.synthetic)
    yield _estimate(made.mean(axis=0), train.mean(axis=0), n, None, note)
    loss = train[:, 0] - made[:, 0]
    for i in np.argsort(-loss, kind="stable")[:WORST_SHOWN]:
        yield _estimate(made[i], train[i], n, " × ".join(pairs.names[i]), "")


def dependence_kept(comparison: Comparison, rng: np.random.Generator) -> Estimate:
    """Share of the dependence between columns that the synthetic rows keep."""
    if not len(comparison.real_holdout):
        return Estimate(None, reason="there are no held-out real rows of these classes to compare with")
    pairs = _Pairs(comparison, rng)
    if not pairs.names:
        return Estimate(None, reason="fewer than two columns vary", vacuous=True)
    pairs.shuffle(rng)
    made, train, without = (found.mean(axis=0) for found in pairs.agreement(MADE, TRAIN, SHUFFLED))
    room = train - without
    if room[0] < 2 * np.std(room[1:], ddof=1) or room[0] < 1e-3:
        return Estimate(None, reason="the columns are nearly independent in these real rows", vacuous=True)
    kept = np.clip((made - without) / np.maximum(room, 1e-3), -9, 9)
    half = 1.959964 * float(np.std(kept[1:], ddof=1))
    value = float(kept[0])
    return Estimate(value, (value - half, value + half), 1.0, n=len(comparison.synthetic))


def mutual_information(comparison: Comparison, rng: np.random.Generator) -> Iterator[Estimate]:
    """Mean difference of the normalised mutual information of pairs, then the pairs that differ most."""
    if not len(comparison.real_holdout):
        yield Estimate(None, reason="there are no held-out real rows of these classes to compare with")
        return
    pairs = _Pairs(comparison, rng, FEW_REPLICATES, as_many=True)
    if not pairs.names:
        yield Estimate(None, reason="fewer than two columns vary", vacuous=True)
        return
    train, holdout, made = (pairs.information(part) for part in (TRAIN, HOLDOUT, MADE))
    made, train = np.abs(made - holdout), np.abs(train - holdout)
    note = "" if pairs.complete else f"{len(pairs.names)} pairs, drawn at random"
    n = len(comparison.synthetic)
    yield _estimate(made.mean(axis=0), train.mean(axis=0), n, None, note)
    for i in np.argsort(-(made[:, 0] - train[:, 0]), kind="stable")[:WORST_SHOWN]:
        yield _estimate(made[i], train[i], n, " × ".join(pairs.names[i]), "")


class _Pairs:
    """Agreement of each pair of columns with holdout, for the rows as they are and for replicates."""

    def __init__(
        self, comparison: Comparison, rng: np.random.Generator, replicates: int = REPLICATES, as_many: bool = False
    ) -> None:
        """Draw rows; ``as_many`` of each part, for figures that are too high in few rows."""
        parts = [comparison.real_train, comparison.real_holdout, comparison.made]
        picks = [comparison.picks(part, rng) for part in parts]
        if as_many:
            n = min(len(pick) for pick in picks)
            picks = [np.sort(rng.choice(pick, n, replace=False)) for pick in picks]
        self.replicates = replicates
        self.weights = [resampled(part.weights[pick], replicates, rng) for part, pick in zip(parts, picks, strict=True)]
        self.codes: dict[str, list[Codes]] = {}
        self.sizes: dict[str, int] = {}
        self.ranks: dict[str, list[Floats]] = {}
        for column in comparison.columns:
            codes, size = comparison.binned(column, PAIR_BINS, picks)
            codes = [np.where(c < 0, size, c) for c in codes]
            if size == 0 or len(np.unique(np.concatenate(codes[:2]))) < 2:
                continue
            self.codes[column.name], self.sizes[column.name] = codes, size + 1
            if column.kind in ORDERED_KINDS:
                values = [p.coded[column.name].to_numpy(float)[i] for p, i in zip(parts, picks, strict=True)]
                self.ranks[column.name] = _common_ranks(values)
        names = list(combinations(self.codes, 2))
        self.complete = len(names) <= MOST_PAIRS
        if not self.complete:
            names = [names[i] for i in np.sort(rng.choice(len(names), MOST_PAIRS, replace=False))]
        self.names = names

    def shuffle(self, rng: np.random.Generator) -> None:
        """Add the synthetic rows with every column permuted on its own, so that nothing hangs together."""
        self.weights.append(self.weights[MADE])
        for name in self.codes:
            order = rng.permutation(len(self.codes[name][MADE]))
            self.codes[name].append(self.codes[name][MADE][order])
            if name in self.ranks:
                self.ranks[name].append(self.ranks[name][MADE][order])

    def agreement(self, *parts: int) -> list[Floats]:
        """Agreement of each part with holdout: pairs × (1 + replicates)."""
        numbers = list(self.ranks)
        place = {name: i for i, name in enumerate(numbers)}
        several = len(numbers) > 1
        correlated = {part: self._correlations(numbers, part) for part in (HOLDOUT, *parts)} if several else {}
        out = [np.empty((len(self.names), 1 + self.replicates)) for _ in parts]
        for i, (a, b) in enumerate(self.names):
            if a in place and b in place:
                at = (slice(None), place[a], place[b])
                for found, part in zip(out, parts, strict=True):
                    found[i] = 1.0 - np.abs(correlated[part][at] - correlated[HOLDOUT][at]) / 2
                continue
            holdout = self._table(a, b, HOLDOUT)
            for found, part in zip(out, parts, strict=True):
                found[i] = 1.0 - 0.5 * np.abs(self._table(a, b, part) - holdout).sum(axis=1)
        return out

    def information(self, part: int) -> Floats:
        """Mutual information over the mean of both entropies: pairs × (1 + replicates)."""
        out = np.empty((len(self.names), 1 + self.replicates))
        for i, (a, b) in enumerate(self.names):
            joint = self._table(a, b, part).reshape(1 + self.replicates, self.sizes[a], self.sizes[b])
            entropies = [_entropy(joint.sum(axis=axis)) for axis in (2, 1)]
            both = _entropy(joint.reshape(len(joint), -1))
            mean = (entropies[0] + entropies[1]) / 2
            out[i] = np.where(mean > 1e-12, (entropies[0] + entropies[1] - both) / np.maximum(mean, 1e-12), 0.0)
        return np.clip(out, 0.0, 1.0)

    def _correlations(self, names: list[str], part: int) -> Floats:
        ranks = np.stack([self.ranks[name][part] for name in names], axis=1)
        present = ~np.isnan(ranks)
        out = np.empty((1 + self.replicates, len(names), len(names)))
        for i, weights in enumerate(self.weights[part]):
            mean = np.nansum(ranks * weights[:, None], axis=0) / np.maximum(weights @ present, 1e-12)
            centred = np.where(present, ranks - mean, 0.0)
            cross = (centred * weights[:, None]).T @ centred
            square = (centred**2 * weights[:, None]).T @ present
            scale = np.sqrt(square * square.T)
            out[i] = np.divide(cross, scale, out=np.zeros_like(cross), where=scale > 1e-12)
        return out

    def _table(self, a: str, b: str, part: int) -> Floats:
        joint = self.codes[a][part] * self.sizes[b] + self.codes[b][part]
        cells = self.sizes[a] * self.sizes[b]
        counts = np.stack([np.bincount(joint, row, minlength=cells) for row in self.weights[part]])
        return np.asarray(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1e-12))


def _entropy(shares: Floats) -> Floats:
    """Of each row, in nats."""
    return -np.asarray((shares * np.log(np.maximum(shares, 1e-300))).sum(axis=1))


def _common_ranks(values: list[Floats]) -> list[Floats]:
    """Positions in [0, 1] among the real values, so that outliers don't rule a correlation."""
    pooled = np.sort(np.concatenate([v[~np.isnan(v)] for v in values[:2]]))
    if not len(pooled):
        return [np.full(len(v), np.nan) for v in values]
    out = []
    for v in values:
        middle = (np.searchsorted(pooled, v, "left") + np.searchsorted(pooled, v, "right")) / 2
        out.append(np.where(np.isnan(v), np.nan, middle / len(pooled)))
    return out


def _estimate(made: Floats, train: Floats, n: int, subject: str | None, note: str) -> Estimate:
    return Estimate(
        float(made[0]), interval(float(made[0]), made[1:]), float(train[0]), interval(float(train[0]), train[1:]),
        n=n, subject=subject, reason=note,
    )  # fmt: skip


PAIR_TRENDS = Metric(
    "pair_trends", "Pairs of columns hang together alike", Family.FIDELITY, Direction.HIGHER, (0.0, 1.0),
    "Correlation and contingency similarity as in SDMetrics, with rank correlations and common bins",
    "1 is the same dependence as in held-out real rows. Half the difference of rank correlations for two numbers, "
    "total variation of the contingency table otherwise.",
    pair_trends,
)  # fmt: skip

DEPENDENCE_KEPT = Metric(
    "dependence_kept", "Dependence between columns kept", Family.FIDELITY, Direction.HIGHER, (-10.0, 10.0),
    "Pair trends on a scale from the same rows with every column shuffled on its own (0) to real train rows (1)",
    "1 means the pairs agree with held-out rows as well as fresh real rows do; 0 means no better than columns that "
    "have nothing to do with each other.",
    dependence_kept,
)  # fmt: skip

MUTUAL_INFORMATION = Metric(
    "mutual_information", "Information of one column on another", Family.FIDELITY, Direction.LOWER, (0.0, 1.0),
    "Normalised mutual information on common bins; Strehl and Ghosh (2002), "
    "https://www.jmlr.org/papers/v3/strehl02a.html",
    "Mean difference from held-out rows, of dependence of any shape: 0 for none, 1 where one column tells all of "
    "another on one side and nothing on the other.",
    mutual_information,
)  # fmt: skip
