"""Several accounts in one browser, and applications of somebody else that ask for consent."""

from dataclasses import replace
from datetime import timedelta

import httpx2
import pytest

from gatepass.applications.flows import register
from gatepass.applications.model import Application, ApplicationType, OAuthPolicy, Registration, Source
from gatepass.audit.model import EventKind
from gatepass.provider.authorization.model import Prompt, ResponseMode
from gatepass.provider.consents.queries import allowed
from support.spine import Spine
from support.visiting import InMemoryBrowser, a_request, answer_of, browsing, form_of, heading_of

pytestmark = pytest.mark.anyio

ANA, BEN = "ana@example.com", "ben@example.com"
SELECT = a_request(prompt=(Prompt.SELECT_ACCOUNT,))
PLANNER = Registration(
    name="Planner",
    type=ApplicationType.SPA,
    callback_urls=("https://planner.test/callback",),
    oauth=OAuthPolicy(is_third_party=True, policy_url="https://planner.test/privacy", source=Source.REGISTRATION),
)
PLANNED = a_request(redirect_uri="https://planner.test/callback", scope=("openid", "email", "profile"))


async def two_accounts(browser: InMemoryBrowser) -> httpx2.Response:
    """Sign two people in to one browser and return the chooser."""
    await browser.sign_in(ANA)
    browser.spine.clock.move(timedelta(seconds=1))
    chooser = await browser.arrive(SELECT)
    other = await browser.get(f"/sign-in?request={chooser.url.params['request']}&another=1")
    await browser.sign_in(BEN, other)
    browser.spine.clock.move(timedelta(seconds=1))
    return await browser.arrive(SELECT)


def accounts_on(page: httpx2.Response) -> list[str]:
    return [value for name, value in form_of(page, "/choose-account").buttons if name == "account"]


async def test_the_chosen_account_is_the_one_that_the_application_is_told_of(spine: Spine) -> None:
    async with browsing(spine) as browser:
        chooser = await two_accounts(browser)
        assert heading_of(chooser) == "Choose an account"
        assert len(accounts_on(chooser)) == 2
        told = set()
        for number in range(2):
            page = await browser.arrive(SELECT)
            shown = accounts_on(page)
            last = await browser.send(page, "/choose-account", account=shown[number])
            assert answer_of(last)["code"]
            told.add(shown[number])
    assert len(told) == 2


async def test_an_account_that_is_not_of_this_browser_cannot_be_chosen(spine: Spine) -> None:
    async with browsing(spine) as browser, browsing(spine) as other:
        await two_accounts(other)
        foreign = accounts_on(await other.arrive(SELECT))[0]
        await browser.sign_in("cleo@example.com")
        page = await browser.send(await browser.arrive(SELECT), "/choose-account", account=foreign)
        assert heading_of(page) == "Choose an account"
        removed = await browser.send(page, "/choose-account", remove=foreign)
        assert "Signed out of that account." not in removed.text
        assert len(accounts_on(await other.arrive(SELECT))) == 2


async def test_one_account_is_signed_out_and_the_other_stays(spine: Spine) -> None:
    async with browsing(spine) as browser:
        chooser = await two_accounts(browser)
        first, second = accounts_on(chooser)
        page = await browser.send(chooser, "/choose-account", remove=first)
        assert "Signed out of that account." in page.text
        assert accounts_on(page) == [second]
        page = await browser.send(page, "/choose-account", remove=second)
        assert "No account is signed in" in page.text
        assert browser.session_cookie in {None, ""}
    ended = [event for event in await spine.events() if event.kind is EventKind.SESSION_ENDED]
    assert len(ended) == 2


async def planner(spine: Spine) -> Application:
    return await spine.register(PLANNER)


async def test_an_application_of_somebody_else_asks_once_and_then_no_more(spine: Spine) -> None:
    application = await planner(spine)
    async with browsing(spine) as browser:
        first = await browser.arrive(PLANNED, application)
        assert heading_of(first) == "Sign in to Shop", "a stranger does not lend its look to our pages"
        assert "Planner sent you here" in first.text
        consent = await browser.sign_in(ANA, first)
        assert heading_of(consent) == "Allow Planner to use your account?"
        assert "planner.test" in consent.text
        assert "see your e-mail address" in consent.text
        assert "It introduced itself" in consent.text
        last = await browser.send(consent, "/consent", decision="allow")
        assert answer_of(last)["code"]
        assert "Taking you back to Planner" in last.text
        again = await browser.begin(PLANNED, application)
        assert not isinstance(again, str)
        more = a_request(redirect_uri=PLANNED.redirect_uri, scope=("openid", "email", "profile", "offline_access"))
        asked = await browser.arrive(more, application)
        assert "stay connected while you are away" in asked.text
        assert "see your e-mail address" not in asked.text, "only what is new is asked for"


async def test_the_consent_page_names_the_host_to_which_this_very_answer_goes(spine: Spine) -> None:
    two_faced = replace(PLANNER, name="Bank", callback_urls=("https://bank.example/cb", "https://evil.example/cb"))
    application = await spine.register(two_faced)
    async with browsing(spine) as browser:
        first = await browser.arrive(a_request(redirect_uri="https://evil.example/cb"), application)
        consent = await browser.sign_in(ANA, first)
        assert "<bdi>evil.example</bdi>" in consent.text
        assert "bank.example" not in consent.text


async def test_the_consent_page_also_names_where_the_document_of_an_application_is(spine: Spine) -> None:
    policy = replace(PLANNER.oauth, source=Source.DOCUMENT)
    described = replace(
        PLANNER, callback_urls=("http://127.0.0.1/callback",), type=ApplicationType.NATIVE, oauth=policy
    )
    client_id, at = "https://planner.test/client.json", spine.clock.now()
    registered = await spine.transact(lambda tx: register(tx, described, at, client_id=client_id))
    application = registered.application
    async with browsing(spine) as browser:
        first = await browser.arrive(a_request(redirect_uri="http://127.0.0.1:4711/callback"), application)
        consent = await browser.sign_in(ANA, first)
    assert "<bdi>127.0.0.1</bdi>" in consent.text
    assert "Described at <bdi>planner.test</bdi>" in consent.text


async def test_a_refused_consent_is_told_to_the_application(spine: Spine) -> None:
    application = await planner(spine)
    async with browsing(spine) as browser:
        consent = await browser.sign_in(ANA, await browser.arrive(PLANNED, application))
        last = await browser.send(consent, "/consent", decision="deny")
    assert answer_of(last)["error"] == "access_denied"
    assert answer_of(last)["state"] == "state-of-shop"
    assert "You are signed in" not in last.text
    user_id = (await spine.sign_in(ANA)).user.id
    assert await spine.read(lambda tx: allowed(tx, user_id, application.id)) == frozenset()


async def test_a_consent_can_be_given_for_another_account(spine: Spine) -> None:
    application = await planner(spine)
    async with browsing(spine) as browser:
        await browser.sign_in(ANA)
        spine.clock.move(timedelta(seconds=1))
        consent = await browser.arrive(PLANNED, application)
        assert ANA in consent.text
        handle = consent.url.params["request"]
        chooser = await browser.get(f"/choose-account?request={handle}")
        first = await browser.get(f"/sign-in?request={handle}&another=1")
        assert heading_of(chooser) == "Choose an account"
        consent = await browser.sign_in(BEN, first)
        assert BEN in consent.text
        assert ANA not in consent.text


async def test_consent_is_given_where_it_is_asked_for_alone(spine: Spine) -> None:
    application = await planner(spine)
    async with browsing(spine) as browser:
        first = await browser.arrive(PLANNED, application)
        data = form_of(first, "/sign-in").fields | {"decision": "allow"}
        page = await browser.door.post(
            "/consent", data=data, headers={"sec-fetch-site": "same-origin"}, follow_redirects=True
        )
    assert heading_of(page) == "Sign in to Shop"


async def test_who_must_prove_themselves_anew_sees_why_and_stays_who_they_are(spine: Spine) -> None:
    async with browsing(spine) as browser:
        await browser.sign_in(ANA)
        spine.clock.move(timedelta(minutes=10))
        page = await browser.arrive(a_request(max_age=60))
        assert "Sign in again to continue." in page.text
        assert f'value="{ANA}"' in page.text
        last = await browser.sign_in(ANA, page)
        assert answer_of(last)["code"]
    kinds = [event.kind for event in await spine.events()]
    assert EventKind.REAUTHENTICATED in kinds


async def test_the_signed_out_page_counts_the_accounts_that_stay(spine: Spine) -> None:
    async with browsing(spine) as browser:
        assert "Nobody can go on in your name" in (await browser.get("/signed-out")).text
        await browser.sign_in(ANA)
        assert "One other account stays signed in" in (await browser.get("/signed-out")).text


async def test_an_answer_may_be_posted_to_a_scheme_of_an_application_s_own(spine: Spine) -> None:
    own = Registration(name="Phone", type=ApplicationType.NATIVE, callback_urls=("com.example.phone:/callback",))
    application = await spine.register(own)
    wanted = a_request(redirect_uri=own.callback_urls[0], response_mode=ResponseMode.FORM_POST)
    async with browsing(spine) as browser:
        last = await browser.sign_in(ANA, await browser.arrive(wanted, application))
    assert "form-action 'self' com.example.phone:;" in last.headers["content-security-policy"]
    assert form_of(last, own.callback_urls[0]).fields["code"]
