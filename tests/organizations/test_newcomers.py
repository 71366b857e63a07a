"""People who were made in the same transaction come into their organizations together, each where they are taken."""

import pytest

from gatepass.kit.db import query
from gatepass.kit.ids import new_id
from gatepass.organizations.flows import Newcomer, add_newcomers
from organizations.stage import an_organization, kinds, listed
from support.spine import ORIGIN, Spine

pytestmark = pytest.mark.anyio

_MEMBERS = query(str, "SELECT user_id FROM memberships WHERE organization_id = :id ORDER BY user_id")


async def members_of(spine: Spine, organization_id: str) -> list[str]:
    return await spine.read(lambda tx: tx.all(_MEMBERS, id=organization_id))


async def test_each_comes_in_where_the_organization_takes_them(each_spine: Spine) -> None:
    strict, open_to_all = await an_organization(each_spine), await an_organization(each_spine, "Open")
    await listed(each_spine, strict, "acme.test")
    await listed(each_spine, open_to_all, "open.test")
    ann, bob, at = new_id(), new_id(), each_spine.clock.now()
    wanted = [
        Newcomer(strict.id, ann, "ann@ACME.test"),
        Newcomer(strict.id, bob, "bob@else.test"),
        Newcomer(new_id(), bob, "bob@else.test"),
        Newcomer(open_to_all.id, bob, "bob@open.test"),
        Newcomer(strict.id, ann, "ann@ACME.test"),  # named twice in one row
    ]
    before = await kinds(each_spine)
    outcomes = await each_spine.transact(lambda tx: add_newcomers(tx, wanted, "import", at, ORIGIN))
    codes = ["" if one is None else one.code for one in outcomes]
    assert codes == ["", "address_not_admitted", "unknown_organization", "", ""]
    assert await members_of(each_spine, strict.id) == [ann]
    assert await members_of(each_spine, open_to_all.id) == [bob]
    assert (await kinds(each_spine))[len(before) :] == ["organization.member.added"] * 2


async def test_the_event_says_who_came_where_and_who_brought_them(each_spine: Spine) -> None:
    organization, ann, at = await an_organization(each_spine), new_id(), each_spine.clock.now()
    wanted = [Newcomer(organization.id, ann, "")]
    await each_spine.transact(lambda tx: add_newcomers(tx, wanted, "import", at, ORIGIN))
    event = (await each_spine.events())[-1]
    assert (event.user_id, event.organization_id, event.data) == (ann, organization.id, {"source": "import"})
    assert (event.actor, event.network, event.occurred_at) == (ORIGIN.actor, ORIGIN.network, at)


async def test_nobody_asks_for_nothing(each_spine: Spine) -> None:
    at = each_spine.clock.now()
    assert await each_spine.transact(lambda tx: add_newcomers(tx, [], "import", at, ORIGIN)) == []
