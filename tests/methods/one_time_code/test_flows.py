"""The code on its own: how it is mailed, kept or replaced, and refused."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gatepass.audit.model import EventKind
from gatepass.kit.db import query
from gatepass.kit.mail.addresses import parse_address
from gatepass.kit.problems import Problem
from gatepass.login.flows import HandedOut
from gatepass.login.model import Refusal, Refused
from gatepass.methods.one_time_code.jobs import purge
from gatepass.methods.one_time_code.model import StoredCode
from methods.one_time_code.by_code import ANA, ASKER, ask, by_code
from support.spine import ORIGIN, Spine

pytestmark = pytest.mark.anyio

_CODES = query(StoredCode, "SELECT {columns} FROM one_time_codes")
_MAILS = query(int, "SELECT count(*) FROM code_mails")
_MINUTE = timedelta(minutes=1)


async def code_of(spine: Spine) -> str:
    return str((await spine.mail(ANA))["code"])


@pytest.mark.parametrize("digits", [6, 7, 8])
async def test_a_code_is_as_long_as_the_application_wants_and_signs_in(each_spine: Spine, digits: int) -> None:
    shop = await by_code(each_spine, digits=digits)
    state = await ask(each_spine, shop)
    code = await code_of(each_spine)
    assert len(code) == digits
    assert "link" not in await each_spine.mail(ANA)
    outcome = await each_spine.house.codes.redeem(shop, state, code, ORIGIN)
    assert isinstance(outcome, HandedOut)
    assert outcome.user.email == ANA


async def test_a_code_lives_as_long_as_the_application_wants(each_spine: Spine) -> None:
    shop = await by_code(each_spine, lifetime_seconds=120)
    state = await ask(each_spine, shop)
    assert (await each_spine.mail(ANA))["minutes"] == 2
    each_spine.clock.move(timedelta(seconds=120))
    outcome = await each_spine.house.codes.redeem(shop, state, await code_of(each_spine), ORIGIN)
    assert outcome == Refused(Refusal.EXPIRED)


async def test_a_new_code_replaces_the_old_one(each_spine: Spine) -> None:
    shop = await by_code(each_spine, digits=8)
    state = await ask(each_spine, shop)
    old = await code_of(each_spine)
    each_spine.clock.move(_MINUTE)
    assert await each_spine.house.codes.resend(shop, state, ASKER, ORIGIN) is None
    new = await code_of(each_spine)
    assert new != old
    assert await each_spine.house.codes.redeem(shop, state, old, ORIGIN) == Refused(Refusal.WRONG_CODE, 4)
    assert isinstance(await each_spine.house.codes.redeem(shop, state, new, ORIGIN), HandedOut)
    assert [event.kind for event in await each_spine.events()].count(EventKind.LOGIN_MAIL_REPEATED) == 1


async def test_a_kept_code_is_mailed_again_and_is_good_for_longer(each_spine: Spine) -> None:
    shop = await by_code(each_spine, digits=8, keeps_code=True)
    state = await ask(each_spine, shop)
    code = await code_of(each_spine)
    each_spine.clock.move(4 * _MINUTE)
    assert await each_spine.house.codes.resend(shop, state, ASKER, ORIGIN) is None
    assert await code_of(each_spine) == code
    each_spine.clock.move(4 * _MINUTE)
    assert isinstance(await each_spine.house.codes.redeem(shop, state, code, ORIGIN), HandedOut)


async def test_a_kept_code_is_replaced_before_it_is_ten_minutes_old(each_spine: Spine) -> None:
    shop = await by_code(each_spine, digits=8, keeps_code=True)
    state = await ask(each_spine, shop)
    code = await code_of(each_spine)
    minutes = []
    for _ in range(3):
        each_spine.clock.move(timedelta(minutes=3, seconds=10))
        assert await each_spine.house.codes.resend(shop, state, ASKER, ORIGIN) is None
        minutes.append((await each_spine.mail(ANA))["minutes"])
    assert minutes == [5, 4, 5]
    assert await code_of(each_spine) != code


async def test_a_kept_code_stands_sealed_until_it_is_spent_and_a_replaced_one_never(each_spine: Spine) -> None:
    plain = await by_code(each_spine)
    await ask(each_spine, plain)
    (unkept,) = await each_spine.read(lambda tx: tx.all(_CODES))
    assert unkept.sealed is None
    shop = await by_code(each_spine, keeps_code=True)
    state = await ask(each_spine, shop)
    code = await code_of(each_spine)
    kept = next(one for one in await each_spine.read(lambda tx: tx.all(_CODES)) if one.sealed is not None)
    assert kept.sealed is not None
    assert code.encode() not in kept.sealed
    assert isinstance(await each_spine.house.codes.redeem(shop, state, code, ORIGIN), HandedOut)
    assert {one.sealed for one in await each_spine.read(lambda tx: tx.all(_CODES))} == {None}


async def test_an_address_gets_so_many_mails_an_hour_over_all_attempts(each_spine: Spine) -> None:
    shop, flows = await by_code(each_spine), each_spine.house.codes
    few = replace(flows, mailer=replace(flows.mailer, most_mails_an_hour=3))
    address = parse_address(ANA)
    for _ in range(3):
        await few.request(shop, address, ASKER)
    with pytest.raises(Problem) as refused:
        await few.request(shop, address, ASKER)
    assert (refused.value.status, refused.value.code) == (429, "too_many_requests")
    assert refused.value.retry_after
    each_spine.clock.move(timedelta(hours=1))
    await few.request(shop, address, ASKER)


async def test_another_methods_attempt_is_not_sent_a_code(spine: Spine) -> None:
    state = await spine.ask(ANA)
    refused = await spine.house.codes.resend(spine.application, state, ASKER, ORIGIN)
    assert refused == Refused(Refusal.UNKNOWN)
    own = await ask(spine, spine.application)
    assert await spine.house.links.resend(spine.application, own, ORIGIN) == Refused(Refusal.UNKNOWN)


async def test_what_was_mailed_is_forgotten_after_a_day(each_spine: Spine) -> None:
    await ask(each_spine, await by_code(each_spine))
    assert await each_spine.read(lambda tx: tx.one(_MAILS)) == 1
    each_spine.clock.move(timedelta(days=1, minutes=1))
    assert await each_spine.transact(lambda tx: purge(tx, each_spine.clock.now())) == 2
    assert await each_spine.read(lambda tx: tx.one(_MAILS)) == 0
