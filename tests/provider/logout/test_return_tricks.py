"""Where a browser goes after a sign-out is registered to the letter (RFC 9700 §4.11): twenty ways to bend it."""

from collections.abc import AsyncIterator
from urllib.parse import quote

import pytest

from provider.logout.house import LOGOUT, Site, site
from support.spine import Spine

pytestmark = pytest.mark.anyio
_PLAIN = "https://site.test/plain"
_TRICKS = [
    "https://evil.test/",
    "//evil.test/",
    "///evil.test",
    "https:evil.test",
    "https:/\\evil.test",
    "\\\\evil.test",
    f"{_PLAIN}/",
    f"{_PLAIN}?",
    f"{_PLAIN}#",
    f"{_PLAIN}#https://evil.test",
    f"{_PLAIN}/../../evil",
    f"{_PLAIN}%2f..%2fevil",
    f"{_PLAIN}\x00.evil.test",
    f"{_PLAIN}\r\nlocation: https://evil.test",
    f" {_PLAIN}",
    f"{_PLAIN} ",
    "https://site.test@evil.test/plain",
    "https://site.test.evil.test/plain",
    "https://site.test:443/plain",
    "HTTPS://SITE.TEST/plain",
    "http://site.test/plain",
    "https://s\u0131te.test/plain",
    "https://site.test/PLAIN",
    "https://site.test/pl%61in",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    f"{_PLAIN},https://evil.test/",
    "https://site.test/plai",
    "/account",
]


@pytest.fixture
async def shop(spine: Spine) -> AsyncIterator[Site]:
    async with site(spine) as made:
        yield made


@pytest.mark.parametrize("trick", _TRICKS)
async def test_no_spelling_but_the_registered_one_is_followed(shop: Site, trick: str) -> None:
    hint = await shop.hint()
    for parameters in ({"id_token_hint": hint}, {"client_id": shop.client_id}):
        page = await shop.asked(**parameters, post_logout_redirect_uri=trick)
        assert await shop.is_signed_in()
        assert "evil" not in page.text
    done = await shop.answer(page)
    assert "http-equiv" not in done.text
    assert "location" not in done.headers


async def test_the_registered_one_is(shop: Site) -> None:
    answer = await shop.logout(id_token_hint=await shop.hint(), post_logout_redirect_uri=_PLAIN)
    assert answer.headers["location"] == _PLAIN


@pytest.mark.parametrize("state", ["&x=1", "#frag", "\r\nset-cookie: a=b", "\u202e", "%0d%0a", "https://evil.test/"])
async def test_a_state_stays_a_state(shop: Site, state: str) -> None:
    answer = await shop.logout(id_token_hint=await shop.hint(), post_logout_redirect_uri=_PLAIN, state=state)
    assert answer.headers["location"] == f"{_PLAIN}?state={quote(state, safe='')}"
    assert "a=b" not in str(answer.headers.get_list("set-cookie"))


async def test_a_parameter_that_stands_twice_is_refused(shop: Site) -> None:
    hint = await shop.hint()
    query = f"id_token_hint={hint}&post_logout_redirect_uri={_PLAIN}&post_logout_redirect_uri=https://evil.test/"
    answer = await shop.get(f"{LOGOUT}?{query}")
    assert (answer.status_code, "location" in answer.headers) == (400, False)
    assert await shop.is_signed_in()
