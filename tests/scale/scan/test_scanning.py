"""One pass over all rows: facts, classes, and a sample that each row has its fair chance to be in."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from scipy import stats

from synthgen.errors import DataError, FileError, UsageError
from synthgen.scale import source_frames
from synthgen.scale.scan import scan, scanning
from synthgen.scale.scan.classes import ClassCodes
from synthgen.scale.scan.reservoir import Reservoir, quotas
from synthgen.scale.source import frame_of, open_source

RNG = np.random.default_rng(0)


def frame(n=20_000, rare=30):
    target = np.zeros(n, int)
    target[RNG.choice(n, rare, replace=False)] = 1
    return pd.DataFrame({
        "x": RNG.normal(size=n), "gaps": pd.array(np.where(RNG.random(n) < 0.01, None, RNG.integers(0, 9, n)), "Int64"),
        "name": RNG.choice(["a", "b", "c"], n), "who": [f"p{k}" for k in RNG.integers(0, n // 5, n)], "target": target,
    })  # fmt: skip


FRAME = frame()


def of(data=FRAME, **options):
    return scan(open_source(data), **{"random_state": 1, **options})


def test_the_rows_are_those_of_the_source_and_the_weights_add_up_to_it():
    found = of(target="target", most_rows=1_000)
    assert (np.diff(found.rows) > 0).all()
    pd.testing.assert_frame_equal(found.sample, FRAME.iloc[found.rows].reset_index(drop=True))
    assert found.n_rows == 20_000 and found.weights.sum() == pytest.approx(20_000, abs=1e-6)
    by_class = pd.Series(found.weights).groupby(found.sample["target"].to_numpy()).sum()
    assert by_class.to_numpy() == pytest.approx([19_970, 30])


def test_all_of_the_rare_class_comes_in_and_the_rest_fills_up():
    found = of(target="target", most_rows=1_000)
    assert found.classes == {0: 19_970, 1: 30}
    assert found.sample["target"].value_counts().to_dict() == {0: 970, 1: 30}
    assert (found.weights[found.sample["target"] == 1] == 1).all()
    # Without a target the rare class is as rare as it is.
    assert of(most_rows=1_000).sample["target"].sum() < 30 and len(of(most_rows=1_000).sample) == 1_000


def test_a_small_table_is_its_own_sample():
    found = of(target="target")
    pd.testing.assert_frame_equal(found.sample, FRAME)
    assert (found.weights == 1).all() and found.sampled[0] == "The sample is all 20,000 rows."


@pytest.mark.parametrize(
    "options", [{}, {"target": "target"}, {"subject": "who"}, {"target": "target", "subject": "who"}]
)
def test_the_sample_depends_on_neither_batches_nor_files(tmp_path, monkeypatch, options):
    one = of(most_rows=1_000, **options)
    for name, part in zip("abc", (FRAME[:1], FRAME[1:12_345], FRAME[12_345:]), strict=True):
        part.to_parquet(tmp_path / f"{name}.parquet", index=False, row_group_size=777)
    monkeypatch.setattr("synthgen.scale.source_schema.ROWS", 501)
    monkeypatch.setattr("synthgen.scale.scan.reservoir._SLACK", 100)
    other = of(tmp_path, most_rows=1_000, **options)
    assert (one.rows == other.rows).all() and (one.weights == other.weights).all()
    pd.testing.assert_frame_equal(one.sample, other.sample)
    assert not np.array_equal(one.rows, of(most_rows=1_000, **{**options, "random_state": 2}).rows)


def chosen_by(choose):
    """How often each of 300 rows is chosen in 400 samples of 60."""
    counts = np.zeros(300)
    for seed in range(400):
        counts[choose(seed)] += 1
    return counts


def fairness(counts, p):
    """The chi-squared p-value of every row having the same chance; samples without replacement vary less by 1 - p."""
    expected = counts.sum() / len(counts)
    return stats.chi2.sf(((counts - expected) ** 2 / (expected * (1 - p))).sum(), len(counts) - 1)


def test_each_row_has_the_same_chance_and_a_biased_sampler_is_found_out():
    data = pa.table({"x": range(300)})
    ours = chosen_by(lambda seed: of(data, most_rows=60, random_state=seed).rows)
    assert fairness(ours, 0.2) > 0.001

    def biased(seed):
        # Early rows come in twice as often as late ones.
        odds = np.where(np.arange(300) < 150, 2.0, 1.0)
        return np.random.default_rng(seed).choice(300, 60, replace=False, p=odds / odds.sum())

    assert fairness(chosen_by(biased), 0.2) < 1e-6


def test_each_row_of_a_class_has_the_same_chance():
    data = pa.table({"x": range(350), "y": [0] * 300 + [1] * 50})
    counts = chosen_by(
        lambda seed: [row for row in of(data, target="y", most_rows=110, random_state=seed).rows if row < 300]
    )
    assert counts.sum() == 400 * 60 and fairness(counts, 0.2) > 0.001


def test_whole_people_come_in():
    for options in ({}, {"target": "target"}):
        found = of(subject="who", most_rows=1_000, **options)
        whole = FRAME["who"].isin(found.sample["who"])
        assert np.flatnonzero(whole).tolist() == found.rows.tolist()
        assert 900 < len(found.rows) <= 1_000 and found.weights.sum() == pytest.approx(20_000)
        if options:
            assert found.sample["target"].sum() == 30
            assert found.weights[found.sample["target"] == 1].sum() == pytest.approx(30)


def test_weights_of_people_chosen_by_class_give_the_mean_of_all():
    """Those who come in for a rare row are too many of the others; weights must undo that."""
    rng = np.random.default_rng(5)
    people = np.repeat(np.arange(4_000), 5)
    odd = people < 60
    target = odd & (np.arange(20_000) % 5 == 0)
    data = pa.table({"who": people, "x": rng.normal(size=20_000) + 3.0 * odd, "target": target})
    means, plain = [], []
    for seed in range(12):
        found = of(data, subject="who", target="target", most_rows=2_000, random_state=seed)
        common = ~found.sample["target"].to_numpy(bool)
        means.append(np.average(found.sample["x"][common], weights=found.weights[common]))
        plain.append(found.sample["x"][common].mean())
    truth = np.asarray(data["x"])[~target].mean()
    assert np.mean(means) == pytest.approx(truth, abs=0.02)
    assert np.mean(plain) > truth + 0.2


def test_rows_of_nobody_are_someone_of_their_own():
    data = pa.table({"who": pa.array([None] * 900 + ["a"] * 100), "x": range(1_000)})
    found = of(data, subject="who", most_rows=400)
    assert 200 <= len(found.rows) <= 400 and found.sample["who"].notna().sum() in (0, 100)


def test_a_person_of_too_many_rows_is_refused_without_a_name():
    data = pa.table({"who": ["Müller"] * 1_000, "x": range(1_000)})
    with pytest.raises(DataError, match="'who' in data has more than 100 rows") as caught:
        of(data, subject="who", most_rows=100)
    assert "Müller" not in str(caught.value)
    with pytest.raises(DataError, match="can't say whose a row is"):
        of(pa.table({"who": [[1], [2]]}), subject="who")


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("subject", [None, "who"])
def test_a_target_of_too_many_labels_is_no_matter_of_classes(monkeypatch, late, subject):
    monkeypatch.setattr("synthgen.scale.scan.classes.MOST_CLASSES", 50)
    monkeypatch.setattr(scanning, "MOST_CLASSES", 50)
    monkeypatch.setattr(source_frames, "batches_of", lambda table: iter(table.to_batches(max_chunksize=500)))
    monkeypatch.setattr("synthgen.scale.scan.reservoir._SLACK", 100)
    values = np.arange(5_000.0)
    # With the many labels at the end, rows were dropped by class by then: a second pass is needed.
    values = np.where(np.arange(5_000) < 4_000, 0.0, values) if late else values
    data = pa.table({"y": values, "who": np.arange(5_000) // 2})
    found = of(data, target="y", subject=subject, most_rows=1_000)
    assert found.classes is None and "too many labels" in found.sampled[0]
    expected = of(data, subject=subject, most_rows=1_000)
    assert (found.rows == expected.rows).all() and (found.weights == expected.weights).all()


def test_missing_targets_are_a_class_of_their_own():
    data = pa.table({"y": pa.array(["a"] * 900 + [None] * 90 + ["b"] * 10), "f": [float("nan")] * 1_000})
    found = of(data, target="y", most_rows=120)
    assert found.classes == {"a": 900, "b": 10}
    assert found.sample["y"].value_counts(dropna=False).tolist() == [55, 55, 10]
    assert found.weights.sum() == pytest.approx(1_000)
    assert of(data, target="f").classes == {}


@pytest.mark.parametrize("kind", [pa.string(), pa.dictionary(pa.int32(), pa.string()), pa.large_string()])
def test_labels_of_every_form(kind):
    codes = ClassCodes("y")
    for part in (["a", "b"], ["b", "a", "a"]):
        found = codes.of(pa.record_batch({"y": pa.array(part).cast(kind)}))
        assert found.tolist() == [["a", "b"].index(label) for label in part]
    assert codes.rows() == {"a": 3, "b": 2}


def test_files_without_a_rare_row_and_without_any_are_fine(tmp_path):
    columns = {"x": pa.array(range(5_000)), "y": pa.array([0] * 5_000)}
    for name in ("part=1", "part=2", "part=3"):
        (tmp_path / name).mkdir()
    pq.write_table(pa.table(columns), tmp_path / "part=1" / "a.parquet")
    pq.write_table(pa.table(columns).slice(0, 0), tmp_path / "part=2" / "a.parquet")
    pq.write_table(pa.table({"x": [1, 2], "y": [1, 1]}), tmp_path / "part=3" / "a.parquet")
    found = of(tmp_path, target="y", most_rows=100)
    assert found.classes == {0: 5_000, 1: 2} and found.sample["y"].sum() == 2
    assert found.sample["part"].tolist()[-2:] == [3, 3]


def test_faults_are_said_in_words(tmp_path):
    with pytest.raises(DataError, match="data has no rows"):
        of(pa.table({"x": pa.array([], pa.int64())}))
    with pytest.raises(UsageError, match="data has no column 'y'"):
        of(pa.table({"x": [1]}), target="y")
    with pytest.raises(DataError, match=r"Column 'x' can't be a target: it is of type list<"):
        of(pa.table({"x": [[1]]}), target="x")
    with pytest.raises(UsageError, match="most_rows must be a whole number of at least 1; got 0"):
        of(pa.table({"x": [1]}), most_rows=0)
    (tmp_path / "a.parquet").write_bytes(b"PAR1")
    with pytest.raises(FileError, match="is damaged"):
        of(tmp_path)


def test_the_sample_has_the_dtypes_of_the_whole(tmp_path):
    values = pa.array([None, *range(1, 3_000)])
    pq.write_table(pa.table({"i": values, "b": pa.array([None, *[True] * 2_999])}), tmp_path / "a.parquet")
    source = open_source(tmp_path / "a.parquet")
    found = next(found for seed in range(9) if 0 not in (found := scan(source, most_rows=20, random_state=seed)).rows)
    assert found.sample.dtypes.tolist() == frame_of(list(source.batches()), source.arrow).dtypes.tolist()


def test_what_was_exact_and_what_sampled_is_said():
    n = 40_000
    data = pa.table({"x": RNG.normal(size=n), "k": RNG.integers(0, 3, n), "id": [f"{k:06}" for k in range(n)]})
    found = of(data, target="k", most_rows=1_000)
    assert found.exact == (
        "All 40,000 rows were read: rows and missing cells are counted.",
        "Minimum, maximum, mean and standard deviation of 'x', 'k' are over all rows.",
        "Every value of 'k' is counted.",
        "The rows of the 3 labels of 'k' are counted.",
    )
    assert found.sampled == (
        "What needs rows was done on a sample of 999 of 40,000 rows (by the labels of 'k').",
        "The number of different values of 'x', 'id' is estimated from all rows, to within 1.6% (two standard errors).",
    )
    assert repr(found) == "Scan(40,000 rows × 3 columns; 999 rows sampled)"


def test_notes_on_types_are_part_of_what_is_said(tmp_path):
    for name, kind in (("a", pa.int32()), ("b", pa.int64())):
        pq.write_table(pa.table({"x": pa.array([1], kind)}), tmp_path / f"{name}.parquet")
    assert "is read as int64" in of(tmp_path).exact[-1]


def test_progress_shows_rows(monkeypatch, capsys):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    of(target="target", most_rows=100, progress=True)
    assert "20.0k" in capsys.readouterr().err.replace("/", " ")


@pytest.mark.parametrize(
    ("counts", "most", "expected"),
    [
        ([10, 10], 100, [10, 10]),
        ([100, 100], 100, [50, 50]),
        ([1, 100, 100], 101, [1, 50, 50]),
        ([], 5, []),
        ([9], 5, [5]),
    ],
)
def test_room_is_shared_out_evenly(counts, most, expected):
    assert quotas(counts, most) == expected


def test_a_reservoir_never_holds_much_more_than_it_may(monkeypatch):
    monkeypatch.setattr("synthgen.scale.scan.reservoir._SLACK", 10)
    reservoir = Reservoir(100)
    for start in range(0, 10_000, 50):
        rows = np.arange(start, start + 50)
        keys = np.random.default_rng(start).integers(0, 2**63, 50).astype(np.uint64)
        reservoir.add(pa.record_batch({"x": rows}), rows, keys, rows % 3)
        assert reservoir._waiting <= 200
    table, rows, classes, _ = reservoir.taken()
    assert table["x"].to_pylist() == rows.tolist() and np.bincount(classes).tolist() == [33, 33, 33]
    with pytest.raises(ValueError, match="dropped by class"):
        reservoir.in_one_class()
