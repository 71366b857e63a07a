"""What becomes of a refresh token: spent once, repeated within the grace, and the end of its family."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from gatepass.applications.model import Application
from gatepass.audit.model import EventKind
from gatepass.kit.db import Tx, command, query
from gatepass.kit.ids import REFRESH_TOKEN_PREFIX, new_secret
from gatepass.sessions.flows import revoke
from gatepass.sessions.queries import find_session
from gatepass.tokens.jobs import TokenPurge
from gatepass.tokens.model import Grant, Refreshed, RefreshRefusal, Refused
from support.spine import ORIGIN, SHOP, Spine

pytestmark = pytest.mark.anyio

GRACE = timedelta(seconds=30)
INSTANT = timedelta(microseconds=1)
DAY = timedelta(days=1)
_COUNT = query(int, "SELECT count(*) FROM refresh_tokens")
_SEALED = query(bytes, "SELECT token_hash FROM refresh_tokens")
_SWITCH_OFF = command("UPDATE users SET is_active = :is_active")


async def rotate(spine: Spine, token: str, application: Application | None = None) -> Refreshed | Refused:
    of, at = application or spine.application, spine.clock.now()
    signer = await spine.house.tokens.signer_for(of)

    async def body(tx: Tx) -> Refreshed | Refused:
        return await spine.house.tokens.rotate(tx, token, of, signer, at, ORIGIN)

    return await spine.transact(body)


async def rotated(spine: Spine, token: str) -> Grant:
    outcome = await rotate(spine, token)
    assert isinstance(outcome, Refreshed), outcome
    return outcome.grant


async def first_token(spine: Spine) -> str:
    return (await spine.sign_in("ana@example.com")).grant.refresh_token


async def kinds(spine: Spine) -> list[EventKind]:
    return [event.kind for event in await spine.events()]


async def test_a_refresh_token_is_spent_for_its_successor(each_spine: Spine) -> None:
    token = await first_token(each_spine)
    each_spine.clock.move(timedelta(minutes=30))
    grant = await rotated(each_spine, token)
    assert grant.refresh_token != token
    each_spine.clock.move(timedelta(minutes=30))
    assert (await rotated(each_spine, grant.refresh_token)).refresh_token != grant.refresh_token


async def test_the_same_token_within_the_grace_gets_the_same_successor(each_spine: Spine) -> None:
    token = await first_token(each_spine)
    first = await rotated(each_spine, token)
    each_spine.clock.move(GRACE - INSTANT)
    assert (await rotated(each_spine, token)).refresh_token == first.refresh_token
    signed = [await each_spine.house.tokens.sign(grant) for grant in (first, await rotated(each_spine, token))]
    assert signed[0] == signed[1]
    assert await each_spine.read(lambda tx: tx.one(_COUNT)) == 2


async def test_after_the_grace_a_spent_token_counts_as_stolen_and_ends_its_family(each_spine: Spine) -> None:
    token = await first_token(each_spine)
    successor = (await rotated(each_spine, token)).refresh_token
    each_spine.clock.move(GRACE)
    assert await rotate(each_spine, token) == Refused(RefreshRefusal.REUSED)
    assert await rotate(each_spine, successor) == Refused(RefreshRefusal.REVOKED)
    assert await rotate(each_spine, token) == Refused(RefreshRefusal.REVOKED)
    (told,) = [event for event in await each_spine.events() if event.kind is EventKind.REFRESH_REUSED]
    assert told.network == ORIGIN.network
    assert token not in repr(told)


async def test_an_older_ancestor_that_comes_back_ends_the_family_too(spine: Spine) -> None:
    oldest = await first_token(spine)
    middle = (await rotated(spine, oldest)).refresh_token
    spine.clock.move(timedelta(hours=1))
    newest = (await rotated(spine, middle)).refresh_token
    assert await rotate(spine, oldest) == Refused(RefreshRefusal.REUSED)
    assert await rotate(spine, newest) == Refused(RefreshRefusal.REVOKED)


async def test_a_stolen_token_ends_its_own_family_alone(spine: Spine) -> None:
    one, other = await first_token(spine), await first_token(spine)
    await rotated(spine, one)
    spine.clock.move(GRACE)
    assert await rotate(spine, one) == Refused(RefreshRefusal.REUSED)
    assert isinstance(await rotate(spine, other), Refreshed)


async def test_rotation_does_not_prolong_the_family(spine: Spine) -> None:
    began = spine.clock.now()
    token = await first_token(spine)
    ends: set[datetime] = set()
    while spine.clock.now() + DAY * 7 < began + SHOP.refresh_token_lifetime:
        spine.clock.move(DAY * 7)
        token = (await rotated(spine, token)).refresh_token
        ends.add(spine.clock.now())
    assert len(ends) == 4
    spine.clock.at = began + SHOP.refresh_token_lifetime - INSTANT
    token = (await rotated(spine, token)).refresh_token
    spine.clock.move(INSTANT)
    assert await rotate(spine, token) == Refused(RefreshRefusal.EXPIRED)


async def test_a_session_that_is_revoked_takes_its_refresh_tokens_with_it(each_spine: Spine) -> None:
    token = await first_token(each_spine)
    session_id = str((await rotated(each_spine, token)).claims["sid"])
    successor = (await rotated(each_spine, token)).refresh_token
    now = each_spine.clock.now()

    async def end(tx: Tx) -> bool:
        session = await find_session(tx, session_id)
        return session is not None and await revoke(tx, session, now, ORIGIN)

    assert await each_spine.transact(end)
    assert await rotate(each_spine, successor) == Refused(RefreshRefusal.REVOKED)
    assert await rotate(each_spine, token) == Refused(RefreshRefusal.REVOKED)


async def test_a_user_who_is_switched_off_gets_nothing_more(spine: Spine) -> None:
    token = await first_token(spine)
    await spine.transact(lambda tx: tx.run(_SWITCH_OFF, is_active=False))
    assert await rotate(spine, token) == Refused(RefreshRefusal.REVOKED)


async def test_a_token_is_worth_nothing_for_another_application_and_stays_good_for_its_own(spine: Spine) -> None:
    token = await first_token(spine)
    other = await spine.register(SHOP)
    assert await rotate(spine, token, other) == Refused(RefreshRefusal.UNKNOWN)
    assert isinstance(await rotate(spine, token), Refreshed)
    assert EventKind.REFRESH_REUSED not in await kinds(spine)


@pytest.mark.parametrize("text", ["", "gpr_", "x" * 10_000, "é", "gpr_" + "A" * 49])
async def test_what_is_no_token_is_refused_before_the_database_is_asked(spine: Spine, text: str) -> None:
    signer = await spine.house.tokens.signer_for(spine.application)
    untouchable: Any = None
    at = spine.clock.now()
    refused = await spine.house.tokens.rotate(untouchable, text, spine.application, signer, at, ORIGIN)
    assert refused == Refused(RefreshRefusal.UNKNOWN)


async def test_an_invented_token_of_the_right_form_is_unknown(spine: Spine) -> None:
    assert await rotate(spine, new_secret(REFRESH_TOKEN_PREFIX)) == Refused(RefreshRefusal.UNKNOWN)


async def test_only_hashes_of_tokens_are_stored(spine: Spine) -> None:
    token = await first_token(spine)
    for stored in await spine.read(lambda tx: tx.all(_SEALED)):
        assert len(stored) == 32
        assert token.encode() not in stored


async def test_expired_tokens_are_deleted_a_day_later_and_live_ones_are_not(spine: Spine) -> None:
    await first_token(spine)
    spine.clock.move(SHOP.refresh_token_lifetime)
    await first_token(spine)
    purge = TokenPurge()

    async def purged() -> int:
        now = spine.clock.now()
        return await spine.transact(lambda tx: purge(tx, now))

    assert await purged() == 0
    spine.clock.move(DAY + INSTANT)
    assert await purged() == 1
    assert await purged() == 0
    assert await spine.read(lambda tx: tx.one(_COUNT)) == 1


async def test_a_walk_in_small_steps_meets_every_expired_token(spine: Spine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gatepass.tokens.jobs._AT_ONCE", 2)
    token = await first_token(spine)
    for _ in range(6):
        token = (await rotated(spine, token)).refresh_token
    spine.clock.move(SHOP.refresh_token_lifetime + DAY + INSTANT)
    now, purge = spine.clock.now(), TokenPurge()
    deleted = [await spine.transact(lambda tx: purge(tx, now)) for _ in range(5)]
    assert sum(deleted) == 7
    assert max(deleted) == 2
    assert await spine.read(lambda tx: tx.one(_COUNT)) == 0


async def test_claims_say_who_where_when_and_how(spine: Spine) -> None:
    outcome = await spine.sign_in("ana@example.com")
    now, claims = int(spine.clock.at.timestamp()), outcome.grant.claims
    assert claims["iss"] == spine.house.public_url
    assert claims["sub"] == outcome.user.id
    assert claims["aud"] == claims["client_id"] == claims["azp"] == spine.application.client_id
    assert (claims["iat"], claims["nbf"], claims["auth_time"]) == (now, now, now)
    assert claims["exp"] == now + 3600 == int(outcome.grant.expires_at.timestamp())
    assert tuple(claims["amr"]) == ("otp",)
    spine.clock.move(timedelta(minutes=10))
    renewed = (await rotated(spine, outcome.grant.refresh_token)).claims
    assert (renewed["sid"], renewed["auth_time"], renewed["iat"]) == (claims["sid"], now, now + 600)
    assert renewed["jti"] != claims["jti"]
