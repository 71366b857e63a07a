"""Accepting an invitation: once, by whoever proved the invited address, and by nobody else, on both databases."""

import asyncio
from datetime import timedelta

import pytest

from gatepass.access.flows import remove_role
from gatepass.access.queries import roles_of
from gatepass.audit.model import EventKind, Outcome
from gatepass.invitations.flows import forget_organization, forget_person
from gatepass.invitations.model import Accepted, Inviter, Refusal, Refused
from gatepass.kit.ids import INVITATION_PREFIX, new_secret
from gatepass.kit.lookups.reach import EVERYWHERE, Within
from gatepass.organizations.flows import add_member, open_for_change, remove, suspend_member
from gatepass.organizations.model import MemberSource
from gatepass.organizations.queries import find_membership
from gatepass.users.flows import change_profile
from gatepass.users.model import Profile
from gatepass.users.queries import find_user
from invitations.guests import GUEST, accept, address, invited, kept, own_role, resend, revoke, token_of
from organizations.stage import a_person, an_organization, joined, listed, shut_out
from support.spine import ORIGIN, Spine

pytestmark = pytest.mark.anyio
_AT_ONCE = 64


async def test_whoever_accepts_is_a_member_with_the_roles_that_waited(each_spine: Spine) -> None:
    organization = await an_organization(each_spine)
    role = await own_role(each_spine, organization, "Captain")
    made = await invited(each_spine, organization, role_ids=(role.id,))
    user = await a_person(each_spine, GUEST)
    outcome = await accept(each_spine, token_of(made), user.id)
    assert isinstance(outcome, Accepted)
    assert outcome.is_new
    reach = Within(organization.id)
    membership = await each_spine.read(lambda tx: find_membership(tx, reach, user.id))
    assert membership is not None
    assert membership.source == MemberSource.INVITATION
    held = await each_spine.read(lambda tx: roles_of(tx, user.id, organization.id))
    assert [one.role.id for one in held] == [role.id]
    kinds = [event.kind for event in await each_spine.events()]
    assert kinds.count(EventKind.INVITATION_ACCEPTED) == 1
    stored = await kept(each_spine, made.invitation)
    assert stored is not None
    assert stored.accepted_by == user.id


async def test_of_many_accepts_at_once_exactly_one_succeeds(each_spine: Spine) -> None:
    made = await invited(each_spine, await an_organization(each_spine))
    user, token = await a_person(each_spine, GUEST), token_of(made)
    outcomes = await asyncio.gather(*(accept(each_spine, token, user.id) for _ in range(_AT_ONCE)))
    assert sum(isinstance(outcome, Accepted) for outcome in outcomes) == 1
    refused = {outcome.reason for outcome in outcomes if isinstance(outcome, Refused)}
    assert refused == {Refusal.ACCEPTED}
    kinds = [event.kind for event in await each_spine.events()]
    assert kinds.count(EventKind.INVITATION_ACCEPTED) == kinds.count(EventKind.MEMBER_ADDED) == 1


async def test_an_accept_and_a_revoke_at_once_end_in_one_of_the_two(each_spine: Spine) -> None:
    organization = await an_organization(each_spine)
    user = await a_person(each_spine, GUEST)
    made = await invited(each_spine, organization)
    outcome, _ = await asyncio.gather(
        accept(each_spine, token_of(made), user.id), revoke(each_spine, made.invitation), return_exceptions=True
    )
    is_member = await each_spine.read(lambda tx: find_membership(tx, Within(organization.id), user.id)) is not None
    assert is_member is isinstance(outcome, Accepted)


async def test_a_stolen_link_opens_nothing_for_another_address(each_spine: Spine) -> None:
    organization = await an_organization(each_spine)
    made = await invited(each_spine, organization)
    thief = await a_person(each_spine, "mallory@evil.test")
    refused = await accept(each_spine, token_of(made), thief.id)
    assert isinstance(refused, Refused)
    assert refused.reason is Refusal.OTHER_ADDRESS
    event = (await each_spine.events())[-1]
    assert (event.kind, event.outcome, event.reason) == (
        EventKind.INVITATION_REFUSED, Outcome.REFUSED, "other_address",
    )  # fmt: skip
    assert (event.user_id, event.organization_id) == (thief.id, organization.id)
    # The theft did not spend it.
    user = await a_person(each_spine, GUEST)
    assert isinstance(await accept(each_spine, token_of(made), user.id), Accepted)


async def test_whoever_may_not_sign_in_is_told_so_and_spends_nothing(each_spine: Spine) -> None:
    made = await invited(each_spine, await an_organization(each_spine))
    user = await a_person(each_spine, GUEST)
    await shut_out(each_spine, user)
    refused = await accept(each_spine, token_of(made), user.id)
    assert isinstance(refused, Refused)
    assert refused.reason is Refusal.SHUT_OUT
    stored = await kept(each_spine, made.invitation)
    assert stored is not None
    assert stored.accepted_at is None


@pytest.mark.parametrize(("own", "shown"), [("", "Grace Hopper"), ("Amazing", "Amazing")], ids=["nameless", "named"])
async def test_the_name_of_the_invitation_fills_an_empty_one_alone(each_spine: Spine, own: str, shown: str) -> None:
    made = await invited(each_spine, await an_organization(each_spine), first_name="Grace", last_name="Hopper")
    user, at = await a_person(each_spine, GUEST), each_spine.clock.now()
    if own:
        await each_spine.transact(lambda tx: change_profile(tx, user, Profile(own, "", ""), at, ORIGIN))
    assert isinstance(await accept(each_spine, token_of(made), user.id), Accepted)
    stored = await each_spine.read(lambda tx: find_user(tx, user.id))
    assert stored is not None
    assert stored.name == shown


async def test_what_was_accepted_can_not_be_replayed(each_spine: Spine) -> None:
    made = await invited(each_spine, await an_organization(each_spine))
    user = await a_person(each_spine, GUEST)
    await accept(each_spine, token_of(made), user.id)
    again = await accept(each_spine, token_of(made), user.id)
    assert isinstance(again, Refused)
    assert again.reason is Refusal.ACCEPTED


async def test_an_invitation_ends_with_the_clock_and_needs_no_worker(each_spine: Spine) -> None:
    made = await invited(each_spine, await an_organization(each_spine), lifetime=timedelta(minutes=5))
    user = await a_person(each_spine, GUEST)
    each_spine.clock.move(timedelta(minutes=5))
    refused = await accept(each_spine, token_of(made), user.id)
    assert isinstance(refused, Refused)
    assert refused.reason is Refusal.EXPIRED


@pytest.mark.parametrize("token", ["", "gpv_", "gpv_" + "a" * 49, "x" * 5000, "gpv_\x00"])
async def test_what_is_no_token_is_unknown(spine: Spine, token: str) -> None:
    user = await a_person(spine, GUEST)
    refused = await accept(spine, token, user.id)
    assert isinstance(refused, Refused)
    assert refused.reason is Refusal.UNKNOWN


async def test_a_well_formed_token_that_nobody_made_is_unknown(spine: Spine) -> None:
    user = await a_person(spine, GUEST)
    refused = await accept(spine, new_secret(INVITATION_PREFIX), user.id)
    assert isinstance(refused, Refused)
    assert refused.reason is Refusal.UNKNOWN


async def test_an_organization_that_is_gone_takes_nobody(each_spine: Spine) -> None:
    organization = await an_organization(each_spine)
    made = await invited(each_spine, organization)
    user, at = await a_person(each_spine, GUEST), each_spine.clock.now()

    async def body(tx: object) -> None:
        await open_for_change(tx, EVERYWHERE, organization.id)  # type: ignore[arg-type]
        await remove(tx, EVERYWHERE, organization.id, at, ORIGIN)  # type: ignore[arg-type]

    await each_spine.transact(body)
    refused = await accept(each_spine, token_of(made), user.id)
    assert isinstance(refused, Refused)
    assert refused.reason is Refusal.ORGANIZATION_GONE


async def test_rules_that_changed_since_are_those_that_count(each_spine: Spine) -> None:
    organization = await an_organization(each_spine)
    made = await invited(each_spine, organization)
    user = await a_person(each_spine, GUEST)
    await listed(each_spine, organization, "acme.example")
    refused = await accept(each_spine, token_of(made), user.id)
    assert isinstance(refused, Refused)
    assert refused.reason is Refusal.NOT_ADMITTED
    stored = await kept(each_spine, made.invitation)
    assert stored is not None
    assert stored.accepted_at is None


async def test_an_invitation_is_no_way_around_a_suspension(each_spine: Spine) -> None:
    organization = await an_organization(each_spine)
    made = await invited(each_spine, organization)
    user = await joined(each_spine, organization, GUEST)
    at, reach = each_spine.clock.now(), Within(organization.id)
    await each_spine.transact(lambda tx: suspend_member(tx, reach, user.id, at, ORIGIN))
    refused = await accept(each_spine, token_of(made), user.id)
    assert isinstance(refused, Refused)
    assert refused.reason is Refusal.NOT_ADMITTED


async def test_somebody_who_became_a_member_meanwhile_gets_the_roles(each_spine: Spine) -> None:
    organization = await an_organization(each_spine)
    role = await own_role(each_spine, organization, "Captain")
    made = await invited(each_spine, organization, role_ids=(role.id,))
    user, at = await a_person(each_spine, GUEST), each_spine.clock.now()
    await each_spine.transact(
        lambda tx: add_member(tx, Within(organization.id), user.id, MemberSource.ADDED, at, ORIGIN)
    )
    outcome = await accept(each_spine, token_of(made), user.id)
    assert isinstance(outcome, Accepted)
    assert not outcome.is_new
    assert await each_spine.read(lambda tx: roles_of(tx, user.id, organization.id))


async def test_a_role_that_was_deleted_meanwhile_is_left_out(each_spine: Spine) -> None:
    organization = await an_organization(each_spine)
    role = await own_role(each_spine, organization, "Captain")
    made = await invited(each_spine, organization, role_ids=(role.id,))
    user, at = await a_person(each_spine, GUEST), each_spine.clock.now()
    await each_spine.transact(lambda tx: remove_role(tx, role, at, ORIGIN))
    assert isinstance(await accept(each_spine, token_of(made), user.id), Accepted)
    assert await each_spine.read(lambda tx: roles_of(tx, user.id, organization.id)) == []


async def test_whoever_is_forgotten_leaves_no_invitation_behind(each_spine: Spine) -> None:
    organization = await an_organization(each_spine)
    made, other = await invited(each_spine, organization), await invited(each_spine, organization, "b@hopper.test")
    user = await a_person(each_spine, GUEST)
    await resend(each_spine, made.invitation)
    assert await each_spine.transact(lambda tx: forget_person(tx, user.id, address().key)) == 1
    assert await kept(each_spine, made.invitation) is None
    assert await kept(each_spine, other.invitation) is not None


async def test_whoever_is_forgotten_invited_nobody(each_spine: Spine) -> None:
    organization = await an_organization(each_spine)
    host = await joined(each_spine, organization)
    by_host = await invited(each_spine, organization, inviter=Inviter(host.id, host.email, "Ada Lovelace"))
    by_other = await invited(each_spine, organization, "b@hopper.test", inviter=Inviter("other", "", "Someone"))
    await each_spine.transact(lambda tx: forget_person(tx, host.id, address(host.email).key))
    spared, untouched = await kept(each_spine, by_host.invitation), await kept(each_spine, by_other.invitation)
    assert spared is not None
    assert untouched is not None
    assert (spared.inviter, untouched.inviter.name) == (Inviter(), "Someone")


async def test_events_name_no_invited_address(each_spine: Spine) -> None:
    organization = await an_organization(each_spine)
    made = await invited(each_spine, organization)
    await resend(each_spine, made.invitation)
    await revoke(each_spine, made.invitation)
    assert not [event for event in await each_spine.events() if GUEST in str(event)]


async def test_an_organization_that_is_forgotten_takes_its_invitations_along(each_spine: Spine) -> None:
    organization, other = await an_organization(each_spine), await an_organization(each_spine, "Other")
    for number in range(3):
        await invited(each_spine, organization, f"guest{number}@hopper.test")
    spared = await invited(each_spine, other)
    gone = [await each_spine.transact(lambda tx: forget_organization(tx, organization.id, 2)) for _ in range(3)]
    assert gone == [2, 1, 0]
    assert await kept(each_spine, spared.invitation) is not None
