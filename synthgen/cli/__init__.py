"""The command line: words in, one call of the API, a summary out.

Nothing heavy is imported before a command runs, so that ``synthgen --help`` is quick.
"""

from __future__ import annotations

from synthgen.cli.commands import app, main
from synthgen.cli.evidence import report, verify
from synthgen.cli.failures import ExitCode
from synthgen.cli.uplift import uplift

__all__ = ["ExitCode", "app", "main", "report", "uplift", "verify"]
