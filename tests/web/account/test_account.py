"""The account page: what somebody sees and changes about themselves, and nobody else does."""

from datetime import timedelta

import httpx2
import pytest

from gatepass.applications.model import ApplicationType, OAuthPolicy, Registration
from gatepass.audit.model import EventKind
from gatepass.kit.db import Tx
from gatepass.login.flows import HandedOut
from gatepass.sessions.queries import find_session, list_of_user
from gatepass.tokens.model import Refused
from gatepass.tokens.queries import list_holdings
from support.spine import ORIGIN, Spine
from support.visiting import (
    SAME_ORIGIN,
    InMemoryBrowser,
    a_request,
    answer_of,
    browsing,
    form_of,
    forms_of,
    heading_of,
)

pytestmark = pytest.mark.anyio

ANA, BEN = "ana@example.com", "ben@example.com"
TABS = ("/account", "/account/sessions", "/account/applications", "/account/history")
FORMS = (*TABS[:3], "/account/sessions/end-others", "/account/switch", "/account/sign-out")


async def account(browser: InMemoryBrowser, email: str = ANA) -> httpx2.Response:
    """Sign in on the server's own pages and return the profile."""
    page = await browser.sign_in(email, await browser.get("/account"))
    assert page.url.path == "/account", page.text
    return page


def rows(page: httpx2.Response, name: str) -> list[str]:
    return [value for form in forms_of(page) for button, value in form.buttons if button == name]


@pytest.mark.parametrize("path", [*TABS, "/account/switch", "/account/prove"])
async def test_who_is_not_signed_in_signs_in_first_and_comes_to_the_page_that_they_wanted(
    spine: Spine, path: str
) -> None:
    async with browsing(spine) as browser:
        first = await browser.get(path)
        assert heading_of(first) == "Sign in to your account"
        page = await browser.sign_in(ANA, first)
    assert page.status_code == 200
    assert page.url.path == ("/account/sessions" if path == "/account/prove" else path)


async def test_the_profile_is_changed_and_the_language_with_it(each_spine: Spine) -> None:
    async with browsing(each_spine) as browser:
        page = await account(browser)
        assert "Confirmed" in page.text
        page = await browser.send(page, "/account", given_name=" Ana ", family_name="Oliveira", locale="de")
        assert '<html lang="de"' in page.text
        assert 'value="Ana"' in page.text
        page = await browser.send(page, "/account", given_name="Ana", family_name="", locale="tlh")
        assert '<html lang="en"' in page.text, "a language that we do not speak is none"
    assert EventKind.USER_CHANGED in [event.kind for event in await each_spine.events()]


@pytest.mark.parametrize("name", ["x" * 101, "Ana\nOliveira", "<script>alert(1)</script>"])
async def test_a_name_that_is_none_is_said_and_what_was_typed_is_kept(spine: Spine, name: str) -> None:
    async with browsing(spine) as browser:
        page = await browser.send(await account(browser), "/account", given_name=name, family_name="O")
    is_refused = not name.startswith("<")
    assert page.status_code == (400 if is_refused else 200)
    assert "<script>alert" not in page.text
    assert 'value="O"' in page.text


async def test_a_device_is_signed_out_and_its_tokens_die(spine: Spine) -> None:
    elsewhere = await spine.sign_in(ANA)
    async with browsing(spine) as browser, browsing(spine) as other:
        await account(other)
        await account(browser)
        page = await browser.get("/account/sessions")
        ids = rows(page, "session")
        assert len(ids) == 3
        assert page.text.count("This browser") == 1
        for session_id in ids[1:]:
            page = await browser.send(page, "/account/sessions", session=session_id)
            assert "Signed out there." in page.text
        assert rows(page, "session") == ids[:1]
        assert heading_of(await other.get("/account")) == "Sign in to your account"
    await refuse_refresh(spine, elsewhere)


async def refuse_refresh(spine: Spine, handed_out: HandedOut) -> None:
    """Make sure that what hung on a session is dead."""
    now = spine.clock.now()
    sessions = await spine.read(lambda tx: list_of_user(tx, handed_out.user.id, now))
    claimed = handed_out.grant.claims["sid"]
    assert claimed not in {session.id for session in sessions}


async def test_a_session_of_somebody_else_is_not_ended(spine: Spine) -> None:
    async with browsing(spine) as browser, browsing(spine) as other:
        await account(other, BEN)
        theirs = rows(await other.get("/account/sessions"), "session")[0]
        await account(browser)
        page = await browser.send(await browser.get("/account/sessions"), "/account/sessions", session=theirs)
        assert "Signed out there." not in page.text
        assert heading_of(await other.get("/account")) == "Profile"


async def test_signing_out_everywhere_else_needs_a_recent_proof(spine: Spine) -> None:
    await spine.sign_in(ANA)
    async with browsing(spine) as browser:
        await account(browser)
        spine.clock.move(timedelta(minutes=16))
        page = await browser.send(await browser.get("/account/sessions"), "/account/sessions/end-others")
        assert page.status_code == 403
        assert heading_of(page) == "Please sign in again"
        again = await browser.get("/account/prove")
        assert f'value="{ANA}"' in again.text
        page = await browser.sign_in(ANA, again)
        assert page.url.path == "/account/sessions"
        page = await browser.send(page, "/account/sessions/end-others")
        assert "Signed out everywhere else." in page.text
        assert len(rows(page, "session")) == 1


async def test_another_person_does_not_prove_who_the_first_one_is(spine: Spine) -> None:
    await spine.sign_in(ANA)
    async with browsing(spine) as browser:
        await account(browser)
        spine.clock.move(timedelta(minutes=16))
        await browser.sign_in(BEN, await browser.get("/account/prove"))
        session_id = rows(await browser.get("/account/switch"), "account")
        stale = [one for one in session_id if ANA in (await browser.get(f"/account?account={one}")).text]
        page = await browser.get(f"/account/sessions?account={stale[0]}")
        page = await browser.send(page, "/account/sessions/end-others")
    assert heading_of(page) == "Please sign in again"


async def test_what_an_application_was_allowed_is_shown_and_taken_back(each_spine: Spine) -> None:
    spine = each_spine
    planner = await spine.register(
        Registration(
            name="Planner",
            type=ApplicationType.SPA,
            callback_urls=("https://planner.test/callback",),
            oauth=OAuthPolicy(is_third_party=True),
        )
    )
    handed_out = await spine.sign_in(ANA)
    planned = a_request(redirect_uri="https://planner.test/callback")
    async with browsing(spine) as browser:
        consent = await browser.sign_in(ANA, await browser.arrive(planned, planner))
        assert answer_of(await browser.send(consent, "/consent", decision="allow"))["code"]
        page = await browser.get("/account/applications")
        assert "see your e-mail address" in page.text
        assert set(rows(page, "grant")) == {planner.id, spine.application.id}
        page = await browser.send(page, "/account/applications", grant=planner.id)
        page = await browser.send(page, "/account/applications", grant=spine.application.id)
        assert "Its access was removed." in page.text
        assert rows(page, "grant") == []
        assert "Its access was removed." not in (
            await browser.send(await browser.get("/account/history"), "/account/sign-out")
        ).text  # fmt: skip
    now = spine.clock.now()

    async def families(tx: Tx) -> int:
        return len(await list_holdings(tx, handed_out.user.id, now))

    assert await spine.read(families) == 0


async def test_the_history_tells_when_and_where(spine: Spine) -> None:
    async with browsing(spine) as browser:
        await account(browser)
        page = await browser.get("/account/history")
    assert "Signed in with a code" in page.text
    assert "127.0.0.1" in page.text


async def test_signing_out_ends_the_session_and_takes_the_cookie(spine: Spine) -> None:
    async with browsing(spine) as browser:
        page = await account(browser)
        form = form_of(page, "/account/sign-out")
        held = browser.session_cookie
        answer = await browser.door.post("/account/sign-out", data=form.fields, headers=SAME_ORIGIN)
        assert answer.headers["location"] == "/signed-out"
        assert "Max-Age=0" in answer.headers["set-cookie"]
        browser.door.cookies.set("gatepass_session", str(held), domain="localhost.local")
        assert heading_of(await browser.get("/account")) == "Sign in to your account", "the old value opens nothing"


async def test_two_accounts_are_kept_apart_and_switched_between(spine: Spine) -> None:
    async with browsing(spine) as browser:
        await account(browser)
        spine.clock.move(timedelta(seconds=1))
        other = await browser.get("/account/add")
        assert 'value=""' in other.text
        page = await browser.sign_in(BEN, other)
        assert BEN in page.text
        chooser = await browser.get("/account/switch")
        by_address = {}
        for session_id in rows(chooser, "account"):
            shown = await browser.send(chooser, "/account/switch", account=session_id)
            by_address[ANA if ANA in shown.text else BEN] = shown
        assert set(by_address) == {ANA, BEN}
        saved = await browser.send(by_address[ANA], "/account", given_name="Ana", family_name="O", locale="")
        assert ANA in saved.text
        assert "Saved." in saved.text
        left = await browser.send(saved, "/account/sign-out")
        assert "One other account stays signed in" in left.text
        assert BEN in (await browser.get("/account")).text


async def test_a_form_of_an_account_that_is_signed_out_changes_no_other(spine: Spine) -> None:
    async with browsing(spine) as browser:
        await account(browser)
        spine.clock.move(timedelta(seconds=1))
        page = await browser.sign_in(BEN, await browser.get("/account/add"))
        stale = page
        await browser.send(page, "/account/sign-out")
        await browser.send(stale, "/account", given_name="Benjamin", family_name="", locale="")
        assert "Benjamin" not in (await browser.get("/account")).text


async def test_a_form_from_before_another_sign_in_is_refused(spine: Spine) -> None:
    async with browsing(spine) as browser:
        page = await account(browser)
        spine.clock.move(timedelta(seconds=1))
        await browser.sign_in(BEN, await browser.get("/account/add"))
        answer = await browser.send(page, "/account", given_name="Eve")
    assert answer.status_code == 403


@pytest.mark.parametrize("path", FORMS)
async def test_a_form_without_its_token_or_from_another_site_is_refused(spine: Spine, path: str) -> None:
    async with browsing(spine) as browser:
        page = await account(browser)
        fields = form_of(page, "/account/sign-out").fields
        without = await browser.door.post(path, data=fields | {"csrf_token": "x"}, headers=SAME_ORIGIN)
        foreign = await browser.door.post(path, data=fields, headers={"sec-fetch-site": "cross-site"})
        assert (without.status_code, foreign.status_code) == (403, 403)
        assert heading_of(await browser.get("/account")) == "Profile"


@pytest.mark.parametrize("path", FORMS)
async def test_a_form_of_nobody_leads_to_the_sign_in(spine: Spine, path: str) -> None:
    async with browsing(spine) as browser:
        answer = await browser.door.post(path, data={"acting_as": "x"}, headers=SAME_ORIGIN)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in?request=")


async def test_use_is_noted_every_five_minutes_and_keeps_a_session_alive(spine: Spine) -> None:
    async with browsing(spine) as browser:
        await account(browser)
        for _ in range(4):
            spine.clock.move(timedelta(days=5))
            assert heading_of(await browser.get("/account")) == "Profile"
        spine.clock.move(timedelta(days=8))
        assert heading_of(await browser.get("/account")) == "Sign in to your account"


@pytest.mark.parametrize("path", TABS)
async def test_every_page_keeps_out_of_frames_and_caches(spine: Spine, path: str) -> None:
    async with browsing(spine) as browser:
        await account(browser)
        page = await browser.get(path)
    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["x-frame-options"] == "DENY"
    assert "form-action 'self'" in page.headers["content-security-policy"]


async def test_a_device_is_listed_for_as_long_as_its_tokens_live(spine: Spine) -> None:
    elsewhere = await spine.sign_in(ANA)
    spine.clock.move(timedelta(days=29))
    tokens, application, at = spine.house.tokens, spine.application, spine.clock.now()
    signer = await tokens.signer_for(application)
    session = await spine.read(lambda tx: find_session(tx, elsewhere.grant.claims["sid"]))
    assert session is not None
    grant = await spine.transact(lambda tx: tokens.grant(tx, session, elsewhere.user, application, signer, at))
    spine.clock.move(timedelta(days=3))
    async with browsing(spine) as browser:
        await account(browser)
        page = await browser.get("/account/sessions")
        ids = rows(page, "session")
        assert session.id in ids
        page = await browser.send(page, "/account/sessions", session=session.id)
        assert "Signed out there." in page.text
        assert session.id not in rows(page, "session")
    at = spine.clock.now()
    refreshed = await spine.transact(lambda tx: tokens.rotate(tx, grant.refresh_token, application, signer, at, ORIGIN))
    assert isinstance(refreshed, Refused)
