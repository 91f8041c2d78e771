"""Autoregressive boosted trees."""

from synthgen.generators.tree.model import TreeSynthesizer

__all__ = ["TreeSynthesizer"]
