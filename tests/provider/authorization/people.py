"""Browsers in which people sign in, without any page: two cookies and what the flows make of them."""

import secrets
from dataclasses import dataclass, field
from typing import Any

from gatepass.applications.model import Application
from gatepass.kit.db import Tx
from gatepass.kit.mail.addresses import parse_address
from gatepass.kit.secrets import hash_token
from gatepass.login.model import Completed
from gatepass.methods.magic_link.model import Visitor
from gatepass.protocols.oauth2 import pkce
from gatepass.provider.authorization.flows import AuthorizationFlows
from gatepass.provider.authorization.model import (
    Answer,
    AuthorizationRequest,
    Browser,
    Needed,
    Redeemed,
    Refused,
)
from gatepass.sessions.model import Account
from gatepass.tokens.model import Terms
from support.spine import ORIGIN, Spine

VERIFIER = "a-verifier-that-is-long-enough-to-be-one-0123456789"
CHALLENGE = pkce.challenge_of(VERIFIER)
CALLBACK = "https://shop.test/callback"


def request(**fields: Any) -> AuthorizationRequest:
    """A request that passed the checks."""
    scope = fields.pop("scope", ("openid", "email"))
    given = {"redirect_uri": CALLBACK, "state": "xyz", "code_challenge": CHALLENGE, "terms": Terms(scope=scope)}
    return AuthorizationRequest(**{**given, **fields})


@dataclass
class BrowserOf:
    """One browser of somebody at a spine."""

    spine: Spine
    cookie: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    session: str | None = None

    @property
    def flows(self) -> AuthorizationFlows:
        return self.spine.house.authorization

    @property
    def now(self) -> Browser:
        return Browser(hash_token(self.cookie), hash_token(self.session) if self.session else None, ORIGIN)

    @property
    def cookies(self) -> dict[str, str]:
        """The header in which a real browser would bring its cookies."""
        held = {"gatepass_browser": self.cookie, "gatepass_session": self.session}
        return {"cookie": "; ".join(f"{name}={value}" for name, value in held.items() if value)}

    async def begin(self, asked: AuthorizationRequest | None = None, application: Application | None = None) -> Any:
        return await self.flows.begin(application or self.spine.application, asked or request(), self.now)

    async def waits(self, asked: AuthorizationRequest | None = None, application: Application | None = None) -> str:
        """Begin a request that waits and return its handle."""
        needed = await self.begin(asked, application)
        assert isinstance(needed, Needed), needed
        return needed.handle

    async def prove(
        self, handle: str, email: str = "reader@example.com", application: Application | None = None
    ) -> None:
        """Ask for a mail for a request, and type its code."""
        application = application or self.spine.application
        visitor = Visitor(self.now.browser_hash, ORIGIN.network, ORIGIN.user_agent)
        address = parse_address(email, allow_test_domains=True)
        asked = await self.spine.house.links.request(application, address, visitor, wants_match=True)
        assert await self.flows.note_attempt(handle, self.now, asked.attempt_id)
        code = str((await self.spine.mail(email))["code"])
        proven = await self.spine.house.codes.prove(application, asked.attempt_id, code, ORIGIN)
        assert isinstance(proven, Completed), proven

    async def settle(self, handle: str) -> Any:
        """Take the outcome; the browser gets its new cookie where there is one."""
        fresh = secrets.token_urlsafe(32)
        outcome = await self.flows.settle(handle, self.now, hash_token(fresh))
        if isinstance(outcome, Account):
            self.session = fresh
        return outcome

    async def sign_in(
        self, handle: str, email: str = "reader@example.com", application: Application | None = None
    ) -> Account:
        await self.prove(handle, email, application)
        outcome = await self.settle(handle)
        assert isinstance(outcome, Account), outcome
        return outcome

    async def signed_in(self, email: str = "reader@example.com") -> Account:
        """Sign in by a request of its own, which is completed."""
        handle = await self.waits(request(prompt=("login",)))
        account = await self.sign_in(handle, email)
        assert isinstance(await self.flows.resume(handle, self.now), Answer)
        return account

    async def code(self, asked: AuthorizationRequest | None = None, application: Application | None = None) -> str:
        """Return a code of the silent path."""
        answer = await self.begin(asked, application)
        assert isinstance(answer, Answer), answer
        return answer.parameters["code"]


async def redeem(
    spine: Spine,
    code: str,
    *,
    application: Application | None = None,
    redirect_uri: str | None = CALLBACK,
    verifier: str | None = VERIFIER,
    key: str | None = None,
) -> Redeemed | Refused:
    """Present a code as the token endpoint does."""

    async def body(tx: Tx) -> Redeemed | Refused:
        return await spine.house.authorization.redeem_code(
            tx,
            code,
            application or spine.application,
            unverified_redirect_uri=redirect_uri,
            unverified_verifier=verifier,
            key_thumbprint=key,
            at=spine.clock.now(),
            origin=ORIGIN,
        )

    return await spine.transact(body)
