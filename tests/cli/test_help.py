"""Help and version."""

from __future__ import annotations

import synthgen as sg


def test_help_has_examples_and_exit_codes(run):
    out = run("--help").out
    for words in ("synthgen demo", "--target Class", "Exit codes", "130", "validate", "profile"):
        assert words in out


def test_help_of_synthesize_names_every_generator(run):
    out = run("synthesize", "--help").out
    for name in sg.generators.GENERATORS:
        assert name in out


def test_version(run):
    done = run("--version")
    assert done.code == 0
    assert done.out.startswith("synthgen ")
