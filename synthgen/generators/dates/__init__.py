"""Dates as models learn them: on their calendar, by weekday and time of day, apart from dates that stand for none."""

from synthgen.generators.dates.columns import DateColumns
from synthgen.generators.dates.parts import DateParts

__all__ = ["DateColumns", "DateParts"]
