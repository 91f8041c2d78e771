"""Progress on stderr, and the time each stage took."""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")

STAGES = ("read", "profile", "choose", "fit", "sample", "validate", "merge")


def bar(items: Iterable[T] | None = None, *, progress: bool, **options: Any) -> Any:
    """Show a progress bar on stderr where that is a terminal or a notebook; nothing is imported otherwise."""
    if not progress:
        return _Quiet(items)
    with warnings.catch_warnings():
        # Without ipywidgets a notebook gets a text bar, which is no reason to warn.
        warnings.simplefilter("ignore")
        from tqdm.auto import tqdm

        return tqdm(items, disable=None, leave=False, **options)


class _Quiet:
    """A bar that shows nothing."""

    def __init__(self, items: Iterable[Any] | None) -> None:
        self.items = items

    def __iter__(self) -> Iterator[Any]:
        return iter(self.items or ())

    def set_description_str(self, words: str) -> None:
        pass

    def update(self, steps: float = 1) -> None:
        pass

    def close(self) -> None:
        pass


@dataclass
class Stages:
    """Progress and time of each stage."""

    progress: bool
    seconds: dict[str, float] = field(default_factory=dict)
    expected: int = len(STAGES)
    _bar: Any = None

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        """Run one stage: its name is shown, its time kept, and the bar taken away if it fails."""
        if self._bar is None:
            shape = "{desc:<10}{bar}{elapsed}"
            self._bar = bar(progress=self.progress, total=self.expected, bar_format=shape)
        self._bar.set_description_str(name)
        start = time.perf_counter()
        try:
            yield
        except BaseException:
            self.close()
            raise
        self.seconds[name] = round(time.perf_counter() - start, 3)
        self._bar.update()

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()
