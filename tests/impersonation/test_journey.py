"""The whole way: an operator is let act in a person's place, sees what they see, and stops."""

from datetime import timedelta
from typing import Any

import pytest

from gatepass.audit.model import EventKind
from gatepass.impersonation.jobs import purge
from gatepass.sessions.queries import find_session
from impersonation.people import ANNA, OPERATOR, REASON, acting, anna_of, begin, open_link
from provider.authorization.people import CHALLENGE, VERIFIER
from support.spine import Spine
from support.visiting import CALLBACK, InMemoryBrowser, a_request, answer_of, browsing, heading_of

pytestmark = pytest.mark.anyio


async def tokens_of(browser: InMemoryBrowser) -> dict[str, Any]:
    """Let the shop ask silently, and buy what it is given."""
    spine = browser.spine
    asked = a_request(scope=("openid", "email", "offline_access"), code_challenge=CHALLENGE)
    answer = await browser.begin(asked)
    assert not isinstance(answer, str), answer
    form = {
        "grant_type": "authorization_code",
        "client_id": spine.application.client_id,
        "code": answer.parameters["code"],
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
    }
    bought = await spine.door().post("/oauth2/token", data=form)
    assert bought.status_code == 200, bought.text
    return dict(bought.json())


async def refreshed(spine: Spine, refresh_token: str) -> Any:
    form = {"grant_type": "refresh_token", "client_id": spine.application.client_id, "refresh_token": refresh_token}
    return await spine.door().post("/oauth2/token", data=form)


async def claims_of(spine: Spine, token: str) -> dict[str, Any]:
    found = await spine.house.tokens.read(token, "at+jwt", spine.clock.now())
    assert found is not None
    return found


async def test_tokens_of_the_person_name_who_acts_and_end_with_the_time(each_spine: Spine) -> None:
    async with acting(each_spine, minutes=15) as one:
        assert heading_of(one.page) == "You may go in now"
        bought = await tokens_of(one.browser)
        claims = await claims_of(each_spine, bought["access_token"])
        assert (claims["sub"], claims["act"]) == (one.person.id, {"sub": OPERATOR.actor.id})
        limit = int((each_spine.clock.now() + timedelta(minutes=15)).timestamp())
        assert claims["exp"] <= limit
        each_spine.clock.move(timedelta(minutes=10))
        again = await refreshed(each_spine, bought["refresh_token"])
        assert again.status_code == 200, again.text
        later = await claims_of(each_spine, again.json()["access_token"])
        assert (later["act"], later["exp"] <= limit) == ({"sub": OPERATOR.actor.id}, True)
        each_spine.clock.move(timedelta(minutes=6))
        over = await refreshed(each_spine, again.json()["refresh_token"])
        assert over.json()["error"] == "invalid_grant"


async def test_the_button_of_the_banner_ends_it_and_all_that_was_granted(each_spine: Spine) -> None:
    async with acting(each_spine) as one:
        bought = await tokens_of(one.browser)
        page = await one.browser.get("/account")
        assert heading_of(page) == "Profile"
        after = await one.browser.send(page, "/impersonation/end")
        assert heading_of(after) == "You act for yourself again"
        assert (await refreshed(each_spine, bought["refresh_token"])).json()["error"] == "invalid_grant"
        userinfo = await each_spine.door().get(
            "/oauth2/userinfo", headers={"authorization": f"Bearer {bought['access_token']}"}
        )
        assert userinfo.status_code == 401
        assert heading_of(await one.browser.get("/account")).startswith("Sign in")


async def test_both_names_stand_in_the_record_with_the_reason(each_spine: Spine) -> None:
    async with acting(each_spine) as one:
        await tokens_of(one.browser)
        profile = await one.browser.get("/account")
        await one.browser.send(profile, "/account", given_name="Anna", family_name="Person")
        await one.browser.send(profile, "/impersonation/end")
    recorded = {event.kind: event for event in await each_spine.events()}
    kinds = (
        EventKind.IMPERSONATION_STARTED,
        EventKind.TOKENS_GRANTED,
        EventKind.USER_CHANGED,
        EventKind.IMPERSONATION_ENDED,
    )
    for kind in kinds:
        event = recorded[kind]
        assert event.user_id == one.person.id, kind
        assert (event.actor.id, event.actor.name, event.actor.acting_as) == (
            OPERATOR.actor.id, "Olga Operator", one.person.id,
        ), kind  # fmt: skip
    assert recorded[EventKind.IMPERSONATION_STARTED].reason == REASON
    assert recorded[EventKind.IMPERSONATION_ENDED].data["how"] == "button"


async def test_the_person_is_told_by_mail_and_sees_it_among_their_devices(each_spine: Spine) -> None:
    async with acting(each_spine), browsing(each_spine) as theirs:
        mail = await each_spine.mail(ANNA)
        assert (mail["who"], mail["reason"]) == ("Olga Operator", REASON)
        assert answer_of(await theirs.sign_in(ANNA))["code"]
        devices = await theirs.get("/account/sessions")
        assert "<bdi>Olga Operator</bdi> acts as you here" in devices.text
        assert "You act as" not in devices.text


async def test_its_end_by_time_is_noted_once(each_spine: Spine) -> None:
    async with acting(each_spine, minutes=5) as one:
        each_spine.clock.move(timedelta(minutes=5))
        now = each_spine.clock.now()
        assert await each_spine.transact(lambda tx: purge(tx, now)) == 1
        assert await each_spine.transact(lambda tx: purge(tx, now)) == 0
        ended = [event for event in await each_spine.events() if event.kind is EventKind.IMPERSONATION_ENDED]
        assert [event.data["how"] for event in ended] == ["time"]
        assert "You act as" not in (await one.browser.get("/account")).text


async def test_the_accounts_of_the_operator_go_on_beside_it(spine: Spine) -> None:
    person = await anna_of(spine)
    async with browsing(spine) as browser:
        await browser.sign_in("olga@example.com")
        await open_link(browser, await begin(spine, person))
        claims = await claims_of(spine, (await tokens_of(browser))["access_token"])
        assert claims["sub"] == person.id
        await browser.send(await browser.get("/account"), "/impersonation/end")
        mine = await claims_of(spine, (await tokens_of(browser))["access_token"])
        assert (mine["sub"] != person.id, "act" in mine) == (True, False)


async def test_it_takes_no_place_among_the_sessions_of_the_person(spine: Spine) -> None:
    async with acting(spine) as one:
        held = one.browser.as_known.session_hash
        assert held is not None
        first = await spine.sign_in(ANNA)
        for _ in range(spine.house.foundations.settings.sessions.most_per_user):
            await spine.sign_in(ANNA)
        assert "You act as" in (await one.browser.get("/account")).text
        session = await spine.read(lambda tx: find_session(tx, str(first.grant.claims["sid"])))
        assert session is not None
        assert session.revoked_at is not None
