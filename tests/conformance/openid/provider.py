"""The provider under test as relying parties meet it: an https issuer, found by discovery, reached over a socket.

What stands before a real one and speaks TLS is left out: requests to the issuer go to the server's port with the
issuer's name in `Host`, as a proxy would send them.
"""

import time
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx2

from conformance.openid.browser import Arrival, Browser, Page
from gatepass.applications.flows import Registered, register
from gatepass.applications.model import Registration
from gatepass.audit.model import Origin
from gatepass.users.flows import add_phone, change_profile, hold
from gatepass.users.model import Profile
from gatepass.users.queries import find_user
from support.gatepass_server import RunningServer

ISSUER = "https://id.gatepass.test"
_PATIENCE = 15.0


class BehindTls(httpx2.BaseTransport):
    """Brings requests for the issuer to a port of this machine."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._inner = httpx2.HTTPTransport(trust_env=False)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        assert f"{request.url.scheme}://{request.url.netloc.decode()}" == ISSUER, request.url
        request.url = request.url.copy_with(scheme="http", host="127.0.0.1", port=self._port)
        return self._inner.handle_request(request)

    def close(self) -> None:
        self._inner.close()


@dataclass
class Provider:
    """One running server, and everything that is known of it from outside."""

    server: RunningServer
    http: httpx2.Client = field(init=False)
    metadata: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.http = httpx2.Client(
            transport=BehindTls(self.server.settings.server.port), timeout=_PATIENCE, follow_redirects=False
        )
        self.metadata = self.get(f"{ISSUER}/.well-known/openid-configuration").json()

    def get(self, url: str, **headers: str) -> httpx2.Response:
        """Ask for something without any cookie."""
        self.http.cookies.clear()
        return self.http.get(url, headers=headers)

    def endpoint(self, name: str) -> str:
        """Return an address by its name in the metadata."""
        return str(self.metadata[f"{name}_endpoint"])

    def keys(self) -> dict[str, Any]:
        """Return the published keys, as they are now."""
        return dict(self.get(self.metadata["jwks_uri"]).json())

    def now(self) -> int:
        """Return the time, which a test may have moved."""
        return int(self.server.clock.now().timestamp())

    def wait(self, seconds: float) -> None:
        """Let time pass for the server, which costs the test nothing."""
        self.server.clock.move(timedelta(seconds=seconds))

    def register(self, registration: Registration) -> Registered:
        """Register a client, as its operator does."""
        at = self.server.clock.now()
        registered: Registered = self.server.transact(lambda tx: register(tx, registration, at))
        return registered

    def person(self, email: str) -> "Person":
        """Return somebody with an inbox and a browser that has never been here."""
        return Person(self, email, Browser(self.http, ISSUER))

    def name(self, user_id: str, profile: Profile) -> None:
        """Let a person fill in their profile."""
        at = self.server.clock.now()

        async def body(tx: Any) -> None:
            user = await find_user(tx, user_id)
            assert user is not None
            await change_profile(tx, user, profile, at, Origin())

        self.server.transact(body)

    def call(self, user_id: str, number: str) -> None:
        """Give a person a phone number that they have proven."""
        at = self.server.clock.now()

        async def body(tx: Any) -> None:
            await add_phone(tx, await hold(tx, user_id), number, at, Origin(), is_verified=True)

        self.server.transact(body)

    def close(self) -> None:
        """Hang up."""
        self.http.close()


@dataclass
class Person:
    """Somebody who signs in: an inbox and a browser."""

    provider: Provider
    email: str
    browser: Browser

    def sign_in(self, page: Page) -> Page | Arrival:
        """Answer the pages of a sign-in: the address, then the code of the mail."""
        before = len(self._mails())
        waiting = self.browser.submit(page, "email", email=self.email)
        assert isinstance(waiting, Page)
        return self.browser.submit(waiting, "code", code=self._newest_code(before + 1))

    def other_browser(self) -> "Person":
        """Return the same person before another browser."""
        return self.provider.person(self.email)

    def _mails(self) -> list[dict[str, Any]]:
        answer = self.provider.http.get(f"{ISSUER}/dev/mail/messages", params={"to": self.email})
        return list(answer.json()["messages"])

    def _newest_code(self, count: int) -> str:
        until = time.monotonic() + _PATIENCE
        while len(found := self._mails()) < count:
            assert time.monotonic() < until, f"no mail for {self.email}"
            time.sleep(0.01)
        return str(found[0]["code"])
