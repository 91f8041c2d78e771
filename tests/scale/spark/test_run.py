"""A whole run in Spark: the rows don't depend on partitions, the types come back, and copies are refused."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import synthgen as sg
from synthgen.errors import FileError, GateFailed, UsageError
from synthgen.scale.spark import run

OPTIONS = {"generator": "gaussian_copula", "random_state": 0, "progress": False, "gate": None}


@pytest.fixture(autouse=True)
def _few_rows_to_judge_by(monkeypatch):
    monkeypatch.setattr(run, "MOST_MADE", 500)


def payments(n=1_500, frauds=150, seed=0):
    rng = np.random.default_rng(seed)
    y = (np.arange(n) < frauds).astype(int)
    return pd.DataFrame(
        {
            "amount": np.round(rng.gamma(2 + y, 20), 2),
            "hour": rng.integers(0, 24, n),
            "shop": np.where(rng.random(n) < 0.1, None, rng.choice(["a", "b", "c"], n)),
            "Class": y,
        }
    )


def plain_loop(result):
    """The same rows without Spark: one block after the other."""
    making = result._making
    return pa.Table.from_batches(making.rows(range(making.n_blocks), result._limits))


def test_partitions_of_the_table_and_of_the_work_change_nothing(in_spark):
    frame = payments()
    words = {"target": "Class", "sampling_strategy": {1: 160_000}, **OPTIONS}
    first, other = (sg.spark.synthesize(in_spark(frame, parts), partitions=parts, **words) for parts in (1, 7))
    assert first.provenance.counts["real"] == 1_500
    assert first._making.n_blocks == 7
    made = first.synthetic.toArrow()
    assert made.num_rows == 160_000 - 150
    assert plain_loop(first).equals(made)
    for result, parts in ((replace(first, _partitions=2), 2), (other, 7)):
        assert result.synthetic.rdd.getNumPartitions() == parts
        assert result.synthetic.toArrow().equals(made)
    assert not plain_loop(replace(first, _limits=first._limits - 1)).equals(made)


def test_balanced_by_the_counts_of_all_rows_with_the_evidence(in_spark, tmp_path):
    frame = pd.concat([payments(), payments(6_000, 0, seed=1)])
    result = sg.spark.synthesize(in_spark(frame), target="Class", most_rows=1_000, **OPTIONS)
    data = result.data
    counts = {(row[0], row[1]): row[2] for row in data.groupBy("is_synthetic", "Class").count().collect()}
    assert counts == {(False, 0): 7_350, (False, 1): 150, (True, 1): 7_200}
    assert result.provenance.counts["delivered"] == 14_700
    assert result.provenance.pieces["engine"] == "spark"
    assert (result.profile.n_rows, dict(result.profile.classes)) == (7_500, {"0": 7_350, "1": 150})
    assert result.provenance.request["obstacles"]
    assert 700 < result.provenance.pieces["rows"] <= 1_000
    facts = result.facts()
    assert (facts["amount"].n, facts["shop"].missing) == (7_500, int(frame["shop"].isna().sum()))
    assert facts["amount"].maximum == frame["amount"].max()
    assert facts["amount"].mean == pytest.approx(frame["amount"].mean())
    names = {path.name for path in result.write_reports(tmp_path)}
    assert {"fidelity.html", "run.json"} <= names
    assert "SparkResult(" in repr(result)
    # Figures of all rows stand in the place of those of the sample.
    shapes = next(found for found in result.validation.results if found.name == "column_shapes")
    assert shapes.n == result.provenance.counts["drawn"] - result.provenance.counts["refused"] > 7_200
    assert "all 7,500 real" in shapes.reason
    assert any("Columns look alike" in words for words in result.provenance.pieces["exact"])


def test_synthesize_sends_a_spark_frame_here(in_spark):
    words = {"target": "Class", "n_samples": 300, **OPTIONS}
    frame = in_spark(payments(400, 100))
    there, here = sg.synthesize(frame, **words), sg.spark.synthesize(frame, **words)
    assert there.synthetic.toArrow().equals(here.synthetic.toArrow())
    with pytest.raises(UsageError, match="fairness plan"):
        sg.synthesize(frame, fairness="equal_rates", sensitive_features=["shop"], target="Class")


def test_every_type_comes_back(spark):
    rng = np.random.default_rng(0)
    n = 400
    rows = [
        (
            bool(rng.integers(2)), int(rng.integers(100)), int(rng.integers(1000)), int(rng.integers(10**6)),
            int(rng.integers(10**12)), float(np.float32(rng.normal())), float(rng.normal()),
            Decimal(int(rng.integers(10**6))).scaleb(-2), str(rng.choice(["x", "y", "z"])),
            dt.date(2024, 1, 1) + dt.timedelta(int(rng.integers(300))),
            dt.datetime(2024, 3, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=int(rng.integers(10**5))),
            dt.datetime(2024, 3, 1) + dt.timedelta(seconds=int(rng.integers(10**6))),
            dt.timedelta(seconds=int(rng.integers(10**5))), None if rng.random() < 0.2 else int(rng.integers(50)),
        )
        for _ in range(n)
    ]  # fmt: skip
    kinds = (
        "flag boolean, tiny tinyint, small smallint, whole int, big bigint, single float, double double, "
        "price decimal(12,2), label string, day date, at timestamp, wall timestamp_ntz, took interval day to second, "
        "gap int"
    )
    frame = spark.createDataFrame(rows, kinds)
    result = sg.spark.synthesize(frame, n_samples=300, **OPTIONS)
    data = result.data
    assert [(f.name, f.dataType) for f in data.schema][:-1] == [(f.name, f.dataType) for f in frame.schema]
    assert (data.schema["is_synthetic"].dataType.simpleString(), data.count()) == ("boolean", 700)
    made = result.synthetic
    assert made.count() == 300
    assert 20 < made.filter("gap is null").count() < 110
    # Values are where the real ones are, and times mean the same in the session's time zone.
    low, high = made.selectExpr("min(at)", "max(at)").collect()[0]
    assert dt.datetime(2024, 2, 28) < low < high < dt.datetime(2024, 5, 12)
    assert made.filter("price <> round(price, 2) or day < '2023-12-01' or day > '2024-12-01'").count() == 0


def test_identifiers_in_a_narrow_type_get_one_with_room(in_spark):
    frame = payments(400, 60).assign(order_id=np.arange(1000, 1400, dtype=np.int32))
    result = sg.spark.synthesize(in_spark(frame), target="Class", **OPTIONS)
    table = result.data.toPandas()
    made = table["order_id"][table["is_synthetic"]]
    assert result.data.schema["order_id"].dataType.simpleString() == "bigint"
    assert table["order_id"].is_unique and made.min() > 10**9
    assert sorted(table["order_id"][~table["is_synthetic"]]) == frame["order_id"].tolist()
    assert {part.schema["order_id"].dataType.simpleString() for part in result.for_evaluation()} == {"bigint"}


def test_names_with_dots_and_ticks_go_through_a_whole_run(in_spark, tmp_path):
    frame = payments(400, 60).assign(id=[f"A{number:05d}" for number in range(400)])
    names = ["a.b", "c`d e", "shop,Name", "Cl.ass", "i.d"]
    out = tmp_path / "out.parquet"
    result = sg.spark.synthesize(in_spark(frame.set_axis(names, axis=1)), target="Cl.ass", out=out, **OPTIONS)
    assert list(pd.read_parquet(out)) == [*names, "is_synthetic"]
    assert list(result.facts()) == names
    assert any("Columns look alike" in words for words in result.provenance.pieces["exact"])
    train, test = result.for_evaluation()
    assert train.columns == test.columns == names


def test_copies_of_rows_that_were_learnt_from_are_refused(in_spark):
    from synthgen.generators import Synthesizer

    class Copying(Synthesizer):
        """Half of its rows are train rows, the others are moved far from them."""

        def __init__(self, random_state=None):
            self.random_state = random_state

        def _fit(self, coded, rng):
            self.met = coded

        def _sample(self, n, codes, rng):
            made = self.met.sample(n=n, replace=True, random_state=rng).reset_index(drop=True)
            return made.assign(amount=made["amount"] + np.where(rng.random(n) < 0.5, 0, 0.37))

        def _state(self):
            return {}

        def _set_state(self, state):
            pass

    frame = payments()
    result = sg.spark.synthesize(
        in_spark(frame), n_samples=400, generator=Copying(), random_state=0, progress=False, gate=None
    )
    counts = result.provenance.counts
    assert 0.3 < counts["refused"] / counts["drawn"] < 0.8
    assert counts["accepted"] == 400  # as many more were made
    learnt = result._evidence._real.iloc[result._evidence._train_rows]
    learnt = learnt[~learnt.duplicated(keep=False)]  # what two rows share is nobody's
    met = {tuple(row) for row in learnt.astype(object).where(learnt.notna(), None).itertuples(index=False)}
    made = [tuple(row) for row in result.synthetic.collect()]
    assert len(made) == 400
    assert not any(row in met for row in made)


@pytest.mark.parametrize("subject", [None, "key"])
def test_rows_to_evaluate_on_are_none_that_were_learnt_from(in_spark, subject):
    frame = pd.concat([payments(), payments(6_000, 0, seed=1)]).drop_duplicates().reset_index(drop=True)
    frame["key"] = frame.index * 1.5 if subject is None else frame.index // 2
    words = {"target": "Class", "subject": subject, "most_rows": 1_000 if subject is None else 4_000}
    result = sg.spark.synthesize(in_spark(frame), **words, **OPTIONS)
    train, test = result.for_evaluation()
    train, test = train.toPandas(), test.toPandas()
    assert len(train) + len(test) == len(frame) + result.provenance.counts["accepted"]
    assert abs(len(test) - 0.2 * len(frame)) < 150  # of people, three standard deviations
    tested = set(test["key"])
    learnt = result._evidence._real.iloc[result._evidence._train_rows]["key"]
    assert not tested & set(learnt.astype(float))
    assert set(frame["key"]) == tested | (set(train["key"]) & set(frame["key"]))


def test_a_release_is_of_synthetic_rows_only(in_spark):
    result = sg.spark.synthesize(in_spark(payments()), target="Class", purpose="release", n_samples=600, **OPTIONS)
    assert result.data.columns == ["amount", "hour", "shop", "Class"]
    by_class = {row[0]: row[1] for row in result.data.groupBy("Class").count().collect()}
    assert by_class == {0: 540, 1: 60}


def test_the_gate_withholds_and_nothing_is_written(in_spark, tmp_path):
    out = tmp_path / "out.parquet"
    result = sg.spark.synthesize(in_spark(payments()), target="Class", out=out, **OPTIONS)
    assert not result.withheld
    assert len(pd.read_parquet(out)) == result.provenance.counts["delivered"]
    with pytest.raises(FileError, match="something at"):
        sg.spark.synthesize(in_spark(payments()), target="Class", out=out, **OPTIONS)
    withheld = replace(result, _evidence=failed(result._evidence))
    for name in ("data", "synthetic"):
        with pytest.raises(GateFailed):
            getattr(withheld, name)


@pytest.mark.parametrize(("out", "why"), [("nofs://host/table", "No FileSystem for scheme"), ("", "empty string")])
def test_a_place_that_spark_cant_reach_is_refused_before_anything_runs(in_spark, out, why):
    with pytest.raises(FileError, match=f"can't look at '{out}': .*{why}"):
        sg.spark.synthesize(in_spark(payments(50, 10)), target="Class", out=out, **OPTIONS)


def failed(evidence):
    """The same evidence with a verdict of FAIL, and the gate in force."""
    from synthgen.validation.verdict import Outcome

    verdict = replace(evidence.validation.verdict, outcome=Outcome.FAIL)
    return replace(
        evidence, validation=replace(evidence.validation, verdict=verdict),
        provenance=replace(evidence.provenance, gate="default"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("words", "match"),
    [
        ({"generator": "dp_marginals"}, "dp_marginals can't be used in Spark"),
        ({"validation": "none"}, "differentially private"),
        ({"most_rows": 10}, "most_rows must be a whole number of at least 1,000"),
        ({"partitions": 0}, "partitions must be a whole number"),
        ({"conditions": pd.DataFrame({"Class": [1]})}, "conditions must be a mapping"),
        ({"subject": "who"}, "no column 'who' .subject"),
    ],
)
def test_what_cant_be_had_is_refused_in_words(in_spark, words, match):
    with pytest.raises(UsageError, match=match):
        sg.spark.synthesize(in_spark(payments(50, 10)), target="Class", progress=False, **words)


def test_identifiers_are_distinct_across_classes_and_none_of_a_real_row(in_spark):
    n = 6_000
    frame = payments(n, 2_000).assign(id=[f"A{number:05d}" for number in np.arange(n) * 13])
    form = sg.constraints.Pattern("id", "A[0-9]{5}")
    words = {"target": "Class", "n_samples": 3_000, "most_rows": 1_000, "constraints": [form], **OPTIONS}
    result = sg.spark.synthesize(in_spark(frame), **words)
    made = result.synthetic.toPandas()
    assert made["Class"].nunique() == 2
    assert made["id"].is_unique
    assert not set(made["id"]) & set(frame["id"])
    assert len(made) == result.provenance.counts["accepted"]
    # Some were taken: the generator knows the identifiers of the sample alone.
    lost = sum(map(len, result._making.left_out.values()))
    assert lost > 100
    assert result.provenance.counts["refused"] >= lost


def test_rules_about_all_rows_together_are_refused_before_a_job_runs(in_spark):
    with pytest.raises(UsageError, match="about all rows of the table together"):
        sg.spark.synthesize(
            in_spark(payments(300, 60)[["amount", "hour"]].drop_duplicates("amount")), n_samples=40_000,
            constraints=[sg.constraints.Unique("amount")], **OPTIONS,
        )  # fmt: skip
