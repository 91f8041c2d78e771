"""``synthgen init``: a file that reads back, says what the table suggests, and shows nobody."""

from __future__ import annotations

import json
import os
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from synthgen.cli.config_template import quoted, template, value
from synthgen.cli.suggestions import suggest

from .fakes import left


def uncommented(text):
    """The settings with every suggestion taken."""
    lines = [line.removeprefix("# ") for line in text.splitlines()]
    kept = [line for line in lines if line.startswith("[") or " = " in line.split("#")[0].split('"')[0]]
    return tomllib.loads("\n".join(kept))


@pytest.fixture
def people():
    """Patients in which single people have a label, an extreme, a date and a precision of their own."""
    rng = np.random.default_rng(0)
    n = 400
    frame = pd.DataFrame(
        {
            "patient_id": rng.integers(1000, 1150, n),
            "sex": rng.choice(["F", "M"], n),
            "city": rng.choice(["Bonn", "Ulm"], n),
            "weight": rng.normal(70, 10, n).round(1),
            "stay": rng.integers(0, 40, n),
            "seen": (pd.Timestamp("2020-02-03") + pd.to_timedelta(rng.integers(0, 900, n), unit="D")).astype(str),
            "email": [f"person{i}@example.org" for i in range(n)],
            "outcome": rng.choice(["well", "ill"], n),
        }
    )
    frame.loc[3, ["city", "weight", "stay", "seen", "outcome"]] = ["Xanten", 311.123456, 9731, "1931-05-06", "lost"]
    frame.loc[7, ["city", "weight"]] = ["Xanten", 2.25]
    return frame


def test_a_file_of_another_name_is_named_in_what_comes_next(run, fake, cards):
    fake()
    done = run("init", cards, "--target", "Class", "--out", "my settings.toml")
    assert "Edit it, then: synthgen synthesize --config 'my settings.toml'\n" in done.out
    assert run("synthesize").code == 2
    assert run("synthesize", "--config", "my settings.toml").code == 0


def test_the_file_reads_back_and_starts_a_run(run, fake, cards):
    seen = fake()
    done = run("init", cards, "--target", "Class")
    assert (done.code, done.err) == (0, "")
    assert "synthgen.toml" in done.out
    assert "Edit it, then: synthgen synthesize\n" in done.out
    held = tomllib.loads(Path("synthgen.toml").read_text("utf-8"))
    assert (held["data"], held["target"]) == ("cards.csv", "Class")
    assert list(held["columns"]) == ["amount", "hour", "shop", "Class"]
    assert run("synthesize").code == 0
    # Nothing is declared until somebody does.
    assert (seen["target"], seen["schema"], seen["generator"]) == ("Class", None, "auto")


def test_every_suggestion_can_be_taken(run, fake, cards):
    seen = fake()
    run("init", cards)
    text = Path("synthgen.toml").read_text("utf-8")
    taken = uncommented(text)
    assert (taken["target"], taken["columns"]["shop"]["categories"]) == ("Class", ["phone", "till", "web"])
    assert taken["columns"]["hour"] == {"kind": "integer", "bounds": [0, 30]}
    assert set(taken["synthesize"]) >= {"purpose", "generator", "sampling_strategy", "n_samples", "holdout", "out"}
    lines = [line[2:] if line.startswith(("# kind", "# categories", "# decimals", "# target")) else line
             for line in text.splitlines()]  # fmt: skip
    Path("synthgen.toml").write_text("\n".join(lines))
    done = run("synthesize")
    assert done.code == 0, done.err
    assert seen["schema"]["shop"].declared == {"kind", "categories"}


def test_guesses(people):
    found = suggest(people)
    assert (found.target_guess, found.subject_guess) == ("outcome", "patient_id")
    assert found.sensitive_guess == ("sex",)
    notes = {column.name: column.notes for column in found.columns}
    assert any("e-mail address" in note for note in notes["email"])
    text = template(found, "people.csv", "out.csv")
    assert '# target = "outcome"   # guessed' in text
    assert '# subject = "patient_id"' in text
    assert "# Personal data: e-mail address (high confidence)." in text
    # A column that is named as the target isn't suggested as anything else.
    assert suggest(people, "sex").sensitive_guess == ()
    assert suggest(people, "sex").target_guess is None


def test_no_value_of_fewer_than_ten_people_is_shown(people, run):
    people.to_csv("people.csv", index=False)
    shown = run("init", "people.csv")
    text = Path("synthgen.toml").read_text("utf-8")
    for secret in ("Xanten", "311", "123456", "9731", "1931", "lost", "2.25", "person1", "example.org", "1001"):
        assert secret not in text + shown.out, secret
    # What many share is there.
    for common in ('["Bonn", "Ulm"]', '["ill", "well"]', '["F", "M"]'):
        assert common in text
    taken = uncommented(text)["columns"]
    assert taken["weight"] == {"kind": "continuous", "role": "quasi_identifier", "bounds": [50.0, 90.0], "decimals": 1}
    assert taken["stay"]["bounds"] == [0, 40]
    assert [str(end) for end in taken["seen"]["bounds"]] == ["2020-01-01", "2023-01-01"]
    assert "bounds" not in taken["patient_id"]
    assert "There are more labels" in text


def test_ten_rows_of_one_person_are_one_person():
    """A label on thirty rows of one patient is that patient's; so are the ends of their values."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"patient_id": np.repeat(np.arange(150), 3), "ward": "a", "dose": rng.integers(10, 20, 450)})
    frame.loc[frame.index[:30], ["patient_id", "ward", "dose"]] = [0, "b", 999]
    ward, dose = suggest(frame).columns[1:]
    assert (ward.categories, ward.whole) == (("a",), False)
    assert dose.bounds == (10, 19)
    alone = suggest(frame.drop(columns="patient_id")).columns
    assert alone[0].categories == ("a", "b")


def test_few_rows_have_no_bounds():
    assert suggest(pd.DataFrame({"x": np.arange(99) / 10})).columns[0].bounds is None
    # The tenth from below is 0.9, the tenth from above 9.0; to whole ones, outwards, and not
    # to a 9.0 that one row has.
    assert suggest(pd.DataFrame({"x": np.arange(100) / 10})).columns[0].bounds == (0.0, 10.0)


def test_a_file_that_is_there_is_kept(run, cards):
    Path("synthgen.toml").write_text("mine")
    done = run("init", cards)
    assert done.code == 1
    assert "synthgen.toml is there already" in done.err
    assert Path("synthgen.toml").read_text() == "mine"
    assert run("init", cards, "--out", "other.toml", "--quiet").out == ""
    assert run("init", cards, "--force").code == 0
    assert Path("synthgen.toml").read_text().startswith("# Settings")
    assert left(cards.parent) == ["cards.csv", "other.toml", "synthgen.toml"]


def test_a_failure_leaves_the_old_file(run, cards, monkeypatch):
    Path("synthgen.toml").write_text("mine")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    done = run("init", cards, "--force")
    assert done.code == 1
    assert "No space left on device" in done.err
    assert (left(cards.parent), Path("synthgen.toml").read_text()) == (["cards.csv", "synthgen.toml"], "mine")


def test_data_is_named_from_the_folder_of_the_file(run, cards, fake):
    seen = fake()
    Path("deep").mkdir()
    assert run("init", "cards.csv", "--out", "deep/s.toml", "--json").code == 0
    assert tomllib.loads(Path("deep/s.toml").read_text())["data"] == "../cards.csv"
    assert run("synthesize", "--config", "deep/s.toml").code == 0
    assert seen["data"].samefile(cards)


def test_json(run, cards):
    document = json.loads(run("init", cards, "--json").out)
    assert document == {
        "files": ["synthgen.toml"], "target": "Class", "sensitive": [], "subject": None,
        "suggestions": ["target: Class, guessed by its name"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["none.csv"], 1, "none.csv"),
        (["cards.csv", "--target", "Klass"], 2, "Klass"),
        (["cards.csv", "--out", "cards.csv"], 2, "would be overwritten"),
        (["cards.csv", "--out", "nowhere/s.toml"], 1, "no folder nowhere"),
        (["-"], 2, "not a pipe"),
        ([], 2, "Missing argument"),
    ],
)
def test_what_cannot_be_done(run, cards, words, code, said):
    done = run("init", *words)
    assert (done.code, done.out) == (code, "")
    assert said in done.err
    assert left(cards.parent) == ["cards.csv"]


def test_a_name_that_is_no_text_is_refused(run, cards):
    """Files may have any bytes for a name; all other commands take them, but no TOML file can hold one."""
    name = os.fsdecode(b"caf\xe9.csv")
    Path(name).write_bytes(cards.read_bytes())
    done = run("init", name)
    assert (done.code, Path("synthgen.toml").exists()) == (1, False)
    assert "isn't UTF-8" in done.err
    assert run("profile", name, "--quiet").code == 0


HOSTILE = (
    "line\nbreak",
    'quote"s',
    "back\\slash",
    "[bold]red[/]",
    "\x1b[31mred",
    "# hash",
    "a.b",
    "= 1",
    "ü 💰",
    "",
    " ",
)


def test_hostile_names_and_labels_read_back():
    names = [*HOSTILE, "x" * 5000]
    frame = pd.DataFrame({name: ["a\n[evil]", "\x1b[2J#"] * 60 for name in names})
    text = template(suggest(frame, names[0]), 'd "1"\n.csv', "o.csv")
    held = tomllib.loads(text)
    assert list(held["columns"]) == names
    assert (held["data"], held["target"]) == ('d "1"\n.csv', names[0])
    assert all(char.isprintable() or char == "\n" for char in text)
    assert "\n[evil]" not in text


@pytest.mark.parametrize("given", [*HOSTILE, "\U000e0001", "\u202e", "\x7f", "\x85"])
def test_a_text_is_quoted_as_toml_reads_it(given):
    assert tomllib.loads(f"x = {quoted(given)}") == {"x": given}


@pytest.mark.parametrize("given", [True, 3, -0.5, 1e300, [1, "a"], pd.Timestamp("2024-01-02").date()])
def test_a_value_is_written_as_toml_reads_it(given):
    assert tomllib.loads(f"x = {value(given)}") == {"x": given}


@pytest.mark.parametrize("name", ["thyroid", "adult", "fraud"])
def test_the_tables_that_come_along(name):
    table = getattr(sg.datasets, f"load_{name}")()
    found = suggest(table[:5000])
    assert tomllib.loads(template(found, "d.csv", "o.csv"))["columns"].keys() == set(table.columns)
    assert found.target_guess == {"thyroid": "diagnosis", "adult": "income", "fraud": "Class"}[name]
