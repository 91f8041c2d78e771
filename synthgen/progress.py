"""Progress on stderr, and the time each stage took."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

STAGES = ("read", "profile", "fit", "sample", "validate", "merge")


@dataclass
class Stages:
    """Progress and time of each stage."""

    progress: bool
    seconds: dict[str, float] = field(default_factory=dict)
    _bar: Any = None

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        """Run one stage: its name is shown, its time kept, and the bar taken away if it fails."""
        from tqdm.auto import tqdm

        if self._bar is None:
            self._bar = tqdm(
                total=len(STAGES),
                disable=None if self.progress else True,
                leave=False,
                bar_format="{desc:<10}{bar}{elapsed}",
            )
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
