"""What an invitation is, and what becomes of one."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from gatepass.kit.mail.addresses import AddressKey, EmailAddress
from gatepass.kit.secrets import Secret
from gatepass.organizations.model import Organization

PAGE: Final = "/invitation"
"""Where the mailed link leads."""
INVITING: Final = "team_manage"
"""The permission by which a member invites; what they gave is worth nothing once they lack it."""
LIFETIME: Final = timedelta(days=1)
"""For how long an invitation is good where nobody says otherwise."""
SHORTEST: Final = timedelta(minutes=5)
LONGEST: Final = timedelta(days=30)


class Status(StrEnum):
    """Where an invitation stands."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Inviter:
    """Who invites, as the mail and the page say it.

    Args:
        user_id: the person, where it is one of ours.
        email: where the invited person may ask; empty where nobody said.
        name: what they are called; empty where nobody said.
    """

    user_id: str = ""
    email: str = ""
    name: str = ""

    @property
    def shown(self) -> str:
        """Return what people are told; empty where nothing is known."""
        return self.name or self.email


@dataclass(frozen=True, slots=True)
class NewInvitation:
    """Whom to invite, and to what.

    Args:
        address: the only address that may accept it.
        first_name: what the person is called, as the inviter knows it.
        last_name: the same.
        role_ids: the roles that the new member gets.
        inviter: who invites.
        description: a line of the inviter's for the mail.
        lifetime: for how long it is good; 5 minutes to 30 days.
        sends_mail: whether the mail leaves; where it does not, the caller hands the link over.
        application_id: the application by which it was asked for, to which the new member then goes; empty for none.
        language: the tag of the language in which it was asked for; it is that of the mail to a stranger.
    """

    address: EmailAddress
    first_name: str = ""
    last_name: str = ""
    role_ids: tuple[str, ...] = ()
    inviter: Inviter = Inviter()
    description: str = ""
    lifetime: timedelta = LIFETIME
    sends_mail: bool = True
    application_id: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation, as it is stored.

    `sends` counts the mails of the present day: it begins anew a day after `sent_at`. `member_id` is the member on
    whose rights it rests: None where a manager gave it, whose invitations do not lapse; empty where that member is
    forgotten.
    """

    id: str
    organization_id: str
    application_id: str
    token_hash: bytes = field(repr=False)
    email: str
    address_key: AddressKey
    first_name: str
    last_name: str
    role_ids: tuple[str, ...]
    inviter: Inviter
    member_id: str | None
    description: str
    created_at: datetime
    expires_at: datetime
    sent_at: datetime | None
    sends: int
    accepted_at: datetime | None
    accepted_by: str | None
    revoked_at: datetime | None

    @property
    def name(self) -> str:
        """Return what the invited person is called, empty where nobody said."""
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def lifetime(self) -> timedelta:
        """Return for how long its present link is good, from when it was made."""
        return self.expires_at - (self.sent_at or self.created_at)

    @property
    def masked_email(self) -> str:
        """Return as much of the address as tells its owner which one it is, and a stranger little."""
        local, _, domain = self.email.rpartition("@")
        return f"{local[:1]}•••@{domain}"

    @property
    def invited(self) -> EmailAddress:
        """Return the address that is invited."""
        return EmailAddress(self.email, self.address_key)

    def status(self, now: datetime) -> Status:
        """Return where it stands; one that nobody accepted in time is over without anybody's doing."""
        if self.accepted_at is not None:
            return Status.ACCEPTED
        if self.revoked_at is not None:
            return Status.REVOKED
        return Status.EXPIRED if self.expires_at <= now else Status.PENDING


@dataclass(frozen=True, slots=True)
class Sent:
    """How many mails of one invitation left within a day, and when the last one did."""

    organization_id: str
    sends: int
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class MostMails:
    """How many mails one address gets in a day: of one organization, and of all together."""

    per_organization: int
    in_all: int


class Refusal(StrEnum):
    """Why a token opens nothing."""

    UNKNOWN = "unknown"
    EXPIRED = "expired"
    REVOKED = "revoked"
    ACCEPTED = "accepted"
    OTHER_ADDRESS = "other_address"
    NOT_ADMITTED = "not_admitted"
    LAPSED = "lapsed"
    SHUT_OUT = "shut_out"
    ORGANIZATION_GONE = "organization_gone"


@dataclass(frozen=True, slots=True)
class Refused:
    """The token opens nothing, or not for this person; `invitation` is what it belongs to, where there is one."""

    reason: Refusal
    invitation: Invitation | None = None
    organization: Organization | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """An invitation that may be accepted, and the organization to which it leads."""

    invitation: Invitation
    organization: Organization


@dataclass(frozen=True, slots=True)
class Accepted:
    """Somebody became a member; `is_new` is False where they were one already."""

    invitation: Invitation
    organization: Organization
    is_new: bool


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation that was just made, and the address of its page, which nobody can read again."""

    invitation: Invitation
    url: Secret
