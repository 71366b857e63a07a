"""Switching users off and on, and blocking them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from gatepass.access.model import Scope
from gatepass.api.users.desk import CHANGE_ERRORS, UserDesk, row
from gatepass.api.users.listing import PATH
from gatepass.api.users.shapes.answers import UserFull
from gatepass.gate.model import Call, Endpoint, Reply
from gatepass.kit.db import Tx
from gatepass.login.flows import shut_out
from gatepass.users import flows as users
from gatepass.users.model import Person

_ONE = f"{PATH}/{{user_id}}"


class BlockBody(msgspec.Struct):
    """Why a user is blocked, in at most 500 characters."""

    reason: str


@dataclass(frozen=True, slots=True)
class UserStanding:
    """Parses, calls and renders."""

    desk: UserDesk

    def endpoints(self) -> list[Endpoint]:
        """Return these rows of the endpoint table."""
        return [
            row("deactivate_user", "POST", (f"{_ONE}/deactivate",), self.deactivate,
                "Switch a user off; their sessions end at once.", Scope.USERS_WRITE, answer=UserFull,
                errors=CHANGE_ERRORS),
            row("activate_user", "POST", (f"{_ONE}/activate",), self.activate, "Switch a user on again.",
                Scope.USERS_WRITE, answer=UserFull, errors=CHANGE_ERRORS),
            row("block_user", "POST", (f"{_ONE}/block",), self.block,
                "Block a user for a reason; their sessions end at once.", Scope.USERS_WRITE, body=BlockBody,
                answer=UserFull, errors=(*CHANGE_ERRORS, "invalid_user")),
            row("unblock_user", "POST", (f"{_ONE}/unblock",), self.unblock, "Lift the block of a user.",
                Scope.USERS_WRITE, answer=UserFull, errors=CHANGE_ERRORS),
        ]  # fmt: skip

    async def deactivate(self, call: Call[None, None]) -> Reply:
        """Switch a user off and end all that they had begun."""

        async def verb(tx: Tx, person: Person, at: datetime) -> Person:
            after = await users.deactivate(tx, person, at, call.origin)
            return await self._shut_out(tx, after, at, call)

        return await self.desk.change(call, verb)

    async def activate(self, call: Call[None, None]) -> Reply:
        """Switch a user on."""

        async def verb(tx: Tx, person: Person, at: datetime) -> Person:
            return await users.activate(tx, person, at, call.origin)

        return await self.desk.change(call, verb)

    async def block(self, call: Call[None, BlockBody]) -> Reply:
        """Block a user and end all that they had begun."""

        async def verb(tx: Tx, person: Person, at: datetime) -> Person:
            after = await users.block(tx, person, call.body.reason, at, call.origin)
            return await self._shut_out(tx, after, at, call)

        return await self.desk.change(call, verb)

    async def unblock(self, call: Call[None, None]) -> Reply:
        """Lift the block of a user."""

        async def verb(tx: Tx, person: Person, at: datetime) -> Person:
            return await users.unblock(tx, person, at, call.origin)

        return await self.desk.change(call, verb)

    async def _shut_out(self, tx: Tx, person: Person, at: datetime, call: Call[None, Any]) -> Person:
        await shut_out(tx, person.id, at, call.origin)
        tx.after_commit(self.desk.doorbell.ring)
        return person
