"""What a stream looks like on the wire; its credentials go in and never come out."""

from datetime import datetime

import msgspec

from gatepass.audit.flows import Batching, Stream, StreamFormat, StreamKind, StreamTarget, StreamWishes
from gatepass.audit.model import Family

_SYSLOG_PORT = 6514


class StreamBody(msgspec.Struct):
    """A stream to be set up, or all of one that is changed.

    An https stream needs `url`, and may have `headers` and `batching`; a syslog stream needs `host`, and may have
    `port` and `ca`; a file stream needs `path`. A change that says nothing of these leaves the target as it is.
    """

    name: str
    kind: StreamKind
    format: StreamFormat = StreamFormat.JSON
    families: list[Family] = []
    organization_id: str | None = None
    is_active: bool = True
    url: str = ""
    headers: dict[str, str] = {}
    batching: Batching = Batching.LINES
    host: str = ""
    port: int = _SYSLOG_PORT
    ca: str = ""
    path: str = ""

    def wishes(self) -> StreamWishes:
        """Return what is set; only what belongs to the kind counts of the target."""
        return StreamWishes(
            self.name,
            self.kind,
            self.format,
            self._target(),
            tuple(sorted(set(self.families))),
            self.organization_id or "",
            self.is_active,
        )

    def _target(self) -> StreamTarget | None:
        match self.kind:
            case StreamKind.HTTPS if self.url or self.headers:
                return StreamTarget(url=self.url, headers=self.headers, batching=self.batching)
            case StreamKind.SYSLOG if self.host or self.ca:
                return StreamTarget(host=self.host, port=self.port, ca=self.ca)
            case StreamKind.FILE if self.path:
                return StreamTarget(path=self.path)
        return None


class ResetBody(msgspec.Struct):
    """From where a stream goes on: behind a sequence, or null to skip everything that waits."""

    after: int | None


class StreamAnswer(msgspec.Struct, frozen=True):
    """A stream and its condition.

    `destination` is where it leads without what may be a credential, `headers` names those that are set, and `behind`
    counts the events that its receiver has not got, whether it wants them or not.
    """

    id: str
    name: str
    kind: str
    format: str
    families: list[str]
    organization_id: str | None
    is_active: bool
    destination: str | None
    headers: list[str]
    batching: str | None
    position: int
    behind: int
    failures: int
    last_error: str | None
    next_at: datetime | None
    sent_at: datetime | None
    created_at: datetime
    modified_at: datetime


class TestAnswer(msgspec.Struct, frozen=True):
    """Whether a receiver took a sample, and why not."""

    is_taken: bool
    error: str | None


class RemovedStream(msgspec.Struct, frozen=True):
    """A stream that is gone."""

    removed: bool = True


def stream_answer(stream: Stream, target: StreamTarget | None, last: int) -> StreamAnswer:
    """Return a stream.

    Args:
        stream: as it is stored.
        target: where it leads; None where that can't be opened.
        last: the sequence of the newest sealed event.
    """
    return StreamAnswer(
        id=stream.id,
        name=stream.name,
        kind=stream.kind.value,
        format=stream.format.value,
        families=[family.value for family in stream.families],
        organization_id=stream.organization_id or None,
        is_active=stream.is_active,
        destination=target.shown() if target else None,
        headers=sorted(target.headers) if target else [],
        batching=target.batching.value if target and stream.kind is StreamKind.HTTPS else None,
        position=stream.position,
        behind=max(last - stream.position, 0),
        failures=stream.failures,
        last_error=stream.last_error or None,
        # While a batch is under way, it says when that would count as lost, which is nobody's business.
        next_at=stream.next_at if stream.failures else None,
        sent_at=stream.sent_at,
        created_at=stream.created_at,
        modified_at=stream.modified_at,
    )
