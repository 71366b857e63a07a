"""From sealed events to a receiver that has taken them."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from gatepass.audit.model import Event
from gatepass.audit.streams.formats.lines import Show, line_of
from gatepass.audit.streams.model import NotTaken, Stream, StreamKind, StreamTarget
from gatepass.audit.streams.ways.files import FileWay
from gatepass.audit.streams.ways.https import HttpsWay
from gatepass.audit.streams.ways.syslog import SyslogWay
from gatepass.kit.secrets import KeyRing, SealBroken


def _context(stream_id: str) -> str:
    return f"audit_streams.target:{stream_id}"


@dataclass(frozen=True, slots=True)
class Targets:
    """Seals and opens where streams lead.

    Args:
        keys: the master keys.
    """

    keys: KeyRing

    def seal(self, stream_id: str, target: StreamTarget) -> bytes:
        """Return a target as it is stored."""
        return self.keys.seal(msgspec.json.encode(target), context=_context(stream_id))

    def open(self, stream: Stream) -> StreamTarget:
        """Return where a stream leads.

        Raises:
            NotTaken: it was sealed under another master key.
        """
        try:
            sealed = self.keys.open(stream.target_sealed, context=_context(stream.id))
            return msgspec.json.decode(sealed, type=StreamTarget)
        except (SealBroken, msgspec.MsgspecError) as error:
            raise NotTaken("The target can't be opened with this master key; set it again.") from error


@dataclass(frozen=True, slots=True)
class Ways:
    """Sends batches by the way that a stream names.

    Args:
        targets: opens where streams lead.
        https: the way by HTTPS.
        syslog: the way by syslog.
        files: the way into a file.
        show: how the API shows an event.
    """

    targets: Targets
    https: HttpsWay
    syslog: SyslogWay
    files: FileWay
    show: Show

    async def send(self, stream: Stream, events: Sequence[Event]) -> None:
        """Send a batch as a whole.

        Raises:
            NotTaken: the receiver did not take it; some of it may have arrived.
        """
        target = self.targets.open(stream)
        lines = [line_of(stream.format, event, self.show) for event in events]
        match stream.kind:
            case StreamKind.HTTPS:
                await self.https.send(target, stream.format, lines)
            case StreamKind.SYSLOG:
                framed = [self.syslog.message_of(event, line) for event, line in zip(events, lines, strict=True)]
                await self.syslog.send(target, framed)
            case StreamKind.FILE:
                await self.files.send(target, lines)
