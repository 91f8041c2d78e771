"""Personal data in a table: found by value and by column name, and never shown."""

from __future__ import annotations

import pandas as pd

from synthgen.profiling.personal_data.addresses import ADDRESS
from synthgen.profiling.personal_data.bank import CARD, IBAN
from synthgen.profiling.personal_data.births import BIRTH
from synthgen.profiling.personal_data.detector import Detector
from synthgen.profiling.personal_data.emails import EMAIL
from synthgen.profiling.personal_data.free_text import TextSearch
from synthgen.profiling.personal_data.national import NATIONAL, OTHER_NATIONAL, SSN
from synthgen.profiling.personal_data.network import IP, MAC, URL
from synthgen.profiling.personal_data.person_names import CALLED, FULL_NAME, LISTED_NAME, TITLED, USER_NAME
from synthgen.profiling.personal_data.phones import PHONE, PHONE_ABROAD
from synthgen.profiling.personal_data.postcodes import POSTCODE
from synthgen.profiling.personal_data.presidio import with_presidio
from synthgen.profiling.personal_data.result import Combination, PersonalColumn, PersonalData, QuasiIdentifiers
from synthgen.profiling.personal_data.search import find_personal_data
from synthgen.table.schema import Schema

DETECTORS: tuple[Detector, ...] = (
    EMAIL,
    URL,
    IBAN,
    CARD,
    *NATIONAL,
    SSN,
    OTHER_NATIONAL,
    IP,
    MAC,
    BIRTH,
    PHONE_ABROAD,
    PHONE,
    POSTCODE,
    TITLED,
    ADDRESS,
    FULL_NAME,
    LISTED_NAME,
    CALLED,
    USER_NAME,
)
"""Of detectors that are equally sure of a column, the first has it."""


def personal_data(coded: pd.DataFrame, schema: Schema, *, text_search: TextSearch | None = None) -> PersonalData:
    """Look for personal data in a table's columns, and for columns that single people out together.

    Values are looked at as texts: forms (e-mail, IP, URL, phones with ``+`` or separators, postcodes of letters and
    digits, titles before names, streets), check digits (IBAN, cards, national numbers) and Faker's lists of names.
    Column names in English, German, French and Spanish count too, if the values fit. Check digits count only if more
    values pass than of the same values with their characters shuffled among them, at a level of 1 % over all columns
    and kinds of number, so a column of random digits isn't taken for cards.

    Parameters
    ----------
    coded : pandas.DataFrame
        Canonical values (see :func:`synthgen.table.encode`), which hold every label, identifier and text as it was.
    schema : Schema
    text_search : callable, optional
        Searches free text better than forms can, such as :func:`with_presidio` gives.

    Returns
    -------
    PersonalData
        Of at most 50,000 rows and 5,000 distinct values a column, chosen at random.

    Examples
    --------
    >>> import pandas as pd
    >>> from synthgen.table import encode, infer_schema
    >>> table = pd.DataFrame({"contact": [f"p{i}@example.org" for i in range(30)], "dose": [0.5, 1.5, 2.5] * 10})
    >>> schema = infer_schema(table)
    >>> found = personal_data(encode(table, schema), schema)
    >>> found.frame[["column", "what", "confidence", "example"]].values.tolist()
    [['contact', 'e-mail address', 'high', '***###@***.***']]
    """
    return find_personal_data(coded, schema, DETECTORS, text_search)


__all__ = [
    "DETECTORS",
    "Combination",
    "Detector",
    "PersonalColumn",
    "PersonalData",
    "QuasiIdentifiers",
    "TextSearch",
    "personal_data",
    "with_presidio",
]
