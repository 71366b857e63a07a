"""An application signs its person out (OpenID Connect RP-Initiated Logout 1.0), module by module of its test plan."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from gatepass.audit.model import EventKind
from gatepass.protocols.jose import base64url
from gatepass.sessions.queries import list_of_user
from provider.authorization.people import request
from provider.callers import calling, new_key, signed
from provider.logout.house import LOGOUT, RETURN, SITE, Site, hidden, site
from support.spine import Spine

pytestmark = pytest.mark.anyio
_REFRESH = '<meta http-equiv="refresh" content="0;url='


@pytest.fixture
async def shop(each_spine: Spine) -> AsyncIterator[Site]:
    async with site(each_spine) as made:
        yield made


async def test_the_metadata_announces_it(shop: Site) -> None:
    found = (await shop.caller.door.get("/.well-known/openid-configuration")).json()
    assert found["end_session_endpoint"] == f"{shop.caller.issuer}{LOGOUT}"
    assert found["backchannel_logout_supported"] is True
    assert found["backchannel_logout_session_supported"] is True


async def test_a_hint_of_this_browsers_session_signs_out_at_once_and_returns_the_state(shop: Site) -> None:
    hint = await shop.hint()
    answer = await shop.logout(id_token_hint=hint, post_logout_redirect_uri=RETURN, state="a b/ü")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{RETURN}&state=a%20b%2F%C3%BC")
    assert shop.browser.session is None
    assert EventKind.SESSION_ENDED in [one.kind for one in await shop.spine.events()]

    silent = await shop.browser.begin(request(prompt=("none",)), shop.application)
    assert silent.parameters["error"] == "login_required"


async def test_the_old_cookie_opens_nothing_and_the_refresh_token_is_dead(shop: Site) -> None:
    tokens = await shop.tokens(scope=("openid", "offline_access"))
    before = shop.browser.session
    await shop.logout(id_token_hint=tokens["id_token"], post_logout_redirect_uri=RETURN)
    shop.browser.session = before
    assert not await shop.is_signed_in()
    refreshed = await shop.caller.refresh(tokens["refresh_token"])
    assert (refreshed.status_code, refreshed.json()["error"]) == (400, "invalid_grant")


async def test_without_a_state_none_is_added(shop: Site) -> None:
    answer = await shop.logout(id_token_hint=await shop.hint(), post_logout_redirect_uri=RETURN)
    assert answer.headers["location"] == RETURN


async def test_without_a_return_uri_the_browser_stays_here(shop: Site) -> None:
    answer = await shop.logout(id_token_hint=await shop.hint(), state="x")
    assert (answer.status_code, answer.headers["location"]) == (303, "/signed-out")
    assert "You are signed out" in (await shop.get("/signed-out")).text


async def test_an_expired_hint_is_a_hint_still(shop: Site) -> None:
    hint = await shop.hint()
    shop.spine.clock.move(timedelta(hours=3))
    answer = await shop.logout(id_token_hint=hint, post_logout_redirect_uri=RETURN, client_id=shop.client_id)
    assert (answer.headers["location"], shop.browser.session) == (RETURN, None)


async def test_a_form_of_the_application_comes_without_a_cookie_and_is_sent_on(shop: Site) -> None:
    hint, held = await shop.hint(), shop.browser.session
    shop.browser.session = None  # SameSite=Lax
    sent = await shop.post(LOGOUT, id_token_hint=hint, post_logout_redirect_uri=RETURN, state="s")
    assert (sent.status_code, sent.headers["location"].split("=")[0]) == (303, "/sign-out?request")
    assert hint not in sent.headers["location"]
    shop.browser.session = held
    answer = await shop.get(sent.headers["location"])
    assert (answer.status_code, answer.headers["location"]) == (303, f"{RETURN}&state=s")
    assert not await shop.is_signed_in()


async def test_a_form_with_its_cookie_and_the_alias_work_alike(shop: Site) -> None:
    answer = await shop.post("/oidc/logout", id_token_hint=await shop.hint(), post_logout_redirect_uri=RETURN)
    assert (answer.status_code, answer.headers["location"], shop.browser.session) == (303, RETURN, None)


@pytest.mark.parametrize("parameters", [{}, {"state": "only"}, {"post_logout_redirect_uri": RETURN}])
async def test_without_a_client_somebody_is_asked_and_nobody_is_redirected(
    shop: Site, parameters: dict[str, str]
) -> None:
    page = await shop.asked(**parameters)
    assert "reader@example.com" in page.text
    assert await shop.is_signed_in()
    done = await shop.answer(page)
    assert (done.status_code, "You are signed out" in done.text) == (200, True)
    assert (_REFRESH in done.text, "site.test" in done.text, shop.browser.session) == (False, False, None)


async def test_with_a_client_id_alone_the_browser_returns_once_its_person_confirmed(shop: Site) -> None:
    page = await shop.asked(client_id=shop.client_id, post_logout_redirect_uri=RETURN, state="s")
    assert ("Site" in page.text, 'href="https://site.test/"' in page.text) == (True, True)
    done = await shop.answer(page)
    # A page and no redirect, which the policy of forms would block.
    assert done.status_code == 200
    assert f"{_REFRESH}{RETURN}&amp;state=s" in done.text
    assert not await shop.is_signed_in()


@pytest.mark.parametrize("uri", ["https://site.test/other", RETURN + "&added=1", "https://evil.test/"])
async def test_a_return_uri_that_is_not_registered_is_asked_about_and_never_used(shop: Site, uri: str) -> None:
    page = await shop.asked(id_token_hint=await shop.hint(), post_logout_redirect_uri=uri, state="s")
    assert await shop.is_signed_in()
    done = await shop.answer(page)
    assert (done.status_code, _REFRESH in done.text, uri in done.text) == (200, False, False)
    assert not await shop.is_signed_in()


async def test_hints_that_we_did_not_sign_for_this_client_are_never_believed(shop: Site) -> None:
    tokens = await shop.tokens()
    hint = tokens["id_token"]
    head, payload, signature = hint.split(".")
    unsigned = base64url(b'{"alg":"none","typ":"JWT"}')
    claims = await shop.spine.house.tokens.read(hint, "JWT", shop.spine.clock.now())
    assert claims is not None
    async with calling(shop.spine, SITE) as other:
        another = (await shop.tokens(other))["id_token"]
        bad = {
            "alg none": f"{unsigned}.{payload}.",
            "no signature": f"{head}.{payload}.",
            "other key": signed({"alg": "ES256", "typ": "JWT", "kid": "x"}, claims, new_key()),
            "other payload": f"{head}.{unsigned}.{signature}",
            "an access token": tokens["access_token"],
            "nonsense": "x" * 5000,
        }
        for name, token in bad.items():
            page = await shop.asked(id_token_hint=token, post_logout_redirect_uri=RETURN, client_id=shop.client_id)
            assert await shop.is_signed_in(), name
            assert "site.test" not in page.text, name
        # Another client's id token, beside our client_id.
        page = await shop.asked(id_token_hint=another, post_logout_redirect_uri=RETURN, client_id=shop.client_id)
        assert _REFRESH not in (await shop.answer(page)).text


async def test_a_hint_of_somebody_else_asks_before_anybody_is_signed_out(shop: Site) -> None:
    async with site(shop.spine) as theirs:
        other = theirs.browser
        await other.signed_in("mallory@example.com")
    code = await other.code(request(login_hint="mallory@example.com"), shop.application)
    hint = (await shop.caller.redeem(code)).json()["id_token"]
    await shop.asked(id_token_hint=hint, post_logout_redirect_uri=RETURN)
    assert await shop.is_signed_in()


async def test_where_nobody_is_signed_in_there_is_nothing_to_ask(shop: Site) -> None:
    hint = await shop.hint()
    shop.browser.session = None
    answer = await shop.logout(id_token_hint=hint, post_logout_redirect_uri=RETURN)
    assert answer.headers["location"] == RETURN
    # Another browser's session goes on: an id token alone ends what nobody else could end, and no more.
    assert EventKind.SESSION_ENDED not in [one.kind for one in await shop.spine.events()]

    nobody = await shop.logout(client_id=shop.client_id, post_logout_redirect_uri=RETURN)
    page = await shop.get(nobody.headers["location"])
    assert (page.status_code, _REFRESH in page.text) == (200, False)
    assert f'href="{RETURN}"' in page.text
    assert (await shop.logout()).headers["location"] == "/signed-out"


async def test_a_session_that_an_application_alone_holds_ends_by_its_hint(shop: Site) -> None:
    handed = await shop.spine.sign_in("app@example.com")
    now = shop.spine.clock.now()
    user_id = handed.user.id
    [session] = await shop.spine.read(lambda tx: list_of_user(tx, user_id, now))
    tokens = shop.spine.house.tokens
    claims = {"sub": user_id, "sid": session.id, "aud": shop.client_id, "iat": int(now.timestamp())}
    hint = await tokens.sign_notice(shop.application, {**claims, "exp": int(now.timestamp()) + 60}, "JWT")
    shop.browser.session = None
    answer = await shop.logout(id_token_hint=hint, post_logout_redirect_uri=RETURN)
    assert answer.headers["location"] == RETURN
    assert await shop.spine.read(lambda tx: list_of_user(tx, user_id, now)) == []


async def test_of_several_accounts_the_vouched_one_leaves_and_the_others_get_a_new_cookie(shop: Site) -> None:
    hint = await shop.hint()
    second = await shop.browser.waits(request(prompt=("login",)))
    await shop.browser.sign_in(second, "second@example.com")
    before = shop.browser.session
    answer = await shop.logout(id_token_hint=hint, post_logout_redirect_uri=RETURN)
    assert answer.headers["location"] == RETURN
    assert shop.browser.session not in {None, before}
    assert await shop.is_signed_in()
    page = await shop.asked()
    assert ("second@example.com" in page.text, "reader@example.com" in page.text) == (True, False)


async def test_a_question_is_about_every_account_of_the_browser(shop: Site) -> None:
    second = await shop.browser.waits(request(prompt=("login",)))
    await shop.browser.sign_in(second, "second@example.com")
    page = (await shop.asked(logout_hint="Reader@example.com")).text
    assert 0 < page.index("reader@example.com") < page.index("second@example.com")
    await shop.answer(await shop.asked())
    assert not await shop.is_signed_in()


async def test_everywhere_ends_the_sessions_of_other_browsers_too(shop: Site) -> None:
    async with site(shop.spine) as elsewhere:
        await shop.answer(await shop.asked(), "everywhere")
        assert not await elsewhere.is_signed_in()
    async with site(shop.spine) as one, site(shop.spine) as other:
        await one.answer(await one.asked())
        assert await other.is_signed_in()


async def test_the_page_speaks_the_language_that_was_asked_for(shop: Site) -> None:
    sent = await shop.logout(ui_locales="de fr")
    page = await shop.get(sent.headers["location"])
    assert 'lang="de"' in page.text


async def test_the_form_needs_its_token_and_its_browser(shop: Site) -> None:
    page = await shop.asked()
    form = hidden(page) | {"decision": "sign_out"}
    assert (await shop.post("/sign-out", **(form | {"csrf_token": "x"}))).status_code == 403
    async with site(shop.spine) as other:
        assert (await other.post("/sign-out", **form)).status_code == 403
    assert (await shop.post("/sign-out", **(form | {"decision": "stay"}))).status_code == 303
    assert await shop.is_signed_in()


async def test_a_wish_that_was_altered_or_waited_too_long_asks_for_nothing_more_than_a_sign_out(shop: Site) -> None:
    sent = await shop.logout(client_id=shop.client_id, post_logout_redirect_uri=RETURN)
    address = sent.headers["location"]
    for broken in (address[:-3] + "AAA", address + "A", "/sign-out?request=" + "A" * 9000, "/sign-out?request=%ff"):
        page = await shop.get(broken)
        assert (page.status_code, "site.test" in page.text) == (200, False)
    shop.spine.clock.move(timedelta(minutes=31))
    assert "site.test" not in (await shop.get(address)).text
