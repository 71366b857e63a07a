"""Applications are told of a session's end (OpenID Connect Back-Channel Logout 1.0), over a real receiver."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import anyio
import pytest

from gatepass.app import House
from gatepass.applications.model import Registration
from gatepass.audit.model import EventKind
from gatepass.kit.db import query
from gatepass.protocols.jose.compact import take_apart
from gatepass.provider.logout.flows import Notices
from gatepass.sessions.flows import revoke_all
from gatepass.tokens.flows import revoke_family
from gatepass.worker import work
from kit.fetch.web import Web, says, serving
from provider.callers import calling
from provider.logout.house import RETURN, SITE, Site, site
from support.spine import ORIGIN, Spine

pytestmark = pytest.mark.anyio
_EVENT = "http://schemas.openid.net/event/backchannel-logout"


@dataclass(frozen=True)
class Post:
    """A post that waits or has left."""

    state: str
    recipient: str
    attempts: int
    payload: bytes | None


_POSTS = query(Post, "SELECT {columns} FROM outbox WHERE reason = 'application.logout.notified' ORDER BY id")


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    async with serving(says(b"", headers=())) as made:
        yield made


@asynccontextmanager
async def working(house: House) -> AsyncIterator[None]:
    """Let the worker of a house work, as in a server's own process."""
    stop = asyncio.Event()
    task = asyncio.create_task(work(house, stop))
    try:
        yield
    finally:
        stop.set()
        with anyio.fail_after(15):
            await task


def _url(web: Web, path: str = "/out") -> str:
    return f"http://127.0.0.1:{web.port}{path}"


def _told_at(url: str) -> Registration:
    """Return an application that wants to be told at an address."""
    return replace(SITE, oauth=replace(SITE.oauth, logout_notice_url=url))


async def _posts(spine: Spine) -> list[Post]:
    return await spine.read(lambda tx: tx.all(_POSTS))


async def _when(spine: Spine, is_so: Callable[[list[Post]], bool]) -> list[Post]:
    with anyio.fail_after(10):
        while not is_so(found := await _posts(spine)):  # noqa: ASYNC110 - only the table knows
            await anyio.sleep(0.02)
    return found


def _notices(spine: Spine) -> Notices:
    return Notices(spine.database, spine.clock, spine.house.tokens, spine.house.outbox)


def _token(body: bytes) -> str:
    form = parse_qs(body.decode(), strict_parsing=True)
    assert list(form) == ["logout_token"]
    return form["logout_token"][0]


async def _claims(shop: Site, body: bytes) -> dict[str, Any]:
    found = await shop.spine.house.tokens.read(_token(body), "logout+jwt", shop.spine.clock.now())
    assert found is not None
    return found


async def test_a_receiver_gets_a_token_with_every_claim_and_nothing_else(each_spine: Spine, web: Web) -> None:
    async with site(each_spine, logout_notice_url=_url(web)) as shop, working(each_spine.house):
        hint = await shop.hint()
        await shop.logout(id_token_hint=hint, post_logout_redirect_uri=RETURN)
        await _when(each_spine, lambda posts: [post.state for post in posts] == ["sent"])

        [body] = web.bodies
        assert b"content-type: application/x-www-form-urlencoded" in web.requests[0].lower()
        claims = await _claims(shop, body)
        said = await each_spine.house.tokens.read(hint, "JWT", each_spine.clock.now())
        assert said is not None
        assert claims["events"] == {_EVENT: {}}
        assert (claims["iss"], claims["aud"]) == (shop.caller.issuer, shop.client_id)
        assert (claims["sub"], claims["sid"]) == (said["sub"], said["sid"])
        assert claims["exp"] - claims["iat"] == 120
        assert set(claims) == {"iss", "aud", "sub", "sid", "iat", "exp", "jti", "events"}
        assert take_apart(_token(body)).header["typ"] == "logout+jwt"
        told = [one for one in await each_spine.events() if one.kind is EventKind.LOGOUT_NOTIFIED]
    assert [(one.application_id, one.data["token_id"]) for one in told] == [(shop.application.id, claims["jti"])]


async def test_a_logout_token_is_worth_nothing_as_another_token(spine: Spine, web: Web) -> None:
    async with site(spine, logout_notice_url=_url(web)) as shop, working(spine.house):
        await shop.logout(id_token_hint=await shop.hint())
        await _when(spine, lambda posts: [post.state for post in posts] == ["sent"])
        token = _token(web.bodies[0])
        assert b"nonce" not in take_apart(token).payload
        for kind in ("JWT", "at+jwt"):
            assert await spine.house.tokens.read(token, kind, spine.clock.now()) is None
        await shop.browser.signed_in()
        await shop.asked(id_token_hint=token, post_logout_redirect_uri=RETURN)
        answer = await shop.caller.door.get("/oauth2/userinfo", headers={"authorization": f"Bearer {token}"})
    assert answer.status_code == 401


async def test_every_way_of_ending_a_session_tells(each_spine: Spine) -> None:
    async with site(each_spine, logout_notice_url="http://127.0.0.1:9009/out") as shop:
        notices, house = _notices(each_spine), each_spine.house

        async def ended(count: int) -> None:
            assert await notices.tell() > 0
            assert len(await _posts(each_spine)) == count
            assert await notices.tell() == 0

        account = await shop.browser.signed_in()
        await shop.tokens()
        assert await house.logout.end_session(account.user.id, account.session.id, ORIGIN)
        await ended(1)

        account = await shop.browser.signed_in()
        await shop.tokens()
        assert await house.logout.end_all(account.user.id, ORIGIN)
        await ended(2)

        account = await shop.browser.signed_in()
        await shop.tokens()
        at = each_spine.clock.now()
        await each_spine.transact(lambda tx: revoke_all(tx, account.user.id, at, ORIGIN))
        await ended(3)

        await shop.browser.signed_in()
        await shop.tokens()
        await shop.answer(await shop.asked(), "everywhere")
        await ended(4)


async def test_the_session_that_gives_way_to_too_many_is_told_of(each_spine: Spine) -> None:
    few = replace(each_spine.house.authorization.sessions, most_per_user=1)
    authorization = replace(each_spine.house.authorization, sessions=few)
    each_spine.house = replace(each_spine.house, authorization=authorization)
    async with site(each_spine, logout_notice_url="http://127.0.0.1:9009/out") as shop:
        await shop.tokens()
        async with site(each_spine):
            assert await _notices(each_spine).tell() > 0
        assert len(await _posts(each_spine)) == 1
        assert EventKind.SESSION_LIMIT_REACHED in [one.kind for one in await each_spine.events()]


async def test_only_those_are_told_who_hold_a_grant_of_that_session_and_asked_for_it(spine: Spine) -> None:
    async with (
        site(spine, logout_notice_url="http://127.0.0.1:9009/one") as shop,
        calling(spine, _told_at("http://127.0.0.1:9008/two")) as second,
        calling(spine, SITE) as without,
        calling(spine, _told_at("http://127.0.0.1:25/")) as unfit,
        calling(spine, _told_at("http://127.0.0.1:9007/gone")) as gone,
        site(spine, logout_notice_url="http://127.0.0.1:9006/elsewhere") as elsewhere,
    ):
        for caller in (unfit, shop.caller, second, without):
            await shop.tokens(caller)
        await shop.tokens()  # twice the same application: told once
        await elsewhere.tokens()
        given_back = await shop.tokens(gone)
        claims = await spine.house.tokens.read(given_back["access_token"], "at+jwt", spine.clock.now())
        assert claims is not None
        await spine.transact(lambda tx: revoke_family(tx, claims["grant_id"], spine.clock.now()))

        await shop.logout(id_token_hint=await shop.hint())
        await _notices(spine).tell()
        recipients = sorted(post.recipient for post in await _posts(spine))
    assert recipients == ["http://127.0.0.1:9008", "http://127.0.0.1:9009"]


async def test_of_several_processes_one_tells(each_spine: Spine) -> None:
    async with site(each_spine, logout_notice_url="http://127.0.0.1:9009/out") as shop:
        await shop.tokens()
        await shop.logout(id_token_hint=await shop.hint())
        await asyncio.gather(*(_notices(each_spine).tell() for _ in range(16)))
    assert len(await _posts(each_spine)) == 1


async def test_a_crash_before_the_outbox_repeats_it_and_loses_nothing(spine: Spine) -> None:
    async with site(spine, logout_notice_url="http://127.0.0.1:9009/out") as shop:
        await shop.tokens()
        await shop.logout(id_token_hint=await shop.hint())
        told = await spine.read(lambda tx: tx.all(_POSTS))
        assert told == []  # the session has ended, and the process dies before anybody was told

        broken = replace(_notices(spine), outbox=None)  # type: ignore[arg-type] # what breaks in the middle
        assert await broken.tell() == 0
        assert await _posts(spine) == []
        assert await _notices(spine).tell() == 1
    assert len(await _posts(spine)) == 1


async def test_what_can_never_be_told_is_given_up_and_stands_in_nobodys_way(spine: Spine) -> None:
    async with site(spine, logout_notice_url="http://127.0.0.1:9009/out") as shop:
        await shop.tokens()
        await shop.logout(id_token_hint=await shop.hint())
        broken = replace(_notices(spine), outbox=None)  # type: ignore[arg-type] # what breaks in the middle
        assert await broken.tell() == 0
        spine.clock.move(timedelta(minutes=11))
        assert await broken.tell() == 1
        assert await _notices(spine).tell() == 0


async def test_a_receiver_that_fails_is_tried_again_with_the_same_token(spine: Spine, web: Web) -> None:
    web.answer = says(b"", status=500)
    async with site(spine, logout_notice_url=_url(web)) as shop, working(spine.house):
        await shop.logout(id_token_hint=await shop.hint())
        await _when(spine, lambda posts: [post.attempts for post in posts] == [1])
        web.answer = says(b"", status=200)
        spine.clock.move(timedelta(seconds=30))
        [post] = await _when(spine, lambda posts: [post.state for post in posts] == ["sent"])
        bodies = set(web.bodies)
    assert (post.payload, len(bodies), len(web.bodies)) == (None, 1, 2)


async def test_a_receiver_that_refuses_is_left_alone_after_three_tries(spine: Spine, web: Web) -> None:
    web.answer = says(b"", status=400)
    async with site(spine, logout_notice_url=_url(web)) as shop, working(spine.house):
        await shop.logout(id_token_hint=await shop.hint())
        await _when(spine, lambda posts: [post.attempts for post in posts] == [1])
        spine.clock.move(timedelta(seconds=20))
        await _when(spine, lambda posts: [post.attempts for post in posts] == [2])
        spine.clock.move(timedelta(seconds=20))
        await _when(spine, lambda posts: [post.state for post in posts] == ["dead"])
    assert len(web.bodies) == 3


async def test_a_notice_that_nobody_took_in_two_minutes_is_not_sent_any_more(spine: Spine, web: Web) -> None:
    web.answer = says(b"", status=500)
    async with site(spine, logout_notice_url=_url(web)) as shop:
        async with working(spine.house):
            await shop.logout(id_token_hint=await shop.hint())
            await _when(spine, lambda posts: [post.attempts for post in posts] == [1])
        spine.clock.move(timedelta(minutes=3))
        web.answer = says(b"", status=200)
        async with working(spine.house):
            await _when(spine, lambda posts: [post.state for post in posts] == ["expired"])
    assert len(web.bodies) == 1
