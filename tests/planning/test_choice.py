"""What "auto" takes: the rule by hand, and generators that lose a class's signal on purpose."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from synthgen.generators import GENERATORS, Synthesizer
from synthgen.guarantee import RowSource
from synthgen.planning import ClassSignal, Plan, Share, Wanted, choose_generator, decide, rare_signal, read_wanted
from synthgen.planning.choice import FEWEST_OF_CLASS, FEWEST_ROWS
from synthgen.planning.rare_signal import MOST_OF_A_CLASS, MOST_OTHERS
from synthgen.randomness import seed_sequence
from synthgen.table import encode, infer_schema
from synthgen.validation import Purpose

ALL = ("tree", "gaussian_copula", "smote")


class Keeper(Synthesizer):
    """Real rows of the class, moved a little: all of its signal is kept."""

    row_source = RowSource.MODEL

    def __init__(self, random_state=None):
        self.random_state = random_state

    def _fit(self, coded, rng):
        self._rows = coded

    def _picked(self, codes):
        return self._rows[self._rows["Class"].isin(codes)]

    def _sample(self, n, codes, rng):
        out = self._picked(codes).sample(n, replace=True, random_state=rng.integers(2**31)).reset_index(drop=True)
        for name in ("a", "b"):
            out[name] = (out[name] + rng.normal(0, 0.1, n)).round(3)
        return out.assign(Class=rng.choice(codes, n))

    def _state(self):
        return {}

    def _set_state(self, state):
        pass


class Loser(Keeper):
    """Rows of the other classes under the label of the class: none of its signal is kept."""

    def _picked(self, codes):
        return self._rows[~self._rows["Class"].isin(codes)]


class Broken(Keeper):
    """A generator that stops."""

    def _sample(self, n, codes, rng):
        raise ValueError("a private value")


@pytest.fixture
def stubs(monkeypatch):
    def put(**kinds):
        for name, kind in kinds.items():
            monkeypatch.setitem(GENERATORS, name, kind)

    return put


def choose(frame, by_class, seed=0, purpose="augment", in_proportion=False, conditions=None):
    schema = infer_schema(frame, target="Class" if "Class" in frame else None)
    plan = Plan(sum(by_class.values()) if by_class else len(frame), by_class, in_proportion)
    wanted = read_wanted(conditions, schema)
    return choose_generator(frame, encode(frame, schema), schema, plan, wanted, Purpose(purpose), seed_sequence(seed))


# The rule


def signal(tree, copula, smote, *lower):
    kept = {
        name: Share(value, value - 0.05, value + 0.05) for name, value in zip(ALL, (tree, copula, smote), strict=True)
    }
    names = {"t": "tree", "c": "gaussian_copula", "s": "smote"}
    return ClassSignal("1", 40, 0.95, kept, frozenset((names[pair[0]], names[pair[1]]) for pair in lower))


@pytest.mark.parametrize(
    ("signals", "names", "taken"),
    [
        ([signal(0.97, 0.95, 0.92)], ALL, "tree"),
        # Lower, but not beyond the noise.
        ([signal(0.80, 0.97, 0.98)], ALL, "tree"),
        ([signal(0.80, 0.97, 0.98, "tc", "ts")], ALL, "gaussian_copula"),
        ([signal(0.97, 0.80, 0.98, "ct", "cs")], ALL, "tree"),
        # Both models lose against SMOTE, and both keep less than .9.
        ([signal(0.50, 0.60, 0.98, "tc", "ts", "cs")], ALL, "smote"),
        ([signal(0.60, 0.60, 0.98, "ts", "cs")], ALL, "smote"),
        ([signal(0.60, 0.60, 0.98, "ts", "cs")], ALL[:2], "tree"),
        # One of them keeps .9, which is enough.
        ([signal(0.60, 0.92, 0.99, "tc", "ts", "cs")], ALL, "gaussian_copula"),
        # SMOTE loses another class.
        ([signal(0.60, 0.60, 0.98, "ts", "cs"), signal(0.95, 0.95, 0.7, "st", "sc")], ALL, "tree"),
        # One class each: the one whose worst class is better.
        ([signal(0.70, 0.95, 0.9, "tc"), signal(0.95, 0.60, 0.9, "ct")], ALL, "tree"),
        ([signal(0.60, 0.95, 0.9, "tc"), signal(0.95, 0.70, 0.9, "ct")], ALL, "gaussian_copula"),
        # A generator that stopped is no candidate.
        ([signal(0.97, 0.95, 0.92)], ("gaussian_copula", "smote"), "gaussian_copula"),
        ([signal(0.97, 0.95, 0.92)], ("smote",), "smote"),
        ([signal(0.97, 0.95, 0.92)], (), "gaussian_copula"),
    ],
)
def test_the_rule_by_hand(signals, names, taken):
    assert decide(signals, names) == taken


# The trial


def test_a_tree_that_loses_the_signal_is_not_taken(plain, stubs):
    stubs(tree=Loser, gaussian_copula=Keeper, smote=Keeper)
    choice = choose(plain(900, 100), {1.0: 800})
    assert choice.name == "gaussian_copula"
    (found,) = choice.signal
    assert found.label == "1"
    assert found.positives == 40  # .4 of 100
    assert found.kept["tree"].high < 0.5
    assert found.kept["gaussian_copula"].value > 0.9
    assert ("tree", "gaussian_copula") in found.lower
    assert choice.reason.startswith("auto: on an inner split with 40 positives of class '1', tree keeps ")
    assert " % [" in choice.reason
    assert choice.reason.endswith("; taken: gaussian_copula")


def test_smote_is_taken_only_to_augment_and_only_if_both_models_lose(plain, stubs):
    stubs(tree=Loser, gaussian_copula=Loser, smote=Keeper)
    assert choose(plain(900, 100), {1.0: 800}).name == "smote"
    released = choose(plain(900, 100), {1.0: 800}, purpose="release")
    assert released.name in ("tree", "gaussian_copula")
    assert "smote" not in released.signal[0].kept
    stubs(gaussian_copula=Keeper)
    assert choose(plain(900, 100), {1.0: 800}).name == "gaussian_copula"


@pytest.mark.parametrize("seed", range(5))
def test_noise_alone_moves_nothing(plain, stubs, seed):
    stubs(tree=Keeper, gaussian_copula=Keeper, smote=Keeper)
    assert choose(plain(900, 60, seed=seed), {1.0: 840}, seed=seed).name == "tree"


def test_a_generator_that_stops_is_not_taken_and_its_words_are_not_told(plain, stubs):
    stubs(tree=Broken, gaussian_copula=Keeper, smote=Keeper)
    choice = choose(plain(900, 100), {1.0: 800})
    assert choice.name == "gaussian_copula"
    assert "tree stopped with ValueError" in choice.reason
    assert "private" not in choice.reason


def test_the_same_seed_gives_the_same_choice_and_figures(plain, stubs):
    stubs(tree=Keeper, gaussian_copula=Keeper, smote=Keeper)
    frame = plain(900, 100)
    first, second, other = (choose(frame, {1.0: 800}, seed=seed) for seed in (3, 3, 4))
    assert first == second
    assert first.signal != other.signal


def test_the_real_ones(plain):
    choice = choose(plain(900, 100), {1.0: 800})
    assert choice.name in ALL
    assert set(choice.signal[0].kept) == set(ALL)


def test_the_work_is_bounded_and_rare_rows_are_all_used(stubs):
    seen = []

    class Spy(Keeper):
        def _fit(self, coded, rng):
            seen.append(coded["Class"].value_counts().to_dict())
            super()._fit(coded, rng)

    stubs(tree=Spy, gaussian_copula=Keeper, smote=Keeper)
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1, 2], [20_000, 6_000, 50])
    frame = pd.DataFrame({"a": rng.normal(y).round(3), "b": rng.normal(size=len(y)).round(3), "Class": y})
    choose(frame, {1.0: 14_000, 2.0: 19_950})
    assert seen == [{0.0: 0.6 * MOST_OTHERS, 1.0: 0.6 * MOST_OF_A_CLASS, 2.0: 30}]


def test_the_callers_rows_are_not_changed(plain, stubs):
    stubs(tree=Keeper, gaussian_copula=Keeper, smote=Keeper)
    frame = plain(900, 100)
    before = frame.copy(deep=True)
    choose(frame, {1.0: 800})
    pd.testing.assert_frame_equal(frame, before)


def test_a_class_without_signal_is_not_judged(stubs, plain):
    stubs(tree=Loser, gaussian_copula=Keeper, smote=Keeper)
    frame = plain(900, 100)
    frame["Class"] = frame["Class"].sample(frac=1, random_state=0).to_numpy()
    choice = choose(frame, {1.0: 800})
    assert choice.name == "tree"
    assert "no signal to lose" in choice.reason
    assert choice.signal == ()


def test_the_rarest_three_classes_are_judged(stubs, plain):
    stubs(tree=Keeper, gaussian_copula=Keeper, smote=Keeper)
    frame = plain(600, 200, 90, 80, 70)
    schema = infer_schema(frame, target="Class")
    choice = choose(frame, {1.0: 400, 2.0: 510, 3.0: 520, 4.0: 530})
    assert [found.label for found in choice.signal] == ["4", "3", "2"]
    models = {"tree": Keeper()}
    found = rare_signal(frame, encode(frame, schema), schema, [4.0], models, seed_sequence(0))
    assert [item.positives for item in found] == [28]
    assert found[0].to_dict()["kept"]["tree"]["value"] == found[0].kept["tree"].value


# What needs no trial


def test_few_rows_are_for_the_copula(plain):
    few, enough = plain(FEWEST_ROWS - 31, 30), plain(FEWEST_ROWS - 30, 30)
    assert choose(few, None).name == "gaussian_copula"
    assert choose(few, {1.0: 400}).name == "gaussian_copula"
    assert str(FEWEST_ROWS - 1) in choose(few, None).reason
    assert choose(enough, None).name == "tree"


def test_rows_like_the_whole_table_are_for_the_tree(plain, stubs):
    stubs(tree=Broken, gaussian_copula=Broken, smote=Broken)  # none is tried
    frame = plain(900, 100)
    assert choose(frame.drop(columns="Class"), None).name == "tree"
    choice = choose(frame, {0.0: 900, 1.0: 100}, purpose="release", in_proportion=True)
    assert (choice.name, choice.signal) == ("tree", ())
    assert "1,000 rows" in choice.reason


def test_classes_of_few_rows_are_for_the_copula(plain):
    choice = choose(plain(900, FEWEST_OF_CLASS - 1), {1.0: 876})
    assert (choice.name, choice.signal) == ("gaussian_copula", ())
    assert f"fewer than {FEWEST_OF_CLASS} rows" in choice.reason
    mixed = choose(plain(900, 100, 5, 5), {1.0: 800, 2.0: 895, 3.0: 895})
    assert mixed.name == "gaussian_copula"
    assert "most rows" in mixed.reason


def test_a_class_too_small_to_judge_is_said(plain, stubs):
    stubs(tree=Keeper, gaussian_copula=Keeper, smote=Keeper)
    choice = choose(plain(900, 100, 5), {1.0: 800, 2.0: 100})
    assert choice.name == "tree"
    assert [found.label for found in choice.signal] == ["1"]
    assert f"1 of 2 classes have fewer than {FEWEST_OF_CLASS} rows" in choice.reason


def test_25_rows_of_a_class_are_enough(plain, stubs):
    stubs(tree=Loser, gaussian_copula=Keeper, smote=Keeper)
    choice = choose(plain(900, FEWEST_OF_CLASS), {1.0: 875})
    assert choice.signal[0].positives == 10


def test_conditions_on_other_columns_are_for_the_tree(plain):
    choice = choose(plain(30, 10), {1.0: 20}, conditions={"hue": "red", "Class": 1})
    assert choice.name == "tree"
    assert "conditions on 'hue'" in choice.reason
    assert Wanted().names == ""
