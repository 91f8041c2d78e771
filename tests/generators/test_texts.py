"""Free text in every generator: what the caller says is done with it, and nothing real comes out of it."""

import json
from functools import cache

import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from synthgen.errors import DataError, UsageError
from synthgen.generators import GENERATORS
from synthgen.generators.texts import MASK
from synthgen.guarantee import RowSource
from tests.real_runs import repeating, reviews

NAMES = sorted(
    name for name, kind in GENERATORS.items()
    if name not in ("sdv", "dp_marginals") and "text" in kind().get_params()
)  # fmt: skip
"""All that make texts: sdv has tests of its own, and dp_marginals can only leave text out."""


@cache
def shop(n=400):
    frame = reviews(n)
    frame.loc[::10, "review"] = None
    return frame


def fitted(name, text, frame=None):
    return GENERATORS[name](text=text, random_state=0).fit(shop() if frame is None else frame, target="stars")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("text", ["template", "mask", "augment", "drop"])
def test_every_generator_does_as_it_is_told(name, text, tmp_path):
    model = fitted(name, text)
    made = model.sample(200, random_state=1)
    columns = [column for column in shop() if column != "review" or text != "drop"]
    assert list(made.columns) == columns
    model.save(tmp_path / "model", include_real_rows=True)
    pd.testing.assert_frame_equal(sg.load_synthesizer(tmp_path / "model").sample(200, random_state=1), made)
    if text == "drop":
        return
    assert made["review"].dtype == shop()["review"].dtype
    assert 0.03 < made["review"].isna().mean() < 0.2
    known = made["review"].dropna()
    if text == "mask":
        assert set(known) == {MASK}
    found = repeating(known, shop()["review"].dropna())
    # The control: a few words changed leave the others as they were.
    assert (len(found) > 50) if text == "augment" else not found


@pytest.mark.parametrize("name", NAMES)
def test_texts_go_with_the_class_that_is_asked_for(name):
    for text in ("template", "augment"):
        made = fitted(name, text).sample(150, conditions={"stars": "bad"}, random_state=1)
        said = " ".join(made["review"].dropna())
        assert said.count("hate") > 5 * said.count("love")


def test_texts_that_are_given_stay():
    model = fitted("gaussian_copula", "template")
    asked = pd.DataFrame({"review": ["mine", None, "also mine"], "price": shop()["price"].head(3)})
    made = model.sample(conditions=asked, random_state=0)
    assert made["review"].iloc[[0, 2]].tolist() == ["mine", "also mine"]
    assert made["review"].iloc[1] not in ("mine", "also mine")


def test_gaps_are_filled_where_none_are_wanted():
    assert fitted("gaussian_copula", "template").sample(200, missing="none")["review"].notna().all()


def test_the_other_columns_do_not_depend_on_what_is_said_about_text():
    rows = [fitted("gaussian_copula", text).sample(50, random_state=3).drop(columns="review", errors="ignore")
            for text in ("template", "mask", "augment", "drop")]  # fmt: skip
    for other in rows[1:]:
        pd.testing.assert_frame_equal(rows[0], other)


def test_one_way_for_each_column():
    frame = shop().assign(note=lambda f: f["review"].str[::-1], secret=lambda f: f["review"])
    ways = {"review": "template", "note": "drop", "secret": {"augment": {"kettle": ["pot"]}}}
    made = fitted("gaussian_copula", ways, frame).sample(100)
    assert list(made.columns) == ["review", "stars", "price", "secret"]
    assert not repeating(made["review"], frame["review"])
    assert repeating(made["secret"], frame["review"])
    with pytest.raises(DataError, match="'note', 'secret' holds free text"):
        fitted("gaussian_copula", {"review": "template"}, frame)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("synonyms", "text must be one of refuse, drop"),
        ({"review": 3}, "text must be one of"),
        ({"reviews": "mask"}, "column 'reviews', which the table doesn't have"),
        ({"price": "mask"}, "column 'price', which is continuous"),
        ({"review": {"augment": {"a": "b"}}}, "lists of words"),
    ],
)
def test_what_says_nothing_about_text_is_refused(text, words):
    with pytest.raises(UsageError, match=words):
        fitted("gaussian_copula", text)


def test_a_table_without_text_takes_any_way():
    frame = shop().drop(columns="review")
    for text in ("refuse", "template", "augment"):
        assert len(fitted("gaussian_copula", text, frame).sample(5)) == 5


def test_a_model_that_changes_real_texts_says_so(tmp_path):
    model = fitted("gaussian_copula", "augment")
    assert model.made_from is RowSource.SINGLE_ROW
    with pytest.raises(UsageError, match="every real text"):
        model.save(tmp_path / "model")
    for text in ("template", "mask"):
        assert fitted("gaussian_copula", text).made_from is RowSource.MODEL


def test_a_saved_template_holds_no_real_text(tmp_path):
    fitted("gaussian_copula", "template").save(tmp_path / "model")
    document = json.loads((tmp_path / "model" / "model.json").read_text(encoding="utf-8"))
    said = document["texts"][0]["state"]
    assert not any(" " in word.strip() for word in said["words"])
    stored = (tmp_path / "model" / "model.json").read_text(encoding="utf-8")
    known = shop()["review"].dropna()
    assert not any(text in stored for text in known)
    addresses = known.str.extractall(r"(\S+@\S+)")[0]
    assert len(addresses) > 50 and not any(address in stored for address in addresses)


def test_codes_are_made_by_their_parts():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"stars": np.repeat(["good", "bad"], 200), "price": rng.gamma(2, 9, 400).round(2)})
    first = frame["stars"].map({"good": "TV-", "bad": "B-"})
    frame["article"] = first + pd.Series(range(1_000, 1_400)).astype(str)
    schema = sg.Schema.infer(frame, target="stars").with_column("article", kind="text", role="feature")
    made = GENERATORS["gaussian_copula"](text="template", random_state=0).fit(frame, schema=schema).sample(300)
    assert made["article"].str.fullmatch(r"(TV|B)-\d{4}").all()
    assert (made["article"].str.startswith("TV") == (made["stars"] == "good")).all()
