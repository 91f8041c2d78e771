"""Rows that other libraries hold: pyarrow datasets, polars plans, and tables in memory."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import pyarrow as pa
import pyarrow.dataset

from synthgen.errors import FileError, SynthgenError
from synthgen.scale.source_schema import READ_AS, ROWS, agreed, batches_of, chosen, plain, without_index


class TableSource:
    """A table in memory."""

    notes: tuple[str, ...] = ()

    def __init__(self, table: pa.Table, notes: Mapping[bytes, bytes]) -> None:
        self.name = "data"
        agreed([(self.name, table.schema)])
        several = any(column.num_chunks > 1 for column in table.columns)
        table = table.cast(plain(table.schema, several=several))
        self._table = table.replace_schema_metadata({**(table.schema.metadata or {}), **notes})
        self.arrow: pa.Schema = self._table.schema
        self.n_rows: int | None = table.num_rows

    def batches(self, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Hand out the rows in pieces."""
        return batches_of(self._table.select(chosen(self.arrow, columns, self.name).names))

    def mark(self) -> str:
        """Give a word for this table's shape."""
        return _word(self.name, self.n_rows, self._table.nbytes, self.arrow)

    def about_rows(self) -> int | None:
        """Give the rows."""
        return self.n_rows


class DatasetSource:
    """A dataset of pyarrow, with its own files, partitions and filter."""

    notes: tuple[str, ...] = ()

    def __init__(self, dataset: pa.dataset.Dataset) -> None:
        self.name = "the dataset"
        agreed([(self.name, dataset.schema)])
        self._dataset = dataset
        self.arrow: pa.Schema = plain(without_index(dataset.schema), several=True)
        self._mark = self.mark()

    @cached_property
    def n_rows(self) -> int | None:
        """The rows, where the files' heads tell."""
        kind = getattr(getattr(self._dataset, "format", None), "default_extname", "")
        return self._rows() if kind in ("parquet", "ipc", "feather", "arrow") else None

    def _rows(self) -> int:
        try:
            return int(self._dataset.count_rows())
        except (pa.ArrowException, OSError) as error:
            raise self._unreadable(error, "") from None

    def batches(self, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Read the rows, file by file in the dataset's order."""
        wanted = chosen(self.arrow, columns, self.name)
        after = ""
        try:
            # Little is read ahead: row groups can be large.
            scanner = self._dataset.scanner(
                columns=wanted.names, batch_size=ROWS, batch_readahead=2, fragment_readahead=1
            )
            for tagged in scanner.scan_batches():
                path = getattr(tagged.fragment, "path", "")
                after = f", after rows of {path!r}" if path else ""
                table = pa.Table.from_batches([tagged.record_batch]).select(wanted.names)
                yield from batches_of(table if table.schema.equals(wanted) else table.cast(wanted))
            changed = self.mark() != self._mark
        except (pa.ArrowException, OSError) as error:
            raise self._unreadable(error, after) from None
        if changed:
            raise FileError("A file of the dataset was changed while it was read. Let it be written to its end, first.")

    def _unreadable(self, error: Exception, after: str) -> FileError:
        words = getattr(error, "strerror", None) or "a file isn't what the dataset says, or is damaged"
        return FileError(f"The dataset can't be read{after}: {words}. Check its files.")

    def mark(self) -> str:
        """Give a word that changes when a file of the dataset changes."""
        found = _infos(self._dataset)
        return _word(self.arrow, [(file.path, file.size, file.mtime_ns) for file in found])

    def about_rows(self) -> int | None:
        """Give the rows, where the files' heads tell."""
        return self.n_rows


def _infos(dataset: pa.dataset.Dataset) -> list[Any]:
    """Look at the files of a dataset, and of those that it is put together of."""
    if isinstance(dataset, pa.dataset.UnionDataset):
        return [info for child in dataset.children for info in _infos(child)]
    files = list(getattr(dataset, "files", ()))
    return list(dataset.filesystem.get_file_info(files)) if files else []


class LazySource:
    """A plan of polars, run by its streaming engine."""

    notes: tuple[str, ...] = ()

    def __init__(self, plan: Any, *, n_rows: int | None = None) -> None:
        self.name = "the LazyFrame"
        self._plan = plan
        self._came: int | None = None
        self.n_rows = n_rows

    @cached_property
    def arrow(self) -> pa.Schema:
        """The columns, of the types that polars hands to Arrow."""
        with _polars_errors():
            schema = self._plan.limit(0).collect().to_arrow().schema
        return schema.with_metadata({**(schema.metadata or {}), READ_AS: b"frame"})

    def batches(self, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Run the plan, and hand out its rows as they come."""
        wanted = chosen(self.arrow, columns, self.name)
        if not hasattr(self._plan, "collect_batches"):
            raise FileError("A LazyFrame is read in pieces by polars 1.34 or later. Upgrade polars, or collect it.")
        rows = 0
        with _polars_errors():
            frames = self._plan.select(wanted.names).collect_batches(
                chunk_size=ROWS, maintain_order=True, engine="streaming"
            )
            try:
                for frame in frames:
                    rows += frame.height
                    yield from batches_of(frame.to_arrow().cast(wanted))
            finally:
                # Else polars would go on where nobody reads any more.
                if hasattr(frames, "stop"):
                    frames.stop()
        if self._came not in (None, rows):
            raise FileError("The LazyFrame gives more or fewer rows than a moment ago. Write them to a file first.")
        self._came = rows

    def mark(self) -> str:
        """Give a word for the plan; what its files hold isn't looked at."""
        return _word(told(self._plan), self.arrow)

    def about_rows(self) -> int | None:
        """Count the rows by polars, which mostly reads no more than the files' heads."""
        if self.n_rows is None:
            import polars as pl

            with _polars_errors():
                self.n_rows = int(self._plan.select(pl.len()).collect(engine="streaming").item())
        return self.n_rows


def told(plan: Any) -> str:
    """Give a plan of polars in its own words, which name the files that it reads; no row is read."""
    with _polars_errors():
        return str(plan.explain(optimized=False))


@contextlib.contextmanager
def _polars_errors() -> Iterator[None]:
    import polars as pl

    try:
        yield
    except SynthgenError:
        raise
    except (pl.exceptions.PolarsError, pa.ArrowException, OSError) as error:
        # What polars says may quote a value.
        raise FileError(
            f"The LazyFrame can't be collected: polars stopped with {type(error).__name__}. Collect it yourself to see "
            "why."
        ) from None


def _word(*parts: object) -> str:
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()
