"""What a stream, its target and its condition are."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec

from gatepass.audit.model import Family


class StreamKind(StrEnum):
    """By which way events leave."""

    HTTPS = "https"
    SYSLOG = "syslog"
    FILE = "file"


class StreamFormat(StrEnum):
    """In which form they leave."""

    JSON = "json"
    OCSF = "ocsf"
    CEF = "cef"


class Batching(StrEnum):
    """How several events share one HTTPS message."""

    LINES = "lines"
    ARRAY = "array"


class StreamTarget(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a stream leads; sealed, because an address or a header may be a credential.

    Args:
        url: of an HTTPS receiver.
        headers: what its messages carry besides, such as `Authorization`.
        batching: how its messages hold several events.
        host: of a syslog receiver; a name, or an address that its certificate names.
        port: its port; 6514 by RFC 5425.
        ca: the authority that its certificate must come from, in PEM; empty for the system's authorities.
        path: of a file, below the folder that the settings allow.
    """

    url: str = ""
    headers: dict[str, str] = {}
    batching: Batching = Batching.LINES
    host: str = ""
    port: int = 6514
    ca: str = ""
    path: str = ""

    def shown(self) -> str:
        """Return where it leads without what may be a credential."""
        if self.url:
            scheme, _, rest = self.url.partition("://")
            return f"{scheme}://{rest.partition('/')[0].partition('?')[0]}"
        return f"{self.host}:{self.port}" if self.host else self.path


@dataclass(frozen=True, slots=True)
class StreamWishes:
    """What somebody sets of a stream.

    Args:
        name: what people call it.
        kind: by which way events leave.
        format: in which form.
        target: where it leads; None leaves it as it is.
        families: what events are about that it carries; empty for all.
        organization_id: the organization whose events it carries alone; empty for all.
        is_active: whether it runs.
    """

    name: str
    kind: StreamKind
    format: StreamFormat
    target: StreamTarget | None
    families: tuple[Family, ...] = ()
    organization_id: str = ""
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class Stream:
    """A stream and its condition, as it is stored.

    Args:
        id: its id.
        name: what people call it.
        kind: by which way events leave.
        format: in which form.
        families: what events are about that it carries; empty for all.
        organization_id: the organization whose events it carries alone; empty for all.
        target_sealed: where it leads.
        is_active: whether it runs.
        position: the sequence up to which its receiver has everything.
        failures: how often in a row its receiver did not take a batch.
        last_error: why, the last time; empty since it did.
        next_at: not before then is it tried again, or its present batch is under way until then; None for at once.
        sent_at: when a batch was taken last.
        created_at: when it was set up.
        modified_at: when somebody changed it last.
    """

    id: str
    name: str
    kind: StreamKind
    format: StreamFormat
    families: tuple[Family, ...]
    organization_id: str
    target_sealed: bytes
    is_active: bool
    position: int
    failures: int
    last_error: str
    next_at: datetime | None
    sent_at: datetime | None
    created_at: datetime
    modified_at: datetime


class NotTaken(Exception):
    """Raised when a receiver did not take a batch.

    Args:
        sentence: why, for a person; it quotes nothing that the receiver said and no credential.
    """

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
