"""The command line: words in, one call of the API, a summary out.

Nothing heavy is imported before a command runs, so that ``synthgen --help`` is quick.
"""

from __future__ import annotations

# isort: off
# The order is that of the help.
from synthgen.cli.commands import app, main
from synthgen.cli.demo import demo
from synthgen.cli.init import init
from synthgen.cli.synthesize import synthesize
from synthgen.cli.profile import profile
from synthgen.cli.validate import validate
from synthgen.cli.uplift import uplift
from synthgen.cli.preview_dp import preview_dp
from synthgen.cli.merge import merge
from synthgen.cli.evidence import report, verify
from synthgen.cli.failures import ExitCode
# isort: on

__all__ = [
    "ExitCode",
    "app",
    "demo",
    "init",
    "main",
    "merge",
    "preview_dp",
    "profile",
    "report",
    "synthesize",
    "uplift",
    "validate",
    "verify",
]
