"""The provider and its pages as an attacker meets them: a browser that sends what it likes, and applications to rob."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import httpx2

from conformance.openid.browser import Arrival, Browser, Page
from conformance.openid.provider import ISSUER, Person, Provider
from conformance.openid.relying_party import CALLBACK, RelyingParty
from gatepass.applications.model import ApplicationType, OAuthPolicy, Registration
from gatepass.kit.db import command, query
from gatepass.protocols.jose import SigningAlgorithm
from support.client import Client

SESSION, BROWSER = "__Host-gatepass_session", "__Host-gatepass_browser"
API = "https://api.test/"
PUBLIC_ISSUER = {"GATEPASS_PUBLIC_URL": ISSUER}
VERIFIER = "a-verifier-that-is-long-enough-to-be-one-0123456789"
CHALLENGE = "IdFsue1MJJJtybEPX0invmHHuW1I7Ai5LXVlXpENjsk"
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_people = itertools.count(1)
_DEACTIVATE = command("UPDATE users SET is_active = :is_active WHERE id = :id")
_FIND_USER = query(str, "SELECT user_id FROM user_emails WHERE address = :address")
SITE = Registration(
    name="Shop",
    type=ApplicationType.WEB,
    callback_urls=(CALLBACK,),
    logout_urls=("https://rp.test/signed-out",),
    signing_algorithm=SigningAlgorithm.ES256,
    oauth=OAuthPolicy(has_profile_in_id_token=False),
)


@dataclass
class Surfer(Browser):
    """A browser whose holder can make it send anything."""

    def send(
        self,
        method: str,
        path: str,
        fields: Mapping[str, str] | None = None,
        headers: Mapping[str, str | None] | None = None,
    ) -> httpx2.Response:
        """Send one request with the browser's cookies, keep those that come back, and follow nothing.

        A header of None is left out of those that a browser would send.
        """
        usual: dict[str, str | None] = {
            "accept": "text/html",
            "sec-fetch-site": "same-origin",
            "user-agent": "Agent/1.0",
        }
        if method == "POST":
            usual["origin"] = self.issuer
        if self.cookies:
            usual["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent = {name: value for name, value in {**usual, **(headers or {})}.items() if value is not None}
        url = path if path.startswith("https:") else f"{self.issuer}{path}"
        answer = self.http.request(method, url, data=dict(fields) if fields is not None else None, headers=sent)
        for text in answer.headers.get_list("set-cookie"):
            self._keep(text)
        return answer

    def page(self, path: str) -> Page:
        """Open a page of the provider's, which must be one, and follow where it leads."""
        shown = self.open(path if path.startswith("https:") else f"{self.issuer}{path}")
        assert isinstance(shown, Page), shown
        return shown


@dataclass
class Someone(Person):
    """Somebody with such a browser."""

    browser: Surfer

    def enter(self) -> None:
        """Sign in for the account page."""
        shown = self.sign_in(self.browser.page("/account"))
        assert isinstance(shown, Page), shown
        assert shown.url.startswith(f"{ISSUER}/account"), shown.url

    def with_another_browser(self) -> "Someone":
        """Return the same person before another browser."""
        return someone(self.provider, self.email)


def someone(provider: Provider, email: str = "") -> Someone:
    """Return somebody with an inbox and a browser that has never been here."""
    address = email or f"person{next(_people)}@example.com"
    return Someone(provider, address, Surfer(provider.http, ISSUER))


def application(provider: Provider, registration: Registration = SITE, **policy: Any) -> RelyingParty:
    """Register an application; by default a web site with a secret."""
    wanted = replace(registration, oauth=replace(registration.oauth, **policy))
    registered = provider.register(wanted)
    secret = registered.client_secret.reveal() if registered.client_secret is not None else ""
    return RelyingParty(provider, registered.application.client_id, secret, algorithm="ES256")


def public_application(provider: Provider, **policy: Any) -> RelyingParty:
    """Register an application that keeps no secret."""
    kind = replace(SITE, type=ApplicationType.SPA, allowed_origins=("https://rp.test",))
    return application(provider, kind, **policy)


def knocking(provider: Provider) -> Client:
    """Return the server as raw connections reach it; every request must name its host."""
    return Client(f"http://127.0.0.1:{provider.server.settings.server.port}", "")


def switch_user(provider: Provider, email: str, *, is_active: bool = False) -> None:
    """Switch a user off, or on again."""

    async def body(tx: Any) -> None:
        user_id = await tx.one(_FIND_USER, address=email)
        assert user_id is not None
        await tx.run(_DEACTIVATE, id=user_id, is_active=is_active)

    provider.server.transact(body)


def left_for(shown: Page | Arrival) -> Arrival:
    """Return where a browser arrived, which must not be here."""
    assert isinstance(shown, Arrival), f"the browser stays at {shown.url} ({shown.status}):\n{shown.text[:2000]}"
    return shown
