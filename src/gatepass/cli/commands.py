"""The table of commands."""

import typer

from gatepass import __version__
from gatepass.cli import app, doctor, keys, mail, migrate, serve, worker

commands = typer.Typer(
    name="gatepass",
    help="Gatepass, a self-hosted authentication platform.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
commands.command("serve")(serve.serve)
commands.command("worker")(worker.worker)
commands.command("migrate")(migrate.migrate)
commands.command("doctor")(doctor.doctor)
commands.add_typer(keys.commands, name="keys")
commands.add_typer(app.commands, name="app")
commands.add_typer(mail.commands, name="mail")


@commands.command("version")
def version() -> None:
    """Print the version."""
    typer.echo(__version__)


def main() -> None:
    """Run the command line."""
    commands()
