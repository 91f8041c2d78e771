"""Every generator keeps every declared rule, under every sort of condition and with gaps as asked."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import synthgen as sg
from synthgen.errors import ConstraintError, MissingExtraError, UsageError
from synthgen.generators import GENERATORS
from synthgen.table import constraints as rules
from synthgen.table import encode
from synthgen.table.constraints.ruleset import rows_of

N = 60
CITIES = {"Oslo": "NO", "Bergen": "NO", "Rome": "IT", "Milan": "IT", "Paris": "FR"}
PAID = ["cash", "card", "transfer"]


def orders(n: int = 500, seed: int = 0) -> pd.DataFrame:
    """Orders that keep a rule of every sort, but for one row in fifty that breaks one."""
    rng = np.random.default_rng(seed)
    late = rng.random(n) < 0.3
    ordered = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 400, n), unit="D")
    place = rng.permutation(1_500)[:n]
    paid = np.eye(3, dtype=int)[rng.integers(0, 3, n)]
    frame = pd.DataFrame(
        {
            "ordered": ordered,
            "shipped": ordered + pd.to_timedelta(1 + rng.poisson(3 + 6 * late), unit="D"),
            "price": np.round(rng.gamma(2, 8, n) + 1, 2),
            "quantity": 1 + rng.poisson(2, n),
            "casual": rng.poisson(4, n),
            "registered": rng.poisson(20 + 10 * late),
            "city": rng.choice(list(CITIES), n),
            "status": rng.choice(["closed", "open", "lost"], n, p=[0.5, 0.3, 0.2]),
            "age": rng.integers(18, 80, n),
            "weight": np.round(rng.exponential(5, n) + 0.1, 1),
            "code": rng.choice(["A1", "B2", "C3"], n),
            "room": place // 30,
            "day": place % 30,
            "meter": rng.choice(["m1", "m2", "m3"], n),
            "reading": np.sort(rng.integers(0, 9_000, n)),
            "low": np.round(rng.normal(10, 2, n), 2),
            "dose": np.where(rng.random(n) < 0.2 + 0.3 * late, np.nan, np.round(rng.gamma(2, 5, n), 1)),
            "Class": late.astype(int),
        }
    )
    frame["total"] = (frame["price"] * frame["quantity"]).round(2)
    frame["cnt"] = frame["casual"] + frame["registered"]
    frame["country"] = frame["city"].map(CITIES)
    frame[PAID] = paid
    frame["discharge"] = np.where(frame["status"] == "closed", rng.integers(1, 30, n).astype(float), np.nan)
    frame["high"] = (frame["low"] * rng.uniform(1, 1.9, n)).round(2)
    wrong = rng.random(n) < 0.02
    frame.loc[wrong, "shipped"] = frame.loc[wrong, "ordered"] - pd.Timedelta(days=2)
    return frame


def doubled(rows: pd.DataFrame) -> pd.Series:
    return rows["high"] <= 2 * rows["low"]


def halved(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(high=(1.5 * rows["low"]).round(2))


DECLARED = {
    "Inequality": rules.Inequality("ordered", "shipped", strict=True),
    "Range": rules.Range("age", 18, 80, closed="low"),
    "Positive": rules.Positive("weight"),
    "Linear": rules.Linear("cnt", ["casual", "registered"]),
    "Formula": rules.Formula("total", "price * quantity"),
    "FixedCombinations": rules.FixedCombinations(["city", "status", "code"]),
    "FunctionalDependency": rules.FunctionalDependency("city", "country"),
    "OneHot": rules.OneHot(PAID),
    "When": rules.When({"status": "closed"}, {"discharge": "not null"}),
    "Pattern": rules.Pattern("code", r"[AC]\d"),
    "Unique": rules.Unique(["room", "day"]),
    "Monotone": rules.Monotone("reading", by="meter"),
    "Predicate": rules.Predicate(["low", "high"], doubled, halved, name="high <= 2 * low"),
}


def kept_in(rows: pd.DataFrame, real: pd.DataFrame) -> dict[str, bool]:
    """Whether all rows keep each rule, said in pandas and not by the rules themselves."""
    together = ["city", "status", "code"]
    known = set(real.loc[real["code"] != "B2", together].itertuples(index=False, name=None))
    return {
        "Inequality": bool((rows["ordered"] < rows["shipped"]).all()),
        "Range": bool(rows["age"].between(18, 80, inclusive="left").all()),
        "Positive": bool((rows["weight"] > 0).all()),
        "Linear": bool((rows["cnt"] == rows["casual"] + rows["registered"]).all()),
        "Formula": bool(((rows["total"] - rows["price"] * rows["quantity"]).abs() < 0.0051).all()),
        "FixedCombinations": set(rows[together].itertuples(index=False, name=None)) <= known,
        "FunctionalDependency": bool((rows["country"] == rows["city"].map(CITIES)).all()),
        "OneHot": bool((rows[PAID].isin([0, 1]).all(axis=1) & (rows[PAID].sum(axis=1) == 1)).all()),
        "When": bool(rows.loc[rows["status"] == "closed", "discharge"].notna().all()),
        "Pattern": bool(rows["code"].str.fullmatch(r"[AC]\d").all()),
        "Unique": not rows.duplicated(["room", "day"]).any(),
        "Monotone": bool(rows.groupby("meter")["reading"].apply(lambda values: values.is_monotonic_increasing).all()),
        "Predicate": bool(doubled(rows).all()),
    }


CONDITIONS = {
    "nothing": (None, lambda rows: True),
    "the target": ({"Class": 1}, lambda rows: (rows["Class"] == 1).all()),
    "a sum and a label": (
        {"cnt": ">= 25", "city": ["Rome", "Oslo"]},
        lambda rows: (rows["cnt"] >= 25).all() and rows["city"].isin(["Rome", "Oslo"]).all(),
    ),
    "a product and a date": (
        {"total": "> 20 and <= 90", "shipped": ">= 2024-06-01"},
        lambda rows: rows["total"].between(20.005, 90).all() and (rows["shipped"] >= pd.Timestamp("2024-06-01")).all(),
    ),
    "a gap": ({"dose": None, "Class": 0}, lambda rows: rows["dose"].isna().all() and (rows["Class"] == 0).all()),
}


# Some rules here are learnt from the rows, which a generator that only measures refuses.
LEARNERS = [name for name in sorted(GENERATORS) if not GENERATORS[name].learns_only_by_measuring]


@cache
def fitted(name: str):
    """Each generator once, with all rules; None where its optional package is missing."""
    real = orders()
    schema = sg.Schema.infer(real, target="Class").with_constraints(*DECLARED.values())
    options = {"preset": "turbo", "order": list(real.columns)} if name == "tree" else {}
    try:
        return GENERATORS[name](**options, random_state=0).fit(real, schema=schema)
    except MissingExtraError:
        return None


@pytest.fixture(scope="module", params=LEARNERS)
def model(request):
    return model_of(request.param)


def model_of(name: str):
    found = fitted(name)
    if found is None:
        pytest.skip(f"the optional package of {name!r} isn't installed")
    return found


def cells():
    """Each generator with each condition and each way with gaps; every third one is quick."""
    ways = ["keep", "none", "like"]
    for i, name in enumerate(LEARNERS):
        for j, asked in enumerate([*CONDITIONS, "partial rows"]):
            for k, missing in enumerate(ways):
                quick = (i + j + k) % len(ways) == 0
                yield pytest.param(name, asked, missing, marks=[] if quick else pytest.mark.slow)


def broken_in(rows: pd.DataFrame) -> list[str]:
    return [name for name, is_kept in kept_in(rows, orders()).items() if not is_kept]


def gaps_as_asked(rows: pd.DataFrame, missing: str, asked: dict) -> bool:
    """With "none" only those that a condition asks for; else where orders aren't closed, and only there."""
    if missing == "none":
        return bool(rows.drop(columns=[name for name, value in asked.items() if value is None]).notna().all(axis=None))
    return bool((rows["discharge"].isna() == (rows["status"] != "closed")).all())


def test_the_checks_of_this_file_find_what_is_broken():
    real = orders()
    real = real[(real["ordered"] < real["shipped"]) & real["code"].ne("B2")].sort_values("reading")
    assert broken_in(real) == []
    assert gaps_as_asked(real, "keep", {})
    spoilt = real.assign(
        shipped=real["ordered"], age=80, weight=0.0, cnt=real["cnt"] + 1, total=real["total"] + 0.01, city="Rome",
        country="NO", cash=1, card=1, discharge=np.nan, code="B2", room=1, day=1, high=99.0, status="closed",
        reading=real["reading"].to_numpy()[::-1],
    )  # fmt: skip
    assert sorted(broken_in(spoilt)) == sorted(DECLARED)


def test_all_sorts_of_rules_are_in_this_matrix():
    assert set(DECLARED) == set(rules.CONSTRAINTS)


@pytest.mark.parametrize(("name", "asked", "missing"), list(cells()))
def test_rules_conditions_counts_and_gaps(name, asked, missing):
    if asked == "partial rows":
        partial_rows_are_completed_by_the_rules(name, missing)
        return
    conditions, met = CONDITIONS[asked]
    rows = model_of(name).sample(N, conditions=conditions, missing=missing, random_state=3)
    assert len(rows) == N
    assert broken_in(rows) == []
    assert met(rows)
    assert gaps_as_asked(rows, missing, conditions or {})
    assert rows.dtypes.to_dict() == orders().dtypes.to_dict()


def partial_rows_are_completed_by_the_rules(name: str, missing: str) -> None:
    real = orders(60, seed=5)
    real = real[(real["ordered"] < real["shipped"]) & real["code"].ne("B2")].head(N // 2)
    partial = real[["city", "cnt", "ordered", "total", "Class"]].reset_index(drop=True)
    partial.loc[::3, ["cnt", "total"]] = None
    partial.loc[1::3, "city"] = None
    rows = model_of(name).sample(conditions=partial, missing=missing, random_state=3)
    known = partial.notna()
    assert broken_in(rows) == []
    assert (rows[list(partial)].where(known) == partial.where(known)).where(known, True).all(axis=None)
    assert gaps_as_asked(rows, missing, {})
    assert rows.dtypes.to_dict() == orders().dtypes.to_dict()


def test_the_same_seed_gives_the_same_rows(model):
    drawn = [model.sample(20, conditions={"cnt": ">= 20"}, missing="like", random_state=seed) for seed in (4, 4, 5)]
    pd.testing.assert_frame_equal(drawn[0], drawn[1], check_exact=True)
    assert not drawn[0].equals(drawn[2])


def test_the_same_seed_completes_the_same_rows(model):
    partial = pd.DataFrame({"cnt": [20, 30, None], "city": ["Rome", None, "Oslo"]})
    drawn = [model.sample(conditions=partial, random_state=4) for _ in range(2)]
    pd.testing.assert_frame_equal(drawn[0], drawn[1], check_exact=True)


@pytest.mark.slow
def test_gaps_of_real_rows_are_learnt_and_like_gives_them_back(model):
    rows = {missing: model.sample(400, missing=missing, random_state=1) for missing in ("keep", "like")}
    for missing, made in rows.items():
        share = made["dose"].isna().groupby(made["Class"]).mean()
        # Real rows: 0.2 and 0.5. Five standard errors of the smaller class.
        if missing == "keep" and isinstance(model, GENERATORS["smote"]):
            # The most common of a few neighbours decides, so that what is rarer than not gets rarer still.
            assert 0 < share[0] < share[1] < 0.69
            continue
        assert abs(share[0] - 0.2) < 0.13, missing
        assert abs(share[1] - 0.5) < 0.23, missing


def test_gaps_that_a_rule_asks_for_contradict_whole_rows():
    real = orders()
    gone = rules.When({"status": "!= closed"}, {"discharge": None})
    fit = GENERATORS["jitter"](random_state=0).fit(real, schema=sg.Schema.infer(real).with_constraints(gone))
    assert fit.sample(N)["discharge"].isna().any()
    with pytest.raises(ConstraintError) as caught:
        fit.sample(N, missing="none")
    words = str(caught.value)
    assert 'missing="none"' in words
    assert repr(gone.words) in words


@pytest.mark.parametrize("missing", ["", "some", None])
def test_an_unknown_way_with_gaps_is_refused(model, missing):
    with pytest.raises(UsageError, match="missing"):
        model.sample(3, missing=missing)


# Rules that are drawn at random


@st.composite
def tables(draw) -> tuple[pd.DataFrame, list[rules.Constraint]]:
    """A table that keeps a few rules by the way it is made, and those rules."""
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    n = draw(st.integers(60, 150))
    frame = pd.DataFrame({"Class": (rng.random(n) < draw(st.sampled_from([0.1, 0.5]))).astype(int)})
    declared: list[rules.Constraint] = []
    for number in range(draw(st.integers(1, 3))):
        a, b, c = (f"{name}{number}" for name in "abc")
        sort = draw(st.sampled_from(["order", "sum", "product", "label", "gap", "range", "one"]))
        frame[a] = np.round(rng.gamma(2, 10, n) + 5 * frame["Class"], draw(st.integers(0, 2)))
        if sort == "order":
            frame[b] = frame[a] + rng.integers(0, 20, n)
            declared.append(rules.Inequality(a, b))
        elif sort == "sum":
            frame[b] = rng.integers(0, 30, n)
            frame[c] = (frame[a] - 2 * frame[b]).round(2)
            declared.append(rules.Linear(c, {a: 1, b: -2}))
        elif sort == "product":
            frame[b] = rng.integers(1, 5, n)
            frame[c] = (frame[a] * frame[b]).round(2)
            declared.append(rules.Formula(c, f"{a} * {b}"))
        elif sort == "label":
            frame[b] = rng.choice(list("uvwxyz"), n)
            frame[c] = frame[b].map(dict(zip("uvwxyz", "pppqqr", strict=True)))
            declared += [rules.FunctionalDependency(b, c), rules.FixedCombinations([b, c])]
        elif sort == "gap":
            frame[b] = rng.choice(["yes", "no", "unknown"], n)
            frame.loc[frame[b] == "no", a] = np.nan
            declared += [rules.When({b: "no"}, {a: None}), rules.When({b: "!= no"}, {a: "not null"})]
        elif sort == "range":
            frame[a] = frame[a].clip(2, 40)
            declared += [rules.Range(a, 2, 40), rules.Positive(a)]
        else:
            frame[[f"{name}{number}" for name in "xyz"]] = np.eye(3, dtype=int)[rng.integers(0, 3, n)]
            declared.append(rules.OneHot([f"{name}{number}" for name in "xyz"]))
    return frame, declared


@pytest.mark.slow
@pytest.mark.parametrize("name", ["gaussian_copula", "jitter", "smote", "tree"])
@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    made=tables(),
    missing=st.sampled_from(["keep", "like"]),
    asks=st.sampled_from(["nothing", "class", "range", "rows"]),
)
def test_random_rules_of_random_tables(name, made, missing, asks):
    frame, declared = made
    schema = sg.Schema.infer(frame, target="Class").with_constraints(*declared)
    options = {"preset": "turbo", "order": list(frame.columns)} if name == "tree" else {}
    model = GENERATORS[name](**options, random_state=0).fit(frame, schema=schema)
    middle = float(frame["a0"].median())
    asked = {
        "nothing": None, "class": {"Class": 1}, "range": {"a0": f">= {middle}"},
        "rows": frame[["a0", "Class"]].sample(30, random_state=0).reset_index(drop=True),
    }[asks]  # fmt: skip
    rows = model.sample(None if asks == "rows" else 30, conditions=asked, missing=missing, random_state=0)
    assert len(rows) == 30
    coded = rows_of(encode(rows, model.schema_))
    for rule in model.constraints_.rules:
        assert rule.holds(coded, model.schema_).all(), rule.words
    if asks == "rows":
        known = asked["a0"].notna()
        assert (rows["a0"][known] == asked["a0"][known]).all()
    if asks in ("rows", "class"):
        assert (rows["Class"] == (asked["Class"])).all()
    if asks == "range":
        assert rows["a0"].min() >= middle
    assert rows.dtypes.to_dict() == frame.dtypes.to_dict()
