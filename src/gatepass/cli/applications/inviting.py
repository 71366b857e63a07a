"""`gatepass app invite`, `invitations` and `uninvite`: who may register applications themselves."""

from datetime import timedelta
from typing import Annotated

import typer
from rich.markup import escape

from gatepass.app import Foundations
from gatepass.cli.ground import (
    DatabaseOption,
    DataOption,
    JsonOption,
    err,
    fail,
    out,
    print_json,
    run,
    settings_of,
)
from gatepass.kit.secrets import Secret
from gatepass.provider.registration import flows, queries
from gatepass.provider.registration.model import Invitation


def invite(
    name: Annotated[str, typer.Option("--name", help="For whom it is, for your own list.")],
    uses: Annotated[int, typer.Option("--uses", min=1, help="How many applications may register with it.")] = 1,
    days: Annotated[int, typer.Option("--days", min=1, max=3650, help="For how many days it is good.")] = 7,
    data: DataOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print an initial access token, with which applications register themselves (RFC 7591)."""
    settings = settings_of(data, database)

    async def body(foundations: Foundations) -> Secret:
        at = foundations.clock.now()
        return await foundations.database.transact(lambda tx: flows.invite(tx, name, uses, timedelta(days=days), at))

    token = run(settings, body)
    if not settings.provider.registers_clients:
        err.print("Registration is off; the server takes the token once GATEPASS_PROVIDER_DYNAMIC_REGISTRATION=token.")
    if as_json:
        print_json({"initial_access_token": token.reveal(), "uses": uses, "days": days})
        return
    out.print(f"initial_access_token  {token.reveal()}", soft_wrap=True)
    out.print("It is shown this once.")


def list_invitations(data: DataOption = None, database: DatabaseOption = None, as_json: JsonOption = False) -> None:
    """List the invitations that can still be used, the oldest first."""

    async def body(foundations: Foundations) -> list[Invitation]:
        now = foundations.clock.now()
        return await foundations.database.read(lambda tx: queries.list_invitations(tx, now))

    found = run(settings_of(data, database), body)
    if as_json:
        print_json(
            [
                {"id": one.id, "name": one.name, "uses_left": one.uses_left, "expires_at": one.expires_at.isoformat()}
                for one in found
            ]
        )
        return
    for one in found:
        out.print(f"{one.id}  {escape(one.name)}: {one.uses_left} left, until {one.expires_at:%Y-%m-%d}")
    if not found:
        out.print("No invitation is open. Make one with `gatepass app invite --name NAME`.")


def uninvite(
    invitation_id: Annotated[str, typer.Argument(help="Its id; `gatepass app invitations` names all.")],
    data: DataOption = None,
    database: DatabaseOption = None,
) -> None:
    """Take an invitation back; applications that registered with it stay."""

    async def body(foundations: Foundations) -> bool:
        at = foundations.clock.now()
        return await foundations.database.transact(lambda tx: flows.uninvite(tx, invitation_id, at))

    if not run(settings_of(data, database), body):
        fail(f"There is no open invitation {invitation_id}. `gatepass app invitations` names all.")
    out.print("It is taken back.")
