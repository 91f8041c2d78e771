"""Every generator makes each block by itself: the table is the same whoever makes which blocks, in whatever order."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import synthgen as sg
from synthgen.errors import UsageError
from synthgen.generators import GENERATORS, sampling
from synthgen.generators.identifying import avoiding
from synthgen.generators.places import TablePart
from synthgen.table import constraints as rules
from synthgen.table import encode
from synthgen.table.check_digits import is_card
from synthgen.table.frames import to_pandas
from tests.contracts.test_synthesizers import _lacking, customers, kept, made

BLOCK = 8

NO_IDENTIFIERS = "identifiers that aren't declared with a shape stay empty"


def without_identifiers(model):
    if model.learns_only_by_measuring:
        pytest.skip(NO_IDENTIFIERS)


@pytest.fixture(params=sorted(GENERATORS))
def new(request):
    lacking = _lacking(request.param)
    if lacking:
        pytest.skip(lacking)
    return lambda seed=0: made(request.param, seed)


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch):
    monkeypatch.setattr(sampling, "BLOCK", BLOCK)


def visits(mixed):
    """A gap in every kind, a key of each row, and people who have a card, a name and a mail address."""
    frame, schema = customers()
    n = len(frame)
    frame = pd.concat([frame.drop(columns="Class"), mixed(n).reset_index(drop=True)], axis=1)
    frame["key"] = [f"K-{number:05d}" for number in range(n)]
    own = sg.Schema.infer(frame, target="Class", subject="customer")
    for name in ("card", "called", "mail"):
        column = schema[name]
        own = own.with_column(name, kind="identifier", faker=column.faker, locale=column.locale)
    return frame, own


def as_parquet(table: pa.Table) -> bytes:
    held = io.BytesIO()
    pq.write_table(table, held)
    return held.getvalue()


def joined(model, batches):
    return pa.Table.from_batches(batches, schema=model.batch_schema)


def same_values(model, one, other):
    """Whether two tables, of whatever types, hold the same values."""
    first, second = (encode(to_pandas(table)[0], model.schema_) for table in (one, other))
    pd.testing.assert_frame_equal(first, second, check_exact=True)


def test_any_division_into_blocks_gives_the_same_table_to_the_byte(new, mixed):
    frame, schema = visits(mixed)
    model = new().fit(frame, schema=schema)
    n = 6 * BLOCK + 3
    whole = list(model.generate_batches(n, random_state=5))
    assert [batch.num_rows for batch in whole] == [BLOCK] * 6 + [3]
    written = as_parquet(joined(model, whole))
    for partitions in (2, 7):
        blocks: dict[int, pa.RecordBatch] = {}
        for mine in np.array_split(np.arange(7)[::-1], partitions):
            blocks |= zip(mine.tolist(), model.generate_batches(n, random_state=5, block=mine), strict=True)
        assert as_parquet(joined(model, [blocks[number] for number in range(7)])) == written
    assert next(model.generate_batches(n, random_state=5, block=6)).equals(whole[6])
    assert not whole[0].equals(whole[1])


def test_no_two_blocks_or_parts_have_an_identifier_in_common(new, mixed, tmp_path):
    frame, schema = visits(mixed)
    schema = schema.with_constraints(rules.Unique("key"), rules.Unique(["key", "ward"]))
    model = new().fit(frame, schema=schema)
    without_identifiers(model)
    sizes = (3 * BLOCK, 2 * BLOCK - 1)
    batches = [
        batch
        for number, size in enumerate(sizes)
        for batch in model.generate_batches(
            size, random_state=number, conditions={"Class": number}, part=TablePart(sizes, number, 9)
        )
    ]
    table = joined(model, batches).to_pandas()
    assert table["key"].is_unique
    assert table["card"].map(is_card).all()
    assert not set(table["key"]) & set(frame["key"])
    for name in ("customer", "card", "mail"):
        per_block = [set(batch.column(name).to_pylist()) for batch in batches]
        assert len(set.union(*per_block)) == sum(map(len, per_block)), name
    # Whether keys are unique needs no look at other blocks, so each can be made alone.
    loaded = sg.load_synthesizer(kept(model, tmp_path / "model"))
    assert loaded.batch_schema.equals(model.batch_schema)
    made = loaded.generate_batches(
        sizes[0], random_state=0, conditions={"Class": 0}, part=TablePart(sizes, 0, 9), block=[2, 1]
    )
    assert [batch.equals(batches[number]) for batch, number in zip(made, (2, 1), strict=True)] == [True, True]
    with pytest.raises(UsageError, match="Give the same twice"):
        model.generate_batches(50, random_state=0, part=TablePart(sizes, 1, 9))


def test_conditions_and_gaps_as_asked_hold_in_batches(new, mixed):
    model = new().fit(mixed(), target="Class")
    asked = {"conditions": {"Class": 1}, "missing": "like", "random_state": 3}
    table = joined(model, model.generate_batches(2 * BLOCK, **asked)).to_pandas()
    assert len(table) == 2 * BLOCK
    assert (table["Class"] == 1).all()
    assert table.isna().any(axis=None)
    same_values(model, table, model.sample(2 * BLOCK, **asked))


def test_all_batches_have_the_same_types_and_the_values_of_sample(new, dtypes):
    model = new().fit(dtypes, target="Class")
    assert model.batch_schema.field("category").type == pa.dictionary(pa.int32(), pa.string(), ordered=True)
    assert model.batch_schema.field("Int64").type == pa.int64()
    assert model.batch_schema.field("berlin").type.tz == "Europe/Berlin"
    if not model.learns_only_by_measuring:  # to which it is text
        assert pa.types.is_decimal(model.batch_schema.field("decimal").type)
    batches = list(model.generate_batches(20, random_state=2))
    assert all(batch.schema.equals(model.batch_schema) for batch in batches)
    assert batches[0].column("category").dictionary.to_pylist() == list(model.schema_["category"].categories)
    same_values(model, joined(model, batches), model.sample(20, random_state=2))


@pytest.mark.parametrize("block", [-1, 3, True, 1.0, "1", [0, 3], [None], b"1"])
def test_a_block_that_there_is_not_is_refused_before_anything_is_made(new, plain, block):
    model = new().fit(plain(10, 10), target="Class")
    with pytest.raises(UsageError, match=r"block must be a whole number from 0 to 2"):
        model.generate_batches(3 * BLOCK, block=block)
    assert list(model.generate_batches(3 * BLOCK, block=[])) == []


@pytest.mark.parametrize("n", [0, -1, 1.5, True, None])
def test_a_bad_number_of_rows_is_refused_before_anything_is_made(new, plain, n):
    model = new().fit(plain(10, 10), target="Class")
    with pytest.raises(UsageError, match="n_samples"):
        model.generate_batches(n)


def test_a_table_of_partial_rows_has_no_batches(new, plain):
    model = new().fit(plain(10, 10), target="Class")
    with pytest.raises(UsageError, match=r"sample\(conditions="):
        model.generate_batches(2, conditions=pd.DataFrame({"Class": [0, 1]}))


def test_batches_without_a_seed_are_the_next_of_the_models_own_sequence(new, plain):
    model = new().fit(plain(20, 20), target="Class")
    first, second = (joined(model, model.generate_batches(9)) for _ in range(2))
    assert not first.equals(second)


def test_rules_about_rows_together_hold_over_all_blocks(new):
    place = np.random.default_rng(0).permutation(1_500)[:200]
    frame = pd.DataFrame({"room": place // 30, "day": place % 30, "Class": [0, 1] * 100})
    schema = sg.Schema.infer(frame, target="Class").with_constraints(rules.Unique(["room", "day"]))
    model = new().fit(frame, schema=schema)
    table = joined(model, model.generate_batches(30, random_state=1)).to_pandas()
    assert len(table) == 30
    assert not table[["room", "day"]].duplicated().any()
    same_values(model, table, model.sample(30, random_state=1))
    with pytest.raises(UsageError, match="is about all rows of the table together"):
        model.generate_batches(30, random_state=1, block=0)
    assert next(model.generate_batches(BLOCK, random_state=1, block=0)).num_rows == BLOCK


def test_real_identifiers_are_avoided_in_every_block(new):
    n = 400
    frame = pd.DataFrame({"code": [f"{number:03d}" for number in range(0, 2 * n, 2)], "Class": [0, 1] * (n // 2)})
    schema = sg.Schema.infer(frame, target="Class").with_column("code", kind="identifier")
    schema = schema.with_constraints(rules.Pattern("code", r"\d{3}"))
    model = new().fit(frame, schema=schema)
    without_identifiers(model)
    real = set(frame["code"])
    free = joined(model, model.generate_batches(60, random_state=1)).column("code").to_pylist()
    assert set(free) & real  # the control
    with avoiding(model, frame):
        made = joined(model, model.generate_batches(60, random_state=1)).column("code").to_pylist()
    assert len(set(made)) == 60
    assert not set(made) & real
