"""The page of the events."""

from dataclasses import fields

from gatepass.audit.model import EVENT_MEANINGS, Event, EventKind
from tools.documents.markdown import code, head, table

_INTRODUCTION = (
    "The record of what happened, in the table `audit_events`. An event is written in the transaction of what it "
    "records, so neither exists without the other. No event holds a token, a code or a link. Names read "
    "`subject.thing.happened`."
)
_COLUMNS = {
    "id": "The event's id; ids sort by time.",
    "kind": "The name from the list above.",
    "occurred_at": "When it happened, in UTC.",
    "application_id": "The application that it concerns, where there is one.",
    "user_id": "The user whom it concerns, where one is known.",
    "attempt_id": "The sign-in attempt that it belongs to: all events of one sign-in share it.",
    "network": "The address that the request came from, as the trusted proxies tell it.",
    "user_agent": "The agent that the request named, at most 512 characters of it.",
    "data": "Further facts as an object of texts, such as the address, the method or the reason.",
}


def page() -> str:
    """Return the page."""
    events = table(("Event", "What happened"), ((code(kind.value), EVENT_MEANINGS[kind]) for kind in EventKind))
    columns = table(("Column", "What it holds"), ((code(one.name), _COLUMNS[one.name]) for one in fields(Event)))
    return "\n\n".join((head("Events", _INTRODUCTION), events, "## What each event holds", columns))
