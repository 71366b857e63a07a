"""The table of commands; only the one that is called is imported, so that the others cost nothing."""

import sys
from dataclasses import dataclass
from importlib import import_module
from typing import Annotated, Final

import typer

from gatepass import __version__


@dataclass(frozen=True, slots=True)
class Entry:
    """One command, or one group of commands.

    Args:
        name: what is typed.
        module: where it lies.
        summary: the first sentence of its help.
        is_group: whether commands follow.
        verb: the function that does it, where it can't be called as what is typed.
    """

    name: str
    module: str
    summary: str
    is_group: bool = False
    verb: str = ""


TABLE: Final = (
    Entry("serve", "serve", "Serve sign-in pages and the API."),
    Entry("worker", "worker", "Send what the outbox holds and run the timed jobs until stopped."),
    Entry(
        "migrate",
        "migrate",
        "Create or update the database's tables; safe to repeat, and to run while another server does.",
    ),
    Entry("doctor", "doctor", "Check the database, the keys, the clock, the public URL, the mail and the worker."),
    Entry("keys", "keys", "The master key and the keys that sign tokens.", is_group=True),
    Entry("app", "applications", "The applications that people sign in to.", is_group=True),
    Entry("operator", "operators", "Who may operate the server.", is_group=True),
    Entry("api-key", "api_keys", "The keys by which scripts call the management API.", is_group=True),
    Entry("backup", "backups", "Copy the database to a file while the server runs."),
    Entry("restore", "backups", "Put a backup in the database's place; stop the server first."),
    Entry("import", "transfer", "Bring people in by a file of another product.", verb="bring_in"),
    Entry("export", "transfer", "Write everybody to a file in the format of another product."),
    Entry("audit", "audit", "The record of events: whether it was tampered with, and exports.", is_group=True),
    Entry("plan", "configuration", "Show what `gatepass apply` would change."),
    Entry("apply", "configuration", "Make the server what a file says, all of it or nothing."),
    Entry("export-config", "configuration", "Write what the server is to a file.", verb="export_config"),
    Entry("breach", "breach", "The file of passwords that are known from breaches.", is_group=True),
    Entry("mail", "mail", "Mail.", is_group=True),
    Entry("version", "version", "Print the version."),
)


def assemble(chosen: str | None) -> typer.Typer:
    """Return the command line with the chosen command in full and the others by name and summary."""
    commands = typer.Typer(
        name="gatepass",
        help="Gatepass, a self-hosted authentication platform.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    commands.callback()(_root)
    for entry in TABLE:
        if entry.name != chosen:
            commands.command(entry.name, help=entry.summary)(_placeholder)
            continue
        module = import_module(f"gatepass.cli.{entry.module}")
        if entry.is_group:
            commands.add_typer(module.commands, name=entry.name)
        else:
            commands.command(entry.name)(getattr(module, entry.verb or entry.name))
    return commands


def main() -> None:
    """Run the command line."""
    words = [word for word in sys.argv[1:] if not word.startswith("-")]
    assemble(words[0] if words else None)()


def _print_version(is_asked: bool) -> None:
    if is_asked:
        typer.echo(__version__)
        raise typer.Exit


def _root(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Gatepass, a self-hosted authentication platform."""


def _placeholder() -> None:
    """Stand for a command that was not chosen."""
