"""Keys and tags: who has the key can tell, nobody else."""

from __future__ import annotations

import hashlib
import hmac
import json

import pandas as pd
import pytest

from synthgen import tags
from synthgen.errors import FileError, UsageError
from synthgen.table.content import content

KEY = b"0123456789abcdef"
FRAME = pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})


def test_a_tag_by_hand():
    message = b"synthgen 1 table\n" + b"".join(content(FRAME))
    assert tags.table_tag(KEY, FRAME) == hmac.new(KEY, message, hashlib.sha256).hexdigest()
    assert tags.text_tag(KEY, "request", {"b": 1, "a": 2}) == tags.text_tag(KEY, "request", {"a": 2, "b": 1})


def test_another_key_another_use_and_another_table_give_other_tags():
    one = tags.table_tag(KEY, FRAME)
    assert tags.table_tag(KEY, FRAME.copy()) == one
    made = {
        one, tags.table_tag(KEY + b"x", FRAME), tags.table_tag(KEY, FRAME.assign(a=[1, 3])), tags.key_tag(KEY),
        tags.key_tag(KEY + b"x"), tags.text_tag(KEY, "request", None), tags.text_tag(KEY, "record", None),
    }  # fmt: skip
    assert len(made) == 7


@pytest.mark.parametrize(
    ("key", "said"),
    [(b"", "0 bytes"), ("", "0 bytes"), (b"fifteen bytes..", "15 bytes"), (None, "NoneType"), (12345, "int")],
)
def test_a_key_that_can_be_guessed_is_refused(key, said):
    with pytest.raises(UsageError, match=said):
        tags.check_key(key)


def test_a_message_does_not_show_the_key():
    with pytest.raises(UsageError) as caught:
        tags.check_key(b"hunter2")
    assert "hunter2" not in str(caught.value)


def test_a_key_file(tmp_path):
    path = tmp_path / "key"
    path.write_bytes(KEY + b"\r\n")
    assert tags.read_key(path) == KEY == tags.check_key(KEY.decode())
    path.write_bytes(b"\n")
    with pytest.raises(UsageError, match="0 bytes"):
        tags.read_key(path)
    for wrong in (tmp_path / "none", tmp_path):
        with pytest.raises(FileError, match="can't be read"):
            tags.read_key(wrong)


def test_a_tagged_record_holds_no_plain_hash():
    record = {"provenance": {"request": {"seed": 1}}, "x": 1}
    tables = dict.fromkeys(tags.TABLES, FRAME)
    made = tags.tagged(record, KEY, tables)
    assert made["tags"]["source"] == tags.table_tag(KEY, FRAME)
    # What someone without the key could compute from a guess at the table.
    guesses = [b"".join(content(FRAME)), FRAME.to_csv(index=False).encode(), FRAME.to_parquet()]
    for guess in guesses:
        for name in ("sha256", "sha1", "md5", "blake2b"):
            assert hashlib.new(name, guess).hexdigest() not in json.dumps(made)
    # The tags aren't part of what they tag.
    assert tags.tagged(made, KEY, tables) == made
    assert tags.record_tags(made, KEY)["record"] == made["tags"]["record"]


@pytest.mark.parametrize("wrong", [None, 3, "", "é", "0" * 64, ["x"]])
def test_a_tag_that_is_none_is_not_the_same(wrong):
    assert not tags.same(wrong, tags.key_tag(KEY))
