"""synthgen.toml: what it may hold, what it becomes, and what is said of a slip in it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

import synthgen as sg
from synthgen.cli import app
from synthgen.cli.config_file import NOT_IN_THE_FILE, TABLES, beside, read_config, words_of
from synthgen.cli.configuration import COMMANDS
from synthgen.errors import FileError, UsageError

FUNCTIONS = {info.callback.__name__: info.callback for info in app.registered_commands}
CONFIGURED = {name: FUNCTIONS[name] for name in COMMANDS}


@pytest.fixture
def read(here):
    """Read a text as the settings of one command."""

    def call(text, command="synthesize"):
        Path("synthgen.toml").write_text(text, encoding="utf-8")
        return read_config(Path("synthgen.toml"), command, CONFIGURED)

    return call


def test_each_command_gets_its_own_words_and_the_shared_ones_it_has(read):
    text = (
        'data = "d.csv"\nseed = 3\n[synthesize]\nholdout = 0.3\nseed = 4\n'
        '[uplift]\nfolds = 3\n[columns.a]\nkind = "text"\n'
    )
    assert read(text).words == {"data": "d.csv", "seed": 4, "holdout": 0.3}
    assert read(text, "uplift").words == {"data": "d.csv", "seed": 3, "folds": 3}
    # validate has no DATA of that name.
    assert read(text, "validate").words == {"seed": 3}
    assert read(text, "profile").words == {"data": "d.csv"}
    assert read(text, "profile").columns == {"a": {"kind": "text"}}


def test_what_the_command_line_says_in_pairs_is_a_table(read):
    found = read(
        '[synthesize]\nsampling_strategy = {"0" = 5, "a=b" = 6}\nfairness = {kind = "quotas", strength = 0.5}\n'
        '[synthesize.options]\nk_neighbors = 3\n[synthesize.conditions]\nAmount = ">= 100"\nshop = ["web", 2]\n'
        "seen = 2024-01-02\n"
    )
    assert found.words == {}
    assert found.tables == {
        "sampling_strategy": {"0": 5, "a=b": 6},
        "fairness": {"kind": "quotas", "strength": 0.5},
        "options": {"k_neighbors": 3},
        "conditions": {"Amount": ">= 100", "shop": ["web", 2], "seen": "2024-01-02"},
    }
    assert read("[synthesize]\nsampling_strategy = 0.1\n").tables == {"sampling_strategy": 0.1}
    assert read('[synthesize]\nsampling_strategy = "auto"\n').words == {"sampling_strategy": "auto"}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_word_of_a_command_can_stand_in_the_file(read, name):
    """A word that a command gets later is in the file by itself; its type must be one that can be checked."""
    examples = {
        "bool": "true",
        "int": "3",
        "float": "0.5",
        "str": '"text"',
        "PosixPath": '"f.csv"',
        "Path": '"f.csv"',
        "Any": '"f.csv"',
    }
    words = words_of(FUNCTIONS[name])
    assert len(words) > 8
    assert not words.keys() & NOT_IN_THE_FILE
    for word, kind in words.items():
        if word in TABLES.values():
            continue
        text = examples.get(getattr(kind, "__name__", ""))
        if text is None:
            listed = getattr(kind, "__args__", None)
            text = f"[{examples[listed[0].__name__]}]" if listed else f'"{next(iter(kind))}"'
        told = {**read(f"[{name}]\n{word} = {text}\n", name).words}
        assert list(told) == [word]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("targt = 'a'", "'targt': there is no such key. Did you mean 'target'? Allowed: data, target,"),
        ("holdout = 0.2", "'holdout': there is no such key."),
        ("[synthesise]", "'synthesise': there is no such key. Did you mean 'synthesize'?"),
        ("[synthesize]\nrandom_state = 1", "[synthesize] 'random_state': there is no such key. Did you mean 'seed'?"),
        ("[synthesize]\noption = 1", "Did you mean 'options'?"),
        ("[uplift]\nTime = 'a'", "[uplift] 'Time': there is no such key. Did you mean 'time'?"),
        ("[synthesize]\nholdout = 'many'", '[synthesize] holdout: got "many"; allowed: a number.'),
        ("[synthesize]\nholdout = true", "[synthesize] holdout: got true; allowed: a number."),
        ("[synthesize]\nn_samples = 1.5", "[synthesize] n_samples: got the number 1.5; allowed: a whole number."),
        ("[synthesize]\nquiet = 1", "got the number 1; allowed: true or false."),
        ("[synthesize]\npurpose = 'realease'", "got \"realease\". Did you mean 'release'? Allowed: augment, release."),
        ("[synthesize]\npurpose = 1", "got the number 1. Allowed: augment, release."),
        ("sensitive = 'sex'", 'sensitive: got "sex"; allowed: a list, such as ["one", "other"].'),
        ("sensitive = ['sex', 1]", "sensitive: got the number 1; allowed: text in quotes."),
        ("target = ''", 'target: got ""; allowed: text in quotes.'),
        ("target = 2024-01-01", "target: got a date or a time; allowed: text in quotes."),
        ("[synthesize]\nfairness = 3", "fairness: got the number 3; allowed: text in quotes."),
        ("[synthesize]\noptions = 3", "[synthesize.options]: got the number 3; allowed: a table."),
        ("[synthesize]\nsampling_strategy = {a = 'b'}", "'a': got \"b\"; allowed: a whole number of rows."),
        ("[synthesize.conditions]\na = {b = 1}", "'a': got a table; allowed: a value, or a list of values."),
        ("columns = 3", "[columns]: got the number 3; allowed: a table."),
        ("[columns]\na = 3", "[columns.'a']: got the number 3; allowed: a table."),
        ("[columns.a]\nknd = 'text'", "[columns.'a'] 'knd': there is no such key. Did you mean 'kind'?"),
        ("[columns.a]\nkind = 'number'", "[columns.'a'] kind: got \"number\". Allowed: continuous, integer,"),
        ("[columns.a]\nrole = 'Target'", "Did you mean 'target'?"),
        ("[columns.a]\ndecimals = -1", "decimals: got -1; allowed: 0 to 15."),
        ("[columns.a]\nbounds = [1]", "bounds: got a list; allowed: two numbers, or two dates."),
        ("[columns.a]\nbounds = [true, false]", "allowed: two numbers, or two dates."),
        ("[columns.a]\nbounds = [1, 2024-01-01]", "allowed: two numbers, or two dates."),
        ("[columns.a]\ncategories = []", "categories: got a list; allowed: a list of labels."),
        ("[columns.a]\ncategories = [[1]]", "categories: got a list; allowed: a list of labels."),
        ("[columns.a]\ncategories = ['x', 'x']", "a label is listed twice; allowed: each label once."),
        ("[columns.a", "synthgen.toml isn't a TOML file: "),
        ("a = 1\na = 2", "synthgen.toml isn't a TOML file: "),
    ],
)
def test_a_slip_is_named_with_what_is_allowed_in_one_line(read, text, said):
    with pytest.raises(UsageError) as slip:
        read(text)
    assert said in str(slip.value)
    assert str(slip.value).startswith("synthgen.toml")
    assert "\n" not in str(slip.value)


def test_a_slip_in_the_table_of_another_command_is_found_too(read):
    with pytest.raises(UsageError, match=r"\[uplift\] folds"):
        read("[uplift]\nfolds = 'x'\n", "profile")


def test_a_file_that_cannot_be_read(here):
    with pytest.raises(FileError, match=r"'none.toml' can't be read: No such file"):
        read_config(Path("none.toml"), "profile", CONFIGURED)
    Path("latin.toml").write_bytes(b'target = "\xe9"')
    with pytest.raises(UsageError, match="isn't UTF-8"):
        read_config(Path("latin.toml"), "profile", CONFIGURED)


def test_the_example_of_the_docs_is_one(read):
    page = (Path(__file__).parents[2] / "docs" / "command_line.md").read_text("utf-8")
    text = page.split("```toml\n")[1].split("```")[0]
    found = read(text)
    assert found.tables["options"] == {"preset": "turbo"}
    assert found.words["constraint"] == ["Amount >= 0"]
    assert found.columns["Amount"] == {"bounds": [0, 100000]}


def test_files_are_named_from_the_folder_of_the_settings(here):
    assert beside(Path("deep/synthgen.toml"), "d.csv") == Path("deep/d.csv")
    assert beside(Path("deep/synthgen.toml"), "/d.csv") == Path("/d.csv")
    assert beside(Path("deep/synthgen.toml"), "-") == "-"
    assert beside(Path("deep/synthgen.toml"), "duckdb:///f.db?table=t") == "duckdb:///f.db?table=t"


# On the command line


CARDS = 'data = "cards.csv"\ntarget = "Class"\nsensitive = ["shop"]\nseed = 7\n'


def test_without_data_the_file_here_is_read_and_words_win(run, fake, cards):
    seen = fake()
    Path("synthgen.toml").write_text(CARDS + "[synthesize]\nholdout = 0.3\n[synthesize.options]\na = 1\n")
    done = run("synthesize")
    assert (done.code, done.err) == (0, "Settings of synthgen.toml.\n")
    assert (seen["data"], seen["target"], seen["random_state"]) == (Path("cards.csv"), "Class", 7)
    assert (seen["sensitive_features"], seen["holdout"]) == (["shop"], 0.3)
    assert (seen["generator_options"], seen["schema"]) == ({"a": 1}, None)
    done = run("synthesize", "--holdout", "0.4", "--seed", "1", "--sensitive", "hour", "--option", "b=2", "-q")
    assert (done.code, done.err) == (0, "")
    assert (seen["holdout"], seen["random_state"], seen["sensitive_features"]) == (0.4, 1, ["hour"])
    assert seen["generator_options"] == {"b": 2}


def test_a_named_table_leaves_the_file_alone_unless_it_is_named_too(run, fake, cards):
    seen = fake()
    Path("synthgen.toml").write_text("[nonsense")
    assert run("synthesize", "cards.csv").code == 0
    assert seen["random_state"] is None
    Path("deep").mkdir()
    Path("deep/own.toml").write_text('data = "../cards.csv"\nseed = 5\n[synthesize]\nout = "out.csv"\n')
    assert run("synthesize", "--config", "deep/own.toml").code == 0
    assert (seen["data"], seen["out"], seen["random_state"]) == (Path("deep/../cards.csv"), Path("deep/out.csv"), 5)
    assert run("synthesize", cards, "--config", "deep/own.toml").code == 0
    assert seen["data"] == cards


def test_an_explicit_word_that_is_also_the_default_wins(run, fake, cards):
    seen = fake()
    Path("synthgen.toml").write_text(CARDS + '[synthesize]\nsampling_strategy = {"1" = 400}\n')
    assert run("synthesize").code == 0
    assert seen["sampling_strategy"] == {"1": 400}
    assert run("synthesize", "--sampling-strategy", "auto").code == 0
    assert seen["sampling_strategy"] == "auto"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[synthesize]\nholdot = 1", "error: synthgen.toml, [synthesize] 'holdot': there is no such key."),
        ("[columns.amont]\nkind = 'text'", "[columns]: cards.csv has no column 'amont'. Did you mean 'amount'?"),
        ("[synthesize.conditions]\nshp = 'web'", "[synthesize.conditions]: cards.csv has no column 'shp'."),
        ("subject = 'x'", "synthgen.toml, subject: cards.csv has no column 'x'. Its columns are: amount, hour, shop"),
    ],
)
def test_slips_end_the_command_before_it_starts(run, fake, cards, text, said):
    fake()
    base = CARDS if text.startswith("[") else 'data = "cards.csv"\n'
    Path("synthgen.toml").write_text(base + text)
    done = run("synthesize")
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert len(done.err.splitlines()) == 1


def test_a_column_name_that_the_command_line_gives_is_not_the_files(run, fake, cards):
    fake()
    Path("synthgen.toml").write_text('data = "cards.csv"\ntarget = "Klass"\n')
    assert "synthgen.toml, target: cards.csv has no column 'Klass'. Did you mean 'Class'?" in run("synthesize").err
    assert run("synthesize", "--target", "Class").code == 0


def test_no_table_and_no_file_says_how_to_get_one(run, here):
    done = run("profile")
    assert done.code == 2
    assert "Missing argument 'DATA'. Name a table, or have one in synthgen.toml here" in done.err
    assert "'synthgen init' writes" in done.err
    assert run("profile", "--config", "none.toml").code == 1
    assert run("profile", "--help").code == 0


def test_columns_make_a_schema_that_is_declared(run, fake, cards):
    seen = fake()
    Path("synthgen.toml").write_text(
        CARDS + '[columns.hour]\nkind = "categorical"\n[columns.amount]\nbounds = [0, 5000]\ndecimals = 1\n'
        '[columns.shop]\nrole = "quasi_identifier"\ncategories = ["web", "till", "phone", "post"]\n'
    )
    assert run("synthesize", "--sensitive", "hour").code == 0
    schema = seen["schema"]
    assert schema["hour"].categories == tuple(range(24))
    assert (schema["amount"].bounds, schema["amount"].decimals) == ((0.0, 5000.0), 1)
    assert schema["shop"].categories == ("web", "till", "phone", "post")
    assert str(schema["shop"].role) == "quasi_identifier"
    assert schema.target.name == "Class"
    assert schema["amount"].declared == {"bounds", "decimals"}
    # The table was read once, for the schema; it is handed on as it was.
    pd.testing.assert_frame_equal(seen["data"], pd.read_csv(cards))


def test_declarations_lie_over_a_schema_file(run, fake, cards):
    seen = fake()
    sg.Schema.infer(cards).with_column("shop", kind="text").to_json("s.json")
    Path("synthgen.toml").write_text(CARDS.replace('sensitive = ["shop"]\n', "") + "[columns.hour]\nbounds = [0, 30]\n")
    assert run("synthesize", "--schema", "s.json").code == 0
    assert str(seen["schema"]["shop"].kind) == "text"
    assert seen["schema"]["hour"].bounds == (0, 30)


def test_a_declaration_that_the_data_contradicts(run, fake, cards):
    fake()
    Path("synthgen.toml").write_text(CARDS + "[columns.amount]\nbounds = [0, 1]\n")
    done = run("synthesize")
    assert done.code == 1
    assert "error: Column 'amount' has " in done.err
    assert " values outside the bounds that its schema declares." in done.err
    Path("synthgen.toml").write_text(CARDS + "[columns.amount]\ncategories = ['a']\n")
    done = run("synthesize")
    assert done.code == 2
    assert "synthgen.toml, [columns]: Column 'amount' is continuous, which has no categories" in done.err


def test_profile_validate_and_uplift_read_it_too(run, cards, monkeypatch):
    seen = {}

    def stop(*args, **words):
        seen.update(words, args=args)
        raise sg.errors.DataError("enough was seen")

    for name in ("profile", "validate", "estimate_uplift"):
        monkeypatch.setattr(sg, name, stop)
    Path("synthgen.toml").write_text(
        'data = "cards.csv"\ntarget = "Class"\n[profile]\nlegitimate = ["hour"]\n'
        '[validate]\nsynthetic = "s.csv"\ntrain = "cards.csv"\nholdout = "h.csv"\n'
        "[uplift]\nratio = [0.5, 1]\nrepeats = 1\n"
        "[columns.hour]\nbounds = [0, 24]\n"
    )
    assert run("profile").code == 1
    assert (seen["target"], seen["legitimate"]) == ("Class", ["hour"])
    assert seen["schema"]["hour"].bounds == (0, 24)
    assert run("validate").code == 1
    assert (seen["args"], seen["holdout"]) == ((Path("s.csv"),), Path("h.csv"))
    assert list(seen["train"].columns) == ["amount", "hour", "shop", "Class"]
    assert run("uplift").code == 1
    assert (seen["args"][1], seen["ratios"], seen["repeats"]) == ("Class", [0.5, 1.0], 1)


def test_dates_are_bounds_of_dates(run, fake, here):
    seen = fake()
    pd.DataFrame({"seen": ["2024-01-05", "2024-02-01"] * 10, "x": range(20)}).to_csv("d.csv", index=False)
    Path("synthgen.toml").write_text('data = "d.csv"\n[columns.seen]\nbounds = [2024-01-01, 2025-01-01]\n')
    assert run("synthesize").code == 0
    ends = [dt.datetime.fromtimestamp(end / 1e6, dt.UTC).date() for end in seen["schema"]["seen"].bounds]
    assert ends == [dt.date(2024, 1, 1), dt.date(2025, 1, 1)]
