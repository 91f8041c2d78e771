"""Tables written in pieces, whole or not at all: a journal of blocks to go on from, workers, formats and databases."""

from synthgen.scale.writing.batches import write_batches
from synthgen.scale.writing.blocks import Part, make_blocks
from synthgen.scale.writing.destination import check_out
from synthgen.scale.writing.journal import Journal
from synthgen.scale.writing.rows import write_rows

__all__ = ["Journal", "Part", "check_out", "make_blocks", "write_batches", "write_rows"]
