"""A model that is quick and tells which blocks it made."""

from __future__ import annotations

import pytest

from tests.scale.writing.block_model import Model


@pytest.fixture
def logged(tmp_path):
    return Model(tmp_path / "blocks.log")
