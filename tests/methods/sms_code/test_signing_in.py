"""Signing in with the code of a message, by the flows and on each database."""

import asyncio
from datetime import timedelta

import pytest

from gatepass.audit.model import EventKind
from gatepass.kit.mail.addresses import parse_address
from gatepass.login.flows import HandedOut
from gatepass.login.model import Refusal, Refused
from gatepass.methods.sms_code.model import Visitor
from gatepass.users.flows import create
from gatepass.users.model import NewAddress, NewPerson, NewPhone
from gatepass.users.queries import find_person
from methods.sms_code.phone_stage import PHONE, VISITOR, ask, by_phone, newest
from support.spine import ORIGIN, Spine

pytestmark = pytest.mark.anyio


async def test_the_code_of_a_message_signs_up_somebody_who_has_no_address(each_spine: Spine) -> None:
    shop = await by_phone(each_spine)
    state = await ask(each_spine, shop)
    message = await newest(each_spine)
    outcome = await each_spine.house.sms.redeem(shop, state, message.code, ORIGIN)
    assert isinstance(outcome, HandedOut)
    assert (outcome.user.email, outcome.user.phone, outcome.user.contact) == ("", PHONE, PHONE)
    person = await each_spine.read(lambda tx: find_person(tx, outcome.user.id))
    assert person is not None
    assert [(phone.number, phone.verified_at is not None, phone.is_primary) for phone in person.phones] == [
        (PHONE, True, True)
    ]
    again = await ask(each_spine, shop)
    code = (await newest(each_spine)).code
    second = await each_spine.house.sms.redeem(shop, again, code, ORIGIN)
    assert isinstance(second, HandedOut)
    assert second.user.id == outcome.user.id


async def test_who_has_an_address_too_signs_in_as_the_same_person(each_spine: Spine) -> None:
    shop = await by_phone(each_spine)
    ana = NewPerson(
        addresses=(NewAddress(parse_address("ana@example.com")),), phones=(NewPhone(PHONE, is_verified=False),)
    )
    made = await each_spine.transact(lambda tx: create(tx, ana, each_spine.clock.now(), ORIGIN))
    state = await ask(each_spine, shop)
    outcome = await each_spine.house.sms.redeem(shop, state, (await newest(each_spine)).code, ORIGIN)
    assert isinstance(outcome, HandedOut)
    assert (outcome.user.id, outcome.user.email) == (made.id, "ana@example.com")
    assert outcome.user.phone_verified_at is not None


@pytest.mark.parametrize("digits", [4, 6, 8])
async def test_a_message_ends_with_the_line_that_browsers_read(spine: Spine, digits: int) -> None:
    shop = await by_phone(spine, digits=digits)
    await ask(spine, shop, visitor=Visitor(None, "192.0.2.7", "Agent/1.0", "shop.test"))
    message = await newest(spine)
    assert len(message.code) == digits
    assert message.text.splitlines()[-1] == f"@shop.test #{message.code}"
    assert message.text.startswith(f"{message.code} is your code for Phone shop.")


async def test_no_code_works_twice_or_late_or_after_a_newer_one(spine: Spine) -> None:
    shop = await by_phone(spine)
    state = await ask(spine, shop)
    first = (await newest(spine)).code
    assert await spine.house.sms.resend(shop, state, VISITOR) is None
    second = (await newest(spine)).code
    if first != second:
        refused = await spine.house.sms.redeem(shop, state, first, ORIGIN)
        assert isinstance(refused, Refused)
        assert refused.reason is Refusal.WRONG_CODE
    assert isinstance(await spine.house.sms.redeem(shop, state, second, ORIGIN), HandedOut)
    used = await spine.house.sms.redeem(shop, state, second, ORIGIN)
    assert isinstance(used, Refused)
    assert used.reason is Refusal.ALREADY_USED
    late = await ask(spine, shop)
    spine.clock.move(timedelta(minutes=6))
    refused = await spine.house.sms.redeem(shop, late, (await newest(spine)).code, ORIGIN)
    assert isinstance(refused, Refused)
    assert refused.reason is Refusal.EXPIRED


async def test_of_many_who_type_the_same_code_at_once_one_is_let_in(each_spine: Spine) -> None:
    shop = await by_phone(each_spine)
    state = await ask(each_spine, shop)
    code = (await newest(each_spine)).code
    outcomes = await asyncio.gather(*(each_spine.house.sms.redeem(shop, state, code, ORIGIN) for _ in range(16)))
    assert sum(isinstance(outcome, HandedOut) for outcome in outcomes) == 1


async def test_two_who_sign_up_with_one_number_at_once_are_one_person(each_spine: Spine) -> None:
    shop = await by_phone(each_spine)
    states = [await ask(each_spine, shop)]
    codes = [(await newest(each_spine)).code]
    each_spine.clock.move(timedelta(seconds=1))
    states.append(await ask(each_spine, shop))
    codes.append((await newest(each_spine)).code)
    outcomes = await asyncio.gather(
        *(each_spine.house.sms.redeem(shop, state, code, ORIGIN) for state, code in zip(states, codes, strict=True))
    )
    assert len({outcome.user.id for outcome in outcomes if isinstance(outcome, HandedOut)}) == 1


async def test_five_wrong_codes_end_the_sign_in(spine: Spine) -> None:
    shop = await by_phone(spine)
    state = await ask(spine, shop)
    right = (await newest(spine)).code
    wrong = "000000" if right != "000000" else "111111"
    reasons = []
    for _ in range(5):
        refused = await spine.house.sms.redeem(shop, state, wrong, ORIGIN)
        assert isinstance(refused, Refused)
        reasons.append(refused.reason)
    assert reasons == [Refusal.WRONG_CODE] * 4 + [Refusal.EXHAUSTED]
    over = await spine.house.sms.redeem(shop, state, right, ORIGIN)
    assert isinstance(over, Refused)


async def test_an_application_that_does_not_offer_it_sends_and_takes_nothing(spine: Spine) -> None:
    refused = await spine.house.sms.request(spine.application, PHONE, VISITOR)
    assert refused == Refused(Refusal.METHOD_CLOSED)


async def test_where_nobody_may_sign_up_an_unknown_number_is_answered_alike_and_costs_nothing(spine: Spine) -> None:
    shop = await by_phone(spine, may_sign_up=False)
    state = await ask(spine, shop)
    assert state
    with pytest.raises(AssertionError, match="no message"):
        await newest(spine)
    kinds = [event.kind for event in await spine.events()]
    assert EventKind.LOGIN_REQUESTED in kinds


async def test_a_state_of_a_mail_is_none_of_a_message(spine: Spine) -> None:
    shop = await by_phone(spine)
    state = await spine.ask("ana@example.com", shop)
    assert await spine.house.sms.resend(shop, state, VISITOR) == Refused(Refusal.UNKNOWN)
    assert await spine.house.sms.redeem(shop, state, "123456", ORIGIN) == Refused(Refusal.UNKNOWN)
