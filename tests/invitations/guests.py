"""Invitations on the database of a test, and the people whom they are for."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from gatepass.access.flows import create_role, seed
from gatepass.access.model import NewRole, Role
from gatepass.access.queries import list_roles
from gatepass.invitations.model import Accepted, Invitation, Invited, Inviter, NewInvitation, Refused
from gatepass.invitations.queries import find_invitation
from gatepass.kit.lookups.paging import PageRequest
from gatepass.kit.lookups.reach import EVERYWHERE, Within
from gatepass.kit.mail.addresses import EmailAddress, parse_address
from gatepass.organizations.model import Organization
from support.spine import ORIGIN, Spine

GUEST = "grace@hopper.test"
INVITER = Inviter(email="ada@acme.test", name="Ada Lovelace")


def address(email: str = GUEST) -> EmailAddress:
    """Return an address of a test."""
    return parse_address(email, allow_test_domains=True)


def an_invitation(email: str = GUEST, **given: Any) -> NewInvitation:
    """Return what somebody sends to invite an address."""
    return NewInvitation(address(email), **{"inviter": INVITER, **given})


async def invited(
    spine: Spine, organization: Organization, email: str = GUEST, *, member_id: str = "", **given: Any
) -> Invited:
    """Invite an address."""
    new, at = an_invitation(email, **given), spine.clock.now()
    return await spine.transact(
        lambda tx: spine.house.invitations.create(tx, Within(organization.id), new, at, ORIGIN, member_id=member_id)
    )


def token_of(invited: Invited) -> str:
    """Return the token that the link of an invitation carries."""
    return dict(parse_qsl(urlsplit(invited.url.reveal()).query))["token"]


async def accept(spine: Spine, token: str, user_id: str) -> Accepted | Refused:
    """Accept an invitation for a person."""
    at = spine.clock.now()
    return await spine.transact(lambda tx: spine.house.invitations.accept(tx, token, user_id, at, ORIGIN))


async def resend(spine: Spine, invitation: Invitation, **given: Any) -> Invited:
    """Have an invitation mailed anew."""
    reach, at = Within(invitation.organization_id), spine.clock.now()
    return await spine.transact(
        lambda tx: spine.house.invitations.resend(tx, reach, invitation.id, at, ORIGIN, **given)
    )


async def revoke(spine: Spine, invitation: Invitation) -> Invitation:
    """Take an invitation back."""
    reach, at = Within(invitation.organization_id), spine.clock.now()
    return await spine.transact(lambda tx: spine.house.invitations.revoke(tx, reach, invitation.id, at, ORIGIN))


async def kept(spine: Spine, invitation: Invitation) -> Invitation | None:
    """Return an invitation as the database has it."""
    reach = Within(invitation.organization_id)
    return await spine.read(lambda tx: find_invitation(tx, reach, invitation.id))


async def seeded_role(spine: Spine, slug: str) -> Role:
    """Return a role that every server has."""
    at = spine.clock.now()
    await spine.transact(lambda tx: seed(tx, at))
    page = await spine.read(lambda tx: list_roles(tx, EVERYWHERE, PageRequest()))
    return next(role for role in page.items if role.slug == slug)


async def own_role(spine: Spine, organization: Organization, name: str, permission_ids: Sequence[str] = ()) -> Role:
    """Return a new role of an organization's own."""
    new, at = NewRole(name, permission_ids=tuple(permission_ids)), spine.clock.now()
    return await spine.transact(lambda tx: create_role(tx, Within(organization.id), new, at, ORIGIN))


def days(number: float) -> timedelta:
    """Return a length of time."""
    return timedelta(days=number)
