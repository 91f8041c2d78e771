"""A browser for the slow tests: Debian's Chromium, driven by playwright."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")
NARROW, WIDE = 360, 1280


@contextmanager
def browser() -> Iterator[Any]:
    """Give a browser, or skip with a reason."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        pytest.skip(f"none of {', '.join(NAMES)} was found")
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        try:
            yield opened
        finally:
            opened.close()


@contextmanager
def opened(chromium: Any, page: Path, width: int = WIDE, scheme: str = "light", **options: Any) -> Iterator[Any]:
    """Open a file; what it asks of the network is in ``page.requested``."""
    context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, **options)
    shown = context.new_page()
    requested: list[str] = []
    shown.on("request", lambda request: requested.append(request.url))
    shown.goto(page.as_uri())
    shown.requested = requested
    try:
        yield shown
    finally:
        context.close()
