"""One pass over all rows: exact statistics, and a bounded sample of rows."""

from synthgen.scale.scan.facts import ColumnFacts, Scan
from synthgen.scale.scan.scanning import MOST_ROWS, scan

__all__ = ["MOST_ROWS", "ColumnFacts", "Scan", "scan"]
