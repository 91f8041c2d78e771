"""Short codes: shared parts stay and follow a label, all others are made anew in their shape."""

import json
import re

import numpy as np
import pandas as pd
import pytest

from synthgen.table.text.codes import Codes


def rng(seed=0):
    return np.random.default_rng(seed)


def articles(n=600):
    """Codes whose prefix follows the department, with a number of their own and one of three endings."""
    draw = rng()
    part = draw.integers(0, 2, n)
    parts = zip(part, draw.permutation(np.arange(1_000, 1_000 + n)), draw.choice(list("xyz"), n), strict=True)
    codes = [f"{('TV', 'BOOK')[p]}-{number}/{ending}" for p, number, ending in parts]
    return codes, pd.DataFrame({"noise": draw.integers(0, 5, n).astype(float), "part": part.astype(float)})


def learn(codes, levels=None, people=None, **options):
    people = np.arange(len(codes)) if people is None else people
    return Codes.learn(codes, people, pd.DataFrame(index=range(len(codes))) if levels is None else levels, **options)


def test_prefixes_follow_their_label_and_numbers_are_new():
    codes, levels = articles()
    model = learn(codes, levels)
    assert model.column == "part"
    made = model.draw(levels, rng(1), frozenset(codes))
    assert all(re.fullmatch(r"(TV|BOOK)-\d{4}/[xyz]", code) for code in made)
    assert [code.startswith("BOOK") for code in made] == (levels["part"] == 1).tolist()
    assert not set(made) & set(codes)
    ends = pd.Series([code[-1] for code in made]).value_counts(normalize=True)
    assert ends.min() > 0.25


def test_parts_that_fewer_than_ten_have_are_not_kept():
    codes = ["AB-1"] * 9 + ["CD-1"] * 10 + [f"{a}{b}-1" for a in "EFGHI" for b in "KLMNO"]
    stored = json.dumps(learn(codes).to_state())
    assert "AB" not in stored
    assert "CD" in stored
    # Of one person each part counts once.
    assert "CD" not in json.dumps(learn(codes, people=np.array([*range(9), *[9] * 10, *range(10, 35)])).to_state())


def test_shapes_have_their_shares():
    codes = [f"{k:03d}" for k in range(100, 400)] + [f"{k:05d}" for k in range(10_000, 10_100)]
    made = learn(codes).draw(pd.DataFrame(index=range(2_000)), rng())
    assert {len(code) for code in made} == {3, 5}
    assert np.mean([len(code) == 5 for code in made]) == pytest.approx(0.25, abs=0.03)


def test_where_no_shape_is_common_the_typical_length_is_made():
    codes = [f"A-{'7' * k}" for k in range(1, 10) for _ in range(5)]
    made = learn(codes).draw(pd.DataFrame(index=range(50)), rng())
    assert {re.sub(r"\d", "9", code) for code in made} == {"A-99999"}


def test_empty_codes_and_missing_labels():
    codes, levels = articles()
    codes[::3] = [""] * len(codes[::3])
    levels.loc[::5, "part"] = np.nan
    made = learn(codes, levels).draw(levels, rng())
    assert 0.2 < np.mean([not code for code in made]) < 0.5


def test_a_saved_model_makes_the_same_codes():
    codes, levels = articles()
    model = learn(codes, levels)
    again = Codes.from_state(json.loads(json.dumps(model.to_state())))
    assert again.draw(levels, rng(2)) == model.draw(levels, rng(2))
