"""A person's look before a merge: rows with reasons on a sheet, and the decisions on it when it comes back."""

from synthgen.reviewing.decisions import read_decisions
from synthgen.reviewing.log import ReviewLog, read_log
from synthgen.reviewing.reasons import GROUP_WORDS, Group, Pick
from synthgen.reviewing.sheet import Review, check_sheet_path, flags_among, make_review

__all__ = [
    "GROUP_WORDS",
    "Group",
    "Pick",
    "Review",
    "ReviewLog",
    "check_sheet_path",
    "flags_among",
    "make_review",
    "read_decisions",
    "read_log",
]
