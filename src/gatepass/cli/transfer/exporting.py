"""`gatepass export`: people leave in the format of another product."""

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from gatepass.app import Foundations
from gatepass.audit.flows import record
from gatepass.audit.model import EventKind
from gatepass.cli.ground import DatabaseOption, DataOption, err, fail, out, run, settings_of
from gatepass.cli.transfer.importing import FileArgument, KindArgument
from gatepass.kit.secrets import SealBroken
from gatepass.transfer.model import Format
from gatepass.transfer.queries import everybody, open_people

SecretsOption = Annotated[
    bool,
    typer.Option("--with-secrets", help="Write password hashes and the secrets of authenticator apps too."),
]
_SHOWN_EVERY = 1_000


def export(
    kind: KindArgument,
    file: FileArgument,
    data: DataOption = None,
    database: DatabaseOption = None,
    *,
    with_secrets: SecretsOption = False,
) -> None:
    """Write everybody to FILE in the format of another product; for its owner alone, as it names people."""
    settings = settings_of(data, database)
    if file.exists():
        fail(f"{file} is there already and stays as it is; name a file that is not.")
    unfinished = file.with_name(f".{file.name}.unfinished")
    try:
        count = run(settings, lambda foundations: _write(foundations, kind, unfinished, with_secrets=with_secrets))
        unfinished.rename(file)
    except SealBroken:
        fail("The secrets were sealed by another server's master key; export without --with-secrets.")
    except OSError as error:
        fail(f"{file} can't be written: {error.strerror}.")
    finally:
        unfinished.unlink(missing_ok=True)
    out.print(f"[green]✓[/] {escape(str(file))} holds {count} people in the format of {kind.value}.")


async def _write(foundations: Foundations, kind: Format, path: Path, *, with_secrets: bool) -> int:
    count = 0
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file, err.status("Exporting") as status:
        people = open_people(file, kind)
        async for person in everybody(foundations.database, foundations.key_ring, with_secrets=with_secrets):
            people.add(person)
            count += 1
            if count % _SHOWN_EVERY == 0:
                status.update(f"Exporting: {count}")
        people.finish()
        file.flush()
        os.fsync(file.fileno())
    data = {"format": kind.value, "people": str(count), "with_secrets": str(with_secrets).lower()}
    at = foundations.clock.now()
    await foundations.database.transact(lambda tx: record(tx, EventKind.USERS_EXPORTED, at=at, data=data))
    return count
