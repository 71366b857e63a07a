"""Strangers at a spine: what they send, and a browser in which somebody meets them."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2

from gatepass.kit.secrets import Secret
from gatepass.protocols.oauth2 import pkce
from gatepass.provider.registration.flows import invite
from provider.authorization.people import BrowserOf
from support.spine import Spine, standing

REGISTER = "/oauth2/register"
CALLBACK = "https://tool.example/callback"
VERIFIER = "a-verifier-that-is-long-enough-to-be-one-0123456789"
PUBLIC: dict[str, Any] = {
    "client_name": "Tool",
    "redirect_uris": [CALLBACK],
    "token_endpoint_auth_method": "none",
    "grant_types": ["authorization_code", "refresh_token"],
}
OPEN = {"GATEPASS_PROVIDER_DYNAMIC_REGISTRATION": "open"}


@asynccontextmanager
async def welcoming(url: str, folder: Path, **settings: str) -> AsyncIterator[Spine]:
    """A house with settings of the provider."""
    variables = {f"GATEPASS_PROVIDER_{name.upper()}": value for name, value in settings.items()}
    async with standing(url, folder, variables) as spine:
        yield spine


async def invited(spine: Spine, uses: int = 1) -> str:
    """Invite somebody and return the token."""
    at = spine.clock.now()
    token: Secret = await spine.transact(lambda tx: invite(tx, "Partner", uses, timedelta(days=1), at))
    return token.reveal()


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


async def registered(door: httpx2.AsyncClient, **members: Any) -> dict[str, Any]:
    """Register a client and return what it was told."""
    answer = await door.post(REGISTER, json={**PUBLIC, **members})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def asked(client_id: str, redirect_uri: str = CALLBACK, **parameters: str) -> dict[str, str]:
    """The parameters of an authorization request."""
    return {
        "client_id": client_id,
        "response_type": "code",
        "redirect_uri": redirect_uri,
        "scope": "openid email",
        "state": secrets.token_hex(8),
        "code_challenge": pkce.challenge_of(VERIFIER),
        "code_challenge_method": "S256",
        **parameters,
    }


@dataclass
class Person:
    """Somebody with one browser, at the front door."""

    spine: Spine
    door: httpx2.AsyncClient
    browser: BrowserOf

    @classmethod
    def at(cls, spine: Spine, door: httpx2.AsyncClient) -> "Person":
        return cls(spine, door, BrowserOf(spine))

    async def goes(self, parameters: dict[str, str]) -> httpx2.Response:
        """Open the authorization endpoint and follow nothing."""
        return await self.door.get("/oauth2/authorize", params=parameters, headers=self.browser.cookies)

    async def signs_in(self, parameters: dict[str, str]) -> str:
        """Go there, sign in, and return the handle of what waits."""
        answer = await self.goes(parameters)
        assert answer.status_code == 303, answer.text
        where = urlsplit(answer.headers["location"])
        assert where.path == "/sign-in", answer.headers["location"]
        handle = parse_qs(where.query)["request"][0]
        application = await self.spine.house.clients.directory.find(parameters["client_id"])
        await self.browser.sign_in(handle, application=application)
        return handle

    async def sees_consent(self, handle: str) -> str:
        """Return the consent page of what waits."""
        page = await self.door.get("/consent", params={"request": handle}, headers=self.browser.cookies)
        assert page.status_code == 200, page.headers
        return page.text

    async def allows(self, handle: str) -> dict[str, str]:
        """Consent, and return what the application is answered."""
        assert await self.browser.flows.allow(handle, self.browser.now)
        answer: Any = await self.browser.flows.resume(handle, self.browser.now)
        return dict(answer.parameters)
