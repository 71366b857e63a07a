"""The page of the mailed link, as a browser sees it."""

from urllib.parse import urlsplit

import pytest

from gatepass.login.flows import HandedOut
from methods.password.house import ASKER, GOOD, address_of, garden
from support.spine import Spine
from support.visiting import browsing, form_of, heading_of

pytestmark = pytest.mark.anyio
ANNA = "anna@example.com"


async def link_to(spine: Spine) -> str:
    url = urlsplit(str((await spine.mail(ANNA))["link"]))
    return f"{url.path}?{url.query}"


async def test_the_link_opens_a_form_that_sets_the_password_once(spine: Spine) -> None:
    shop = await garden(spine)
    await spine.house.passwords.resets.request(shop, address_of(ANNA), ASKER)
    link = await link_to(spine)
    async with browsing(spine) as browser:
        for _ in range(3):
            page = await browser.get(link)
            assert heading_of(page) == "Choose a password"
        assert "secret" in form_of(page, "/password/reset").fields
        weak = await browser.send(page, "/password/reset", password="password1")
        assert weak.status_code == 400
        assert "easy to guess" in weak.text
        done = await browser.send(weak, "/password/reset", password=GOOD)
        assert heading_of(done) == "Your password is set"
        assert browser.session_cookie is None
        again = await browser.send(page, "/password/reset", password=GOOD)
        assert again.status_code == 410
        assert (await browser.get(link)).status_code == 410
    signed_in = await spine.house.passwords.sign_ins.redeem(shop, address_of(ANNA), GOOD, ASKER)
    assert isinstance(signed_in, HandedOut)


@pytest.mark.parametrize("query", ["", "?client_id=nobody&secret=x", "?secret=%00"], ids=["none", "unknown", "odd"])
async def test_a_link_that_nobody_mailed_says_so(spine: Spine, query: str) -> None:
    async with browsing(spine) as browser:
        page = await browser.get(f"/password/reset{query}")
    assert page.status_code == 410
    assert heading_of(page) == "This link does not work any more"
