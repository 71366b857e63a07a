"""`gatepass import`: people come in by a file of another product."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Annotated, Any

import typer
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from gatepass.app import Foundations
from gatepass.cli.ground import DatabaseOption, DataOption, err, fail, out, run, settings_of
from gatepass.transfer.flows import Imports, SourceFile, open_rows
from gatepass.transfer.model import Format, Row, Run, UnreadableFile

_PARAMETERS = frozenset({"signer_key", "salt_separator", "rounds", "mem_cost"})
_LEFT_OUT = "Imported"  # how a sentence begins that is no refusal
KindArgument = Annotated[Format, typer.Argument(help="Whose file it is.", show_default=False)]
FileArgument = Annotated[Path, typer.Argument(help="The file.", show_default=False)]
DryOption = Annotated[bool, typer.Option("--dry-run", help="Read and judge every row, but keep nothing.")]
AgainOption = Annotated[bool, typer.Option("--again", help="Read the file from its beginning, though it was before.")]
ReportOption = Annotated[
    Path | None,
    typer.Option("--report", help="Where refused rows are written, a JSON object a line; beside FILE by default."),
]
ParametersOption = Annotated[
    Path | None,
    typer.Option(
        "--hash-parameters",
        help="For firebase: a JSON file with signer_key, salt_separator, rounds and mem_cost of the project.",
    ),
]


@dataclass(frozen=True)
class _Wanted:
    kind: Format
    source: SourceFile
    parameters: dict[str, Any] | None
    report: Path
    is_rehearsal: bool
    is_again: bool


def bring_in(
    kind: KindArgument,
    file: FileArgument,
    data: DataOption = None,
    database: DatabaseOption = None,
    report: ReportOption = None,
    hash_parameters: ParametersOption = None,
    *,
    dry_run: DryOption = False,
    again: AgainOption = False,
) -> None:
    """Bring people in by FILE, as another product exports it; stopped in the middle, it goes on where it was.

    Ids, password hashes and the secrets of authenticator apps are kept. Whoever is known already is refused, and the
    report says why, row by row.
    """
    settings = settings_of(data, database)
    if not file.is_file():
        fail(f"There is no file {file}.")
    beside = file.with_name(f"{file.name}.report.jsonl")
    wanted = _Wanted(kind, SourceFile(file), _parameters(hash_parameters), report or beside, dry_run, again)
    try:
        done = run(settings, lambda foundations: _bring(foundations, wanted))
    except UnreadableFile as fault:
        kept = "Nothing was kept, this was a rehearsal" if dry_run else "What came before that is in"
        fail(str(fault), f"{kept}; mend the file and run this again.")
    except OSError as error:
        fail(f"{error.filename} can't be read or written: {error.strerror}.")
    _tell(done, wanted)


def _tell(done: Run, wanted: _Wanted) -> None:
    if wanted.is_rehearsal:
        out.print("This was a rehearsal: nothing was kept.")
    added, refused = ("would come in", "would be refused") if wanted.is_rehearsal else ("came in", "refused")
    out.print(f"[green]✓[/] {done.added} {added}, {done.refused} {refused}, {done.position} rows in all.")
    if wanted.report.exists() and wanted.report.stat().st_size:
        said = "would be left out" if wanted.is_rehearsal else "was left out"
        out.print(f"  Refused rows, and what {said} of others: {escape(str(wanted.report))}")


async def _bring(foundations: Foundations, wanted: _Wanted) -> Run:
    settings, source = foundations.settings, wanted.source
    imports = Imports(
        foundations.database, foundations.clock, foundations.key_ring, allow_test_domains=settings.server.dev
    )
    if wanted.is_rehearsal:
        with _report(wanted.report, "w") as file, _progress(source) as moved:
            rows = open_rows(wanted.kind, source, 0, wanted.parameters)
            return await imports.rehearse(rows, wanted.kind, _writer(file, is_rehearsal=True), moved)
    run_id = f"{wanted.kind.value}:{source.digest()}"
    if wanted.is_again:
        await imports.forget_run(run_id)
    known = await imports.find_run(run_id)
    if known is not None and known.finished_at is not None:
        fail(f"This file was imported on {known.finished_at:%Y-%m-%d %H:%M}; add --again to read it anew.")
    taken = known.position if known is not None else 0
    if taken:
        err.print(f"Going on after row {taken}.")
    with _report(wanted.report, "a" if taken else "w") as file, _progress(source) as moved:
        rows = open_rows(wanted.kind, source, taken, wanted.parameters)
        return await imports.bring(rows, run_id, wanted.kind, _writer(file, is_rehearsal=False), moved)


def _parameters(path: Path | None) -> dict[str, Any] | None:
    if path is None:
        return None
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        fail(f"{path} can't be read as JSON.")
    if not isinstance(found, dict) or found.keys() != _PARAMETERS:
        fail(f"{path} must be a JSON object with {', '.join(sorted(_PARAMETERS))} and nothing else.")
    return found


@contextmanager
def _report(path: Path, mode: str) -> Iterator[IO[str]]:
    """Open the report; it names people, so that it is for its owner alone."""
    path.touch(mode=0o600)
    with path.open(mode, encoding="utf-8") as file:
        yield file


def _writer(file: IO[str], *, is_rehearsal: bool) -> Any:
    """Return what writes a line of the report; a rehearsal's has the same parts, and says what would be."""

    def write(row: Row, sentence: str) -> None:
        if is_rehearsal and sentence.startswith(_LEFT_OUT):
            sentence = f"Would be imported{sentence.removeprefix(_LEFT_OUT)}"
        elif is_rehearsal:
            sentence = f"Would be refused: {sentence}"
        line = {"row": row.number, "who": row.label, "why": sentence}
        file.write(json.dumps(line, ensure_ascii=False) + "\n")
        file.flush()

    return write


@contextmanager
def _progress(source: SourceFile) -> Iterator[Any]:
    columns = (
        TextColumn("Importing"),
        BarColumn(),
        DownloadColumn(),
        TextColumn("{task.fields[rows]} rows, {task.fields[rate]:.0f} a second"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=err, transient=True) as progress:
        task = progress.add_task("import", total=source.size, rows=0, rate=0.0)

        def moved(position: int) -> None:
            seconds = progress.tasks[0].elapsed or 1.0
            progress.update(task, completed=source.bytes_read, rows=position, rate=position / seconds)

        yield moved
