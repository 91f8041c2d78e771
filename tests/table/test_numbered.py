"""New identifiers by number: shares of a table have none in common, and use all that a shape allows."""

from itertools import pairwise

import numpy as np
import pytest

from synthgen.errors import UsageError
from synthgen.table import Column, Kind
from synthgen.table.check_digits import CHECKS, check_named
from synthgen.table.kinds.identifier import draw
from synthgen.table.kinds.numbered import Share, in_shape, matching

SEED = np.random.SeedSequence(11)


def rng(number=0):
    return np.random.default_rng(number)


def column(**said):
    return Column("id", Kind.IDENTIFIER, **said)


def shares(total, *cuts):
    ends = [0, *cuts, total]
    return [Share(start, end, total) for start, end in pairwise(ends)]


def made(how, *said, total, cuts, **more):
    """The identifiers of each share, made by itself."""
    return [
        how(*said, share.end - share.start, share, SEED, rng(share.start), **more).tolist()
        for share in shares(total, *cuts)
    ]


def all_of(parts):
    return [value for part in parts for value in part]


@pytest.mark.parametrize("pattern", ["9999-AAAAA", "-9", "Aaa", "", "hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh"])
def test_shares_have_none_in_common(pattern):
    parts = made(in_shape, column(pattern=pattern), total=3000, cuts=(7, 1000))
    assert [len(part) for part in parts] == [7, 993, 2000]
    assert len(set(all_of(parts))) == 3000


def test_an_expressions_texts_are_used_to_the_last():
    parts = made(matching, column(), r"[A-J]\d|x\d{2}", total=200, cuts=(50, 120))
    assert len(set(all_of(parts))) == 200
    with pytest.raises(UsageError, match=r"has no room for 201 new identifiers in column 'id'"):
        made(matching, column(), r"[A-J]\d|x\d{2}", total=201, cuts=())


def test_a_column_of_numbers_gets_each_number_once():
    whole = column()
    numbers = Column("id", Kind.IDENTIFIER, storage=whole.storage.__class__(dtype="int64"))
    found = matching(numbers, r"\d{1,2}", 100, Share(0, 100, 100), SEED, rng())
    assert sorted(map(int, found)) == list(range(100))


def test_lengths_are_as_frequent_as_there_are_texts():
    found = matching(column(), "[A-Z]{1,4}", 1000, Share(0, 1000, 1000), SEED, rng())
    counts = np.bincount([len(value) for value in found])
    assert counts[1] == 26  # all that there are
    assert min(counts[2:]) > 300


def test_a_text_stands_for_one_number_however_long():
    parts = made(matching, column(), "[a-z]{40}", total=100, cuts=(50,))
    assert len(set(all_of(parts))) == 100
    assert len({value[0] for value in all_of(parts)}) > 15


@pytest.mark.parametrize("check", [*(name for name in CHECKS if "." not in name), "iban:DE", "se.personnummer"])
def test_check_digits_are_valid_in_all_shares(check):
    pytest.importorskip("stdnum") if "." in check else None
    length = {"iban": 22, "iban:DE": 22, "card": 16, "isbn10": 10, "mod11": 10, "ean": 13, "luhn": 10}.get(check, 10)
    pattern = "h" * 8 + "-hhhh" * 3 + "-" + "h" * 12 if check.startswith("uuid") else "9" * length
    pattern = "AA" + pattern[2:] if check.startswith("iban") else pattern
    parts = made(in_shape, column(pattern=pattern, check=check), total=120, cuts=(50,))
    assert len(set(all_of(parts))) == 120
    assert all(map(check_named(check).is_valid, all_of(parts)))


def test_numbers_of_which_few_are_valid_are_found_all_the_same():
    pytest.importorskip("stdnum")
    belgian = column(pattern="9" * 11, check="be.nn")  # two check digits: one beginning in ten has them
    found = [in_shape(belgian, 1, Share(0, 1, 1), np.random.SeedSequence(seed), rng())[0] for seed in range(60)]
    assert all(map(check_named("be.nn").is_valid, found))
    with pytest.raises(UsageError, match="has no room"):
        in_shape(column(pattern="9" * 12, check="be.nn"), 1, Share(0, 1, 1), SEED, rng())


def test_what_is_taken_is_left_out_and_the_rest_used_up():
    taken = set(draw("99999999", 2000, rng(), check="ean"))
    parts = made(in_shape, column(pattern="99999999", check="ean"), total=900, cuts=(400,), taken=taken)
    assert len(set(all_of(parts))) == 900
    assert not set(all_of(parts)) & taken
    free = set(all_of(made(matching, column(), "[A-J][A-J]", total=60, cuts=(), taken={"AB", "CD"})))
    assert len(free) == 60
    assert not free & {"AB", "CD"}
    with pytest.raises(UsageError, match="has no room"):
        made(matching, column(), "[A-J]", total=10, cuts=(), taken={"A"})


@pytest.mark.parametrize(("pattern", "check"), [("AAAA-AAAA", "card"), ("99999", "isbn10"), ("9", "ean")])
def test_a_shape_that_cannot_carry_check_digits_is_refused(pattern, check):
    with pytest.raises(UsageError, match=f"with the check digits '{check}' has no room"):
        made(in_shape, column(pattern=pattern, check=check), total=5, cuts=())


def test_a_shape_keeps_its_length_where_it_has_check_digits():
    with pytest.raises(UsageError, match="has no room for 20,000,000 new identifiers"):
        in_shape(column(pattern="99999999", check="ean"), 20_000_000, Share(0, 20_000_000, 20_000_000), SEED, rng())
