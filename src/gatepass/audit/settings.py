"""The record's settings."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path

_FEWEST_DAYS = 7


@dataclass(frozen=True, slots=True)
class AuditSettings:
    """How long events are kept and where they may be sent."""

    keep_days: int = field(
        default=400, metadata={"doc": "For how many days events are kept, at least 7; 0 keeps them for ever."}
    )
    keep_address_days: int = field(
        default=30,
        metadata={
            "doc": "For how many days an event keeps an address that belongs to no user, such as that of somebody who "
            "asked to sign in and never did; 0 keeps it as long as the event."
        },
    )
    stream_folder: Path | None = field(
        default=None,
        metadata={"doc": "The folder below which streams may write files; without one, no stream writes a file."},
    )
    stream_networks: tuple[str, ...] = field(
        default=(),
        metadata={
            "doc": "Private networks in which receivers of streams may stand, such as 10.20.0.0/16; the open Internet "
            "is always allowed."
        },
    )

    def faults(self) -> Iterator[str]:
        """Name every value that can't be used, each in a sentence; nothing when all can."""
        if self.keep_days and self.keep_days < _FEWEST_DAYS:
            yield "GATEPASS_AUDIT_KEEP_DAYS must be at least 7, or 0 to keep events for ever."
        if self.keep_address_days < 0:
            yield "GATEPASS_AUDIT_KEEP_ADDRESS_DAYS must not be negative; 0 keeps addresses as long as their events."
        if self.stream_folder is not None and not self.stream_folder.is_absolute():
            yield "GATEPASS_AUDIT_STREAM_FOLDER must be an absolute path."
        for text in self.stream_networks:
            if not _is_network(text):
                yield f"GATEPASS_AUDIT_STREAM_NETWORKS: {text!r} is no network; write it as 10.20.0.0/16."


def _is_network(text: str) -> bool:
    try:
        ip_network(text)
    except ValueError:
        return False
    return True
