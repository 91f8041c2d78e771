"""Generators of synthetic rows, by name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from synthgen.errors import UsageError
from synthgen.generators.base import Synthesizer
from synthgen.generators.dp_marginals import DPMarginalsSynthesizer
from synthgen.generators.gaussian_copula import GaussianCopulaSynthesizer
from synthgen.generators.jitter import JitterSynthesizer
from synthgen.generators.sdv import SdvSynthesizer
from synthgen.generators.smote import SmoteSynthesizer
from synthgen.generators.storage import load_model
from synthgen.generators.texts import check_text
from synthgen.generators.tree import TreeSynthesizer
from synthgen.guarantee import PrivacyGuarantee

GENERATORS: dict[str, type[Synthesizer]] = {
    "tree": TreeSynthesizer,
    "jitter": JitterSynthesizer,
    "smote": SmoteSynthesizer,
    "gaussian_copula": GaussianCopulaSynthesizer,
    "dp_marginals": DPMarginalsSynthesizer,
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


def check_generator(generator: Any, options: Mapping[str, Any] | None) -> None:
    """Refuse what is neither "auto", a name nor an instance, and options that it doesn't have.

    Raises
    ------
    UsageError
    """
    if isinstance(generator, Synthesizer):
        if options:
            raise UsageError("generator_options are for a generator given by name; set them on the instance.")
        return
    if not isinstance(generator, str) or generator not in ("auto", *GENERATORS):
        raise UsageError(
            f"There is no generator {generator!r}. Choose one of: auto, {', '.join(GENERATORS)}, or pass an instance."
        )
    if options and "text" in options:
        check_text(options["text"])
    if options and generator == "auto" and set(options) != {"text"}:
        raise UsageError('generator_options but text need a generator by name; "auto" chooses its own.')
    if options and generator != "auto":
        known = sorted(set(GENERATORS[generator]().get_params(deep=False)) - {"random_state"})
        unknown = sorted(set(options) - set(known))
        if unknown:
            raise UsageError(f"The generator {generator!r} has no option {unknown[0]!r}; it has: {', '.join(known)}.")


__all__ = [
    "GENERATORS",
    "DPMarginalsSynthesizer",
    "GaussianCopulaSynthesizer",
    "JitterSynthesizer",
    "PrivacyGuarantee",
    "SdvSynthesizer",
    "SmoteSynthesizer",
    "Synthesizer",
    "TreeSynthesizer",
    "check_generator",
    "load_synthesizer",
]
