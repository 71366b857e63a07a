"""The page of how somebody signs in: what they add, name and remove, and what nobody does in their place."""

import html
import re
from datetime import timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import httpx2
import pytest

from gatepass.authenticators.model import Authenticator, Kind
from gatepass.authenticators.queries import list_authenticators
from gatepass.kit.mail.addresses import parse_address
from gatepass.methods.backup_code.queries import find_left
from gatepass.users.queries import find_person_by_address
from support.oathtool import app_code
from support.spine import Spine
from support.visiting import InMemoryBrowser, browsing, forms_of, heading_of

pytestmark = pytest.mark.anyio

ANA, BEN = "ana@example.com", "ben@example.com"
SECURITY, APP = "/account/security", "/account/security/authenticator-app"
CODES, HELD = "/account/security/backup-codes", "/account/security/authenticators"
_CODE = re.compile(r"[0-9a-z]{4}-[0-9a-z]{4}")


async def security(browser: InMemoryBrowser, email: str = ANA) -> httpx2.Response:
    """Sign in on the server's own pages and return the page."""
    page = await browser.sign_in(email, await browser.get(SECURITY))
    assert page.url.path == SECURITY, page.text
    return page


async def held(spine: Spine, email: str = ANA) -> list[Authenticator]:
    """Return what somebody holds."""
    key = parse_address(email).key
    person = await spine.read(lambda tx: find_person_by_address(tx, key))
    assert person is not None
    return await spine.read(lambda tx: list_authenticators(tx, person.id))


def manual_key(page: httpx2.Response) -> str:
    """Return the key that a page shows, without its spaces."""
    found = re.search(r'id="manual-key"[^>]* value="([A-Z2-7 ]+)"', page.text)
    assert found, page.text
    return found[1].replace(" ", "")


async def set_up(spine: Spine, browser: InMemoryBrowser, page: httpx2.Response) -> httpx2.Response:
    """Set up an app with what the page shows, and return the page after it."""
    shown = await browser.send(page, APP)
    return await browser.send(shown, shown.url.path, code=app_code(manual_key(shown), spine.clock.now()))


async def proves(spine: Spine, codes: Authenticator, code: str) -> bool:
    """Tell whether a backup code proves who its holder is; it is spent then."""
    judge, at = spine.house.backup_codes.judge, spine.clock.now()
    return await spine.transact(lambda tx: judge(tx, codes.user_id, code, at)) == codes.id


def codes_of(page: httpx2.Response) -> list[str]:
    return _CODE.findall(" ".join(re.findall(r"<li>([^<]+)</li>", page.text)))


async def test_an_app_is_set_up_with_what_the_page_shows(each_spine: Spine) -> None:
    spine = each_spine
    async with browsing(spine) as browser:
        shown = await browser.send(await security(browser), APP)
        assert heading_of(shown) == "Set up an authenticator app"
        assert shown.headers["cache-control"] == "no-store"
        assert "<svg" in shown.text
        uri = urlsplit(html.unescape(re.findall(r'href="(otpauth:[^"]+)"', shown.text)[0]))
        assert unquote(uri.path) == f"/Shop:{ANA}"
        assert parse_qs(uri.query)["secret"] == [manual_key(shown)]
        wrong = await browser.send(shown, shown.url.path, code="000000")
        assert wrong.status_code == 400
        assert manual_key(wrong) == manual_key(shown)
        assert await held(spine) == []
        page = await browser.send(wrong, shown.url.path, code=app_code(manual_key(shown), spine.clock.now()))
        assert "Added." in page.text
        assert [one.kind for one in await held(spine)] == [Kind.TOTP]
        assert (await browser.get(str(shown.url))).status_code == 404, "nobody sees the secret again"


async def test_a_set_up_is_shown_to_nobody_else(spine: Spine) -> None:
    async with browsing(spine) as browser, browsing(spine) as other:
        shown = await browser.send(await security(browser), APP)
        await security(other, BEN)
        assert (await other.get(str(shown.url))).status_code == 404
        mine = await other.send(await other.get(SECURITY), APP)
        code = app_code(manual_key(shown), spine.clock.now())
        fields = next(form.fields for form in forms_of(mine) if form.action == mine.url.path)
        sent = await other.door.post(
            str(shown.url), data=fields | {"code": code}, headers={"sec-fetch-site": "same-origin"}
        )
        assert sent.status_code == 404
    assert await held(spine) == []


async def test_backup_codes_are_shown_once_and_new_ones_take_their_place(each_spine: Spine) -> None:
    spine = each_spine
    async with browsing(spine) as browser:
        first = await browser.send(await security(browser), CODES)
        assert heading_of(first) == "Your backup codes"
        assert first.headers["cache-control"] == "no-store"
        codes = codes_of(first)
        assert len(set(codes)) == 10
        file = re.findall(r'href="(data:text/plain[^"]+)"', first.text)[0]
        assert unquote(html.unescape(file)).split(",", 1)[1].split() == codes
        page = await browser.get(SECURITY)
        assert codes_of(page) == []
        assert "Codes left: 10" in page.text
        second = codes_of(await browser.send(page, CODES))
    assert not set(codes) & set(second)
    (one,) = await held(spine)
    assert not await proves(spine, one, codes[0])
    for count, code in enumerate(second[:7], start=1):
        assert await proves(spine, one, code)
        assert await spine.read(lambda tx: find_left(tx, one.user_id)) == 10 - count


async def test_somebody_is_told_when_few_codes_are_left(spine: Spine) -> None:
    async with browsing(spine) as browser:
        codes = codes_of(await browser.send(await security(browser), CODES))
        (one,) = await held(spine)
        assert "before you run out" not in (await browser.get(SECURITY)).text
        for code in codes[:7]:
            assert await proves(spine, one, code)
        page = await browser.get(SECURITY)
    assert "Codes left: 3" in page.text
    assert "before you run out" in page.text


async def test_an_app_is_named_and_removed_with_a_warning_where_it_is_the_last_one(each_spine: Spine) -> None:
    spine = each_spine
    async with browsing(spine) as browser:
        await set_up(spine, browser, await security(browser))
        (one,) = await held(spine)
        address = f"{HELD}/{one.id}"
        page = await browser.get(address)
        assert "It is the last one that you have." in page.text
        page = await browser.send(page, address, name="  Old  <b>phone</b> ")
        assert "Old &lt;b&gt;phone&lt;/b&gt;" in page.text
        await set_up(spine, browser, page)
        page = await browser.get(address)
        assert "It is the last one that you have." not in page.text
        page = await browser.send(page, f"{address}/remove")
        assert "Removed." in page.text
        assert one.id not in {other.id for other in await held(spine)}
        assert (await spine.mail(ANA))["happened"] == "Removed from your account: authenticator app"


async def test_what_somebody_else_holds_is_neither_shown_nor_named_nor_removed(spine: Spine) -> None:
    async with browsing(spine) as browser, browsing(spine) as other:
        await set_up(spine, browser, await security(browser))
        (theirs,) = await held(spine)
        await set_up(spine, other, await security(other, BEN))
        (own,) = await held(spine, BEN)
        assert (await other.get(f"{HELD}/{theirs.id}")).status_code == 404
        fields = forms_of(await other.get(f"{HELD}/{own.id}"))[1].fields
        for path in (f"{HELD}/{theirs.id}", f"{HELD}/{theirs.id}/remove"):
            sent = {**fields, "name": "Mine"}
            await other.door.post(path, data=sent, headers={"sec-fetch-site": "same-origin"})
        assert [(one.id, one.name) for one in await held(spine)] == [(theirs.id, "")]


async def test_what_adds_or_removes_needs_a_recent_proof(spine: Spine) -> None:
    async with browsing(spine) as browser:
        await set_up(spine, browser, await security(browser))
        begun = await browser.send(await browser.get(SECURITY), APP)
        (one,) = await held(spine)
        spine.clock.move(timedelta(minutes=16))
        stale = [
            await browser.send(await browser.get(SECURITY), APP),
            await browser.send(await browser.get(SECURITY), CODES),
            await browser.get(str(begun.url)),
            await browser.send(await browser.get(f"{HELD}/{one.id}"), f"{HELD}/{one.id}/remove"),
        ]
        assert [(page.status_code, heading_of(page)) for page in stale] == [(403, "Please sign in again")] * 4
        assert [other.id for other in await held(spine)] == [one.id]
        again = re.findall(r'href="(/account/prove[^"]*)"', stale[0].text)[0]
        assert (await browser.get(html.unescape(again))).status_code == 200
