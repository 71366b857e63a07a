"""A television and the people who let it in: the device flow over the front door."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2

from gatepass.applications.model import Application, ApplicationType, OAuthPolicy, Registration
from provider.authorization.people import BrowserOf
from support.spine import Spine

GRANT = "urn:ietf:params:oauth:grant-type:device_code"
TELEVISION = Registration(
    name="Living room",
    type=ApplicationType.NATIVE,
    oauth=OAuthPolicy(scopes=("watch",), audiences=("https://api.test/",)),
)
_TELEVISION_AGENT = "Mozilla/5.0 (SMART-TV; Linux; Tizen 6.0) AppleWebKit/537.36 Version/6.0 TV Safari/537.36"
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


@dataclass
class Device:
    """A device of an application."""

    application: Application
    door: httpx2.AsyncClient

    async def begin(self, **form: Any) -> httpx2.Response:
        given = {"client_id": self.application.client_id, **form}
        return await self.door.post(
            "/oauth2/device_authorization", data=given, headers={"user-agent": _TELEVISION_AGENT}
        )

    async def begun(self, scope: str = "openid email") -> dict[str, Any]:
        answer = await self.begin(scope=scope)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def poll(self, device_code: str, **form: Any) -> httpx2.Response:
        given = {"grant_type": GRANT, "client_id": self.application.client_id, "device_code": device_code, **form}
        return await self.door.post("/oauth2/token", data=given, headers={"user-agent": _TELEVISION_AGENT})

    async def error(self, device_code: str) -> str:
        """Poll and return the error."""
        answer = await self.poll(device_code)
        assert answer.status_code == 400, answer.text
        return str(answer.json()["error"])


@dataclass
class Person:
    """Somebody who is signed in to a browser and opens the page of codes."""

    browser: BrowserOf
    door: httpx2.AsyncClient

    async def get(self, path: str = "/device") -> httpx2.Response:
        return await self.door.get(path, headers=self.browser.cookies)

    async def post(self, path: str, **form: str) -> httpx2.Response:
        return await self.door.post(path, data=form, headers=self.browser.cookies)

    async def enter(self, user_code: str) -> httpx2.Response:
        """Type a code into the form of the page."""
        shown = await self.get()
        assert shown.status_code == 200, shown.text
        return await self.post("/device", **hidden(shown), user_code=user_code)

    async def decide(self, confirmation: httpx2.Response, decision: str) -> httpx2.Response:
        """Press a button of the page that shows what asks, and look at the page that follows."""
        answer = await self.post("/device/decide", **hidden(confirmation), decision=decision)
        return await self.get(answer.headers["location"]) if answer.status_code == 303 else answer

    async def allow(self, user_code: str) -> httpx2.Response:
        confirmation = await self.enter(user_code)
        assert confirmation.status_code == 200, confirmation.text
        return await self.decide(confirmation, "allow")


def hidden(page: httpx2.Response) -> dict[str, str]:
    """Return the hidden fields of a page's form."""
    return dict(_HIDDEN.findall(page.text))


@dataclass
class Room:
    """A television, somebody who sits before it, and the server."""

    spine: Spine
    device: Device
    person: Person
    door: httpx2.AsyncClient

    async def somebody(self, email: str) -> Person:
        """Let somebody else sign in, in another browser."""
        browser = BrowserOf(self.spine)
        await browser.signed_in(email)
        return Person(browser, self.door)


@asynccontextmanager
async def room(spine: Spine, registration: Registration = TELEVISION) -> AsyncIterator[Room]:
    """Register a television, and let somebody sign in who is to allow it."""
    application = await spine.register(registration)
    async with spine.door() as door:
        browser = BrowserOf(spine)
        await browser.signed_in()
        yield Room(spine, Device(application, door), Person(browser, door), door)
