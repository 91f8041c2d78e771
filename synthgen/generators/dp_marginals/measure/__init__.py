"""The boundary: rows go in, and nothing but noisy numbers comes out."""

from synthgen.generators.dp_marginals.measure.choosing import Rounds
from synthgen.generators.dp_marginals.measure.measuring import measure

__all__ = ["Rounds", "measure"]
