"""What a member gave is worth what that member may give when it is accepted; what a manager gave stands."""

import pytest

from access.team import Team, a_team
from gatepass.access.flows import leave
from gatepass.access.queries import roles_of
from gatepass.audit.model import EventKind
from gatepass.invitations.flows import forget_person
from gatepass.invitations.model import Accepted, Invited, Inviter, Refusal, Refused
from gatepass.kit.db import command
from gatepass.organizations.flows import suspend_member
from gatepass.users.model import User
from invitations.guests import GUEST, accept, address, invited, kept, resend, seeded_role, token_of
from organizations.stage import a_person
from support.spine import ORIGIN, Spine

pytestmark = pytest.mark.anyio
_SWITCH_OFF = command("UPDATE users SET is_active = :is_active WHERE id = :id")


@pytest.fixture
async def team(each_spine: Spine) -> Team:
    """An organization that has an owner, on each database in turn."""
    await seeded_role(each_spine, "owner")
    found = await a_team(each_spine)
    await found.joins("olga", "owner")
    return found


async def invited_by(team: Team, host: User, *slugs: str) -> Invited:
    """Let a member invite the guest to some roles."""
    ids = tuple([(await team.role(slug)).id for slug in slugs])
    inviter = Inviter(host.id, host.email, "Ada Lovelace")
    return await invited(team.spine, team.organization, member_id=host.id, role_ids=ids, inviter=inviter)


async def refusal_of(team: Team, made: Invited) -> Refusal | None:
    """Let the guest try to accept, and return what stands against it."""
    guest = await a_person(team.spine, GUEST)
    outcome = await accept(team.spine, token_of(made), guest.id)
    return outcome.reason if isinstance(outcome, Refused) else None


async def test_what_a_member_gave_holds_while_they_may_give_it(team: Team) -> None:
    host = await team.joins("ada", "admin")
    made = await invited_by(team, host, "developer")
    assert await refusal_of(team, made) is None
    guest = await a_person(team.spine, GUEST)
    held = await team.spine.read(lambda tx: roles_of(tx, guest.id, team.organization.id))
    assert [one.role.slug for one in held] == ["developer"]


async def test_what_somebody_gave_who_has_left_lets_nobody_in(team: Team) -> None:
    host, at = await team.joins("ada", "admin"), team.spine.clock.now()
    made = await invited_by(team, host, "developer")
    await team.spine.transact(lambda tx: leave(tx, team.within, host.id, at, ORIGIN))
    assert await refusal_of(team, made) is Refusal.LAPSED
    event = (await team.spine.events())[-1]
    assert (event.kind, event.reason) == (EventKind.INVITATION_REFUSED, "lapsed")
    stored = await kept(team.spine, made.invitation)
    assert stored is not None
    assert stored.accepted_at is None


async def test_what_a_suspended_member_gave_lets_nobody_in(team: Team) -> None:
    host, at = await team.joins("ada", "admin"), team.spine.clock.now()
    made = await invited_by(team, host)
    await team.spine.transact(lambda tx: suspend_member(tx, team.within, host.id, at, ORIGIN))
    assert await refusal_of(team, made) is Refusal.LAPSED


async def test_what_somebody_gave_who_is_switched_off_lets_nobody_in(team: Team) -> None:
    host = await team.joins("ada", "admin")
    made = await invited_by(team, host)
    await team.spine.transact(lambda tx: tx.run(_SWITCH_OFF, id=host.id, is_active=False))
    assert await refusal_of(team, made) is Refusal.LAPSED


async def test_a_role_that_the_inviter_lost_is_given_to_nobody(team: Team) -> None:
    host = await team.joins("ada", "owner")
    made = await invited_by(team, host, "owner")
    await team.gives(host, "admin")
    assert await refusal_of(team, made) is Refusal.LAPSED


async def test_whoever_may_not_invite_any_more_lets_nobody_in(team: Team) -> None:
    host = await team.joins("ada", "admin")
    made = await invited_by(team, host)
    await team.gives(host)
    assert await refusal_of(team, made) is Refusal.LAPSED


async def test_what_a_manager_gave_in_the_name_of_a_member_does_not_lapse(team: Team) -> None:
    host, at = await team.joins("ada", "admin"), team.spine.clock.now()
    admin = await team.role("admin")
    inviter = Inviter(host.id, host.email, "Ada Lovelace")
    made = await invited(team.spine, team.organization, role_ids=(admin.id,), inviter=inviter)
    await team.spine.transact(lambda tx: leave(tx, team.within, host.id, at, ORIGIN))
    assert await refusal_of(team, made) is None


async def test_what_somebody_gave_who_is_forgotten_does_not_become_a_managers(team: Team) -> None:
    host = await team.joins("ada", "admin")
    made = await invited_by(team, host)
    await team.spine.transact(lambda tx: forget_person(tx, host.id, address(host.email).key))
    assert await refusal_of(team, made) is Refusal.LAPSED


async def test_whoever_sends_it_anew_stands_for_it(team: Team) -> None:
    host, at = await team.joins("ada", "admin"), team.spine.clock.now()
    made = await invited_by(team, host, "developer")
    await team.spine.transact(lambda tx: leave(tx, team.within, host.id, at, ORIGIN))
    again = await resend(team.spine, made.invitation)
    guest = await a_person(team.spine, GUEST)
    assert isinstance(await accept(team.spine, token_of(again), guest.id), Accepted)
