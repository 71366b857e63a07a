"""The Common Event Format, version 0 (ArcSight Common Event Format implementation standard)."""

import json
import unicodedata
from collections.abc import Iterator
from typing import Final

from gatepass import __version__
from gatepass.audit.model import EVENT_MEANINGS, Event, Outcome
from gatepass.kit.client.networks import IpAddress, parse_ip

_SEVERITIES: Final = {Outcome.SUCCEEDED: 3, Outcome.REFUSED: 6, Outcome.FAILED: 5}
_LONGEST: Final = 1023
_ESCAPED_ENDS: Final = {"\n": "\\n", "\r": "\\r"}


def written(event: Event) -> str:
    """Return an event as one line: a head of seven fields, then an extension of pairs."""
    head = (
        *("CEF:0", "Gatepass", "Gatepass", _head(__version__), _head(event.kind.value)),
        *(_head(EVENT_MEANINGS[event.kind]), str(_SEVERITIES[event.outcome])),
    )
    return "|".join((*head, " ".join(f"{name}={_extension(value)}" for name, value in _pairs(event) if value)))


def _pairs(event: Event) -> Iterator[tuple[str, str]]:
    """Yield the extension's pairs by the names of the standard's dictionary; what has none is a custom field."""
    yield "rt", str(int(event.occurred_at.timestamp() * 1000))
    yield "externalId", event.id
    yield "cat", event.family.value
    yield "outcome", event.outcome.value
    yield "reason", event.reason
    yield "suid", event.actor.id
    yield "suser", event.actor.name
    yield "duid", event.user_id or ""
    yield from _address(event.network)
    yield "requestClientApplication", event.user_agent
    if event.sequence is not None:
        yield from (("cn1Label", "sequence"), ("cn1", str(event.sequence)))
    for number, (label, value) in enumerate(_custom(event), 1):
        if value:
            yield from ((f"cs{number}Label", label), (f"cs{number}", value))


def _custom(event: Event) -> tuple[tuple[str, str], ...]:
    return (
        ("organization", event.organization_id or ""),
        ("application", event.application_id or ""),
        ("trace", event.trace_id),
        ("place", ", ".join(part for part in (event.city, event.country) if part)),
        ("actorKind", event.actor.kind.value),
        ("data", json.dumps(event.data, ensure_ascii=True, separators=(",", ":")) if event.data else ""),
    )


def _address(text: str) -> Iterator[tuple[str, str]]:
    address: IpAddress | None = parse_ip(text)
    if address is None:
        return
    if address.version == 4:  # noqa: PLR2004 - IPv4
        yield "src", str(address)
    else:
        yield from (("c6a2Label", "Source IPv6 Address"), ("c6a2", str(address)))


def _head(text: str) -> str:
    """Escape a field of the head: the backslash and the pipe; a line end has no spelling there."""
    plain = "".join(" " if _is_control(letter) else letter for letter in text[:_LONGEST])
    return plain.replace("\\", "\\\\").replace("|", "\\|")


def _extension(text: str) -> str:
    """Escape a value of the extension: the backslash, the equals sign and line ends; other controls become spaces."""
    plain = text[:_LONGEST].replace("\\", "\\\\").replace("=", "\\=")
    return "".join(_ESCAPED_ENDS.get(letter) or (" " if _is_control(letter) else letter) for letter in plain)


def _is_control(letter: str) -> bool:
    # Controls, what shows nothing and turns the direction of writing, and the line ends of Unicode.
    return unicodedata.category(letter) in {"Cc", "Cf", "Zl", "Zp", "Cs"}
