"""Many members at once: one look at the organization, however many they are, and all of them or none."""

import pytest

from gatepass.kit.db import Tx
from gatepass.kit.ids import new_id
from gatepass.kit.lookups.reach import Within
from gatepass.kit.problems import Problem
from gatepass.organizations.flows import add_members
from gatepass.organizations.store import accounts
from organizations.stage import a_person, an_organization, counts
from support.spine import ORIGIN, Spine

pytestmark = pytest.mark.anyio


async def test_the_organization_is_read_once_for_all_of_them(
    each_spine: Spine, monkeypatch: pytest.MonkeyPatch
) -> None:
    organization = await an_organization(each_spine)
    ids = [(await a_person(each_spine, f"p{number}@acme.test")).id for number in range(4)]
    looks, get = [], accounts.get

    async def counted(tx: Tx, organization_id: str) -> object:
        looks.append(organization_id)
        return await get(tx, organization_id)

    monkeypatch.setattr(accounts, "get", counted)
    within, at = Within(organization.id), each_spine.clock.now()
    for expected in (4, 0):
        added = await each_spine.transact(lambda tx: add_members(tx, within, [*ids, ids[0]], "added", at, ORIGIN))
        assert added == expected
    assert len(looks) == 2


async def test_one_who_is_not_there_keeps_all_others_out(each_spine: Spine) -> None:
    organization = await an_organization(each_spine)
    ids = [(await a_person(each_spine)).id, new_id()]
    within, at, before = Within(organization.id), each_spine.clock.now(), await counts(each_spine)
    with pytest.raises(Problem, match="no such user"):
        await each_spine.transact(lambda tx: add_members(tx, within, ids, "added", at, ORIGIN))
    assert await counts(each_spine) == before
