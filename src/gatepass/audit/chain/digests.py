"""What is hashed, byte for byte.

Every digest is the SHA-256 of one JSON array in its canonical form (RFC 8785: no spaces, members sorted, UTF-8), whose
first member names what it is. Octets are written in hexadecimal, times as `2026-01-31T23:59:59.123456Z`.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from gatepass.audit.chain.model import Link

SALT_BYTES: Final = 16
_NO_DATA: Final = "{}"
# The versions of what is hashed; another form gets another name.
_LINK: Final = "gatepass.audit.link.1"
_SUBJECT: Final = "gatepass.audit.subject.1"
_CALLER: Final = "gatepass.audit.caller.1"

_encode: Final = msgspec.json.Encoder(order="deterministic").encode
_decode: Final = msgspec.json.Decoder().decode


@dataclass(frozen=True, slots=True)
class Proof:
    """The digests of one event."""

    digest: bytes
    subject_digest: bytes
    caller_digest: bytes


def subject_digest(link: Link, salt: bytes) -> bytes:
    """Return the commitment to the person whom an event concerns and to what it says of them."""
    return _hash([_SUBJECT, salt.hex(), link.user_id, link.attempt_id, _value(link.data), link.reason])


def caller_digest(link: Link, salt: bytes) -> bytes:
    """Return the commitment to who called, from where and with what."""
    return _hash(
        [
            _CALLER,
            salt.hex(),
            _value(link.actor),
            link.network,
            link.user_agent,
            link.country,
            link.city,
            link.trace_id,
        ]
    )


def link_digest(previous: bytes, link: Link, subject: bytes, caller: bytes) -> bytes:
    """Return the digest of an event, which covers the digest of the event before it.

    Args:
        previous: the digest before; `GENESIS` for the first event.
        link: the event, its sequence set.
        subject: its commitment to the person.
        caller: its commitment to the caller.
    """
    return _hash(
        [
            _LINK,
            previous.hex(),
            link.sequence,
            link.id,
            link.kind,
            written(link.occurred_at),
            link.application_id,
            link.organization_id,
            link.outcome,
            subject.hex(),
            caller.hex(),
        ]
    )


def prove(previous: bytes, link: Link, subject_salt: bytes, caller_salt: bytes) -> Proof:
    """Return every digest of an event that is about to be sealed."""
    subject, caller = subject_digest(link, subject_salt), caller_digest(link, caller_salt)
    return Proof(link_digest(previous, link, subject, caller), subject, caller)


def is_subject_blank(link: Link) -> bool:
    """Tell whether an event says nothing of a person any more."""
    return link.user_id is None and link.attempt_id is None and link.data == _NO_DATA and not link.reason


def is_caller_blank(link: Link) -> bool:
    """Tell whether an event says nothing of its caller any more."""
    said = (link.network, link.user_agent, link.country, link.city, link.trace_id)
    actor = _value(link.actor)
    return not any(said) and isinstance(actor, dict) and not any(actor.values())


def written(moment: datetime) -> str:
    """Return a time as it is hashed and exported: UTC, with all six digits of its fraction."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _value(text: str) -> Any:
    """Return what a JSON column holds; a text that is no JSON stands for itself, and then no digest matches."""
    try:
        return _decode(text)
    except (msgspec.DecodeError, RecursionError):
        return text


def _hash(parts: list[Any]) -> bytes:
    return hashlib.sha256(_encode(parts)).digest()
