"""A table with free text, in one call: no real sentence in any result, whatever the rows are for."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from synthgen.errors import DataError, UsageError
from synthgen.guarantee import RowSource
from tests.real_runs import repeating, reviews

FOLDER = Path(__file__).parents[3] / "shared" / "data"


@pytest.fixture(scope="module")
def shop():
    frame = reviews(800)
    frame.loc[::20, "review"] = None
    return frame


def run(frame, text, generator="gaussian_copula", **options):
    return sg.synthesize(
        frame, target="stars", generator=generator, generator_options={"text": text}, n_samples=400, gate=None,
        random_state=0, progress=False, **options,
    )  # fmt: skip


@pytest.mark.parametrize("purpose", ["augment", "release"])
def test_no_real_sentence_comes_out(shop, purpose):
    result = run(shop, "template", purpose=purpose)
    made = result.synthetic["review"]
    known = shop["review"].dropna()
    assert not repeating(made, known)
    assert not set(made.dropna()) & set(known[known.map(known.value_counts()) < 10])
    assert made.str.split().str.len().mean() > 8
    assert any("'review' has new texts" in words for words in result.provenance.warnings)
    assert result.synthetic.columns.tolist() == shop.columns.tolist()


def test_refused_by_default_with_what_to_say(shop):
    with pytest.raises(DataError, match=r"'review' holds free text.*\"template\".*\"mask\".*\"drop\".*\"augment\""):
        sg.synthesize(shop, target="stars", progress=False)


def test_a_dropped_column_is_in_no_table(shop):
    result = run(shop, "drop")
    for table in (result.data, result.synthetic, *result.for_evaluation()):
        assert "review" not in table.columns
    assert any("'review' is left out" in words for words in result.provenance.warnings)
    assert "review" in shop.columns


def test_changed_real_texts_are_no_release(shop):
    with pytest.raises(UsageError, match=r"'review'.*isn't for release"):
        run(shop, "augment", purpose="release")
    result = run(shop, "augment")
    assert result.provenance.generator_words == RowSource.SINGLE_ROW
    # The control of the search: a few words changed leave six in a row.
    assert len(repeating(result.synthetic["review"], shop["review"].dropna())) > 100


def test_labels_stay_with_the_texts_that_are_changed(shop):
    made = run(shop, "augment").synthetic.dropna()
    for stars, own, other in (("good", "love", "hate"), ("bad", "hate", "love")):
        said = " ".join(made.loc[made["stars"] == stars, "review"])
        assert said.count(own) > 50 and not said.count(other)


def test_auto_takes_a_way_with_text_and_no_other_option(shop):
    result = run(shop.head(150), "mask", generator="auto")
    assert set(result.synthetic["review"].dropna()) == {"[text]"}
    with pytest.raises(UsageError, match="generator_options but text"):
        sg.synthesize(shop, generator_options={"text": "mask", "preset": "turbo"}, progress=False)
    with pytest.raises(UsageError, match="text must be one of"):
        sg.synthesize(shop, generator_options={"text": "maks"}, progress=False)


def test_on_the_command_line(shop, tmp_path):
    from typer.testing import CliRunner

    from synthgen.cli import app

    shop.to_csv(tmp_path / "shop.csv", index=False)
    words = ["--target", "stars", "--generator", "gaussian_copula", "--option", "text=mask", "--n-samples", "900"]
    words += ["--out", str(tmp_path / "made.csv"), "--seed", "0", "--quiet", "--gate", "none"]
    said = CliRunner().invoke(app, ["synthesize", str(tmp_path / "shop.csv"), *words])
    assert said.exit_code == 0, said.output
    made = pd.read_csv(tmp_path / "made.csv")
    assert (made.loc[made["is_synthetic"] == 1, "review"].dropna() == "[text]").all()


@pytest.mark.slow
@pytest.mark.parametrize("generator", ["tree", "gaussian_copula", "smote", "jitter"])
def test_titles_of_a_real_table(generator):
    path = FOLDER / "airbnb_london.csv.gz"
    if not path.exists():
        pytest.skip(f"{path.name} isn't here")
    frame = pd.read_csv(path).sample(6_000, random_state=0).reset_index(drop=True)
    options = {"text": "template", **({"preset": "turbo"} if generator == "tree" else {})}
    result = sg.synthesize(
        frame, target="room_type", generator=generator, generator_options=options, n_samples=3_000, gate=None,
        random_state=0, progress=False,
    )  # fmt: skip
    made, real = result.synthetic["title"].dropna(), frame["title"].dropna()
    assert not repeating(made, real)
    assert not set(made.str.casefold()) & set(real[~real.duplicated(keep=False)].str.casefold())
    sizes = [texts.str.split().str.len() for texts in (made, real)]
    assert abs(sizes[0].mean() / sizes[1].mean() - 1) < 0.2
    private = made[result.synthetic["room_type"] == "Private room"]
    whole = made[result.synthetic["room_type"] == "Entire home/apt"]
    assert np.mean(private.str.contains("room", case=False)) > 1.5 * np.mean(whole.str.contains(" room", case=False))
