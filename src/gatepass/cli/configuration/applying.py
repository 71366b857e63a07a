"""`gatepass plan` and `gatepass apply`."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from gatepass.app import Foundations
from gatepass.blueprint.flows import Applied, Blueprints, read_blueprint
from gatepass.blueprint.model import Blueprint, Change, Faulty, Noun, Plan, Shown, Verb
from gatepass.cli.ground import DatabaseOption, DataOption, JsonOption, err, fail, out, print_json, run, settings_of

FileArgument = Annotated[Path, typer.Argument(help="The file, in YAML.", show_default=False)]
PruneOption = Annotated[bool, typer.Option("--prune", help="Remove what the file's nouns do not name.")]
ExitOption = Annotated[bool, typer.Option("--exit-code", help="Leave with status 3 where there is something to do.")]
_CHANGES_WAIT = 3
_MARKS = {
    Verb.ADD: ("green", "+"),
    Verb.CHANGE: ("yellow", "~"),
    Verb.REMOVE: ("red", "-"),
    Verb.STRAY: ("dim", "?"),
}


def plan(
    file: FileArgument,
    data: DataOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
    *,
    prune: PruneOption = False,
    exit_code: ExitOption = False,
) -> None:
    """Show what `gatepass apply` would change, and what is on the server but not in FILE; changes nothing."""
    blueprint = _read(file)

    async def body(foundations: Foundations) -> Plan:
        return await _flows(foundations).plan(blueprint, is_pruning=prune)

    found = _guarded(data, database, body)
    if as_json:
        print_json([_row(change) for change in found.changes])
    else:
        _show(found)
        out.print(
            "Run `gatepass apply` to do it." if found.has_work else "[green]✓[/] The server is what the file says."
        )
    if exit_code and found.has_work:
        raise typer.Exit(_CHANGES_WAIT)


def apply(
    file: FileArgument,
    data: DataOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
    *,
    prune: PruneOption = False,
) -> None:
    """Make the server what FILE says, all of it or nothing; a second time it finds nothing to do."""
    blueprint = _read(file)

    async def body(foundations: Foundations) -> Applied:
        return await _flows(foundations).apply(blueprint, is_pruning=prune)

    done = _guarded(data, database, body)
    secrets = [_shown(one) for one in done.shown]
    if as_json:
        print_json({"changes": [_row(change) for change in done.plan.changes], "secrets": secrets})
        return
    _show(done.plan)
    for one in done.shown:
        of_application = one.noun is Noun.APPLICATIONS
        told = f"client_id {one.client_id}\n  client_secret" if of_application else "connection_token"
        out.print(f"\n{escape(one.key)}: {told} {one.secret}  (shown this once)")
    out.print("[green]✓[/] Done." if done.plan.has_work else "[green]✓[/] The server is what the file says.")


def _flows(foundations: Foundations) -> Blueprints:
    return Blueprints(foundations.database, foundations.clock)


def _guarded(data: Path | None, database: str | None, body: Any) -> Any:
    try:
        return run(settings_of(data, database), body)
    except Faulty as fault:
        fail(*fault.faults)


def _read(file: Path) -> Blueprint:
    try:
        return read_blueprint(file.read_text(encoding="utf-8"))
    except OSError as error:
        fail(f"{file} can't be read: {error.strerror}.")
    except UnicodeDecodeError:
        fail(f"{file} is no text in UTF-8.")
    except Faulty as fault:
        fail(*fault.faults)


def _show(found: Plan) -> None:
    for change in found.changes:
        colour, mark = _MARKS[change.verb]
        note = "  (on the server, not in the file; --prune removes it)" if change.verb is Verb.STRAY else ""
        out.print(f"[{colour}]{mark}[/] {change.noun.value}.{escape(change.key)}{note}")
        for one in change.differences:
            before = "" if change.verb is Verb.ADD else f"{_written(one.before)} → "
            out.print(f"    {escape(one.name)}: {escape(f'{before}{_written(one.after)}')}")
    if not found.changes:
        err.print("Nothing differs.")


def _written(value: object) -> str:
    if value is None or value == "":
        return "nothing"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "nothing"
    return str(value)


def _shown(one: Shown) -> dict[str, str]:
    if one.noun is Noun.APPLICATIONS:
        return {"application": one.key, "client_id": one.client_id, "client_secret": one.secret}
    return {"organization": one.key, "connection_token": one.secret}


def _row(change: Change) -> dict[str, Any]:
    return {
        "verb": change.verb.value,
        "noun": change.noun.value,
        "key": change.key,
        "differences": [{"name": one.name, "before": one.before, "after": one.after} for one in change.differences],
    }
