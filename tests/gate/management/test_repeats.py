"""Repeats of a call: the first answer again, to the same caller alone, and nothing done twice."""

import asyncio
import contextlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from gate.management.callers import OWNER, a_key
from gatepass.api.users import records
from gatepass.gate.management import repeats, store
from gatepass.gate.management.repeats import Repeats
from gatepass.gate.model import Call, Endpoint
from gatepass.kit.db import query
from gatepass.kit.ids import new_id
from gatepass.kit.problems import Problem
from support.managing import managing
from support.spine import Spine

pytestmark = pytest.mark.anyio

_ROWS = query(int, "SELECT count(*) FROM repeatable_answers")
PATH = "/api/v1/api-keys"


def body(name: str = "Key") -> dict[str, object]:
    return {"name": name, "scopes": ["users:read"]}


async def post(door: httpx2.AsyncClient, key: str, name: str = "Key") -> httpx2.Response:
    return await door.post(PATH, json=body(name), headers={"idempotency-key": key})


async def test_a_secret_that_got_lost_on_the_way_is_shown_again_to_the_same_caller(each_spine: Spine) -> None:
    async with managing(each_spine, "sys_owner") as door:
        first, again = await post(door, "one"), await post(door, "one")
        assert (first.status_code, again.status_code) == (201, 201)
        assert again.json()["api_key"] == first.json()["api_key"]
        async with managing(each_spine, "sys_owner") as other:
            own = await post(other, "one")
            assert own.json()["api_key"] != first.json()["api_key"], "another caller's key is another key"
        assert len((await door.get(PATH)).json()) == 2


async def test_of_many_at_once_one_is_done(each_spine: Spine) -> None:
    async with managing(each_spine, "sys_owner") as door:
        answers = await asyncio.gather(*[post(door, "one") for _ in range(8)])
        assert {answer.status_code for answer in answers} <= {201, 409}
        assert {answer.json().get("error_code") for answer in answers} <= {None, "request_in_progress"}
        assert len({answer.json()["id"] for answer in answers if answer.status_code == 201}) == 1
        assert len((await door.get(PATH)).json()) == 1


async def test_what_was_refused_may_be_mended_under_the_same_key(spine: Spine) -> None:
    async with managing(spine, "sys_owner") as door:
        assert (await post(door, "one", "")).status_code == 400
        assert (await post(door, "one", "Mended")).status_code == 201
        reused = await post(door, "one", "Other")
        assert (reused.status_code, reused.json()["error_code"]) == (409, "idempotency_key_reused")


@pytest.mark.parametrize(
    "key", [b"", b" ", b"a b", b"x" * 256, b"\xe4"], ids=["empty", "blank", "two-words", "too-long", "not-ascii"]
)
async def test_a_key_that_is_none_is_refused(spine: Spine, key: bytes) -> None:
    async with managing(spine, "sys_owner") as door:
        answer = await door.post(PATH, json=body(), headers={b"idempotency-key": key})
        assert (answer.status_code, answer.json()["error_code"]) == (400, "invalid_idempotency_key")


async def test_an_answer_is_kept_sealed_for_a_day(each_spine: Spine) -> None:
    key = await a_key(each_spine)
    async with each_spine.door(authorization=f"Bearer {key.secret.reveal()}") as door:
        first = await post(door, "one")
        kept = await each_spine.read(lambda tx: tx.all(query(bytes, "SELECT answer_sealed FROM repeatable_answers")))
        assert first.json()["api_key"].encode() not in kept[0]
        each_spine.clock.move(timedelta(days=1))
        assert (await post(door, "one")).json()["id"] != first.json()["id"]
        each_spine.clock.move(timedelta(days=1))
        while await each_spine.transact(lambda tx: repeats.purge(tx, each_spine.clock.now())):
            pass
    assert await each_spine.read(lambda tx: tx.one(_ROWS)) == 0


def refused(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, str(answer.json().get("error_code", ""))


async def create_user(door: httpx2.AsyncClient, key: str = "one") -> httpx2.Response:
    return await door.post("/api/v1/users", json={"email": "ada@example.com"}, headers={"idempotency-key": key})


def breaking(fault: BaseException) -> Callable[..., Any]:
    def break_off(*_: object, **__: object) -> Any:
        raise fault

    return break_off


async def test_the_first_answer_is_repeated_with_its_headers(each_spine: Spine) -> None:
    async with managing(each_spine, "sys_owner") as door:
        first, again = await create_user(door), await create_user(door)
        assert first.status_code == again.status_code == 200, first.text
        assert first.headers["etag"] == again.headers["etag"]
        assert (first.content, again.headers["idempotent-replayed"]) == (again.content, "true")


@pytest.mark.parametrize(
    "fault",
    [OSError("gone"), Problem("unavailable", 503, "Try again.")],
    ids=["a-failure", "a-problem-of-the-server"],
)
async def test_what_failed_behind_its_commit_is_not_done_again(
    each_spine: Spine, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    key = await a_key(each_spine)
    async with each_spine.door(authorization=f"Bearer {key.secret.reveal()}") as door:
        with monkeypatch.context() as broken:
            broken.setattr(records, "created_answer", breaking(fault))
            with contextlib.suppress(OSError):
                assert (await create_user(door)).status_code >= 500
        assert refused(await create_user(door)) == (409, "outcome_unknown")
        each_spine.clock.move(timedelta(hours=23))
        assert refused(await create_user(door)) == (409, "outcome_unknown"), "for the rest of the day"
        assert (await create_user(door, "two")).status_code == 409, "it had happened"


async def test_a_crash_between_the_work_and_the_kept_answer_leaves_it_done_once(
    each_spine: Spine, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with managing(each_spine, "sys_owner") as door:
        with monkeypatch.context() as crashed:
            crashed.setattr(store, "touch", breaking(ConnectionError("the process died here")))
            with contextlib.suppress(ConnectionError):
                assert (await post(door, "one")).status_code == 500
        assert refused(await post(door, "one")) == (409, "request_in_progress"), "nobody knows yet that it died"
        each_spine.clock.move(timedelta(minutes=1))
        for _ in range(2):
            assert refused(await post(door, "one")) == (409, "outcome_unknown")
        assert len((await door.get(PATH)).json()) == 1


async def test_a_call_that_is_cancelled_behind_its_commit_is_not_done_again(
    each_spine: Spine, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with managing(each_spine, "sys_owner") as door:
        with monkeypatch.context() as cancelled:
            cancelled.setattr(records, "created_answer", breaking(asyncio.CancelledError()))
            with pytest.raises(asyncio.CancelledError):
                await create_user(door)
        assert refused(await create_user(door)) == (409, "outcome_unknown")


async def test_a_call_that_takes_longer_than_a_minute_is_not_done_twice(each_spine: Spine) -> None:
    keeper = Repeats(each_spine.database, each_spine.clock, each_spine.ring)
    runs = 0

    async def handler(call: Call[Any, Any]) -> dict[str, bool]:
        nonlocal runs
        runs += 1
        each_spine.clock.move(timedelta(minutes=2))
        with pytest.raises(Problem) as refusal:
            await keeper.answer(endpoint, call, b"{}")
        assert (refusal.value.status, refusal.value.code) == (409, "outcome_unknown")
        return {"is_done": True}

    endpoint = Endpoint("slow", "POST", ("/slow",), handler, "Take long.")
    call = Call(None, None, "", {b"idempotency-key": b"one"}, "", breaking(OSError()), known_principal=OWNER)
    answers = [await keeper.answer(endpoint, call, b"{}") for _ in range(2)]
    assert runs == 1
    assert {answer.body for answer in answers} == {b'{"is_done":true}'}


async def test_whoever_took_longer_than_the_day_writes_upon_nobody_elses_row(each_spine: Spine) -> None:
    row_id, began = new_id(), each_spine.clock.now()
    later = began + timedelta(days=1)
    assert await each_spine.transact(lambda tx: store.add(tx, row_id, b"slow", began, later))
    assert await each_spine.transact(lambda tx: store.add(tx, row_id, b"quick", later, later + timedelta(days=1)))
    assert not await each_spine.transact(lambda tx: store.touch(tx, row_id, began, 200, b"x"))
    assert not await each_spine.transact(lambda tx: store.touch_lost(tx, row_id, began))
    assert not await each_spine.transact(lambda tx: store.revoke(tx, row_id, began))
