from __future__ import annotations

import json
import math
from dataclasses import replace

import jsonschema

from synthgen.reporting import run_json

from .conftest import HOSTILE, numbers, profile_over, report_over, schema_of


def strict(text: str) -> dict:
    def refuse(name: str) -> None:
        raise AssertionError(f"{name} is not JSON")

    return json.loads(text, parse_constant=refuse)


def test_it_is_versioned_json_with_everything():
    report, profile = report_over(HOSTILE), profile_over(HOSTILE)
    run = strict(run_json(report, profile, {"random_state": 3, "parameters": {"depth": math.inf}}))
    assert run["synthgen_run"] == 1
    assert run["provenance"] == {"random_state": 3, "parameters": {"depth": None}}
    assert run["verdict"]["words"] == report.verdict.words
    assert len(run["measurements"]) == len(report.results)
    assert run["measurements"][2]["reason"] == "it stopped with ValueError"
    assert run["flagged_rows_by_reason"] == {"NEAR_COPY": 2, "SOME_NEW_REASON": 1}
    assert [column["name"] for column in run["columns"]] == [column.name for column in report.columns]


def test_nan_becomes_null():
    report = report_over(("age",))
    broken = replace(numbers("age"), gap=math.nan)
    run = strict(run_json(replace(report, columns=(broken,)), None, None))
    assert run["columns"][0]["gap"] is None
    assert run["profile"] is None


def test_no_value_of_few_rows_is_in_it():
    text = run_json(report_over(("age",)), profile_over(("age",)), {})
    assert "0.123456" not in text
    assert "a very rare answer" not in text
    assert "unheard of" not in text
    assert strict(text)["profile"]["classes_under_10_rows"] == {"classes": 1, "rows": 3}
    assert "123.456" not in text


def test_it_is_as_its_schema_says():
    schema = schema_of("run")
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    run = strict(run_json(report_over(HOSTILE), profile_over(HOSTILE), {"random_state": "3", "gate": None}))
    assert not list(validator.iter_errors(run))
    assert not list(validator.iter_errors(strict(run_json(report_over(("age",))))))
    # The control: each of these must be found.
    group = {**run["profile"]["bias"]["groups"][0], "n": 9}
    for change in (
        {"synthgen_run": 2}, {"provenance": None}, {"counts": {"train": -1}}, {"profile": {}},
        {"verdict": {**run["verdict"], "outcome": "MAYBE"}}, {"tags": {"key": "short"}},
        {"profile": {**run["profile"], "bias": {**run["profile"]["bias"], "groups": [group]}}},
    ):  # fmt: skip
        assert list(validator.iter_errors({**run, **change})), change
