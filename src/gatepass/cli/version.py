"""`gatepass version`: prints the version."""

import typer

from gatepass import __version__


def version() -> None:
    """Print the version."""
    typer.echo(__version__)
