"""The same value has the same pseudonym under a key, and no other way leads back to it."""

import numpy as np
import pandas as pd
import pytest

from synthgen.errors import DataError, UsageError
from synthgen.table.check_digits import CHECKS
from synthgen.table.kinds.identifier import draw
from synthgen.table.pseudonyms import pseudonymise

KEY, OTHER = b"k" * 32, b"l" * 32


def table(n=60):
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "who": np.repeat([f"Person {number}" for number in range(n // 2)], 2),
            "card": draw("9999999999999999", n, rng, check="card"),
            "number": np.arange(1000, 1000 + n),
            "dose": rng.gamma(2, 3, n),
        },
        index=range(5, 5 + n),
    )


def test_the_same_value_has_the_same_pseudonym_and_nothing_else_changes():
    frame = table()
    before = frame.copy()
    made = pseudonymise(frame, ["who", "card", "number"], key=KEY)
    pd.testing.assert_frame_equal(frame, before)
    pd.testing.assert_series_equal(made["dose"], frame["dose"])
    assert (made.dtypes == frame.dtypes).all() and made.index.equals(frame.index)
    for name in ("who", "card", "number"):
        pairs = set(zip(frame[name], made[name], strict=True))
        assert len(pairs) == frame[name].nunique() == made[name].nunique()
        assert not set(made[name]) & set(frame[name])
    assert made["card"].map(CHECKS["card"].is_valid).all()


def test_pseudonyms_follow_from_the_key_the_column_and_the_value():
    frame = table()
    made = pseudonymise(frame, ["who", "number"], key=KEY)
    pd.testing.assert_frame_equal(made, pseudonymise(frame, ["number", "who"], key=KEY))
    # Other rows, in another order, change nothing.
    some = pseudonymise(frame.iloc[::-3], ["who", "number"], key=KEY)
    pd.testing.assert_frame_equal(some, made.iloc[::-3])
    assert not set(pseudonymise(frame, ["number"], key=OTHER)["number"]) & set(made["number"])
    same = frame.assign(also=frame["number"])
    both = pseudonymise(same, ["number", "also"], key=KEY)
    assert not set(both["number"]) & set(both["also"])


def test_gaps_stay_gaps():
    frame = table()
    frame.loc[7, "who"] = None
    made = pseudonymise(frame, ["who"], key=KEY)
    assert made["who"].isna().tolist() == frame["who"].isna().tolist()


@pytest.mark.parametrize(
    ("columns", "key", "kind", "words"),
    [
        (["who"], b"short", UsageError, "16 or more"),
        (["who"], "k" * 32, UsageError, "must be bytes"),
        ("who", KEY, UsageError, "list of names"),
        (["whom"], KEY, UsageError, "'whom'"),
        (["dose"], KEY, DataError, "'dose' is continuous"),
    ],
)
def test_what_cannot_be_done_is_refused(columns, key, kind, words):
    with pytest.raises(kind, match=words) as caught:
        pseudonymise(table(), columns, key=key)
    assert "k" * 32 not in str(caught.value)
