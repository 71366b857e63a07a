"""People become members, rest and leave, on both databases."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from gatepass.kit.lookups.paging import Page, PageRequest
from gatepass.kit.lookups.reach import Within
from gatepass.kit.problems import Problem
from gatepass.organizations.flows import (
    add_member,
    as_new,
    change,
    forget_user,
    join_by_domain,
    remove_member,
    resume_member,
    suspend_member,
)
from gatepass.organizations.model import Membership, MemberSource, MemberStatus, Organization, OrganizationPolicy
from gatepass.organizations.queries import (
    admits,
    find_active_membership,
    find_membership,
    list_member_ids,
    list_of_user,
)
from gatepass.users.model import User
from organizations.stage import a_person, an_organization, joined, kinds, listed, proved, shut_out
from support.spine import ORIGIN, Spine

pytestmark = pytest.mark.anyio


async def test_nobody_becomes_a_member_who_may_not_sign_in(each_spine: Spine) -> None:
    organization, user = await an_organization(each_spine), await a_person(each_spine)
    await shut_out(each_spine, user)
    within, at = Within(organization.id), each_spine.clock.now()
    with pytest.raises(Problem, match=user.id) as refused:
        await each_spine.transact(lambda tx: add_member(tx, within, user.id, MemberSource.ADDED, at, ORIGIN))
    assert (refused.value.code, refused.value.status) == ("user_switched_off", 409)


async def may_act(spine: Spine, organization: Organization, user: User) -> bool:
    found = await spine.read(lambda tx: find_active_membership(tx, Within(organization.id), user.id))
    return found is not None


async def verb(spine: Spine, flow: Any, organization: Organization, user_id: str) -> bool:
    at = spine.clock.now()
    return bool(await spine.transact(lambda tx: flow(tx, Within(organization.id), user_id, at, ORIGIN)))


async def written(spine: Spine, organization: Organization, domains: tuple[str, ...], **given: Any) -> None:
    new = as_new(organization, domains)
    values = {name: getattr(new, name) for name in new.__dataclass_fields__}
    wanted = type(new)(**{**values, **given})
    await spine.transact(lambda tx: change(tx, organization, wanted, spine.clock.now(), ORIGIN))


async def added(spine: Spine, organization_id: str, user_id: str) -> bool:
    within, at = Within(organization_id), spine.clock.now()
    return await spine.transact(lambda tx: add_member(tx, within, user_id, MemberSource.ADDED, at, ORIGIN))


async def a_page(spine: Spine, organization: Organization, page: PageRequest) -> Page[Membership]:
    return await spine.read(lambda tx: list_member_ids(tx, Within(organization.id), page))


async def test_a_member_may_act_until_they_leave(each_spine: Spine) -> None:
    acme = await an_organization(each_spine)
    ada = await joined(each_spine, acme)
    assert await may_act(each_spine, acme, ada)
    assert await verb(each_spine, remove_member, acme, ada.id)
    assert not await may_act(each_spine, acme, ada)
    assert not await verb(each_spine, remove_member, acme, ada.id)
    assert (await kinds(each_spine))[-2:] == ["organization.member.added", "organization.member.removed"]


async def test_a_suspended_membership_rests(each_spine: Spine) -> None:
    acme = await an_organization(each_spine)
    ada = await joined(each_spine, acme)
    assert await verb(each_spine, suspend_member, acme, ada.id)
    assert not await verb(each_spine, suspend_member, acme, ada.id)
    assert not await may_act(each_spine, acme, ada)
    kept = await each_spine.read(lambda tx: find_membership(tx, Within(acme.id), ada.id))
    assert kept is not None
    assert kept.status is MemberStatus.INACTIVE
    assert await verb(each_spine, resume_member, acme, ada.id)
    assert await may_act(each_spine, acme, ada)


async def test_adding_a_member_again_changes_nothing(each_spine: Spine) -> None:
    acme = await an_organization(each_spine)
    ada = await joined(each_spine, acme)
    await verb(each_spine, suspend_member, acme, ada.id)
    at = each_spine.clock.now()
    assert not await each_spine.transact(
        lambda tx: add_member(tx, Within(acme.id), ada.id, MemberSource.ADDED, at, ORIGIN)
    )
    assert not await may_act(each_spine, acme, ada)


async def test_of_two_who_add_one_person_at_once_one_did(each_spine: Spine) -> None:
    acme, ada = await an_organization(each_spine), await a_person(each_spine)
    at = each_spine.clock.now()

    async def add() -> bool:
        return await each_spine.transact(
            lambda tx: add_member(tx, Within(acme.id), ada.id, MemberSource.ADDED, at, ORIGIN)
        )

    assert sum(await asyncio.gather(*(add() for _ in range(5)))) == 1
    assert (await kinds(each_spine)).count("organization.member.added") == 1


async def test_strangers_and_unknown_organizations_are_refused(each_spine: Spine) -> None:
    acme, ada = await an_organization(each_spine), await a_person(each_spine)
    for organization_id, user_id, code in ((acme.id, "0" * 24, "unknown_user"), ("0" * 24, ada.id, "unknown_org")):
        with pytest.raises(Problem, match=code):
            await added(each_spine, organization_id, user_id)
    for flow in (suspend_member, resume_member):
        with pytest.raises(Problem, match="unknown_member"):
            await verb(each_spine, flow, acme, ada.id)


async def test_nobody_acts_in_an_organization_that_is_switched_off(each_spine: Spine) -> None:
    acme = await an_organization(each_spine)
    ada = await joined(each_spine, acme)
    await written(each_spine, acme, (), is_active=False)
    assert not await may_act(each_spine, acme, ada)


async def test_outsiders_are_not_admitted_where_domains_are_listed(each_spine: Spine) -> None:
    acme = await an_organization(each_spine, domains=("acme.test",))
    await joined(each_spine, acme, "ada@acme.test")
    for outsider in ("eve@evil.test", "eve@sub.acme.test", "eve@notacme.test"):
        with pytest.raises(Problem, match="address_not_admitted"):
            await joined(each_spine, acme, outsider)
    await joined(each_spine, await an_organization(each_spine, "Open", allows_outsiders=True), "eve@evil.test")


async def test_a_member_whose_domain_is_listed_no_more_may_not_act(each_spine: Spine) -> None:
    acme = await an_organization(each_spine, domains=("acme.test", "evil.test"))
    eve = await joined(each_spine, acme, "eve@evil.test")
    assert await may_act(each_spine, acme, eve)
    await written(each_spine, acme, ("acme.test",))
    assert not await may_act(each_spine, acme, eve)
    await written(each_spine, acme, ("acme.test",), allows_outsiders=True)
    assert await may_act(each_spine, acme, eve)


async def test_who_is_admitted_is_decided_by_the_whole_domain(each_spine: Spine) -> None:
    closed = await an_organization(each_spine)
    assert admits(closed, (), "anybody@anywhere.test")
    assert admits(closed, ("acme.test",), "Ada@ACME.test")
    assert not admits(closed, ("acme.test",), "ada@acme.test.evil.test")
    assert not admits(closed, ("acme.test",), '"x@acme.test"@evil.test')


async def test_people_of_a_proven_domain_join_by_signing_in_where_the_policy_says_so(each_spine: Spine) -> None:
    acme = await an_organization(each_spine, policy=OrganizationPolicy(joins_by_domain=True))
    ada = await a_person(each_spine, "ada@acme.test")
    at = each_spine.clock.now()

    async def join(user: User) -> str:
        return await each_spine.transact(lambda tx: join_by_domain(tx, user, at, ORIGIN))

    await listed(each_spine, acme, "other.test")
    assert await join(ada) == ""
    await proved(each_spine, acme, "acme.test")
    assert await join(ada) == acme.id
    assert await join(ada) == ""
    assert await join(await a_person(each_spine, "eve@other.test")) == ""
    assert await may_act(each_spine, acme, ada)


async def test_an_unverified_address_joins_nothing(each_spine: Spine) -> None:
    acme = await an_organization(each_spine, policy=OrganizationPolicy(joins_by_domain=True))
    await proved(each_spine, acme, "acme.test")
    ada = await a_person(each_spine, "ada@acme.test")
    values = {name: getattr(ada, name) for name in ada.__dataclass_fields__}
    claimed = User(**{**values, "email_verified_at": None})
    at = each_spine.clock.now()
    assert await each_spine.transact(lambda tx: join_by_domain(tx, claimed, at, ORIGIN)) == ""


async def test_nobody_joins_by_a_domain_where_the_policy_does_not_say_so(each_spine: Spine) -> None:
    acme = await an_organization(each_spine)
    await proved(each_spine, acme, "acme.test")
    ada = await a_person(each_spine, "ada@acme.test")
    at = each_spine.clock.now()
    assert await each_spine.transact(lambda tx: join_by_domain(tx, ada, at, ORIGIN)) == ""


async def test_members_are_listed_page_by_page(each_spine: Spine) -> None:
    acme, other = await an_organization(each_spine), await an_organization(each_spine, "Other")
    await joined(each_spine, other, "eve@acme.test")
    people = sorted([(await joined(each_spine, acme, f"user{number}@acme.test")).id for number in range(5)])
    await verb(each_spine, suspend_member, acme, people[0])
    seen: list[str] = []
    after: tuple[str, ...] = ()
    for _ in range(3):
        part = await a_page(each_spine, acme, PageRequest(2, after))
        seen += [one.user_id for one in part.items]
        after = part.next_after
    assert (seen, after) == (people, ())
    resting = await each_spine.read(
        lambda tx: list_member_ids(tx, Within(acme.id), PageRequest(), MemberStatus.INACTIVE)
    )
    assert [one.user_id for one in resting.items] == people[:1]


async def test_a_person_sees_every_organization_of_theirs(each_spine: Spine) -> None:
    one, two = await an_organization(each_spine, "One"), await an_organization(each_spine, "Two")
    ada = await joined(each_spine, one)
    each_spine.clock.move(timedelta(seconds=1))
    await joined(each_spine, two)
    await verb(each_spine, suspend_member, two, ada.id)
    found = await each_spine.read(lambda tx: list_of_user(tx, ada.id))
    assert {(organization.name, str(member.status)) for organization, member in found} == {
        ("One", "active"),
        ("Two", "inactive"),
    }
    assert await each_spine.transact(lambda tx: forget_user(tx, ada.id)) == 2
    assert await each_spine.read(lambda tx: list_of_user(tx, ada.id)) == []
