"""Every kind of caller that comes to the management API, and a sample of its calls."""

from datetime import datetime
from typing import Any

import httpx2

from gatepass.access.flows import CreatedKey, add_operator, create_key
from gatepass.access.model import NewKey, Principal, Scope
from gatepass.audit.model import Actor, ActorKind, Event, EventKind
from gatepass.users.model import User
from support.spine import ORIGIN, Spine
from support.visiting import SESSION_COOKIE, InMemoryBrowser

OWNER = Principal(Actor(ActorKind.SYSTEM, "", "tests"), frozenset(Scope))
SAMPLE = (
    ("GET", "/api/v1/roles", None),
    ("POST", "/api/v1/roles", {"name": "Auditor"}),
    ("PUT", "/api/v1/roles/f00000000000000000000000", {"name": "Auditor"}),
    ("DELETE", "/api/v1/permissions/f00000000000000000000000", None),
    ("GET", "/api/v1/users/f00000000000000000000000/permissions/team_view/why", None),
    ("GET", "/api/v1/applications", None),
    ("GET", "/api/v1/api-keys", None),
    ("POST", "/api/v1/api-keys", {"name": "Key", "scopes": ["users:read"]}),
    ("GET", "/api/v1/operators", None),
)
"""Calls of several nouns, reading and changing, with a body where they need one."""


async def calls(door: httpx2.AsyncClient, **options: Any) -> list[httpx2.Response]:
    """Make every call of the sample and return the answers."""
    return [await door.request(method, path, json=body, **options) for method, path, body in SAMPLE]


async def a_key(
    spine: Spine, *scopes: str, networks: tuple[str, ...] = (), place: str = "", until: datetime | None = None
) -> CreatedKey:
    """Make an API key."""
    asked = NewKey("Key", scopes or ("sys_owner",), networks, place, until)
    return await spine.transact(lambda tx: create_key(tx, OWNER, asked, spine.clock.now(), ORIGIN))


async def an_operator(spine: Spine, browser: InMemoryBrowser, *scopes: str) -> User:
    """Sign somebody in who operates the server, and leave them signed in."""
    await browser.sign_in("olga@example.com")
    assert browser.session_cookie, SESSION_COOKIE
    user = (await spine.sign_in("olga@example.com")).user
    at = spine.clock.now()
    await spine.transact(lambda tx: add_operator(tx, user.id, scopes or ("sys_owner",), at, ORIGIN))
    return user


async def refusals(spine: Spine) -> list[Event]:
    """Return the record of those who asked for more than they may."""
    return [event for event in await spine.events() if event.kind is EventKind.CALLER_REFUSED]


def codes(answers: list[httpx2.Response]) -> set[tuple[int, str]]:
    """Return the statuses and codes of answers."""
    return {(answer.status_code, str(answer.json().get("error_code", ""))) for answer in answers}
