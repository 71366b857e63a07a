"""`gatepass app`: the applications that people sign in to."""

import typer

from gatepass.cli.applications.changing import change, new_secret, switch_off, switch_on
from gatepass.cli.applications.creating import create
from gatepass.cli.applications.inviting import invite, list_invitations, uninvite
from gatepass.cli.applications.showing import list_all, show

commands = typer.Typer(no_args_is_help=True, help="The applications that people sign in to.")
commands.command("create")(create)
commands.command("list")(list_all)
commands.command("show")(show)
commands.command("set")(change)
commands.command("secret")(new_secret)
commands.command("off")(switch_off)
commands.command("on")(switch_on)
commands.command("invite")(invite)
commands.command("invitations")(list_invitations)
commands.command("uninvite")(uninvite)
