"""`gatepass operator`: who may operate the server, beside whoever has this machine."""

import typer

from gatepass.cli.operators.changing import add, remove
from gatepass.cli.operators.showing import list_all

commands = typer.Typer(no_args_is_help=True, help="Who may operate the server.")
commands.command("add")(add)
commands.command("list")(list_all)
commands.command("remove")(remove)
