"""The endpoints of operators, which only owners of the server may call."""

from dataclasses import dataclass
from typing import Any

from gatepass.access.flows import add_operator, remove_operator
from gatepass.access.model import Operator, Scope
from gatepass.access.queries import list_operators
from gatepass.api.access.caller_shapes import OperatorAnswer, OperatorBody, operator_answer
from gatepass.api.shapes.outcomes import Removed
from gatepass.api.shapes.pages import LIST_ERRORS, ListQuery
from gatepass.api.shapes.rows import ManagerRows
from gatepass.gate.management.lists import listed
from gatepass.gate.model import Call, Endpoint
from gatepass.kit.clock import Clock
from gatepass.kit.db import Database, Tx
from gatepass.kit.lookups.paging import Page
from gatepass.users.queries import find_user

_ALL = "/api/v1/operators"
_ONE = _ALL + "/{user_id}"
_row = ManagerRows("Operators", Scope.OWNER, Scope.OWNER)


@dataclass(frozen=True, slots=True)
class OperatorRoutes:
    """Parses, calls and renders."""

    database: Database
    clock: Clock

    def endpoints(self) -> list[Endpoint]:
        """Return this slice's rows of the endpoint table."""
        return [
            _row("operators", "GET", _ALL, self.list_all, "List who operates the server.",
                 query=ListQuery, answer=list[OperatorAnswer], errors=LIST_ERRORS),
            _row("add_operator", "POST", _ALL, self.add, "Let a user operate the server, or with other scopes.",
                 body=OperatorBody, answer=OperatorAnswer, may_be_missing=True,
                 errors=("invalid_scope_list", "unknown_user", "last_operator")),
            _row("remove_operator", "DELETE", _ONE, self.remove, "Let a user operate the server no longer.",
                 answer=Removed, errors=("unknown_operator", "last_operator")),
        ]  # fmt: skip

    async def list_all(self, call: Call[ListQuery, None]) -> Any:
        """Answer with a page of operators."""
        everywhere, wanted = call.principal.everywhere(), call.query.page()

        async def body(tx: Tx) -> Page[OperatorAnswer]:
            page = await list_operators(tx, everywhere, wanted)
            return Page([await _named(tx, operator) for operator in page.items], page.next_after)

        return listed(call, await self.database.read(body), path=_ALL)

    async def add(self, call: Call[None, OperatorBody]) -> OperatorAnswer:
        """Let a user operate the server and answer with what they may do."""
        call.principal.everywhere()
        at, scopes = self.clock.now(), tuple(call.body.scopes)

        async def body(tx: Tx) -> OperatorAnswer:
            return await _named(tx, await add_operator(tx, call.body.user_id, scopes, at, call.origin))

        return await self.database.transact(body)

    async def remove(self, call: Call[None, None]) -> Removed:
        """Let a user operate the server no longer."""
        call.principal.everywhere()
        at = self.clock.now()
        await self.database.transact(lambda tx: remove_operator(tx, call.path["user_id"], at, call.origin))
        return Removed()


async def _named(tx: Tx, operator: Operator) -> OperatorAnswer:
    user = await find_user(tx, operator.user_id)
    return operator_answer(operator, "" if user is None else user.email)
