"""Each attack on rows that leak and on rows that don't."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

import synthgen.validation.privacy.attacks.linkability as linkability_module
import synthgen.validation.privacy.attacks.singling_out as singling_out_module
from synthgen.table import Column, Kind, Role, Schema
from synthgen.validation import Comparison
from synthgen.validation.privacy.attacks import ATTACKS
from synthgen.validation.privacy.attacks.aim import Aim
from synthgen.validation.privacy.attacks.attribute_inference import attribute_inference, best_constant, right
from synthgen.validation.privacy.attacks.linkability import linkability, sides
from synthgen.validation.privacy.attacks.membership_inference import membership_auc, membership_tpr
from synthgen.validation.privacy.attacks.singling_out import Descriptions, one_column, singling_out
from synthgen.validation.privacy.evidence import adjust
from synthgen.validation.privacy.permutation import Permutations
from synthgen.validation.privacy.pool import Pool


def noisy(rows, share=0.1, seed=9):
    """The rows with a tenth of a standard deviation of noise on their numbers; labels kept."""
    out = rows.copy()
    for name in ("a", "b", "c"):
        out[name] += share * rows[name].std() * np.random.default_rng(seed).normal(size=len(rows))
    return out


def of(found, subject=None):
    (one,) = [item for item in found if item.subject == subject]
    return one


def p_value(evidence):
    return (1 + (evidence.null >= evidence.statistic - 1e-9).sum()) / (1 + len(evidence.null))


RNG = 5
VULNERABLE = "the 50 most vulnerable rows"


@pytest.mark.parametrize("check", ATTACKS, ids=lambda check: check.name)
def test_noisy_copies_are_found_and_fresh_rows_are_not(check, people, pooled):
    train, holdout, fresh = people(600, 0), people(300, 1), people(600, 2)
    leaking = check.find(*pooled(train, holdout, noisy(train)), np.random.default_rng(RNG))
    honest = check.find(*pooled(train, holdout, fresh), np.random.default_rng(RNG))
    assert min(p_value(item) for item in leaking if item.null is not None) == 1 / 2000
    # Five checks are looked at here, one after the other: that fresh rows fail one at random is to be rare.
    assert adjust(honest).p_values.min() > 0.002


@pytest.mark.parametrize("check", ATTACKS, ids=lambda check: check.name)
def test_swapping_train_and_holdout_turns_it_round(check, people, pooled):
    train, holdout = people(400, 0), people(400, 1)
    away = check.find(*pooled(holdout, train, noisy(train)), np.random.default_rng(RNG))
    assert min(p_value(item) for item in away if item.null is not None) > 0.002


@pytest.mark.parametrize("check", ATTACKS, ids=lambda check: check.name)
def test_the_same_seed_gives_the_same(check, people, pooled):
    parts = people(200, 0), people(100, 1), people(200, 2)
    first, second = (check.find(*pooled(*parts), np.random.default_rng(RNG)) for _ in range(2))
    assert [(item.value, item.interval, item.reason) for item in first] == [
        (item.value, item.interval, item.reason) for item in second
    ]


def test_the_labels_choose_nothing(people, pooled):
    """With other labels on the same rows every target, score and description is the same."""
    pool, permutations = pooled(people(300, 0), people(300, 1), people(300, 2))
    other = Permutations.of(~permutations.labels, permutations.strata, rng=np.random.default_rng(3))
    for check in ATTACKS:
        bare = dataclasses.replace(pool)
        kept = []
        for labels in (permutations, other):
            check.find(bare, labels, np.random.default_rng(RNG))
            kept.append({key: str(value) for key, value in bare.kept.items()})
            bare = dataclasses.replace(pool)
        assert kept[0] == kept[1]


def test_a_rare_class_that_leaked_alone_is_found(people, pooled):
    train, holdout, fresh = people(800, 0), people(800, 1), people(800, 2)
    made = pd.concat([fresh[fresh["sick"] == 0], train[train["sick"] == 1]], ignore_index=True)
    found = membership_auc(*pooled(train, holdout, made), np.random.default_rng(RNG))
    assert p_value(of(found, "sick = yes")) == 1 / 2000
    assert of(found, "sick = yes").value > 0.9
    assert of(found).value < 0.6


def test_the_most_vulnerable_are_the_furthest_out(people, pooled):
    train, holdout = people(1000, 0), people(1000, 1)
    train.loc[:9, ["a", "b", "c"]] = np.random.default_rng(4).normal(size=(10, 3)) * 30
    pool, _ = pooled(train, holdout, people(500, 2))
    (part,) = [part for part in Aim.at(pool).parts if part.name == VULNERABLE]
    assert len(part.rows) == 50
    far = pool.real.index[(pool.real[["a", "b", "c"]].abs() > 9).any(axis=1)]
    assert set(far) <= set(part.rows.tolist())


def test_memorised_outliers_show_in_the_vulnerable_part(people, pooled):
    rng = np.random.default_rng(4)
    rows = people(3000, 0)
    out = rng.choice(3000, 90, replace=False)
    rows.loc[out, ["a", "b", "c"]] += rng.normal(size=(90, 3)) * 15
    train, holdout, fresh = rows[:1000], rows[1000:2000], rows[2000:]
    far = train[train.index.isin(out)]
    made = pd.concat([fresh[~fresh.index.isin(out)][: 1000 - len(far)], far], ignore_index=True)
    found = membership_auc(*pooled(train, holdout, made), np.random.default_rng(RNG))
    assert p_value(of(found, VULNERABLE)) == 1 / 2000


def test_sensitive_groups_are_attacked_apart(people, pooled):
    train, holdout = people(400, 0), people(400, 1)
    parts = pooled(train, holdout, noisy(train), {"hue": Role.SENSITIVE, "a": Role.SENSITIVE})
    names = {item.subject for item in membership_auc(*parts, np.random.default_rng(RNG))}
    assert {"hue = p", "hue = q", "hue = r", "hue = s", "a: lowest third", "a: highest third"} <= names


def test_few_targets_are_said_to_be_too_few(people, pooled):
    parts = pooled(people(300, 0), people(200, 1), people(300, 2))
    found = membership_tpr(*parts, np.random.default_rng(RNG))
    assert of(found).reason.startswith("underpowered")
    # Of 10 held-out rows 1 % is nobody.
    assert of(found, "sick = yes").value is None
    assert "1 % of 10 held-out rows" in of(found, "sick = yes").reason


# Attribute inference


def test_a_guess_must_be_near_whatever_its_sign():
    truth = np.array([0.5, 0.5, -0.05, -5.0, -5.0])
    guess = np.array([0.52, 0.53, -0.2, -5.0, 0.4])
    assert right(truth, guess, False).tolist() == [True, False, False, True, False]
    assert right(np.array([1.0, 1.0]), np.array([1.0, 2.0]), True).tolist() == [True, False]


def test_the_best_constant_by_hand():
    assert best_constant(np.array([0.0, 0.0, 1.0, 2.0]), True) == 0.5
    # A guess of .52 is within .025 of .5 and of .54.
    assert best_constant(np.array([0.1, 0.5, 0.54, 0.9]), False) == 0.5


def test_every_column_in_turn_or_the_sensitive_ones(people, pooled):
    parts = people(300, 0), people(200, 1), people(300, 2)
    found = attribute_inference(*pooled(*parts), np.random.default_rng(RNG))
    assert [item.subject for item in found] == [None, "a", "b", "c", "hue", "sick"]
    found = attribute_inference(*pooled(*parts, {"hue": Role.SENSITIVE}), np.random.default_rng(RNG))
    assert [item.subject for item in found] == ["hue"]


def test_knowledge_about_people_in_general_is_no_excess(people, pooled):
    def tied(seed):
        rows = people(500, seed)
        return rows.assign(hue=np.clip(np.round(rows["a"]) + 1, 0, 3))

    (found,) = [
        item
        for item in attribute_inference(*pooled(tied(0), tied(1), tied(2)), np.random.default_rng(RNG))
        if item.subject == "hue"
    ]
    assert abs(found.value) < 0.1
    assert "right for" in found.reason


# Singling out


def test_descriptions_fit_one_by_hand():
    rows = np.array([[0.0, 0.1], [0.0, 0.2], [1.0, 0.2]], dtype=np.float32)
    told = Descriptions(
        np.array([[-0.1, 0.15], [0.9, 0.0], [-0.1, 0.0]]), np.array([[0.1, 0.25], [1.1, 0.0], [0.1, 0.0]]),
        np.array([[0, 1], [0, -1], [0, -1]]),
    )  # fmt: skip
    assert told.fit_one(rows).tolist() == [1, 2, -2]


def test_one_column_by_hand(pooled):
    train = pd.DataFrame({"a": [1.0, 2.0, 2.0, 9.0], "sick": [0.0] * 4})
    holdout = pd.DataFrame({"a": [3.0, 5.0], "sick": [0.0] * 2})
    pool, permutations = pooled(train, holdout, pd.DataFrame({"a": [2.0, 3.0, 3.0, 8.0], "sick": [0.0] * 4}))
    rows, tried = one_column(pool)
    # 2 is unique among the synthetic rows, but two people's; at or above 8 only 9 lies; at or below 2 lie three.
    assert pool.real["a"].to_numpy()[rows].tolist() == [9.0]
    assert tried == 2 + 2
    found = of(singling_out(pool, permutations, np.random.default_rng(RNG)), "one column")
    assert found.value == pytest.approx(1 / 4)


# Linkability


def test_quasi_identifiers_are_one_side(pooled, people):
    parts = pooled(*(people(50, i) for i in range(3)), {"a": Role.QUASI_IDENTIFIER, "hue": Role.QUASI_IDENTIFIER})
    split = sides(Aim.at(parts[0]).columns, np.random.default_rng(0))
    assert split.tolist() == [[True, False, False, True, False]]


def test_links_need_both_sides_from_one_row(people, pooled):
    train, holdout = people(500, 0), people(500, 1)
    # Each column on its own is a copy, but no row is: shuffled columns link nobody.
    rng = np.random.default_rng(3)
    torn = train.apply(lambda column: rng.permutation(column.to_numpy()))
    whole = linkability(*pooled(train, holdout, train), np.random.default_rng(RNG))
    apart = linkability(*pooled(train, holdout, torn), np.random.default_rng(RNG))
    assert whole[0].value > 0.5
    assert p_value(apart[0]) > 0.01


# Synthetic rows in order


def test_links_are_looked_for_among_all_synthetic_rows_not_the_first(people, pooled, monkeypatch):
    train, holdout = people(200, 0), people(200, 1)
    made = pd.concat([people(500, 2), *[train] * 5], ignore_index=True)
    # 400 targets and a third of the synthetic rows.
    monkeypatch.setitem(linkability_module.MOST_PAIRS, "standard", 400 * 500)
    (found,) = linkability(*pooled(train, holdout, made), np.random.default_rng(RNG))
    assert p_value(found) == 1 / 2000


def test_people_are_described_by_all_synthetic_rows_not_the_first(people, pooled, monkeypatch):
    train, holdout = people(400, 0), people(400, 1)
    sick = [rows[rows["sick"] == 1] for rows in (train, people(400, 2))]
    made = pd.concat([people(400, 3).query("sick == 0"), *sick], ignore_index=True)
    monkeypatch.setattr(singling_out_module, "MOST_MADE", 300)
    pool, _ = pooled(train, holdout, made)
    rows, _ = singling_out_module.several_columns(Aim.at(pool), pool, np.random.default_rng(RNG))
    assert pool.real["sick"].to_numpy()[rows].sum() >= 5


# Rows that depend on each other


def visits(n, seed):
    """Twenty rows a person, who stays much the same: a row tells of all the others."""
    rng = np.random.default_rng(seed)
    who = np.repeat(np.arange(n), 20)
    rows = pd.DataFrame({name: rng.normal(size=n)[who] + 0.1 * rng.normal(size=20 * n) for name in "abc"})
    return rows.assign(hue=rng.integers(0, 4, n)[who].astype(float)), 1000 * seed + who


def test_rows_of_one_person_are_no_leak_of_another():
    """Twenty rows a person make the scores hang together: the level holds since people are shuffled, not rows."""
    columns = [Column(name, Kind.CONTINUOUS) for name in "abc"]
    schema = Schema((*columns, Column("hue", Kind.CATEGORICAL, categories=tuple("pqrs"))))
    smallest = []
    for seed in range(8):
        (train, mine), (holdout, theirs), (fresh, _) = (visits(n, 3 * seed + i) for i, n in enumerate((40, 20, 40)))
        comparison = Comparison(train, holdout, fresh, schema, subjects=(mine, theirs))
        pool, permutations = Pool.of(comparison, np.random.default_rng(seed))
        evidence = [item for check in ATTACKS for item in check.find(pool, permutations, np.random.default_rng(seed))]
        smallest.append(adjust(evidence).p_values.min())
    assert sum(p <= 0.02 for p in smallest) <= 1


def test_binary_tables_with_honest_doubles_are_no_leak():
    schema = Schema(tuple(Column(name, Kind.BOOLEAN, categories=(0, 1)) for name in "abcde"))
    smallest = []
    for seed in range(8):
        rng = np.random.default_rng(seed)
        parts = [pd.DataFrame(rng.integers(0, 2, (n, 5)).astype(float), columns=list("abcde")) for n in (300, 150, 300)]
        pool, permutations = Pool.of(Comparison(*parts, schema), rng)
        evidence = [item for check in ATTACKS for item in check.find(pool, permutations, rng)]
        smallest.append(adjust(evidence).p_values.min())
    assert sum(p <= 0.02 for p in smallest) <= 1
