"""What a link, the place where it is opened and a gesture are."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from gatepass.applications.model import Application
from gatepass.kit.db import Tx
from gatepass.kit.mail.addresses import AddressKey
from gatepass.login.model import Attempt


@dataclass(frozen=True, slots=True)
class Link:
    """A mailed link, as it is stored."""

    id: str
    attempt_id: str
    address_key: AddressKey
    handle_hash: bytes
    secret_hash: bytes
    created_at: datetime
    expires_at: datetime
    spent_at: datetime | None


@dataclass(frozen=True, slots=True)
class UnverifiedLink:
    """What an opened link claims: a handle and a secret, from whoever opened it."""

    handle: str
    secret: str


class Nearness(StrEnum):
    """How near to the asking browser a link is opened."""

    HERE = "here"
    NEARBY = "nearby"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asked for a link or opened it.

    Args:
        browser_hash: the hash of the browser's cookie; None where it has none.
        network: its address.
        user_agent: what it says it is.
        unverified_host: the host that it asked.
        language: the tag of the language in which it was answered; empty where it wished for none.
    """

    browser_hash: bytes | None
    network: str
    user_agent: str
    unverified_host: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Gesture:
    """What a person did on the landing page.

    Args:
        match_number: the number that they read off the waiting screen.
        code: the code that they read in the mail.
        is_documented_call: whether a client made the documented call itself, which verifies without a gesture.
    """

    match_number: str = ""
    code: str = ""
    is_documented_call: bool = False


@dataclass(frozen=True, slots=True)
class Requested:
    """A link was sent: the handle for the application, and the number to show where one was asked for."""

    state: str
    match_number: int | None
    attempt_id: str


@dataclass(frozen=True, slots=True)
class Opened:
    """A link that was looked at: whose attempt it is, and how near its reader is to who asked."""

    attempt: Attempt
    application: Application
    nearness: Nearness


class CodeBook(Protocol):
    """Issues and spends the code that stands beside the link in the mail."""

    def is_code(self, unverified_code: str, digits: int) -> bool:
        """Tell whether a text could be a code at all; what can't be one is not counted as a guess."""
        ...

    async def issue(self, tx: Tx, attempt_id: str, digits: int, expires_at: datetime, at: datetime) -> str:
        """Give an attempt a new code of so many digits and return it."""
        ...

    async def consume(self, tx: Tx, attempt_id: str, unverified_code: str, at: datetime) -> bool:
        """Spend the code of an attempt; False where what was typed is not it."""
        ...
