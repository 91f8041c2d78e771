"""Which rows are flagged for which leak, and what takes a flag off."""

from __future__ import annotations

import numpy as np

from synthgen.randomness import seed_sequence
from synthgen.validation import Purpose
from synthgen.validation.privacy import find_leaks
from synthgen.validation.privacy.leak_flags import _chosen


def flags_of(comparison, purpose=Purpose.AUGMENT):
    return find_leaks(comparison, purpose, seed_sequence(0)).flagged


def test_values_of_a_leaking_column_are_flagged_and_only_warned_of(compare, rng):
    parts = [{name: rng.normal(size=300) for name in "abc"} for _ in range(3)]
    parts[2]["b"][:200] = rng.permutation(parts[0]["b"])[:200]
    flags = flags_of(compare(*parts)).query("reason == 'VALUE_REUSE'")
    assert sorted(flags["row"]) == list(range(200))
    assert set(flags["columns"]) == {"b"}
    assert not flags["refused"].any()
    # No held-out value is met; one more is granted to chance: at odds of 1, one of 200 flags would be false.
    assert np.allclose(flags["q_value"], 1 / 200)
    assert flags_of(compare(*parts), Purpose.RELEASE).query("reason == 'VALUE_REUSE'")["refused"].all()


def test_columns_copied_together_are_flagged_by_name(compare, rng):
    parts = [{name: rng.integers(0, 12, 800).astype(float) for name in "abcdefgh"} for _ in range(3)]
    for name in "abcde":
        parts[2][name] = parts[0][name]
    flags = flags_of(compare(*parts)).query("reason == 'SUBSET_COPY'")
    assert "a, b, c, d, e" in set(flags["columns"])
    assert not flags["refused"].any()


def test_where_train_and_holdout_differ_columns_refuse_no_row(compare, rng):
    parts = [{name: rng.integers(0, 12, 800).astype(float) for name in "abcdefgh"} for _ in range(3)]
    parts[1]["h"] += 3
    for name in "abcde":
        parts[2][name] = parts[0][name]
    told = find_leaks(compare(*parts), Purpose.RELEASE, seed_sequence(0))
    assert {"differ" in m.reason for m in told.measurements if m.name == "subset_copies"} == {True}
    assert "SUBSET_COPY" not in set(told.flagged["reason"])


def test_without_held_out_rows_a_copy_has_no_p_value(compare, rng):
    train = {name: rng.normal(size=50) for name in "abc"}
    flags = flags_of(compare(train, {name: [] for name in "abc"}, train)).query("reason == 'EXACT_COPY'")
    assert len(flags) == 50
    assert flags[["p_value", "q_value"]].isna().all(axis=None)


def test_fresh_rows_are_hardly_flagged(compare, rng):
    parts = [{name: rng.normal(size=400) for name in "abcd"} for _ in range(3)]
    assert len(flags_of(compare(*parts))) <= 2


def test_what_held_out_rows_explain_is_no_flag():
    p_values = np.full(40, 1e-3)
    every, _ = _chosen(p_values, np.ones(40, bool), 0.5)
    assert len(every) == 40
    # As many near held-out rows as near train rows, with as many of both: the generator is just dense there.
    none, _ = _chosen(p_values, np.arange(40) % 2 == 0, 0.5)
    assert len(none) == 0


def test_a_table_of_one_row_has_no_neighbours(compare):
    flags = flags_of(compare({"x": [1.0]}, {"x": []}, {"x": [1.0, 2.0]}))
    assert flags["reason"].tolist() == ["EXACT_COPY"]
