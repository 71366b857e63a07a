"""Events over the API: followed, searched, looked at for tampering, and read by a team."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from gatepass.access.flows import add_roles
from gatepass.access.queries import list_roles
from gatepass.audit.chain import walking
from gatepass.audit.flows import record
from gatepass.audit.model import Actor, ActorKind, EventKind, Origin
from gatepass.kit.db import command
from gatepass.kit.lookups.paging import PageRequest
from gatepass.kit.lookups.reach import EVERYWHERE, Within
from gatepass.worker import sealer_of
from organizations.stage import an_organization, joined
from support.managing import managing
from support.spine import ORIGIN, Spine

pytestmark = pytest.mark.anyio
PATH, READ = "/api/v1/events", "events:read"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
OPERATOR = Origin("198.51.100.9", FIREFOX, Actor(ActorKind.OPERATOR, "op", "Olga"), "trace-7")


async def happen(spine: Spine, kind: EventKind = EventKind.USER_CHANGED, **facts: Any) -> None:
    """Record an event."""
    given = {"at": spine.clock.now(), "origin": ORIGIN, **facts}
    await spine.transact(lambda tx: record(tx, kind, **given))


async def seal(spine: Spine) -> None:
    """Seal whatever waits and sign how far it went."""
    sealer = sealer_of(spine.house)
    while await sealer.seal():
        pass
    await sealer.checkpoint(is_due=True)


def kinds(answer: httpx2.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [event["kind"] for event in answer.json()]


def next_of(answer: httpx2.Response) -> str:
    link = answer.headers["link"]
    assert link.endswith('>; rel="next"')
    return str(link[1 : link.index(">")])


async def test_an_event_tells_everything_that_is_known_of_it(spine: Spine) -> None:
    await happen(
        spine, EventKind.USER_BLOCKED, origin=OPERATOR, user_id="ana", organization_id="acme", application_id="shop",
        reason="She asked for it", data={"sessions": "2"},
    )  # fmt: skip
    await seal(spine)
    async with managing(spine, READ) as door:
        (event,) = (await door.get(PATH, params={"user_id": "ana"})).json()
        assert (await door.get(f"{PATH}/{event['id']}")).json() == event
        missing = await door.get(f"{PATH}/ffffffffffffffffffffffff")
    assert missing.status_code == 404
    sequence, event_id = event.pop("sequence"), event.pop("id")
    assert sequence > 0
    assert len(event_id) == 24
    assert event.pop("occurred_at") == spine.clock.now().isoformat().replace("+00:00", "Z")
    assert event == {
        "kind": "user.account.blocked",
        "family": "account",
        "actor": {"kind": "operator", "id": "op", "name": "Olga", "acting_as": None},
        "subject": {"id": "ana"},
        "organization_id": "acme",
        "application_id": "shop",
        "address": "198.51.100.9",
        "agent": FIREFOX,
        "device": "Firefox on Linux",
        "place": None,
        "trace_id": "trace-7",
        "outcome": "succeeded",
        "reason": "She asked for it",
        "data": {"sessions": "2"},
    }


async def test_the_record_is_followed_by_the_link_that_each_answer_carries(spine: Spine) -> None:
    for number in range(5):
        await happen(spine, data={"number": str(number)})
    await seal(spine)
    async with managing(spine, READ) as door:
        await seal(spine)
        address, numbers = f"{PATH}?after=0&limit=2&kind=user.account.changed", []
        for _ in range(4):
            answer = await door.get(address)
            assert answer.status_code == 200, answer.text
            numbers += [event["data"]["number"] for event in answer.json()]
            address = next_of(answer)
        assert numbers == ["0", "1", "2", "3", "4"]
        await happen(spine, data={"number": "5"})
        assert kinds(await door.get(address)) == [], "it is not sealed yet"
        await seal(spine)
        (late,) = (await door.get(address)).json()
        assert late["data"] == {"number": "5"}


async def test_a_search_goes_from_the_newest_to_the_oldest_page_by_page(spine: Spine) -> None:
    for number in range(5):
        await happen(spine, data={"number": str(number)})
    async with managing(spine, READ) as door:
        first = await door.get(PATH, params={"limit": "3", "kind": "user.account.changed"})
        assert [event["data"]["number"] for event in first.json()] == ["4", "3", "2"]
        assert {event["sequence"] for event in first.json()} == {None}
        second = await door.get(next_of(first))
        assert [event["data"]["number"] for event in second.json()] == ["1", "0"]
        assert "link" not in second.headers


async def test_a_search_takes_every_filter(spine: Spine) -> None:
    at = spine.clock.now()
    await happen(spine, EventKind.LOGIN_REFUSED, user_id="ana", application_id="shop", organization_id="acme")
    await happen(spine, EventKind.USER_BLOCKED, user_id="bob", origin=OPERATOR)
    async with managing(spine, READ) as door:
        for params, found in (
            ({"user_id": "bob"}, ["user.account.blocked"]),
            ({"actor_id": "op"}, ["user.account.blocked"]),
            ({"address": "198.51.100.9"}, ["user.account.blocked"]),
            ({"organization_id": "acme"}, ["user.login.refused"]),
            ({"application_id": "shop"}, ["user.login.refused"]),
            ({"family": "account"}, ["user.account.blocked"]),
            ({"family": "account", "kind": "user.account.blocked,user.login.refused"}, ["user.account.blocked"]),
            ({"user_id": "ana", "outcome": "failed"}, []),
            ({"user_id": "ana", "since": (at + timedelta(hours=1)).isoformat()}, []),
            ({"user_id": "ana", "until": (at + timedelta(hours=1)).isoformat()}, ["user.login.refused"]),
        ):
            assert kinds(await door.get(PATH, params=params)) == found, params


@pytest.mark.parametrize(
    "query",
    [
        "kind=user.account.exploded", "family=gossip", "outcome=maybe", "since=2026-01-31T00:00:00", "since=yesterday",
        "after=-1", "after=99999999999999999999", "after=0&user_id=ana", "after=0&cursor=x", "limit=0",
        "limit=501", "cursor=%00", "kind=user.account.blocked&family=session",
    ],
)  # fmt: skip
async def test_a_question_that_makes_no_sense_is_refused(spine: Spine, query: str) -> None:
    async with managing(spine, READ) as door:
        assert (await door.get(f"{PATH}?{query}")).status_code == 400


async def test_a_longer_list_of_kinds_than_is_read_is_refused_and_not_cut(spine: Spine) -> None:
    async with managing(spine, READ) as door:
        for number, status in ((100, 200), (101, 400)):
            asked = {"kind": ",".join(["user.account.blocked"] * number)}
            assert (await door.get(PATH, params=asked)).status_code == status


async def test_every_kind_is_explained(spine: Spine) -> None:
    async with managing(spine, READ) as door:
        answer = (await door.get("/api/v1/event-kinds")).json()
    assert [kind["kind"] for kind in answer] == list(EventKind)
    assert all(kind["meaning"].endswith(".") and kind["family"] for kind in answer)


async def test_reading_events_takes_the_scope(spine: Spine) -> None:
    async with managing(spine, "users:read") as door:
        for path in (PATH, f"{PATH}/x", "/api/v1/event-kinds", "/api/v1/organizations/x/events"):
            assert (await door.get(path)).status_code == 403
        assert (await door.post(f"{PATH}/verify", json={})).status_code == 403
    async with spine.door() as door:
        assert (await door.get(PATH)).status_code == 401


@asynccontextmanager
async def key_of(spine: Spine, organization_id: str) -> AsyncIterator[httpx2.AsyncClient]:
    """Open the door with an API key of an organization."""
    async with managing(spine, "sys_owner") as door:
        wanted = {"name": "Log", "scopes": [READ], "organization_id": organization_id}
        created = await door.post("/api/v1/api-keys", json=wanted)
    assert created.status_code == 201, created.text
    async with spine.door(authorization=f"Bearer {created.json()['api_key']}") as door:
        yield door


async def test_a_key_of_one_organization_sees_nothing_of_another(spine: Spine) -> None:
    ours, theirs = await an_organization(spine), await an_organization(spine, "Globex")
    await happen(spine, EventKind.MEMBER_CHANGED, organization_id=ours.id, user_id="ana")
    await happen(spine, EventKind.MEMBER_CHANGED, organization_id=theirs.id, user_id="ana")
    await happen(spine, EventKind.MEMBER_CHANGED, user_id="ana")
    await seal(spine)
    async with managing(spine, READ) as door:
        (foreign,) = (
            await door.get(f"/api/v1/organizations/{theirs.id}/events?kind=organization.member.changed")
        ).json()
        assert (await door.get("/api/v1/organizations/ffffffffffffffffffffffff/events")).status_code == 404
    async with key_of(spine, ours.id) as door:
        for query in (
            "user_id=ana",
            "after=0&kind=organization.member.changed",
            f"organization_id={ours.id}&user_id=ana",
        ):
            answer = await door.get(f"{PATH}?{query}")
            assert [event["organization_id"] for event in answer.json()] == [ours.id], query
        assert (await door.get(f"{PATH}?organization_id={theirs.id}")).json() == []
        assert (await door.get(f"{PATH}?after=0&organization_id={theirs.id}")).status_code == 404
        assert (await door.get(f"{PATH}/{foreign['id']}")).status_code == 404
        assert (await door.get(f"/api/v1/organizations/{theirs.id}/events")).status_code == 404
        assert (await door.get(f"/api/v1/organizations/{ours.id}/events")).status_code == 200
        assert (await door.post(f"{PATH}/verify", json={})).status_code == 403


async def test_tampering_is_named(each_spine: Spine) -> None:
    for number in range(12):
        await happen(each_spine, data={"number": str(number)})
    await seal(each_spine)
    async with managing(each_spine, READ) as door:
        await seal(each_spine)
        answer = await door.post(f"{PATH}/verify", json={})
        assert answer.status_code == 200, answer.text
        found = answer.json()
        assert (found["holds"], found["broken"], found["next"], found["first"]) == (True, None, None, 1)
        assert found["covered"] == found["last"] == found["events"]
        part = (await door.post(f"{PATH}/verify", json={"limit": 5})).json()
        assert (part["events"], part["next"]) == (5, 6)
        for wrong in ({"limit": 0}, {"limit": 10_001}, {"since": -1}):
            assert (await door.post(f"{PATH}/verify", json=wrong)).status_code == 400
        tamper = command("UPDATE audit_events SET data = '{}' WHERE sequence = 7")
        await each_spine.transact(lambda tx: tx.run(tamper))
        found = (await door.post(f"{PATH}/verify", json={})).json()
        assert (found["holds"], found["broken"]["fault"], found["broken"]["sequence"]) == (False, "row_changed", 7)
        assert found["next"] is None


async def test_others_are_answered_while_the_record_is_looked_through(
    each_spine: Spine, monkeypatch: pytest.MonkeyPatch
) -> None:
    began, answered, take_part = threading.Event(), threading.Event(), walking.take_part

    def slow(*given: Any) -> None:
        began.set()
        assert answered.wait(5.0), "nobody was answered while this ran"
        take_part(*given)

    monkeypatch.setattr(walking, "take_part", slow)
    await happen(each_spine)
    await seal(each_spine)
    async with managing(each_spine, READ) as door:
        looking = asyncio.ensure_future(door.post(f"{PATH}/verify", json={}))
        assert await asyncio.to_thread(began.wait, 5.0)
        assert (await door.get(PATH)).status_code == 200
        assert not looking.done()
        answered.set()
        verdict = await looking
    assert (verdict.status_code, verdict.json()["holds"]) == (200, True)


async def test_a_member_who_may_see_the_team_reads_its_log_in_the_documented_shape(spine: Spine) -> None:
    organization, other = await an_organization(spine), await an_organization(spine, "Globex")
    ana = await joined(spine, organization, "ana@example.com")
    roles = (await spine.read(lambda tx: list_roles(tx, EVERYWHERE, PageRequest()))).items
    owner = next(role.id for role in roles if role.slug == "owner")
    at = spine.clock.now()
    await spine.transact(lambda tx: add_roles(tx, Within(organization.id), ana.id, (owner,), at, ORIGIN))
    await happen(spine, EventKind.MEMBER_CHANGED, organization_id=organization.id, user_id=ana.id, origin=OPERATOR)
    await happen(spine, EventKind.MEMBER_CHANGED, organization_id=other.id, user_id=ana.id)
    state = await spine.ask("ana@example.com")
    code = str((await spine.mail("ana@example.com"))["code"])
    async with spine.door() as door:
        signed = await door.post(
            "/api/v1/auth/passwordless/email-otp/verify", json={"state": state, "otp": code},
            params={"client_id": spine.application.client_id},
        )  # fmt: skip
    log = f"/api/v1/auth/tenants/{organization.id}/audit"
    async with spine.door(authorization=f"Bearer {signed.json()['access_token']}") as door:
        answer = await door.get(log, params={"event": "organization.member.changed"})
        assert answer.status_code == 200, answer.text
        (entry,) = answer.json()["audit_logs"]
        assert entry.pop("created_at")
        assert entry.pop("name")
        assert entry == {
            "city": "", "country": "", "device": "Firefox on Linux", "event": "organization.member.changed",
            "ip_address": "198.51.100.9", "os": "Linux", "user_agent": FIREFOX,
        }  # fmt: skip
        page = (await door.get(log, params={"limit": "1"})).json()
        assert (len(page["audit_logs"]), page["limit"]) == (1, 1)
        rest = (await door.get(log, params={"cursor": page["next_cursor"]})).json()
        assert rest["next_cursor"] == ""
        assert (await door.get(log, params={"event": "login"})).json()["audit_logs"] == []
        assert (await door.get(log, params={"event": "gossip"})).status_code == 400
        assert (await door.get(f"/api/v1/auth/tenants/{other.id}/audit")).status_code == 404
