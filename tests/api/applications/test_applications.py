"""Applications over the management API: made, read, changed, switched and deleted."""

from dataclasses import fields
from typing import Any

import pytest

from gatepass.applications.model import Branding, MagicLinkPolicy, OAuthPolicy, Registration, SignInTexts
from gatepass.audit.model import EventKind
from support.managing import managing
from support.spine import Spine

pytestmark = pytest.mark.anyio
PATH = "/api/v1/applications"
READ, WRITE, SECRETS = "applications:read", "applications:write", "applications:secrets"
SHOP: dict[str, Any] = {"name": "Shop", "type": "web", "callback_urls": ["https://shop.example/callback"]}


async def test_an_application_is_created_with_a_secret_that_is_shown_once(spine: Spine) -> None:
    async with managing(spine, READ, WRITE) as door:
        created = await door.post(PATH, json=SHOP)
        assert created.status_code == 201, created.text
        answer = created.json()
        assert answer["client_id"].startswith("cli_")
        assert answer["client_secret"].startswith("gps_")
        read = await door.get(f"{PATH}/{answer['id']}")
        assert "client_secret" not in read.json()
        assert read.json() == {name: value for name, value in answer.items() if name != "client_secret"}
        assert read.headers["etag"] == created.headers["etag"]
        assert (await door.get(f"{PATH}/{answer['client_id']}")).json() == read.json()


async def test_a_public_application_has_no_secret(spine: Spine) -> None:
    async with managing(spine, WRITE) as door:
        created = await door.post(PATH, json={"name": "Page", "type": "spa"})
        assert created.json()["client_secret"] is None


async def test_everything_that_was_sent_is_answered(spine: Spine) -> None:
    sent = {
        **SHOP,
        "logout_urls": ["https://shop.example/out"],
        "allowed_origins": ["https://shop.example"],
        "access_token_lifetime": 600,
        "id_token_lifetime": 700,
        "refresh_token_lifetime": 86_400,
        "signing_algorithm": "RS256",
        "magic_link": {"link_target": "api", "lifetime_seconds": 120, "may_sign_up": False},
        "branding": {
            "accent": "#112233",
            "box_radius": 8,
            "texts": {"heading": "Hello"},
            "texts_by_language": {"de": {"heading": "Hallo"}},
        },
        "oauth": {"requires_pkce": True, "scopes": ["orders:read"], "refresh_idle_seconds": 3600},
    }
    async with managing(spine, WRITE) as door:
        answer = (await door.post(PATH, json=sent)).json()
    for name, value in sent.items():
        if isinstance(value, dict):
            assert value.items() <= _flat(answer[name], value).items()
        else:
            assert answer[name] == value


def _flat(answer: dict[str, Any], sent: dict[str, Any]) -> dict[str, Any]:
    """Return an answer with its inner objects cut down to what was sent of them."""
    return {
        name: _flat(value, sent[name]) if isinstance(value, dict) and isinstance(sent.get(name), dict) else value
        for name, value in answer.items()
        if name in sent
    }


async def test_a_change_merges_objects_and_replaces_lists(spine: Spine) -> None:
    async with managing(spine, WRITE) as door:
        made = (await door.post(PATH, json={**SHOP, "branding": {"accent": "#112233", "signature": "Us"}})).json()
        one = f"{PATH}/{made['id']}"
        changed = await door.patch(
            one, json={"branding": {"accent": "#445566", "texts": {"button": "Go"}}, "callback_urls": []}
        )
        assert changed.status_code == 200, changed.text
        look = changed.json()["branding"]
        assert (look["accent"], look["signature"], look["texts"]["button"]) == ("#445566", "Us", "Go")
        assert (changed.json()["callback_urls"], changed.json()["name"]) == ([], "Shop")
        again = await door.put(one, json={"name": "Shop 2", "type": "web"})
        assert (again.json()["name"], again.json()["branding"]["signature"]) == ("Shop 2", "")
        assert again.json()["client_id"] == made["client_id"]


async def test_every_part_of_a_registration_may_be_set_but_where_it_came_from(spine: Spine) -> None:
    async with spine.door() as door:
        components = (await door.get("/openapi.json")).json()["components"]["schemas"]
    for made in ("NewRegistration", "ChangedRegistration"):
        assert components[made]["properties"].keys() == {part.name for part in fields(Registration)}
    for model, without in (
        (OAuthPolicy, {"source"}),
        (Branding, set()),
        (MagicLinkPolicy, set()),
        (SignInTexts, set()),
    ):
        expected = {part.name for part in fields(model)} - without
        assert components[f"Changed{model.__name__}"]["properties"].keys() == expected


async def test_what_only_the_house_knows_can_not_be_set(spine: Spine) -> None:
    forged = {
        "id": "0" * 24, "client_id": "cli_mine", "is_active": False, "created_at": "2000-01-01T00:00:00Z",
        "client_secret": "gps_mine", "oauth": {"source": "document"},
    }  # fmt: skip
    async with managing(spine, READ, WRITE) as door:
        made = (await door.post(PATH, json={**SHOP, **forged})).json()
        changed = (await door.patch(f"{PATH}/{made['id']}", json=forged)).json()
    assert changed["client_id"] == made["client_id"] != "cli_mine"
    assert changed["is_active"] is True
    assert changed["oauth"]["source"] == "operator"
    assert not made["client_secret"].endswith("mine")


async def test_every_fault_is_named_in_one_answer(spine: Spine) -> None:
    async with managing(spine, WRITE) as door:
        faulty = {
            "name": "", "type": "web", "callback_urls": ["javascript:alert(1)"], "allowed_origins": ["*"],
            "branding": {"accent": "red", "logo_url": "http://x"}, "magic_link": {"lifetime_seconds": 1},
        }  # fmt: skip
        answer = await door.post(PATH, json=faulty)
    assert (answer.status_code, answer.json()["error_code"]) == (400, "invalid_application")
    for said in ("name of 1 to", "javascript:", "'*' is not an origin", "not a colour", "logo_url", "A link lives"):
        assert said in answer.json()["message"]


@pytest.mark.parametrize(
    "body",
    [
        {"type": "web"}, {"name": "x"}, {"name": "x", "type": "rocket"}, {"name": 1, "type": "web"}, [],
        {**SHOP, "access_token_lifetime": 10**18}, {**SHOP, "access_token_lifetime": "1h"},
        {**SHOP, "oauth": {"refresh_idle_seconds": -(10**18)}}, {**SHOP, "branding": None},
        {**SHOP, "branding": {"texts": {"heading": 1}}},
    ],
    ids=repr,
)  # fmt: skip
async def test_what_has_the_wrong_form_is_told_where(spine: Spine, body: Any) -> None:
    async with managing(spine, WRITE) as door:
        answer = await door.post(PATH, json=body)
    assert (answer.status_code, answer.json()["error_code"]) == (400, "malformed_request")


async def test_a_change_counts_at_once_where_the_application_is_known_already(spine: Spine) -> None:
    async with managing(spine, WRITE) as door:
        known = {"client_id": spine.application.client_id}
        assert (await door.get("/api/v1/config", params=known)).json()["name"] == "Shop"
        await door.patch(f"{PATH}/{spine.application.id}", json={"name": "Renamed"})
        assert (await door.get("/api/v1/config", params=known)).json()["name"] == "Renamed"
        off = await door.post(f"{PATH}/{spine.application.id}/deactivate")
        assert off.json()["is_active"] is False
        assert (await door.get("/api/v1/config", params=known)).status_code == 400
        await door.post(f"{PATH}/{spine.application.id}/activate")
        assert (await door.get("/api/v1/config", params=known)).status_code == 200


async def test_nobody_overwrites_what_they_have_not_seen(spine: Spine) -> None:
    async with managing(spine, READ, WRITE) as door:
        one = f"{PATH}/{spine.application.id}"
        seen = (await door.get(one)).headers["etag"]
        spine.clock.move(spine.application.access_token_lifetime / 3600)
        first = await door.patch(one, json={"name": "First"}, headers={"if-match": seen})
        assert first.status_code == 200
        second = await door.patch(one, json={"name": "Second"}, headers={"if-match": seen})
        assert (second.status_code, second.json()["error_code"]) == (412, "stale_version")
        assert (await door.patch(one, json={"name": "2"}, headers={"if-match": first.headers["etag"]})).is_success


async def test_a_repeat_with_the_same_key_makes_nothing_new(spine: Spine) -> None:
    async with managing(spine, READ, WRITE) as door:
        key = {"idempotency-key": "once"}
        first, second = [await door.post(PATH, json=SHOP, headers=key) for _ in range(2)]
        assert (first.status_code, first.content) == (second.status_code, second.content)


async def test_the_list_goes_on_where_a_page_ended(spine: Spine) -> None:
    async with managing(spine, READ, WRITE) as door:
        for number in range(3):
            await door.post(PATH, json={**SHOP, "name": f"Shop {number}"})
        everything = [one["name"] for one in (await door.get(PATH)).json()]
        found, path = [], f"{PATH}?limit=2"
        while path:
            answer = await door.get(path)
            found += [one["name"] for one in answer.json()]
            path = answer.links.get("next", {}).get("url", "")
        assert found == everything == ["Shop", "Robot", "Shop 0", "Shop 1", "Shop 2"]


async def test_a_deleted_application_is_gone_with_its_tokens(spine: Spine) -> None:
    granted = (await spine.sign_in("ada@example.com")).grant
    tokens = await spine.house.tokens.sign(granted)
    async with managing(spine, READ, WRITE) as door:
        one = f"{PATH}/{spine.application.id}"
        assert (await door.delete(one)).json() == {"success": True}
        assert (await door.get(one)).status_code == 404
        assert (await door.delete(one)).json()["error_code"] == "unknown_application"
        refreshed = await door.get(
            "/api/v1/accesstoken/refresh",
            params={"client_id": spine.application.client_id, "refresh_token": tokens.refresh_token},
        )
        assert refreshed.status_code == 400
    assert [event.kind for event in await spine.events()][-1] is EventKind.APPLICATION_REMOVED


async def test_the_record_names_who_changed_what(spine: Spine) -> None:
    async with managing(spine, WRITE) as door:
        await door.patch(f"{PATH}/{spine.application.id}", json={"name": "Renamed"})
    event = (await spine.events())[-1]
    assert (event.kind, event.actor.name) == (EventKind.APPLICATION_CHANGED, "Robot")
