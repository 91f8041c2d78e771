"""Run the command line as ``python -m synthgen.cli``."""

from synthgen.cli.commands import main

main()
