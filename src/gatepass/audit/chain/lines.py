"""The lines of an export, and what each adds to the record."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

import msgspec

from gatepass.audit.chain.model import Checkpoint, Link
from gatepass.audit.chain.walking import Part

FORM: Final = 1
"""The form of the file; another one gets another number."""
_LONGEST_LINE: Final = 1_000_000


class HeadLine(msgspec.Struct, tag="record", tag_field="type", kw_only=True):
    """The first line of an export."""

    form: int
    issuer: str
    exported_at: str
    after: int
    previous: str
    keys: list[dict[str, Any]]


class EventLine(msgspec.Struct, tag="event", tag_field="type", kw_only=True):
    """One event of an export; octets in hexadecimal."""

    sequence: int
    id: str
    kind: str
    occurred_at: datetime
    application_id: str | None
    organization_id: str | None
    outcome: str
    user_id: str | None
    attempt_id: str | None
    data: msgspec.Raw
    reason: str
    actor: msgspec.Raw
    network: str
    user_agent: str
    country: str
    city: str
    trace_id: str
    digest: str
    subject_digest: str
    subject_salt: str | None
    caller_digest: str
    caller_salt: str | None


class CheckpointLine(msgspec.Struct, tag="checkpoint", tag_field="type", kw_only=True):
    """One checkpoint of an export."""

    sequence: int
    digest: str
    signed: str
    created_at: datetime


class EndLine(msgspec.Struct, tag="end", tag_field="type", kw_only=True):
    """The last line of an export."""

    events: int
    checkpoints: int
    last: int


Line = HeadLine | EventLine | CheckpointLine | EndLine
_decode: Final = msgspec.json.Decoder(Line).decode
_encode: Final = msgspec.json.Encoder().encode


def write_line(line: Line) -> bytes:
    """Return a line as it stands in the file, with its end."""
    return _encode(line) + b"\n"


def read_line(raw: bytes) -> Line:
    """Return a line of an export.

    Raises:
        ValueError: it is none.
    """
    if len(raw) > _LONGEST_LINE:
        raise ValueError("it is too long")
    line: Line = _decode(raw)
    return line


def part_of(line: Line) -> Part:
    """Return what a line adds to the record.

    Raises:
        ValueError: its octets can't be read.
    """
    match line:
        case EventLine():
            return Part([_link(line)], [])
        case CheckpointLine():
            made = Checkpoint(line.sequence, bytes.fromhex(line.digest), line.signed, line.created_at)
            return Part([], [made])
        case _:
            return Part([], [])


def write_part(part: Part) -> Iterator[bytes]:
    """Yield the lines of a part of the record, each checkpoint behind the last event that it covers."""
    checkpoints = iter(part.checkpoints)
    waiting = next(checkpoints, None)
    for link in part.links:
        yield write_line(_event_line(link))
        while waiting is not None and waiting.sequence <= link.sequence:
            yield write_line(checkpoint_line(waiting))
            waiting = next(checkpoints, None)


def checkpoint_line(checkpoint: Checkpoint) -> CheckpointLine:
    """Return the line of a checkpoint."""
    return CheckpointLine(
        sequence=checkpoint.sequence,
        digest=checkpoint.digest.hex(),
        signed=checkpoint.signed,
        created_at=checkpoint.created_at,
    )


def _event_line(link: Link) -> EventLine:
    return EventLine(
        sequence=link.sequence,
        id=link.id,
        kind=link.kind,
        occurred_at=link.occurred_at,
        application_id=link.application_id,
        organization_id=link.organization_id,
        outcome=link.outcome,
        user_id=link.user_id,
        attempt_id=link.attempt_id,
        data=msgspec.Raw(link.data),
        reason=link.reason,
        actor=msgspec.Raw(link.actor),
        network=link.network,
        user_agent=link.user_agent,
        country=link.country,
        city=link.city,
        trace_id=link.trace_id,
        digest=(link.digest or b"").hex(),
        subject_digest=(link.subject_digest or b"").hex(),
        subject_salt=None if link.subject_salt is None else link.subject_salt.hex(),
        caller_digest=(link.caller_digest or b"").hex(),
        caller_salt=None if link.caller_salt is None else link.caller_salt.hex(),
    )


def _link(line: EventLine) -> Link:
    return Link(
        line.id,
        line.sequence,
        line.kind,
        line.occurred_at,
        line.application_id,
        line.organization_id,
        line.outcome,
        line.user_id,
        line.attempt_id,
        bytes(line.data).decode(),
        line.reason,
        bytes(line.actor).decode(),
        line.network,
        line.user_agent,
        line.country,
        line.city,
        line.trace_id,
        bytes.fromhex(line.digest),
        bytes.fromhex(line.subject_digest),
        None if line.subject_salt is None else bytes.fromhex(line.subject_salt),
        bytes.fromhex(line.caller_digest),
        None if line.caller_salt is None else bytes.fromhex(line.caller_salt),
    )
