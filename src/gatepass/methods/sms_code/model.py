"""What is asked, what is said, and why a message is not sent."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

METHOD: Final = "sms_code"


class Reason(StrEnum):
    """Why the guard holds a message back."""

    COUNTRY = "country"
    RANGE = "range"
    NUMBER = "number"
    BUDGET = "budget"
    MONEY = "money"
    UNANSWERED = "unanswered"


@dataclass(frozen=True, slots=True)
class Declined:
    """A message that was not sent; what was counted and recorded of it stays.

    Args:
        reason: why.
        wait: how long it stays so; None where time does not help.
    """

    reason: Reason
    wait: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks for a code.

    Args:
        browser_hash: the hash of the browser's cookie; None where no page of ours asks.
        network: the client's address.
        user_agent: the agent that it names.
        host: the name of the host on whose page the code will be typed; browsers fill it in there alone.
        language: the tag of the language of that page; empty where it is not known.
    """

    browser_hash: bytes | None
    network: str
    user_agent: str
    host: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Requested:
    """A code was asked for: the handle for the application, and the attempt for our own pages."""

    state: str
    attempt_id: str


@dataclass(frozen=True, slots=True)
class Texted:
    """A code that is on its way to a number; whoever asked for it keeps a keyed hash of it and nothing else."""

    code: str
    number: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Message:
    """A message to a number, with its code for the development page."""

    number: str
    text: str
    code: str
    expires_at: datetime
    application_id: str


@dataclass(frozen=True, slots=True)
class DevMessage:
    """A message that stayed on the developer's machine."""

    id: str
    recipient: str
    text: str
    code: str
    created_at: datetime
