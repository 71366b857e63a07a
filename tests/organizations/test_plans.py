"""A list of members who stand somewhere is answered by an index of those alone, on each database."""

import re
from dataclasses import dataclass

import pytest

from gatepass.kit.db import Tx, command, query
from gatepass.organizations.store import members
from organizations.stage import an_organization
from support.spine import Spine

pytestmark = pytest.mark.anyio

_SOW = command(
    "INSERT INTO memberships (organization_id, user_id, status, source, joined_at) "
    "VALUES (:organization_id, :user_id, :status, 'added', :at)"
)


@dataclass(frozen=True)
class Step:
    id: int
    parent: int
    unused: int
    detail: str


async def test_a_list_of_the_suspended_looks_at_no_others(each_spine: Spine) -> None:
    organization, at = await an_organization(each_spine), each_spine.clock.now()
    is_sqlite = each_spine.database.dialect == "sqlite"
    text = members._LIST_IN.sqlite if is_sqlite else members._LIST_IN.postgresql
    sql = re.sub(r"[?$](\d+)", lambda mark: f":{text.names[int(mark[1]) - 1]}", text.sql)
    facts = {"organization_id": organization.id, "status": "inactive", "after_id": "", "limit": 101}

    async def body(tx: Tx) -> str:
        for number in range(600):
            status = "inactive" if number % 100 == 0 else "active"
            await tx.run(_SOW, organization_id=organization.id, user_id=f"{number:024x}", status=status, at=at)
        if is_sqlite:
            return "\n".join(step.detail for step in await tx.all(query(Step, "EXPLAIN QUERY PLAN " + sql), **facts))
        await tx.run(command("ANALYZE memberships"))
        return "\n".join(await tx.all(query(str, "EXPLAIN " + sql), **facts))

    plan = await each_spine.transact(body)
    assert "ix_memberships_status" in plan, plan
    assert "SCAN memberships" not in plan
    assert "Seq Scan" not in plan
