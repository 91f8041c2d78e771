"""A table that is worked on in pieces: what is written, what is known of all rows, and the same rows again."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import synthgen as sg
from synthgen.errors import ConditionError, GateFailed, UsageError
from synthgen.scale import run as scale_run
from synthgen.scale.run import spare_rows

ROWS, FRAUDS = 6_000, 300
SAMPLED = {"name": "stream", "most_rows": 3_000}


def payments(n=ROWS, frauds=FRAUDS):
    rng = np.random.default_rng(0)
    fraud = np.zeros(n, dtype=np.int64)
    fraud[rng.choice(n, frauds, replace=False)] = 1
    amount = np.round(np.exp(rng.normal(3 + fraud, 1)), 2)
    return pd.DataFrame({
        "id": [f"P{number:06d}" for number in rng.permutation(n)],
        "amount": amount, "score": rng.normal(fraud, 1), "land": rng.choice(["at", "de", "it"], n),
        "fraud": fraud,
    })  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("pieces")
    frame = payments()
    (place / "payments").mkdir()
    for number, start in enumerate(range(0, ROWS, 2_000)):
        frame[start : start + 2_000].reset_index(drop=True).to_parquet(place / "payments" / f"{number}.parquet")
    return place


def made(folder, name, **words):
    given = {"target": "fraud", "generator": "gaussian_copula", "sampling_strategy": 0.2, "random_state": 3}
    out = folder / name
    return sg.synthesize(folder / "payments", out=out, progress=False, **{**given, **words})


@pytest.fixture(scope="module")
def result(folder):
    return made(folder, "balanced.parquet", engine=SAMPLED)


def test_the_table_holds_all_real_rows_as_they_are_and_as_many_synthetic_ones_as_were_asked_for(folder, result):
    table = pd.read_parquet(folder / "balanced.parquet")
    real = table[~table["is_synthetic"]].drop(columns="is_synthetic")
    pd.testing.assert_frame_equal(real.reset_index(drop=True), payments())
    new = table[table["is_synthetic"]]
    assert len(new) == 0.2 * (ROWS - FRAUDS) - FRAUDS
    assert (new["fraud"] == 1).all()
    assert table.dtypes.drop("is_synthetic").to_dict() == payments().dtypes.to_dict()


def test_nothing_else_is_left_on_the_disk(folder, result):
    assert {path.name for path in folder.iterdir()} >= {"balanced.parquet", "payments"}
    assert not list(folder.glob(".*"))


def test_identifiers_are_new_and_distinct(folder, result):
    table = pd.read_parquet(folder / "balanced.parquet")
    assert table["id"].is_unique


def test_counts_are_of_all_rows_and_say_what_the_generator_saw(result):
    counts = result.provenance.counts
    assert counts["real"] == ROWS
    assert counts["train"] < 3_000
    assert counts["train"] + counts["holdout"] == ROWS
    assert counts["delivered"] == ROWS + counts["accepted"]
    assert counts["drawn"] == counts["refused"] + counts["accepted"] + spared(counts)


def spared(counts):
    return counts["drawn"] - counts["refused"] - counts["requested"]


def test_the_profile_is_of_all_rows_where_these_were_counted(result):
    profile = result.profile
    assert profile.n_rows == ROWS
    assert dict(profile.classes) == {"0": ROWS - FRAUDS, "1": FRAUDS}
    frame = payments()
    amount = next(column for column in profile.columns if column.name == "amount")
    assert amount.n == ROWS
    shares, values = np.array(amount.quantiles).T
    np.testing.assert_allclose(values, np.quantile(frame["amount"], shares), rtol=0.02)


def test_the_record_says_what_is_exact_and_what_is_sampled(folder, result, tmp_path):
    pieces = result.provenance.pieces
    assert pieces["rows"] == ROWS
    assert pieces["sample"] == 3_000
    assert any(f"All {ROWS:,} rows" in words for words in pieces["exact"])
    files = result.write_reports(tmp_path / "reports")
    record = json.loads((tmp_path / "reports" / "run.json").read_text())
    assert record["provenance"]["pieces"] == {**pieces, "exact": [*pieces["exact"]], "sampled": [*pieces["sampled"]]}
    assert "Of some rows" in (tmp_path / "reports" / "fidelity.html").read_text()
    assert {path.name for path in files} >= {"bias.html", "card.md"}


def test_rows_for_a_model_and_rows_for_its_test_share_none_and_are_all(result):
    train, test = (reader.read_all().to_pandas() for reader in result.for_evaluation())
    frame = payments()
    assert set(test["id"]) < set(frame["id"])
    assert not set(test["id"]) & set(train["id"])
    assert len(train) + len(test) == ROWS + result.provenance.counts["accepted"]
    # A fifth of each class, and none that the generator saw.
    assert len(test) == pytest.approx(0.2 * ROWS, rel=0.1)
    assert test["fraud"].sum() == pytest.approx(0.2 * FRAUDS, abs=3)


def test_the_dataset_of_the_result_is_the_file(result):
    assert result.data.count_rows() == result.provenance.counts["delivered"]
    assert result.synthetic.count_rows() == result.provenance.counts["accepted"]
    assert "PiecesResult(" in repr(result)


def test_the_same_seed_gives_the_same_bytes(folder, result):
    made(folder, "again.parquet", engine={**SAMPLED, "workers": 1})
    assert (folder / "again.parquet").read_bytes() == (folder / "balanced.parquet").read_bytes()


@pytest.mark.slow
def test_who_stops_a_run_is_told_what_is_kept(folder, result, monkeypatch):
    make = scale_run.make_blocks

    def stopped(*args, **options):
        make(*args, **options)
        raise KeyboardInterrupt

    monkeypatch.setattr(scale_run, "make_blocks", stopped)
    with pytest.raises(KeyboardInterrupt, match=r"[0-9]+ blocks? of rows kept beside .*stopped\.parquet, and the same"):
        made(folder, "stopped.parquet", engine=SAMPLED)
    with pytest.raises(KeyboardInterrupt, match=r"^$"):
        made(folder, "unseeded.parquet", engine=SAMPLED, random_state=None)
    monkeypatch.setattr(scale_run, "make_blocks", make)
    made(folder, "stopped.parquet", engine=SAMPLED)
    assert (folder / "stopped.parquet").read_bytes() == (folder / "balanced.parquet").read_bytes()


@pytest.mark.slow
def test_a_release_holds_synthetic_rows_alone(folder, tmp_path):
    released = made(folder, "released.csv", purpose="release", sampling_strategy="auto", gate=None)
    table = released.data.to_table().to_pandas()
    assert len(table) == ROWS
    assert "is_synthetic" not in table
    assert not set(table["id"]) & set(payments()["id"])


@pytest.mark.slow
def test_a_withheld_table_is_not_written(folder):
    withheld = made(folder, "withheld.parquet", generator="smote", purpose="release", sampling_strategy="auto")
    assert withheld.withheld
    assert not (folder / "withheld.parquet").exists()
    with pytest.raises(GateFailed):
        _ = withheld.data
    assert "so no others were made" in withheld.provenance.warnings[-1]


@pytest.mark.slow
def test_identifiers_in_a_narrow_type_get_one_with_room(tmp_path):
    frame = payments()
    frame["id"] = np.random.default_rng(1).permutation(np.arange(10_000, 10_000 + ROWS)).astype(np.int32)
    frame.to_parquet(tmp_path / "payments.parquet")
    result = sg.synthesize(
        tmp_path / "payments.parquet", target="fraud", out=tmp_path / "made.parquet", engine=SAMPLED,
        generator="gaussian_copula", sampling_strategy=0.1, random_state=0, progress=False,
    )  # fmt: skip
    table = pd.read_parquet(tmp_path / "made.parquet")
    made = table["id"][table["is_synthetic"]]
    assert table["id"].dtype == np.int64 and table["id"].is_unique and len(made) > 200
    assert table["id"][~table["is_synthetic"]].tolist() == frame["id"].tolist()
    assert [part.schema.field("id").type for part in result.for_evaluation()] == [pa.int64()] * 2


def test_what_the_sample_lacks_is_said_of_the_sample(tmp_path):
    frame = payments().assign(land="at")
    frame.loc[5, "land"] = "li"
    frame.to_parquet(tmp_path / "payments.parquet")
    words = {"target": "fraud", "generator": "gaussian_copula", "random_state": 0, "progress": False}
    with pytest.raises(ConditionError, match=r"\(That was seen on a sample of 1,\d{3} of the table's [\d,]+ rows\.\)$"):
        sg.synthesize(
            tmp_path / "payments.parquet", conditions={"land": "li"}, out=tmp_path / "made.parquet",
            engine={"name": "stream", "most_rows": 1_000}, **words,
        )  # fmt: skip
    with pytest.raises(ConditionError, match=r"[^)]$"):
        sg.synthesize(frame, conditions={"land": "xx"}, **words)


def test_what_needs_all_rows_in_memory_is_refused_in_words(folder):
    with pytest.raises(UsageError, match="engine='memory'"):
        made(folder, "fair.parquet", fairness={"kind": "equal_rates"}, sensitive_features=["land"])
    with pytest.raises(UsageError, match="Say where"):
        sg.synthesize(folder / "payments", target="fraud", progress=False)


@pytest.mark.slow
def test_a_folder_can_be_read_whole(folder):
    whole = sg.synthesize(
        folder / "payments", target="fraud", generator="gaussian_copula", n_samples=50, engine="memory",
        random_state=0, progress=False, gate=None,
    )  # fmt: skip
    assert len(whole.data) == ROWS + 50


def test_spare_rows_cover_what_the_trial_refused():
    assert spare_rows(1_000, 0, 1_000_000) == 20 + 1
    assert spare_rows(1_000, 100, 1_000) > 1_000 / 0.9 - 1_000
    # Where nearly all were refused, no more than twenty times as many are made.
    assert spare_rows(1_000, 1_000, 1_000) == 20_000 + 20
