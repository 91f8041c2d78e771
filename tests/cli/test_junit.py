"""JUnit XML of a verdict: what fails is what ends the command with 3, and every server can read it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

import synthgen as sg
from synthgen.cli.junit import junit_xml
from synthgen.validation.verdict import Finding, Outcome, Purpose, Verdict

from ..reporting.conftest import HOSTILE
from .fakes import a_report

# What Ant's and Jenkins' schemas ask of each element: attributes that must be there, those that may, and children in
# their order.
SCHEMA = {
    "testsuites": (set(), set(), ["testsuite"]),
    "testsuite": (
        {"name", "package", "id", "hostname", "timestamp", "tests", "failures", "errors", "time"}, {"skipped"},
        ["properties", "testcase", "system-out", "system-err"],
    ),
    "properties": (set(), set(), ["property"]),
    "property": ({"name", "value"}, set(), []),
    "testcase": ({"name", "classname", "time"}, set(), ["skipped", "error", "failure"]),
    "failure": ({"type"}, {"message"}, []),
    "skipped": (set(), {"message"}, []),
    "system-out": (set(), set(), []),
    "system-err": (set(), set(), []),
}  # fmt: skip


def checked(text):
    """The document, once it holds what the schemas ask for."""
    root = ET.fromstring(text.encode())
    for element in root.iter():
        needed, allowed, children = SCHEMA[element.tag]
        held = set(element.keys())
        assert needed <= held <= needed | allowed, element.tag
        places = [children.index(child.tag) for child in element]
        assert places == sorted(places)
    suite = root.find("testsuite")
    cases = suite.findall("testcase")
    assert int(suite.get("tests")) == len(cases)
    assert int(suite.get("failures")) == len(suite.findall("testcase/failure"))
    assert int(suite.get("skipped")) == len(suite.findall("testcase/skipped"))
    # xs:dateTime without a zone, as Ant's schema has it.
    datetime.strptime(suite.get("timestamp"), "%Y-%m-%dT%H:%M:%S")
    assert len({case.get("name") for case in cases}) == len(cases)
    return suite


def states(suite):
    return {case.get("name"): next((child.tag for child in case), "passed") for case in suite.findall("testcase")}


def verdict_of(outcome, purpose, *findings):
    return Verdict(Outcome(outcome), Purpose(purpose), findings, ("linkability",))


FINDINGS = (
    Finding("ks", Outcome.PASS, "near enough", True, about="fidelity"),
    Finding("copies", Outcome.FAIL, "12 copies", True, "Refuse them.", about="singling out"),
    Finding("detection", Outcome.INCONCLUSIVE, "Only 12 rows", True),
    Finding("attack", Outcome.FAIL, "found", False, "Try tree."),
)


def test_each_criterion_is_a_case():
    suite = checked(junit_xml(verdict_of("FAIL", "augment", *FINDINGS), datetime(2024, 1, 2, 3, 4, 5)))
    assert states(suite) == {
        "ks": "passed", "copies": "failure", "detection": "skipped", "attack": "skipped", "not tested 1": "skipped",
    }  # fmt: skip
    failure = suite.find("testcase/failure")
    assert (failure.get("type"), failure.get("message"), failure.text) == (
        "FAIL",
        "12 copies",
        "12 copies\nRefuse them.",
    )
    reasons = [item.get("message") for item in suite.findall("testcase/skipped")]
    assert reasons == ["not settled: Only 12 rows", "doesn't block: found", "linkability"]
    assert suite.get("timestamp") == "2024-01-02T03:04:05"
    assert suite.find("testcase[@name='copies']").get("classname") == "synthgen.singling out"
    assert suite.find("properties/property[@name='verdict']").get("value") == "FAIL"


def test_a_release_fails_on_what_is_not_settled():
    suite = checked(junit_xml(verdict_of("INCONCLUSIVE", "release", FINDINGS[0], FINDINGS[2])))
    assert states(suite)["detection"] == "failure"


def test_criteria_of_one_name_are_told_apart():
    names = states(checked(junit_xml(verdict_of("FAIL", "augment", *FINDINGS, FINDINGS[1]))))
    assert list(names)[:5] == ["ks", "copies (1)", "detection", "attack", "copies (2)"]


@pytest.mark.parametrize("name", [*HOSTILE, "\x00\x1b[31m\x08", "]]>", "&#0;", "\ufffe\uffff"])
def test_hostile_names_are_harmless(name):
    finding = Finding(name, Outcome.FAIL, f"[{name}] is far", True, name, about=name)
    verdict = Verdict(Outcome.FAIL, Purpose.AUGMENT, (finding, *FINDINGS), (name,))
    suite = checked(junit_xml(verdict))
    said = suite.find("testcase/failure").get("message")
    plain = "".join(char if char.isprintable() else "\ufffd" for char in name)
    assert said == f"[{plain}] is far"


@pytest.mark.parametrize("purpose", ["augment", "release"])
@pytest.mark.parametrize("outcome", ["PASS", "INCONCLUSIVE", "FAIL"])
def test_the_command_fails_exactly_if_a_case_does(run, monkeypatch, outcome, purpose):
    monkeypatch.setattr(sg, "validate", lambda synthetic, **words: a_report(outcome, words["purpose"]))
    words = ["validate", "s.csv", "--train", "t.csv", "--holdout", "h.csv", "--purpose", purpose]
    done = run(*words, "--junit", "synthgen.xml", "--quiet")
    assert done.out == ""
    suite = checked(Path("synthgen.xml").read_text("utf-8"))
    assert (done.code == 3) == (int(suite.get("failures")) > 0)
    assert "synthgen.xml" in run(*words, "--junit", "synthgen.xml").out
    assert run(*words, "--junit", "nowhere/synthgen.xml").code == 1
    assert run(*words, "--junit", "same", "--out", "same").code == 2
