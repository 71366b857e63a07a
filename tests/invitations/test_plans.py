"""Lists of invitations that stand somewhere are answered by an index of those alone, on each database."""

import re
from dataclasses import dataclass

import pytest

from gatepass.invitations import store
from gatepass.invitations.model import Status
from gatepass.kit.db import Tx, command, query
from organizations.stage import an_organization
from support.spine import Spine

pytestmark = pytest.mark.anyio

_SOW = command(
    "INSERT INTO invitations (id, organization_id, application_id, token_hash, email, address_key, first_name, "
    "last_name, role_ids, inviter, description, created_at, expires_at, sends, accepted_at, revoked_at) "
    "VALUES (:id, :organization_id, '', :token, 'a@b.test', :id, '', '', '[]', '{}', '', :at, :at, 1, :accepted, "
    ":revoked)"
)


@dataclass(frozen=True)
class Step:
    id: int
    parent: int
    unused: int
    detail: str


async def plan_of(spine: Spine, status: Status, organization_id: str) -> str:
    """Return how the database answers the list, as it says itself."""
    statement = store._LIST_BY_STATUS[status]
    is_sqlite = spine.database.dialect == "sqlite"
    text = statement.sqlite if is_sqlite else statement.postgresql
    sql = re.sub(r"[?$](\d+)", lambda mark: f":{text.names[int(mark[1]) - 1]}", text.sql)
    given = {"organization_id": organization_id, "before_id": "g", "limit": 101, "now": spine.clock.now()}
    facts = {name: given[name] for name in text.names}

    async def body(tx: Tx) -> str:
        if is_sqlite:
            steps = await tx.all(query(Step, "EXPLAIN QUERY PLAN " + sql), **facts)
            return "\n".join(step.detail for step in steps)
        await tx.run(command("ANALYZE invitations"))
        return "\n".join(await tx.all(query(str, "EXPLAIN " + sql), **facts))

    return await spine.transact(body)


@pytest.mark.parametrize(
    ("status", "index"),
    [
        (Status.ACCEPTED, "ix_invitations_accepted"),
        (Status.EXPIRED, "ix_invitations_open"),
        (Status.PENDING, "ix_invitations_open"),
        (Status.REVOKED, "ix_invitations_revoked"),
    ],
)
async def test_a_list_by_status_reads_an_index_of_those_alone(each_spine: Spine, status: Status, index: str) -> None:
    organization, at = await an_organization(each_spine), each_spine.clock.now()

    async def sow(tx: Tx) -> None:
        for number in range(600):
            # Many of every other state, and few of the one that is asked for.
            state = status if number % 100 == 0 else (Status.REVOKED if status is Status.ACCEPTED else Status.ACCEPTED)
            await tx.run(
                _SOW,
                id=f"{number:024x}",
                organization_id=organization.id,
                token=number.to_bytes(4),
                at=at,
                accepted=at if state is Status.ACCEPTED else None,
                revoked=at if state is Status.REVOKED else None,
            )

    await each_spine.transact(sow)
    plan = await plan_of(each_spine, status, organization.id)
    assert index in plan, plan
    assert "SCAN invitations" not in plan
    assert "Seq Scan" not in plan
