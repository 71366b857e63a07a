"""`gatepass operator add` and `remove`."""

from typing import Annotated

import typer
from rich.markup import escape

from gatepass.access import flows
from gatepass.access.model import Operator, Scope
from gatepass.app import Foundations
from gatepass.audit.model import Actor, ActorKind, Origin
from gatepass.cli.ground import DatabaseOption, DataOption, JsonOption, fail, out, print_json, run, settings_of
from gatepass.kit.db import Tx
from gatepass.kit.mail.addresses import EmailAddress, parse_address
from gatepass.users.flows import create
from gatepass.users.model import NewAddress, NewPerson
from gatepass.users.queries import find_person_by_address

HERE = Origin(actor=Actor(ActorKind.SYSTEM, "", "gatepass operator"))
EmailArgument = Annotated[str, typer.Argument(help="The e-mail address by which they sign in.")]


def add(
    email: EmailArgument,
    scope: Annotated[
        list[Scope] | None,
        typer.Option("--scope", help="What they may do; may be repeated. Without one they own the server."),
    ] = None,
    data: DataOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let somebody operate the server, or with other scopes than before; they sign in as everybody does."""
    scopes = tuple(one.value for one in scope or [Scope.OWNER])

    async def body(foundations: Foundations) -> tuple[Operator, bool]:
        at, address = foundations.clock.now(), address_of(foundations, email)

        async def granted(tx: Tx) -> tuple[Operator, bool]:
            person = await find_person_by_address(tx, address.key)
            is_new = person is None
            if person is None:
                new = NewPerson(addresses=(NewAddress(address),), source="operator")
                person = await create(tx, new, at, HERE)
            return await flows.add_operator(tx, person.id, scopes, at, HERE, may_strand=True), is_new

        return await foundations.database.transact(granted)

    operator, is_new = run(settings_of(data, database), body)
    if as_json:
        print_json({"user_id": operator.user_id, "email": email, "scopes": list(operator.scopes)})
        return
    out.print(f"[green]✓[/] {escape(email)} may operate the server: {', '.join(operator.scopes)}.")
    if is_new:
        out.print("  The account is new; it is theirs as soon as they sign in by the mail for that address.")


def remove(email: EmailArgument, data: DataOption = None, database: DatabaseOption = None) -> None:
    """Let somebody operate the server no longer; their account stays."""

    async def body(foundations: Foundations) -> None:
        at, address = foundations.clock.now(), address_of(foundations, email)

        async def removed(tx: Tx) -> bool:
            person = await find_person_by_address(tx, address.key)
            if person is None:
                return False
            await flows.remove_operator(tx, person.id, at, HERE, may_strand=True)
            return True

        if not await foundations.database.transact(removed):
            fail(f"There is no user {email}. `gatepass operator list` names who operates the server.")

    run(settings_of(data, database), body)
    out.print(f"{escape(email)} operates the server no longer.")


def address_of(foundations: Foundations, unverified_email: str) -> EmailAddress:
    """Return the address that was typed.

    Raises:
        Problem: it is none (`invalid_email`).
    """
    return parse_address(unverified_email, allow_test_domains=foundations.settings.server.dev)
