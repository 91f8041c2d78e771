"""Synthetic rows against all real rows, in one pass over either: fidelity, copies, nearest rows."""

from synthgen.scale.comparing.judging import measurements, with_measurements
from synthgen.scale.comparing.real_rows import RealRows
from synthgen.scale.comparing.screen import Screen
from synthgen.scale.comparing.tally import Tally

__all__ = ["RealRows", "Screen", "Tally", "measurements", "with_measurements"]
