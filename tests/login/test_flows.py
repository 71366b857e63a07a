"""The dispatcher: guesses that are charged, one completion, and an outcome that is handed out once."""

import asyncio
from datetime import timedelta

import pytest

from gatepass.audit.model import EventKind
from gatepass.kit.db import Tx, query
from gatepass.login.flows import HandedOut, topic
from gatepass.login.jobs import purge
from gatepass.login.model import Completed, EndReason, FactorNeeded, Proof, Refusal, Refused
from gatepass.methods.magic_link.waiting import TOLD
from gatepass.tokens.model import Grant
from support.spine import ORIGIN, SHOP, Spine

pytestmark = pytest.mark.anyio

ANA = "ana@example.com"
INSTANT = timedelta(microseconds=1)
_SESSIONS = query(int, "SELECT count(*) FROM sessions")
_ATTEMPTS = query(int, "SELECT count(*) FROM login_attempts")
_ANSWERS = query(int, "SELECT count(*) FROM login_attempts WHERE answer_sealed IS NOT NULL")


async def guess(spine: Spine, state: str, code: str) -> HandedOut | FactorNeeded | Refused:
    return await spine.house.codes.redeem(spine.application, state, code, ORIGIN)


async def wrong(spine: Spine) -> str:
    """Return a code that is not the one of the newest mail."""
    right = int(str((await spine.mail(ANA))["code"]))
    return f"{(right + 1) % 10**6:06d}"


async def advance(spine: Spine, state: str) -> Completed | FactorNeeded | Refused:
    attempt, at = await spine.attempt(state), spine.clock.now()

    async def body(tx: Tx) -> Completed | FactorNeeded | Refused:
        proof = Proof("magic_link", ("email",), attempt.email)
        return await spine.house.login.advance(tx, attempt, proof, spine.application, at, ORIGIN)

    return await spine.transact(body)


async def test_each_wrong_code_is_charged_and_the_fifth_ends_the_attempt(each_spine: Spine) -> None:
    state = await each_spine.ask(ANA)
    code = await wrong(each_spine)
    outcomes = [await guess(each_spine, state, code) for _ in range(6)]
    assert outcomes == [
        *(Refused(Refusal.WRONG_CODE, left) for left in (4, 3, 2, 1)),
        Refused(Refusal.EXHAUSTED),
        Refused(Refusal.ENDED),
    ]
    attempt = await each_spine.attempt(state)
    assert (attempt.failures, attempt.end_reason) == (5, EndReason.EXHAUSTED)
    assert EventKind.LOGIN_EXHAUSTED in [event.kind for event in await each_spine.events()]


async def test_the_right_code_after_four_wrong_ones_still_signs_in(spine: Spine) -> None:
    state = await spine.ask(ANA)
    for _ in range(4):
        await guess(spine, state, await wrong(spine))
    assert isinstance(await guess(spine, state, str((await spine.mail(ANA))["code"])), HandedOut)


async def test_the_right_code_is_worth_nothing_once_the_attempt_has_ended(spine: Spine) -> None:
    state = await spine.ask(ANA)
    for _ in range(5):
        await guess(spine, state, await wrong(spine))
    assert await guess(spine, state, str((await spine.mail(ANA))["code"])) == Refused(Refusal.ENDED)


async def test_guesses_that_come_at_once_can_not_outrun_the_count(each_spine: Spine) -> None:
    state = await each_spine.ask(ANA)
    code = await wrong(each_spine)
    outcomes = await asyncio.gather(*(guess(each_spine, state, code) for _ in range(16)))
    judged = [outcome for outcome in outcomes if isinstance(outcome, Refused) and outcome.tries_left]
    assert sorted(outcome.tries_left for outcome in judged) == [1, 2, 3, 4]
    assert (await each_spine.attempt(state)).failures == 5


async def test_twenty_wrong_codes_in_an_hour_are_all_that_an_address_takes(spine: Spine) -> None:
    for _ in range(4):
        state = await spine.ask(ANA)
        for _ in range(5):
            await guess(spine, state, await wrong(spine))
    spine.clock.move(timedelta(minutes=20))
    state = await spine.ask(ANA)
    right = str((await spine.mail(ANA))["code"])
    refused = await guess(spine, state, right)
    assert isinstance(refused, Refused)
    assert (refused.reason, refused.wait) == (Refusal.TOO_MANY_GUESSES, timedelta(minutes=40))
    assert (await spine.attempt(state)).failures == 0
    other = await spine.ask("other@example.com")
    assert isinstance(await guess(spine, other, str((await spine.mail("other@example.com"))["code"])), HandedOut)
    spine.clock.move(timedelta(minutes=40))
    assert isinstance(await spine.sign_in(ANA), HandedOut)


async def test_an_expired_attempt_takes_no_guess_and_no_proof(spine: Spine) -> None:
    state = await spine.ask(ANA)
    spine.clock.move(timedelta(minutes=5))
    right = str((await spine.mail(ANA))["code"])
    assert await guess(spine, state, right) == Refused(Refusal.EXPIRED)
    assert await advance(spine, state) == Refused(Refusal.EXPIRED)


async def test_only_one_of_many_proofs_completes_an_attempt(each_spine: Spine) -> None:
    state = await each_spine.ask(ANA)
    outcomes = await asyncio.gather(*(advance(each_spine, state) for _ in range(16)))
    assert sum(isinstance(outcome, Completed) for outcome in outcomes) == 1
    assert {outcome.reason for outcome in outcomes if isinstance(outcome, Refused)} == {Refusal.ALREADY_USED}
    assert await each_spine.read(lambda tx: tx.one(_SESSIONS)) == 1


async def test_the_session_belongs_to_the_place_that_asked(spine: Spine) -> None:
    completed = await advance(spine, await spine.ask(ANA))
    assert isinstance(completed, Completed)
    assert (completed.session.network, completed.session.user_agent) == ("192.0.2.7", "Agent/1.0")
    assert completed.session.expires_at == spine.clock.at + SHOP.refresh_token_lifetime
    assert completed.session.amr == ("email",)
    (event,) = [one for one in await spine.events() if one.kind is EventKind.LOGIN_SUCCEEDED]
    assert event.data == {"method": "magic_link", "device": "Unknown device", "proven_from": ORIGIN.network}


async def test_an_outcome_is_handed_out_once_repeated_for_a_while_and_then_only_told(each_spine: Spine) -> None:
    state = await each_spine.ask(ANA)
    await advance(each_spine, state)
    first = await each_spine.waiting.ask(each_spine.application, state)
    assert isinstance(first, HandedOut)
    each_spine.clock.move(timedelta(seconds=30) - INSTANT)
    repeat = await each_spine.waiting.ask(each_spine.application, state)
    assert isinstance(repeat, HandedOut)
    assert await signed(each_spine, repeat.grant) == await signed(each_spine, first.grant)
    each_spine.clock.move(INSTANT)
    assert await each_spine.waiting.ask(each_spine.application, state) is TOLD


async def signed(spine: Spine, grant: Grant) -> str:
    return (await spine.house.tokens.sign(grant)).access_token


async def test_many_who_ask_at_once_get_one_set_of_tokens(each_spine: Spine) -> None:
    state = await each_spine.ask(ANA)
    await advance(each_spine, state)
    outcomes = await asyncio.gather(*(each_spine.waiting.ask(each_spine.application, state) for _ in range(12)))
    grants = [outcome.grant.refresh_token for outcome in outcomes if isinstance(outcome, HandedOut)]
    assert len(grants) == 12
    assert len(set(grants)) == 1


async def test_an_outcome_that_nobody_asked_for_in_five_minutes_is_gone(spine: Spine) -> None:
    state = await spine.ask(ANA)
    await advance(spine, state)
    spine.clock.move(timedelta(minutes=5))
    assert await spine.waiting.ask(spine.application, state) == Refused(Refusal.EXPIRED)


async def test_what_was_handed_out_can_not_be_opened_from_the_database_alone(spine: Spine) -> None:
    state = await spine.ask(ANA)
    await advance(spine, state)
    outcome = await spine.waiting.ask(spine.application, state)
    assert isinstance(outcome, HandedOut)
    attempt = await spine.attempt(state)
    assert outcome.grant.refresh_token.encode() not in attempt.answer_sealed
    assert state.encode() not in attempt.state_hash


async def test_an_end_is_recorded_once_and_wakes_whoever_waits(spine: Spine) -> None:
    state = await spine.ask(ANA)
    attempt, at = await spine.attempt(state), spine.clock.now()

    async def body(tx: Tx) -> bool:
        return await spine.house.login.end(tx, attempt, EndReason.DECLINED, at, ORIGIN)

    with spine.house.login.signals.listen(topic(attempt.id)) as bell:
        assert await spine.transact(body)
        await asyncio.wait_for(bell.wait(30), 5)
    assert not await spine.transact(body)
    kinds = [event.kind for event in await spine.events()]
    assert kinds.count(EventKind.LOGIN_DECLINED) == 1


async def test_a_transaction_that_rolls_back_wakes_nobody(spine: Spine) -> None:
    state = await spine.ask(ANA)
    attempt, at = await spine.attempt(state), spine.clock.now()

    async def body(tx: Tx) -> None:
        await spine.house.login.end(tx, attempt, EndReason.DECLINED, at, ORIGIN)
        raise LookupError

    with spine.house.login.signals.listen(topic(attempt.id)) as bell:
        with pytest.raises(LookupError):
            await spine.transact(body)
        assert not bell._rung.is_set()
    assert (await spine.attempt(state)).ended_at is None


async def test_old_attempts_and_answers_that_nobody_may_repeat_are_deleted(spine: Spine) -> None:
    state = await spine.ask(ANA)
    await advance(spine, state)
    await spine.waiting.ask(spine.application, state)

    async def purged() -> None:
        now = spine.clock.now()
        await spine.transact(lambda tx: purge(tx, now))

    await purged()
    assert await spine.read(lambda tx: tx.one(_ANSWERS)) == 1
    spine.clock.move(timedelta(seconds=30) + INSTANT)
    await purged()
    assert await spine.read(lambda tx: tx.one(_ANSWERS)) == 0
    assert await spine.read(lambda tx: tx.one(_ATTEMPTS)) == 1
    spine.clock.move(timedelta(days=1))
    await purged()
    assert await spine.read(lambda tx: tx.one(_ATTEMPTS)) == 0
