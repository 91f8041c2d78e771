"""From values to safe HTML: one Jinja2 environment, and how numbers and names are written.

Names and labels come from other people's tables, so they are hostile until shown otherwise: every
text is escaped, cleared of control characters, and shortened.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

NAME_WIDTH = 40
TITLE_WIDTH = 200
PROSE_LENGTH = 1500
SPOKEN = {
    "dcr_share": "nearest share", "membership_tpr": "membership at 1 % false alarms", "detection_auc": "detection",
}  # fmt: skip
"""Names for programs that are no words."""
_LONG_WORD = re.compile(r"\S{81,}")
_PER_CENT = re.compile(r"(?<=\d) %")
_JOINERS = "\u200c\u200d"
_SPACE = "\u00a0"


def clean(text: object) -> str:
    """Text without control, direction-override or surrogate characters (shown as U+FFFD)."""
    value = str(text)
    if value.isascii() and value.isprintable():
        return value
    return "".join(_visible(character) for character in value)


def shorten(text: object, width: int = NAME_WIDTH) -> str:
    """Text of at most ``width`` cells, where wide characters such as emoji take two."""
    value = clean(text)
    if len(value) <= width and cells(value) <= width:
        return value
    used, kept = 1, []
    for character in value:
        used += _cells(character)
        if used > width:
            break
        kept.append(character)
    while kept and (kept[-1] in _JOINERS or kept[-1].isspace()):
        kept.pop()
    return "".join(kept) + "…"


def name(text: object, width: int = NAME_WIDTH) -> Markup:
    """Write a column's or category's name, isolated from the text's direction, whole in a title."""
    value = " ".join(clean(text).split(" "))
    short = shorten(value, width)
    if not value.strip():
        return Markup('<bdi class="muted">(blank)</bdi>')
    if short == value:
        return Markup("<bdi>{}</bdi>").format(value)
    whole = shorten(value, TITLE_WIDTH)
    if len(value) > TITLE_WIDTH:
        whole += f" ({len(value):,} characters)"
    return Markup('<bdi title="{}">{}</bdi>').format(whole, short)


def prose(text: object) -> str:
    """Shorten long words and endless texts in a sentence that may hold hostile names."""
    value = _LONG_WORD.sub(lambda match: shorten(match.group(), NAME_WIDTH), clean(text))
    value = _PER_CENT.sub(_SPACE + "%", value)
    return value if len(value) <= PROSE_LENGTH else value[:PROSE_LENGTH].rstrip() + "…"


def sentence(text: object) -> str:
    """Prose that starts with a capital and ends with a stop."""
    value = prose(text).strip()
    if not value:
        return ""
    value = value[0].upper() + value[1:]
    return value if value[-1] in ".!?…" else value + "."


def number(value: object) -> str:
    """Write a figure for reading: three decimals near one, three significant digits elsewhere."""
    if isinstance(value, bool) or value is None:
        return "–" if value is None else str(value)
    if not isinstance(value, (int, float)):
        try:
            value = float(value)  # type: ignore[arg-type]
        except (TypeError, ValueError):
            return prose(value)
    if isinstance(value, float) and not math.isfinite(value):
        return "–"
    return _figure(value).replace("-", "−")


def compact(value: object, kind: str = "") -> str:
    """Write a value of a column in three significant digits; a date for datetime columns."""
    if kind == "datetime" and isinstance(value, (int, float)) and math.isfinite(value):
        try:
            return f"{datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=value):%Y-%m-%d}"
        except (OverflowError, ValueError):
            return number(value)
    if not isinstance(value, (int, float)) or not math.isfinite(value):
        return number(value)
    if float(value).is_integer() and abs(value) < 1000:
        return f"{int(value)}".replace("-", "−")
    if 1000 <= abs(value) < 1e7:
        return f"{float(f'{value:.3g}'):,.0f}".replace("-", "−")
    return _small(value, 3).replace("-", "−")


def share(value: object) -> str:
    """Write a share of one as a percentage; small ones are never rounded to nothing or to all."""
    if not isinstance(value, (int, float)) or not math.isfinite(value):
        return "–"
    if -0.0005 < value < 0:
        return f"0{_SPACE}%"
    if 0 < value < 0.0005:
        return f"<{_SPACE}0.1{_SPACE}%"
    if 0.9995 <= value < 1:
        return f">{_SPACE}99.9{_SPACE}%"
    text = f"{100 * value:.1f}"
    return f"{text.removesuffix('.0')}{_SPACE}%".replace("-", "−")


def interval(ends: Sequence[float] | None, as_share: bool = False) -> str:
    """Both ends of an interval, or a dash."""
    if ends is None:
        return "–"
    low, high = (share(end) if as_share else number(end) for end in ends)
    if as_share and low.endswith("%") and high.endswith("%"):
        low = low.removesuffix("%").rstrip()
    return f"{low} to {high}"


def moment(text: object) -> str:
    """Write a moment for reading; what isn't one stays as it is.

    >>> moment("2026-11-26T06:30:44+00:00"), moment("last week")
    ('2026-11-26, 06:30 UTC', 'last week')
    """
    try:
        known = datetime.fromisoformat(str(text))
    except ValueError:
        return prose(text)
    return f"{known.astimezone(UTC):%Y-%m-%d, %H:%M} UTC" if known.tzinfo else prose(text)


def words(code: object) -> str:
    """Write a name for programs as words: ``near_copy`` is "near copy"."""
    return shorten(SPOKEN.get(str(code), str(code).replace("_", " ")), 80)


def plain(value: Any, depth: int = 0) -> Any:
    """Give what JSON and a page can show; of anything but plain values only the type's name.

    An unknown object may hold rows, so it is never printed. NaN and infinities become None.
    """
    if hasattr(value, "item") and not hasattr(value, "__len__"):
        value = value.item()
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, str):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if depth < 8 and isinstance(value, Mapping):
        return {str(key): plain(item, depth + 1) for key, item in value.items()}
    if depth < 8 and isinstance(value, (list, tuple, set, frozenset)):
        items = sorted(value, key=str) if isinstance(value, (set, frozenset)) else value
        return [plain(item, depth + 1) for item in items]
    return f"<{type(value).__name__}>"


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Jinja2 with autoescape, strict names and synthgen's filters."""
    made = Environment(
        loader=PackageLoader("synthgen.reporting"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: clean(value) if type(value) is str else value,
    )
    made.filters |= {
        "compact": compact, "interval": interval, "name": name, "number": number, "prose": prose,
        "sentence": sentence, "share": share, "shorten": shorten, "words": words,
    }  # fmt: skip
    return made


def render(template: str, **context: Any) -> Markup:
    """Fill one template; the result is safe to put into another."""
    return Markup(environment().get_template(template).render(**context))


def cells(text: str) -> int:
    """Width of a text in cells, as a terminal counts them."""
    return sum(map(_cells, text))


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if character in "\n\t":
        return " "
    if category in ("Cc", "Cs", "Zl", "Zp") or (category == "Cf" and character not in _JOINERS):
        return "\ufffd"
    return character


def _cells(character: str) -> int:
    if unicodedata.combining(character) or character in _JOINERS:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _figure(value: float) -> str:
    if isinstance(value, int) or (float(value).is_integer() and abs(value) < 1e9):
        return f"{int(value):,}"
    if abs(value) >= 1000:
        return f"{value:,.0f}" if abs(value) < 1e9 else f"{value:.3g}"
    if abs(value) >= 0.001:
        return f"{value:.3f}" if abs(value) < 1 else f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"
    return _small(value, 2)


def _small(value: float, digits: int) -> str:
    """Significant digits; down to a millionth without a power of ten."""
    size = abs(value)
    if 1e-6 <= size < 1e-4:
        return f"{value:.{digits - 1 - math.floor(math.log10(size))}f}".rstrip("0")
    return f"{value:.{digits}g}"


__all__ = [
    "Markup", "cells", "clean", "compact", "environment", "escape", "interval", "moment", "name", "number", "plain",
    "prose", "render", "sentence", "share", "shorten", "words",
]  # fmt: skip
