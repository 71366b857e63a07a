"""What an attempt, a proof and an outcome are."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from gatepass.authenticators.model import Kind
from gatepass.kit.mail.addresses import AddressKey, EmailAddress
from gatepass.sessions.model import Session
from gatepass.users.model import User


class EndReason(StrEnum):
    """Why an attempt ended before anybody signed in."""

    DECLINED = "declined"
    EXHAUSTED = "exhausted"
    WRONG_MATCH = "wrong_match"
    SIGN_UP_CLOSED = "sign_up_closed"
    USER_INACTIVE = "user_inactive"


class Standing(StrEnum):
    """Where an attempt stands."""

    PENDING = "pending"
    NEEDS_FACTOR = "needs_factor"
    VERIFIED = "verified"
    HANDED_OUT = "handed_out"
    ENDED = "ended"
    EXPIRED = "expired"


class Refusal(StrEnum):
    """Why an attempt, or a proof for it, was refused."""

    UNKNOWN = "unknown"
    EXPIRED = "expired"
    ENDED = "ended"
    ALREADY_USED = "already_used"
    WRONG_CODE = "wrong_code"
    WRONG_MATCH = "wrong_match"
    EXHAUSTED = "exhausted"
    TOO_MANY_GUESSES = "too_many_guesses"
    CODES_CLOSED = "codes_closed"
    SIGN_UP_CLOSED = "sign_up_closed"
    USER_INACTIVE = "user_inactive"
    GESTURE_NEEDED = "gesture_needed"
    FACTOR_NEEDED = "factor_needed"
    WRONG_FACTOR = "wrong_factor"
    METHOD_CLOSED = "method_closed"
    CEREMONY_OVER = "ceremony_over"
    WRONG_PASSKEY = "wrong_passkey"
    UNKNOWN_PASSKEY = "unknown_passkey"


HAND_OUT_WITHIN = timedelta(minutes=5)
SECOND_STEP_WITHIN = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One sign-in that somebody began.

    Its `state_hash` is the hash of the handle with which the application asks for the outcome. `browser_hash` is the
    hash of the cookie of the browser that asked, where a browser did. `match_number` is what the waiting screen shows.
    Its address is an e-mail address or, for a sign-in by SMS, a phone number (`+` and digits); both are empty where
    nobody has said yet who they are. Once a first proof was enough for half of it, `proven_at`, `user_id` and `amr` say
    since when, of whom and how. `wants_mfa` says that whoever began it asked for a second factor.
    """

    id: str
    application_id: str
    method: str
    state_hash: bytes
    address: str
    address_key: AddressKey
    browser_hash: bytes | None
    network: str
    user_agent: str
    match_number: int | None
    failures: int
    created_at: datetime
    expires_at: datetime
    verified_at: datetime | None
    handed_out_at: datetime | None
    ended_at: datetime | None
    end_reason: EndReason | None
    user_id: str | None
    session_id: str | None
    answer_sealed: bytes | None
    proven_at: datetime | None = None
    amr: tuple[str, ...] = ()
    wants_mfa: bool = False
    factor_failures: int = 0

    @property
    def email(self) -> EmailAddress:
        """Return the address that is to be proven."""
        return EmailAddress(self.address, self.address_key)

    @property
    def turn(self) -> str:
        """Return the name of the turn that whoever mails, guesses or proves for this address takes first.

        One turn for all three also means that none of them holds what another waits for.
        """
        return f"address:{self.address_key}" if self.address_key else f"attempt:{self.id}"

    def standing(self, now: datetime) -> Standing:
        """Return where the attempt stands."""
        if self.ended_at is not None:
            return Standing.ENDED
        if self.handed_out_at is not None:
            return Standing.HANDED_OUT
        if self.verified_at is not None:
            return Standing.VERIFIED if now < self.verified_at + HAND_OUT_WITHIN else Standing.EXPIRED
        if now >= self.expires_at:
            return Standing.EXPIRED
        return Standing.PENDING if self.proven_at is None else Standing.NEEDS_FACTOR

    def refusal(self, now: datetime) -> Refusal | None:
        """Return why the attempt takes no first proof any more, or None when it does."""
        match self.standing(now):
            case Standing.PENDING:
                return None
            case Standing.VERIFIED | Standing.HANDED_OUT | Standing.NEEDS_FACTOR:
                return Refusal.ALREADY_USED
            case Standing.ENDED:
                return Refusal.ENDED
            case Standing.EXPIRED:
                return Refusal.EXPIRED


@dataclass(frozen=True, slots=True)
class Proof:
    """What a method has proven.

    Args:
        method: the method's key, such as `magic_link`.
        amr: how, in the names of RFC 8176.
        address: the address whose mail was read, where that is what was proven.
        phone: the number whose message was read (E.164), where that is what was proven.
        user_id: who it is, where the proof itself says so.
        authenticator_id: the authenticator that proved it, where there is one.
    """

    method: str
    amr: tuple[str, ...]
    address: EmailAddress | None = None
    phone: str = ""
    user_id: str = ""
    authenticator_id: str = ""


@dataclass(frozen=True, slots=True)
class Completed:
    """The attempt needs nothing more: somebody is signed in."""

    attempt: Attempt
    user: User
    session: Session


class Demand(StrEnum):
    """What is asked of somebody whose first proof was right."""

    NOTHING = "nothing"
    VERIFY = "verify"
    ENROL = "enrol"
    OFFER = "offer"


@dataclass(frozen=True, slots=True)
class FactorNeeded:
    """The first proof was right, and a second factor is asked for before anybody is signed in.

    `demand` is `verify` where the person has one of `factors`, `enrol` where they must get one now, and `offer` where
    they may put that off. `token` is what lets the application that asked take the second step; it is shown to nobody
    else.
    """

    attempt: Attempt
    user: User
    demand: Demand
    factors: tuple[Kind, ...]
    token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class MfaToken:
    """What an application presents for the second step of one sign-in, as it is stored."""

    id: str
    application_id: str
    user_id: str
    attempt_id: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Refused:
    """A proof or a handle that was judged and refused; what was counted stays counted."""

    reason: Refusal
    tries_left: int = 0
    wait: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Guesses:
    """The wrong guesses at an address's codes: within the present window, and in a row since the last sign-in."""

    failures: int
    in_a_row: int
    window_began_at: datetime


class Method(Protocol):
    """A way to prove who you are."""

    @property
    def key(self) -> str:
        """Return the method's stable name."""
        ...

    @property
    def amr(self) -> tuple[str, ...]:
        """Return how it proves, in the names of RFC 8176."""
        ...

    def is_ready_for(self, user: User | None) -> bool:
        """Tell whether this person could use the method now."""
        ...
