"""A device signs in: what it asks for, what it is told while it waits, and what it is given."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from gatepass.applications.model import GrantType, OAuthPolicy
from gatepass.audit.model import EventKind
from gatepass.kit.db import query
from gatepass.protocols.oauth2.device import ALPHABET
from gatepass.provider.consents.queries import allowed
from gatepass.provider.devices.jobs import purge
from gatepass.sessions.flows import revoke, revoke_all
from gatepass.sessions.queries import list_of_user
from provider.devices.house import TELEVISION, Room, room
from support.spine import ORIGIN, Spine

pytestmark = pytest.mark.anyio
_COUNT = query(int, "SELECT count(*) FROM device_grants")


@pytest.fixture
async def home(each_spine: Spine) -> AsyncIterator[Room]:
    async with room(each_spine) as made:
        yield made


async def test_a_device_is_told_what_the_standard_names(home: Room) -> None:
    answer = await home.device.begin(scope="openid email")
    begun = answer.json()

    assert begun["device_code"].startswith("gpd_")
    letters = begun["user_code"].replace("-", "")
    assert (len(letters), begun["user_code"][4], set(letters) <= set(ALPHABET)) == (8, "-", True)
    issuer = home.spine.house.public_url
    assert begun["verification_uri"] == f"{issuer}/device"
    assert begun["verification_uri_complete"] == f"{issuer}/device?user_code={begun['user_code']}"
    assert (begun["expires_in"], begun["interval"]) == (600, 5)
    assert answer.headers["cache-control"] == "no-store"


async def test_the_metadata_announces_the_endpoint(home: Room) -> None:
    found = (await home.door.get("/.well-known/openid-configuration")).json()
    assert found["device_authorization_endpoint"] == f"{home.spine.house.public_url}/oauth2/device_authorization"
    assert GrantType.DEVICE_CODE in found["grant_types_supported"]


async def test_somebody_lets_a_device_in_and_it_holds_a_session_of_its_own(home: Room) -> None:
    begun = await home.device.begun("openid email offline_access")
    assert await home.device.error(begun["device_code"]) == "authorization_pending"
    done = await home.person.allow(begun["user_code"])
    assert (done.status_code, "Your device is connected" in done.text) == (200, True)

    answer = await home.device.poll(begun["device_code"])
    tokens = answer.json()
    assert answer.status_code == 200, answer.text
    assert {"access_token", "id_token", "refresh_token"} <= set(tokens)
    assert tokens["scope"] == "openid email offline_access"

    now = home.spine.clock.now()
    claims = await home.spine.house.tokens.read(tokens["id_token"], "JWT", now)
    assert claims is not None
    sessions = await home.spine.read(lambda tx: list_of_user(tx, claims["sub"], now))
    own = next(one for one in sessions if one.id == claims["sid"])
    approver = next(one for one in sessions if one.browser_hash is not None)
    assert own.id != approver.id
    assert own.browser_hash is None
    assert (own.network, "SMART-TV" in own.user_agent) == ("127.0.0.1", True)
    assert own.application_id == home.device.application.id
    assert (own.amr, own.authenticated_at) == (approver.amr, approver.authenticated_at)


async def test_ending_the_devices_session_ends_its_tokens(home: Room) -> None:
    begun = await home.device.begun("openid offline_access")
    await home.person.allow(begun["user_code"])
    tokens = (await home.device.poll(begun["device_code"])).json()
    now = home.spine.clock.now()
    claims = await home.spine.house.tokens.read(tokens["access_token"], "at+jwt", now)
    assert claims is not None
    sessions = await home.spine.read(lambda tx: list_of_user(tx, claims["sub"], now))
    own = next(one for one in sessions if one.id == claims["sid"])
    await home.spine.transact(lambda tx: revoke(tx, own, now, ORIGIN))

    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    answer = await home.door.post("/oauth2/token", data={**form, "client_id": home.device.application.client_id})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


async def test_a_device_that_was_turned_away_is_told_so(home: Room) -> None:
    begun = await home.device.begun()
    confirmation = await home.person.enter(begun["user_code"])
    done = await home.person.decide(confirmation, "deny")
    assert "The device was not connected" in done.text
    assert await home.device.error(begun["device_code"]) == "access_denied"


async def test_both_decisions_are_written_down_with_the_device(home: Room) -> None:
    first, second = await home.device.begun(), await home.device.begun()
    await home.person.allow(first["user_code"])
    await home.person.decide(await home.person.enter(second["user_code"]), "deny")

    found = [one for one in await home.spine.events() if "device" in one.kind]
    assert [one.kind for one in found] == [EventKind.DEVICE_APPROVED, EventKind.DEVICE_DENIED]
    assert all(one.application_id == home.device.application.id and one.user_id for one in found)
    assert {one.data["network"] for one in found} == {"127.0.0.1"}
    assert all("SMART-TV" in one.data["user_agent"] for one in found)


async def test_who_asks_too_fast_is_slowed_down_by_five_seconds_each_time(home: Room) -> None:
    code = (await home.device.begun())["device_code"]
    assert await home.device.error(code) == "authorization_pending"
    home.spine.clock.move(timedelta(seconds=4))
    assert await home.device.error(code) == "slow_down"  # from now on every ten seconds
    home.spine.clock.move(timedelta(seconds=9))
    assert await home.device.error(code) == "slow_down"  # fifteen
    home.spine.clock.move(timedelta(seconds=14))
    assert await home.device.error(code) == "slow_down"  # twenty
    home.spine.clock.move(timedelta(seconds=20))
    assert await home.device.error(code) == "authorization_pending"
    home.spine.clock.move(timedelta(seconds=20))
    assert await home.device.error(code) == "authorization_pending"


async def test_after_ten_minutes_a_code_is_worth_nothing_even_if_it_was_allowed(home: Room) -> None:
    waiting, let_in = await home.device.begun(), await home.device.begun()
    await home.person.allow(let_in["user_code"])
    home.spine.clock.move(timedelta(minutes=10))

    assert await home.device.error(waiting["device_code"]) == "expired_token"
    assert await home.device.error(let_in["device_code"]) == "expired_token"
    late = await home.person.enter(waiting["user_code"])
    assert (late.status_code, "This code has expired" in late.text) == (400, True)


async def test_a_device_code_is_good_once(home: Room) -> None:
    begun = await home.device.begun()
    await home.person.allow(begun["user_code"])
    assert (await home.device.poll(begun["device_code"])).status_code == 200
    assert await home.device.error(begun["device_code"]) == "invalid_grant"


async def test_a_device_code_of_another_application_or_of_nobody_is_unknown(home: Room) -> None:
    other = await home.spine.register(replace(TELEVISION, name="Kitchen"))
    begun = await home.device.begun()
    await home.person.allow(begun["user_code"])
    stolen = await home.device.poll(begun["device_code"], client_id=other.client_id)
    assert stolen.json()["error"] == "invalid_grant"
    for made_up in ("x", "gpd_" + "A" * 49, begun["device_code"][:-1] + "!"):
        assert await home.device.error(made_up) == "invalid_grant"
    assert (await home.device.poll(begun["device_code"])).status_code == 200


async def test_an_approval_dies_with_the_session_that_gave_it(home: Room) -> None:
    begun = await home.device.begun()
    await home.person.allow(begun["user_code"])
    events = await home.spine.events()
    approved = next(one for one in events if one.kind is EventKind.DEVICE_APPROVED)
    now = home.spine.clock.now()
    await home.spine.transact(lambda tx: revoke_all(tx, approved.user_id or "", now, ORIGIN))
    assert await home.device.error(begun["device_code"]) == "access_denied"


async def test_an_application_without_the_grant_may_not_begin(home: Room) -> None:
    shop = home.spine.application
    answer = await home.device.begin(client_id=shop.client_id)
    assert (answer.status_code, answer.json()["error"]) == (400, "unauthorized_client")
    unknown = await home.device.begin(client_id="nobody")
    assert (unknown.status_code, unknown.json()["error"]) == (401, "invalid_client")


async def test_scope_and_resources_follow_the_rule_of_authorization_requests(home: Room) -> None:
    begun = await home.device.begin(scope="openid watch billing", resource="https://api.test/")
    await home.person.allow(begun.json()["user_code"])
    tokens = (await home.device.poll(begun.json()["device_code"])).json()
    claims = await home.spine.house.tokens.read(tokens["access_token"], "at+jwt", home.spine.clock.now())
    assert claims is not None
    assert (tokens["scope"], claims["aud"]) == ("openid watch", "https://api.test/")

    assert (await home.device.begin(scope="sys_owner")).json()["error"] == "invalid_scope"
    assert (await home.device.begin(resource="https://other.test/")).json()["error"] == "invalid_target"


async def test_a_resource_that_the_device_did_not_name_spends_nothing(home: Room) -> None:
    begun = (await home.device.begin(scope="openid", resource="https://api.test/")).json()
    await home.person.allow(begun["user_code"])
    wrong = await home.device.poll(begun["device_code"], resource="https://other.test/")
    assert wrong.json()["error"] == "invalid_target"
    assert (await home.device.poll(begun["device_code"])).status_code == 200


async def test_letting_a_third_partys_device_in_is_a_consent(each_spine: Spine) -> None:
    stranger = replace(TELEVISION, oauth=OAuthPolicy(is_third_party=True))
    async with room(each_spine, stranger) as home:
        begun = await home.device.begun("openid email")
        page = await home.person.enter(begun["user_code"])
        assert "Living room will be able to" in page.text
        await home.person.decide(page, "allow")
        user_id = next(one.user_id for one in await each_spine.events() if one.kind is EventKind.DEVICE_APPROVED)
        application_id = home.device.application.id
        scopes = await each_spine.read(lambda tx: allowed(tx, user_id or "", application_id))
    assert scopes == {"openid", "email"}


async def test_what_is_over_is_purged(home: Room) -> None:
    await home.device.begun()
    now = home.spine.clock.now()
    assert await home.spine.transact(lambda tx: purge(tx, now + timedelta(minutes=30))) == 0
    assert await home.spine.transact(lambda tx: purge(tx, now + timedelta(minutes=71))) == 1
    assert await home.spine.read(lambda tx: tx.one(_COUNT)) == 0
