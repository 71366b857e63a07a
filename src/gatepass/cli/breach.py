"""`gatepass breach`: makes the file of breached passwords that `GATEPASS_PASSWORDS_BREACH_FILE` names."""

from pathlib import Path
from typing import Annotated

import typer

from gatepass.cli.ground import fail, out
from gatepass.methods.password.flows import BreachFile, UnreadableList, build_breach_file

commands = typer.Typer(no_args_is_help=True, help="The file of passwords that are known from breaches.")
FileArgument = Annotated[Path, typer.Argument(help="Where the file is, or is to be.")]
ListsArgument = Annotated[
    list[Path],
    typer.Argument(help="Lists of SHA-1 hashes, one a line in hexadecimal; what follows a colon is skipped."),
]


@commands.callback()
def _group() -> None:
    """The file of passwords that are known from breaches."""


@commands.command("build")
def build(file: FileArgument, lists: ListsArgument) -> None:
    """Make the file out of lists of SHA-1 hashes, in any order and of any size."""
    _make(file, lists, None)


@commands.command("update")
def update(file: FileArgument, lists: ListsArgument) -> None:
    """Add lists to the file; servers that run read the new one once they start anew."""
    try:
        known = BreachFile(file)
    except UnreadableList as fault:
        fail(str(fault))
    _make(file, lists, known)


def _make(file: Path, lists: list[Path], known: BreachFile | None) -> None:
    try:
        count = build_breach_file(file, lists, known)
    except (UnreadableList, OSError) as fault:
        fail(str(fault))
    out.print(f"{file} knows {count} passwords.")
