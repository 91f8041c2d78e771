"""Postcodes, in the forms of countries."""

from __future__ import annotations

from synthgen.profiling.personal_data.detector import Detector, names, whole

_UK = r"[A-PR-UWYZ](?:\d{1,2}|[A-HK-Y]\d{1,2}|\d[A-HJKPSTUW]|[A-HK-Y]\d[ABEHMNPRVWXY]) \d[ABD-HJLNP-UW-Z]{2}"
_CANADA = r"[ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z] \d[ABCEGHJ-NPRSTV-Z]\d"
_NETHERLANDS = r"[1-9]\d{3} [A-Z]{2}"
_IRELAND = r"[AC-FHKNPRTV-Y](?:\d{2}|6W) [0-9AC-FHKNPRTV-Y]{4}"

# Forms of letters and digits with a space are hardly anything else. Digits alone may be anything: the name must tell.
POSTCODE = Detector(
    what="postcode",
    named=names(
        r"zip(?: ?codes?)?|post ?codes?|postal(?: code)?|postleitzahl|plz|code postal|codigo postal|cp|postnummer"
        r"|postcode"
    ),
    matches=whole(f"{_UK}|{_CANADA}|{_NETHERLANDS}|{_IRELAND}"),
    fits=whole(
        r"\d{3,6}|\d{5}-\d{3,4}|\d{3} \d{2}|\d{2}-\d{3}|\d{4}-\d{3}|[A-Z]{1,2}-?\d{4,5}"
        r"|[A-Z]{1,2}\d[A-Z\d]?(?: ?\d[A-Z]{2})?|[A-Z]\d[A-Z](?: ?\d[A-Z]\d)?|\d{4} ?[A-Z]{2}"
    ),
    by_value="medium",
    by_name="high",
    least_share=0.8,
    least_distinct=10,
    example="*** ###",
)
