"""`gatepass audit export`."""

import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from gatepass.app import Foundations, build
from gatepass.audit.flows import record
from gatepass.audit.model import Actor, ActorKind, EventKind, Origin
from gatepass.audit.queries import export_lines, export_table, last_sequence_before
from gatepass.cli.audit.keys import progress_bar, source_here
from gatepass.cli.ground import DatabaseOption, DataOption, fail, out, run, settings_of
from gatepass.kit.db import Tx
from gatepass.worker import sealer_of

_HERE = Origin(actor=Actor(ActorKind.SYSTEM, "", "gatepass audit export"))


def export(
    file: Annotated[Path, typer.Argument(help="A new file: .jsonl proves itself, .csv is for a spreadsheet.")],
    since: Annotated[
        str, typer.Option("--since", help="The first sequence or the first day that must be in it; all by default.")
    ] = "",
    data: DataOption = None,
    database: DatabaseOption = None,
) -> None:
    """Write the record to a file: every event, its links, the signed checkpoints and the keys."""
    if file.suffix not in {".jsonl", ".csv"}:
        fail("Name a file that ends in .jsonl, which proves itself, or in .csv, which is for a spreadsheet.")
    first = _read_since(since)
    count = run(settings_of(data, database), lambda foundations: _export(foundations, file, first))
    out.print(f"[green]✓[/] Wrote {count} lines to {escape(str(file))}.")
    if file.suffix == ".jsonl":
        out.print(f"  Look at it anywhere with: gatepass audit verify --file {escape(str(file))}")


def _read_since(text: str) -> int | datetime:
    if not text or text.isdecimal():
        return int(text or 0)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        fail("Give --since as a sequence, or as a day such as 2026-01-31.")
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


async def _export(foundations: Foundations, file: Path, since: int | datetime) -> int:
    database, at = foundations.database, foundations.clock.now()
    # So that the whole file is vouched for.
    sealer = sealer_of(build(foundations))
    while await sealer.seal():
        pass
    await sealer.checkpoint(is_due=True)
    if isinstance(since, datetime):
        moment = since
        since = await database.read(lambda tx: last_sequence_before(tx, moment)) + 1
    with progress_bar("Writing events") as progress:
        if file.suffix == ".csv":
            lines = export_table(database, since=since, progress=progress)
        else:
            lines = export_lines(database, await source_here(foundations), at, since=since, progress=progress)
        count = await _write(file, lines)

    async def body(tx: Tx) -> None:
        data = {"lines": str(count), "form": file.suffix.removeprefix(".")}
        await record(tx, EventKind.EVENTS_EXPORTED, at=foundations.clock.now(), origin=_HERE, data=data)

    await database.transact(body)
    return count


async def _write(file: Path, lines: AsyncIterator[bytes]) -> int:
    """Write a new file that its owner alone may read, because people stand in it."""
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        fail(f"The file {file} can't be made: {error.strerror}. An export never overwrites one.")
    count = 0
    with os.fdopen(descriptor, "wb") as target:
        async for line in lines:
            target.write(line)
            count += 1
    return count
