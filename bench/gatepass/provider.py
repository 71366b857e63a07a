"""The lines of the OAuth and OpenID provider: one application, and people who are signed in to their browsers."""

import base64
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import repeat
from urllib.parse import parse_qs, urlsplit

import msgspec

from bench.contest import STOCK, Conditions
from bench.load import Client, LoadError, drive, expect, forever
from bench.wire import Reply, get, post_form

CALLBACK = "https://app.example/cb"
RESOURCE = "https://api.example"
SCOPE = "openid offline_access api"
VERIFIER = "a-verifier-of-the-benchmark-that-is-long-enough-to-be-one"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
SESSION_COOKIE = "__Host-gatepass_session"
SEE_OTHER = 303
_LOCATION = re.compile(rb"\r\nlocation: ([^\r\n]+)", re.IGNORECASE)


class Granted(msgspec.Struct):
    """The answer of the token endpoint; a token that is missing ends the run."""

    access_token: str
    refresh_token: str
    id_token: str


def code_of(reply: Reply) -> str:
    """Return the code that a redirect carries.

    Raises:
        LoadError: it carries none, so the browser was not signed in.
    """
    found = _LOCATION.search(expect(reply, SEE_OTHER).head)
    codes = parse_qs(urlsplit(found[1].decode()).query).get("code") if found else None
    if not codes:
        raise LoadError(f"a redirect without a code: {reply.head[:500].decode(errors='replace')}")
    return codes[0]


@dataclass
class Provider:
    """An application's calls at the provider.

    Attributes:
        port: Where the server listens.
        host: The name it answers for.
        conditions: Those of the run.
        client_id: The application.
        client_secret: Its secret, sent in the form.
        cookies: The session cookies of browsers in which people are signed in, one for each connection.
        codes: Codes that were given out and not exchanged yet.
        granted: The tokens of each connection.
    """

    port: int
    host: str
    conditions: Conditions
    client_id: str
    client_secret: str
    cookies: list[str]
    codes: list[str] = field(default_factory=list)
    granted: list[Granted] = field(default_factory=list)

    def credentials(self) -> list[Client]:
        """Ask for tokens for the application itself."""
        asked = self._token(grant_type="client_credentials", scope="api", resource=RESOURCE)
        return [forever(asked, b'"access_token"') for _ in range(self.conditions.connections)]

    def authorizes(self) -> list[Client]:
        """Ask for codes in browsers that are signed in."""
        return [self._authorize(cookie, repeat(None)) for cookie in self.cookies]

    def exchanges(self) -> list[Client]:
        """Exchange codes that are given out beforehand."""
        self.codes.clear()
        stock: Iterator[None] = repeat(None, STOCK)
        drive(self.port, [self._authorize(cookie, stock) for cookie in self.cookies], seconds=60)
        codes, self.codes, self.granted = iter(self.codes), [], []
        return [self._exchange(codes) for _ in range(self.conditions.connections)]

    def renews(self) -> list[Client]:
        """Refresh on every connection, each with the token of the time before."""
        self._have_tokens()
        return [self._chain(number) for number in range(self.conditions.connections)]

    def introspects(self) -> list[Client]:
        """Ask what access tokens of people are worth."""
        self._have_tokens()
        credentials = {"client_id": self.client_id, "client_secret": self.client_secret}
        return [
            forever(
                post_form("/oauth2/introspect", self.host, **credentials, token=granted.access_token), b'"active":true'
            )
            for granted in self.granted[: self.conditions.connections]
        ]

    def looks_up(self) -> list[Client]:
        """Ask who stands behind access tokens; the session is read each time."""
        self._have_tokens()
        return [
            forever(get("/oauth2/userinfo", self.host, bearer=granted.access_token), b'"sub"')
            for granted in self.granted[: self.conditions.connections]
        ]

    def _token(self, **fields: str) -> bytes:
        return post_form(
            "/oauth2/token", self.host, client_id=self.client_id, client_secret=self.client_secret, **fields
        )

    def _authorize(self, cookie: str, times: Iterator[None]) -> Client:
        asked = get(
            "/oauth2/authorize",
            self.host,
            cookie=f"{SESSION_COOKIE}={cookie}",
            client_id=self.client_id,
            response_type="code",
            redirect_uri=CALLBACK,
            scope=SCOPE,
            resource=RESOURCE,
            state="state-of-the-benchmark",
            nonce="nonce-of-the-benchmark",
            code_challenge=CHALLENGE,
            code_challenge_method="S256",
        )
        for _ in times:
            self.codes.append(code_of((yield asked)))

    def _exchange(self, codes: Iterator[str]) -> Client:
        for code in codes:
            reply = yield self._token(
                grant_type="authorization_code", code=code, redirect_uri=CALLBACK, code_verifier=VERIFIER
            )
            self.granted.append(msgspec.json.decode(expect(reply).body, type=Granted))

    def _have_tokens(self) -> None:
        if len(self.granted) < self.conditions.connections:
            drive(self.port, self.exchanges(), seconds=60)

    def _chain(self, number: int) -> Client:
        while True:
            token = self.granted[number].refresh_token
            reply = yield self._token(grant_type="refresh_token", refresh_token=token)
            self.granted[number] = msgspec.json.decode(expect(reply).body, type=Granted)
