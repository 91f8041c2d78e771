from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from synthgen.table.column import Kind
from synthgen.table.encoding import encode
from synthgen.table.inference import infer_schema
from synthgen.validation.comparison import Comparison
from synthgen.validation.pair_views import _too_few, association_view, pair_views
from synthgen.validation.scales import round_edges
from synthgen.validation.views import column_views


@pytest.mark.parametrize(("kind", "scale"), [
    *((kind, scale) for kind in (Kind.CONTINUOUS, Kind.INTEGER) for scale in (1e-6, 0.37, 1.0, 4_217.3, 1e11)),
    (Kind.DATETIME, 4e11), (Kind.DATETIME, 3e15), (Kind.DATETIME, 2.5e16),
])  # fmt: skip
def test_ends_of_bars_are_round_and_ten_values_lie_beyond(kind, scale):
    values = np.random.default_rng(0).gamma(2.0, size=300) * scale
    values = np.round(values) if kind is not Kind.CONTINUOUS else values
    edges = round_edges(values, kind, 24).edges
    assert np.all(np.diff(edges) > 0)
    assert not set(values[values != np.round(values)]) & set(edges)
    ordered = np.sort(values)
    # The ends are about the tenth smallest and the tenth largest value, not the ends of the column.
    step = np.diff(edges).max()
    assert edges[0] >= ordered[9] - step and edges[-1] <= ordered[-10] + step


def test_names_say_what_a_bar_holds():
    assert round_edges(np.arange(1.0, 101.0), Kind.INTEGER, 5).names[0] == "0 to 20"
    assert round_edges(np.repeat([3.0, 4.0, 5.0], 20), Kind.INTEGER, 24).names == ("3", "4", "5")
    day = 86_400e6
    dates = round_edges(np.arange(400) * day, Kind.DATETIME, 4)
    assert all(len(part) == 10 for name in dates.names for part in name.split(" to "))
    assert round_edges(np.full(50, 2.5), Kind.CONTINUOUS, 24).names


def test_rare_cells_stand_for_ten_rows_together():
    assert _too_few(np.array([50, 3, 0, 40])).tolist() == [False, True, True, True]
    assert _too_few(np.array([50, 6, 5, 40])).tolist() == [False, True, True, False]
    assert _too_few(np.array([50, 0, 40])).tolist() == [False, True, False]


def test_a_pair_that_fell_apart_is_drawn_first_and_its_rare_cells_are_alike():
    rng = np.random.default_rng(0)
    a = rng.integers(0, 3, 2_000)
    real = pd.DataFrame({"a": [f"a{k}" for k in a], "b": [f"b{k}" for k in a], "c": rng.normal(size=2_000)})
    made = real[:800].assign(b=rng.permutation(real["b"][:800].to_numpy()))
    schema = infer_schema(real)
    # Three rows have a combination of their own.
    real.loc[:2, ["a", "b"]] = ("a0", "b2")
    comparison = Comparison.of(*(encode(part, schema) for part in (real[:1_400], real[1_400:], made)), schema)
    first = pair_views(comparison, association_view(comparison))[0]
    assert {first.one, first.other} == {"a", "b"}
    shares = np.array(first.real)
    assert shares.sum() == pytest.approx(1.0)
    few = np.array(first.few)
    assert few.sum() >= 6
    assert len(set(shares[few].round(12))) == 1
    assert shares[few].sum() * 2_000 == 0 or shares[few].sum() * 2_000 >= 10


def test_what_is_merged_stands_for_ten_rows_too():
    real = pd.DataFrame({"a": ["x"] * 60 + ["y"] * 30 + ["z"] * 3, "b": ["yes"] * 90 + ["no"] * 3})
    schema = infer_schema(real)
    comparison = Comparison.of(*(encode(part, schema) for part in (real[::2], real[1::2], real)), schema)
    views = {view.name: view for view in column_views(comparison, ())}
    assert views["a"].labels == ("x", "2 other levels")
    assert views["a"].real == pytest.approx((60 / 93, 33 / 93))
    assert views["b"].labels == ("2 other levels",)
