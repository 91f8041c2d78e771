"""A verdict as JUnit XML: one test case a criterion, for the page of tests of a CI server."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from synthgen.validation.verdict import Finding, Outcome, Purpose, Verdict


def junit_xml(verdict: Verdict, now: datetime | None = None) -> str:
    """Write a verdict down as CI servers read tests.

    A criterion that makes ``synthgen validate`` end with exit code 3 is a failure; one that is not met, but doesn't
    block, and what was not tested are skipped, with the reason.

    Parameters
    ----------
    verdict : Verdict
    now : datetime, optional
        When it was found.

    Returns
    -------
    str
        XML that fits the schemas of Ant's and of Jenkins' reports.

    Examples
    --------
    >>> from synthgen.validation.verdict import Verdict, Outcome, Purpose
    >>> finding = Finding("ks", Outcome.FAIL, "too far from real rows", True, "Try another generator.")
    >>> text = junit_xml(Verdict(Outcome.FAIL, Purpose.AUGMENT, (finding,)))
    >>> ET.fromstring(text)[0].get("failures")
    '1'
    """
    cases = [_case(finding, name, verdict) for finding, name in zip(verdict.findings, _names(verdict), strict=True)]
    for number, words in enumerate(verdict.not_tested, 1):
        case = ET.Element("testcase", classname="synthgen.not_tested", name=f"not tested {number}", time="0")
        ET.SubElement(case, "skipped", message=_clean(words))
        cases.append(case)
    failures, skipped = (sum(case.find(tag) is not None for case in cases) for tag in ("failure", "skipped"))
    root = ET.Element("testsuites")
    moment = (now or datetime.now(UTC)).replace(tzinfo=None, microsecond=0).isoformat()
    suite = ET.SubElement(
        root, "testsuite", name="synthgen validate", package="synthgen", id="0", hostname="localhost",
        timestamp=moment, time="0", tests=str(len(cases)), failures=str(failures), errors="0", skipped=str(skipped),
    )  # fmt: skip
    properties = ET.SubElement(suite, "properties")
    for name, value in (("verdict", verdict.outcome), ("words", verdict.words), ("purpose", verdict.purpose)):
        ET.SubElement(properties, "property", name=name, value=str(value))
    suite.extend(cases)
    ET.SubElement(suite, "system-out").text = _clean(str(verdict))
    ET.SubElement(suite, "system-err").text = ""
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _case(finding: Finding, name: str, verdict: Verdict) -> ET.Element:
    case = ET.Element("testcase", classname=f"synthgen.{_clean(finding.about or 'criteria')}", name=name, time="0")
    if finding.outcome is Outcome.PASS:
        return case
    words = _clean(finding.words)
    # What makes the command end with exit code 3, and nothing else, is a failure here.
    blocks = finding.blocks and (finding.outcome is Outcome.FAIL or verdict.purpose is Purpose.RELEASE)
    if blocks:
        failure = ET.SubElement(case, "failure", type=str(finding.outcome), message=words)
        failure.text = f"{words}\n{_clean(finding.advice)}".rstrip()
    else:
        why = "not settled" if finding.outcome is Outcome.INCONCLUSIVE else "doesn't block"
        ET.SubElement(case, "skipped", message=f"{why}: {words}")
    return case


def _names(verdict: Verdict) -> list[str]:
    """A name of its own for each criterion, so that a server can follow it from run to run."""
    names = [_clean(finding.criterion) for finding in verdict.findings]
    often, seen = Counter(names), Counter[str]()
    out = []
    for name in names:
        seen[name] += 1
        out.append(f"{name} ({seen[name]})" if often[name] > 1 else name)
    return out


def _clean(text: str) -> str:
    """Text that XML can hold: names of columns may hold characters that no XML file may."""
    return "".join(char if char.isprintable() or char in "\n\t" else "\ufffd" for char in text)
