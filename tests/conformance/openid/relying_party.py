"""A relying party of our own: it asks, redeems, verifies, and holds every single answer against the checks."""

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

import httpx2

from conformance.openid import checks
from conformance.openid.browser import Arrival, Page
from conformance.openid.provider import ISSUER, Person, Provider

CALLBACK = "https://rp.test/callback"


@dataclass(frozen=True)
class Answer:
    """An authorization answer that passed the checks; `was_asked` tells whether a person had to sign in for it."""

    sent: dict[str, str]
    parameters: dict[str, str]
    was_asked: bool

    @property
    def code(self) -> str:
        """Return the code that was granted."""
        assert "code" in self.parameters, self.parameters
        return self.parameters["code"]

    @property
    def error(self) -> str:
        """Return the error that was answered instead of a code."""
        assert "error" in self.parameters, self.parameters
        return self.parameters["error"]


@dataclass(frozen=True)
class Tokens:
    """Tokens that passed the checks, with the claims of the id token."""

    sent: dict[str, str]
    access_token: str
    refresh_token: str
    id_token: str
    claims: dict[str, Any]
    scope: str


@dataclass
class RelyingParty:
    """A client, registered at the provider.

    Args:
        provider: where it is registered.
        client_id: its name there.
        secret: its secret there.
        is_posted: whether it sends the secret in the body instead of the header.
        algorithm: which id tokens it has registered for.
        response_mode: how it wants to be answered; empty means the default.
        has_profile_in_id_token: whether its id tokens carry the claims of the scopes.
        redirect_uri: its callback.
    """

    provider: Provider
    client_id: str
    secret: str = field(default="", repr=False)
    is_posted: bool = False
    algorithm: str = "RS256"
    response_mode: str = ""
    has_profile_in_id_token: bool = False
    redirect_uri: str = CALLBACK

    def request(self, **overrides: str | None) -> dict[str, str]:
        """Return an authorization request as the suite makes them; an override of None leaves a parameter out."""
        usual: dict[str, str | None] = {
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": "openid",
            "state": secrets.token_urlsafe(8),
            "nonce": secrets.token_urlsafe(8),
            "response_type": "code",
            "response_mode": self.response_mode or None,
        }
        return {name: value for name, value in {**usual, **overrides}.items() if value is not None}

    def visit(self, person: Person, sent: Mapping[str, str]) -> Page | Arrival:
        """Send a browser to the authorization endpoint."""
        return person.browser.open(f"{self.provider.endpoint('authorization')}?{urlencode(sent)}")

    def ask(self, person: Person, **overrides: str | None) -> Answer:
        """Send a browser for a code; where somebody has to sign in and allow it, this person does."""
        sent = self.request(**overrides)
        return self.conclude(person, sent, self.visit(person, sent))

    def ask_by_form(self, person: Person, **overrides: str | None) -> Answer:
        """Send a browser for a code by a form of this client's own page."""
        sent = self.request(**overrides)
        endpoint = self.provider.endpoint("authorization")
        return self.conclude(person, sent, person.browser.post_from_elsewhere(endpoint, sent))

    def conclude(self, person: Person, sent: dict[str, str], shown: Page | Arrival) -> Answer:
        """Go on from what the browser shows, to the answer."""
        was_asked = isinstance(shown, Page)
        if isinstance(shown, Page) and shown.has("email"):
            shown = person.sign_in(shown)
        if isinstance(shown, Page) and shown.has("decision"):
            shown = person.browser.submit(shown, "decision", decision="allow")
        assert isinstance(shown, Arrival), f"the browser stays at {shown.url} ({shown.status}):\n{shown.text[:2000]}"
        return Answer(sent, checks.answered(sent, shown, ISSUER), was_asked)

    def is_shown_an_error(self, person: Person, sent: Mapping[str, str]) -> Page:
        """See that a request ends at an error page of the provider, and nowhere else."""
        shown = self.visit(person, sent)
        assert isinstance(shown, Page), f"the browser was sent to {shown.url}"
        assert 400 <= shown.status < 500, shown.status
        assert not shown.has("email"), "the error is shown before anybody signs in"
        return shown

    def redeem(self, answer: Answer, **overrides: str | None) -> Tokens:
        """Exchange a code for tokens and verify them."""
        found = self.tokens_of(self.token_call(**self.of_code(answer, **overrides)))
        return self.verify(found, answer.sent)

    def sign_in(self, person: Person, **overrides: str | None) -> Tokens:
        """Run the whole journey."""
        return self.redeem(self.ask(person, **overrides))

    def of_code(self, answer: Answer, **overrides: str | None) -> dict[str, str]:
        """Return the parameters of a token request for a code."""
        usual: dict[str, str | None] = {
            "grant_type": "authorization_code",
            "code": answer.code,
            "redirect_uri": answer.sent.get("redirect_uri"),
        }
        return {name: value for name, value in {**usual, **overrides}.items() if value is not None}

    def refresh_call(self, tokens: Tokens) -> httpx2.Response:
        """Spend a refresh token."""
        return self.token_call(grant_type="refresh_token", refresh_token=tokens.refresh_token)

    def token_call(self, **fields: str) -> httpx2.Response:
        """Call the token endpoint as this client."""
        return self.call(self.provider.endpoint("token"), fields)

    def call(self, url: str, fields: Mapping[str, str]) -> httpx2.Response:
        """Call an endpoint that wants the client to authenticate."""
        headers, more = self.credentials()
        return self.provider.http.post(url, data={**fields, **more}, headers=headers)

    def credentials(self) -> tuple[dict[str, str], dict[str, str]]:
        """Return the headers and the fields by which this client authenticates (RFC 6749 §2.3.1)."""
        if self.is_posted:
            return {}, {"client_id": self.client_id, "client_secret": self.secret}
        pair = f"{quote(self.client_id, safe='')}:{quote(self.secret, safe='')}"
        return {"authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}, {}

    def tokens_of(self, answer: httpx2.Response) -> dict[str, Any]:
        """Return what the token endpoint handed out."""
        return checks.token_answer(answer)

    def verify(self, found: Mapping[str, Any], sent: dict[str, str], *, nonce: str | None = "") -> Tokens:
        """Verify the id token among tokens; `nonce` is what it must hold, by default what was sent."""
        by_scope = checks.claims_asked({"scope": sent.get("scope", "")}, "id_token")
        by_name = checks.claims_asked({"claims": sent.get("claims", "{}")}, "id_token")
        claims = checks.id_token(
            found["id_token"],
            self.provider.keys(),
            issuer=ISSUER,
            client_id=self.client_id,
            algorithm=self.algorithm,
            now=self.provider.now(),
            nonce=sent.get("nonce") if nonce == "" else nonce,
            may_hold=by_name | by_scope if self.has_profile_in_id_token else by_name,
        )
        if "at_hash" in claims:
            assert claims["at_hash"] == checks.half_hash(found["access_token"], self.algorithm)
        if "max_age" in sent:
            assert "auth_time" in claims
        access_token, refresh_token = found["access_token"], found.get("refresh_token", "")
        return Tokens(sent, access_token, refresh_token, found["id_token"], claims, found.get("scope", ""))

    def userinfo(self, tokens: Tokens, how: str = "get") -> dict[str, Any]:
        """Ask who it is, and hold the answer against the id token.

        Args:
            tokens: the person's.
            how: `get`, `post_header` or `post_body` (RFC 6750 §2.1, §2.2).
        """
        return checks.userinfo(
            self.userinfo_call(tokens, how), tokens.claims["sub"], checks.claims_asked(tokens.sent, "userinfo")
        )

    def userinfo_call(self, tokens: Tokens, how: str = "get") -> httpx2.Response:
        """Call the userinfo endpoint."""
        url = self.provider.endpoint("userinfo")
        if how == "post_body":
            return self.provider.http.post(url, data={"access_token": tokens.access_token})
        header = {"authorization": f"Bearer {tokens.access_token}"}
        return self.provider.http.request("GET" if how == "get" else "POST", url, headers=header)
