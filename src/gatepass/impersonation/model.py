"""What an impersonation is."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from gatepass.audit.model import Actor
from gatepass.sessions.model import Session
from gatepass.users.model import User

OPEN_WITHIN: Final = timedelta(minutes=5)
PAGE: Final = "/impersonation"
"""The page to which the link of a new impersonation leads."""
END: Final = "/impersonation/end"
"""Where the button of the banner is sent."""


class Standing(StrEnum):
    """Where an impersonation stands."""

    WAITING = "waiting"
    RUNNING = "running"
    ENDED = "ended"
    UNUSED = "unused"


class Ending(StrEnum):
    """How an impersonation ended."""

    BUTTON = "button"
    CALL = "call"
    TIME = "time"
    SESSION = "session"


class Refusal(StrEnum):
    """Why a link opens nothing."""

    UNKNOWN = "unknown"
    OTHER_RUNS = "other_runs"
    NOT_ALLOWED = "not_allowed"


@dataclass(frozen=True, slots=True)
class Impersonation:
    """Somebody acts in a person's place, as it is stored.

    Its `actor` is who was let; `handle_hash` is the hash of the link's secret, gone once the link was opened, and
    `session_id` the session that it opened.
    """

    id: str
    user_id: str
    actor: Actor
    reason: str
    application_id: str
    handle_hash: bytes | None
    session_id: str | None
    created_at: datetime
    expires_at: datetime
    ended_at: datetime | None

    @property
    def open_until(self) -> datetime:
        """Return until when the link may be opened."""
        return min(self.created_at + OPEN_WITHIN, self.expires_at)

    def standing(self, now: datetime) -> Standing:
        """Return where it stands."""
        if self.session_id is None:
            is_waiting = self.ended_at is None and now < self.open_until
            return Standing.WAITING if is_waiting else Standing.UNUSED
        return Standing.ENDED if self.ended_at is not None or self.expires_at <= now else Standing.RUNNING


@dataclass(frozen=True, slots=True)
class Wish:
    """An impersonation that is asked for, unjudged.

    Args:
        user_id: in whose place.
        reason: why, in 10 to 500 characters; the person and the record are told.
        minutes: for how long, 5 to 60, counted from now.
        client_id: the only application that will be told of it.
    """

    user_id: str
    reason: str
    minutes: int
    client_id: str


@dataclass(frozen=True, slots=True)
class Begun:
    """An impersonation that may be opened, and the link that does so once."""

    impersonation: Impersonation
    url: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Seen:
    """An impersonation, and whom and what it is about."""

    impersonation: Impersonation
    user: User
    application_name: str
    home_url: str = ""
    usual_language: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """A link that was opened: the browser holds the session from now on."""

    session: Session


@dataclass(frozen=True, slots=True)
class Refused:
    """A link that was judged and refused."""

    reason: Refusal
