"""Callers of the management API: an application with a secret, and the token that it gets by client credentials."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2

from gatepass.applications.flows import register
from gatepass.applications.model import ApplicationType, OAuthPolicy, Registration
from support.spine import Spine


async def management_token(spine: Spine, *scopes: str) -> str:
    """Return a token that has these scopes, of an application that was made for it."""
    wanted = Registration("Robot", ApplicationType.M2M, oauth=OAuthPolicy(scopes=scopes))
    robot = await spine.transact(lambda tx: register(tx, wanted, spine.clock.now()))
    assert robot.client_secret is not None
    asked = {
        "grant_type": "client_credentials",
        "client_id": robot.application.client_id,
        "client_secret": robot.client_secret.reveal(),
        "scope": " ".join(scopes),
    }
    async with spine.door() as door:
        answer = await door.post("/api/v1/oauth2/token", json=asked)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access_token"])


@asynccontextmanager
async def managing(spine: Spine, *scopes: str) -> AsyncIterator[httpx2.AsyncClient]:
    """Open the door as somebody who has these scopes."""
    token = await management_token(spine, *scopes)
    async with spine.door(authorization=f"Bearer {token}") as door:
        yield door
