"""Plans proposed where groups differ, and nowhere else; what they do is measured on held-out rows."""

import pickle

import numpy as np
import pytest

import synthgen as sg
from synthgen.errors import UsageError
from synthgen.planning.fairness.rank import differing
from tests.planning.fairness.conftest import planted


@pytest.fixture(scope="module")
def plans(unequal):
    return sg.profile(unequal, target="hired", sensitive_features=["sex"]).bias.plans()


def test_a_plan_of_each_kind_is_tried_where_groups_differ(plans):
    assert {plan.kind for plan in plans} == {"equal_rates", "quotas", "weights", "proxies"}
    for plan in plans:
        effect = plan.effect
        assert effect.rows + effect.held_out == 2_000
        assert effect.ratio.value < 0.7
        assert {group.label for group in effect.groups} == {"F", "M"}
        assert "held-out real rows" in str(plan)
        assert plan.conflicts


def test_plans_about_labels_reach_the_ratio_and_come_first(plans):
    reached = [plan.effect.ratio_planned.value >= 0.9 for plan in plans]
    assert reached == [True, True, True, False]
    areas = [plan.effect.auc_planned.value for plan in plans[:3]]
    assert areas == sorted(areas, reverse=True)
    assert plans[-1].kind == "proxies"


def test_nothing_is_proposed_where_groups_are_alike(balanced):
    found = sg.profile(balanced, target="hired", sensitive_features=["sex", "region"])
    assert found.bias.plans() == ()


def test_few_of_many_null_tables_get_a_proposal(read):
    found = 0
    for seed in range(60):
        frame = planted(500, seed, gap=0.0)
        coded, schema = read(frame)
        found += bool(differing(coded, schema, ["sex", "region"], 1.0))
    # 5 % are expected; 9 or more of 60 have a chance below .003.
    assert found <= 8


def test_the_table_must_be_there(unequal):
    copy = unequal.copy()
    found = sg.profile(copy, target="hired", sensitive_features=["sex"])
    del copy
    with pytest.raises(UsageError, match=r"The table that was profiled is gone.*plans\(data=df\)"):
        found.bias.plans()
    again = pickle.loads(pickle.dumps(found))
    assert again.bias == found.bias
    assert again.bias.plans(unequal, kinds=["weights"])[0].kind == "weights"


def test_unknown_kinds_and_targets_are_refused(unequal):
    found = sg.profile(unequal, target="hired", sensitive_features=["sex"])
    with pytest.raises(UsageError, match="kinds must be of equal_rates"):
        found.bias.plans(kinds=["fair"])
    with pytest.raises(UsageError, match="moves labels in the tree engine"):
        found.bias.plans(kinds=["equal_rates"], generator=sg.generators.GaussianCopulaSynthesizer())
    without = sg.profile(unequal, sensitive_features=["sex"])
    with pytest.raises(UsageError, match="needs a target"):
        without.bias.plans()
    frame = unequal.assign(hired=np.random.default_rng(0).normal(size=len(unequal)))
    with pytest.raises(UsageError, match="needs classes"):
        sg.profile(frame, target="hired", sensitive_features=["sex"]).bias.plans()
