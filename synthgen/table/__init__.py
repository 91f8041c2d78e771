"""What a table is: its columns, how it comes in and goes out, and its canonical values."""

from synthgen.table.column import LABEL_KINDS, OPAQUE_KINDS, ORDERED_KINDS, Column, Kind, Label, Role, Storage
from synthgen.table.distance import DistanceSpace
from synthgen.table.encoding import decode, encode, extend_categories
from synthgen.table.files import check_writable, read_file, write_file, write_text
from synthgen.table.frames import Form, to_pandas
from synthgen.table.inference import infer_schema
from synthgen.table.schema import Schema
from synthgen.table.sources import check_destination, read_table, write_table

__all__ = [
    "LABEL_KINDS",
    "OPAQUE_KINDS",
    "ORDERED_KINDS",
    "Column",
    "DistanceSpace",
    "Form",
    "Kind",
    "Label",
    "Role",
    "Schema",
    "Storage",
    "check_destination",
    "check_writable",
    "decode",
    "encode",
    "extend_categories",
    "infer_schema",
    "read_file",
    "read_table",
    "to_pandas",
    "write_file",
    "write_table",
    "write_text",
]
