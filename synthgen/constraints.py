"""Rules that every row keeps, to be declared in a schema or given to ``synthesize``.

>>> from synthgen.constraints import Inequality
>>> Inequality("start", "end").words
'start <= end'
"""

from __future__ import annotations

from synthgen.table.constraints import *  # noqa: F403 - the same names, where a user looks for them
from synthgen.table.constraints import __all__ as __all__
