"""`gatepass export-config`."""

from pathlib import Path
from typing import Annotated

import typer

from gatepass.app import Foundations
from gatepass.blueprint.flows import Blueprints
from gatepass.blueprint.model import Faulty
from gatepass.cli.ground import DatabaseOption, DataOption, fail, out, run, settings_of

TargetArgument = Annotated[
    Path | None, typer.Argument(help="The file to make; what it says is printed by default.", show_default=False)
]


def export_config(file: TargetArgument = None, data: DataOption = None, database: DatabaseOption = None) -> None:
    """Write what the server is to FILE, as `gatepass apply` takes it; no secret is in it."""
    if file is not None and file.exists():
        fail(f"{file} is there already and stays as it is; name a file that is not.")

    async def body(foundations: Foundations) -> str:
        return await Blueprints(foundations.database, foundations.clock).export()

    try:
        text = run(settings_of(data, database), body)
        if file is None:
            typer.echo(text, nl=False)
            return
        file.write_text(text, encoding="utf-8")
    except Faulty as fault:
        fail(*fault.faults)
    except OSError as error:
        fail(f"{file} can't be written: {error.strerror}.")
    out.print(f"[green]✓[/] {file} says what the server is. `gatepass plan {file}` finds nothing to do.")
