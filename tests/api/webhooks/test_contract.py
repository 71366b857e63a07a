"""Webhooks over the API, body for body: setting up, testing, the log, sending again, and who may."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import msgspec
import pytest

from api.organizations.callers import by_key, code_of
from gatepass.audit.flows import record
from gatepass.audit.model import EventKind
from gatepass.kit.ids import new_id
from gatepass.kit.lookups.reach import EVERYWHERE
from gatepass.login.flows import remove_organization
from gatepass.webhooks.flows import forget_organization
from gatepass.worker import post_room_of, sealer_of
from kit.fetch.web import Web, says, serving
from organizations.stage import an_organization
from support.managing import managing
from support.spine import ORIGIN, Spine
from webhooks.house import headers_of, told, url_of, verify_by_standard

pytestmark = pytest.mark.anyio

ALL = "/api/v1/webhooks"
SCOPES = ("webhooks:read", "webhooks:write", "events:read")


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    async with serving(says(b"thanks", headers=())) as made:
        yield made


@pytest.fixture
async def manager(each_spine: Spine) -> AsyncIterator[httpx2.AsyncClient]:
    async with managing(each_spine, *SCOPES) as door:
        yield door


async def happen(spine: Spine, *user_ids: str, organization_id: str | None = None) -> None:
    """Let users change, seal that, and deliver it as the worker does."""
    at = spine.clock.now()

    async def body(tx: Any) -> None:
        for user_id in user_ids:
            await record(
                tx, EventKind.USER_CHANGED, at=at, origin=ORIGIN, user_id=user_id, organization_id=organization_id
            )

    await spine.transact(body)
    sealer = sealer_of(spine.house)
    while await sealer.seal():
        pass
    await deliver(spine)


async def deliver(spine: Spine) -> None:
    """Do once what the worker does all the time."""
    room = post_room_of(spine.house, is_alone=False)
    while await room.dispatcher.dispatch():
        pass
    while await room.sender.send():
        await room.sender.finish()


async def create(door: httpx2.AsyncClient, web: Web, **more: Any) -> dict[str, Any]:
    answer = await door.post(ALL, json={"url": url_of(web), "events": ["account"], **more})
    assert answer.status_code == 201, answer.text
    created: dict[str, Any] = answer.json()
    return created


async def test_a_webhook_is_set_up_and_its_secret_is_shown_this_once(manager: httpx2.AsyncClient, web: Web) -> None:
    answer = await manager.post(
        ALL, json={"url": url_of(web), "events": ["account", "user.login.succeeded"], "description": "The shop's."}
    )
    created = answer.json()
    secret = created.pop("secret")
    assert (answer.status_code, answer.headers["cache-control"]) == (201, "no-store")
    assert secret.startswith("whsec_")
    times = {name: created.pop(name) for name in ("created_at", "updated_at")}
    assert times["created_at"] == times["updated_at"]
    webhook_id = created.pop("id")
    assert created == {
        "organization_id": None,
        "url": f"http://127.0.0.1:{web.port}/hook?key=***",
        "description": "The shop's.",
        "events": ["account", "user.login.succeeded"],
        "signature": "standard",
        "is_active": True,
        "stop_reason": None,
        "failures": 0,
        "failing_since": None,
        "last_success_at": None,
        "previous_secret_until": None,
    }
    for path in (ALL, f"{ALL}/{webhook_id}"):
        text = (await manager.get(path)).text
        assert webhook_id in text
        assert secret not in text
        assert "s3cret" not in text


async def test_every_fault_is_named_at_once(manager: httpx2.AsyncClient) -> None:
    answer = await manager.post(
        ALL, json={"url": "ftp://shop.test/", "events": ["user.exploded"], "description": "a\nb"}
    )
    assert code_of(answer) == (400, "invalid_webhook")
    for words in ("https://", "'user.exploded'", "printable"):
        assert words in answer.text


async def test_a_repeated_create_makes_one_webhook(manager: httpx2.AsyncClient, web: Web) -> None:
    body, key = {"url": url_of(web), "events": ["*"]}, {"idempotency-key": "one"}
    first, second = [await manager.post(ALL, json=body, headers=key) for _ in range(2)]
    assert first.json() == second.json()
    assert len((await manager.get(ALL)).json()) == 1


async def test_a_webhook_is_changed_by_whoever_saw_it_as_it_is(
    each_spine: Spine, manager: httpx2.AsyncClient, web: Web
) -> None:
    path = f"{ALL}/{(await create(manager, web))['id']}"
    seen = (await manager.get(path)).headers["etag"]
    each_spine.clock.move(timedelta(seconds=1))
    change = {"events": ["session"], "is_active": False}
    changed = await manager.patch(path, json=change, headers={"if-match": seen})
    assert (changed.status_code, changed.json()["events"]) == (200, ["session"])
    assert (changed.json()["is_active"], changed.json()["stop_reason"]) == (False, "operator")
    stale = await manager.patch(path, json={"description": "Mine."}, headers={"if-match": seen})
    assert code_of(stale) == (412, "stale_version")
    resumed = await manager.post(f"{path}/resume")
    assert (resumed.json()["is_active"], resumed.json()["stop_reason"]) == (True, None)


async def test_what_is_answered_as_url_is_not_taken_as_one(manager: httpx2.AsyncClient, web: Web) -> None:
    created = await create(manager, web)
    answer = await manager.patch(f"{ALL}/{created['id']}", json={"url": created["url"]})
    assert code_of(answer) == (400, "invalid_webhook")


async def test_an_event_arrives_as_the_list_of_events_shows_it(
    each_spine: Spine, manager: httpx2.AsyncClient, web: Web
) -> None:
    created = await create(manager, web)
    await happen(each_spine, "ada")
    [message] = told(web)
    listed = (await manager.get("/api/v1/events", params={"kind": "user.account.changed"})).json()
    rows = listed if isinstance(listed, list) else listed["events"]
    assert message["data"] == rows[0]
    assert message["type"] == "user.account.changed"
    verify_by_standard(created["secret"], headers_of(web.requests[0]), web.bodies[0], now=each_spine.clock.now())


async def test_the_log_tells_every_try_and_what_came_back(
    each_spine: Spine, manager: httpx2.AsyncClient, web: Web
) -> None:
    path = f"{ALL}/{(await create(manager, web))['id']}"
    web.answer = says(b"<b>no</b>", status=500)
    await happen(each_spine, "ada")
    web.answer = says(b"yes")
    each_spine.clock.move(timedelta(seconds=10))
    await deliver(each_spine)
    [delivery] = (await manager.get(f"{path}/deliveries")).json()
    assert (delivery["state"], delivery["attempts"], delivery["last_status"]) == ("delivered", 2, 200)
    assert (delivery["event"], delivery["next_attempt_at"]) == ("user.account.changed", None)
    story = (await manager.get(f"{path}/deliveries/{delivery['id']}")).json()
    tries = [(one["status"], one["error"], one["answer"]) for one in story["tries"]]
    assert tries == [(500, "The receiver answered 500.", "<b>no</b>"), (200, None, "yes")]


async def test_the_log_is_read_in_pages_and_by_state(each_spine: Spine, manager: httpx2.AsyncClient, web: Web) -> None:
    path = f"{ALL}/{(await create(manager, web))['id']}"
    await happen(each_spine, "a", "b", "c", "d", "e")
    seen: list[str] = []
    url = f"{path}/deliveries?limit=2&state=delivered"
    for size in (2, 2, 1):
        page = await manager.get(url)
        assert len(page.json()) == size
        seen += [row["id"] for row in page.json()]
        url = page.links["next"]["url"] if "next" in page.links else ""
    assert url == ""
    assert len(set(seen)) == 5
    assert seen == sorted(seen, reverse=True)
    for state in ("waiting", "dead"):
        assert (await manager.get(f"{path}/deliveries", params={"state": state})).json() == []
    assert (await manager.get(f"{path}/deliveries", params={"state": "lost"})).status_code == 400


async def test_a_delivery_the_dead_and_a_whole_range_are_sent_again(
    each_spine: Spine, manager: httpx2.AsyncClient, web: Web
) -> None:
    path = f"{ALL}/{(await create(manager, web))['id']}"
    since = (datetime.now(UTC) - timedelta(seconds=2)).isoformat()
    await happen(each_spine, "ada", "bob")
    rows = (await manager.get(f"{path}/deliveries")).json()
    assert (await manager.post(f"{path}/deliveries/{rows[0]['id']}/replay")).json()["queued"] == 1
    await deliver(each_spine)
    assert len(web.bodies) == 3
    dead = await manager.post(f"{path}/replay", params={"since": since})
    assert (dead.status_code, dead.json()["queued"]) == (200, 0)
    again = await manager.post(f"{path}/replay", params={"since": since, "everything": "true"})
    assert (again.status_code, again.json()["queued"]) == (200, None)
    await deliver(each_spine)
    assert len(web.bodies) == 5
    assert len({headers_of(request)["webhook-id"] for request in web.requests}) == 2
    ever = await manager.post(f"{path}/replay", params={"since": "0001-01-01T00:00:00Z", "everything": "true"})
    assert ever.status_code == 200
    await deliver(each_spine)
    assert len(web.bodies) > 5
    future = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    assert (await manager.post(f"{path}/replay", params={"since": future})).status_code == 400


async def test_nothing_is_sent_again_to_a_webhook_that_was_stopped(
    each_spine: Spine, manager: httpx2.AsyncClient, web: Web
) -> None:
    path = f"{ALL}/{(await create(manager, web))['id']}"
    web.answer = says(b"", status=410)
    await happen(each_spine, "ada")
    assert (await manager.get(path)).json()["stop_reason"] == "gone"
    [row] = (await manager.get(f"{path}/deliveries", params={"state": "dead"})).json()
    for again in (f"{path}/deliveries/{row['id']}/replay", f"{path}/replay?since=2026-01-01T00:00:00Z"):
        assert code_of(await manager.post(again)) == (409, "webhook_stopped")


async def test_a_test_answers_what_came_back(manager: httpx2.AsyncClient, web: Web) -> None:
    path = f"{ALL}/{(await create(manager, web))['id']}"
    answer = (await manager.post(f"{path}/test")).json()
    assert (answer["delivered"], answer["status"], answer["error"], answer["answer"]) == (True, 200, None, "thanks")
    assert msgspec.json.decode(web.bodies[0])["type"] == "webhook.endpoint.tested"


async def test_a_rotated_secret_is_shown_this_once_and_the_old_one_signs_along(
    each_spine: Spine, manager: httpx2.AsyncClient, web: Web
) -> None:
    created = await create(manager, web)
    path = f"{ALL}/{created['id']}"
    rotated = (await manager.post(f"{path}/secret/rotate")).json()
    assert rotated["secret"] != created["secret"]
    await happen(each_spine, "ada")
    for secret in (created["secret"], rotated["secret"]):
        verify_by_standard(secret, headers_of(web.requests[0]), web.bodies[0], now=each_spine.clock.now())
    assert rotated["secret"] not in (await manager.get(path)).text


async def test_the_documented_signature_can_be_chosen(each_spine: Spine, manager: httpx2.AsyncClient, web: Web) -> None:
    await create(manager, web, signature="documented")
    await happen(each_spine, "ada")
    assert headers_of(web.requests[0])["ssojet-signature"].startswith("t=")
    assert set(told(web)[0]) == {"id", "type", "createdAt", "data"}


async def test_a_webhook_that_was_removed_is_told_nothing_and_can_not_be_read(
    each_spine: Spine, manager: httpx2.AsyncClient, web: Web
) -> None:
    path = f"{ALL}/{(await create(manager, web))['id']}"
    assert (await manager.delete(path)).json() == {"success": True}
    await happen(each_spine, "ada")
    assert web.bodies == []
    for again in (path, f"{path}/deliveries"):
        assert code_of(await manager.get(again)) == (404, "unknown_webhook")


async def test_there_may_be_so_many_webhooks_and_no_more(
    each_spine: Spine, manager: httpx2.AsyncClient, web: Web
) -> None:
    most = each_spine.house.foundations.settings.webhooks.most
    for _ in range(most):
        await create(manager, web)
    answer = await manager.post(ALL, json={"url": url_of(web), "events": ["*"]})
    assert code_of(answer) == (409, "too_many_webhooks")


async def test_a_key_of_an_organization_sees_and_makes_that_organizations_webhooks_alone(
    each_spine: Spine, manager: httpx2.AsyncClient, web: Web
) -> None:
    mine, other = await an_organization(each_spine, "Acme"), await an_organization(each_spine, "Globex")
    everybodys = (await create(manager, web))["id"]
    others = (await create(manager, web, organization_id=other.id))["id"]
    async with by_key(each_spine, mine, *SCOPES) as door:
        created = await create(door, web)
        assert created["organization_id"] == mine.id
        assert [row["id"] for row in (await door.get(ALL)).json()] == [created["id"]]
        for foreign in (everybodys, others):
            path = f"{ALL}/{foreign}"
            answers = [
                await door.get(path),
                await door.patch(path, json={"description": "Mine."}),
                await door.delete(path),
                await door.post(f"{path}/secret/rotate"),
                await door.post(f"{path}/test"),
                await door.post(f"{path}/resume"),
                await door.post(f"{path}/replay", params={"since": "2026-01-01T00:00:00Z"}),
                await door.get(f"{path}/deliveries"),
            ]
            assert {code_of(answer) for answer in answers} == {(404, "unknown_webhook")}
        foreign_create = await door.post(ALL, json={"url": url_of(web), "events": ["*"], "organization_id": other.id})
        assert code_of(foreign_create) == (404, "unknown_organization")
        web.bodies.clear()
        await happen(each_spine, "theirs", organization_id=other.id)
        rows = (await door.get(f"{ALL}/{created['id']}/deliveries")).json()
    assert "user.account.changed" not in {row["event"] for row in rows}


@pytest.mark.parametrize("scopes", [("webhooks:read", "events:read"), ("webhooks:write",)], ids=["reader", "blind"])
async def test_who_may_not_read_events_or_not_write_webhooks_sets_none_up(
    each_spine: Spine, web: Web, scopes: tuple[str, ...]
) -> None:
    async with managing(each_spine, *scopes) as door:
        answer = await door.post(ALL, json={"url": url_of(web), "events": ["*"]})
    assert code_of(answer) == (403, "insufficient_scope")


async def test_one_organization_does_not_take_the_place_of_all_webhooks(
    each_spine: Spine, manager: httpx2.AsyncClient, web: Web
) -> None:
    one, other = await an_organization(each_spine, "Acme"), await an_organization(each_spine, "Globex")
    for _ in range(each_spine.house.foundations.settings.webhooks.most_of_organization):
        await create(manager, web, organization_id=one.id)
    answer = await manager.post(ALL, json={"url": url_of(web), "events": ["*"], "organization_id": one.id})
    assert code_of(answer) == (409, "too_many_webhooks")
    assert (await create(manager, web, organization_id=other.id))["organization_id"] == other.id


async def test_webhooks_of_a_removed_organization_stop_at_once_and_are_forgotten(
    each_spine: Spine, manager: httpx2.AsyncClient, web: Web
) -> None:
    organization = await an_organization(each_spine, "Acme")
    path = f"{ALL}/{(await create(manager, web, organization_id=organization.id))['id']}"
    at = each_spine.clock.now()
    await each_spine.transact(lambda tx: remove_organization(tx, EVERYWHERE, organization.id, at, ORIGIN))
    await happen(each_spine, new_id(), organization_id=organization.id)
    assert web.requests == []
    shown = (await manager.get(path)).json()
    assert (shown["is_active"], shown["stop_reason"]) == (False, "organization")
    assert await each_spine.transact(lambda tx: forget_organization(tx, organization.id, 10)) == 1
    assert code_of(await manager.get(path)) == (404, "unknown_webhook")


async def test_two_changes_in_one_moment_have_two_versions(manager: httpx2.AsyncClient) -> None:
    wanted = {"url": "https://example.com/hook", "events": ["account"]}
    created = await manager.post(ALL, json=wanted)
    one, versions = f"{ALL}/{created.json()['id']}", [created.headers["etag"]]
    changes: tuple[tuple[str, str, dict[str, str]], ...] = (
        ("PATCH", one, {"description": "B"}),
        ("POST", f"{one}/secret/rotate", {}),
        ("POST", f"{one}/resume", {}),
    )
    for method, path, body in changes:
        changed = await manager.request(method, path, json=body or None, headers={"if-match": versions[-1]})
        assert changed.status_code == 200, changed.text
        versions.append(changed.headers["etag"])
        assert (await manager.get(one)).headers["etag"] == versions[-1]
    assert len(set(versions)) == 4
    late = await manager.patch(one, json={"description": "C"}, headers={"if-match": versions[1]})
    assert late.status_code == 412
