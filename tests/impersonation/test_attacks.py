"""What whoever acts in a person's place, or steals their link, can't do."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gatepass.app.management_doors import gatekeeper
from gatepass.applications.model import OAuthPolicy, Registration
from gatepass.audit.model import ActorKind, EventKind
from gatepass.gate.model import Call
from gatepass.impersonation.flows import end_of_user
from gatepass.impersonation.jobs import purge
from gatepass.impersonation.model import Begun, Opened, Refusal, Refused
from gatepass.kit.db import command
from gatepass.kit.problems import Problem
from gatepass.kit.secrets import hash_token
from gatepass.outbox.rendering import MailTemplates
from gatepass.provider.authorization.model import Answer, Prompt
from gatepass.sessions.queries import list_of_user
from gatepass.worker import MAIL_TEMPLATES
from impersonation.people import ANNA, OPERATOR, a_wish, acting, anna_of, begin, make_operator, open_link
from impersonation.test_journey import tokens_of
from support.spine import ORIGIN, Spine
from support.visiting import SAME_ORIGIN, a_request, browsing, form_of, heading_of

pytestmark = pytest.mark.anyio
_SWITCH_OFF = command("UPDATE users SET is_active = :off WHERE id = :id")
_NOT_THEIRS = "this is theirs alone to do"


def handle_of(begun: Begun) -> str:
    return begun.url.partition("handle=")[2]


async def opened(spine: Spine, begun: Begun, cookie: str) -> Opened | Refused:
    """Open a link in a browser that holds nothing."""
    return await spine.house.impersonations.open(handle_of(begun), None, hash_token(cookie), ORIGIN)


async def test_of_many_who_open_a_link_at_once_one_is_let_in(each_spine: Spine) -> None:
    begun = await begin(each_spine, await anna_of(each_spine))
    outcomes = await asyncio.gather(*(opened(each_spine, begun, f"cookie {number}") for number in range(8)))
    assert sum(isinstance(outcome, Opened) for outcome in outcomes) == 1
    assert {outcome.reason for outcome in outcomes if isinstance(outcome, Refused)} == {Refusal.UNKNOWN}
    started = [event for event in await each_spine.events() if event.kind is EventKind.IMPERSONATION_STARTED]
    assert len(started) == 1


async def test_a_link_that_was_opened_opens_nothing_again(spine: Spine) -> None:
    begun = await begin(spine, await anna_of(spine))
    async with browsing(spine) as first, browsing(spine) as second:
        await open_link(first, begun)
        page = await second.get(begun.url)
        assert (page.status_code, heading_of(page)) == (410, "This link did not let you in")
        assert ANNA not in page.text


async def test_looking_at_a_link_opens_nothing(spine: Spine) -> None:
    begun = await begin(spine, await anna_of(spine))
    async with browsing(spine) as scanner, browsing(spine) as browser:
        for _ in range(3):
            assert (await scanner.get(begun.url)).status_code == 200
        assert heading_of(await open_link(browser, begun)) == "You may go in now"


async def test_a_link_is_worth_nothing_after_five_minutes(each_spine: Spine) -> None:
    begun = await begin(each_spine, await anna_of(each_spine), minutes=60)
    each_spine.clock.move(timedelta(minutes=5))
    assert await opened(each_spine, begun, "late") == Refused(Refusal.UNKNOWN)
    assert await each_spine.house.impersonations.look(handle_of(begun)) is None


@pytest.mark.parametrize("handle", ["", "gpm_", "x" * 5000, "gpm_ä"], ids=["none", "prefix", "long", "no ascii"])
async def test_what_is_no_link_shows_nothing(spine: Spine, handle: str) -> None:
    async with browsing(spine) as browser:
        page = await browser.door.get("/impersonation", params={"handle": handle})
        assert page.status_code == 410


async def test_a_form_of_another_site_opens_nothing(spine: Spine) -> None:
    begun = await begin(spine, await anna_of(spine))
    async with browsing(spine) as browser:
        page = await browser.get(begun.url)
        fields = form_of(page, "/impersonation").fields
        forged = await browser.door.post("/impersonation", data=fields, headers={"sec-fetch-site": "cross-site"})
        assert forged.status_code == 403
        without = {**fields, "csrf_token": ""}
        assert (await browser.door.post("/impersonation", data=without, headers=SAME_ORIGIN)).status_code == 403
        assert heading_of(await browser.send(page, "/impersonation")) == "You may go in now"


async def test_nobody_acts_for_two_in_one_browser(spine: Spine) -> None:
    async with acting(spine) as one:
        other = (await spine.sign_in("bert@example.com")).user
        page = await open_link(one.browser, await begin(spine, other))
        assert page.status_code == 410
        assert "Stop that first" in page.text


async def test_a_link_opens_nothing_once_the_person_was_switched_off_or_operates_the_server(spine: Spine) -> None:
    anna, bert = await anna_of(spine), (await spine.sign_in("bert@example.com")).user
    for_anna, for_bert = await begin(spine, anna), await begin(spine, bert)
    await spine.transact(lambda tx: tx.run(_SWITCH_OFF, off=False, id=anna.id))
    await make_operator(spine, bert.id)
    for begun in (for_anna, for_bert):
        assert await opened(spine, begun, "cookie") == Refused(Refusal.NOT_ALLOWED)


async def test_who_was_switched_off_is_seen_by_nobody_and_its_end_is_noted(each_spine: Spine) -> None:
    async with acting(each_spine) as one:
        bought = await tokens_of(one.browser)
        at = each_spine.clock.now()
        await each_spine.transact(lambda tx: tx.run(_SWITCH_OFF, off=False, id=one.person.id))
        assert heading_of(await one.browser.get("/account")).startswith("Sign in")
        userinfo = {"authorization": f"Bearer {bought['access_token']}"}
        assert (await each_spine.door().get("/oauth2/userinfo", headers=userinfo)).status_code == 401
        assert await each_spine.transact(lambda tx: end_of_user(tx, one.person.id, at, ORIGIN)) == 1
        ended = [event for event in await each_spine.events() if event.kind is EventKind.IMPERSONATION_ENDED]
        assert [event.data["how"] for event in ended] == ["session"]


async def test_what_is_the_persons_alone_is_refused_and_nothing_changes(each_spine: Spine) -> None:
    person = await anna_of(each_spine)
    async with browsing(each_spine) as theirs:
        await theirs.sign_in(ANNA)
        begun = await begin(each_spine, person)
        async with browsing(each_spine) as browser:
            await open_link(browser, begun)
            page = await browser.get("/account/sessions")
            before = await sessions_of(each_spine, person.id)
            for session_id in before:
                refused = await browser.send(page, "/account/sessions", session=session_id)
                assert (refused.status_code, _NOT_THEIRS in refused.text) == (403, True)
            profile = form_of(page, "/account/sign-out").fields
            for path in ("/account/sessions/end-others", "/account/applications"):
                answer = await browser.door.post(path, data={**profile, "grant": "x"}, headers=SAME_ORIGIN)
                assert (answer.status_code, _NOT_THEIRS in answer.text) == (403, True), path
            for path in ("/account/prove", "/device", "/device?user_code=WDJB-MJHT"):
                answer = await browser.get(path)
                assert (answer.status_code, _NOT_THEIRS in answer.text) == (403, True), path
            assert await sessions_of(each_spine, person.id) == before


async def sessions_of(spine: Spine, user_id: str) -> set[str]:
    now = spine.clock.now()
    return {session.id for session in await spine.read(lambda tx: list_of_user(tx, user_id, now))}


@pytest.mark.parametrize("prompt", [Prompt.CONSENT, Prompt.LOGIN], ids=["consent", "login"])
async def test_whoever_acts_neither_consents_nor_proves_anything_of_the_person(spine: Spine, prompt: Prompt) -> None:
    async with acting(spine) as one:
        answer = await one.browser.begin(a_request(prompt=(prompt,)))
        assert isinstance(answer, Answer)
        assert answer.parameters["error"] == "access_denied"
        assert "in the person's place" in answer.parameters["error_description"]


async def test_another_application_is_not_told_of_the_person(spine: Spine) -> None:
    other = await spine.register(
        Registration("Other", spine.application.type, callback_urls=("https://shop.test/callback",))
    )
    async with acting(spine) as one:
        address = await one.browser.begin(a_request(), other)
        assert isinstance(address, str)
        page = await one.browser.get(address)
        assert heading_of(page) == "Sign in to Other"
        assert 'value="anna@example.com"' not in page.text


async def test_nobody_acts_for_a_person_in_an_application_of_somebody_else(spine: Spine) -> None:
    policy = OAuthPolicy(is_third_party=True)
    foreign = await spine.register(
        Registration("Foreign", spine.application.type, callback_urls=("https://x.test/cb",), oauth=policy)
    )
    with pytest.raises(Problem, match="impersonation_refused"):
        await begin(spine, await anna_of(spine), foreign)


async def test_signing_out_everywhere_leaves_the_person_signed_in(spine: Spine) -> None:
    person = await anna_of(spine)
    async with browsing(spine) as theirs, browsing(spine) as browser:
        await theirs.sign_in(ANNA)
        mine = await sessions_of(spine, person.id)
        await open_link(browser, await begin(spine, person))
        page = await browser.get("/sign-out")
        await browser.send(page, "/sign-out", decision="everywhere")
        assert await sessions_of(spine, person.id) == mine
    ended = [event for event in await spine.events() if event.kind is EventKind.IMPERSONATION_ENDED]
    assert len(ended) == 1


async def test_who_becomes_an_operator_meanwhile_lends_nobody_their_rights(spine: Spine) -> None:
    async with acting(spine) as one:
        await make_operator(spine, one.person.id)
        path = f"/api/v1/users/{one.person.id}/impersonations"
        answer = await one.browser.door.get(path, headers=SAME_ORIGIN)
        assert answer.status_code == 403, answer.text
        bought = await tokens_of(one.browser)
        bearer = {"authorization": f"Bearer {bought['access_token']}"}
        assert (await spine.door().get(path, headers=bearer)).status_code == 403


async def test_a_member_call_is_the_persons_and_the_record_names_who_acts(spine: Spine) -> None:
    async with acting(spine) as one:
        bought = await tokens_of(one.browser)
    principals = gatekeeper(spine.house, frozenset()).principals
    headers = {b"authorization": f"Bearer {bought['access_token']}".encode()}
    call: Call[Any, Any] = Call(None, None, "192.0.2.1", headers, "trace", asyncio.Queue().get)
    principal = await principals.bearers.member(call, bought["access_token"])
    assert principal.user_id == one.person.id
    assert (principal.actor.kind, principal.actor.id) == (ActorKind.OPERATOR, OPERATOR.actor.id)
    assert principal.actor.acting_as == one.person.id
    assert principal.is_person
    with pytest.raises(Problem, match="organization_caller"):
        principal.everywhere()


async def test_a_reason_is_shown_as_text_wherever_it_stands(spine: Spine) -> None:
    reason = '<img src=x onerror=alert(1)> & "ticket"'
    begun = await begin(spine, await anna_of(spine), reason=reason)
    async with browsing(spine) as browser:
        page = await browser.get(begun.url)
        assert "<img src=x" not in page.text
        await browser.send(page, "/impersonation")
    mail = MailTemplates(MAIL_TEMPLATES).render("impersonation", await spine.mail(ANNA))
    assert "<img src=x" not in mail.html
    assert reason in mail.text


async def test_a_name_with_colons_and_markup_stays_a_name(spine: Spine) -> None:
    person = await anna_of(spine)
    name = "<b>Olga</b>: the:Operator"
    evil = replace(OPERATOR, actor=replace(OPERATOR.actor, name=name))
    begun = await spine.house.impersonations.begin(evil, a_wish(person, spine.application))
    async with browsing(spine) as browser:
        page = await open_link(browser, begun)
        assert "<b>Olga" not in page.text
        assert "&lt;b&gt;Olga&lt;/b&gt;: the:Operator" in page.text


async def test_an_unopened_one_ends_without_a_word(spine: Spine) -> None:
    await begin(spine, await anna_of(spine))
    spine.clock.move(timedelta(minutes=6))
    now = spine.clock.now()
    assert await spine.transact(lambda tx: purge(tx, now)) == 1
    kinds = {event.kind for event in await spine.events()}
    assert kinds.isdisjoint({EventKind.IMPERSONATION_STARTED, EventKind.IMPERSONATION_ENDED})
