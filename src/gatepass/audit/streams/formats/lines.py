"""One event as one line: nothing that an event holds can begin another."""

import json
from collections.abc import Callable
from typing import Any, Final

import msgspec

from gatepass.audit.model import Event
from gatepass.audit.streams.formats import cef, ocsf
from gatepass.audit.streams.model import StreamFormat

Show = Callable[[Event], Any]
"""Returns an event as the API shows it, ready to be written as JSON."""
_DELETE: Final = "\x7f"


def line_of(form: StreamFormat, event: Event, show: Show) -> bytes:
    """Return an event as a line, without its end.

    Args:
        form: in which form.
        event: a sealed event.
        show: how the API shows it.
    """
    match form:
        case StreamFormat.JSON:
            return _json(msgspec.to_builtins(show(event)))
        case StreamFormat.OCSF:
            return _json(ocsf.mapped(event))
        case StreamFormat.CEF:
            return cef.written(event).encode()


def _json(value: Any) -> bytes:
    # In ASCII no terminal finds a command in it and no reader another line (C1 controls, U+2028).
    return json.dumps(value, ensure_ascii=True, separators=(",", ":")).replace(_DELETE, "\\u007f").encode()
