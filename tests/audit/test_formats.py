import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest

from gatepass.api.events.shapes import event_answer
from gatepass.audit.model import FAMILY_OF, Actor, ActorKind, Event, EventKind, Family, Outcome
from gatepass.audit.streams.formats.lines import line_of
from gatepass.audit.streams.model import StreamFormat

HOSTILE = "a\nCEF:0|x\r\n<13>1 | = \\ \x1b[31mred\x1b[0m \x00\x07\x7f\x9b2J \u2028\u202e end=1|2"
FORMS = list(StreamFormat)


def an_event(kind: EventKind = EventKind.LOGIN_REFUSED, **given: Any) -> Event:
    """Return a sealed event."""
    facts: dict[str, Any] = {
        "user_id": "ana", "network": "192.0.2.7", "user_agent": "Agent/1.0", "sequence": 7, "trace_id": "trace",
        "outcome": Outcome.REFUSED, "reason": "inactive", "data": {"method": "magic_link"}, "organization_id": "acme",
        "actor": Actor(ActorKind.OPERATOR, "op", "Olga"), "country": "Portugal", "city": "Lisbon",
    }  # fmt: skip
    return Event("6a0f00000000000000000001", kind, datetime(2026, 1, 31, 12, 0, tzinfo=UTC), **{**facts, **given})


def extension_of(line: str) -> dict[str, str]:
    """Return the pairs of a CEF line, read as its standard says."""
    parts = re.split(r"(?<!\\)\|", line, maxsplit=7)
    assert len(parts) == 8, parts
    found = re.findall(r"(\w+)=((?:\\.|[^=\\])*?)(?=\s\w+=|$)", parts[7], re.DOTALL)
    spelled = {"n": "\n", "r": "\r"}
    return {name: re.sub(r"\\(.)", lambda m: spelled.get(m[1], m[1]), value) for name, value in found}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "fact", ["user_agent", "reason", "trace_id", "country", "city", "organization_id", "application_id", "user_id"]
)
def test_nothing_that_an_event_holds_begins_a_line_or_speaks_to_a_terminal(form: StreamFormat, fact: str) -> None:
    hostile_actor = Actor(ActorKind.OPERATOR, "op", HOSTILE)
    given: dict[str, Any] = {fact: HOSTILE, "actor": hostile_actor, "data": {HOSTILE: HOSTILE}}
    line = line_of(form, an_event(**given), event_answer)
    text = line.decode()
    assert len(text.splitlines()) == 1
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e]", text)


def test_cef_escapes_what_frames_it() -> None:
    agent = "a|b=c\\d\ne=f"
    line = line_of(StreamFormat.CEF, an_event(user_agent=agent), event_answer).decode()
    head = line.split("|")[:7]
    assert head[:3] == ["CEF:0", "Gatepass", "Gatepass"]
    assert (head[4], head[6]) == ("user.login.refused", "6")
    pairs = extension_of(line)
    assert pairs["requestClientApplication"] == agent
    assert {name: pairs[name] for name in ("src", "duid", "suid", "suser", "outcome", "reason", "cat", "cn1")} == {
        "src": "192.0.2.7", "duid": "ana", "suid": "op", "suser": "Olga", "outcome": "refused", "reason": "inactive",
        "cat": "authentication", "cn1": "7",
    }  # fmt: skip
    assert (pairs["rt"], pairs["cs1Label"], pairs["cs1"]) == ("1769860800000", "organization", "acme")
    assert json.loads(pairs["cs6"]) == {"method": "magic_link"}


def test_cef_has_a_field_of_its_own_for_ipv6() -> None:
    pairs = extension_of(line_of(StreamFormat.CEF, an_event(network="2001:db8::7"), event_answer).decode())
    assert (pairs["c6a2"], pairs["c6a2Label"]) == ("2001:db8::7", "Source IPv6 Address")
    assert "src" not in pairs
    assert "src" not in extension_of(line_of(StreamFormat.CEF, an_event(network="nonsense"), event_answer).decode())


@pytest.mark.parametrize("kind", list(EventKind), ids=lambda kind: kind.value)
def test_every_kind_has_a_class_of_ocsf(kind: EventKind) -> None:
    found = json.loads(line_of(StreamFormat.OCSF, an_event(kind), event_answer))
    assert found["type_uid"] == found["class_uid"] * 100 + found["activity_id"]
    assert found["category_uid"] == 3
    assert found["class_uid"] in {3001, 3002, 3003, 3004, 3005, 3006}
    assert found["metadata"]["version"] == "1.3.0"
    assert found["metadata"]["event_code"] == kind.value
    assert found["message"]
    if FAMILY_OF[kind] is Family.AUTHENTICATION:
        assert found["class_uid"] == 3002


def test_ocsf_says_what_is_known_by_its_names() -> None:
    found = json.loads(line_of(StreamFormat.OCSF, an_event(), event_answer))
    assert (found["class_uid"], found["activity_id"], found["status_id"], found["severity_id"]) == (3002, 1, 2, 3)
    assert found["user"] == {"uid": "ana"}
    assert found["actor"] == {"user": {"uid": "op", "name": "Olga"}, "app_name": "operator"}
    assert found["src_endpoint"] == {"ip": "192.0.2.7", "location": {"country": "Portugal", "city": "Lisbon"}}
    assert found["time"] == 1_769_860_800_000
    assert found["status_detail"] == "inactive"


def test_our_own_form_is_what_the_api_answers() -> None:
    found = json.loads(line_of(StreamFormat.JSON, an_event(), event_answer))
    assert (found["sequence"], found["kind"], found["subject"]) == (7, "user.login.refused", {"id": "ana"})
    assert found["occurred_at"] == "2026-01-31T12:00:00Z"
