"""Generators of synthetic rows, by name."""

from __future__ import annotations

from pathlib import Path

from synthgen.generators.base import Synthesizer
from synthgen.generators.gaussian_copula import GaussianCopulaSynthesizer
from synthgen.generators.jitter import JitterSynthesizer
from synthgen.generators.sdv import SdvSynthesizer
from synthgen.generators.smote import SmoteSynthesizer
from synthgen.generators.storage import load_model
from synthgen.generators.tree import TreeSynthesizer
from synthgen.guarantee import PrivacyGuarantee

GENERATORS: dict[str, type[Synthesizer]] = {
    "tree": TreeSynthesizer,
    "jitter": JitterSynthesizer,
    "smote": SmoteSynthesizer,
    "gaussian_copula": GaussianCopulaSynthesizer,
    "sdv": SdvSynthesizer,
}


def load_synthesizer(path: str | Path) -> Synthesizer:
    """Read back a generator that was written by ``save``.

    A loaded generator gives the same rows as the saved one would have, always as pandas frames.

    Raises
    ------
    FileError
        If the folder does not hold a complete model of this format.
    """
    return load_model(path, GENERATORS)


__all__ = [
    "GENERATORS",
    "GaussianCopulaSynthesizer",
    "JitterSynthesizer",
    "PrivacyGuarantee",
    "SdvSynthesizer",
    "SmoteSynthesizer",
    "Synthesizer",
    "TreeSynthesizer",
    "load_synthesizer",
]
