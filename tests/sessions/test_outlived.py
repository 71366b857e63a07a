"""Sessions that are over by their time, while tokens that they carry live on: whoever ends everything ends them too."""

from datetime import timedelta
from pathlib import Path

import pytest

from gatepass.audit.model import EventKind
from gatepass.kit.db import Tx, command
from gatepass.kit.secrets import hash_token
from gatepass.provider.authorization.model import Redeemed
from gatepass.provider.logout.model import Wish
from gatepass.sessions.flows import revoke_all
from gatepass.sessions.model import Account
from gatepass.sessions.queries import find_session, list_of_browser, list_of_user, list_unrevoked
from gatepass.tokens.model import Grant, Refreshed, Refused
from provider.authorization.people import BrowserOf, redeem
from support.spine import ORIGIN, Spine, standing

pytestmark = pytest.mark.anyio

# Nobody is meant to have so many.
MANY = 1200
_COPY = command(
    "INSERT INTO sessions (id, user_id, application_id, amr, created_at, expires_at, network, user_agent, "
    "browser_hash) SELECT id || :suffix, user_id, application_id, amr, created_at, expires_at, network, user_agent, "
    "browser_hash FROM sessions WHERE id = :id"
)


async def tokens_of(spine: Spine, browser: BrowserOf) -> Grant:
    """Buy tokens of a browser's session."""
    redeemed = await redeem(spine, await browser.code())
    assert isinstance(redeemed, Redeemed)
    tokens, application = spine.house.tokens, spine.application
    signer, at = await tokens.signer_for(application), spine.clock.now()
    return await spine.transact(
        lambda tx: tokens.grant(tx, redeemed.session, redeemed.user, application, signer, at, terms=redeemed.code.terms)
    )


async def refresh(spine: Spine, grant: Grant) -> Refreshed | Refused:
    """Spend a refresh token."""
    tokens, application = spine.house.tokens, spine.application
    signer, at = await tokens.signer_for(application), spine.clock.now()
    return await spine.transact(lambda tx: tokens.rotate(tx, grant.refresh_token, application, signer, at, ORIGIN))


async def outlived(spine: Spine, browser: BrowserOf) -> tuple[Account, Grant]:
    """Let somebody use a session until it is too old; the tokens of its last day live for a month."""
    account = await browser.signed_in()
    for _ in range(4):
        spine.clock.move(timedelta(days=6))
        await browser.code()
    spine.clock.move(timedelta(days=5))
    grant = await tokens_of(spine, browser)
    spine.clock.move(timedelta(days=3))
    assert await spine.read(lambda tx: list_of_user(tx, account.user.id, spine.clock.now())) == []
    return account, grant


async def test_ending_every_session_of_a_person_ends_those_that_are_too_old(each_spine: Spine) -> None:
    account, grant = await outlived(each_spine, BrowserOf(each_spine))
    at = each_spine.clock.now()
    ended = await each_spine.transact(lambda tx: revoke_all(tx, account.user.id, at, ORIGIN))
    assert [(one.id, one.revoked_at) for one in ended] == [(account.session.id, at)]
    assert isinstance(await refresh(each_spine, grant), Refused)
    assert (await each_spine.events())[-1].kind is EventKind.SESSION_ENDED


@pytest.mark.parametrize("everywhere", [False, True])
async def test_signing_a_browser_out_ends_what_is_too_old_behind_its_cookie(spine: Spine, *, everywhere: bool) -> None:
    browser = BrowserOf(spine)
    account, grant = await outlived(spine, browser)
    assert browser.session is not None
    elsewhere = BrowserOf(spine)
    await elsewhere.signed_in()
    await spine.house.logout.finish(Wish(), hash_token(browser.session), ORIGIN, everywhere=everywhere)
    assert isinstance(await refresh(spine, grant), Refused)
    left = await spine.read(lambda tx: list_unrevoked(tx, account.user.id))
    assert len(left) == (0 if everywhere else 1)


async def test_one_session_that_is_too_old_is_ended_by_its_person_alone(spine: Spine) -> None:
    account, grant = await outlived(spine, BrowserOf(spine))
    assert not await spine.house.logout.end_session("somebody-else", account.session.id, ORIGIN)
    assert isinstance(await refresh(spine, grant), Refreshed)
    assert await spine.house.logout.end_session(account.user.id, account.session.id, ORIGIN)
    assert isinstance(await refresh(spine, grant), Refused)


async def test_an_id_token_ends_the_session_that_grew_too_old_in_this_browser(spine: Spine) -> None:
    browser = BrowserOf(spine)
    account, grant = await outlived(spine, browser)
    assert browser.session is not None
    wish = Wish(is_vouched=True, user_id=account.user.id, session_id=account.session.id)
    other, held, new = hash_token("another browser"), hash_token(browser.session), hash_token("new")
    await spine.house.logout.begin(wish, other, new, ORIGIN)
    assert isinstance(await refresh(spine, grant), Refreshed)
    await spine.house.logout.begin(wish, held, new, ORIGIN)
    assert isinstance(await refresh(spine, grant), Refused)


async def test_however_many_sessions_there_are_none_is_left(each_spine: Spine) -> None:
    browser = BrowserOf(each_spine)
    account = await browser.signed_in()

    async def body(tx: Tx) -> None:
        for number in range(MANY):
            await tx.run(_COPY, id=account.session.id, suffix=f"-{number}")

    await each_spine.transact(body)
    assert browser.session is not None
    held, at = hash_token(browser.session), each_spine.clock.now()
    kept = f"{account.session.id}-7"
    ended = await each_spine.transact(lambda tx: revoke_all(tx, account.user.id, at, ORIGIN, but_id=kept))
    assert len(ended) == MANY
    await each_spine.house.logout.finish(Wish(), held, ORIGIN, everywhere=False)
    assert await each_spine.read(lambda tx: list_unrevoked(tx, account.user.id)) == []
    assert await each_spine.read(lambda tx: list_of_browser(tx, held, at, timedelta(days=1))) == []


async def test_a_session_of_the_release_before_is_read_though_it_lacks_what_came_later(each_spine: Spine) -> None:
    account = await BrowserOf(each_spine).signed_in()
    old = account.session.id + "-old"
    await each_spine.transact(lambda tx: tx.run(_COPY, id=account.session.id, suffix="-old"))
    session = await each_spine.read(lambda tx: find_session(tx, old))
    assert session is not None
    assert (session.authenticated_at, session.last_seen_at) == (session.created_at, session.created_at)


async def test_the_limit_of_sessions_counts_what_is_too_old_and_ends_it_first(sqlite_copy: str, tmp_path: Path) -> None:
    async with standing(sqlite_copy, tmp_path, {"GATEPASS_SESSIONS_MOST_PER_USER": "2"}) as spine:
        account, grant = await outlived(spine, BrowserOf(spine))
        first, second = BrowserOf(spine), BrowserOf(spine)
        await first.signed_in()
        assert isinstance(again := await refresh(spine, grant), Refreshed)
        await second.signed_in()
        assert isinstance(await refresh(spine, again.grant), Refused)
        now = spine.clock.now()
        assert len(await spine.read(lambda tx: list_of_user(tx, account.user.id, now))) == 2
