"""Gaussian copula that keeps the rare class."""

from synthgen.generators.gaussian_copula.model import GaussianCopulaSynthesizer

__all__ = ["GaussianCopulaSynthesizer"]
