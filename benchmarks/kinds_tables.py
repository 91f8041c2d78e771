"""Tables with kinds of columns on which users of other generators were let down, and what is measured on new rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

ROWS = 1_000


class Asked(NamedTuple):
    """A table, and for each column what values must be, as a function of them; and what to tell a generator of it.

    Attributes
    ----------
    table : function without arguments
    right : mapping of column to function of (real, synthetic), which gives True or False for each value
    told : mapping of column to what SDV's metadata say of it, where its own guess is corrected
    alone : bool
        Each column is looked at beside a plain one, so that one that stops a generator doesn't stop the others.
    """

    table: Callable[[], pd.DataFrame]
    right: Mapping[str, Callable[[pd.Series, pd.Series], Any]]
    told: Mapping[str, Mapping[str, Any]]
    alone: bool = False

    def parts(self) -> dict[str, tuple[pd.DataFrame, list[str]]]:
        """Tables to fit, by name, and the columns to look at in each."""
        frame = self.table()
        if not self.alone:
            return {"table": (frame, list(self.right))}
        plain = np.round(np.random.default_rng(1).normal(size=len(frame)), 3)
        return {name: (frame[[name]].assign(plain=plain), [name]) for name in self.right}


def empty_columns() -> pd.DataFrame:
    """Three columns without any value beside three with values."""
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "amount": np.round(rng.gamma(2, 20, ROWS), 2),
            "paid": rng.choice(["cash", "card"], ROWS),
            "units": rng.integers(1, 9, ROWS),
            "note": pd.Series([None] * ROWS, dtype=object),
            "score": np.nan,
            "closed": pd.Series(pd.NaT, index=range(ROWS), dtype="datetime64[ns]"),
        }
    )


def misleading_names() -> pd.DataFrame:
    """Labels and numbers whose names or values look like something else."""
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "age": rng.integers(18, 90, ROWS),
            "phone_model": rng.choice(["A1", "B2", "C3"], ROWS),
            "email_opened": rng.choice(["yes", "no"], ROWS),
            "city_size": rng.choice(["small", "middle", "large"], ROWS),
            "address_type": rng.choice(["home", "work"], ROWS),
            "country_group": rng.choice(["north", "south"], ROWS),
            "zip_region": rng.choice(["10", "20", "30"], ROWS),
            "ssn_checked": rng.random(ROWS) < 0.5,
            "income": np.round(rng.normal(40_000, 9_000, ROWS) + np.arange(ROWS) / 1e3, 3),
        }
    )


def moments() -> pd.DataFrame:
    """Dates and times in the ways that tables hold them."""
    rng = np.random.default_rng(0)
    day = pd.Timestamp("2024-01-01") + pd.to_timedelta(pd.Series(rng.integers(0, 700, ROWS)), unit="D")
    minute = day + pd.to_timedelta(pd.Series(rng.integers(0, 96, ROWS) * 15), unit="min")
    return pd.DataFrame(
        {
            "day": day,
            "quarter_hour": minute,
            "seconds": minute.astype("datetime64[s]"),
            "berlin": minute.dt.tz_localize("UTC").dt.tz_convert("Europe/Berlin"),
            "date_object": day.dt.date,
            "german": day.dt.strftime("%d.%m.%Y").astype(object),
            "with_gaps": minute.mask(rng.random(ROWS) < 0.2),
            "took": pd.to_timedelta(pd.Series(rng.integers(60, 7_200, ROWS)), unit="s"),
        }
    )


def numbers() -> pd.DataFrame:
    """Whole numbers and decimals in the ways that tables hold them."""
    rng = np.random.default_rng(0)
    gone = rng.random(ROWS) < 0.2
    return pd.DataFrame(
        {
            "int8": pd.Series(rng.integers(0, 100, ROWS), dtype="int8"),
            "nullable": pd.Series(rng.integers(0, 900, ROWS), dtype="Int64").mask(gone),
            "whole_float": pd.Series(rng.integers(0, 900, ROWS).astype(float)).mask(gone),
            "money": np.round(rng.gamma(2, 30, ROWS), 2),
            "float32": pd.Series(np.round(rng.gamma(2, 3, ROWS), 1), dtype="float32"),
            "decimal": pd.Series([Decimal(int(v)) / 100 for v in rng.integers(100, 99_999, ROWS)], dtype=object),
            "text": pd.Series([f"{v:.2f}" for v in rng.gamma(2, 30, ROWS)], dtype=object),
            "beyond_2_53": 2**60 + rng.integers(0, 5, ROWS),
        }
    )


def _among(real: pd.Series, made: pd.Series) -> Any:
    return made.isin(real.dropna().unique())


def _gone(real: pd.Series, made: pd.Series) -> Any:
    return made.isna()


def _grid(decimals: int, read: Callable[[pd.Series], pd.Series] = pd.to_numeric) -> Callable[..., Any]:
    """In the range of the real values, and with so many decimals at most."""

    def right(real: pd.Series, made: pd.Series) -> Any:
        low, high = read(real).min(), read(real).max()
        values = read(made.dropna())
        scaled = values.astype(float) * 10**decimals
        return (values >= low) & (values <= high) & ((scaled - scaled.round()).abs() < 1e-3)

    return right


def _as_float(values: pd.Series) -> pd.Series:
    return values.map(float)


def _in_steps(step: str, text_format: str | None = None) -> Callable[..., Any]:
    """In the range of the real moments, and on their grid."""

    def right(real: pd.Series, made: pd.Series) -> Any:
        known = _moments(real, text_format)
        values = _moments(made, text_format)
        return (values >= known.min()) & (values <= known.max()) & (values == values.dt.floor(step))

    return right


def _moments(values: pd.Series, text_format: str | None) -> pd.Series:
    if pd.api.types.is_timedelta64_dtype(values):
        return values.dropna()
    return pd.to_datetime(values.dropna(), format=text_format, errors="coerce", utc=True)


def _all(sdtype: str, *names: str) -> dict[str, dict[str, str]]:
    return {name: {"sdtype": sdtype} for name in names}


ASKED = {
    "11 columns without values": Asked(
        empty_columns,
        {
            "amount": _grid(2), "paid": _among, "units": _grid(0), "note": _gone, "score": _gone, "closed": _gone,
        },
        {},
    ),
    "12 no metadata needed": Asked(
        misleading_names,
        {
            "age": _grid(0), **dict.fromkeys(
                ("phone_model", "email_opened", "city_size", "address_type", "country_group", "zip_region",
                 "ssn_checked"), _among,
            ), "income": _grid(3),
        },
        {
            **_all("categorical", "phone_model", "email_opened", "city_size", "address_type", "country_group",
                   "zip_region", "ssn_checked"), "income": {"sdtype": "numerical"},
        },
    ),
    "13 dates and times": Asked(
        moments,
        {
            "day": _in_steps("D"), "quarter_hour": _in_steps("15min"), "seconds": _in_steps("15min"),
            "berlin": _in_steps("15min"), "date_object": _in_steps("D"), "german": _in_steps("D", "%d.%m.%Y"),
            "with_gaps": _in_steps("15min"), "took": _in_steps("s"),
        },
        {
            **_all("datetime", "day", "quarter_hour", "seconds", "berlin", "date_object", "with_gaps"),
            "german": {"sdtype": "datetime", "datetime_format": "%d.%m.%Y"}, "took": {"sdtype": "numerical"},
        },
        alone=True,
    ),
    "14 integers and decimals": Asked(
        numbers,
        {
            "int8": _grid(0), "nullable": _grid(0), "whole_float": _grid(0), "money": _grid(2), "float32": _grid(1),
            "decimal": _grid(2, _as_float), "text": _grid(2), "beyond_2_53": _among,
        },
        {
            **_all("numerical", "int8", "nullable", "whole_float", "money", "float32", "decimal", "text"),
            "beyond_2_53": {"sdtype": "categorical"},
        },
        alone=True,
    ),
}  # fmt: skip


def judged(real: pd.Series, made: pd.Series, right: Callable[[pd.Series, pd.Series], Any]) -> dict[str, Any]:
    """Whether a column's dtype is the same; shares of values that are right and that a real row has, and of gaps."""
    found = right(real, made) if right is _gone or made.notna().any() else True
    return {
        "dtype": bool(made.dtype == real.dtype and _held(made) <= _held(real)),
        "right": round(float(np.mean(found)), 3),
        "real": round(float(made.dropna().isin(real.dropna().unique()).mean()), 3) if made.notna().any() else None,
        "gaps": round(float(made.isna().mean()), 3), "real_gaps": round(float(real.isna().mean()), 3),
    }  # fmt: skip


def _held(column: pd.Series) -> set[str]:
    return {type(value).__name__ for value in column.dropna()} if column.dtype == object else set()
