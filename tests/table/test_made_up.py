"""People made up by Faker fit together, and are nobody of the table."""

import numpy as np
import pytest

from synthgen.errors import UsageError
from synthgen.table import Column, Kind
from synthgen.table.made_up import check_faker, make_up


def column(name, faker, locale=None):
    return Column(name, Kind.IDENTIFIER, faker=faker, locale=locale)


def rng(seed=0):
    return np.random.default_rng(seed)


PEOPLE = [
    column("who", "{last_name}, {prefix} {first_name}"),
    column("first", "first_name"),
    column("mail", "email"),
    column("home", "address"),
    column("zip", "postcode"),
    column("town", "city"),
]


def test_what_is_said_of_a_person_fits_together():
    made = make_up(PEOPLE, 60, rng())
    for who, first, mail, home, postcode, town in zip(*made.values(), strict=True):
        last, titled = who.split(", ")
        assert titled.endswith(f" {first}")
        assert mail.split("@")[0] == f"{first}.{last}".lower().replace("'", "").replace(" ", "")
        assert town in home and postcode in home


def test_mail_goes_to_nobody():
    made = make_up([column("mail", "email")], 200, rng(), distinct={"mail"})["mail"]
    assert len(set(made)) == 200
    assert {text.split("@")[1] for text in made} <= {"example.com", "example.net", "example.org"}


def test_the_same_stream_makes_the_same_people():
    first, second, third = (make_up(PEOPLE, 20, rng(seed)) for seed in (1, 1, 2))
    assert all((first[name] == second[name]).all() for name in first)
    assert not all((first[name] == third[name]).all() for name in first)


def test_no_value_is_a_taken_one_even_where_plain_names_run_out():
    # All first names of a large sample are taken; twice as many distinct ones are asked for as are left.
    real = set(make_up([column("first", "first_name")], 5000, rng())["first"])
    made = make_up([column("first", "first_name")], 1500, rng(1), distinct={"first"}, taken={"first": real})["first"]
    assert not set(made) & real
    assert len(set(made)) == 1500
    # The control: without it they come up.
    assert set(make_up([column("first", "first_name")], 100, rng(1))["first"]) & real


def test_words_that_many_share_may_be_real():
    made = make_up([column("land", "country")], 30, rng(), taken={"land": {"France"}})["land"]
    assert len(made) == 30


@pytest.mark.parametrize("locale", ["en_US", "en_GB", "de_DE", "fr_FR", "ja_JP", "pl_PL"])
def test_locales(locale):
    columns = [column(name, name, locale) for name in ("name", "email", "address", "phone_number", "postcode")]
    for item in columns:
        check_faker(item)
    made = make_up(columns, 10, rng())
    assert all(text and "\n" not in text for texts in made.values() for text in texts)
    assert all(text.isascii() for text in made["email"])


@pytest.mark.parametrize("word", ["nonsense", "{name} {nonsense}", "pyint", "seed", "_x", ""])
def test_a_word_that_gives_no_text_is_refused(word):
    with pytest.raises(UsageError, match=r"'host'.*Faker"):
        check_faker(column("host", word))


def test_an_unknown_locale_is_refused():
    with pytest.raises(UsageError, match=r"'host'.*'xx_XX'"):
        check_faker(column("host", "name", "xx_XX"))


def test_too_few_values_are_said_to_be_too_few():
    with pytest.raises(UsageError, match="'day'"):
        make_up([column("day", "day_of_week")], 10, rng(), distinct={"day"})
