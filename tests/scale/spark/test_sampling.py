"""The sample is the same however a table is divided, and each row has the chance that it should have."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from synthgen.errors import DataError
from synthgen.randomness import seed_sequence
from synthgen.scale.spark.counting import count_rows
from synthgen.scale.spark.frames import read_frame
from synthgen.scale.spark.sampling import KEYS, draw_sample, hash_of, shares


def payments(n=6_000, frauds=60):
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "amount": np.round(rng.gamma(2, 20, n), 2),
            "shop": rng.choice(["a", "b", None], n),
            "Class": (np.arange(n) < frauds).astype(int),
        }
    )


def sampled(frame, *, target=None, subject=None, most=1_000, seed=0):
    given = read_frame(frame)
    counts = count_rows(given, target, None)
    return draw_sample(
        given, counts.n_rows, classes=counts.by_class, subject=subject, most_rows=most, seed=seed_sequence(seed)
    )


def test_shares_are_even_and_what_is_left_goes_to_the_larger():
    assert shares(np.array([5, 1_000, 2_000]), 100).tolist() == [5, 47, 48]
    assert shares(np.array([10, 20]), 100).tolist() == [10, 20]


@pytest.mark.parametrize("target", [None, "Class"])
def test_any_division_gives_the_same_rows_in_the_same_order(in_spark, target):
    frame = pd.concat([payments(), payments().iloc[[0] * 500]])
    first, *others = [sampled(in_spark(frame, parts), target=target) for parts in (1, 2, 7)]
    other_order = in_spark(frame.sample(frac=1, random_state=1), 3)
    for other in [*others, sampled(other_order, target=target)]:
        assert other.rows.equals(first.rows)
        np.testing.assert_array_equal(other.weights, first.weights)
    assert not sampled(other_order, target=target, seed=1).rows.equals(first.rows)


def test_all_rows_of_a_rare_class_come_in_and_weights_add_up_to_the_table(in_spark):
    sample = sampled(in_spark(payments()), target="Class")
    y = sample.rows["Class"].to_numpy()
    assert (y == 1).sum() == 60
    assert 700 < len(sample) <= 1_000
    assert sample.weights[y == 1].tolist() == [1.0] * 60
    assert sample.weights[y == 0].sum() == pytest.approx(5_940)
    # What describes the table has its classes in proportion: about one row in a hundred.
    described = y[sample.described()]
    assert 0 < (described == 1).sum() < 30 < (described == 0).sum()


def test_a_row_that_many_equal_is_taken_as_often_as_others(in_spark):
    frame = pd.concat([payments(), payments().iloc[[7] * 3_000]])
    sample = sampled(in_spark(frame), most=1_500)
    row = payments().iloc[7]
    same = (sample.rows["amount"].to_numpy() == row["amount"]) & ~sample.alone
    expected, sd = 3_001 * len(sample) / 9_000, np.sqrt(3_001 * (1 / 6) * (5 / 6))
    assert abs(same.sum() - expected) < 5 * sd
    # A sample by content alone would have all of them or none.
    assert 0 < same.sum() < 3_001


def test_rows_are_hashed_by_place_and_gap(spark):
    frame = spark.createDataFrame([(None, "a"), ("a", None), ("a", "a"), (None, None)], "x string, y string")
    keys = frame.select(*(hash_of(["x", "y"], seed_sequence(0), key).alias(key) for key in KEYS)).collect()
    assert len({tuple(key) for key in keys}) == 4


def test_whole_subjects_come_in(in_spark):
    frame = payments()
    frame["who"] = [f"p{number // 6}" for number in range(len(frame))]
    frame.loc[frame.index[-30:], "who"] = None
    sample = sampled(in_spark(frame), target="Class", subject="who").rows.to_pandas()
    sizes = sample["who"].value_counts()
    assert set(sizes) == {6}
    assert (sample["Class"] == 1).sum() == 60
    again = sampled(in_spark(frame, 7), target="Class", subject="who").rows.to_pandas()
    pd.testing.assert_frame_equal(again, sample)


@pytest.mark.parametrize(("seed", "rows"), [(0, "0"), (10, "6,000")])
def test_subjects_with_too_many_rows_are_refused(in_spark, seed, rows):
    # There is one, which is taken or not.
    with pytest.raises(DataError, match=f"'who' names have so many rows each .* taken have {rows}"):
        sampled(in_spark(payments().assign(who="one")), subject="who", seed=seed)


def test_partitions_may_be_empty_or_without_a_class(spark, in_spark):
    frame = payments(600, 20)
    apart = (
        in_spark(frame[frame.Class == 0], 1)
        .union(in_spark(frame[frame.Class == 1], 1))
        .union(in_spark(frame, 3).filter("amount < 0"))
    )
    assert sampled(apart, target="Class", most=200).rows.equals(sampled(in_spark(frame), target="Class", most=200).rows)


def test_a_table_that_fits_is_taken_whole(in_spark):
    frame = payments(300, 30)
    sample = sampled(in_spark(frame), target="Class")
    assert len(sample) == 300
    assert sample.weights.tolist() == [1.0] * 300
    assert sample.described().all()


def test_a_table_that_differs_when_read_again_is_refused(in_spark):
    from pyspark.sql import functions as F  # noqa: N812

    def draw():
        return float(np.random.default_rng().random())

    # No row that is chosen is there when it is to be fetched.
    drawn = in_spark(payments(3_000, 30)).withColumn("amount", F.udf(draw, "double").asNondeterministic()())
    with pytest.raises(DataError, match="isn't the same each time"):
        sampled(drawn)
    words = {"classes": None, "subject": None, "most_rows": 1_000, "seed": seed_sequence(0)}
    given = read_frame(in_spark(payments(300, 30)))
    with pytest.raises(DataError, match="isn't the same each time"):
        draw_sample(given, 301, **words)
    assert len(draw_sample(given, 300, **words)) == 300


def test_classes_are_counted_on_all_rows_and_quantities_have_none(in_spark):
    frame = payments()
    counts = count_rows(read_frame(in_spark(frame)), "Class", None)
    assert counts.n_rows == 6_000
    assert counts.classes == {0: 5_940, 1: 60}
    assert count_rows(read_frame(in_spark(frame)), "amount", None).classes is None
    with pytest.raises(DataError, match=r"'shop' is missing in [\d,]+ of 6,000 rows"):
        count_rows(read_frame(in_spark(frame)), "shop", None)
    with pytest.raises(DataError, match="no rows"):
        count_rows(read_frame(in_spark(frame).filter("amount < 0")), None, None)
