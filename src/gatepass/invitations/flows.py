"""How somebody is invited, invited again, and becomes a member."""

from dataclasses import dataclass, replace
from datetime import datetime

from gatepass.access.flows import add_roles, take_owners_turn
from gatepass.applications.queries import find_application
from gatepass.audit.flows import record
from gatepass.audit.model import EventKind, Origin, Outcome
from gatepass.invitations import messages, rules, store
from gatepass.invitations.admission import (
    find_reader,
    is_shut_out,
    is_still_given,
    known,
    look,
    may_join,
    note,
    over,
    refuse_unfit,
    roles_left,
    still_open,
)
from gatepass.invitations.forgetting import forget_organization, forget_person
from gatepass.invitations.model import (
    Accepted,
    Invitation,
    Invited,
    MostMails,
    NewInvitation,
    Opened,
    Refusal,
    Refused,
    Status,
)
from gatepass.invitations.settings import InvitationSettings
from gatepass.kit.db import Tx, take_turn
from gatepass.kit.ids import INVITATION_PREFIX, new_id, new_secret
from gatepass.kit.languages.tags import language_of_mail
from gatepass.kit.lookups.reach import Within
from gatepass.kit.mail.addresses import AddressKey
from gatepass.kit.problems import Problem
from gatepass.kit.secrets import Secret, hash_token
from gatepass.organizations.flows import add_member
from gatepass.organizations.model import MemberSource, Organization
from gatepass.outbox.flows import Outbox
from gatepass.users.flows import change, hold, hold_present
from gatepass.users.model import PersonChange
from gatepass.users.queries import locale_of

__all__ = ["InvitationFlows", "forget_organization", "forget_person", "note_refusal"]


@dataclass(frozen=True, slots=True)
class InvitationFlows:
    """The verbs of invitations; each joins the caller's transaction.

    Args:
        outbox: takes the mails.
        public_url: by which browsers reach the server.
        settings: how often people may be invited.
    """

    outbox: Outbox
    public_url: str
    settings: InvitationSettings

    async def create(
        self, tx: Tx, reach: Within, new: NewInvitation, at: datetime, origin: Origin, *, member_id: str = ""
    ) -> Invited:
        """Invite an address; an earlier invitation of the same address to the same organization dies.

        Args:
            tx: the transaction.
            reach: the organization.
            new: whom, and to what.
            at: the time.
            origin: where the request came from, and who calls.
            member_id: the member who invites, and gives no more than they have; empty where a manager does.

        Raises:
            Problem: what is sent is at fault (`invalid_invitee`), the organization does not take the address
                (`address_not_admitted`), they are a member already (`already_member`, 409), a role is unknown or more
                than the inviter may give, or there were too many invitations (`too_many_requests`, 429).
        """
        if found := rules.faults(new):
            raise Problem("invalid_invitee", 400, " ".join(found), number=1004)
        # One at a time for each organization and address, or a storm of invitations would all see the same count.
        await take_turn(tx, f"invitations:{reach.organization_id}")
        await take_turn(tx, _turn(new.address.key))
        organization = await refuse_unfit(tx, reach, new.address, new.role_ids, member_id)
        await self._refuse_flood(tx, reach, at)
        if new.sends_mail:
            await self._refuse_pestering(tx, reach, new.address.key, at)
        earlier = await store.find_open(tx, reach, new.address.key)
        if earlier is not None and await store.revoke(tx, earlier.id, at):
            await note(tx, EventKind.INVITATION_REVOKED, earlier, at, origin, reason="replaced")
        token = new_secret(INVITATION_PREFIX)
        invitation = _made(reach, new, member_id, token, at)
        await store.add(tx, invitation)
        return await self._send(
            tx, invitation, organization, token, at, origin, by_mail=new.sends_mail, language=new.language
        )

    async def resend(
        self,
        tx: Tx,
        reach: Within,
        invitation_id: str,
        at: datetime,
        origin: Origin,
        *,
        member_id: str = "",
        language: str = "",
    ) -> Invited:
        """Mail another link for as long as the first one was good; the earlier link dies.

        Args:
            tx: the transaction.
            reach: the organization.
            invitation_id: which one; one that expired lives again.
            at: the time.
            origin: where the request came from, and who calls.
            member_id: the member who asks, and gives no more than they have; empty where a manager does. It rests on
                their rights from now on.
            language: the tag of the language in which it is asked for; it is that of the mail to a stranger.

        Raises:
            Problem: there is none such (`unknown_invitation`, 404), it was accepted or taken back
                (`invitation_over`, 409), or as for a new one.
        """
        await take_turn(tx, _turn((await known(tx, reach, invitation_id)).address_key))
        earlier = await still_open(tx, reach, invitation_id, at)
        organization = await refuse_unfit(tx, reach, earlier.invited, earlier.role_ids, member_id)
        await self._refuse_pestering(tx, reach, earlier.address_key, at)
        token = new_secret(INVITATION_PREFIX)
        invitation = replace(
            earlier,
            token_hash=hash_token(token),
            member_id=member_id or None,
            expires_at=at + earlier.lifetime,
            sent_at=at,
            sends=rules.sends_after(earlier, at),
        )
        if not await store.touch_token(tx, invitation):
            raise over(Status.ACCEPTED)
        return await self._send(tx, invitation, organization, token, at, origin, by_mail=True, language=language)

    async def revoke(self, tx: Tx, reach: Within, invitation_id: str, at: datetime, origin: Origin) -> Invitation:
        """Take an invitation back; one that was taken back before stays so.

        Raises:
            Problem: there is none such (`unknown_invitation`, 404), or it was accepted (`invitation_over`, 409).
        """
        invitation = await known(tx, reach, invitation_id)
        if await store.revoke(tx, invitation.id, at):
            await note(tx, EventKind.INVITATION_REVOKED, invitation, at, origin)
            return replace(invitation, revoked_at=at)
        current = await known(tx, reach, invitation_id)
        if current.status(at) is Status.ACCEPTED:
            raise over(Status.ACCEPTED)
        return current

    async def accept(
        self, tx: Tx, unverified_token: str, user_id: str, at: datetime, origin: Origin
    ) -> Accepted | Refused:
        """Spend an invitation for a person who is signed in and has proven to read the invited address.

        Membership, roles and the event are written in the transaction that spends it, once. Where a member gave it,
        it is worth what that member may give at this moment.

        Args:
            tx: the transaction.
            unverified_token: the token of the link.
            user_id: the person who is signed in.
            at: the time.
            origin: where the request came from.

        Raises:
            Problem: a rule of the organization's stands against it; nothing is spent then.
        """
        found = await look(tx, unverified_token, at)
        if isinstance(found, Refused):
            return found
        invitation, organization = found.invitation, found.organization
        if await find_reader(tx, invitation) != user_id:
            reason = Refusal.SHUT_OUT if await is_shut_out(tx, invitation) else Refusal.OTHER_ADDRESS
            return await note_refusal(tx, found, reason, user_id, at, origin)
        if not await may_join(tx, organization, user_id):
            return await note_refusal(tx, found, Refusal.NOT_ADMITTED, user_id, at, origin)
        reach = Within(organization.id)
        # In the order in which whoever gives roles waits: the person first, then the organization's roles.
        await hold_present(tx, user_id)
        await take_owners_turn(tx, reach)
        if not await is_still_given(tx, reach, invitation):
            return await note_refusal(tx, found, Refusal.LAPSED, user_id, at, origin)
        if not await store.consume(tx, invitation.token_hash, user_id, at):
            # Another tab, or whoever took it back, has won since we looked.
            again = await look(tx, unverified_token, at)
            return again if isinstance(again, Refused) else Refused(Refusal.ACCEPTED, invitation, organization)
        await _name(tx, invitation, user_id, at, origin)
        is_new = await add_member(tx, reach, user_id, MemberSource.INVITATION, at, origin)
        await add_roles(tx, reach, user_id, await roles_left(tx, reach, invitation), at, origin)
        await note(tx, EventKind.INVITATION_ACCEPTED, invitation, at, origin, user_id=user_id)
        accepted = replace(invitation, accepted_at=at, accepted_by=user_id)
        return Accepted(accepted, organization, is_new)

    async def _send(
        self,
        tx: Tx,
        invitation: Invitation,
        organization: Organization,
        token: str,
        at: datetime,
        origin: Origin,
        *,
        by_mail: bool,
        language: str,
    ) -> Invited:
        link = messages.link_address(self.public_url, token)
        if by_mail:
            application = await find_application(tx, invitation.application_id) if invitation.application_id else None
            usual = application.branding.language if application is not None else ""
            own = language_of_mail(await locale_of(tx, invitation.address_key), language, usual)
            order = messages.invitation_mail(invitation, organization, application, link, own)
            await self.outbox.enqueue_mail(tx, order)
        await note(tx, EventKind.INVITATION_SENT, invitation, at, origin)
        return Invited(invitation, Secret(link))

    async def _refuse_flood(self, tx: Tx, reach: Within, at: datetime) -> None:
        most = self.settings.made_per_organization_and_hour
        if await store.find_made(tx, reach, at - rules.HOUR) >= most:
            sentence = f"An organization makes at most {most} invitations in an hour; go on later."
            raise Problem("too_many_requests", 429, sentence, retry_after=int(rules.HOUR.total_seconds()))

    async def _refuse_pestering(self, tx: Tx, reach: Within, key: AddressKey, at: datetime) -> None:
        settings = self.settings
        most = MostMails(settings.repeats_per_address_and_day, settings.mails_per_address_and_day)
        sent = await store.list_sent(tx, key, at - rules.DAY, most.in_all)
        if wait := rules.seconds_to_wait(sent, reach.organization_id, most, at):
            sentence = f"This address was sent many invitations already; try again in {wait} seconds."
            raise Problem("too_many_requests", 429, sentence, retry_after=wait)


def _made(reach: Within, new: NewInvitation, member_id: str, token: str, at: datetime) -> Invitation:
    return Invitation(
        id=new_id(),
        organization_id=reach.organization_id,
        application_id=new.application_id,
        token_hash=hash_token(token),
        email=new.address.address,
        address_key=new.address.key,
        first_name=new.first_name,
        last_name=new.last_name,
        role_ids=tuple(dict.fromkeys(new.role_ids)),
        inviter=new.inviter,
        member_id=member_id or None,
        description=new.description,
        created_at=at,
        expires_at=at + new.lifetime,
        sent_at=at if new.sends_mail else None,
        sends=int(new.sends_mail),
        accepted_at=None,
        accepted_by=None,
        revoked_at=None,
    )


async def _name(tx: Tx, invitation: Invitation, user_id: str, at: datetime, origin: Origin) -> None:
    """Call somebody by the name of the invitation who has told us none; nobody is renamed."""
    if not invitation.first_name:
        return
    person = await hold(tx, user_id)
    if person.first_name or person.last_name:
        return
    wanted = PersonChange(first_name=invitation.first_name, last_name=invitation.last_name)
    await change(tx, person, wanted, at, origin)


def _turn(key: AddressKey) -> str:
    return f"invitation:{key}"


async def note_refusal(tx: Tx, opened: Opened, reason: Refusal, user_id: str, at: datetime, origin: Origin) -> Refused:
    """Record that an invitation was presented by somebody who may not accept it, and return the refusal."""
    invitation = opened.invitation
    await record(
        tx,
        EventKind.INVITATION_REFUSED,
        at=at,
        origin=origin,
        user_id=user_id,
        organization_id=invitation.organization_id,
        outcome=Outcome.REFUSED,
        reason=reason.value,
        data={"invitation_id": invitation.id},
    )
    return Refused(reason, invitation, opened.organization)
