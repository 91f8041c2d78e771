"""E-mail addresses."""

from __future__ import annotations

import re

from synthgen.profiling.personal_data.detector import Detector, names, whole

ADDRESS = r"[A-Za-z0-9._%+'-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24}"
INSIDE = re.compile(rf"(?<![\w@]){ADDRESS}\b")

EMAIL = Detector(
    what="e-mail address",
    named=names(r"emails?|mail|mail address|courriel|correo|emailadresse"),
    matches=whole(rf"(?:mailto:)?{ADDRESS}"),
    fits=whole(r".*@.*"),
    example="***@***.***",
)
