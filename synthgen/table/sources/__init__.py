"""Where tables come from and go to: files, standard input and output, databases; by one word each."""

from synthgen.table.sources.address import Address, is_url, read_address, without_passwords
from synthgen.table.sources.place import (
    check_destination,
    check_source,
    database_of,
    is_file,
    is_pipe,
    read_table,
    same_place,
    shown,
    write_pieces,
    write_table,
)

__all__ = [
    "Address",
    "check_destination",
    "check_source",
    "database_of",
    "is_file",
    "is_pipe",
    "is_url",
    "read_address",
    "read_table",
    "same_place",
    "shown",
    "without_passwords",
    "write_pieces",
    "write_table",
]
