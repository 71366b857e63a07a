"""Signing in by a passkey: what goes on, and what never does."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gatepass.applications.model import MfaMode, MfaPolicy, PasskeyPolicy, UserVerification
from gatepass.audit.model import EventKind
from gatepass.kit.secrets import hash_token
from gatepass.login.flows import HandedOut
from gatepass.login.model import FactorNeeded, Refusal, Refused
from gatepass.protocols.webauthn.options import as_plain
from gatepass.sessions.queries import list_unrevoked
from methods.passkey.by_passkey import HOST, VISITOR, kinds, say_methods, someone
from support.soft_authenticator import BE, BS, UP, UV, b64
from support.spine import SHOP, Spine

pytestmark = pytest.mark.anyio
OVER, WRONG = Refused(Refusal.CEREMONY_OVER), Refused(Refusal.WRONG_PASSKEY)


async def amr_of(spine: Spine, outcome: HandedOut) -> tuple[str, ...]:
    sessions = await spine.read(lambda tx: list_unrevoked(tx, outcome.user.id))
    return max(sessions, key=lambda session: session.id).amr


async def test_a_passkey_signs_its_holder_in_without_a_name(each_spine: Spine) -> None:
    ada = await someone(each_spine)
    await ada.own()
    outcome = await ada.sign_in()
    assert isinstance(outcome, HandedOut), outcome
    assert outcome.user.id == ada.user.id
    assert (await kinds(each_spine))[-1] is EventKind.LOGIN_SUCCEEDED


async def test_who_is_named_signs_in_by_their_own_passkey(spine: Spine) -> None:
    ada = await someone(spine)
    await ada.own()
    assert isinstance(await ada.sign_in("ADA@example.com"), HandedOut)
    assert isinstance(await ada.sign_in(ada.user.id), HandedOut)
    # Somebody who is named may be left out by the authenticator.
    assert isinstance(await ada.sign_in("ada@example.com", user_handle=None), HandedOut)


async def test_how_it_was_proven_tells_of_the_key_and_of_its_user(spine: Spine) -> None:
    ada = await someone(spine)
    await ada.own()
    outcome = await ada.sign_in()
    assert isinstance(outcome, HandedOut)
    assert await amr_of(spine, outcome) == ("pop", "swk", "user", "mfa")
    ada.authenticator.flags = UP
    await ada.own()
    outcome = await ada.sign_in()
    assert isinstance(outcome, HandedOut)
    assert await amr_of(spine, outcome) == ("pop", "hwk")


async def test_the_beginning_is_the_same_for_known_and_for_unknown_people(spine: Spine) -> None:
    ada = await someone(spine)
    await ada.own()
    shapes = set()
    for named in ("", "ada@example.com", "nobody@example.com", "+4930123456", "0" * 24, "no identifier at all"):
        plain = as_plain((await ada.begin(named)).options)
        shapes.add((tuple(plain), plain["timeout"], plain["rpId"], plain["userVerification"], len(plain["challenge"])))
    assert shapes == {(("challenge", "timeout", "rpId", "userVerification"), 300_000, "localhost", "preferred", 43)}


@pytest.mark.parametrize("named", ["eve@example.com", "nobody@example.com", "rubbish"])
async def test_a_passkey_does_not_sign_in_for_somebody_else_who_is_named(spine: Spine, named: str) -> None:
    await someone(spine, "eve@example.com")
    ada = await someone(spine)
    await ada.own()
    assert await ada.sign_in(named) == WRONG
    late = replace(VISITOR, identifier=named)
    assert await ada.finish(await ada.begin(), visitor=late) == WRONG


async def test_a_challenge_is_good_once_and_for_five_minutes(each_spine: Spine) -> None:
    ada = await someone(each_spine)
    await ada.own()
    begun = await ada.begin()
    assert isinstance(await ada.finish(begun), HandedOut)
    assert await ada.finish(begun) == OVER
    late = await ada.begin()
    each_spine.clock.move(timedelta(minutes=5))
    assert await ada.finish(late) == OVER


async def test_a_challenge_that_saw_a_wrong_answer_is_spent(spine: Spine) -> None:
    ada = await someone(spine)
    await ada.own()
    begun = await ada.begin()
    assert await ada.finish(begun, origin="https://evil.test") == WRONG
    assert await ada.finish(begun) == OVER


async def test_of_sixty_four_at_once_one_signs_in(each_spine: Spine) -> None:
    ada = await someone(each_spine)
    await ada.own()
    begun = await ada.begin()
    outcomes = await asyncio.gather(*(ada.finish(begun) for _ in range(64)))
    assert sum(isinstance(outcome, HandedOut) for outcome in outcomes) == 1
    assert sum(outcome == OVER for outcome in outcomes) == 63


async def test_another_browser_and_another_application_can_not_finish_it(each_spine: Spine) -> None:
    ada = await someone(each_spine)
    await ada.own()
    mine, theirs = hash_token("mine"), hash_token("theirs")
    begun = await ada.begin(browser=mine)
    assert await ada.finish(begun) == OVER
    assert await ada.finish(begun, visitor=replace(VISITOR, browser_hash=theirs)) == OVER
    other = await each_spine.register(replace(SHOP, name="Other"))
    assert await ada.finish(begun, visitor=replace(VISITOR, browser_hash=mine), application=other) == OVER
    # None of them has spent what was not theirs.
    assert isinstance(await ada.finish(begun, visitor=replace(VISITOR, browser_hash=mine)), HandedOut)


LIES: dict[str, dict[str, Any]] = {
    "another origin": {"origin": "https://localhost.evil.test"},
    "another relying party": {"rp_id": "evil.test"},
    "another ceremony": {"kind": "webauthn.create"},
    "another challenge": {"challenge": b64(bytes(32))},
    "a frame": {"is_framed": True},
    "nobody present": {"flags": UV | BE | BS},
    "a key that can no longer be copied": {"flags": UP | UV},
    "another user": {"user_handle": b"0" * 24},
    "nobody named": {"user_handle": None},
}


@pytest.mark.parametrize("lie", list(LIES.values()), ids=list(LIES))
async def test_an_assertion_with_a_lie_signs_nobody_in_and_is_recorded(spine: Spine, lie: dict[str, Any]) -> None:
    ada = await someone(spine)
    await ada.own()
    assert await ada.sign_in(**lie) == WRONG
    assert (await kinds(spine))[-1] is EventKind.FACTOR_REFUSED


async def test_a_page_of_the_applications_own_origin_may_run_the_ceremony(spine: Spine) -> None:
    ada = await someone(spine)
    await ada.own(origin="https://shop.test")
    assert isinstance(await ada.sign_in(origin="https://shop.test"), HandedOut)


async def test_a_counter_that_goes_back_is_refused_as_a_copy_and_recorded(each_spine: Spine) -> None:
    ada = await someone(each_spine)
    ada.authenticator.counts = True
    await ada.own()
    assert isinstance(await ada.sign_in(), HandedOut)
    for count in (1, 2):
        assert await ada.sign_in(sign_count=count) == WRONG
        assert (await kinds(each_spine))[-1] is EventKind.PASSKEY_CLONED
    assert await ada.sign_in(sign_count=0) == WRONG
    assert isinstance(await ada.sign_in(), HandedOut)


async def test_a_passkey_that_nobody_has_is_unknown(spine: Spine) -> None:
    ada, eve = await someone(spine), await someone(spine, "eve@example.com")
    await eve.own()
    stranger = eve.authenticator.held[0]
    stranger.credential_id = bytes(32)
    assert await ada.finish(await ada.begin(), stranger) == Refused(Refusal.UNKNOWN_PASSKEY)


async def test_an_application_that_does_not_offer_passkeys_takes_none(spine: Spine) -> None:
    ada = await someone(spine)
    await ada.own()
    begun = await ada.begin()
    closed = await say_methods(spine, offered=("magic_link",))
    assert await ada.finish(begun, application=closed) == Refused(Refusal.METHOD_CLOSED)
    assert await ada.flows.begin_login(closed, HOST, None) == Refused(Refusal.METHOD_CLOSED)


async def test_where_policy_wants_it_the_authenticator_must_verify_its_user(spine: Spine) -> None:
    ada = await someone(spine)
    await ada.own()
    await say_methods(spine, passkey=PasskeyPolicy(UserVerification.REQUIRED))
    assert await ada.sign_in(flags=UP | BE | BS) == WRONG
    assert isinstance(await ada.sign_in(), HandedOut)


async def test_where_two_factors_are_required_presence_alone_is_half_of_it(spine: Spine) -> None:
    ada = await someone(spine)
    await ada.own()
    await say_methods(spine, mfa=MfaPolicy(MfaMode.REQUIRED))
    assert isinstance(await ada.sign_in(), HandedOut)
    half = await ada.sign_in(flags=UP | BE | BS)
    assert isinstance(half, FactorNeeded)
    assert half.attempt.amr == ("pop", "swk")
