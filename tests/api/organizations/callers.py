"""Those who call about organizations: keys of one organization, and people with their own tokens."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2

from gatepass.access.flows import create_key
from gatepass.access.model import NewKey, Principal, Scope
from gatepass.audit.model import Actor, ActorKind
from gatepass.organizations.model import Organization
from support.spine import ORIGIN, Spine

_CODE = "/api/v1/auth/passwordless/email-otp/verify"
_ROOT = Principal(Actor(ActorKind.OPERATOR, "0" * 24, "Root"), frozenset(Scope))


@asynccontextmanager
async def by_key(spine: Spine, organization: Organization, *scopes: str) -> AsyncIterator[httpx2.AsyncClient]:
    """Open the door with an API key of one organization."""
    wanted = NewKey("Key", scopes=scopes, organization_id=organization.id)
    at = spine.clock.now()
    created = await spine.transact(lambda tx: create_key(tx, _ROOT, wanted, at, ORIGIN))
    async with spine.door(authorization=f"Bearer {created.secret.reveal()}") as door:
        yield door


@asynccontextmanager
async def as_person(spine: Spine, email: str) -> AsyncIterator[httpx2.AsyncClient]:
    """Open the door with somebody's access token."""
    state = await spine.ask(email)
    code = str((await spine.mail(email))["code"])
    named = {"client_id": spine.application.client_id}
    async with spine.door() as door:
        answer = await door.post(_CODE, json={"state": state, "otp": code}, params=named)
    assert answer.status_code == 200, answer.text
    async with spine.door(authorization=f"Bearer {answer.json()['access_token']}") as door:
        yield door


def code_of(answer: httpx2.Response) -> tuple[int, str]:
    """Return the status and the stable code of a refusal."""
    body: dict[str, Any] = answer.json()
    return answer.status_code, str(body["error_code"])
