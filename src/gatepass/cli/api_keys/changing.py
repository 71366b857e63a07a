"""`gatepass api-key create` and `revoke`."""

from datetime import timedelta
from typing import Annotated, Final

import typer
from rich.markup import escape

from gatepass.access import flows
from gatepass.access.model import ApiKey, NewKey, Principal, Scope
from gatepass.access.queries import find_key
from gatepass.app import Foundations
from gatepass.audit.model import Actor, ActorKind, Origin
from gatepass.cli.ground import DatabaseOption, DataOption, JsonOption, fail, out, print_json, run, settings_of
from gatepass.kit.db import Tx
from gatepass.kit.lookups.reach import EVERYWHERE
from gatepass.organizations.queries import get_organization

_HERE: Final = Origin(actor=Actor(ActorKind.SYSTEM, "", "gatepass api-key"))
# Whoever has this machine may do everything.
_GIVER: Final = Principal(_HERE.actor, frozenset(Scope))


def create(
    name: Annotated[str, typer.Argument(help="What it is for, for your own list.")],
    scope: Annotated[list[Scope], typer.Option("--scope", help="What it may do; may be repeated.")],
    network: Annotated[
        list[str] | None,
        typer.Option("--network", help="An address or network from which alone it may be used; may be repeated."),
    ] = None,
    organization: Annotated[str, typer.Option("--organization", help="The only organization that it may see.")] = "",
    days: Annotated[
        int | None, typer.Option("--days", min=1, max=3650, help="For how many days it is good; for good without.")
    ] = None,
    data: DataOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make an API key and print it this once."""

    async def body(foundations: Foundations) -> flows.CreatedKey:
        at = foundations.clock.now()
        expires_at = None if days is None else at + timedelta(days=days)
        asked = NewKey(name, tuple(one.value for one in scope), tuple(network or ()), organization, expires_at)

        async def made(tx: Tx) -> flows.CreatedKey:
            if organization:
                await get_organization(tx, EVERYWHERE, organization)
            return await flows.create_key(tx, _GIVER, asked, at, _HERE)

        return await foundations.database.transact(made)

    created = run(settings_of(data, database), body)
    if as_json:
        print_json({"id": created.key.id, "api_key": created.secret.reveal(), "scopes": list(created.key.scopes)})
        return
    out.print(f"[green]✓[/] {escape(created.key.name)}: {', '.join(created.key.scopes)}")
    out.print(f"  api_key  {created.secret.reveal()}", soft_wrap=True)
    out.print("  It is shown this once. Send it as Authorization: Bearer, never in an address.")


def revoke(
    key_id: Annotated[str, typer.Argument(help="Its id; `gatepass api-key list` names all.")],
    data: DataOption = None,
    database: DatabaseOption = None,
) -> None:
    """Revoke an API key, and every key that it made, at once and for good."""

    async def body(foundations: Foundations) -> list[ApiKey] | None:
        at = foundations.clock.now()

        async def revoked(tx: Tx) -> list[ApiKey] | None:
            key = await find_key(tx, EVERYWHERE, key_id)
            return None if key is None else await flows.revoke_key(tx, key, at, _HERE)

        return await foundations.database.transact(revoked)

    outcome = run(settings_of(data, database), body)
    if outcome is None:
        fail(f"There is no API key {key_id}. `gatepass api-key list` names all.")
    out.print("It is revoked." if outcome else "It was revoked before.")
    for made in outcome:
        if made.id != key_id:
            out.print(f"So is {made.id}, which it had made: {escape(made.name)}")
