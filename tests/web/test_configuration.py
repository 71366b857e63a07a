"""What anybody may know of an application before signing in."""

from dataclasses import replace
from datetime import timedelta

import httpx2
import pytest

from gatepass.applications.model import Branding, MethodPolicies
from support.spine import SHOP, Spine

pytestmark = pytest.mark.anyio


async def ask(
    spine: Spine, path: str = "/api/v1/config", headers: dict[str, str] | None = None, **query: str
) -> httpx2.Response:
    async with spine.door() as door:
        return await door.get(path, params=query, headers=headers)


async def test_an_application_is_configured_by_its_client_id(spine: Spine) -> None:
    answer = await ask(spine, client_id=spine.application.client_id)
    assert answer.status_code == 200
    body = answer.json()
    assert (body["id"], body["name"], body["client_id"]) == (
        spine.application.id, "Shop", spine.application.client_id,
    )  # fmt: skip
    assert body["default_redirect_url"] == "https://shop.test/callback"
    assert [one["provider"] for one in body["connection"]] == ["MagicLink", "MagicOTP", "Passkey"]
    assert {"login", "magic_otp", "language", "iso_code", "direction"} <= body["localization"].keys()


async def test_a_header_names_the_application_as_well(spine: Spine) -> None:
    by_header = await ask(spine, headers={"x-client-id": spine.application.client_id})
    assert by_header.json() == (await ask(spine, client_id=spine.application.client_id)).json()


@pytest.mark.parametrize("domain", ["localhost", "localhost:8000", "LOCALHOST", " localhost "])
async def test_the_first_application_answers_for_the_servers_own_domain(spine: Spine, domain: str) -> None:
    spine.clock.move(timedelta(seconds=1))
    await spine.register(replace(SHOP, name="Second"))
    answer = await ask(spine, domain=domain)
    assert answer.status_code == 200
    assert answer.json()["client_id"] == spine.application.client_id


async def test_a_client_id_wins_over_a_domain(spine: Spine) -> None:
    second = await spine.register(replace(SHOP, name="Second"))
    answer = await ask(spine, client_id=second.client_id, domain="localhost")
    assert answer.json()["name"] == "Second"


@pytest.mark.parametrize(
    "domain", ["evil.example", "localhost.evil.example", "localhost:1", "http://localhost", "\x00"]
)
async def test_a_foreign_domain_has_no_application(spine: Spine, domain: str) -> None:
    answer = await ask(spine, domain=domain)
    assert (answer.status_code, answer.json()["error_code"]) == (404, "unknown_domain")
    assert answer.json()["code"] == 1011


async def test_an_applications_look_is_configured_and_the_houses_own_where_it_has_none(spine: Spine) -> None:
    branded = await spine.register(replace(SHOP, branding=Branding("#112233", "https://shop.test/logo.png", "Ours")))
    look = (await ask(spine, client_id=branded.client_id)).json()["branding"]
    assert (look["btn_color"], look["brand_logo"], look["signature"]) == (
        "#112233",
        "https://shop.test/logo.png",
        "Ours",
    )
    plain = (await ask(spine, client_id=spine.application.client_id)).json()["branding"]
    assert plain["btn_color"].startswith("#")
    assert (plain["brand"], plain["signature"]) == ("Shop", "The Shop team")


async def test_the_configuration_holds_nothing_that_is_not_shown_to_everybody(spine: Spine) -> None:
    text = (await ask(spine, client_id=spine.application.client_id)).text
    for private in (
        "secret",
        "allowed_origins",
        "logout",
        "lifetime",
        "algorithm",
        "modified_at",
        'https://shop.test"',
    ):
        assert private not in text


STATUS = "/api/v1/auth/status"


@pytest.mark.parametrize(
    "identifier", ["ana@example.com", "stranger@example.com", "not an address", "\x00", "x" * 5_000]
)
async def test_auth_status_says_the_same_for_known_and_unknown(spine: Spine, identifier: str) -> None:
    await spine.sign_in("ana@example.com")
    known = await ask(spine, STATUS, client_id=spine.application.client_id, identifier="ana@example.com")
    other = await ask(spine, STATUS, client_id=spine.application.client_id, identifier=identifier)
    assert (other.status_code, other.content) == (known.status_code, known.content)
    body = known.json()
    assert body["methods"][:2] == ["magic_link", "one_time_code"]
    assert (body["authenticated"], body["passkey_registered"]) == (False, False)


async def test_the_configuration_and_auth_status_show_what_an_application_offers(spine: Spine) -> None:
    methods = MethodPolicies(offered=("one_time_code",))
    by_code = await spine.register(replace(SHOP, methods=methods))
    configured = (await ask(spine, client_id=by_code.client_id)).json()
    assert [one["provider"] for one in configured["connection"]] == ["MagicOTP"]
    status = (await ask(spine, STATUS, client_id=by_code.client_id, identifier="ana@example.com")).json()
    assert status["methods"] == ["one_time_code"]


async def test_auth_status_says_nothing_of_an_attempt_either(spine: Spine) -> None:
    state = await spine.ask("ana@example.com")
    answers = [
        (await ask(spine, STATUS, client_id=spine.application.client_id, state=one)).content
        for one in (state, "0" * 24)
    ]
    assert answers[0] == answers[1]


async def test_every_way_to_sign_in_that_is_offered_is_named(spine: Spine) -> None:
    offered = ("passkey", "sms_code", "password", "magic_link", "one_time_code")
    everything = await spine.register(replace(SHOP, methods=MethodPolicies(offered=offered)))
    body = (await ask(spine, client_id=everything.client_id)).json()
    named = [one["provider"] for one in body["connection"]]
    assert named == ["Passkey", "PhoneOTP", "EmailPassword", "MagicLink", "MagicOTP"]
    assert len({one["connection_id"] for one in body["connection"]}) == len(offered)
    assert (body["auth_config"]["passkey_auth"], body["auth_config"]["webauthn"]) == (True, True)
    status = (await ask(spine, STATUS, client_id=everything.client_id, identifier="ana@example.com")).json()
    assert status["methods"] == list(offered)


async def test_without_passkeys_no_page_is_told_to_ask_for_one(spine: Spine) -> None:
    without = await spine.register(replace(SHOP, methods=MethodPolicies(offered=("magic_link",))))
    told = (await ask(spine, client_id=without.client_id)).json()["auth_config"]
    assert (told["passkey_auth"], told["webauthn"]) == (False, False)
