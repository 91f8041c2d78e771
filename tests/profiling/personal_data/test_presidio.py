"""Presidio's analyzer behind the adapter, with a stand-in that has its interface."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd
import pytest

import synthgen as sg
from synthgen.errors import UsageError
from synthgen.profiling.personal_data import with_presidio


@dataclass
class RecognizerResult:
    entity_type: str
    score: float
    start: int
    end: int


class AnalyzerEngine:
    """Finds Ada, and is unsure of Bob; as presidio, takes keywords and gives results with a score."""

    def __init__(self):
        self.asked = []

    def analyze(self, text, language):
        self.asked.append((text, language))
        sure = [RecognizerResult("PERSON", 0.85, m.start(), m.end()) for m in re.finditer("Ada", text)]
        unsure = [RecognizerResult("PERSON", 0.2, m.start(), m.end()) for m in re.finditer("Bob", text)]
        return [*sure, *unsure, RecognizerResult("DATE_TIME", 0.9, 0, 1)]


def remarks(who):
    plain = [f"the patient slept well in ward {i}" for i in range(90)]
    return pd.DataFrame({"remark": [*plain, *(f"{who} saw the patient at night {i}" for i in range(10))]})


def test_names_in_free_text_are_found_with_presidio_only():
    frame = remarks("Ada")
    assert sg.profile(frame).personal_data.columns == ()
    found = sg.profile(frame, text_search=with_presidio(AnalyzerEngine())).personal_data.columns[0]
    assert (found.what, found.share, found.confidence) == ("text with person name", 0.1, "high")
    assert "Ada" not in repr(found)


def test_unsure_and_ignored_results_do_not_count():
    assert sg.profile(remarks("Bob"), text_search=with_presidio(AnalyzerEngine())).personal_data.columns == ()
    surer = with_presidio(AnalyzerEngine(), score=0.1)
    assert sg.profile(remarks("Bob"), text_search=surer).personal_data.columns[0].what == "text with person name"


def test_short_texts_are_read_too_and_numbers_are_not():
    engine = AnalyzerEngine()
    frame = pd.DataFrame({"who": [f"Ada{i}" for i in range(40)], "n": [float(i % 7) for i in range(40)]})
    found = sg.profile(frame, text_search=with_presidio(engine, language="de")).personal_data.columns
    assert [(item.column, item.what) for item in found] == [("who", "person name")]
    assert {language for _, language in engine.asked} == {"de"}
    assert all("Ada" in text for text, _ in engine.asked)


def test_few_texts_are_given_to_it():
    engine = AnalyzerEngine()
    sg.profile(pd.DataFrame({"remark": [f"nothing to say of this one {i}" for i in range(2_000)]}),
               text_search=with_presidio(engine))  # fmt: skip
    assert len(engine.asked) == 500


@pytest.mark.parametrize(("analyzer", "options", "said"), [
    (object(), {}, "method analyze"),
    (AnalyzerEngine(), {"score": 2}, "between 0 and 1"),
])  # fmt: skip
def test_bad_arguments_are_named(analyzer, options, said):
    with pytest.raises(UsageError, match=said):
        with_presidio(analyzer, **options)
