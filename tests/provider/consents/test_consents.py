"""What people allow applications of somebody else, and take back."""

from dataclasses import replace

import pytest

from gatepass.applications.model import Application, OAuthPolicy
from gatepass.audit.model import EventKind
from gatepass.provider.authorization.model import Answer, Needed, Prompt, Redeemed, Step, Waiting
from gatepass.provider.consents import flows
from gatepass.provider.consents.queries import allowed, list_of_user
from gatepass.tokens.queries import find_family
from provider.authorization.people import BrowserOf, redeem, request
from support.spine import ORIGIN, SHOP, Spine

pytestmark = pytest.mark.anyio
WIDER = request(scope=("openid", "email", "profile"))


@pytest.fixture
async def stranger(spine: Spine) -> Application:
    """An application of somebody else."""
    return await spine.register(replace(SHOP, name="Stranger", oauth=OAuthPolicy(is_third_party=True)))


async def consented(browser: BrowserOf, application: Application) -> str:
    """Let somebody sign in and allow what is asked; return the code."""
    handle = await browser.waits(application=application)
    await browser.sign_in(handle, application=application)
    assert await browser.flows.resume(handle, browser.now) == Needed(Step.CONSENT, handle)
    assert await browser.flows.allow(handle, browser.now)
    answer = await browser.flows.resume(handle, browser.now)
    assert isinstance(answer, Answer)
    return answer.parameters["code"]


async def test_a_stranger_is_let_in_by_consent_once_and_asked_again_for_more(
    spine: Spine, stranger: Application
) -> None:
    browser = BrowserOf(spine)
    redeemed = await redeem(spine, await consented(browser, stranger), application=stranger)
    assert isinstance(redeemed, Redeemed)
    assert isinstance(await browser.begin(application=stranger), Answer)
    handle = await browser.waits(WIDER, stranger)
    waiting = await browser.flows.look(handle, browser.now)
    assert isinstance(waiting, Waiting)
    assert (waiting.step, waiting.new_scopes) == (Step.CONSENT, ("profile",))
    assert await browser.flows.allow(handle, browser.now)
    found = await spine.read(lambda tx: allowed(tx, redeemed.user.id, stranger.id))
    assert found == {"openid", "email", "profile"}
    assert [event.kind for event in await spine.events()].count(EventKind.CONSENT_GIVEN) == 2


async def test_a_stranger_is_told_that_nobody_allowed_it(spine: Spine, stranger: Application) -> None:
    browser = BrowserOf(spine)
    await browser.signed_in()
    silent = await browser.begin(request(prompt=(Prompt.NONE,)), stranger)
    assert silent.parameters["error"] == "consent_required"
    handle = await browser.waits(application=stranger)
    refused = await browser.flows.refuse(handle, browser.now)
    assert isinstance(refused, Answer)
    assert refused.parameters["error"] == "access_denied"
    assert not await browser.flows.allow(handle, browser.now), "what was refused is over"


async def test_nobody_consents_before_they_have_signed_in(spine: Spine, stranger: Application) -> None:
    browser = BrowserOf(spine)
    handle = await browser.waits(application=stranger)
    assert not await browser.flows.allow(handle, browser.now)


async def test_a_consent_is_for_the_person_who_gave_it(spine: Spine, stranger: Application) -> None:
    browser = BrowserOf(spine)
    anna = await browser.signed_in("anna@example.com")
    bert = await browser.signed_in("bert@example.com")
    handle = await browser.waits(request(prompt=(Prompt.CONSENT,)), stranger)
    assert await browser.flows.choose(handle, browser.now, anna.session.id)
    assert await browser.flows.allow(handle, browser.now)
    assert await browser.flows.choose(handle, browser.now, bert.session.id)
    assert await browser.flows.resume(handle, browser.now) == Needed(Step.CONSENT, handle)
    assert not await browser.flows.choose(handle, browser.now, "0" * 24)


async def granted(spine: Spine, found: Redeemed, application: Application) -> str:
    """Grant an application tokens for a person and return their family."""
    tokens, at = spine.house.tokens, spine.clock.now()
    signer = await tokens.signer_for(application)
    grant = await spine.transact(lambda tx: tokens.grant(tx, found.session, found.user, application, signer, at))
    return grant.family_id


async def test_what_is_taken_back_takes_the_tokens_of_that_application_with_it(
    each_spine: Spine,
) -> None:
    spine, browser = each_spine, BrowserOf(each_spine)
    stranger = await spine.register(replace(SHOP, name="Stranger", oauth=OAuthPolicy(is_third_party=True)))
    found = await redeem(spine, await consented(browser, stranger), application=stranger)
    assert isinstance(found, Redeemed)
    families = [await granted(spine, found, application) for application in (stranger, spine.application)]
    now, user_id = spine.clock.now(), found.user.id
    assert [one.application_id for one in await spine.read(lambda tx: list_of_user(tx, user_id))] == [stranger.id]
    assert await spine.transact(lambda tx: flows.revoke(tx, user_id, stranger.id, now, ORIGIN))
    assert not await spine.transact(lambda tx: flows.revoke(tx, user_id, stranger.id, now, ORIGIN))
    ended = [await spine.read(lambda tx, one=one: find_family(tx, one)) for one in families]  # type: ignore[misc]
    assert [family is not None and family.revoked_at is not None for family in ended] == [True, False]
    assert await spine.read(lambda tx: list_of_user(tx, user_id)) == []
    assert (await browser.begin(application=stranger)).step is Step.CONSENT
    assert (await spine.events())[-1].kind is EventKind.CONSENT_REVOKED
