"""The banner: above every page while somebody acts in a person's place, and above none otherwise."""

import re
from datetime import timedelta

import pytest
from starlette.routing import Route

from gatepass.access.model import Principal, Scope
from gatepass.app.doors import rooms
from gatepass.audit.model import Actor, ActorKind
from gatepass.gate.headers import standing_headers
from gatepass.gate.pages.acting import Acting, acting_as
from gatepass.gate.pages.rendering import PageRenderer
from gatepass.web.impersonation.pages import OVER, RUNNING
from impersonation.people import ANNA, acting, anna_of, begin, open_link
from impersonation.test_journey import refreshed, tokens_of
from support.spine import Spine
from support.visiting import browsing, form_of, heading_of

pytestmark = pytest.mark.anyio
SIGN = "You act as"
# Where the house answers without a page of its own.
WITHOUT_A_PAGE = {"/sign-in/events"}


def page_routes(spine: Spine) -> list[Route]:
    """Return every page that the house mounts."""
    pages = PageRenderer(standing_headers(is_https=False))
    return [route for room in rooms(spine.house, pages) for route in room.routes()]


def lookable(spine: Spine) -> list[str]:
    """Return the paths of the pages that can be looked at, without those that have parts."""
    found = {route.path for route in page_routes(spine) if "GET" in (route.methods or ()) and "{" not in route.path}
    return sorted(found - WITHOUT_A_PAGE)


async def test_every_page_says_who_acts_as_whom_and_how_to_stop(spine: Spine) -> None:
    async with acting(spine) as one:
        paths = [*lookable(spine), "/there-is-no-such-page", "/account?account=unknown", "/docs"]
        assert len(paths) > 12
        for path in paths:
            page = await one.browser.get(path)
            assert SIGN in page.text, (path, page.status_code, page.text[:300])
            assert ANNA in page.text, path
            assert "Olga Operator" in page.text, path
            assert form_of(page, "/impersonation/end").fields["csrf_token"], path
        assert SIGN in (await one.browser.get("/account")).text, "looking ended nothing"


async def test_every_page_that_takes_forms_answers_them_under_the_banner(spine: Spine) -> None:
    async with acting(spine) as one:
        taking = {route.path for route in page_routes(spine) if "POST" in (route.methods or ())}
        for path in sorted(taking - {"/impersonation/end", "/account/sign-out"}):
            address = re.sub(r"\{\w+\}", "0" * 24, path)
            page = await one.browser.door.post(address, data={}, follow_redirects=True)
            assert SIGN in page.text, (path, page.status_code)


@pytest.mark.parametrize(
    ("name", "shown"), [("Support desk", "Support desk"), ("", "Your administrator")], ids=["named", "nameless"]
)
async def test_a_key_is_called_by_its_name(spine: Spine, name: str, shown: str) -> None:
    key = Principal(Actor(ActorKind.API_KEY, "0" * 23 + "2", name), frozenset(Scope))
    async with acting(spine, by=key) as one:
        page = await one.browser.get("/account")
        assert f"{shown}</bdi>: what you do" in page.text or f"{shown} acts here" in page.text
        async with browsing(spine) as theirs:
            await theirs.sign_in(ANNA)
            devices = await theirs.get("/account/sessions")
            assert re.search(rf"{shown}(</bdi>)? acts as you here", devices.text)


async def test_it_ends_by_the_clock_though_nothing_is_purged(each_spine: Spine) -> None:
    async with acting(each_spine, minutes=5) as one:
        bought = await tokens_of(one.browser)
        each_spine.clock.move(timedelta(minutes=5))
        assert (await refreshed(each_spine, bought["refresh_token"])).json()["error"] == "invalid_grant"
        page = await one.browser.get("/account")
        assert SIGN not in page.text
        assert heading_of(page).startswith("Sign in")
        assert str((await one.browser.get(RUNNING)).url).endswith(OVER)


async def test_no_page_says_so_to_anybody_else(spine: Spine) -> None:
    async with acting(spine), browsing(spine) as other:
        await other.sign_in("bert@example.com")
        for path in lookable(spine):
            assert SIGN not in (await other.get(path)).text, path


async def test_pages_that_are_remembered_show_it_to_nobody_else(spine: Spine) -> None:
    pages = PageRenderer(standing_headers(is_https=False))
    with acting_as(Acting("Olga", ANNA, spine.clock.now(), "/impersonation/end", "token")):
        assert SIGN in pages.render_for("magic_link/verified.html", spine.application).decode()
    assert SIGN not in pages.render_for("magic_link/verified.html", spine.application).decode()


async def test_it_is_the_first_thing_that_is_read_and_has_a_name(spine: Spine) -> None:
    async with acting(spine) as one:
        text = (await one.browser.get("/account")).text
        body = text[text.index("<body") :]
        assert body.index('class="acting"') < body.index("<header")
        named = re.search(r'<section class="acting" aria-labelledby="([^"]+)"', body)
        assert named is not None
        assert f'id="{named[1]}"' in body
        until = re.search(r'<time datetime="([^"]+)"', body)
        assert until is not None


async def test_after_its_end_no_page_says_so(spine: Spine) -> None:
    async with acting(spine) as one:
        await one.browser.send(one.page, "/impersonation/end")
        for path in lookable(spine):
            assert SIGN not in (await one.browser.get(path)).text, path
        assert str((await one.browser.get(RUNNING)).url).endswith(OVER)


async def test_another_ones_form_ends_nothing(spine: Spine) -> None:
    async with acting(spine) as one:
        fields = form_of(one.page, "/impersonation/end").fields
        forged = {**fields, "csrf_token": fields["csrf_token"][::-1]}
        same = {"sec-fetch-site": "same-origin"}
        assert (await one.browser.door.post("/impersonation/end", data=forged, headers=same)).status_code == 403
        cross = {"sec-fetch-site": "cross-site"}
        assert (await one.browser.door.post("/impersonation/end", data=fields, headers=cross)).status_code == 403
        assert SIGN in (await one.browser.get("/account")).text


async def test_the_page_of_the_link_names_the_person_the_reason_and_the_end(spine: Spine) -> None:
    begun = await begin(spine, await anna_of(spine))
    async with browsing(spine) as browser:
        page = await browser.get(begun.url)
        for word in (ANNA, "Ticket 4711", "Shop", begun.impersonation.expires_at.strftime("%Y-%m-%d %H:%M")):
            assert word in page.text
        assert page.headers["referrer-policy"] == "no-referrer"
        assert page.headers["cache-control"] == "no-store"
        assert "/account" in (await open_link(browser, begun)).text
