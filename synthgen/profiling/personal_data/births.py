"""Dates of birth: a date says nothing by itself, so the column's name must."""

from __future__ import annotations

import numpy as np

from synthgen.profiling.personal_data.detector import Detector, names, whole

_YEAR = r"(?:18[89]\d|19\d{2}|20[0-4]\d)"
_DATE = (
    rf"{_YEAR}[-/.]?(?:0?[1-9]|1[0-2])[-/.]?(?:0?[1-9]|[12]\d|3[01])(?:[T ].*)?"
    rf"|(?:0?[1-9]|[12]\d|3[01])[-/. ](?:0?[1-9]|1[0-2]|[A-Za-z]{{3,9}})[-/. ]{_YEAR}"
    rf"|(?:0?[1-9]|1[0-2])/(?:0?[1-9]|[12]\d|3[01])/{_YEAR}"
    # YYMMDD; Czech birth numbers add 50 to a woman's month.
    r"|\d{2}(?:[05][1-9]|[16][0-2])(?:0[1-9]|[12]\d|3[01])"
)

BIRTH = Detector(
    what="date of birth",
    named=names(
        r"birth(?: ?(?:date|day|number))?|date of birth|birthdate|birthday|dob|born|geburt\w*|geb(?: datum)?"
        r"|(?:date (?:de )?)?naissance|(?:fecha (?:de )?)?nacimiento|ddn"
    ),
    matches=lambda texts: np.zeros(len(texts), dtype=np.bool_),
    by_value=None,
    fits=whole(_DATE),
    by_name="high",
    example="####-##-##",
)
