"""Splits, scores and intervals of an uplift, by hand and by their laws."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.linear_model import LogisticRegression

import synthgen as sg
from synthgen.errors import DataError
from synthgen.planning.uplift.advice import advise
from synthgen.planning.uplift.arms import Arm, make_arms, read_generators, training_rows
from synthgen.planning.uplift.folds import deal, make_splits
from synthgen.planning.uplift.intervals import corrected, signed, simultaneous
from synthgen.planning.uplift.problem import read_problem
from synthgen.planning.uplift.race import CHOSEN_BY, Entry
from synthgen.planning.uplift.scores import Decision, calibration_error, learn_decision, recall_at_budget, scores
from synthgen.randomness import seed_sequence


def table(n=300, positives=40, seed=0, **columns):
    rng = np.random.default_rng(seed)
    y = (rng.permutation(n) < positives).astype(int)
    return pd.DataFrame({"a": rng.normal(y), "b": rng.normal(size=n), "y": y}).assign(**columns)


def problem_of(frame, subject=None, time=None):
    return read_problem(frame, "y", None, subject, time, None)


def splits_of(problem, folds=5, repeats=2):
    return make_splits(problem, folds, repeats, seed_sequence(0))


def test_every_row_is_judged_once_in_a_repeat_and_parts_never_meet():
    problem = problem_of(table())
    splits, notes = splits_of(problem)
    assert len(splits) == 10 and not notes
    for repeat in (0, 1):
        tested = np.concatenate([split.test for split in splits if split.repeat == repeat])
        assert sorted(tested) == list(range(300))
    for split in splits:
        parts = [split.learn, split.validation, split.test]
        assert sorted(np.concatenate(parts)) == list(range(300))
        assert [int(problem.y[part].sum()) for part in parts][2] == 8
        assert problem.y[split.validation].sum() in (6, 7)
    assert not np.array_equal(splits[0].test, splits[5].test)


def test_no_subject_is_on_two_sides():
    who = np.repeat(np.arange(60), 5)
    frame = table(subject=[f"p{k}" for k in who], y=(who < 20).astype(int))
    splits, _ = splits_of(problem_of(frame, subject="subject"))
    for split in splits:
        sides = [set(who[part]) for part in (split.learn, split.validation, split.test)]
        assert not (sides[0] & sides[1] or sides[0] & sides[2] or sides[1] & sides[2])


def test_a_subject_is_no_feature_whatever_the_schema_says_of_it():
    frame = table(person=np.repeat(np.arange(60), 5))
    schema = sg.Schema.infer(frame, target="y").with_column("person", kind="integer")
    for given, subject in ((schema, "person"), (schema.with_column("person", role="subject"), None), (None, "person")):
        problem = read_problem(frame, "y", None, subject, None, given)
        assert problem.features == ["a", "b"] and len(np.unique(problem.groups)) == 60


def test_leaving_subjects_out_inflates_the_score_and_naming_them_does_not():
    """Labels follow from who it is, and rows of one person are alike: knowing the person is cheating."""
    rng = np.random.default_rng(0)
    who = np.repeat(np.arange(60), 6)
    centre = rng.normal(size=(60, 3))[who]
    frame = pd.DataFrame(centre + 0.01 * rng.normal(size=(360, 3)), columns=list("abc"))
    frame = frame.assign(y=(who < 18).astype(int), person=[f"p{k}" for k in who])
    given = {
        "model": "random forest",
        "generators": [],
        "repeats": 1,
        "folds": 3,
        "ratios": [1.0],
        "random_state": 0,
        "progress": False,
    }
    leaking = sg.estimate_uplift(frame.drop(columns="person"), "y", **given).table["average_precision"].iloc[0]
    honest = sg.estimate_uplift(frame, "y", subject="person", **given).table["average_precision"].iloc[0]
    assert leaking > 0.95 and honest < 0.6


def test_repeats_of_a_row_stay_together():
    frame = table()
    frame = pd.concat([frame, frame.iloc[:10]], ignore_index=True)
    splits, _ = splits_of(problem_of(frame))
    for split in splits:
        test = set(split.test)
        assert all((k in test) == (300 + k in test) for k in range(10))


def test_by_time_models_are_judged_on_later_rows_and_ties_stay_together():
    day = np.random.default_rng(1).permutation(np.repeat(np.arange(60), 5))
    problem = problem_of(table(positives=120, day=day), time="day")
    assert any("same moment of 'day'" in note for note in problem.notes)
    splits, _ = splits_of(problem)
    assert len(splits) == 5
    for split in splits:
        assert day[split.learn].max() < day[split.validation].min()
        assert day[split.validation].max() < day[split.test].min()


def test_where_all_of_the_class_came_first_splits_are_left_out_or_refused():
    frame = table(day=np.arange(300.0))
    early = frame.assign(y=(np.arange(300) < 40).astype(int))
    with pytest.raises(DataError, match="two splits are needed"):
        splits_of(problem_of(early, time="day"))
    rows = np.r_[np.arange(0, 200, 5)]
    splits, notes = splits_of(problem_of(frame.assign(y=np.isin(np.arange(300), rows).astype(int)), time="day"))
    assert len(splits) == 3 and "2 of 5 splits were left out" in notes[0]


@pytest.mark.parametrize("years", [np.arange(300) // 30 + 2000, np.arange(300), np.arange(300).astype(str)])
def test_years_and_counts_of_rows_are_moments_too(years):
    problem = problem_of(table(when=years), time="when")
    assert problem.moment is not None and np.all(np.diff(problem.moment) >= 0)


def test_few_rows_of_the_class_make_fewer_folds():
    splits, notes = splits_of(problem_of(table(positives=14)), folds=10, repeats=1)
    assert len(splits) == 7 and notes == [
        "7 folds instead of 10: only 14 rows of the class can be put into different ones"
    ]  # fmt: skip


def test_groups_of_any_size_are_dealt_evenly():
    rng = np.random.default_rng(0)
    groups = rng.integers(0, 80, 1_000)
    y = (groups < 20).astype(int)
    fold = deal(y, groups, 5, rng)
    assert all(len(np.unique(fold[groups == k])) == 1 for k in np.unique(groups))
    share = [y[fold == k].sum() / y.sum() for k in range(5)]
    assert max(share) - min(share) < 0.1


def test_generators_learn_from_learn_rows_only():
    frame = table()
    problem = problem_of(frame)
    split = splits_of(problem)[0][0]
    seen = []

    class Spy(sg.generators.GaussianCopulaSynthesizer):
        def fit(self, X, y=None, **options):
            seen.append(X["b"].to_numpy())
            return super().fit(X, y, **options)

    models = read_generators([Spy()])
    arms = make_arms(problem, list(models), [0.5, 1.0])
    made = dict(training_rows(problem, split, arms, models, seed_sequence(0)))
    assert len(seen) == 1 and np.array_equal(seen[0], frame["b"].to_numpy()[split.learn])
    for arm, rows in made.items():
        y = rows.y(problem)
        assert set(rows.real) <= set(split.learn)
        if arm.ratio:
            assert y.sum() == round(arm.ratio * (y == 0).sum())
            assert (y == 0).sum() == (problem.y[split.learn] == 0).sum()


def test_doses_lie_between_what_is_and_balance():
    problem = problem_of(table(n=1_001, positives=1_001 // 9))
    assert problem.ratio == pytest.approx(1 / 8, rel=0.02)
    ratios = [arm.ratio for arm in make_arms(problem, ["tree"], "auto") if arm.name == "tree"]
    assert ratios == [0.25, 0.5]
    assert [arm.words for arm in make_arms(problem, ["tree"], [0.5])][-1] == "tree at 50 %"


def test_a_threshold_and_a_correction_are_learnt():
    rng = np.random.default_rng(0)
    p = rng.beta(0.3, 2, 20_000)
    y = (rng.random(20_000) < p).astype(int)
    odds = np.log(p / (1 - p))
    shifted = 1 / (1 + np.exp(-(0.5 * odds + 2)))  # as a model trained on balanced classes might say
    decision = learn_decision(y, shifted)
    assert decision.curve is not None
    np.testing.assert_allclose([*decision.curve.slopes_, decision.curve.offset_], [2.0, 2.0, -4.0], atol=0.3)
    before, after = scores(y, shifted, Decision(), 0.1), scores(y, shifted, decision, 0.1)
    assert after["log_loss"] < before["log_loss"] and after["calibration_error"] < 0.01 < before["calibration_error"]
    assert after["f1"] > before["f1"]
    assert after["average_precision"] == before["average_precision"]


def test_a_guess_that_runs_the_wrong_way_is_not_turned_round():
    y = np.repeat([0, 1], [8_000, 2_000])
    found = learn_decision(y, np.where(y == 1, 0.1, 0.9)).corrected(np.array([0.1, 0.9]))
    assert found == pytest.approx([0.2, 0.2], abs=0.01)


def test_scores_by_hand():
    y = np.array([1, 0, 1, 0, 0, 0, 0, 0, 0, 0])
    guess = np.array([0.9, 0.8, 0.7, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1])
    found = scores(y, guess, Decision(0.75), 0.2)
    assert found["average_precision"] == pytest.approx((1 / 1 + 2 / 3) / 2)
    assert found["recall_at_budget"] == 0.5
    assert found["f1"] == 0.5  # one hit, one false alarm, one missed
    assert found["raw_brier"] == pytest.approx((0.01 + 0.64 + 0.09 + 7 * 0.01) / 10)
    assert recall_at_budget(np.array([1, 1, 0, 0]), np.full(4, 0.3), 0.5) == 0.5


def test_calibration_error_does_not_depend_on_the_order_of_rows():
    rng = np.random.default_rng(0)
    guess = rng.integers(0, 5, 500) / 5
    y = (rng.random(500) < guess).astype(int)
    order = rng.permutation(500)
    assert calibration_error(y, guess) == pytest.approx(calibration_error(y[order], guess[order]))
    assert calibration_error(y, guess) < 0.05 < calibration_error(y, 1 - guess)


def test_the_corrected_interval_by_hand():
    # Mean .02, sample variance .0001; (1/4 + 1/4) of it is .00005, its root .00707, times t(3) = 3.182.
    found = corrected(np.array([0.01, 0.02, 0.02, 0.03]) + np.array([-0.00225, 0, 0, 0.00225]), 0.25)
    variance = np.var([0.00775, 0.02, 0.02, 0.03225], ddof=1)
    assert found.value == pytest.approx(0.02)
    assert found.high - found.value == pytest.approx(3.18245 * np.sqrt(0.5 * variance), rel=1e-4)


def test_simultaneous_intervals_widen_with_what_was_tried():
    rng = np.random.default_rng(0)
    gaps = rng.normal(size=(10, 8))
    one = corrected(gaps[:, 0], 0.3)

    def width(columns, unseen=0):
        return simultaneous(gaps[:, columns], 0.3, np.random.default_rng(1), unseen)[0]

    def half(found):
        return found.high - found.value

    assert half(width([0])) == pytest.approx(half(one), rel=0.03)
    assert half(one) < half(width([0, 1])) < half(width(list(range(8)))) < half(width(list(range(8)), unseen=20))
    # The same column twice is no second try.
    assert half(width([0, 0, 0])) == pytest.approx(half(one), rel=0.03)


def test_the_best_of_many_is_rarely_declared_better_when_none_is():
    """Independent splits, no difference: a plain interval for the best of ten is wrong far too often."""
    plain, adjusted, runs = 0, 0, 200
    rng = np.random.default_rng(0)
    for _ in range(runs):
        gaps = rng.normal(size=(10, 10))
        best = int(gaps.mean(axis=0).argmax())
        plain += corrected(gaps[:, best], 0.0).low > 0
        adjusted += simultaneous(gaps, 0.0, rng)[best].low > 0
    assert plain / runs > 0.12
    assert adjusted / runs < stats.binom.ppf(0.999, runs, 0.025) / runs


def test_differences_are_written_with_their_sign():
    assert [signed(v) for v in (0.0123, -1.5, 0.0)] == ["+.012", "-1.500", ".000"]


def judged(wobble=0.001, fall=0.0, **means):
    """Scores of ten splits around given means, the same noise for all; class weight may fall off on test rows."""
    noise = np.linspace(-0.01, 0.01, 10)
    entries = [
        Entry("m", arm)
        for arm in (Arm("none"), Arm("tuned threshold"), Arm("class weight"), Arm("smote", 0.5), Arm("tree", 0.5))
    ]
    rows = []
    for entry in entries:
        mean = means.get(entry.arm.name.split()[0], means["none"])
        own = np.cos(np.arange(10) * (1 + len(entry.arm.name)))
        own = wobble * (own - own.mean())
        for k in range(10):
            value = mean + noise[k] + (own[k] if entry.arm.ratio else 0)
            tested = value - fall * (entry.arm.name == "class weight")
            rows.append(
                {"split": k, "learner": "m", "arm": entry.arm.words, CHOSEN_BY: value, "average_precision": tested}
            )  # fmt: skip
    return advise(pd.DataFrame(rows), entries, 0, 0.3, 0.01, np.random.default_rng(0))


def test_the_rule_of_the_advice():
    means = {"none": 0.5, "tuned": 0.5}
    assert judged(**means, smote=0.52, tree=0.56).words.startswith(
        "augment with tree at 50 % (m): average precision +.0"
    )
    as_good = judged(**means, smote=0.5, tree=0.502)
    assert not as_good.augment
    assert as_good.words.startswith("do not augment: none + tuned threshold (m) is as good; ")
    assert "at most 0.01 better" in as_good.words
    by_smote = judged(**means, smote=0.56, tree=0.55)
    assert "(m) is better than none (m), by +.06" in by_smote.words
    # Within half the margin of the best, the simplest is taken.
    assert judged(**means, **{"class": 0.504}, smote=0.4, tree=0.4).take.arm.name == "tuned threshold"
    weighted = judged(**means, **{"class": 0.506}, smote=0.4, tree=0.4)
    assert weighted.take.arm.name == "class weight" and weighted.words.startswith("do not augment: class weight (m) is")
    fallen = judged(**means, **{"class": 0.506}, smote=0.4, tree=0.4, fall=0.02)
    said = "class weight (m) did better than none (m) on validation rows alone; on test rows they differ by -.014 ["
    assert fallen.take.arm.name == "class weight" and fallen.words.startswith(f"do not augment: {said}")
    # SMOTE only where it is surely better, or ahead by the whole margin.
    assert judged(**means, smote=0.506, tree=0.45).take.arm.name == "tuned threshold"
    assert judged(**means, smote=0.52, tree=0.45).words.startswith("augment with smote")
    likely = judged(**means, smote=0.52, tree=0.45, wobble=0.1)
    assert likely.take.arm.name == "smote" and likely.words.startswith("do not augment with more than SMOTE: smote at")
    assert by_smote.augment and by_smote.take.arm.name == "smote"
    assert by_smote.words.startswith("augment with smote at 50 % (m): ")


def test_the_learning_curve_says_how_many_rows_the_synthetic_ones_stand_for():
    found = sg.estimate_uplift(
        table(1_200, 150), "y", LogisticRegression(), ["gaussian_copula"], ratios=[0.5], repeats=1,
        learning_curve=True, random_state=0, progress=False,
    )  # fmt: skip
    curve = found.curve
    assert sorted(set(curve["share"])) == [0.125, 0.25, 0.5, 1.0]
    none = curve[curve["arm"] == "none"].sort_values("share")
    assert none["rows"].is_monotonic_increasing and (none["worth_rows"] == 0).all() and (none["difference"] == 0).all()
    assert (curve["overfit"] - (curve["train_average_precision"] - curve["average_precision"])).abs().max() < 1e-9
    alone = found.alone.iloc[0]
    assert alone["generator"] == "gaussian_copula" and alone["low"] <= alone["gap"] <= alone["high"]
    assert alone["gap"] == pytest.approx(alone["trtr"] - alone["tstr"])
    assert any("real rows" in note and " is worth " in note for note in found.notes)
    assert any("rows alone" in note for note in found.notes)
