"""What a link of the chain, a checkpoint and a verdict are."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from gatepass.protocols.jose import Verifier

GENESIS: Final = bytes(32)
"""What stands in the place of the digest before the first event."""
CHECKPOINT_TYPE: Final = "audit-checkpoint+jwt"
"""The explicit type of a signed checkpoint (RFC 8725 §3.11)."""

Sign = Callable[[dict[str, Any]], Awaitable[str]]
"""Signs claims as a compact JWS of the type `CHECKPOINT_TYPE`, with the issuer among them."""


@dataclass(frozen=True, slots=True)
class Link:
    """An event as the chain sees it: what it says, raw, and what proves it.

    Its kind, actor and data are the texts of the columns, because a tampered row holds anything.
    """

    id: str
    sequence: int
    kind: str
    occurred_at: datetime
    application_id: str | None
    organization_id: str | None
    outcome: str
    user_id: str | None
    attempt_id: str | None
    data: str
    reason: str
    actor: str
    network: str
    user_agent: str
    country: str
    city: str
    trace_id: str
    digest: bytes | None = None
    subject_digest: bytes | None = None
    subject_salt: bytes | None = None
    caller_digest: bytes | None = None
    caller_salt: bytes | None = None


@dataclass(frozen=True, slots=True)
class Tip:
    """How far the chain goes."""

    sequence: int = 0
    digest: bytes = GENESIS


@dataclass(frozen=True, slots=True)
class TrustedKey:
    """A key whose signatures under checkpoints count.

    Args:
        verifier: the public key.
        withdrawn_at: since when nothing that it signs counts; None where it was never withdrawn.
    """

    verifier: Verifier
    withdrawn_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A signed statement of how far the record went and what its digest was.

    Args:
        sequence: of the newest event that it covers.
        digest: that event's.
        signed: the same as a compact JWS; what it says counts.
        created_at: when it was made.
    """

    sequence: int
    digest: bytes
    signed: str
    created_at: datetime


class Fault(StrEnum):
    """What is wrong with a record."""

    ROW_CHANGED = "row_changed"
    ROW_MISSING = "row_missing"
    CHECKPOINT_FORGED = "checkpoint_forged"
    CHECKPOINT_MISSING = "checkpoint_missing"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Break:
    """The first place where a record does not hold.

    Args:
        fault: what is wrong.
        sequence: where.
        sentence: the same for a person.
    """

    fault: Fault
    sequence: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a look at the whole record, or at a part, found.

    Args:
        first: the sequence of the first event looked at; 0 where there was none.
        last: the sequence of the last one that holds.
        events: how many hold.
        checkpoints: how many signatures hold.
        covered: the sequence up to which a signed checkpoint vouches.
        anonymized: how many events had a person's facts removed.
        broken: the first break; None where all holds.
    """

    first: int = 0
    last: int = 0
    events: int = 0
    checkpoints: int = 0
    covered: int = 0
    anonymized: int = 0
    broken: Break | None = None

    @property
    def holds(self) -> bool:
        """Tell whether nothing was found."""
        return self.broken is None
