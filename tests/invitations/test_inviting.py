"""Inviting somebody, inviting again, and taking it back, on both databases."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from gatepass.access.flows import add_roles
from gatepass.audit.model import EventKind
from gatepass.invitations.jobs import purge
from gatepass.invitations.model import Opened, Refusal, Refused, Status
from gatepass.invitations.queries import is_invited, list_invitations, look
from gatepass.kit.ids import INVITATION_PREFIX, is_well_formed
from gatepass.kit.lookups.paging import PageRequest
from gatepass.kit.lookups.reach import Within
from gatepass.kit.problems import Problem
from gatepass.organizations.flows import suspend_member
from invitations.guests import (
    GUEST,
    accept,
    address,
    days,
    invited,
    kept,
    own_role,
    resend,
    revoke,
    seeded_role,
    token_of,
)
from organizations.stage import a_person, an_organization, joined, listed
from support.spine import ORIGIN, Spine, standing

pytestmark = pytest.mark.anyio


async def test_an_invitation_is_mailed_and_leads_to_its_organization(each_spine: Spine) -> None:
    organization = await an_organization(each_spine)
    made = await invited(each_spine, organization, description="See you on Monday")
    mail = await each_spine.mail(GUEST)
    assert mail["link"] == made.url.reveal()
    assert (mail["organization"], mail["inviter"], mail["description"]) == (
        "Acme", "Ada Lovelace", "See you on Monday",
    )  # fmt: skip
    token = token_of(made)
    assert is_well_formed(token, INVITATION_PREFIX)
    found = await each_spine.read(lambda tx: look(tx, token, each_spine.clock.now()))
    assert isinstance(found, Opened)
    assert (found.invitation.id, found.organization.id) == (made.invitation.id, organization.id)
    event = (await each_spine.events())[-1]
    assert (event.kind, event.organization_id) == (EventKind.INVITATION_SENT, organization.id)
    assert token not in str(event.data)


async def test_the_token_is_nowhere_in_the_database(spine: Spine) -> None:
    made = await invited(spine, await an_organization(spine))
    stored = await kept(spine, made.invitation)
    assert stored is not None
    assert token_of(made) not in repr(stored)
    assert token_of(made).encode() not in stored.token_hash


async def test_an_invitation_without_a_mail_sends_none(spine: Spine) -> None:
    made = await invited(spine, await an_organization(spine), sends_mail=False)
    assert made.invitation.sent_at is None
    with pytest.raises(AssertionError, match="no mail"):
        await spine.mail(GUEST)


async def test_a_second_invitation_takes_the_place_of_the_first(each_spine: Spine) -> None:
    organization = await an_organization(each_spine)
    first = await invited(each_spine, organization)
    second = await invited(each_spine, organization, email="GRACE@hopper.test")
    user = await a_person(each_spine, GUEST)
    refused = await accept(each_spine, token_of(first), user.id)
    assert isinstance(refused, Refused)
    assert refused.reason is Refusal.REVOKED
    assert (await each_spine.read(lambda tx: look(tx, token_of(second), each_spine.clock.now()))).invitation
    replaced = [event for event in await each_spine.events() if event.kind is EventKind.INVITATION_REVOKED]
    assert [event.reason for event in replaced] == ["replaced"]


async def test_a_member_is_not_invited_again_even_when_suspended(each_spine: Spine) -> None:
    organization = await an_organization(each_spine)
    user = await joined(each_spine, organization, GUEST)
    with pytest.raises(Problem, match="already_member"):
        await invited(each_spine, organization)
    at = each_spine.clock.now()
    await each_spine.transact(lambda tx: suspend_member(tx, Within(organization.id), user.id, at, ORIGIN))
    with pytest.raises(Problem, match="already_member"):
        await invited(each_spine, organization)


async def test_an_outsider_is_invited_only_where_the_organization_takes_outsiders(each_spine: Spine) -> None:
    closed, open_one = (
        await an_organization(each_spine),
        await an_organization(each_spine, "Open", allows_outsiders=True),
    )
    await listed(each_spine, closed, "acme.example")
    await listed(each_spine, open_one, "open.example")
    with pytest.raises(Problem, match="address_not_admitted"):
        await invited(each_spine, closed)
    await invited(each_spine, closed, "grace@acme.example")
    await invited(each_spine, open_one)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"lifetime": timedelta(minutes=4)}, "5 to 43200 minutes"),
        ({"lifetime": timedelta(days=31)}, "5 to 43200 minutes"),
        ({"first_name": "G" * 101}, "first name of at most 100"),
        ({"last_name": "Hop\nper"}, "control characters"),
        ({"description": "Win at https://evil.example"}, "web addresses"),
        ({"first_name": "Claim it at evil.example/now"}, "web addresses"),
        ({"role_ids": tuple(map(str, range(51)))}, "at most 50 roles"),
    ],
    ids=["too-short", "too-long", "long-name", "line-break", "link-in-description", "link-in-name", "many-roles"],
)
async def test_what_an_invitation_may_not_say_is_named(spine: Spine, given: dict[str, Any], sentence: str) -> None:
    organization = await an_organization(spine)
    with pytest.raises(Problem, match=sentence):
        await invited(spine, organization, **given)


async def test_an_organization_s_name_carries_no_link_into_mails(spine: Spine) -> None:
    bait = await an_organization(spine, "Claim your prize at https://evil.example")
    with pytest.raises(Problem, match="invalid_invitee"):
        await invited(spine, bait)
    await invited(spine, await an_organization(spine, "Booking.example"))


async def test_all_faults_are_named_at_once(spine: Spine) -> None:
    organization = await an_organization(spine)
    with pytest.raises(Problem) as raised:
        await invited(spine, organization, first_name="www.evil.example", lifetime=timedelta(0))
    assert "first name" in raised.value.title
    assert "minutes" in raised.value.title


async def test_a_role_of_another_organization_is_none(spine: Spine) -> None:
    organization, other = await an_organization(spine), await an_organization(spine, "Other")
    role = await own_role(spine, other, "Captain")
    with pytest.raises(Problem, match="invalid_role_id"):
        await invited(spine, organization, role_ids=(role.id,))


async def test_a_member_gives_no_role_that_allows_more_than_their_own(each_spine: Spine) -> None:
    organization = await an_organization(each_spine)
    owner, plain = await seeded_role(each_spine, "owner"), await own_role(each_spine, organization, "Guest")
    member = await joined(each_spine, organization)
    with pytest.raises(Problem, match="role_too_wide"):
        await invited(each_spine, organization, role_ids=(owner.id,), member_id=member.id)
    await invited(each_spine, organization, role_ids=(plain.id,), member_id=member.id)
    at = each_spine.clock.now()
    await each_spine.transact(lambda tx: add_roles(tx, Within(organization.id), member.id, (owner.id,), at, ORIGIN))
    await invited(each_spine, organization, role_ids=(owner.id,), member_id=member.id)


async def test_a_mail_sent_anew_brings_another_link_and_the_earlier_one_dies(each_spine: Spine) -> None:
    organization = await an_organization(each_spine)
    first = await invited(each_spine, organization, lifetime=timedelta(hours=2))
    each_spine.clock.move(timedelta(hours=3))
    second = await resend(each_spine, first.invitation)
    assert second.invitation.expires_at == each_spine.clock.now() + timedelta(hours=2)
    assert (await each_spine.mail(GUEST))["link"] == second.url.reveal() != first.url.reveal()
    user = await a_person(each_spine, GUEST)
    refused = await accept(each_spine, token_of(first), user.id)
    assert isinstance(refused, Refused)
    assert refused.reason is Refusal.UNKNOWN
    assert not isinstance(await accept(each_spine, token_of(second), user.id), Refused)


async def test_what_was_taken_back_or_accepted_is_over(each_spine: Spine) -> None:
    organization = await an_organization(each_spine)
    made = await invited(each_spine, organization)
    await revoke(each_spine, made.invitation)
    assert (await revoke(each_spine, made.invitation)).revoked_at is not None
    with pytest.raises(Problem, match="invitation_over"):
        await resend(each_spine, made.invitation)
    again = await invited(each_spine, organization)
    user = await a_person(each_spine, GUEST)
    await accept(each_spine, token_of(again), user.id)
    with pytest.raises(Problem, match="invitation_over"):
        await revoke(each_spine, again.invitation)
    with pytest.raises(Problem, match="invitation_over"):
        await resend(each_spine, again.invitation)


async def test_another_organization_s_invitation_is_not_there(each_spine: Spine) -> None:
    mine, theirs = await an_organization(each_spine), await an_organization(each_spine, "Theirs")
    made = await invited(each_spine, theirs)
    at, reach = each_spine.clock.now(), Within(mine.id)
    flows = each_spine.house.invitations
    with pytest.raises(Problem, match="unknown_invitation"):
        await each_spine.transact(lambda tx: flows.revoke(tx, reach, made.invitation.id, at, ORIGIN))
    with pytest.raises(Problem, match="unknown_invitation"):
        await each_spine.transact(lambda tx: flows.resend(tx, reach, made.invitation.id, at, ORIGIN))
    page = await each_spine.read(lambda tx: list_invitations(tx, reach, None, PageRequest(), at))
    assert page.items == []


async def test_one_organization_mails_an_address_five_times_a_day(each_spine: Spine) -> None:
    organization, other = await an_organization(each_spine), await an_organization(each_spine, "Other")
    made = await invited(each_spine, organization)
    for _ in range(2):
        await resend(each_spine, made.invitation)
    await revoke(each_spine, made.invitation)
    again = await invited(each_spine, organization)
    await resend(each_spine, again.invitation)
    with pytest.raises(Problem, match="too_many_requests") as raised:
        await resend(each_spine, again.invitation)
    assert raised.value.retry_after is not None
    with pytest.raises(Problem, match="too_many_requests"):
        await invited(each_spine, organization)
    await invited(each_spine, other)
    each_spine.clock.move(days(1))
    await resend(each_spine, again.invitation)


async def test_all_organizations_together_mail_an_address_so_often(migrated_url: str, tmp_path: object) -> None:
    environment = {"GATEPASS_INVITATIONS_MAILS_PER_ADDRESS_AND_DAY": "2"}
    async with standing(migrated_url, tmp_path, environment) as spine:  # type: ignore[arg-type]
        for name in ("First", "Second"):
            await invited(spine, await an_organization(spine, name))
        third = await an_organization(spine, "Third")
        with pytest.raises(Problem, match="too_many_requests"):
            await invited(spine, third)
        await invited(spine, third, "somebody@else.test")


async def test_an_organization_makes_so_many_invitations_an_hour(sqlite_copy: str, tmp_path: object) -> None:
    environment = {"GATEPASS_INVITATIONS_MADE_PER_ORGANIZATION_AND_HOUR": "2"}
    async with standing(sqlite_copy, tmp_path, environment) as spine:  # type: ignore[arg-type]
        organization = await an_organization(spine)
        for number in range(2):
            await invited(spine, organization, f"guest{number}@hopper.test", sends_mail=False)
        with pytest.raises(Problem, match="too_many_requests"):
            await invited(spine, organization, sends_mail=False)


async def test_of_many_invitations_at_once_an_organization_makes_no_more(migrated_url: str, tmp_path: object) -> None:
    environment = {"GATEPASS_INVITATIONS_MADE_PER_ORGANIZATION_AND_HOUR": "2"}
    async with standing(migrated_url, tmp_path, environment) as spine:  # type: ignore[arg-type]
        organization = await an_organization(spine)
        asked = [invited(spine, organization, f"guest{number}@hopper.test", sends_mail=False) for number in range(5)]
        outcomes = await asyncio.gather(*asked, return_exceptions=True)
        assert [one.code for one in outcomes if isinstance(one, Problem)] == ["too_many_requests"] * 3, outcomes


async def test_a_list_is_by_status_and_runs_over_pages(each_spine: Spine) -> None:
    organization = await an_organization(each_spine)
    reach = Within(organization.id)
    expired = await invited(each_spine, organization, "a@hopper.test", lifetime=timedelta(minutes=5))
    each_spine.clock.move(timedelta(minutes=6))
    revoked = await invited(each_spine, organization, "b@hopper.test")
    await revoke(each_spine, revoked.invitation)
    accepted = await invited(each_spine, organization, "c@hopper.test")
    user = await a_person(each_spine, "c@hopper.test")
    await accept(each_spine, token_of(accepted), user.id)
    pending = await invited(each_spine, organization, "d@hopper.test")
    at = each_spine.clock.now()
    found = {}
    for status in Status:
        page = await each_spine.read(lambda tx, one=status: list_invitations(tx, reach, one, PageRequest(), at))  # type: ignore[misc]
        found[status] = [row.id for row in page.items]
    assert found == {
        Status.PENDING: [pending.invitation.id],
        Status.ACCEPTED: [accepted.invitation.id],
        Status.EXPIRED: [expired.invitation.id],
        Status.REVOKED: [revoked.invitation.id],
    }
    first = await each_spine.read(lambda tx: list_invitations(tx, reach, None, PageRequest(3), at))
    rest = await each_spine.read(lambda tx: list_invitations(tx, reach, None, PageRequest(3, first.next_after), at))
    ids = [row.id for row in (*first.items, *rest.items)]
    assert ids == sorted(ids, reverse=True)
    assert (len(ids), rest.next_cursor) == (4, "")


async def test_somebody_is_invited_until_the_invitation_is_over(each_spine: Spine) -> None:
    made = await invited(each_spine, await an_organization(each_spine))
    key = address().key
    assert await each_spine.read(lambda tx: is_invited(tx, key, each_spine.clock.now()))
    late = made.invitation.expires_at
    assert not await each_spine.read(lambda tx: is_invited(tx, key, late))
    await revoke(each_spine, made.invitation)
    assert not await each_spine.read(lambda tx: is_invited(tx, key, each_spine.clock.now()))


async def test_an_invitation_is_forgotten_ninety_days_after_its_end(each_spine: Spine) -> None:
    organization = await an_organization(each_spine)
    old, young = await invited(each_spine, organization), await invited(each_spine, organization, "young@hopper.test")
    now = old.invitation.expires_at + days(90)
    young_end = young.invitation.created_at + days(30)
    at = each_spine.clock.now()
    each_spine.clock.move(young_end - at)
    await resend(each_spine, young.invitation)
    assert await each_spine.transact(lambda tx: purge(tx, now - timedelta(seconds=1))) == 0
    assert await each_spine.transact(lambda tx: purge(tx, now)) == 1
    assert await kept(each_spine, old.invitation) is None
    assert await kept(each_spine, young.invitation) is not None
