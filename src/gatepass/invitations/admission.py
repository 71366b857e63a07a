"""Who may be invited and who may accept: judged when an invitation is made, when it is sent anew, and at its end."""

from collections.abc import Sequence
from datetime import datetime

from gatepass.access.flows import no_role
from gatepass.access.queries import check, find_role, refuse_wider_roles
from gatepass.audit.flows import record
from gatepass.audit.model import EventKind, Origin
from gatepass.invitations import rules, store
from gatepass.invitations.model import INVITING, Invitation, Opened, Refusal, Refused, Status
from gatepass.kit.db import Tx
from gatepass.kit.ids import INVITATION_PREFIX, is_well_formed
from gatepass.kit.lookups.reach import Within
from gatepass.kit.mail.addresses import AddressKey, EmailAddress
from gatepass.kit.problems import Problem
from gatepass.kit.secrets import hash_token
from gatepass.organizations.flows.members import address_not_admitted
from gatepass.organizations.model import MemberStatus, Organization
from gatepass.organizations.queries import admits, find_membership, find_organization, get_organization, list_domains
from gatepass.users.queries import find_person_by_address, find_user


async def look(tx: Tx, unverified_token: str, now: datetime) -> Opened | Refused:
    """Return what a token leads to, without changing anything; whether its holder may accept is not judged here."""
    if not is_well_formed(unverified_token, INVITATION_PREFIX):
        return Refused(Refusal.UNKNOWN)
    invitation = await store.find_by_token(tx, hash_token(unverified_token))
    if invitation is None:
        return Refused(Refusal.UNKNOWN)
    organization = await find_organization(tx, Within(invitation.organization_id), invitation.organization_id)
    if organization is None or not organization.is_active:
        return Refused(Refusal.ORGANIZATION_GONE, invitation)
    if reason := rules.refusal(invitation, now):
        return Refused(reason, invitation, organization)
    return Opened(invitation, organization)


async def find_reader(tx: Tx, invitation: Invitation) -> str | None:
    """Return the id of the user who has proven to read the invited address; None where nobody has, or may sign in."""
    person = await find_person_by_address(tx, invitation.address_key)
    if person is None or not person.may_sign_in:
        return None
    is_proven = any(
        address.key == invitation.address_key and address.verified_at is not None for address in person.addresses
    )
    return person.id if is_proven else None


async def is_shut_out(tx: Tx, invitation: Invitation) -> bool:
    """Tell whether the invited address belongs to somebody who may not sign in at present, whoever asks."""
    person = await find_person_by_address(tx, invitation.address_key)
    return person is not None and not person.may_sign_in


async def refuse_unfit(
    tx: Tx, reach: Within, address: EmailAddress, role_ids: Sequence[str], member_id: str
) -> Organization:
    """Return the organization to which an address may be invited with these roles.

    Args:
        tx: the transaction.
        reach: the organization.
        address: whom.
        role_ids: the roles that they would get.
        member_id: the member who gives them; empty where a manager does.

    Raises:
        Problem: one of these stands against it (`unknown_organization`, `organization_inactive`, `invalid_invitee`,
            `address_not_admitted`, `already_member`, `invalid_role_id`, `role_too_wide`).
    """
    organization = await get_organization(tx, reach, reach.organization_id)
    if not organization.is_active:
        sentence = "This organization is switched off; switch it on before you invite people to it."
        raise Problem("organization_inactive", 409, sentence)
    if rules.names_web_address(organization.name) or rules.names_web_address(organization.display_name):
        sentence = "The organization's name holds a web address, which no mail of ours carries; change the name first."
        raise Problem("invalid_invitee", 400, sentence, number=1004)
    if not admits(organization, await _listed(tx, organization), address.address):
        raise address_not_admitted()
    await _refuse_members(tx, reach, address.key)
    missing = [role_id for role_id in role_ids if await find_role(tx, reach, role_id) is None]
    if missing:
        raise no_role(missing)
    if member_id:
        await refuse_wider_roles(tx, reach, member_id, role_ids)
    return organization


async def may_join(tx: Tx, organization: Organization, user_id: str) -> bool:
    """Tell whether a person may become a member now: rules and memberships may have changed since they were invited."""
    user = await find_user(tx, user_id)
    membership = await find_membership(tx, Within(organization.id), user_id)
    if user is None or (membership is not None and membership.status is not MemberStatus.ACTIVE):
        # An invitation is no way around a suspension.
        return False
    listed = await _listed(tx, organization)
    if organization.allows_outsiders or not listed:
        return True
    return user.email_verified_at is not None and admits(organization, listed, user.email)


async def is_still_given(tx: Tx, reach: Within, invitation: Invitation) -> bool:
    """Tell whether whoever gave an invitation could give it now, with those of its roles that are left.

    What a manager gave stands until it is over. What a member gave rests on their rights: whoever has left, was
    suspended or may not invite any more lets nobody in, and whoever lost a role gives it to nobody.
    """
    member_id = invitation.member_id
    if member_id is None:
        return True
    if not member_id or not await check(tx, reach, member_id, INVITING):
        return False
    try:
        await refuse_wider_roles(tx, reach, member_id, await roles_left(tx, reach, invitation))
    except Problem:
        return False
    return True


async def roles_left(tx: Tx, reach: Within, invitation: Invitation) -> tuple[str, ...]:
    """Return those roles of an invitation that nobody deleted since it was made."""
    return tuple([one for one in invitation.role_ids if await find_role(tx, reach, one) is not None])


async def known(tx: Tx, reach: Within, invitation_id: str) -> Invitation:
    """Return an invitation of an organization.

    Raises:
        Problem: there is none such (`unknown_invitation`, 404).
    """
    found = await store.find(tx, reach, invitation_id)
    if found is None:
        sentence = "There is no such invitation in this organization; check its id."
        raise Problem("unknown_invitation", 404, sentence, number=1034)
    return found


async def still_open(tx: Tx, reach: Within, invitation_id: str, at: datetime) -> Invitation:
    """Return an invitation that nobody accepted or took back; one that expired may live again.

    Raises:
        Problem: there is none such (`unknown_invitation`, 404), or it is over (`invitation_over`, 409).
    """
    found = await known(tx, reach, invitation_id)
    if found.status(at) in {Status.ACCEPTED, Status.REVOKED}:
        raise over(found.status(at))
    return found


def over(status: Status) -> Problem:
    """Return the problem of an invitation with which nothing can be done any more."""
    return Problem("invitation_over", 409, f"This invitation is {status.value}; make a new one.", number=1034)


async def note(
    tx: Tx,
    kind: EventKind,
    invitation: Invitation,
    at: datetime,
    origin: Origin,
    *,
    user_id: str = "",
    reason: str = "",
) -> None:
    """Record what became of an invitation; its address stands in the invitation alone, which can be forgotten."""
    await record(
        tx,
        kind,
        at=at,
        origin=origin,
        user_id=user_id or None,
        organization_id=invitation.organization_id,
        reason=reason,
        data={"invitation_id": invitation.id},
    )


async def _listed(tx: Tx, organization: Organization) -> set[str]:
    return {one.domain for one in await list_domains(tx, Within(organization.id))}


async def _refuse_members(tx: Tx, reach: Within, key: AddressKey) -> None:
    person = await find_person_by_address(tx, key)
    membership = None if person is None else await find_membership(tx, reach, person.id)
    if membership is not None:
        # Whoever was suspended is one too: an invitation must be no way around that.
        sentence = "This person is a member of the organization already; change their roles or status instead."
        raise Problem("already_member", 409, sentence, number=1010)
