"""`gatepass api-key`: the keys by which scripts call the management API."""

import typer

from gatepass.cli.api_keys.changing import create, revoke
from gatepass.cli.api_keys.showing import list_all

commands = typer.Typer(no_args_is_help=True, help="The keys by which scripts call the management API.")
commands.command("create")(create)
commands.command("list")(list_all)
commands.command("revoke")(revoke)
