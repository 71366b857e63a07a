"""`gatepass audit verify`."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from gatepass.app import Foundations
from gatepass.audit import queries
from gatepass.audit.queries import Verdict, keys_of, verify_lines
from gatepass.cli.audit.keys import progress_bar, source_here
from gatepass.cli.ground import DatabaseOption, DataOption, JsonOption, fail, out, print_json, run, settings_of


def verify(
    file: Annotated[
        Path | None, typer.Option("--file", help="Look at an export instead; needs no database and no network.")
    ] = None,
    jwks: Annotated[
        Path | None,
        typer.Option("--jwks", help="With --file: a key set that you kept, to be believed in place of the file's own."),
    ] = None,
    since: Annotated[int, typer.Option("--since", min=0, help="Begin at the checkpoint before this sequence.")] = 0,
    data: DataOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Look whether events were changed, removed or put in; leaves with status 1 at the first break."""
    if file is not None:
        verdict = _of_file(file, jwks)
    else:
        verdict = run(settings_of(data, database), lambda foundations: _of_database(foundations, since))
    if as_json:
        print_json({"holds": verdict.holds, **asdict(verdict)})
    else:
        _show(verdict, is_pinned=file is None or jwks is not None)
    if not verdict.holds:
        raise typer.Exit(1)


async def _of_database(foundations: Foundations, since: int) -> Verdict:
    source = await source_here(foundations)
    with progress_bar("Looking at events") as progress:
        return await queries.verify(foundations.database, source.trusted(), since=since, progress=progress)


def _of_file(file: Path, jwks: Path | None) -> Verdict:
    try:
        keys = None if jwks is None else keys_of(json.loads(jwks.read_bytes())["keys"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        fail(f"The key set {jwks} can't be read: {error}.")
    try:
        with file.open("rb") as lines:
            return verify_lines(lines, keys)
    except OSError as error:
        fail(f"The export {file} can't be read: {error.strerror}.")


def _show(verdict: Verdict, *, is_pinned: bool) -> None:
    broken = verdict.broken
    if broken is not None:
        out.print(f"[red]✗[/] {escape(broken.sentence)}")
        if verdict.events:
            out.print(f"  Events {verdict.first} to {verdict.last} hold.")
        return
    if not verdict.events:
        out.print("[green]✓[/] No sealed event is there.")
        return
    out.print(f"[green]✓[/] {verdict.events} events hold, from {verdict.first} to {verdict.last}.")
    behind = verdict.last - verdict.covered
    out.print(
        f"  {verdict.checkpoints} signed checkpoints vouch for them"
        + (f", but for the last {behind}." if behind else ".")
    )
    if verdict.anonymized:
        out.print(f"  In {verdict.anonymized} of them a person was forgotten; their digests stand.")
    if not is_pinned:
        out.print("  The keys are those that the file names itself; with --jwks it is held against yours.")
