"""Numbers written for people: currencies, percentages, thousands separators, signs and brackets.

How a column writes its numbers is one text, in the spirit of a spreadsheet's number format. ``$#,##0.00;($#,##0.00)``
has what stands before and after a number, the sign between thousands and the decimal sign, and after a semicolon the
form of negative numbers, after a second one that of zero. ``0.##`` is as short as it goes, ``0[.00]`` whole numbers
without decimals.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from synthgen.errors import DataError

CURRENCIES = frozenset(
    (  # noqa: SIM905 - a list reads worse
        "AED ARS AUD BGN BRL CAD CHF CLP CNY COP CZK DKK EGP EUR GBP HKD HUF IDR ILS INR ISK JPY KES KRW KZT MAD MXN "
        "MYR NGN NOK NZD PEN PHP PKR PLN QAR RON RSD RUB SAR SEK SGD THB TRY TWD UAH USD UYU VND ZAR "
        "kr kr. zł Kč Ft lei лв Fr. Fr SFr. Rs Rs. R$ US$ A$ C$ NZ$ HK$ S$ MX$ CA$ AU$ RM Rp руб. руб"
    ).split()
)
"""Words that stand beside amounts of money, besides the signs that Unicode lists as currencies."""

MINUS = ("-", "\u2212")
SEPARATORS = ("", ",", ".", "'", "\u2019", " ", "\u00a0", "\u202f")
MARKS = (".", ",")
NO_CENTS = (".\u2013", ",\u2013", ".", ",")
"""What stands after whole amounts, a hyphen left out."""

MOST_DIGITS = 15
"""A float64 holds all numbers of so many digits."""

_PARTS = re.compile(r"(?P<before>[^\d]*?)(?P<body>\d(?:[\d.,'\u2019 \u00a0\u202f]*\d)?)(?P<after>[^\d]*)", re.DOTALL)
_PATTERN = re.compile(
    r"(?P<before>[^0#]*)(#(?P<sep>.)##)?0(?P<tail>\[?(?P<mark>[.,])[0#]+\]?)?(?P<after>[^0#]*)", re.DOTALL
)


@dataclass(frozen=True)
class NumberStyle:
    """How numbers are written.

    Parameters
    ----------
    before, after : (str, str, str)
        What stands before and after positive numbers, negative numbers and zero.
    separator : str
        Between thousands.
    mark : str
        Before decimals.
    decimals : int
    ending : {"fixed", "short", "whole"}
        Decimals always, as many as needed, or all or none.

    Examples
    --------
    >>> style = NumberStyle.from_text("$#,##0.00;($#,##0.00)")
    >>> style.write(-1234.5), style.read("$12.00")
    ('($1,234.50)', 12.0)
    """

    before: tuple[str, str, str]
    after: tuple[str, str, str]
    separator: str = ""
    mark: str = "."
    decimals: int = 0
    ending: str = "fixed"

    @classmethod
    def from_text(cls, text: str) -> NumberStyle:
        """Inverse of :meth:`to_text`."""
        forms = [_PATTERN.fullmatch(form) for form in text.split(";")]
        found = [form for form in forms if form is not None]
        if len(found) != len(forms):
            raise DataError(
                f"The schema's number format {text!r} can't be read. Write it as in '$#,##0.00;-$#,##0.00'."
            )
        if len(found) == 1:
            before = found[0]["before"]
            found_before, found_after = [before, "-" + before, before], [found[0]["after"]] * 3
        else:
            found = [*found, found[0]][:3]
            found_before, found_after = [form["before"] for form in found], [form["after"] for form in found]
        tail, separator = found[0]["tail"] or "", found[0]["sep"] or ""
        return cls(
            (found_before[0], found_before[1], found_before[2]), (found_after[0], found_after[1], found_after[2]),
            separator, found[0]["mark"] or _other_mark(separator), len(tail.strip("[]")[1:]),
            "whole" if tail.startswith("[") else "short" if "#" in tail else "fixed",
        )  # fmt: skip

    def to_text(self) -> str:
        """One text that says it all, for a schema file."""
        digits = {"fixed": "0", "short": "#", "whole": "0"}[self.ending] * self.decimals
        tail = self.mark + digits if digits else ""
        body = f"#{self.separator}##0" if self.separator else "0"
        body += f"[{tail}]" if self.ending == "whole" and tail else tail
        forms = [before + body + after for before, after in zip(self.before, self.after, strict=True)]
        return ";".join(forms[:2] if forms[2] == forms[0] else forms)

    def write(self, value: float) -> str:
        """Write a number; minus zero is zero."""
        digits = f"{abs(value):,.{self.decimals}f}"
        kind = 2 if not digits.strip("0.,") else 1 if value < 0 else 0
        whole, _, part = digits.partition(".")
        if self.ending == "short":
            part = part.rstrip("0")
        elif self.ending == "whole" and not part.strip("0"):
            part = ""
        body = whole.replace(",", self.separator) + (self.mark + part if part else "")
        return self.before[kind] + body + self.after[kind]

    def read(self, text: str) -> float | None:
        """Read a number; None where the text isn't written so."""
        found = _PARTS.fullmatch(text)
        if found is None:
            return None
        kind = next(
            (k for k in (0, 1, 2) if (found["before"], found["after"]) == (self.before[k], self.after[k])), None
        )
        size = read_body(found["body"], self.separator, self.mark)
        if kind is None or size is None:
            return None
        return -size if kind == 1 and size else size


def _other_mark(separator: str) -> str:
    return "," if separator == "." else "."


def read_body(body: str, separator: str, mark: str) -> float | None:
    """Read digits with their separators; None where they stand elsewhere, or zeros lead."""
    whole, _, part = body.partition(mark)
    groups = whole.split(separator) if separator else [whole]
    digits = "".join(groups)
    if not digits.isascii() or not (digits + part).isdigit() or (part == "") != (mark not in body):
        return None
    if (digits[0] == "0" and len(digits) > 1) or len(digits + part) > MOST_DIGITS:
        return None
    if len(groups) > 1 and (not 1 <= len(groups[0]) <= 3 or any(len(group) != 3 for group in groups[1:])):
        return None
    return float(f"{digits}.{part or 0}")


def find_style(texts: Sequence[str]) -> NumberStyle | None:
    """Find the one way in which distinct texts are numbers and are written back the same.

    Where both would do, a comma or point before three digits is taken for a sign between thousands.

    Examples
    --------
    >>> find_style(["1.234,50 €", "-7,00 €"]).to_text()
    '#.##0,00 €;-#.##0,00 €'
    >>> find_style(["room 1", "room 2"]) is None
    True
    """
    parts = []
    for text in texts:
        found = _PARTS.fullmatch(text)
        if found is None or not _is_sign_or_unit(found["before"], found["after"]):
            return None
        parts.append((found["before"], found["body"], found["after"]))
    around = _forms([(before, after) for before, _, after in parts])
    if around is None:
        return None
    bodies = [body for _, body, _ in parts]
    money = any(_unit(text) for text in (around[0][0] + around[1][0], around[0][2] + around[1][2]))
    for separator, mark in _signs(bodies, money):
        sizes = [read_body(body, separator, mark) for body in bodies]
        if all(size is not None for size in sizes):
            style = _written_back(texts, parts, around, separator, mark)
            if style is not None:
                return style
    return None


def _unit(text: str) -> str:
    """What of a text beside a number is neither its sign nor a bracket."""
    return text.translate({ord(sign): None for sign in "+-\u2212()"}).strip(" \u00a0\u202f")


def _is_sign_or_unit(before: str, after: str) -> bool:
    units = [unit for unit in (_unit(before), _unit(after)) if unit]
    # "CHF 12.–" has two: what stands for no cents comes last.
    if len(units) > 1 and units[1] not in NO_CENTS:
        return False
    if _unit(before) in NO_CENTS:
        return False
    return all(
        unit in CURRENCIES
        or unit in ("%", "\u2030", *NO_CENTS)
        # Beside its number it is rather a room's or a road's.
        or (unit == "R" and before.endswith((" ", "\u00a0")))
        or all(unicodedata.category(char) == "Sc" for char in unit)
        for unit in units
    )


def _is_negative(before: str, after: str) -> bool:
    if "(" in before and ")" in after:
        return True
    ends_whole = after.endswith((".-", ",-"))
    return any(sign in before or (sign in after and not ends_whole) for sign in MINUS)


def _forms(around: Sequence[tuple[str, str]]) -> list[tuple[str, str, str]] | None:
    """Texts before and after numbers of each sign, if each sign has one form; zero's is found later."""
    distinct = set(around)
    if len(distinct) > 3 or len({_unit(before) + _unit(after) for before, after in distinct}) > 1:
        return None
    below = sorted(pair for pair in distinct if _is_negative(*pair))
    above = sorted((pair for pair in distinct if pair not in below), key=lambda pair: "+" not in pair[0] + pair[1])
    if len(below) > 1 or len(above) > 2:
        return None
    if not above:
        bare = {ord(sign): None for sign in "-\u2212()"}
        above = [(below[0][0].translate(bare), below[0][1].translate(bare))]
    negative = below[0] if below else ("-" + above[0][0].replace("+", ""), above[0][1].replace("+", ""))
    return [(above[0][0], negative[0], above[-1][0]), (above[0][1], negative[1], above[-1][1])]


def _signs(bodies: Sequence[str], money: bool) -> Iterator[tuple[str, str]]:
    """Separators and decimal signs that may be meant."""
    used = {char for body in bodies for char in body if not char.isdigit()}
    sizes = {sum(char.isdigit() for char in re.split(r"[.,](?=\d*$)", body)[0]) for body in bodies}
    for separator, mark in product((*SEPARATORS[1:], ""), MARKS):
        if separator == mark or used - {separator, mark} or (separator and separator not in used):
            continue
        # Digits in groups of three, as many in every text, are rather the number of a phone.
        if separator not in ("", ",") and not money and mark not in used and len(sizes) == 1:
            continue
        yield separator, mark


def _written_back(
    texts: Sequence[str],
    parts: Sequence[tuple[str, str, str]],
    around: Sequence[tuple[str, str, str]],
    separator: str,
    mark: str,
) -> NumberStyle | None:
    lengths = {len(body.rpartition(mark)[2]) if mark in body else 0 for _, body, _ in parts}
    decimals = max(lengths)
    endings = ["fixed"] if len(lengths) == 1 else ["whole", "short"] if lengths == {0, decimals} else ["short"]
    for ending in endings:
        style = NumberStyle(
            around[0], around[1], separator, mark if decimals else _other_mark(separator), decimals, ending
        )
        values = [style.read(text) for text in texts]
        pairs = zip(values, texts, strict=True)
        # Minus zero is read as zero, and written so.
        if all(value is not None and (value == 0 or style.write(value) == text) for value, text in pairs):
            return style
    return None


def read_styled(texts: Sequence[str], style: NumberStyle, token: str | None) -> np.ndarray | None:
    """Read texts of a column known to be written so; None if one of them is neither a number nor the token."""
    out = np.full(len(texts), np.nan)
    for place, text in enumerate(texts):
        if text == token:
            continue
        value = style.read(text) if isinstance(text, str) else None
        if value is None:
            return None
        out[place] = value
    return out
