"""What is sent and answered about invitations, as it is documented."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec
from msgspec import UNSET, UnsetType

from gatepass.access.model import Role
from gatepass.api.shapes.pages import ListQuery
from gatepass.invitations.model import LIFETIME, Invitation, Invited, Inviter

_MINUTE = timedelta(minutes=1)


class Invitee(msgspec.Struct, frozen=True):
    """Whom to invite."""

    email: str
    first_name: str = ""
    last_name: str = ""


class InviterToName(msgspec.Struct, frozen=True):
    """Who invites, as the mail says it; a member who invites is read from their token instead."""

    user_id: str = ""
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    name: str = ""

    @property
    def inviter(self) -> Inviter:
        """Return what is sent, as the flows take it."""
        name = self.name or f"{self.first_name} {self.last_name}"
        return Inviter(self.user_id.strip(), self.email.strip(), name.strip())


class InvitationBody(msgspec.Struct, frozen=True):
    """An invitation to be made."""

    invitee: Invitee
    inviter: InviterToName | None = None
    role_ids: list[str] | None = None
    expire_in_minutes: int = LIFETIME // _MINUTE
    description: str = ""
    send_invitation_email: bool = True


class InvitationToResend(msgspec.Struct, frozen=True):
    """An invitation to be mailed anew, by its id or by whom it is for."""

    invitation_id: str = ""
    invitee: Invitee | None = None


class InvitationsQuery(ListQuery, frozen=True):
    """Which invitations."""

    status: str = ""


class InvitationQuery(msgspec.Struct, frozen=True):
    """Which invitation."""

    invitation_id: str


class RoleAnswer(msgspec.Struct, frozen=True):
    """A role that waits for whoever accepts."""

    role_id: str
    role_name: str


class InviterAnswer(msgspec.Struct, frozen=True):
    """Who invited."""

    user_id: str
    email: str
    name: str


class InvitationAnswer(msgspec.Struct, frozen=True):
    """An invitation of a list."""

    id: str
    status: str
    email: str
    roles: list[RoleAnswer]
    created_at: datetime
    first_name: str
    last_name: str
    description: str
    inviter: InviterAnswer
    expires_at: datetime
    sent_at: datetime | None
    accepted_at: datetime | None
    accepted_by: str | None


class InvitationsAnswer(msgspec.Struct, frozen=True):
    """A page of invitations; the documented key is singular."""

    limit: int
    next_cursor: str
    invitation: list[InvitationAnswer]


class InvitedAnswer(msgspec.Struct, frozen=True):
    """An invitation that was just made; its address is told once, to a manager who hands it over alone."""

    id: str
    invitee: Invitee
    role_ids: list[str]
    created_at: datetime
    expire_in_minutes: int
    expires_at: datetime
    status: str
    invitation_url: str | UnsetType = UNSET


def listed_answer(invitation: Invitation, roles: Mapping[str, Role], now: datetime) -> InvitationAnswer:
    """Return an invitation of a list.

    Args:
        invitation: which one.
        roles: the roles that there are, by their ids; one that was deleted since is left out.
        now: the time, by which what is pending becomes expired.
    """
    inviter = invitation.inviter
    return InvitationAnswer(
        id=invitation.id,
        status=invitation.status(now).value,
        email=invitation.email,
        roles=[RoleAnswer(one, roles[one].name) for one in invitation.role_ids if one in roles],
        created_at=invitation.created_at,
        first_name=invitation.first_name,
        last_name=invitation.last_name,
        description=invitation.description,
        inviter=InviterAnswer(inviter.user_id, inviter.email, inviter.name),
        expires_at=invitation.expires_at,
        sent_at=invitation.sent_at,
        accepted_at=invitation.accepted_at,
        accepted_by=invitation.accepted_by,
    )


def made_answer(invited: Invited, now: datetime, *, shows_link: bool) -> InvitedAnswer:
    """Return an invitation that was just made.

    Args:
        invited: the invitation, and the address of its page.
        now: the time.
        shows_link: whether the caller hands the address over in place of the mail.
    """
    invitation = invited.invitation
    return InvitedAnswer(
        id=invitation.id,
        invitee=Invitee(invitation.email, invitation.first_name, invitation.last_name),
        role_ids=list(invitation.role_ids),
        created_at=invitation.created_at,
        expire_in_minutes=invitation.lifetime // _MINUTE,
        expires_at=invitation.expires_at,
        status=invitation.status(now).value,
        invitation_url=invited.url.reveal() if shows_link else UNSET,
    )
