"""What both faces do: read what is asked, call the flows in one transaction, and write the documented answer."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from gatepass.access.model import Role, Scope
from gatepass.access.queries import find_role
from gatepass.api.invitations.shapes import (
    InvitationBody,
    InvitationQuery,
    InvitationsAnswer,
    InvitationsQuery,
    InvitationToResend,
    InvitedAnswer,
    listed_answer,
    made_answer,
)
from gatepass.api.shapes.outcomes import Done
from gatepass.gate.management.lists import listed
from gatepass.gate.model import Call, Reply
from gatepass.gate.pages.languages import language_of_call
from gatepass.gate.reading import malformed
from gatepass.invitations.flows import InvitationFlows
from gatepass.invitations.model import Invitation, Invited, Inviter, NewInvitation, Status
from gatepass.invitations.queries import find_invitation, find_open_of, list_invitations
from gatepass.kit.clock import Clock
from gatepass.kit.db import Database, Tx
from gatepass.kit.lookups.paging import Page
from gatepass.kit.lookups.reach import Within
from gatepass.kit.mail.addresses import parse_address
from gatepass.kit.problems import Problem
from gatepass.organizations.queries import find_active_membership
from gatepass.users.queries import find_present


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, and where.

    Args:
        reach: the organization, which the caller may see.
        member_id: the member who asks; empty where a manager does.
        application_id: the application to which a new member goes afterwards; empty for none.
        path: the path of the call's list.
    """

    reach: Within
    member_id: str
    application_id: str
    path: str


@dataclass(frozen=True, slots=True)
class Desk:
    """Serves managers and members alike.

    Args:
        database: where invitations stand.
        clock: the time.
        flows: the verbs.
        allow_test_domains: whether `user@app.test` will do as an address.
    """

    database: Database
    clock: Clock
    flows: InvitationFlows
    allow_test_domains: bool

    async def list(self, call: Call[InvitationsQuery, None], asker: Asker) -> Reply:
        """Answer with a page of the organization's invitations."""
        wanted, at = call.query.page(), self.clock.now()
        status = _status(call.query.status)

        async def body(tx: Tx) -> tuple[Page[Invitation], dict[str, Role]]:
            page = await list_invitations(tx, asker.reach, status, wanted, at)
            ids = {role_id for invitation in page.items for role_id in invitation.role_ids}
            found = [await find_role(tx, asker.reach, role_id) for role_id in sorted(ids)]
            return page, {role.id: role for role in found if role is not None}

        page, roles = await self.database.read(body)
        rows = [listed_answer(invitation, roles, at) for invitation in page.items]
        return listed(call, page, answer=InvitationsAnswer(wanted.limit, page.next_cursor, rows), path=asker.path)

    async def create(self, call: Call[None, InvitationBody], asker: Asker) -> InvitedAnswer:
        """Invite somebody; the link is told to a manager alone, and only where no mail leaves."""
        asked, at, origin = call.body, self.clock.now(), call.origin
        _refuse_giving(call, asker, asked)
        new = NewInvitation(
            address=parse_address(asked.invitee.email, allow_test_domains=self.allow_test_domains),
            first_name=asked.invitee.first_name.strip(),
            last_name=asked.invitee.last_name.strip(),
            role_ids=tuple(asked.role_ids or ()),
            description=asked.description.strip(),
            lifetime=_lifetime(asked.expire_in_minutes),
            sends_mail=asked.send_invitation_email,
            application_id=asker.application_id,
            language=language_of_call(call.headers),
        )

        async def body(tx: Tx) -> Invited:
            inviter = await self._inviter(tx, asker, asked)
            return await self.flows.create(
                tx, asker.reach, replace(new, inviter=inviter), at, origin, member_id=asker.member_id
            )

        invited = await self.database.transact(body)
        return made_answer(invited, at, shows_link=not asker.member_id and not new.sends_mail)

    async def resend(self, call: Call[None, InvitationToResend], asker: Asker) -> Done:
        """Mail another link."""
        asked, at, origin, language = call.body, self.clock.now(), call.origin, language_of_call(call.headers)

        async def body(tx: Tx) -> None:
            invitation_id = await self._named(tx, asker.reach, asked)
            await self.flows.resend(
                tx, asker.reach, invitation_id, at, origin, member_id=asker.member_id, language=language
            )

        await self.database.transact(body)
        return Done()

    async def revoke(self, call: Call[InvitationQuery, None], asker: Asker) -> Done:
        """Take an invitation back."""
        at, origin, invitation_id = self.clock.now(), call.origin, call.query.invitation_id
        await self.database.transact(lambda tx: self.flows.revoke(tx, asker.reach, invitation_id, at, origin))
        return Done()

    async def _inviter(self, tx: Tx, asker: Asker, asked: InvitationBody) -> Inviter:
        """Return who invites: the member who calls, or whom a manager names."""
        if asker.member_id:
            return await _as_known(tx, Inviter(asker.member_id))
        inviter = asked.inviter.inviter if asked.inviter is not None else Inviter()
        if inviter.email:
            address = parse_address(inviter.email, allow_test_domains=self.allow_test_domains)
            inviter = replace(inviter, email=address.address)
        if not inviter.user_id:
            return inviter
        if await find_active_membership(tx, asker.reach, inviter.user_id) is None:
            # What an outsider is called must not be learnt by inviting somebody in their name.
            raise malformed(
                "Name as inviter.user_id a member of this organization, or send their e-mail and name alone."
            )
        return await _as_known(tx, inviter)

    async def _named(self, tx: Tx, reach: Within, asked: InvitationToResend) -> str:
        """Return the id of the invitation that is to be mailed anew; what names two different ones names none."""
        if asked.invitee is None:
            return asked.invitation_id
        key = parse_address(asked.invitee.email, allow_test_domains=self.allow_test_domains).key
        if not asked.invitation_id:
            open_one = await find_open_of(tx, reach, key)
            return "" if open_one is None else open_one.id
        named = await find_invitation(tx, reach, asked.invitation_id)
        if named is not None and named.address_key != key:
            raise malformed("The invitation is for another address; invite that one instead.")
        return asked.invitation_id


async def _as_known(tx: Tx, inviter: Inviter) -> Inviter:
    user = await find_present(tx, inviter.user_id)
    if user is None:
        return inviter
    return replace(inviter, email=inviter.email or user.email, name=inviter.name or user.name)


def _refuse_giving(call: Call[Any, Any], asker: Asker, asked: InvitationBody) -> None:
    """Let a member pass, whose own roles decide, and a manager who gives no roles or may give some.

    Raises:
        Problem: the manager may not (`insufficient_scope`, 403).
    """
    if asked.role_ids and not asker.member_id and not call.principal.may(Scope.ROLES_WRITE):
        sentence = f"Inviting somebody to roles gives them roles, which needs the scope {Scope.ROLES_WRITE}."
        raise Problem("insufficient_scope", 403, sentence, number=1003)


def _status(unverified_status: str) -> Status | None:
    if unverified_status in {"", "all"}:
        return None
    try:
        return Status(unverified_status)
    except ValueError:
        raise malformed("Ask for a status of pending, accepted, expired or revoked, or for none.") from None


def _lifetime(minutes: int) -> timedelta:
    # Beyond what a length of time can hold the flows could not even say how long it may be.
    return timedelta(minutes=max(-1, min(minutes, 10_000_000)))


def path_of(pattern: str, call: Call[Any, Any]) -> str:
    """Return the path of a call with its parts filled in."""
    return pattern.format_map(dict(call.path))
