"""Versions of what is read and changed, so that nobody overwrites what they have not seen (RFC 9110 §8.8.3)."""

import hashlib
from datetime import datetime
from typing import Any, Protocol

from gatepass.gate.model import Call, Reply, encode_answer
from gatepass.kit.problems import Problem


class Versioned(Protocol):
    """A thing whose version is when it was changed last."""

    @property
    def id(self) -> str:
        """Return its id."""

    @property
    def modified_at(self) -> datetime:
        """Return when it was changed last."""


def etag_of(entity_id: str, modified_at: datetime) -> str:
    """Return the version of a thing as an entity tag, quotes included."""
    digest = hashlib.sha256(f"{entity_id} {modified_at.isoformat()}".encode()).hexdigest()
    return f'"{digest[:20]}"'


def etag_header(entity_id: str, modified_at: datetime) -> tuple[bytes, bytes]:
    """Return the header that tells the version of what is answered."""
    return b"etag", etag_of(entity_id, modified_at).encode()


def versioned(thing: Versioned, answer: Any, status: int = 200) -> Reply:
    """Return an answer with the version of the thing that it shows.

    Args:
        thing: what was read or written.
        answer: what is answered of it.
        status: the status of the answer.
    """
    return Reply(encode_answer(answer), status, headers=[etag_header(thing.id, thing.modified_at)])


def refuse_stale(call: Call[Any, Any], entity_id: str, modified_at: datetime) -> None:
    """Let a change pass that names no version or the present one; called in the transaction of the change.

    Raises:
        Problem: somebody changed it since the caller read it (`stale_version`, 412).
    """
    condition = call.headers.get(b"if-match")
    if condition is None or condition.strip() == b"*":
        return
    named = {part.strip().removeprefix("W/") for part in condition.decode("latin-1").split(",")}
    if etag_of(entity_id, modified_at) not in named:
        sentence = "It was changed since you read it; read it again and send the change with the new ETag in If-Match."
        raise Problem("stale_version", 412, sentence)
