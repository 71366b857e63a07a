"""Somebody with an authenticator in software, before a house without sockets."""

import json
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from gatepass.applications.model import Application
from gatepass.audit.model import EventKind
from gatepass.kit.db import command
from gatepass.login.flows import HandedOut
from gatepass.login.model import FactorNeeded, Refused
from gatepass.methods.passkey.bodies import parse_credential, read_assertion, read_attestation
from gatepass.methods.passkey.flows import PasskeyFlows
from gatepass.methods.passkey.model import BegunLogin, HeldPasskey, Visitor
from gatepass.protocols.webauthn.options import as_plain
from gatepass.users.model import User
from support.soft_authenticator import SoftAuthenticator, SoftCredential
from support.spine import ORIGIN, Spine

HOST = "localhost:8000"
VISITOR = Visitor(HOST, None, ORIGIN)
_SAY_METHODS = command("UPDATE applications SET methods = :methods WHERE id = :id")


@dataclass
class Someone:
    """A person who is signed in, with their authenticator."""

    spine: Spine
    user: User
    access_token: str = ""
    authenticator: SoftAuthenticator = field(init=False)

    def __post_init__(self) -> None:
        self.authenticator = SoftAuthenticator(self.spine.house.public_url)

    @property
    def flows(self) -> PasskeyFlows:
        return self.spine.house.passkeys

    @property
    def bearer(self) -> dict[str, str]:
        """Return the header of the person's calls."""
        return {"authorization": f"Bearer {self.access_token}"}

    async def register(self, *, browser: bytes | None = None, **lies: Any) -> HeldPasskey | Refused:
        """Make a passkey, and have it kept."""
        application = lies.pop("application", self.spine.application)
        begun = await self.flows.begin_registration(self.user, application, HOST, browser)
        sent = self.authenticator.create(as_plain(begun.options), **lies)
        unverified = read_attestation(parse_credential(json.dumps(sent)))
        visitor = replace(VISITOR, browser_hash=browser)
        return await self.flows.finish_registration(self.user, application, visitor, begun.auth_code, unverified)

    async def own(self, **lies: Any) -> HeldPasskey:
        """Make a passkey that is kept for sure."""
        kept = await self.register(**lies)
        assert isinstance(kept, HeldPasskey), kept
        return kept

    async def begin(
        self, identifier: str = "", browser: bytes | None = None, application: Application | None = None
    ) -> BegunLogin:
        """Begin a sign-in."""
        begun = await self.flows.begin_login(application or self.spine.application, HOST, browser, identifier)
        assert isinstance(begun, BegunLogin), begun
        return begun

    async def finish(
        self, begun: BegunLogin, credential: SoftCredential | None = None, visitor: Visitor = VISITOR, **lies: Any
    ) -> HandedOut | FactorNeeded | Refused:
        """Finish a sign-in by one of the authenticator's credentials."""
        application = lies.pop("application", self.spine.application)
        sent = self.authenticator.get(as_plain(begun.options), credential, **lies)
        unverified = read_assertion(parse_credential(json.dumps(sent)))
        return await self.flows.redeem_login(application, visitor, begun.auth_code, unverified)

    async def sign_in(self, identifier: str = "", **lies: Any) -> HandedOut | FactorNeeded | Refused:
        """Begin a sign-in and finish it."""
        return await self.finish(await self.begin(identifier), **lies)


async def someone(spine: Spine, email: str = "ada@example.com") -> Someone:
    """Return somebody who has signed in by mail just now."""
    handed_out = await spine.sign_in(email)
    tokens = await spine.house.tokens.sign(handed_out.grant)
    return Someone(spine, handed_out.user, tokens.access_token)


async def kinds(spine: Spine) -> list[EventKind]:
    """Return the kinds of everything that was recorded, the oldest first."""
    return [event.kind for event in await spine.events()]


async def say_methods(spine: Spine, **changes: Any) -> Application:
    """Change how the application lets people sign in, and return it."""
    methods = replace(spine.application.methods, **changes)
    text = msgspec.to_builtins(methods)
    await spine.transact(lambda tx: tx.run(_SAY_METHODS, id=spine.application.id, methods=json.dumps(text)))
    spine.application = replace(spine.application, methods=methods)
    spine.house.applications.forget(spine.application.client_id)
    return spine.application
