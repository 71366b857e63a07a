"""What an event is, and the name of every event that there is."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class EventKind(StrEnum):
    """Every event of Gatepass, named `subject.thing.happened`."""

    LOGIN_REQUESTED = "login.attempt.requested"
    LOGIN_MAIL_REPEATED = "login.mail.repeated"
    LOGIN_SUCCEEDED = "user.login.succeeded"
    LOGIN_REFUSED = "user.login.refused"
    LOGIN_DECLINED = "login.attempt.declined"
    LOGIN_EXHAUSTED = "login.attempt.exhausted"
    USER_CREATED = "user.account.created"
    ADDRESS_VERIFIED = "user.address.verified"
    REFRESH_REUSED = "token.refresh.reused"
    SIGNING_KEY_ADDED = "signing_key.rotation.added"
    APPLICATION_CREATED = "application.registration.created"


EVENT_MEANINGS: dict[EventKind, str] = {
    EventKind.LOGIN_REQUESTED: "Somebody asked to sign in with an address; a mail was queued.",
    EventKind.LOGIN_MAIL_REPEATED: "The sign-in mail of an attempt was asked for again and queued.",
    EventKind.LOGIN_SUCCEEDED: "A person proved who they are and a session began; the login log shows it.",
    EventKind.LOGIN_REFUSED: "The proof was right, but policy refused: sign-up is closed or the account is inactive.",
    EventKind.LOGIN_DECLINED: "The reader of the mail said that the sign-in was not theirs; the attempt ended.",
    EventKind.LOGIN_EXHAUSTED: "Too many wrong codes, or a wrong match number, ended an attempt.",
    EventKind.USER_CREATED: "A user came into being at the first sign-in.",
    EventKind.ADDRESS_VERIFIED: "A user proved to read the mail of an address for the first time.",
    EventKind.REFRESH_REUSED: "A spent refresh token came back after its grace; its whole family was revoked.",
    EventKind.SIGNING_KEY_ADDED: "A signing key was made; the one before it stays published while its tokens live.",
    EventKind.APPLICATION_CREATED: "An application was registered.",
}


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request came from: the network address and the agent, both as they were sent."""

    network: str = ""
    user_agent: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened."""

    id: str
    kind: EventKind
    occurred_at: datetime
    application_id: str | None = None
    user_id: str | None = None
    attempt_id: str | None = None
    network: str = ""
    user_agent: str = ""
    data: dict[str, str] = field(default_factory=dict)
