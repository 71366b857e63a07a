"""Two who give roles to one person at once wait for each other in one order, so that they never lock each other out."""

import asyncio

import httpx2
import pytest

from access.team import a_team
from gatepass.access.flows import add_roles, take_owners_turn
from gatepass.kit.db import Tx, query
from gatepass.users.flows import hold_present
from support.managing import managing
from support.spine import ORIGIN, PAUSE, Spine

pytestmark = pytest.mark.anyio
_IS_FREE = query(
    int, "SELECT 1", postgres="SELECT pg_try_advisory_xact_lock(hashtextextended(:name, 0))::int AS is_free"
)


async def test_whoever_waits_for_the_person_holds_up_nobody_in_the_organization(each_spine: Spine) -> None:
    async with managing(each_spine, "organizations:write", "roles:write", "organizations:read") as door:
        team = await a_team(each_spine)
        ada, at = await team.joins("ada"), each_spine.clock.now()
        admin, developer = await team.role("admin"), await team.role("developer")
        path = f"/api/v1/organizations/{team.organization.id}/members/{ada.id}/roles"
        calls: list[asyncio.Task[httpx2.Response]] = []

        async def accept(tx: Tx) -> int | None:
            await hold_present(tx, ada.id)
            calls[:] = calls or [asyncio.create_task(door.put(path, json={"role_ids": [developer.id]}))]
            await tx.one(PAUSE)
            is_free = await tx.one(_IS_FREE, name=f"owners:{team.organization.id}")
            if is_free:
                await take_owners_turn(tx, team.within)
                await add_roles(tx, team.within, ada.id, [admin.id], at, ORIGIN)
            return is_free

        is_free = await each_spine.transact(accept)
        assert ((await calls[0]).status_code, is_free) == (200, 1)
