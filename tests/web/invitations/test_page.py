"""The page of an invitation: from the mail to being a member, and every way in which it does not go so."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from access.team import Team
from gatepass.applications.flows import change
from gatepass.applications.model import MagicLinkPolicy, OAuthPolicy
from gatepass.audit.model import EventKind
from gatepass.invitations.model import Invited, Inviter
from gatepass.kit.lookups.reach import Within
from gatepass.organizations.model import Organization
from gatepass.organizations.queries import find_active_membership
from impersonation.people import ANNA, acting
from invitations.guests import GUEST, invited, kept, resend, revoke, seeded_role, token_of
from organizations.stage import a_person, an_organization, listed, shut_out
from support.spine import ORIGIN, SHOP, Spine
from support.visiting import SAME_ORIGIN, InMemoryBrowser, browsing, form_of, forms_of, heading_of

pytestmark = pytest.mark.anyio
PAGE, SIGN_IN = "/invitation", "/invitation/sign-in"
MALLORY = "mallory@evil.test"


def link(made: Invited) -> str:
    return f"{PAGE}?token={token_of(made)}"


@asynccontextmanager
async def signed_in(spine: Spine, email: str) -> AsyncIterator[InMemoryBrowser]:
    """Open a browser in which somebody is signed in."""
    async with browsing(spine) as browser:
        page = await browser.get("/account")
        await browser.sign_in(email, page)
        yield browser


async def changed(spine: Spine, **given: Any) -> None:
    """Change the application of the test, which is the server's eldest."""
    at = spine.clock.now()
    wanted = replace(SHOP, **given)
    await spine.transact(lambda tx: change(tx, spine.application, wanted, at, ORIGIN))
    spine.house.applications.forget(spine.application.client_id)


async def is_member(spine: Spine, organization: Organization, email: str) -> bool:
    user = await a_person(spine, email)
    found = await spine.read(lambda tx: find_active_membership(tx, Within(organization.id), user.id))
    return found is not None


async def test_a_newcomer_follows_the_mail_proves_the_address_and_joins(spine: Spine) -> None:
    organization = await an_organization(spine)
    made = await invited(spine, organization)
    async with browsing(spine) as browser:
        page = await browser.get(str((await spine.mail(GUEST))["link"]))
        assert heading_of(page) == "Join Acme"
        assert "Ada Lovelace" in page.text
        assert GUEST not in page.text
        asked = await browser.send(page, SIGN_IN)
        assert heading_of(asked) == "Confirm your address"
        assert GUEST in asked.text
        assert "email" not in form_of(asked, "/sign-in").fields
        waiting = await browser.send(asked, "/sign-in")
        back = await browser.type_code(waiting, GUEST)
        assert back.url.path == f"{PAGE}/{made.invitation.id}"
        assert GUEST in back.text
        done = await browser.send(back, PAGE)
        assert heading_of(done) == "You are a member of Acme"
        again = await browser.get(str(done.url))
        assert heading_of(again) == "You are a member of Acme"
    assert await is_member(spine, organization, GUEST)


async def test_a_look_changes_nothing(spine: Spine) -> None:
    organization = await an_organization(spine)
    made = await invited(spine, organization)
    before = [event.id for event in await spine.events()]
    async with spine.door() as door:
        for _ in range(3):
            page = await door.get(link(made))
            assert page.status_code == 200
    assert [event.id for event in await spine.events()] == before
    assert await kept(spine, made.invitation) == made.invitation


async def test_the_page_is_kept_by_nobody_and_tells_its_address_to_nobody(spine: Spine) -> None:
    made = await invited(spine, await an_organization(spine))
    async with spine.door() as door:
        page = await door.get(link(made))
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "no-referrer"


async def test_whoever_is_signed_in_already_needs_one_button(spine: Spine) -> None:
    organization = await an_organization(spine)
    async with signed_in(spine, GUEST) as browser:
        made = await invited(spine, organization)
        page = await browser.get(link(made))
        assert heading_of(page) == "Join Acme"
        assert heading_of(await browser.send(page, PAGE)) == "You are a member of Acme"


async def test_a_thief_is_told_for_which_address_it_is_and_how_to_switch(spine: Spine) -> None:
    organization = await an_organization(spine)
    made = await invited(spine, organization)
    async with signed_in(spine, MALLORY) as browser:
        page = await browser.get(link(made))
        assert heading_of(page) == "This invitation is for another address"
        assert "g•••@hopper.test" in page.text
        assert GUEST not in page.text
        refused = [event for event in await spine.events() if event.kind is EventKind.INVITATION_REFUSED]
        assert [event.reason for event in refused] == ["other_address"]
        # A form that is made up in place of the one that was shown gains nothing either.
        form = form_of(page, SIGN_IN)
        session = form_of(await browser.get("/account"), "/account").fields["acting_as"]
        forged = await browser.door.post(
            PAGE, data={**form.fields, "account": session}, headers=SAME_ORIGIN, follow_redirects=True
        )
        assert heading_of(forged) == "This invitation is for another address"
        assert not await is_member(spine, organization, MALLORY)
        switched = await browser.send(page, SIGN_IN)
        assert heading_of(switched) == "Confirm your address"


async def test_the_address_is_fixed_whatever_the_form_sends(spine: Spine) -> None:
    made = await invited(spine, await an_organization(spine))
    async with browsing(spine) as browser:
        asked = await browser.send(await browser.get(link(made)), SIGN_IN)
        await browser.send(asked, "/sign-in", email=MALLORY)
    assert "code" in await spine.mail(GUEST)
    with pytest.raises(AssertionError, match="no mail"):
        await spine.mail(MALLORY)


async def test_somebody_switches_to_the_invited_address_and_joins_with_it(spine: Spine) -> None:
    organization = await an_organization(spine)
    made = await invited(spine, organization)
    async with signed_in(spine, MALLORY) as browser:
        asked = await browser.send(await browser.get(link(made)), SIGN_IN)
        back = await browser.type_code(await browser.send(asked, "/sign-in"), GUEST)
        assert heading_of(await browser.send(back, PAGE)) == "You are a member of Acme"
    assert await is_member(spine, organization, GUEST)
    assert not await is_member(spine, organization, MALLORY)


@pytest.mark.parametrize("state", ["expired", "revoked", "replaced", "resent", "accepted", "gone"])
async def test_an_invitation_that_is_over_says_so(spine: Spine, state: str) -> None:
    organization = await an_organization(spine)
    made = await invited(spine, organization)
    said = {
        "expired": (410, "This invitation has expired"),
        "revoked": (410, "This invitation was taken back"),
        "replaced": (410, "This invitation was taken back"),
        "resent": (404, "We do not know this invitation"),
        "accepted": (410, "This invitation was already used"),
        "gone": (404, "We do not know this invitation"),
    }
    token = token_of(made)
    match state:
        case "expired":
            spine.clock.move(timedelta(days=1))
        case "revoked":
            await revoke(spine, made.invitation)
        case "replaced":
            await invited(spine, organization)
        case "resent":
            await resend(spine, made.invitation)
        case "accepted":
            user, at = await a_person(spine, GUEST), spine.clock.now()
            await spine.transact(lambda tx: spine.house.invitations.accept(tx, token, user.id, at, ORIGIN))
        case _:
            token = "gpv_nothing"
    async with spine.door() as door:
        page = await door.get(PAGE, params={"token": token})
    assert (page.status_code, heading_of(page)) == said[state]
    assert forms_of(page) == []


async def test_whoever_invited_can_be_asked_again(spine: Spine) -> None:
    made = await invited(spine, await an_organization(spine), inviter=Inviter("", "ada@acme.test", "Ada"))
    await revoke(spine, made.invitation)
    async with spine.door() as door:
        page = await door.get(link(made))
    assert "<strong>Ada</strong>" in page.text
    assert "ada@acme.test" in page.text


async def test_rules_of_the_organization_are_told_kindly(spine: Spine) -> None:
    organization = await an_organization(spine)
    async with signed_in(spine, GUEST) as browser:
        page = await browser.get(link(await invited(spine, organization)))
        await listed(spine, organization, "acme.example")
        refused = await browser.send(page, PAGE)
    assert refused.status_code == 403
    assert heading_of(refused).endswith("join with this account")


async def test_what_somebody_gave_who_has_left_is_refused_kindly(spine: Spine) -> None:
    organization = await an_organization(spine)
    await seeded_role(spine, "admin")
    team = Team(spine, organization)
    host = await team.joins("ada", "admin")
    async with signed_in(spine, GUEST) as browser:
        page = await browser.get(link(await invited(spine, organization, member_id=host.id)))
        await team.gives(host)
        refused = await browser.send(page, PAGE)
    assert refused.status_code == 403
    assert heading_of(refused) == "This invitation is no longer good"
    assert "Ask somebody else" in refused.text


async def test_whoever_is_shut_out_is_told_why(spine: Spine) -> None:
    made = await invited(spine, await an_organization(spine))
    await shut_out(spine, await a_person(spine, GUEST))
    async with signed_in(spine, MALLORY) as browser, browsing(spine) as nobody:
        for page in (await browser.get(link(made)), await nobody.get(link(made))):
            assert page.status_code == 403
            assert heading_of(page).startswith("This account")
            assert forms_of(page) == []


async def test_a_form_of_another_browser_is_refused(spine: Spine) -> None:
    organization = await an_organization(spine)
    made = await invited(spine, organization)
    async with signed_in(spine, GUEST) as browser, browsing(spine) as stranger:
        page = await browser.get(link(made))
        foreign = form_of(await stranger.get(link(made)), SIGN_IN).fields["csrf_token"]
        refused = await browser.send(page, PAGE, csrf_token=foreign)
        assert refused.status_code == 403
        cross = await browser.door.post(PAGE, data=form_of(page, PAGE).fields, headers={"sec-fetch-site": "cross-site"})
        assert cross.status_code == 403
    assert not await is_member(spine, organization, GUEST)


async def test_a_new_member_goes_on_to_the_application(spine: Spine) -> None:
    organization = await an_organization(spine)
    async with signed_in(spine, GUEST) as browser:
        made = await invited(spine, organization, application_id=spine.application.id)
        done = await browser.send(await browser.get(link(made)), PAGE)
        assert 'href="/account"' in done.text
        await changed(spine, oauth=OAuthPolicy(home_url="https://shop.test/"))
        done = await browser.get(str(done.url))
    assert "Go to Shop" in done.text
    assert 'href="https://shop.test/"' in done.text


async def test_the_page_comes_back_without_a_token_to_nobody_else(spine: Spine) -> None:
    made = await invited(spine, await an_organization(spine))
    async with spine.door() as door:
        page = await door.get(f"{PAGE}/{made.invitation.id}")
    assert (page.status_code, heading_of(page)) == (404, "We do not know this invitation")


async def test_a_newcomer_may_sign_up_where_sign_up_is_closed(spine: Spine) -> None:
    await changed(spine, magic_link=MagicLinkPolicy(may_sign_up=False))
    organization = await an_organization(spine)
    made = await invited(spine, organization)
    async with browsing(spine) as browser:
        asked = await browser.send(await browser.get(link(made)), SIGN_IN)
        back = await browser.type_code(await browser.send(asked, "/sign-in"), GUEST)
        assert heading_of(await browser.send(back, PAGE)) == "You are a member of Acme"


async def test_names_from_outside_are_shown_and_not_believed(spine: Spine) -> None:
    organization = await an_organization(spine, "<b>Acme</b>")
    made = await invited(spine, organization, description="<script>1</script>", inviter=Inviter("", "", "<i>Ada</i>"))
    async with spine.door() as door:
        page = await door.get(link(made))
    assert "<b>Acme" not in page.text
    assert "<script>1" not in page.text
    assert "<i>Ada" not in page.text


async def test_in_another_language_the_page_speaks_it(spine: Spine) -> None:
    made = await invited(spine, await an_organization(spine))
    async with spine.door(**{"accept-language": "ar"}) as door:
        page: httpx2.Response = await door.get(link(made))
    assert 'lang="ar" dir="rtl"' in page.text


async def test_an_operator_accepts_nothing_in_a_person_s_place(spine: Spine) -> None:
    organization = await an_organization(spine)
    made = await invited(spine, organization, ANNA)
    async with acting(spine) as there:
        page = await there.browser.get(link(made))
        # The person is not signed in here; somebody else acts for them.
        fields = form_of(page, SIGN_IN).fields
        session = form_of(await there.browser.get("/account"), "/account").fields["acting_as"]
        await there.browser.door.post(PAGE, data={**fields, "account": session}, headers=SAME_ORIGIN)
    assert not await is_member(spine, organization, ANNA)
    stored = await kept(spine, made.invitation)
    assert stored is not None
    assert stored.accepted_at is None
