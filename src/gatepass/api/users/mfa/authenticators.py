"""What users hold to prove who they are: listed for operators, and reset for who has lost it all."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

import msgspec

from gatepass.access.model import Scope
from gatepass.api.users.desk import CHANGE_ERRORS, MISSING, UserDesk, row
from gatepass.api.users.listing import PATH
from gatepass.api.users.shapes.answers import UserFull
from gatepass.authenticators.flows import Authenticators, Change
from gatepass.authenticators.queries import list_authenticators
from gatepass.gate.model import Call, Endpoint, Reply
from gatepass.kit.db import Tx
from gatepass.mfa.flows import revoke_device, revoke_devices
from gatepass.mfa.queries import list_remembered
from gatepass.users.model import Person

_ONE = f"{PATH}/{{user_id}}"
Forget = Callable[[Tx, str], Awaitable[object]]
"""Deletes what one method keeps of a person."""


class HeldAuthenticator(msgspec.Struct, frozen=True):
    """One authenticator of a user; nothing secret of it is ever answered."""

    id: str
    kind: str
    name: str
    created_at: datetime
    last_used_at: datetime | None


class HeldDevice(msgspec.Struct, frozen=True):
    """A browser in which a user is not asked for the second factor."""

    id: str
    network: str
    user_agent: str
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime


class Holdings(msgspec.Struct, frozen=True):
    """What a user can prove themselves with, and where they need not."""

    authenticators: list[HeldAuthenticator]
    remembered_devices: list[HeldDevice]


@dataclass(frozen=True, slots=True)
class UserAuthenticators:
    """Parses, calls and renders.

    Args:
        desk: reads and changes users.
        authenticators: the one list of what people hold.
        forget: what else is deleted of a person by a reset, each method its own.
    """

    desk: UserDesk
    authenticators: Authenticators
    forget: tuple[Forget, ...]

    def endpoints(self) -> list[Endpoint]:
        """Return these rows of the endpoint table."""
        return [
            row("list_user_authenticators", "GET", (f"{_ONE}/mfa",), self.show,
                "List what a user can prove themselves with, and the browsers that are remembered.",
                Scope.USERS_READ, answer=Holdings, errors=MISSING),
            row("reset_user_mfa", "POST", (f"{_ONE}/mfa/reset",), self.reset,
                "Take every second factor off a user who has lost them; the user is told by mail.",
                Scope.USERS_WRITE, answer=UserFull, errors=CHANGE_ERRORS),
            row("forget_user_device", "DELETE", (f"{_ONE}/mfa/devices/{{device_id}}",), self.forget_device,
                "Let a remembered browser of a user be asked again.", Scope.USERS_WRITE, answer=UserFull,
                errors=CHANGE_ERRORS),
        ]  # fmt: skip

    async def show(self, call: Call[None, None]) -> Holdings:
        """Answer with what a user holds."""
        person, now = await self.desk.person(call), self.desk.clock.now()

        async def body(tx: Tx) -> Holdings:
            held = await list_authenticators(tx, person.id)
            devices = await list_remembered(tx, person.id, now)
            return Holdings(
                [HeldAuthenticator(one.id, one.kind.value, one.name, one.created_at, one.last_used_at) for one in held],
                [
                    HeldDevice(one.id, one.network, one.user_agent, one.created_at, one.expires_at, one.last_used_at)
                    for one in devices
                ],
            )

        return await self.desk.database.read(body)

    async def reset(self, call: Call[None, None]) -> Reply:
        """Take every second factor off a user, and every browser in which they need none."""

        async def verb(tx: Tx, person: Person, at: datetime) -> Person:
            await self.authenticators.reset(tx, person.id, Change(None, at, call.origin))
            for forget in self.forget:
                await forget(tx, person.id)
            await revoke_devices(tx, person.id, at)
            return person

        return await self.desk.change(call, verb)

    async def forget_device(self, call: Call[None, None]) -> Reply:
        """Let one browser be asked again."""

        async def verb(tx: Tx, person: Person, at: datetime) -> Person:
            await revoke_device(tx, person.id, call.path["device_id"], at)
            return person

        return await self.desk.change(call, verb)
