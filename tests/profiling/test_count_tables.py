"""Chi-squared, Cramér's V and probabilities of many tables at once, against scipy's of one."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2_contingency, hypergeom

from synthgen.profiling.count_tables import Blocks, cell_chance, chance_of_tables, cramers_v, summarize
from synthgen.profiling.few_classes import Classes


def laid_out(*columns):
    blocks = Blocks.of([Classes(np.asarray(codes), int(np.max(codes)) + 1) for codes in columns])
    return blocks, (blocks.indicators.T @ blocks.indicators).astype(float)


def test_every_pair_is_that_of_scipy():
    rng = np.random.default_rng(0)
    a = rng.integers(0, 3, 600)
    b = np.where(rng.random(600) < 0.3, a, rng.integers(0, 4, 600))
    c = np.where(rng.random(600) < 0.1, -1, rng.integers(0, 2, 600))
    columns = (a, b, c)
    blocks, counts = laid_out(*columns)
    tables = summarize(counts, blocks, blocks)
    share = cramers_v(tables)
    p = chance_of_tables(share, tables, counts, blocks, blocks)
    for i in range(3):
        for j in range(3):
            if i == j:
                continue
            known = (columns[i] >= 0) & (columns[j] >= 0)
            table = np.zeros((columns[i].max() + 1, columns[j].max() + 1))
            np.add.at(table, (columns[i][known], columns[j][known]), 1)
            expected = chi2_contingency(table, correction=False)
            assert tables.n[i, j] == known.sum()
            assert share.statistic[i, j] == pytest.approx(expected.statistic)
            assert p[i, j] == pytest.approx(expected.pvalue)


def test_cramers_v_by_hand():
    # Of 100 rows, 40 + 40 on the diagonal: phi² is .36, less 1/99; the classes count as 2 - 1/99.
    blocks, counts = laid_out(np.repeat([0, 0, 1, 1], [40, 10, 10, 40]), np.repeat([0, 1, 0, 1], [40, 10, 10, 40]))
    found = cramers_v(summarize(counts, blocks, blocks)).value
    assert found[0, 1] == pytest.approx((0.36 - 1 / 99) / (1 - 1 / 99))
    assert found[0, 0] == pytest.approx(1)


def test_a_constant_column_is_associated_with_nothing():
    blocks, counts = laid_out(np.zeros(50, int), np.arange(50) % 2)
    tables = summarize(counts, blocks, blocks)
    share = cramers_v(tables)
    assert share.value[0].tolist() == [0, 0]
    assert chance_of_tables(share, tables, counts, blocks, blocks)[0].tolist() == [1, 1]


def test_the_bound_of_a_cell_holds():
    # Two flags in 12 of 2,000 rows each that meet in 3: chi-squared would say 1e-26.
    a, b = np.zeros(2000, int), np.zeros(2000, int)
    a[:12] = 1
    b[9:21] = 1
    blocks, counts = laid_out(a, b)
    tables = summarize(counts, blocks, blocks)
    share = cramers_v(tables)
    exact = hypergeom.sf(2, 2000, 12, 12)
    bound = cell_chance(counts, blocks, blocks)[0, 1]
    assert share.chance()[0, 1] < 1e-20
    assert exact < bound < 0.05
    assert chance_of_tables(share, tables, counts, blocks, blocks)[0, 1] == bound
