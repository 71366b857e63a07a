"""What an organization asks of its members' sign-ins, and what becomes of those that are not so."""

from datetime import timedelta
from typing import Any

import pytest

from gatepass.provider.authorization.model import Answer, Needed, Prompt, Step
from provider.authorization.people import BrowserOf
from provider.organizations.people import ANNA, an_organization, error_of, granted, refresh, to
from support.spine import Spine
from support.visiting import browsing, heading_of

pytestmark = pytest.mark.anyio
HOUR = timedelta(hours=1)


async def test_a_proof_that_is_too_old_for_the_organization_is_asked_for_anew(each_spine: Spine) -> None:
    browser = BrowserOf(each_spine)
    anna = await browser.signed_in(ANNA)
    acme = await an_organization(each_spine, anna.user.id, session_seconds=3600)
    assert isinstance(await browser.begin(to(acme.id)), Answer)
    each_spine.clock.move(HOUR)
    needed = await browser.begin(to(acme.id))
    assert isinstance(needed, Needed)
    assert needed.step is Step.SIGN_IN
    assert (await error_of(browser, to(acme.id, prompt=(Prompt.NONE,))))[0] == "login_required"
    assert isinstance(await browser.begin(to("")), Answer), "elsewhere it is good enough"
    await browser.sign_in(needed.handle, ANNA)
    assert isinstance(await browser.flows.resume(needed.handle, browser.now), Answer)


async def test_what_is_refreshed_ends_when_the_organization_wants_a_new_proof(each_spine: Spine) -> None:
    browser = BrowserOf(each_spine)
    anna = await browser.signed_in(ANNA)
    acme = await an_organization(each_spine, anna.user.id, session_seconds=7200)
    grant = await granted(each_spine, browser, to(acme.id))
    each_spine.clock.move(HOUR)
    again = await refresh(each_spine, grant)
    assert not isinstance(again, str)
    each_spine.clock.move(HOUR)
    assert await refresh(each_spine, again) == "expired"


async def test_without_use_a_session_is_over_when_the_organization_says_so(each_spine: Spine) -> None:
    browser = BrowserOf(each_spine)
    anna = await browser.signed_in(ANNA)
    acme = await an_organization(each_spine, anna.user.id, idle_seconds=1800)
    grant = await granted(each_spine, browser, to(acme.id))
    each_spine.clock.move(HOUR)
    assert isinstance(await browser.begin(to(acme.id)), Needed)
    assert await refresh(each_spine, grant) == "expired"


async def test_who_signed_in_by_another_way_signs_in_by_one_that_is_allowed(spine: Spine) -> None:
    browser = BrowserOf(spine)
    anna = await browser.signed_in(ANNA)
    by_link = await an_organization(spine, anna.user.id, methods=("magic_link",))
    needed = await browser.begin(to(by_link.id))
    assert isinstance(needed, Needed)
    assert needed.step is Step.SIGN_IN
    await browser.sign_in(needed.handle, ANNA)
    again = await browser.flows.resume(needed.handle, browser.now)
    assert isinstance(again, Needed), "the code is not what the organization allows, however fresh"


async def test_an_allowed_way_goes_on(spine: Spine) -> None:
    browser = BrowserOf(spine)
    anna = await browser.signed_in(ANNA)
    by_code = await an_organization(spine, anna.user.id, methods=("one_time_code", "passkey"))
    assert isinstance(await browser.begin(to(by_code.id)), Answer)


async def test_what_nobody_can_do_here_is_said_in_a_sentence(each_spine: Spine) -> None:
    browser = BrowserOf(each_spine)
    anna = await browser.signed_in(ANNA)
    acme = await an_organization(each_spine, anna.user.id, methods=("carrier_pigeon",))
    error, sentence = await error_of(browser, to(acme.id))
    assert error == "access_denied"
    assert "none of the ways" in sentence


@pytest.mark.parametrize(
    ("policy", "step"),
    [({"methods": ("passkey",)}, Step.SIGN_IN), ({"requires_mfa": True}, Step.FACTOR)],
    ids=["another method", "a second factor"],
)
async def test_who_lacks_what_the_organization_asks_is_led_to_it(
    each_spine: Spine, policy: dict[str, Any], step: Step
) -> None:
    browser = BrowserOf(each_spine)
    anna = await browser.signed_in(ANNA)
    acme = await an_organization(each_spine, anna.user.id, **policy)
    needed = await browser.begin(to(acme.id))
    assert isinstance(needed, Needed)
    assert needed.step is step


async def test_a_person_goes_through_the_pages_to_an_organization(each_spine: Spine) -> None:
    person = await BrowserOf(each_spine).signed_in(ANNA)
    acme = await an_organization(each_spine, person.user.id, methods=("magic_link",))
    async with browsing(each_spine) as browser:
        first = await browser.arrive(to(acme.id))
        again = await browser.sign_in(ANNA, first)
        assert heading_of(again) == "Sign in to Shop"
        assert "Sign in again to continue." in again.text
