"""The JSON twins: by their schemas, no more than the page shows, and the page again."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import jsonschema
import pytest

from synthgen.errors import FileError
from synthgen.reporting import bias_html, bias_json, fidelity_html, fidelity_json, page_html, read_twin, run_json
from synthgen.reporting.records import shown
from synthgen.table.column import Column, Kind, Role
from synthgen.table.schema import Schema

from .conftest import HOSTILE, numbers, plans_on, profile_over, report_over, schema_of, with_models
from .test_pages import Page

ABOUT = {"version": "1", "generator": HOSTILE[0], "parameters": {HOSTILE[2]: HOSTILE[2]}, "gate": None,
         "counts": {"real": 1000, "refused": 3}, "request": {"seed": 8128}}  # fmt: skip


def strict(text: str) -> dict:
    def refuse(name: str) -> None:
        raise AssertionError(f"{name} is not JSON")

    return json.loads(text, parse_constant=refuse)


@pytest.fixture
def written(tmp_path):
    """Write a text to a file."""

    def write(text: str | bytes, name: str = "twin.json"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def twins():
    broken = replace(numbers("age"), gap=math.nan)
    report = report_over(HOSTILE)
    return {
        "fidelity": fidelity_json(replace(report, columns=(broken, *report.columns)), ABOUT),
        "bias": bias_json(profile_over(HOSTILE), ABOUT),
    }


@pytest.mark.parametrize("kind", ["fidelity", "bias"])
def test_a_twin_is_as_its_schema_says(kind):
    schema = schema_of(kind)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    document = strict(twins()[kind])
    assert not list(validator.iter_errors(document))
    # A control: each of these must be found.
    held = document["report"] if kind == "fidelity" else document["profile"]
    for change in ({"version": 2}, {"format": "other"}, {"provenance": None}):
        assert list(validator.iter_errors({**document, **change}))
    held["columns"][0]["missing"] = "none"
    assert list(validator.iter_errors(document))


def test_the_page_from_its_twin_says_the_same(written):
    report, profile = report_over(HOSTILE), profile_over(HOSTILE)
    for twin, page in (
        (fidelity_json(report, ABOUT), fidelity_html(report, ABOUT)),
        (bias_json(profile, ABOUT), bias_html(profile, ABOUT)),
    ):
        assert Page(page_html(read_twin(written(twin)))).text == Page(page).text


def test_a_twin_of_a_twin_is_the_same(written):
    first = fidelity_json(report_over(HOSTILE), ABOUT)
    twin = read_twin(written(first))
    assert fidelity_json(twin.report, twin.provenance) == first
    first = bias_json(profile_over(HOSTILE), ABOUT)
    twin = read_twin(written(first))
    assert bias_json(twin.profile, twin.provenance) == first


def test_no_more_digits_than_the_page_shows():
    profile = profile_over(("age",))
    schema = Schema((
        Column("age", Kind.CONTINUOUS, bounds=(17.123, 90.456)),
        Column("sick", Kind.CATEGORICAL, Role.TARGET, categories=("no", "a label of one person")),
    ))  # fmt: skip
    text = bias_json(replace(profile, schema=schema), {})
    for private in ("0.123456", "17.123", "90.456", "a label of one person"):
        assert private not in text
    edges = tuple(30.123456 + i for i in range(25))
    report = report_over(("age",))
    column = replace(numbers("age"), edges=edges)
    text = fidelity_json(replace(report, columns=(column,)), {})
    assert "30.123456" not in text
    assert strict(text)["report"]["columns"][0]["edges"][0] == 30.12
    # The flags' values are of single rows; the seed's record is only in run.json.
    assert "123.456" not in text
    assert "8128" not in fidelity_json(report, ABOUT)


@pytest.mark.parametrize(
    ("value", "digits"),
    [(0.93149, 0.931), (9.876, 9.88), (23.456, 23.5), (1234.5, 1234.0), (1.7e15 + 1, 1.7e15), (0.000123456, 0.00012),
     (-0.4567, -0.457), (3.0, 3.0), (0.9999, 0.9996), (math.nan, None), (math.inf, None)],
)  # fmt: skip
def test_digits_by_hand(value, digits):
    assert shown(value) == digits


def test_bars_finer_than_their_names_stay_apart(written):
    report = report_over(("age",))
    fine = replace(numbers("age"), edges=tuple(2000.001 + i / 1000 for i in range(25)))
    day = 86_400_000_000
    dates = replace(numbers("when"), kind="datetime", edges=tuple(float(20_000 * day + i) for i in range(25)))
    twin = read_twin(written(fidelity_json(replace(report, columns=(fine, dates)), {})))
    for column in twin.report.columns:
        assert len(set(column.edges)) == 25
        assert list(column.edges) == sorted(column.edges)
    assert twin.report.columns[1].edges[0] == 20_000 * day


def test_quantiles_of_dates_are_days(written):
    profile = profile_over(("when",))
    moment = 1_700_000_123_456_789.0
    column = replace(profile.columns[0], kind="datetime", quantiles=((0.5, moment),))
    document = strict(bias_json(replace(profile, columns=(column,)), {}))
    assert document["profile"]["columns"][0]["quantiles"][0][1] == moment // 86_400_000_000 * 86_400_000_000


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "isn't JSON"),
        (b"hello", "isn't JSON"),
        (b"\xff\xfe\x00", "isn't JSON"),
        (b"[" * 100_000, "isn't JSON"),
        (b"[1, 2]", "isn't the twin"),
        (b"null", "isn't the twin"),
        (b'{"format": "other-tool"}', "isn't the twin"),
        (b'{"format": ["synthgen-bias"]}', "isn't the twin"),
        (b'{"format": "synthgen-fidelity"}', "version unknown"),
        (b'{"format": "synthgen-fidelity", "version": 2}', "version 2"),
        (b'{"format": "synthgen-fidelity", "version": true}', "version"),
        (b'{"format": "synthgen-fidelity", "version": 1}', "'provenance'"),
        (b'{"format": "synthgen-fidelity", "version": 1, "provenance": {}}', "'report'"),
        (b'{"format": "synthgen-bias", "version": 1, "provenance": {}, "profile": {}}', "'schema'"),
    ],
)
def test_what_is_not_a_twin_is_refused_in_words(written, content, said):
    with pytest.raises(FileError, match=said):
        read_twin(written(content))


def test_a_cut_off_twin_a_run_and_a_missing_file_are_refused(written, tmp_path):
    text = fidelity_json(report_over(("age",)), {})
    with pytest.raises(FileError, match="isn't JSON, or was cut off"):
        read_twin(written(text[: len(text) // 2]))
    with pytest.raises(FileError, match="is the record of a run"):
        read_twin(written(run_json(report_over(("age",)))))
    with pytest.raises(FileError, match="There is no file"):
        read_twin(tmp_path / "none.json")
    with pytest.raises(FileError, match="is a folder"):
        read_twin(tmp_path)


SECRET = "Anna Example"


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("report", "results", 0, "value"), SECRET),
        (("report", "results", 0, "direction"), SECRET),
        (("report", "results", 0, "title"), 3),
        (("report", "results", 0, "n"), True),
        (("report", "results", 0, "interval"), [1]),
        (("report", "results", 0), SECRET),
        (("report", "results"), {}),
        (("report", "columns", 0, "missing"), [0, 0, 0]),
        (("report", "flagged_by_reason"), {"NEAR_COPY": SECRET}),
        (("report", "verdict"), None),
        (("report", "verdict", "findings", 0, "blocks"), "no"),
    ],
)
def test_a_wrong_member_is_named_and_its_value_is_not(written, place, value):
    document = json.loads(fidelity_json(report_over(("age",)), {}))
    held = document
    for step in place[:-1]:
        held = held[step]
    held[place[-1]] = value
    with pytest.raises(FileError, match="isn't whole") as caught:
        read_twin(written(json.dumps(document)))
    assert str(place[-1]) in str(caught.value)
    assert SECRET not in str(caught.value)


def test_parts_that_do_not_fit_together_are_said_to_be(written):
    document = json.loads(fidelity_json(report_over(("age",)), {}))
    document["report"]["columns"][0]["real"] = [0.5]
    twin = read_twin(written(json.dumps(document)))
    with pytest.raises(FileError, match="don't fit together"):
        page_html(twin)
    document["report"]["columns"][0]["real"] = []
    document["provenance"] = {"counts": 3}
    twin = read_twin(written(json.dumps(document)))
    with pytest.raises(FileError, match=r"'.*twin.json' don't fit together"):
        page_html(twin)


def test_members_of_a_later_synthgen_are_left_aside(written):
    document = json.loads(bias_json(profile_over(("age",)), {}))
    document["profile"]["bias"]["something_new"] = {"x": 1}
    document["profile"]["columns"][0]["something_new"] = 1
    assert read_twin(written(json.dumps(document))).profile.n_rows == 1000


def test_uplift_and_calibration_are_in_the_twin_and_on_the_page_from_it(written):
    report, models = report_over(("age",)), with_models(HOSTILE[0])
    text = fidelity_json(report, ABOUT, **models)
    validator = jsonschema.Draft202012Validator(schema_of("fidelity"))
    document = strict(text)
    assert not list(validator.iter_errors(document))
    assert document["uplift"]["arms"][0] == {
        "learner": "forest", "arm": "none", "average_precision": 0.512, "difference": None, "low": None, "high": None,
        "log_loss": 0.3, "raw_log_loss": 0.4, "brier": 0.1, "raw_brier": 0.1,
    }  # fmt: skip
    assert document["calibration"][0]["rows"] == [10, 10]
    # What the page doesn't show isn't in it.
    assert "0.987" not in text and "0.777" not in text
    twin = read_twin(written(text))
    assert Page(page_html(twin)).text == Page(fidelity_html(report, ABOUT, **models)).text
    assert "after 2 splits: Clearly worse" in Page(page_html(twin)).text
    assert fidelity_json(twin.report, twin.provenance, uplift=twin.uplift, calibration=twin.calibration) == text
    # The control: each of these must be found.
    document["uplift"]["arms"][0]["low"] = "none"
    assert list(validator.iter_errors(document))
    document = strict(text)
    document["calibration"][0]["rows"] = [9, 11]
    assert list(validator.iter_errors(document))


def test_plans_are_in_the_twin_and_on_the_page_from_it(written):
    profile, plans = profile_over(("age",)), plans_on(HOSTILE[0])
    text = bias_json(profile, ABOUT, plans=plans)
    validator = jsonschema.Draft202012Validator(schema_of("bias"))
    document = strict(text)
    assert not list(validator.iter_errors(document))
    assert "0.777123" not in text and "0.777" in text
    page = bias_html(profile, ABOUT, plans=plans)
    assert Page(page_html(read_twin(written(text)))).text == Page(page).text
    assert "plans" not in strict(bias_json(profile, ABOUT))
    document["plans"][0]["effect"]["ratio"] = 0.4
    assert list(validator.iter_errors(document))
    with pytest.raises(FileError, match="plans must be a list of objects"):
        read_twin(written(json.dumps({**document, "plans": [SECRET]})))
    twin = read_twin(written(json.dumps({**document, "plans": [{"kind": "weights"}]})))
    with pytest.raises(FileError, match="don't fit together"):
        page_html(twin)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"uplift": SECRET}, "uplift must be an object"),
        ({"uplift": {"advice": SECRET}}, "uplift has no member 'augment'"),
        ({"calibration": SECRET}, "calibration must be a list"),
        ({"calibration": [SECRET]}, r"calibration\[0\] must be an object"),
    ],
)
def test_wrong_uplift_or_calibration_is_refused(written, change, said):
    document = json.loads(fidelity_json(report_over(("age",)), {}, **with_models(HOSTILE[0])))
    with pytest.raises(FileError, match=said) as caught:
        read_twin(written(json.dumps(document | change)))
    assert SECRET not in str(caught.value)
