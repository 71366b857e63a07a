"""Signing in by a password: what it costs, what is charged, and what nobody can tell from outside."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from gatepass.applications.model import Application
from gatepass.authenticators.model import Kind
from gatepass.authenticators.queries import list_authenticators
from gatepass.kit.db import Tx
from gatepass.kit.problems import Problem
from gatepass.login.flows import HandedOut
from gatepass.login.model import Refusal, Refused
from gatepass.methods.password import store
from gatepass.methods.password.hashing.own import OwnHashes
from gatepass.methods.password.hashing.pool import HashingPool
from gatepass.users.flows import deactivate, hold
from methods.password.house import ASKER, BETTER, ELSEWHERE, GOOD, address_of, garden, set_password
from support.spine import Spine

pytestmark = pytest.mark.anyio
ANNA = "anna@example.com"


async def sign_in(spine: Spine, shop: Application, password: str, email: str = ANNA) -> object:
    return await spine.house.passwords.sign_ins.redeem(shop, address_of(email), password, ASKER)


async def test_the_right_password_signs_in_and_is_told_as_such(each_spine: Spine) -> None:
    shop = await garden(each_spine)
    first = await set_password(each_spine, shop, ANNA)
    outcome = await sign_in(each_spine, shop, GOOD)
    assert isinstance(outcome, HandedOut)
    assert outcome.user.id == first.user.id
    held = await each_spine.read(lambda tx: list_authenticators(tx, first.user.id))
    assert [one.kind for one in held] == [Kind.PASSWORD]


async def test_a_password_typed_in_another_form_of_the_same_characters_is_the_same(spine: Spine) -> None:
    shop = await garden(spine)
    await set_password(spine, shop, ANNA, "caf\u00e9 und \ufb01ligran am Meer")
    assert isinstance(await sign_in(spine, shop, "cafe\u0301 und filigran am Meer"), HandedOut)


async def test_a_wrong_password_and_an_unknown_address_get_one_answer(spine: Spine) -> None:
    shop = await garden(spine)
    await set_password(spine, shop, ANNA)
    wrong, unknown = await sign_in(spine, shop, BETTER), await sign_in(spine, shop, GOOD, "nobody@example.com")
    assert wrong == unknown == Refused(Refusal.WRONG_CODE)


async def test_whoever_signs_in_costs_exactly_one_hash(spine: Spine, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = await garden(spine)
    await set_password(spine, shop, ANNA)
    hashed: list[str] = []
    true_verify = OwnHashes.verify

    def counted(self: OwnHashes, kept: str, password: str) -> bool:
        hashed.append(kept.rsplit("$", 2)[0])
        return true_verify(self, kept, password)

    monkeypatch.setattr(OwnHashes, "verify", counted)
    costs = []
    for email, password in ((ANNA, GOOD), (ANNA, BETTER), ("nobody@example.com", GOOD)):
        hashed.clear()
        await sign_in(spine, shop, password, email)
        costs.append(tuple(hashed))
    assert costs[0] == costs[1] == costs[2]
    assert len(costs[0]) == 1


async def test_an_application_that_does_not_offer_passwords_takes_none(spine: Spine) -> None:
    assert await sign_in(spine, spine.application, GOOD) == Refused(Refusal.METHOD_CLOSED)


async def test_twenty_wrong_guesses_at_once_close_the_password_but_not_the_code(each_spine: Spine) -> None:
    shop = await garden(each_spine)
    await set_password(each_spine, shop, ANNA)
    outcomes = await asyncio.gather(*(sign_in(each_spine, shop, f"wrong {number}") for number in range(30)))
    reasons = [outcome.reason for outcome in outcomes if isinstance(outcome, Refused)]
    assert reasons.count(Refusal.WRONG_CODE) == 20
    assert reasons.count(Refusal.TOO_MANY_GUESSES) == 10
    right = await sign_in(each_spine, shop, GOOD)
    assert isinstance(right, Refused)
    assert right.reason is Refusal.TOO_MANY_GUESSES
    assert isinstance(await each_spine.sign_in(ANNA), HandedOut)


async def test_strangers_who_guess_do_not_lock_the_owner_out_of_their_own_browser(spine: Spine) -> None:
    shop = await garden(spine)
    await set_password(spine, shop, ANNA)
    flows = spine.house.passwords.sign_ins
    for number in range(20):
        await flows.redeem(shop, address_of(ANNA), f"wrong {number}", ELSEWHERE)
    own = replace(ASKER, known_by="a mark that this browser was given")
    assert isinstance(await flows.redeem(shop, address_of(ANNA), GOOD, own), HandedOut)


async def test_a_new_password_opens_what_wrong_guesses_closed(spine: Spine) -> None:
    shop = await garden(spine)
    await set_password(spine, shop, ANNA)
    for number in range(20):
        await sign_in(spine, shop, f"wrong {number}")
    await set_password(spine, shop, ANNA, BETTER)
    assert isinstance(await sign_in(spine, shop, BETTER), HandedOut)


async def test_a_hash_of_earlier_parameters_is_made_anew_at_the_next_sign_in(spine: Spine) -> None:
    shop = await garden(spine)
    user = (await set_password(spine, shop, ANNA)).user
    weaker = OwnHashes(7168, 1).make(GOOD)
    await spine.transact(lambda tx: store.add(tx, user.id, weaker, spine.clock.now()))
    assert isinstance(await sign_in(spine, shop, GOOD), HandedOut)
    kept = await spine.read(lambda tx: store.find(tx, user.id))
    assert kept is not None
    assert "m=19456,t=2,p=1" in kept.hashed
    assert isinstance(await sign_in(spine, shop, GOOD), HandedOut)


async def test_a_full_queue_sends_people_away_at_once_and_charges_nobody(spine: Spine) -> None:
    shop = await garden(spine)
    await set_password(spine, shop, ANNA)
    full = HashingPool(1, 0)
    passwords = spine.house.passwords
    flows = replace(passwords.sign_ins, judge=replace(passwords.sign_ins.judge, pool=full))
    async with full.place():
        for _ in range(25):
            with pytest.raises(Problem) as raised:
                await flows.redeem(shop, address_of(ANNA), GOOD, ASKER)
            assert (raised.value.code, raised.value.status, raised.value.retry_after) == ("too_busy", 503, 2)
    assert isinstance(await flows.redeem(shop, address_of(ANNA), GOOD, ASKER), HandedOut)
    assert full.inside == 0


async def test_a_password_that_was_changed_while_it_was_judged_is_wrong(
    spine: Spine, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = await garden(spine)
    user = (await set_password(spine, shop, ANNA)).user
    other = OwnHashes(19456, 2).make(BETTER)
    true_run = HashingPool.run

    async def slow(self: HashingPool, work: Callable[[], Any]) -> Any:
        result = await true_run(self, work)
        await spine.transact(lambda tx: store.add(tx, user.id, other, spine.clock.now()))
        return result

    monkeypatch.setattr(HashingPool, "run", slow)
    assert await sign_in(spine, shop, GOOD) == Refused(Refusal.WRONG_CODE)


async def test_somebody_who_was_switched_off_does_not_sign_in(spine: Spine) -> None:
    shop = await garden(spine)
    user = (await set_password(spine, shop, ANNA)).user

    async def switch_off(tx: Tx) -> None:
        await deactivate(tx, await hold(tx, user.id), spine.clock.now(), ASKER.origin)

    await spine.transact(switch_off)
    assert await sign_in(spine, shop, GOOD) == Refused(Refusal.USER_INACTIVE)
