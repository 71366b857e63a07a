"""`gatepass keys`: the master key and the signing keys."""

from typing import Annotated

import typer
from rich.markup import escape

from gatepass.app import Foundations
from gatepass.cli.ground import (
    DatabaseOption,
    DataOption,
    JsonOption,
    fail,
    make_folder,
    out,
    print_json,
    run,
    settings_of,
)
from gatepass.kit.key_file import KeyFileFault, make_key_file
from gatepass.protocols.jose import SigningAlgorithm, generate_private_key
from gatepass.tokens.flows import KeyMaker
from gatepass.tokens.model import SigningKey
from gatepass.tokens.queries import KeyState, list_key_states, list_signing_keys

commands = typer.Typer(no_args_is_help=True, help="The master key and the keys that sign tokens.")


@commands.command("init")
def init(data: DataOption = None, database: DatabaseOption = None) -> None:
    """Make the master key file, readable by its owner alone; never overwrites one."""
    settings = settings_of(data, database)
    make_folder(settings.server.data)
    try:
        make_key_file(settings.server.key_file)
    except KeyFileFault as fault:
        fail(str(fault))
    path = escape(str(settings.server.key_file))
    out.print(f"[green]✓[/] Made {path}. Keep a copy in a safe place: without it, nothing opens.")


@commands.command("list")
def list_keys(data: DataOption = None, database: DatabaseOption = None, as_json: JsonOption = False) -> None:
    """List the signing keys: which sign, which are only published."""
    settings = settings_of(data, database)

    async def body(foundations: Foundations) -> list[KeyState]:
        now = foundations.clock.now()
        return await foundations.database.read(lambda tx: list_key_states(tx, now, settings.tokens.key_overlap))

    rows = [{**_row(state.key), "state": state.word} for state in run(settings, body)]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        out.print(f"{row['key_id']}  {row['algorithm']:6} {row['state']:10} from {row['active_at']}")
    if not rows:
        out.print("No signing key yet; the first one is made when the first token is signed.")


@commands.command("rotate")
def rotate(
    data: DataOption = None,
    database: DatabaseOption = None,
    now: Annotated[
        bool, typer.Option("--now", help="A key leaked: sign with the new one at once and withdraw the others.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Make a new signing key for each algorithm in use; it is announced first and takes over by itself."""
    settings = settings_of(data, database)

    async def body(foundations: Foundations) -> list[SigningKey]:
        maker = KeyMaker(foundations.key_ring, settings.tokens)
        at = foundations.clock.now()
        known = await foundations.database.read(list_signing_keys)
        algorithms = sorted({key.algorithm for key in known}) or [SigningAlgorithm.ES256]
        made = []
        for algorithm in algorithms:
            private = generate_private_key(algorithm)
            add = maker.replace_at_once if now else maker.add
            made.append(await foundations.database.transact(lambda tx: add(tx, algorithm, private, at)))  # noqa: B023 - awaited within the turn
        return made

    keys = run(settings, body)
    if as_json:
        print_json([_row(key) for key in keys])
        return
    for key in keys:
        out.print(f"[green]✓[/] {key.algorithm.value} key {key.id} signs from {key.active_at:%Y-%m-%d %H:%M:%S} UTC.")


def _row(key: SigningKey) -> dict[str, str]:
    return {
        "key_id": key.id,
        "algorithm": key.algorithm.value,
        "created_at": key.created_at.isoformat(),
        "active_at": key.active_at.isoformat(),
    }
