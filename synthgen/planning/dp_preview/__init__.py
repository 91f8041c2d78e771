"""What to expect of a differentially private fit, before it is made: from the schema, and from no row."""

from __future__ import annotations

from synthgen.planning.dp_preview.preview import preview_dp
from synthgen.planning.dp_preview.result import PrivacyPreview

__all__ = ["PrivacyPreview", "preview_dp"]
