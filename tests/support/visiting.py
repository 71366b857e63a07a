"""A browser in memory that goes through our pages: it keeps cookies, and sends the forms that it was shown."""

import html
import re
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2

from gatepass.applications.model import Application
from gatepass.kit.secrets import hash_token
from gatepass.provider.authorization.model import Answer, AuthorizationRequest, Browser, Needed
from gatepass.tokens.model import Terms
from support.spine import ORIGIN, Spine

CALLBACK = "https://shop.test/callback"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
BROWSER_COOKIE, SESSION_COOKIE = "gatepass_browser", "gatepass_session"
SAME_ORIGIN = {"sec-fetch-site": "same-origin"}


def a_request(**given: Any) -> AuthorizationRequest:
    """Return an authorization request that passed the checks."""
    scope = given.pop("scope", ("openid", "email"))
    sent: dict[str, Any] = {
        "redirect_uri": CALLBACK, "state": "state-of-shop", "code_challenge": CHALLENGE, "terms": Terms(scope=scope),
    }  # fmt: skip
    return AuthorizationRequest(**sent | given)


@dataclass
class Form:
    """A form of a page."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "form":
            self.forms.append(Form(found.get("action") or ""))
        elif tag == "input" and self.forms and found.get("name"):
            self.forms[-1].fields[str(found["name"])] = found.get("value") or ""
        elif tag == "button" and self.forms and found.get("name"):
            self.forms[-1].buttons.append((str(found["name"]), found.get("value") or ""))


def forms_of(page: httpx2.Response) -> list[Form]:
    """Return the forms of a page, in their order."""
    parser = _Forms()
    parser.feed(page.text)
    return parser.forms


def form_of(page: httpx2.Response, action: str) -> Form:
    """Return the form of a page that is sent to an address."""
    found = [form for form in forms_of(page) if form.action == action]
    assert found, f"{page.status_code}: no form for {action} in\n{page.text}"
    return found[0]


def heading_of(page: httpx2.Response) -> str:
    """Return what a page says first."""
    found = re.search(r"<h1[^>]*>(.*?)</h1>", page.text, re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", "", found[1])).strip() if found else ""


def answer_of(page: httpx2.Response) -> dict[str, str]:
    """Return the parameters of the answer to which a page goes on."""
    found = re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', page.text)
    assert found, f"{page.status_code}: {page.headers} {page.text}"
    url = urlsplit(html.unescape(found[1]))
    return dict(parse_qsl(url.query or url.fragment))


@dataclass
class InMemoryBrowser:
    """One browser."""

    spine: Spine
    door: httpx2.AsyncClient

    def _cookie(self, name: str) -> str | None:
        return next((cookie.value for cookie in self.door.cookies.jar if cookie.name == name), None)

    @property
    def session_cookie(self) -> str | None:
        return self._cookie(SESSION_COOKIE)

    @property
    def as_known(self) -> Browser:
        """Return the browser as the flows know it."""
        held = self.session_cookie
        known = self._cookie(BROWSER_COOKIE) or ""
        return Browser(hash_token(known), hash_token(held) if held else None, ORIGIN)

    async def begin(
        self, request: AuthorizationRequest | None = None, application: Application | None = None
    ) -> str | Answer:
        """Let an application ask, and return the address of the first page, or the answer where it came at once."""
        if self._cookie(BROWSER_COOKIE) is None:
            self.door.cookies.set(BROWSER_COOKIE, secrets.token_urlsafe(16), domain="localhost.local")
        outcome = await self.spine.house.authorization.begin(
            application or self.spine.application, request or a_request(), self.as_known
        )
        return outcome.path if isinstance(outcome, Needed) else outcome

    async def arrive(
        self, request: AuthorizationRequest | None = None, application: Application | None = None
    ) -> httpx2.Response:
        """Let an application ask and return the first page."""
        address = await self.begin(request, application)
        assert isinstance(address, str), address
        return await self.get(address)

    async def get(self, address: str, **headers: str) -> httpx2.Response:
        """Open an address and follow where it leads."""
        return await self.door.get(address, headers=headers, follow_redirects=True)

    async def send(self, page: httpx2.Response, action: str, **fields: str) -> httpx2.Response:
        """Send a form of a page and follow where it leads."""
        form = form_of(page, action)
        data = {**form.fields, **fields}
        return await self.door.post(action, data=data, headers=SAME_ORIGIN, follow_redirects=True)

    async def ask(self, email: str, page: httpx2.Response | None = None) -> httpx2.Response:
        """Type an address on the first page and return the waiting page."""
        return await self.send(page or await self.arrive(), "/sign-in", email=email)

    async def type_code(self, page: httpx2.Response, email: str) -> httpx2.Response:
        """Type the code of the newest mail on the waiting page."""
        code = str((await self.spine.mail(email))["code"])
        return await self.send(page, "/sign-in/code", code=code)

    async def sign_in(self, email: str, page: httpx2.Response | None = None) -> httpx2.Response:
        """Sign in by code and return the page after it."""
        return await self.type_code(await self.ask(email, page), email)


@asynccontextmanager
async def browsing(spine: Spine) -> AsyncIterator[InMemoryBrowser]:
    """Open a browser that knows nothing."""
    async with spine.door(**{"user-agent": "Agent/1.0"}) as door:
        yield InMemoryBrowser(spine, door)
