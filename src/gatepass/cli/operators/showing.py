"""`gatepass operator list`."""

from rich.markup import escape

from gatepass.access.model import Operator
from gatepass.access.queries import list_operators
from gatepass.app import Foundations
from gatepass.cli.ground import DatabaseOption, DataOption, JsonOption, out, print_json, run, settings_of
from gatepass.kit.db import Tx
from gatepass.kit.lookups.paging import MOST_LIMIT, PageRequest
from gatepass.kit.lookups.reach import EVERYWHERE
from gatepass.users.queries import find_user


def list_all(data: DataOption = None, database: DatabaseOption = None, as_json: JsonOption = False) -> None:
    """List who operates the server."""

    async def body(foundations: Foundations) -> list[tuple[Operator, str]]:
        async def read(tx: Tx) -> list[tuple[Operator, str]]:
            found: list[tuple[Operator, str]] = []
            request = PageRequest(limit=MOST_LIMIT)
            while True:
                page = await list_operators(tx, EVERYWHERE, request)
                for operator in page.items:
                    user = await find_user(tx, operator.user_id)
                    found.append((operator, "" if user is None else user.email))
                if not page.next_after:
                    return found
                request = PageRequest(MOST_LIMIT, page.next_after)

        return await foundations.database.read(read)

    found = run(settings_of(data, database), body)
    if as_json:
        print_json([{"user_id": one.user_id, "email": email, "scopes": list(one.scopes)} for one, email in found])
        return
    for one, email in found:
        out.print(f"{escape(email or one.user_id)}  ({', '.join(one.scopes)})")
    if not found:
        out.print("Nobody yet. Let somebody in with `gatepass operator add EMAIL`.")
