"""A password is set by whoever reads the mail of the address, or is signed in: once, and with an end to what was."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from gatepass.applications.model import Application
from gatepass.kit.db import Tx, query
from gatepass.kit.problems import Problem
from gatepass.login.flows import HandedOut
from gatepass.login.model import Refusal, Refused
from gatepass.login.queries import find_attempt
from gatepass.methods.password.model import Opened, Requested
from gatepass.sessions.model import Session
from gatepass.sessions.queries import find_live
from methods.password.house import (
    ASKER,
    BETTER,
    ELSEWHERE,
    GOOD,
    SHOP_WITH_PASSWORDS,
    address_of,
    garden,
    set_password,
    strict,
)
from support.spine import Spine

pytestmark = pytest.mark.anyio
ANNA = "anna@example.com"
_LIVE = query(str, "SELECT id FROM sessions WHERE revoked_at IS NULL ORDER BY id")


async def ask(spine: Spine, shop: Application, email: str = ANNA) -> Requested:
    asked = await spine.house.passwords.resets.request(shop, address_of(email), ASKER)
    assert isinstance(asked, Requested)
    return asked


async def code_of(spine: Spine, email: str = ANNA) -> str:
    return str((await spine.mail(email))["code"])


async def secret_of(spine: Spine, email: str = ANNA) -> str:
    return parse_qs(urlsplit(str((await spine.mail(email))["link"])).query)["secret"][0]


async def test_nobody_has_an_account_before_the_address_was_proven(spine: Spine) -> None:
    shop = await garden(spine)
    await ask(spine, shop)
    outcome = await spine.house.passwords.sign_ins.redeem(shop, address_of(ANNA), GOOD, ASKER)
    assert outcome == Refused(Refusal.WRONG_CODE)
    assert isinstance(await set_password(spine, shop, ANNA), HandedOut)


async def test_a_code_sets_one_password_however_many_send_it(each_spine: Spine) -> None:
    shop = await garden(each_spine)
    asked, code = await ask(each_spine, shop), await code_of(each_spine)
    resets = each_spine.house.passwords.resets
    outcomes = await asyncio.gather(*(resets.complete(shop, asked.state, code, GOOD, ASKER) for _ in range(8)))
    assert sum(isinstance(outcome, HandedOut) for outcome in outcomes) == 1


async def test_a_link_sets_one_password_however_many_open_it(each_spine: Spine) -> None:
    shop = await garden(each_spine)
    await ask(each_spine, shop)
    secret = await secret_of(each_spine)
    resets = each_spine.house.passwords.resets
    outcomes = await asyncio.gather(*(resets.set_by_link(shop, secret, GOOD, ASKER) for _ in range(8)))
    assert sum(isinstance(outcome, Opened) for outcome in outcomes) == 1


async def test_looking_at_a_link_changes_nothing_and_setting_by_it_signs_nobody_in(spine: Spine) -> None:
    shop = await garden(spine)
    asked = await ask(spine, shop)
    resets, secret, code = spine.house.passwords.resets, await secret_of(spine), await code_of(spine)
    for _ in range(3):
        assert isinstance(await resets.open(shop, secret), Opened)
    assert isinstance(await resets.set_by_link(shop, secret, GOOD, ELSEWHERE), Opened)
    attempt = await spine.read(lambda tx: find_attempt(tx, shop.id, asked.state))
    assert attempt is not None
    assert attempt.verified_at is None
    assert isinstance(await resets.complete(shop, asked.state, code, BETTER, ASKER), Refused)
    assert isinstance(await spine.house.passwords.sign_ins.redeem(shop, address_of(ANNA), GOOD, ASKER), HandedOut)


async def test_a_new_password_ends_the_other_sessions_and_tells_the_person(spine: Spine) -> None:
    shop = await garden(spine)
    await set_password(spine, shop, ANNA)
    await spine.sign_in(ANNA)
    sessions = await spine.read(lambda tx: tx.all(_LIVE))
    await set_password(spine, shop, ANNA, BETTER)
    now = await spine.read(lambda tx: tx.all(_LIVE))
    assert len(sessions) == 2
    assert len(now) == 1
    assert not set(sessions) & set(now)
    told = [event.kind.value for event in await spine.events()]
    assert "user.authenticator.changed" in told


async def test_earlier_mails_do_nothing_once_a_password_was_set(spine: Spine) -> None:
    shop = await garden(spine)
    await ask(spine, shop)
    old = await secret_of(spine)
    await set_password(spine, shop, ANNA)
    assert await spine.house.passwords.resets.open(shop, old) == Refused(Refusal.ALREADY_USED)


async def test_a_link_of_one_application_is_none_of_another(spine: Spine) -> None:
    shop, other = await garden(spine), await garden(spine)
    await ask(spine, shop)
    assert await spine.house.passwords.resets.open(other, await secret_of(spine)) == Refused(Refusal.UNKNOWN)


async def test_a_link_is_over_after_ten_minutes(spine: Spine) -> None:
    shop = await garden(spine)
    await ask(spine, shop)
    secret = await secret_of(spine)
    spine.clock.move(timedelta(minutes=11))
    assert await spine.house.passwords.resets.open(shop, secret) == Refused(Refusal.EXPIRED)


async def test_five_wrong_codes_end_the_attempt(spine: Spine) -> None:
    shop = await garden(spine)
    asked, right = await ask(spine, shop), await code_of(spine)
    wrong = "000000" if right != "000000" else "111111"
    resets = spine.house.passwords.resets
    for _ in range(5):
        assert isinstance(await resets.complete(shop, asked.state, wrong, GOOD, ASKER), Refused)
    assert await resets.complete(shop, asked.state, right, GOOD, ASKER) == Refused(Refusal.ENDED)


@pytest.mark.parametrize(
    ("password", "policy", "code"),
    [
        ("kurz", {}, "weak_password"),
        ("x" * 257, {"least_score": 0}, "weak_password"),
        ("password1", {}, "weak_password"),
        ("anna@example.com", {}, "weak_password"),
        ("drei Worte", {"least_length": 20}, "weak_password"),
    ],
    ids=["short", "long", "common", "own address", "shorter than wanted"],
)
async def test_a_weak_password_is_not_taken_and_spends_nothing(
    spine: Spine, password: str, policy: dict[str, int], code: str
) -> None:
    shop = await spine.register(replace(SHOP_WITH_PASSWORDS, methods=strict(**policy)))
    asked, mailed = await ask(spine, shop), await code_of(spine)
    resets = spine.house.passwords.resets
    with pytest.raises(Problem) as raised:
        await resets.complete(shop, asked.state, mailed, password, ASKER)
    assert raised.value.code == code
    assert isinstance(await resets.complete(shop, asked.state, mailed, GOOD + " und Schnee", ASKER), HandedOut)


async def test_an_application_may_take_no_new_people_by_password(spine: Spine) -> None:
    shop = await spine.register(replace(SHOP_WITH_PASSWORDS, methods=strict(may_sign_up=False)))
    asked, code = await ask(spine, shop), await code_of(spine)
    outcome = await spine.house.passwords.resets.complete(shop, asked.state, code, GOOD, ASKER)
    assert outcome == Refused(Refusal.SIGN_UP_CLOSED)


async def test_known_and_unknown_addresses_get_the_same_mail(spine: Spine) -> None:
    shop = await garden(spine)
    await set_password(spine, shop, ANNA)
    await ask(spine, shop)
    await ask(spine, shop, "nobody@example.com")
    known, unknown = await spine.mail(ANNA), await spine.mail("nobody@example.com")
    differing = {"code", "link", "address", "at"}
    assert {name: known[name] for name in known.keys() - differing} == {
        name: unknown[name] for name in unknown.keys() - differing
    }


async def test_whoever_changes_it_proves_the_present_one_and_may_keep_other_sessions(spine: Spine) -> None:
    shop = await garden(spine)
    await set_password(spine, shop, ANNA)
    await spine.sign_in(ANNA)
    session = await spine.read(lambda tx: _newest(tx, spine))
    user = await spine.user(session.user_id)
    changes = spine.house.passwords.changes
    wrong = await changes.change(shop, user, session, BETTER, BETTER, ASKER, ends_others=True)
    assert wrong == Refused(Refusal.WRONG_CODE)
    assert await changes.change(shop, user, session, GOOD, BETTER, ASKER, ends_others=False) is None
    assert len(await spine.read(lambda tx: tx.all(_LIVE))) == 2
    assert await changes.change(shop, user, session, BETTER, GOOD, ASKER, ends_others=True) is None
    assert await spine.read(lambda tx: tx.all(_LIVE)) == [session.id]


async def test_whoever_signed_in_long_ago_signs_in_again_first(spine: Spine) -> None:
    shop = await garden(spine)
    await set_password(spine, shop, ANNA)
    session = await spine.read(lambda tx: _newest(tx, spine))
    user = await spine.user(session.user_id)
    spine.clock.move(timedelta(hours=1))
    with pytest.raises(Problem, match="fresh_sign_in_needed"):
        await spine.house.passwords.changes.change(shop, user, session, GOOD, BETTER, ASKER, ends_others=True)


async def _newest(tx: Tx, spine: Spine) -> Session:
    session = await find_live(tx, (await tx.all(_LIVE))[-1], spine.clock.now())
    assert session is not None
    return session
