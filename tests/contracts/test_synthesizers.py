"""What every generator keeps, whichever it is: a new one in GENERATORS is picked up by itself."""

from __future__ import annotations

import json
import random
import shutil
import warnings
from decimal import Decimal
from functools import cache

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from sklearn.base import clone
from sklearn.utils.estimator_checks import check_estimator

import synthgen as sg
from synthgen.errors import (
    ConditionError,
    DataError,
    FileError,
    MissingExtraError,
    NotFittedError,
    SynthgenError,
    UsageError,
)
from synthgen.generators import GENERATORS, sampling
from synthgen.generators.identifying import avoiding
from synthgen.table.check_digits import is_card
from synthgen.table.kinds.identifier import draw

pl = pytest.importorskip("polars")


OPTIONS = {"dp_marginals": {"epsilon": 200.0, "rounds": 4}}
"""A budget so large that the noise on tiny tables is next to nothing: what is tested here is the contract."""


def made(name, seed=0):
    return GENERATORS[name](**OPTIONS.get(name, {}), random_state=seed)


REPEATS_FIT = "its noise takes no seed, so two fits are two models"
NOT_LOOKED_AT = "what isn't declared is found with noise, or not at all"
NO_ERROR = "an error that follows from a row would say something about that row"
NOT_BY_MEASURING = {
    "test_the_same_seed_gives_the_same_rows": REPEATS_FIT,
    "test_two_samples_differ_and_their_sequence_repeats_after_a_fresh_fit": REPEATS_FIT,
    "test_a_seed_for_sample_neither_uses_nor_moves_the_sequence": REPEATS_FIT,
    "test_no_global_random_state_is_read_or_moved": REPEATS_FIT,
    "test_a_clone_has_the_parameters_and_nothing_learnt": REPEATS_FIT,
    "test_y_is_the_target_as_in_scikit_learn": REPEATS_FIT,
    "test_identifiers_are_new_valid_and_shared_as_real_ones_are": NOT_LOOKED_AT,
    "test_identifiers_are_new_distinct_and_of_the_same_shape": NOT_LOOKED_AT,
    "test_gaps_come_back_in_every_kind_and_nowhere_else": NOT_LOOKED_AT,
    "test_values_stay_in_the_columns_range_or_labels": NOT_LOOKED_AT,
    "test_constant_columns_stay_constant": NOT_LOOKED_AT,
    "test_a_column_without_values_stays_without": NOT_LOOKED_AT,
    "test_a_single_row_works_or_the_error_says_why": NOT_LOOKED_AT,
    "test_a_tiny_class_works_or_the_error_says_what_to_do": NOT_LOOKED_AT,
    "test_pandas_dtypes_come_back": NOT_LOOKED_AT,
    "test_free_text_is_refused_with_words_and_without_its_content": NO_ERROR,
    "test_a_missing_target_value_is_refused": NO_ERROR,
    "test_every_error_is_one_of_synthgens": NO_ERROR,
}
"""What a generator that only measures rightly doesn't keep, and why; its own tests say what it does instead."""


@cache
def _lacking(name: str) -> str:
    frame = pd.DataFrame({"x": np.arange(12.0) ** 1.5, "Class": [0, 1] * 6})
    try:
        made(name).fit(frame, target="Class").sample(1)
    except MissingExtraError as error:
        return str(error)
    return ""


@pytest.fixture(params=sorted(GENERATORS))
def new(request):
    """Makes a generator; skipped where its optional package is missing."""
    lacking = _lacking(request.param)
    if lacking:
        pytest.skip(lacking)
    why = NOT_BY_MEASURING.get(request.node.originalname)
    if why and GENERATORS[request.param].learns_only_by_measuring:
        pytest.skip(why)
    return lambda seed=0: made(request.param, seed)


def same(a, b):
    pd.testing.assert_frame_equal(a, b, check_exact=True)


def differ(a, b):
    return not a.reset_index(drop=True).equals(b.reset_index(drop=True))


def rows_or_refusal(kind, draw):
    """What ``draw`` gives, or the words with which it refuses."""
    try:
        return draw(), ""
    except kind as error:
        return None, str(error)


def kept(model, folder):
    model.save(folder, include_real_rows=model.holds_real_rows)
    return folder


# Randomness


def test_the_same_seed_gives_the_same_rows(new, mixed):
    first, second = (new(3).fit(mixed(), target="Class") for _ in range(2))
    same(first.sample(40), second.sample(40))
    same(first.sample(40, random_state=9), second.sample(40, random_state=9))


def test_another_seed_gives_other_rows(new, mixed):
    first, second = (new(seed).fit(mixed(), target="Class") for seed in (3, 4))
    assert differ(first.sample(40), second.sample(40))


def test_two_samples_differ_and_their_sequence_repeats_after_a_fresh_fit(new, mixed):
    model = new(3).fit(mixed(), target="Class")
    drawn = [model.sample(25) for _ in range(3)]
    assert differ(drawn[0], drawn[1])
    assert differ(drawn[1], drawn[2])
    model.fit(mixed(), target="Class")
    for rows in drawn:
        same(rows, model.sample(25))


def test_a_seed_for_sample_neither_uses_nor_moves_the_sequence(new, mixed):
    first, second = (new(3).fit(mixed(), target="Class") for _ in range(2))
    first.sample(10, random_state=1)
    same(first.sample(10), second.sample(10))


def test_no_global_random_state_is_read_or_moved(new, mixed):
    np.random.seed(11)
    random.seed(11)
    before, plain_before = np.random.get_state(), random.getstate()
    rows = new(3).fit(mixed(), target="Class").sample(20)
    after = np.random.get_state()
    assert before[0] == after[0]
    assert (before[1] == after[1]).all()
    assert before[2:] == after[2:]
    assert random.getstate() == plain_before
    np.random.seed(12)
    random.seed(12)
    same(rows, new(3).fit(mixed(), target="Class").sample(20))


# Identifiers


def customers(n=60):
    """Several rows for each customer, who has a name, a mail address and a card."""
    rng = np.random.default_rng(0)
    who = np.repeat(np.arange(n), rng.integers(1, 4, n))
    cards = draw("9999 9999 9999 9999", n, rng, check="card")
    frame = pd.DataFrame({"customer": [f"C{number:04d}" for number in who], "card": cards[who]})
    frame["called"] = [f"Customer {number}" for number in who]
    frame["mail"] = [f"c{number}@mail.test" for number in who]
    frame["spent"], frame["Class"] = rng.gamma(2, 9, len(who)).round(2), rng.integers(0, 2, len(who))
    schema = sg.Schema.infer(frame, target="Class", subject="customer")
    # Half as many cards as rows would be labels.
    schema = schema.with_column("card", kind="identifier")
    schema = schema.with_column("called", kind="identifier", faker="name", locale="de_DE")
    return frame, schema.with_column("mail", kind="identifier", faker="email", locale="de_DE")


def test_identifiers_are_new_valid_and_shared_as_real_ones_are(new):
    frame, schema = customers()
    model = new().fit(frame, schema=schema)
    made = model.sample(200, random_state=5)
    for name in ("customer", "card", "called", "mail"):
        assert not set(made[name]) & set(frame[name]), name
    assert made["card"].map(is_card).all()
    assert made["customer"].str.fullmatch(r"[A-Z]\d+").all()
    assert (made.groupby("customer")[["called", "mail"]].nunique() == 1).all(axis=None)
    per_customer = len(frame) / frame["customer"].nunique()
    assert 200 / made["customer"].nunique() == pytest.approx(per_customer, rel=0.2)


def test_a_saved_model_makes_the_same_identifiers(new, tmp_path):
    frame, schema = customers()
    model = new().fit(frame, schema=schema)
    loaded = sg.load_synthesizer(kept(model, tmp_path / "model"))
    same(model.sample(200, random_state=5), loaded.sample(200, random_state=5))


def test_a_saved_model_without_rows_holds_no_identifier(new, tmp_path):
    frame, schema = customers()
    model = new().fit(frame, schema=schema)
    if model.holds_real_rows:
        pytest.skip("it saves every row, and only if it is asked to")
    with avoiding(model, frame):
        model.save(tmp_path / "model")
    stored = b"".join(path.read_bytes() for path in (tmp_path / "model").iterdir())
    assert not [
        name
        for name in ("customer", "card", "called", "mail")
        if any(value.encode() in stored for value in frame[name])
    ]


# Size


@pytest.mark.parametrize("n", [1, 2, 7, np.int64(3)])
def test_sample_gives_exactly_n(new, mixed, n):
    rows = new().fit(mixed(), target="Class").sample(n)
    assert len(rows) == n
    assert list(rows.columns) == list(mixed().columns)
    assert list(rows.index) == list(range(n))


def test_rows_of_full_blocks_stay_when_more_are_asked_for(new, mixed, monkeypatch):
    monkeypatch.setattr(sampling, "BLOCK", 8)
    model = new().fit(mixed(), target="Class")
    many = model.sample(30, random_state=1)
    assert len(many) == 30
    same(many[:16], model.sample(20, random_state=1)[:16])
    same(many[:8], model.sample(8, random_state=1))


def test_blocks_are_not_the_same_rows_again(new, mixed, monkeypatch):
    monkeypatch.setattr(sampling, "BLOCK", 8)
    many = new().fit(mixed(), target="Class").sample(16, random_state=1)
    assert differ(many[:8], many[8:])


@pytest.mark.parametrize("n", [0, -1, 1.5, True, "3", None, np.nan])
def test_a_bad_number_of_rows_is_refused(new, plain, n):
    model = new().fit(plain(10, 10), target="Class")
    with pytest.raises(UsageError, match="n_samples"):
        model.sample(n)


# What is left alone


def test_the_callers_frame_is_not_touched(new, mixed, dtypes):
    for frame in (mixed(), dtypes):
        before = frame.copy(deep=True)
        rows = new().fit(frame, target="Class").sample(20)
        rows.iloc[:, 0] = rows.iloc[0, 0]
        pd.testing.assert_frame_equal(frame, before, check_exact=True)
        assert frame.index.equals(before.index)


def test_parameters_are_not_touched_and_the_schema_neither(new, plain):
    frame = plain(20, 20)
    model, schema = new(), sg.Schema.infer(frame, target="Class")
    before, text = model.get_params(), schema.to_json()
    model.fit(frame, schema=schema).sample(3)
    after = model.get_params()
    assert all(after[key] is value for key, value in before.items())
    assert before.keys() == after.keys()
    assert schema.to_json() == text


def test_a_clone_has_the_parameters_and_nothing_learnt(new, plain):
    model = new(7).fit(plain(20, 20), target="Class")
    copy = clone(model)
    assert copy.get_params() == model.get_params()
    with pytest.raises(NotFittedError):
        copy.sample(1)
    same(copy.fit(plain(20, 20), target="Class").sample(5), clone(model).fit(plain(20, 20), target="Class").sample(5))


def test_nothing_works_before_fit(new, tmp_path):
    with pytest.raises(NotFittedError, match="not fitted"):
        new().sample(3)
    with pytest.raises(NotFittedError, match="not fitted"):
        new().save(tmp_path / "model", include_real_rows=True)
    assert not (tmp_path / "model").exists()


def test_scikit_learns_checks(new):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = check_estimator(new(), on_fail=None, on_skip=None)
    failed = [f"{item['check_name']}: {item['exception']}" for item in found if item["status"] == "failed"]
    assert not failed
    assert sum(item["status"] == "passed" for item in found) >= 30


# Tables that are hard


def test_gaps_come_back_in_every_kind_and_nowhere_else(new, mixed):
    frame = mixed(300)
    frame["height"] = np.linspace(150, 199, 300).round(1)
    rows = new().fit(frame, target="Class").sample(600)
    for name in ["dose", "visits", "ward", "smoker", "seen"]:
        # 50 of 300 values are missing; within 15 standard errors of one sixth.
        assert 0 < rows[name].isna().mean() < 0.4, name
    assert rows["height"].notna().all()
    assert rows["Class"].notna().all()


def test_values_stay_in_the_columns_range_or_labels(new, mixed):
    frame = mixed(300)
    rows = new().fit(frame, target="Class").sample(300)
    assert set(rows["ward"].dropna()) == {"north", "south", "west"}
    assert set(rows["Class"]) == {0, 1}
    for name in ["dose", "visits", "seen"]:
        assert rows[name].min() >= frame[name].min()
        assert rows[name].max() <= frame[name].max()


@pytest.mark.parametrize("target", [None, "Class"])
def test_a_single_row_works_or_the_error_says_why(new, target):
    frame = pd.DataFrame({"dose": [1.5], "ward": ["north"], "Class": [1]})
    rows, words = rows_or_refusal(DataError, lambda: new().fit(frame, target=target).sample(3))
    if rows is None:
        assert len(words.split()) > 5
        assert "row" in words
    else:
        assert len(rows) == 3
        assert set(rows["Class"]) == {1}


def test_constant_columns_stay_constant(new, plain):
    frame = plain(30, 30).assign(number=2.5, whole=7, label="same", moment=pd.Timestamp("2024-01-01"))
    rows = new().fit(frame, target="Class").sample(50)
    for name in ("number", "whole", "label", "moment"):
        assert (rows[name] == frame[name].iloc[0]).all(), name
    assert list(rows.dtypes) == list(frame.dtypes)


def test_a_column_without_values_stays_without(new, plain):
    frame = plain(30, 30).assign(empty=np.nan, nothing=None)
    rows = new().fit(frame, target="Class").sample(50)
    assert rows[["empty", "nothing"]].isna().all(axis=None)


def test_one_column_and_no_target(new):
    rows = new().fit(pd.DataFrame({"x": np.arange(30) / 7})).sample(9)
    assert rows.shape == (9, 1)


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5])
def test_a_tiny_class_works_or_the_error_says_what_to_do(new, plain, size):
    frame = plain(60, size)
    rows, words = rows_or_refusal(
        DataError, lambda: new().fit(frame, target="Class").sample(12, conditions={"Class": 1})
    )
    if rows is None:
        assert "'Class'" in words
        assert any(word in words for word in ("Use", "use", "Drop", "ask for"))
    else:
        assert rows["Class"].tolist() == [1] * 12
        assert rows.notna().all(axis=None)


def test_identifiers_are_new_distinct_and_of_the_same_shape(new):
    n = 80
    frame = pd.DataFrame(
        {
            "patient_id": np.arange(1000, 1000 + n),
            "card": [f"AB-{i:05d}" for i in range(n)],
            "dose": np.random.default_rng(0).normal(size=n).round(3),
            "Class": np.arange(n) % 2,
        }
    )
    assert [str(c.kind) for c in sg.Schema.infer(frame)][:2] == ["identifier", "identifier"]
    rows = new().fit(frame, target="Class").sample(200)
    for name in ("patient_id", "card"):
        assert rows[name].is_unique
        assert not rows[name].isin(frame[name]).any()
    assert rows["card"].str.fullmatch(r"[A-Z]{2}-\d{5,}").all()
    assert pd.api.types.is_integer_dtype(rows["patient_id"])


def test_free_text_is_refused_with_words_and_without_its_content(new):
    frame = pd.DataFrame({"note": [f"SECRET patient {i} came in and left" for i in range(40)], "Class": [0, 1] * 20})
    with pytest.raises(DataError, match="'note' holds free text") as caught:
        new().fit(frame, target="Class")
    assert "SECRET" not in str(caught.value)
    assert all(f'"{way}"' in str(caught.value) for way in ("template", "mask", "drop", "augment"))


# Target


def test_a_missing_target_value_is_refused(new, plain):
    frame = plain(20, 20).astype({"Class": float})
    frame.loc[3, "Class"] = None
    with pytest.raises(DataError, match="'Class' is missing in 1 of 40 rows") as caught:
        new().fit(frame, target="Class")
    assert "dropna" in str(caught.value)


def test_an_unknown_target_is_refused(new, plain):
    with pytest.raises(UsageError, match="'Klass'"):
        new().fit(plain(10, 10), target="Klass")


def test_y_is_the_target_as_in_scikit_learn(new, plain):
    frame = plain(20, 20)
    x, y = frame.drop(columns="Class"), frame["Class"]
    rows = new().fit(x, y).sample(6)
    assert list(rows.columns) == [*x.columns, "Class"]
    same(rows, new().fit(frame, target="Class").sample(6))
    named = new().fit(x, y.to_numpy()).sample(6, conditions={"target": 1})
    assert named["target"].tolist() == [1] * 6


def test_y_that_contradicts_is_refused(new, plain):
    frame = plain(10, 10)
    with pytest.raises(UsageError, match="not both"):
        new().fit(frame, frame["Class"], target="Class")
    with pytest.raises(UsageError, match="'Class'"):
        new().fit(frame, frame["Class"])
    with pytest.raises((DataError, ValueError), match="20"):
        new().fit(frame.drop(columns="Class"), frame["Class"][:5])


def test_an_array_comes_back_as_an_array(new):
    x = np.random.default_rng(0).normal(size=(30, 2))
    rows = new().fit(x, np.arange(30) % 2).sample(5)
    assert isinstance(rows, np.ndarray)
    assert rows.shape == (5, 3)


# Conditions


@pytest.mark.parametrize("wanted", [1, [1], (1,), {1}, np.array([1]), "1", np.int64(1), 1.0])
def test_a_condition_holds_in_every_row_however_it_is_given(new, plain, wanted):
    model = new().fit(plain(40, 12, 12), target="Class")
    assert model.sample(9, conditions={"Class": wanted})["Class"].tolist() == [1] * 9


def test_a_condition_on_several_labels(new, plain):
    rows = new().fit(plain(40, 30, 30), target="Class").sample(200, conditions={"Class": [1, 2]})
    assert set(rows["Class"]) == {1, 2}


def test_conditions_on_text_and_boolean_targets(new, plain):
    frame = plain(20, 20)
    text = frame.assign(Class=np.where(frame["Class"] == 1, "sick", "well"))
    rows = new().fit(text, target="Class").sample(5, conditions={"Class": "sick"})
    assert rows["Class"].tolist() == ["sick"] * 5
    model = new().fit(frame.assign(Class=frame["Class"] == 1), target="Class")
    assert model.sample(5, conditions={"Class": True})["Class"].tolist() == [True] * 5
    assert model.sample(5, conditions={"Class": "False"})["Class"].tolist() == [False] * 5


@pytest.mark.parametrize(
    ("conditions", "names"),
    [
        ({"Class": 9}, "'Class'"),
        ({"Class": "no such label"}, "'Class'"),
        ({"Class": [0, 9]}, "'Class'"),
        ({"Class": []}, "'Class'"),
        ({"Class": None}, "'Class'"),
        ({"Klass": 1}, "'Klass'"),
        ({"hue": "red"}, "'hue'"),
        ({"Class": 1, "nowhere": 1}, "'nowhere'"),
    ],
)
def test_a_condition_that_cannot_be_met_names_the_column(new, plain, conditions, names):
    model = new().fit(plain(20, 20), target="Class")
    rows, words = rows_or_refusal(ConditionError, lambda: model.sample(5, conditions=conditions))
    if rows is None:
        assert names in words
    else:  # a generator may condition on other columns too, and then keeps to it
        assert list(conditions) == ["hue"]
        assert set(rows["hue"]) == {"red"}


def test_a_condition_needs_no_target(new, plain):
    frame = plain(20, 20)
    assert set(new().fit(frame).sample(2, conditions={"Class": 1})["Class"]) == {1}
    assert (new().fit(frame, target="a").sample(9, conditions={"a": "> 0"})["a"] > 0).all()


def test_a_label_that_no_row_has_cannot_be_asked_for(new, plain):
    frame = plain(20, 20)
    frame["Class"] = pd.Categorical(frame["Class"].map({0: "well", 1: "sick"}), ["well", "sick", "unseen"])
    model = new().fit(frame, target="Class")
    with pytest.raises(ConditionError, match="'Class'"):
        model.sample(3, conditions={"Class": "unseen"})
    assert set(model.sample(30)["Class"]) <= {"well", "sick"}


# The caller's types


def test_pandas_dtypes_come_back(new, dtypes):
    rows = new().fit(dtypes, target="Class").sample(40)
    assert rows.dtypes.to_dict() == dtypes.dtypes.to_dict()
    assert list(rows["category"].cat.categories) == ["low", "mid", "high"]
    assert rows["category"].cat.ordered
    made = rows["decimal"].dropna()
    assert made.map(type).eq(Decimal).all()
    assert made.map(lambda v: v.as_tuple().exponent).eq(-2).all()


def test_polars_comes_back(new, dtypes):
    frame = pl.from_pandas(dtypes.drop(columns="decimal")).with_columns(price=pl.col("int64").cast(pl.Decimal(10, 2)))
    rows = new().fit(frame, target="Class").sample(15)
    assert isinstance(rows, pl.DataFrame)
    assert rows.schema == frame.schema
    assert rows.height == 15


def test_arrow_comes_back(new, dtypes):
    table = pa.Table.from_pandas(dtypes, preserve_index=False)
    rows = new().fit(table, target="Class").sample(15)
    assert isinstance(rows, pa.Table)
    assert rows.schema.equals(table.schema)
    assert rows.num_rows == 15


def test_column_labels_that_are_not_text_come_back(new, plain):
    frame = plain(20, 20).rename(columns={"a": 0, "b": 1})
    assert list(new().fit(frame, target="Class").sample(2).columns) == [0, 1, "hue", "Class"]


# Saved models


def test_a_loaded_model_gives_the_same_bytes(new, mixed, tmp_path):
    model = new(5).fit(mixed(), target="Class")
    model.sample(3)  # so that the sequence stands in its middle
    loaded = sg.load_synthesizer(kept(model, tmp_path / "model"))
    assert type(loaded) is type(model)
    for _ in range(2):
        same(loaded.sample(30), model.sample(30))
    options = {"conditions": {"Class": 1}, "random_state": 2}
    same(loaded.sample(30, **options), model.sample(30, **options))
    a, b = loaded.sample(9, random_state=4), model.sample(9, random_state=4)
    assert a["dose"].to_numpy().tobytes() == b["dose"].to_numpy().tobytes()


def test_dtypes_come_back_from_a_loaded_model(new, dtypes, tmp_path):
    model = new(5).fit(dtypes, target="Class")
    loaded = sg.load_synthesizer(kept(model, tmp_path / "model"))
    same(loaded.sample(30), model.sample(30))


def test_a_folder_holds_no_pickle(new, mixed, tmp_path):
    folder = kept(new().fit(mixed(), target="Class"), tmp_path / "model")
    files = sorted(path.name for path in folder.rglob("*") if path.is_file())
    assert "model.json" in files
    assert {name.rpartition(".")[2] for name in files} <= {"json", "npz", "parquet"}
    for path in folder.glob("*.npz"):
        with np.load(path, allow_pickle=False) as arrays:
            assert all(arrays[key].dtype != object for key in arrays.files)
    assert sorted(item.name for item in tmp_path.iterdir()) == ["model"]


def test_real_rows_are_saved_only_when_asked_for(new, plain, tmp_path):
    model = new().fit(plain(20, 20), target="Class")
    if not model.holds_real_rows:
        model.save(tmp_path / "model")
        assert not list((tmp_path / "model").glob("*.parquet"))
        return
    with pytest.raises(UsageError, match="every real row"):
        model.save(tmp_path / "model")
    assert not (tmp_path / "model").exists()


def test_other_files_are_never_overwritten(new, plain, tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "thesis.txt").write_text("ten years")
    with pytest.raises(FileError):
        kept(new().fit(plain(20, 20), target="Class"), folder)
    assert (folder / "thesis.txt").read_text() == "ten years"


def test_a_model_may_be_saved_over_a_model(new, plain, tmp_path):
    kept(new(1).fit(plain(20, 20), target="Class"), tmp_path / "model")
    second = new(2).fit(plain(20, 20), target="Class")
    kept(second, tmp_path / "model")
    same(sg.load_synthesizer(tmp_path / "model").sample(5), second.sample(5))


def _edit(**changes):
    def change(folder):
        document = json.loads((folder / "model.json").read_text())
        for key, value in changes.items():
            if value is None:
                del document[key]
            else:
                document[key] = value
        (folder / "model.json").write_text(json.dumps(document))

    return change


def _cut(pattern):
    def change(folder):
        for path in folder.glob(pattern):
            path.write_bytes(path.read_bytes()[:40])

    return change


BREAKS = {
    "no folder": shutil.rmtree,
    "no model.json": lambda folder: (folder / "model.json").unlink(),
    "cut model.json": _cut("model.json"),
    "a list": lambda folder: (folder / "model.json").write_text("[1, 2]"),
    "an empty object": lambda folder: (folder / "model.json").write_text("{}"),
    "no arrays": lambda folder: (folder / "arrays.npz").unlink(),
    "cut arrays": _cut("arrays.npz"),
    "another format": _edit(synthgen_model=999),
    "another generator": _edit(generator="PickleSynthesizer"),
    "no generator": _edit(generator=None),
    "no seed": _edit(seed=None),
    "no schema": _edit(schema=None),
    "no state": _edit(state=None),
    "unknown parameter": _edit(parameters={"colour": "red"}),
}


@pytest.mark.parametrize("how", BREAKS)
def test_a_broken_folder_is_a_file_error(new, plain, tmp_path, how):
    folder = kept(new().fit(plain(20, 20), target="Class"), tmp_path / "model")
    BREAKS[how](folder)
    with pytest.raises(FileError, match="model"):
        sg.load_synthesizer(folder)


def test_every_error_is_one_of_synthgens(new):
    for bad in (pd.DataFrame(), pd.DataFrame({"x": []}), "no_such_file.csv", pd.DataFrame({"x": [1.0, np.inf, 3.0]})):
        with pytest.raises(SynthgenError):
            new().fit(bad)
