"""An application, and a browser that is signed in to it: what both do when somebody signs out."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

import httpx2

from gatepass.applications.model import Application, ApplicationType, OAuthPolicy, Registration
from gatepass.sessions.queries import list_of_browser
from provider.authorization.people import CALLBACK, BrowserOf, request
from provider.callers import Caller, calling
from support.spine import Spine

LOGOUT = "/oauth2/logout"
RETURN = "https://site.test/after?keep=1"
SITE = Registration(
    name="Site",
    type=ApplicationType.WEB,
    callback_urls=(CALLBACK,),
    logout_urls=(RETURN, "https://site.test/plain"),
    oauth=OAuthPolicy(home_url="https://site.test/"),
)
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


@dataclass
class Site:
    """An application, and the browser of somebody who is signed in to it."""

    spine: Spine
    caller: Caller
    browser: BrowserOf

    @property
    def application(self) -> Application:
        return self.caller.application

    @property
    def client_id(self) -> str:
        return self.application.client_id

    async def tokens(self, caller: Caller | None = None, **asked: Any) -> dict[str, Any]:
        """Return the tokens of whoever is signed in to the browser."""
        caller = caller or self.caller
        code = await self.browser.code(request(**asked), caller.application)
        answer = await caller.redeem(code)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def hint(self) -> str:
        return str((await self.tokens())["id_token"])

    async def logout(self, **parameters: str) -> httpx2.Response:
        """Send the browser to the endpoint."""
        return await self.get(f"{LOGOUT}?{urlencode(parameters)}")

    async def get(self, path: str) -> httpx2.Response:
        answer = await self.caller.door.get(path, headers=self.browser.cookies)
        return self._kept(answer)

    async def post(self, path: str, **form: str) -> httpx2.Response:
        answer = await self.caller.door.post(path, data=form, headers=self.browser.cookies)
        return self._kept(answer)

    async def asked(self, **parameters: str) -> httpx2.Response:
        """Send the browser to the endpoint and return the page that asks."""
        sent = await self.logout(**parameters)
        assert sent.status_code == 303, sent.text
        assert sent.headers["location"].startswith("/sign-out?request="), sent.headers
        page = await self.get(sent.headers["location"])
        assert (page.status_code, "Sign out?" in page.text) == (200, True), page.text
        return page

    async def answer(self, page: httpx2.Response, decision: str = "sign_out") -> httpx2.Response:
        return await self.post("/sign-out", **hidden(page), decision=decision)

    async def is_signed_in(self) -> bool:
        """Tell whether the browser's cookie opens anything."""
        held = self.browser.now.session_hash
        if held is None:
            return False
        now = self.spine.clock.now()
        return bool(await self.spine.read(lambda tx: list_of_browser(tx, held, now, timedelta(days=7))))

    def _kept(self, answer: httpx2.Response) -> httpx2.Response:
        """Keep the cookies of an answer, as a browser does."""
        for line in answer.headers.get_list("set-cookie"):
            for name, morsel in SimpleCookie(line).items():
                if name == "gatepass_session":
                    self.browser.session = morsel.value or None
        self.caller.door.cookies.clear()
        return answer


def hidden(page: httpx2.Response) -> dict[str, str]:
    """Return the hidden fields of a page's form."""
    return dict(_HIDDEN.findall(page.text))


@asynccontextmanager
async def site(spine: Spine, registration: Registration = SITE, **policy: Any) -> AsyncIterator[Site]:
    """Register an application and let somebody sign in to it."""
    wanted = replace(registration, oauth=replace(registration.oauth, **policy))
    async with calling(spine, wanted) as caller:
        browser = BrowserOf(spine)
        await browser.signed_in()
        yield Site(spine, caller, browser)
