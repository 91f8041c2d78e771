"""What is asked for is refused before it can end the program."""

from __future__ import annotations

import pytest

import synthgen as sg
from synthgen.errors import UsageError
from synthgen.generators import JitterSynthesizer, asked
from synthgen.generators.asked import check_fits


def test_rows_beyond_the_memory_are_refused_and_those_within_are_not(monkeypatch):
    monkeypatch.setattr(asked, "_memory", lambda: 2**30)
    check_fits(2**27 // 10, 10)
    with pytest.raises(UsageError, match=r"13,421,773 rows of 10 columns take more than 1 GiB.*1 GiB of memory"):
        check_fits(2**27 // 10 + 1, 10)
    monkeypatch.setattr(asked, "_memory", lambda: None)
    check_fits(10**12, 10)


def test_this_machine_says_how_much_memory_it_has_or_nothing():
    assert asked._memory() is None or asked._memory() > 2**27


def test_a_run_is_refused_before_its_fit_and_a_model_before_it_draws(plain, monkeypatch):
    frame = plain(30, 20)
    model = JitterSynthesizer(random_state=0).fit(frame, target="Class")
    # More than any machine has.
    with pytest.raises(UsageError, match="10,000,000,000,000 rows of 4 columns"):
        model.sample(10**13)
    monkeypatch.setattr(JitterSynthesizer, "fit", None)
    with pytest.raises(UsageError, match=r'engine="stream"'):
        sg.synthesize(frame, target="Class", generator="jitter", n_samples=10**13, progress=False)
