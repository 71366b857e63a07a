import re
from datetime import timedelta

import pytest

from gatepass.audit.flows import record
from gatepass.audit.model import EVENT_MEANINGS, EventKind, Origin, Outcome
from gatepass.audit.queries import login_log, story_of_attempt
from gatepass.kit.db import Tx
from gatepass.kit.ids import new_id
from support.spine import ORIGIN, Spine


def test_every_event_has_a_name_in_three_parts_and_a_sentence() -> None:
    assert set(EVENT_MEANINGS) == set(EventKind)
    for kind in EventKind:
        assert re.fullmatch(r"[a-z_]+\.[a-z_]+\.[a-z_]+", kind.value), kind
        assert EVENT_MEANINGS[kind].endswith(".")


@pytest.mark.anyio
async def test_an_event_is_kept_as_it_was_recorded(each_spine: Spine) -> None:
    at = each_spine.clock.now()
    attempt = new_id()

    async def body(tx: Tx) -> None:
        await record(
            tx, EventKind.LOGIN_REQUESTED, at=at, origin=Origin("192.0.2.7", "Agent"), application_id="a",
            user_id="u", attempt_id=attempt, data={"address": "ä@example.com"},
        )  # fmt: skip

    await each_spine.transact(body)
    (event,) = await each_spine.read(lambda tx: story_of_attempt(tx, attempt))
    assert (event.kind, event.occurred_at, event.data) == (
        EventKind.LOGIN_REQUESTED, at, {"address": "ä@example.com"},
    )  # fmt: skip
    assert (event.network, event.user_agent) == ("192.0.2.7", "Agent")
    assert (event.application_id, event.user_id, event.attempt_id) == ("a", "u", attempt)


@pytest.mark.anyio
async def test_an_event_does_not_outlive_what_it_records(each_spine: Spine) -> None:
    attempt = new_id()

    async def body(tx: Tx) -> None:
        await record(tx, EventKind.LOGIN_REQUESTED, at=each_spine.clock.now(), attempt_id=attempt)
        raise LookupError("rolled back")

    with pytest.raises(LookupError):
        await each_spine.transact(body)
    assert await each_spine.read(lambda tx: story_of_attempt(tx, attempt)) == []


@pytest.mark.anyio
async def test_what_was_refused_says_so_and_why(spine: Spine) -> None:
    state = await spine.ask("ana@example.com")
    code = str((await spine.mail("ana@example.com"))["code"])
    wrong = "000000" if code != "000000" else "111111"
    for _ in range(5):
        await spine.house.codes.redeem(spine.application, state, wrong, ORIGIN)
    refused = [event for event in await spine.events() if event.kind is EventKind.LOGIN_EXHAUSTED]
    assert [(event.outcome, event.reason) for event in refused] == [(Outcome.REFUSED, "exhausted")]


@pytest.mark.anyio
async def test_a_long_agent_is_cut(spine: Spine) -> None:
    attempt, at = new_id(), spine.clock.now()
    origin = Origin("192.0.2.7", "x" * 10_000)
    await spine.transact(lambda tx: record(tx, EventKind.LOGIN_REQUESTED, at=at, origin=origin, attempt_id=attempt))
    (event,) = await spine.read(lambda tx: story_of_attempt(tx, attempt))
    assert len(event.user_agent) == 512


@pytest.mark.anyio
async def test_the_login_log_tells_a_users_sign_ins_the_newest_first(spine: Spine) -> None:
    for _ in range(3):
        user = (await spine.sign_in("ana@example.com")).user
        spine.clock.move(timedelta(hours=1))
    await spine.sign_in("other@example.com")
    log = await spine.read(lambda tx: login_log(tx, user.id))
    assert {event.kind for event in log} == {EventKind.LOGIN_SUCCEEDED}
    assert [event.occurred_at for event in log] == sorted((event.occurred_at for event in log), reverse=True)
    assert len(log) == 3
    assert log[0].network == "192.0.2.7"
    assert log[0].data["method"] == "one_time_code"
    assert len(await spine.read(lambda tx: login_log(tx, user.id, limit=2))) == 2


@pytest.mark.anyio
async def test_the_story_of_an_attempt_holds_no_token_code_or_link(spine: Spine) -> None:
    state = await spine.ask("ana@example.com")
    attempt, mail, link = (
        await spine.attempt(state), await spine.mail("ana@example.com"), await spine.link("ana@example.com"),
    )  # fmt: skip
    outcome = await spine.sign_in("ana@example.com")
    written = repr(await spine.events())
    assert await spine.read(lambda tx: story_of_attempt(tx, attempt.id))
    for secret in (state, link.handle, link.secret, outcome.grant.refresh_token):
        assert secret not in written
    assert str(mail["code"]) not in re.findall(r"\b\d{6}\b", written)
