"""`gatepass audit`: whether the record was tampered with, and copies of it that prove themselves."""

import typer

from gatepass.cli.audit.exporting import export
from gatepass.cli.audit.verifying import verify

commands = typer.Typer(no_args_is_help=True, help="The record of events.")
commands.command("verify")(verify)
commands.command("export")(export)
