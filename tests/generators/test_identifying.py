"""Identifiers are shared by as many synthetic rows as real ones are, and are nobody's."""

import numpy as np
import pandas as pd
import pytest

from synthgen.errors import DataError, UsageError
from synthgen.generators import GENERATORS
from synthgen.generators.identifying import avoiding, holder_of_rows, learn_holders
from synthgen.table import Kind, infer_schema
from synthgen.table.check_digits import CHECKS
from synthgen.table.kinds.identifier import draw


def rng(seed=0):
    return np.random.default_rng(seed)


def ids(*sizes):
    return pd.Series([f"P{number}" for number, size in enumerate(sizes) for _ in range(size)], dtype=object)


def test_sizes_are_counted_by_hand():
    assert learn_holders(ids(*[1] * 30, *[3] * 10)) == [[1.0, 0.75], [3.0, 0.25]]
    assert learn_holders(ids(*[1] * 30)) == [[1.0, 1.0]]
    assert learn_holders(pd.Series([None, None], dtype=object)) == [[1.0, 1.0]]


def test_sizes_that_fewer_than_ten_have_are_taken_together():
    # One has 100 rows, nine have 10: together ten that have 19 on average.
    assert learn_holders(ids(*[1] * 10, *[10] * 9, 100)) == [[1.0, 0.5], [19.0, 0.5]]
    # Nine that have two rows join those that have one.
    assert learn_holders(ids(*[1] * 11, *[2] * 9)) == [[29 / 20, 1.0]]
    # In a table of few subjects nothing but the mean is learnt.
    assert learn_holders(ids(5, 7, 9)) == [[7.0, 1.0]]


def test_as_many_rows_share_a_value_as_was_learnt():
    whose = holder_of_rows([[1.0, 0.5], [4.0, 0.5]], 50_000, rng())
    sizes = np.bincount(whose)[:-1]
    assert len(whose) == 50_000 and (np.diff(whose) >= 0).all()
    assert set(sizes) == {1, 4}
    assert abs((sizes == 1).mean() - 0.5) < 0.02
    whose = holder_of_rows([[2.5, 1.0]], 50_000, rng())
    assert set(np.bincount(whose)[:-1]) == {2, 3} and abs(np.bincount(whose).mean() - 2.5) < 0.02


def visits(n=200):
    """A table of several rows for each patient, who has a name and a mail address."""
    sizes = rng().integers(1, 5, n)
    who = np.repeat(np.arange(n), sizes)
    return pd.DataFrame(
        {
            "patient_id": [f"A{number:05d}" for number in who],
            "called": [f"Name{number} Person{number}" for number in who],
            "mail": [f"p{number}@mail.test" for number in who],
            "dose": rng(1).gamma(2, 3, len(who)).round(2),
        }
    )


def made_up_visits():
    schema = infer_schema(visits(), subject="patient_id")
    schema = schema.with_column("called", kind=Kind.IDENTIFIER, faker="name")
    return schema.with_column("mail", kind=Kind.IDENTIFIER, faker="email")


def test_all_rows_of_a_subject_have_its_name():
    model = GENERATORS["gaussian_copula"](random_state=0).fit(visits(), schema=made_up_visits())
    made = model.sample(600)
    assert (made.groupby("patient_id")[["called", "mail"]].nunique() == 1).all(axis=None)
    assert 220 < made["patient_id"].nunique() < 260  # 600 / 2.5
    # A mail address is one subject's; a name may be that of two.
    assert made["mail"].nunique() == made["patient_id"].nunique()
    first = made["called"].str.split(" ").str[0].str.lower()
    assert [mail.startswith(name) for mail, name in zip(made["mail"], first, strict=True)].count(False) < 30


def test_gaps_are_as_many_as_real_ones_and_leave_the_sizes_alone():
    frame = visits(400)
    frame.loc[rng(2).random(len(frame)) < 0.5, "patient_id"] = None
    real = frame["patient_id"].value_counts()
    model = GENERATORS["jitter"](random_state=0).fit(frame.drop(columns=["called", "mail"]))
    made = model.sample(4000)["patient_id"]
    assert abs(made.isna().mean() - frame["patient_id"].isna().mean()) < 0.03
    assert abs(made.value_counts().mean() - real.mean()) < 0.1


def test_what_is_avoided_is_not_drawn_and_not_kept():
    codes = draw("99999999", 8_000, rng(), check="ean")
    frame = pd.DataFrame({"ean_no": codes, "x": rng().normal(size=8_000)})
    model = GENERATORS["jitter"](random_state=0).fit(frame)
    free = model.sample(8_000, random_state=1)["ean_no"]
    assert set(free) & set(codes)  # the control: of 10⁷ numbers, 8,000 are real
    with avoiding(model, frame):
        first, second = (model.sample(8_000, random_state=seed)["ean_no"] for seed in (1, 2))
    assert not set(first) & set(codes) and not set(second) & set(codes)
    assert not set(first) & set(second) and first.is_unique
    assert all(CHECKS["ean"].is_valid(code) for code in first[:500])
    assert model._taken == {}


def test_a_declared_identifier_gets_the_shape_of_its_values():
    frame = pd.DataFrame({"ward": ["N-1", "S-2", "E-3"] * 20, "x": np.arange(60.0) ** 1.5})
    schema = infer_schema(frame).with_column("ward", kind="identifier")
    model = GENERATORS["jitter"](random_state=0).fit(frame, schema=schema)
    made = model.sample(40)["ward"]
    assert model.schema_["ward"].pattern == "A-9"
    assert made.str.fullmatch(r"[A-Z]-\d+").all()
    assert made.nunique() < 20  # three values have twenty rows each


def test_a_table_of_nothing_but_identifiers_is_refused():
    frame = pd.DataFrame({"key": [f"K{number}" for number in range(40)], "number": np.arange(40)})
    for name in ("jitter", "smote", "gaussian_copula", "tree"):
        with pytest.raises(DataError, match="'key', 'number' identify them, and there is no other column"):
            GENERATORS[name]().fit(frame)


def test_check_digits_that_there_are_not_are_refused_when_fitting():
    frame = pd.DataFrame({"key": [f"K{number}" for number in range(40)], "x": np.linspace(0, 1, 40)})
    schema = infer_schema(frame).with_column("key", kind="identifier", check="luhm")
    with pytest.raises(UsageError, match="no check digits called 'luhm'"):
        GENERATORS["gaussian_copula"]().fit(frame, schema=schema)
