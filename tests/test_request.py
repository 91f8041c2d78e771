"""What was asked for, in plain values, and asked for again."""

from __future__ import annotations

import json
from dataclasses import replace
from inspect import signature

import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from synthgen.errors import FileError
from synthgen.planning.fairness import read_plan
from synthgen.randomness import child, seed_sequence
from synthgen.request import describe_request, read_request
from synthgen.table.column import Column, Kind, Role
from synthgen.table.schema import Schema
from synthgen.validation.gate import Gate


def there_and_back(given=None, seed=None, **arguments):
    written = json.loads(json.dumps(describe_request(seed or seed_sequence(3), **arguments), allow_nan=False))
    return written, read_request(written, given or {})


def test_plain_arguments_come_back():
    asked = {
        "target": "Class", "holdout": 0.2, "n_samples": None, "sampling_strategy": {0: 500, "1": 400, True: 3},
        "conditions": {"shop": ["web", "till"], "Amount": ">= 100"}, "generator": "auto", "gate": None,
        "sensitive_features": ("sex",),
    }  # fmt: skip
    written, again = there_and_back(**asked)
    again.pop("random_state")
    assert again == {**asked, "sensitive_features": ["sex"]}
    assert (written["given"], written["obstacles"]) == ([], [])


def test_a_run_writes_down_every_argument_but_what_changes_no_row(plain):
    result = sg.synthesize(
        plain(60, 40), n_samples=30, generator="jitter", validation="standard", random_state=0, progress=False
    )
    asked = result.provenance.request["arguments"]
    # A new argument of synthesize has to be written down, or a run that used it can't be made again. A run in pieces
    # says that it can't, so the engine needn't be.
    left = {"data", "out", "engine", "random_state", "progress"}
    assert set(signature(sg.synthesize).parameters) - set(asked) == left
    json.dumps(asked, allow_nan=False)


@pytest.mark.parametrize(
    "fairness",
    [
        None, "quotas", {"kind": "weights", "strength": 0.5},
        sg.FairnessPlan("quotas", ("sex",), 0.5, target="ill", label=True),
        sg.FairnessPlan("representation", ("sex", "race"), reference=((("F", "a"), 0.6), (("M", "b"), 0.4))),
    ],
)  # fmt: skip
def test_a_fairness_plan_comes_back(fairness):
    written, again = there_and_back(fairness=fairness)
    assert written["obstacles"] == []
    schema = Schema((Column("sex", Kind.CATEGORICAL), Column("race", Kind.CATEGORICAL),
                     Column("ill", Kind.BOOLEAN, Role.TARGET)))  # fmt: skip
    if not isinstance(fairness, sg.FairnessPlan):
        assert again["fairness"] == fairness
    else:
        assert read_plan(again["fairness"], schema) == replace(fairness, target=None)


@pytest.mark.parametrize(
    "random_state", [0, None, np.random.default_rng(3), np.random.RandomState(3), np.random.SeedSequence(2**100),
                     np.random.SeedSequence([1, 2**40]), child(np.random.SeedSequence(5), "x")]
)  # fmt: skip
def test_every_seed_comes_back_also_one_that_was_drawn(random_state):
    seed = seed_sequence(random_state)
    written, again = there_and_back(seed=seed)
    assert (again["random_state"].generate_state(4) == seed.generate_state(4)).all()
    assert isinstance(written["seed"]["entropy"], (str, list))


def test_numpy_values_and_dates_are_written_plainly():
    conditions = {"a": np.int64(3), "b": np.array([1, 2]), "c": {2, 1}, "d": pd.Timestamp("2024-01-02"), "e": np.True_}
    _, again = there_and_back(conditions=conditions)
    assert again["conditions"] == {"a": 3, "b": [1, 2], "c": [1, 2], "d": "2024-01-02T00:00:00", "e": True}


def test_generators_and_gates():
    tree = sg.generators.GENERATORS["smote"](k_neighbors=4, random_state=8)
    written, again = there_and_back(generator=tree, gate=Gate.default(fewest_holders=11))
    assert type(again["generator"]) is type(tree)
    assert again["generator"].get_params() == tree.get_params()
    assert again["gate"] == Gate.default(fewest_holders=11)
    assert written["given"] == []


def test_what_cannot_be_written_down_must_be_handed_in_again():
    class Own(sg.generators.GENERATORS["jitter"]):
        pass

    schema = sg.Schema.infer(pd.DataFrame({"a": [17.25, 90.5]}))
    drawn = sg.generators.GENERATORS["jitter"](random_state=np.random.default_rng(0))
    for generator in (Own(), drawn):
        written, _ = there_and_back(schema=schema, generator=generator, gate=Gate(()))
        assert written["given"] == ["schema", "generator", "gate"]
        # A schema's bounds are single rows' values.
        assert "17.25" not in json.dumps(written)
    mine = Own()
    _, again = there_and_back({"schema": schema, "generator": mine}, schema=schema, generator=mine)
    assert again["schema"] is schema
    assert again["generator"] is mine


def test_what_is_neither_is_an_obstacle_and_not_shown():
    written, _ = there_and_back(conditions={"a": object()}, holdout=0.2)
    assert written["obstacles"] == ["conditions holds something that can't be written down"]
    assert "object" not in json.dumps(written)


@pytest.mark.parametrize(
    "broken",
    [None, [], {}, {"arguments": [], "seed": {}}, {"arguments": {}, "seed": {"entropy": "x", "spawn_key": []}},
     {"arguments": {}, "seed": {"entropy": "-1", "spawn_key": []}}, {"arguments": {}, "seed": {"entropy": "1"}},
     {"arguments": {"generator": {"name": "gan", "parameters": {}}}, "seed": {"entropy": "1", "spawn_key": []}},
     {"arguments": {"generator": {"name": "smote", "parameters": {"pairs": [["x", 1]]}}},
      "seed": {"entropy": "1", "spawn_key": []}},
     {"arguments": {"conditions": {"pairs": [1]}}, "seed": {"entropy": "1", "spawn_key": []}},
     {"arguments": {"holdout": None}, "seed": {"entropy": "1", "spawn_key": []}}],
)  # fmt: skip
def test_a_request_that_is_not_whole_is_refused(broken):
    with pytest.raises(FileError, match="doesn't say in full"):
        read_request(broken, {})
