"""What a column is and what it is for: values only, no behaviour that looks at data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from math import inf, isfinite
from typing import Any, TypeAlias

from synthgen.errors import DataError
from synthgen.table.endings import Endings

Label: TypeAlias = "str | int | float | bool"

UNKNOWN_DTYPE = "unknown"
"""Dtype of columns that were described without a table, such as another tool's file describes them."""


class Kind(StrEnum):
    """What the values of a column are."""

    CONTINUOUS = "continuous"
    INTEGER = "integer"
    CATEGORICAL = "categorical"
    BOOLEAN = "boolean"
    DATETIME = "datetime"
    IDENTIFIER = "identifier"
    TEXT = "text"


class Role(StrEnum):
    """What a column is for."""

    FEATURE = "feature"
    TARGET = "target"
    SENSITIVE = "sensitive"
    QUASI_IDENTIFIER = "quasi_identifier"
    IDENTIFIER = "identifier"
    SUBJECT = "subject"


ORDERED_KINDS = (Kind.CONTINUOUS, Kind.INTEGER, Kind.DATETIME)
LABEL_KINDS = (Kind.CATEGORICAL, Kind.BOOLEAN)
OPAQUE_KINDS = (Kind.IDENTIFIER, Kind.TEXT)
PLAIN_FIELDS = (
    "bounds", "categories", "decimals", "resolution", "infinities", "nullable", "pattern", "check", "faker", "locale",
)  # fmt: skip


@dataclass(frozen=True)
class Storage:
    """How the caller's frame holds a column, so that it can be given back the same.

    Parameters
    ----------
    dtype : str
        Name of the pandas dtype, for example ``"Int64"``, ``"datetime64[ns, Europe/Berlin]"``,
        ``"category"`` or ``"decimal128(10, 2)[pyarrow]"``.
    python_type : str or None
        For ``object`` columns, what the objects are: ``"str"``, ``"Decimal"``, ``"date"``,
        ``"datetime"``, ``"timedelta"``, ``"bool"``, ``"int"``, ``"float"`` or ``"mixed"``; for
        ``category`` columns, the dtype of the categories.
    as_text : bool
        True for numbers and dates that are stored as text.
    text_format : str or None
        The ``strptime`` format of dates stored as text (``%-d`` a day without its zero, ``%3f``
        milliseconds); for numbers stored as text ``"%.2f"`` (always two decimals), ``"%.3e"``, ``"%r"`` (as
        Python writes them), None (as short as they go) or a number format such as ``"$#,##0.00"``.
    missing_token : str or None
        The text that stands for a missing value in numbers and dates stored as text (``"?"``,
        ``" "``).
    ordered : bool
        Whether a ``category`` dtype is ordered.
    unit : int
        Whole numbers of 2**53 and more are multiples of it.
    """

    dtype: str = "object"
    python_type: str | None = None
    as_text: bool = False
    text_format: str | None = None
    missing_token: str | None = None
    ordered: bool = False
    unit: int = 1


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Parameters
    ----------
    name : str
    kind : Kind
    role : Role
    bounds : (float, float) or None
        Smallest and largest value, for continuous, integer and datetime columns (datetimes as
        microseconds since 1970 in UTC). None where the column holds no value.
    categories : tuple of labels or None
        Every label of a categorical or boolean column, in code order.
    decimals : int or None
        Digits after the decimal point of a continuous column; None means not rounded.
    endings : tuple of Endings or None
        Last digits of a number, as a generator learns them; declared as ``()``, none are learnt.
    resolution : int or None
        Datetime grid in microseconds (86,400,000,000 for dates); None means no grid.
    infinities : {"missing"} or None
        Whether infinite numbers are taken as missing; None: they are refused.
    nullable : bool
        Whether the column has missing values.
    pattern : str or None
        Shape of an identifier's values: ``9`` a digit, ``A`` and ``a`` letters, ``h`` a digit of
        a long hexadecimal number, anything else itself.
    check : str or None
        Check digits that an identifier carries, one of :data:`synthgen.table.check_digits.CHECKS`.
    faker : str or None
        What Faker makes an identifier's values of; see :mod:`synthgen.table.made_up`.
    locale : str or None
        Faker's locale, such as ``"de_DE"``; None means ``"en_US"``.
    storage : Storage
    declared : frozenset of str
        Names of the fields above that a person declared. All others were read off the data, so
        they say something about it.
    """

    name: str
    kind: Kind
    role: Role = Role.FEATURE
    bounds: tuple[float, float] | None = None
    categories: tuple[Label, ...] | None = None
    decimals: int | None = None
    endings: tuple[Endings, ...] | None = None
    resolution: int | None = None
    infinities: str | None = None
    nullable: bool = False
    pattern: str | None = None
    check: str | None = None
    faker: str | None = None
    locale: str | None = None
    storage: Storage = field(default_factory=Storage)
    declared: frozenset[str] = frozenset()

    @property
    def complete(self) -> bool:
        """Whether it is known how a table holds the column; see :mod:`synthgen.table.declarations`."""
        return self.storage.dtype != UNKNOWN_DTYPE

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, defaults left out."""
        out: dict[str, Any] = {"name": self.name, "kind": str(self.kind), "role": str(self.role)}
        for name in PLAIN_FIELDS:
            value = getattr(self, name)
            if value is not None and value is not False:
                out[name] = list(value) if isinstance(value, tuple) else value
        if self.bounds is not None:
            # JSON has no infinity: null is an end that nobody declared.
            out["bounds"] = [end if isfinite(end) else None for end in self.bounds]
        if self.endings is not None:
            out["endings"] = [asdict(item) for item in self.endings]
        out["storage"] = {
            item.name: getattr(self.storage, item.name)
            for item in fields(Storage)
            if item.name == "dtype" or getattr(self.storage, item.name) != item.default
        }
        if self.declared:
            out["declared"] = sorted(self.declared)
        return out

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Column:
        """Inverse of :meth:`to_dict`."""
        known = {item.name for item in fields(cls)}
        unknown = sorted(set(data) - known)
        if unknown or "name" not in data or "kind" not in data:
            raise DataError(
                f"A column of the schema needs 'name' and 'kind' and knows {sorted(known)}; "
                f"got {sorted(data)}. Correct the schema file."
            )
        values = dict(data)
        name = values["name"]
        try:
            values["kind"] = Kind(values["kind"])
            values["role"] = Role(values.get("role", "feature"))
            values["storage"] = Storage(**values.get("storage", {}))
        except (ValueError, TypeError) as error:
            raise DataError(f"Column {name!r} of the schema: {error}. Correct the schema file.") from error
        for item in ("bounds", "categories"):
            if values.get(item) is not None:
                values[item] = tuple(values[item])
        if values.get("bounds") is not None and None in values["bounds"]:
            low, high = values["bounds"]
            values["bounds"] = (-inf if low is None else low, inf if high is None else high)
        if values.get("endings") is not None:
            values["endings"] = tuple(map(Endings.from_dict, values["endings"]))
        values["declared"] = frozenset(values.get("declared", ()))
        return cls(**values)
