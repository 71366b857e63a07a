"""The calls of impersonation."""

from dataclasses import dataclass
from typing import Final

from gatepass.access.model import Scope
from gatepass.api.impersonation.shapes import (
    BegunAnswer,
    Ended,
    ImpersonationAnswer,
    ImpersonationBody,
    answer_of,
    begun_of,
)
from gatepass.api.shapes.pages import LIST_ERRORS, ListQuery
from gatepass.api.shapes.rows import ManagerRows
from gatepass.gate.management.lists import listed
from gatepass.gate.model import Call, Endpoint, Reply
from gatepass.impersonation.flows import Impersonations
from gatepass.impersonation.model import Wish
from gatepass.impersonation.queries import list_of_user

_PATH: Final = "/api/v1/users/{user_id}/impersonations"
_row: Final = ManagerRows("Users", Scope.USERS_IMPERSONATE, Scope.USERS_IMPERSONATE)


@dataclass(frozen=True, slots=True)
class ImpersonationRoutes:
    """Parses, calls and renders."""

    flows: Impersonations

    def endpoints(self) -> list[Endpoint]:
        """Return this door's rows of the endpoint table."""
        return [
            _row("impersonation_begin", "POST", _PATH, self.begin,
                 "Act in a user's place for a while: the answer has a link that opens it once.",
                 body=ImpersonationBody, answer=BegunAnswer, status=201, is_repeatable=True,
                 errors=("invalid_impersonation", "impersonation_refused", "unknown_user", "organization_caller")),
            _row("impersonation_list", "GET", _PATH, self.list, "Who acted in a user's place, the newest first.",
                 query=ListQuery, answer=list[ImpersonationAnswer], errors=(*LIST_ERRORS, "organization_caller")),
            _row("impersonation_end", "DELETE", f"{_PATH}/{{impersonation_id}}", self.end,
                 "End an impersonation, opened or not; what applications were given by it is worth nothing.",
                 answer=Ended, errors=("unknown_impersonation", "organization_caller")),
        ]  # fmt: skip

    async def begin(self, call: Call[None, ImpersonationBody]) -> BegunAnswer:
        """Begin one and answer its link."""
        given = call.body
        wish = Wish(call.path["user_id"], given.reason, given.minutes, given.client_id)
        begun = await self.flows.begin(call.principal, wish)
        return begun_of(begun.impersonation, begun.url, self.flows.clock.now())

    async def list(self, call: Call[ListQuery, None]) -> Reply:
        """Answer a part of the list."""
        reach, user_id = call.principal.everywhere(), call.path["user_id"]
        request, now = call.query.page(), self.flows.clock.now()
        page = await self.flows.database.read(lambda tx: list_of_user(tx, reach, user_id, request))
        return listed(call, page.map(lambda one: answer_of(one, now)), path=_PATH.format(user_id=user_id))

    async def end(self, call: Call[None, None]) -> Ended:
        """End one."""
        ended = await self.flows.stop(call.principal, call.path["user_id"], call.path["impersonation_id"], call.origin)
        return Ended(ended)
