"""The page of the events."""

from dataclasses import fields

from gatepass.audit.kinds import FAMILY_OF, EventKind
from gatepass.audit.model import EVENT_MEANINGS, Event
from tools.documents.markdown import code, head, table

_INTRODUCTION = (
    "The record of what happened, in the table `audit_events`. An event is written in the transaction of what it "
    "records, so neither exists without the other. No event holds a token, a code or a link. Names read "
    "`subject.thing.happened`. [The guide](../guides/events.md) says how the record is followed, searched, proven and "
    "sent on."
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
    "organization_id": "The organization that it concerns, where there is one.",
    "actor": "Who did it, where that is not the person whom it concerns: `kind`, `id` and `name`.",
    "outcome": "`succeeded`, `refused` or `failed`.",
    "reason": "Why, where it did not succeed, or what an operator said.",
    "country": "The country of the address, where the server knows places.",
    "city": "The city of the address, where the server knows places.",
    "trace_id": "What the log and the caller saw of the same request.",
    "sequence": "The event's place in the chain; empty for the moment until it is sealed.",
    "data": "Further facts as an object of texts, such as the address, the method or the reason.",
}


def page() -> str:
    """Return the page."""
    rows = ((code(kind.value), FAMILY_OF[kind].value, EVENT_MEANINGS[kind]) for kind in EventKind)
    events = table(("Event", "Family", "What happened"), rows)
    columns = table(("Column", "What it holds"), ((code(one.name), _COLUMNS[one.name]) for one in fields(Event)))
    return "\n\n".join((head("Events", _INTRODUCTION), events, "## What each event holds", columns))
