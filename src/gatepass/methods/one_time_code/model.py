"""What a kept code is, who asks for one, and what they are told."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class StoredCode:
    """The code of an attempt, as it is stored.

    `sealed` holds the code itself where a mail that is sent anew shall carry the same one.
    """

    attempt_id: str
    code_mac: bytes
    sealed: bytes | None
    created_at: datetime
    expires_at: datetime
    spent_at: datetime | None


@dataclass(frozen=True, slots=True)
class Issued:
    """A code for a mail, and when it expires."""

    code: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks for a mail.

    Args:
        browser_hash: the hash of the browser's cookie; None where it has none.
        network: its address.
        user_agent: what it says it is.
        unverified_host: the host that it asked.
        unverified_origin: the origin of the page that asked; empty where no page of another origin did.
        language: the tag of the language in which it was answered; empty where it wished for none.
    """

    browser_hash: bytes | None
    network: str
    user_agent: str
    unverified_host: str = ""
    unverified_origin: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Requested:
    """A code was sent: the handle for the application, and the id of the attempt."""

    state: str
    attempt_id: str
