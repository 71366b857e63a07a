"""Operators who act in people's places, and the browsers in which they do."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2

from gatepass.access.model import Principal, Scope
from gatepass.applications.model import Application
from gatepass.audit.model import Actor, ActorKind
from gatepass.impersonation.model import Begun, Wish
from gatepass.kit.db import command
from gatepass.users.model import User
from support.spine import Spine
from support.visiting import InMemoryBrowser, browsing

ANNA = "anna@example.com"
REASON = "Ticket 4711: the basket stays empty"
OPERATOR = Principal(
    Actor(ActorKind.OPERATOR, "0" * 23 + "1", "Olga Operator"), frozenset(Scope), user_id="0" * 23 + "1"
)
_ADD_OPERATOR = command("INSERT INTO operators (user_id, scopes, created_at) VALUES (:user_id, :scopes, :at)")


@dataclass
class Acting:
    """A browser in which an operator acts in Anna's place."""

    browser: InMemoryBrowser
    person: User
    page: httpx2.Response


def a_wish(user: User, application: Application, **given: Any) -> Wish:
    asked: dict[str, Any] = {"reason": REASON, "minutes": 15, "client_id": application.client_id}
    return Wish(user.id, **asked | given)


async def anna_of(spine: Spine) -> User:
    """Return Anna, who has signed in before."""
    return (await spine.sign_in(ANNA)).user


async def begin(
    spine: Spine, user: User, application: Application | None = None, *, by: Principal = OPERATOR, **given: Any
) -> Begun:
    """Let the operator, or another caller, act in a person's place."""
    return await spine.house.impersonations.begin(by, a_wish(user, application or spine.application, **given))


async def make_operator(spine: Spine, user_id: str, *scopes: str) -> None:
    """Let a user operate the server."""
    at = spine.clock.now()
    await spine.transact(lambda tx: tx.run(_ADD_OPERATOR, user_id=user_id, scopes=scopes or ("sys_owner",), at=at))


async def open_link(browser: InMemoryBrowser, begun: Begun) -> httpx2.Response:
    """Open the link and press the button."""
    page = await browser.get(begun.url)
    assert page.status_code == 200, page.text
    return await browser.send(page, "/impersonation")


@asynccontextmanager
async def acting(spine: Spine, application: Application | None = None, **given: Any) -> AsyncIterator[Acting]:
    """Open a browser in which the operator acts in Anna's place."""
    person = await anna_of(spine)
    begun = await begin(spine, person, application, **given)
    async with browsing(spine) as browser:
        yield Acting(browser, person, await open_link(browser, begun))
