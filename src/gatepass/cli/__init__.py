"""The command line: one file per command, each a thin door over the same flows as the server.

A command imports what it needs when it runs, so that `gatepass --help` answers at once.
"""

from gatepass.cli.commands import main

__all__ = ["main"]
