"""Entries 11 to 18 of the hosted API, through the front door."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from gatepass.applications.flows import register
from gatepass.applications.model import ApplicationType, MfaMode, MfaPolicy
from methods.passkey.by_passkey import Someone, say_methods, someone
from support.soft_authenticator import BE, BS, UP, b64
from support.spine import SHOP, Spine

pytestmark = pytest.mark.anyio
BASE = "/api/v1/auth/passwordless/passkey"
ZERO_TIME = "0001-01-01T00:00:00Z"
PASSKEY_KEYS = {
    "CreatedAt", "LastUsedAt", "Name", "SignCount", "UpdatedAt", "aaguid", "attestation_type", "backup_eligible",
    "backup_state", "id", "public_key", "transports", "provider", "rp_id", "user_handle",
}  # fmt: skip


@dataclass
class Site:
    """Somebody before the door."""

    spine: Spine
    door: httpx2.AsyncClient
    ada: Someone

    @property
    def client(self) -> dict[str, str]:
        return {"client_id": self.spine.application.client_id}

    async def begin(self, **query: str) -> dict[str, Any]:
        answer = await self.door.get(f"{BASE}/login", params={**self.client, **query})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def finish(self, begun: dict[str, Any], body: dict[str, Any] | None = None, **query: str) -> httpx2.Response:
        sent = body or self.ada.authenticator.get(begun["publicKey"])
        parameters = {**self.client, "auth_code": begun["auth_code"], **query}
        return await self.door.post(f"{BASE}/login", params=parameters, json=sent)

    async def begin_registration(self, **query: str) -> httpx2.Response:
        headers = {**self.ada.bearer, "x-client-id": self.spine.application.client_id}
        return await self.door.get(f"{BASE}/register", params=query, headers=headers)

    async def register(self, **changes: Any) -> dict[str, Any]:
        begun = (await self.begin_registration()).json()
        sent = {**self.ada.authenticator.create(begun["publicKey"]), **changes}
        parameters = {**self.client, "auth_code": begun["auth_code"]}
        answer = await self.door.post(f"{BASE}/register", params=parameters, json=sent, headers=self.ada.bearer)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def held(self) -> list[dict[str, Any]]:
        answer = await self.door.get(f"{BASE}/credentials", params=self.client, headers=self.ada.bearer)
        assert answer.status_code == 200, answer.text
        return list(answer.json())


@pytest.fixture
async def site(spine: Spine) -> AsyncIterator[Site]:
    async with spine.door() as door:
        yield Site(spine, door, await someone(spine))


async def test_11_and_13_a_sign_in_answers_the_flat_envelope(site: Site) -> None:
    await site.register()
    begun = await site.begin(identifier="ada@example.com")
    assert set(begun) == {"auth_code", "publicKey"}
    assert len(begun["auth_code"]) == 24
    assert set(begun["publicKey"]) == {"challenge", "timeout", "rpId", "userVerification"}
    answer = await site.finish(begun, identifier="ada@example.com")
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["authenticated"] is True
    assert body["profile"]["id"] == site.ada.user.id
    assert answer.headers["cache-control"] == "no-store"
    again = await site.finish(begun)
    assert (again.status_code, again.json()["error_code"]) == (400, "ceremony_over")


async def test_the_body_may_be_whole_or_under_a_name_and_in_either_library_shape(site: Site) -> None:
    await site.register()
    begun = await site.begin()
    sent = site.ada.authenticator.get(begun["publicKey"])
    assert (await site.finish(begun, {"passkey": sent})).status_code == 200
    begun = await site.begin()
    sent = site.ada.authenticator.get(begun["publicKey"])
    # @github/webauthn-json writes no `id` but `rawId`; others pad, and put the code into the body.
    padded = {**sent, "rawId": sent["rawId"] + "=", "auth_code": begun["auth_code"], **site.client}
    answer = await site.door.post(f"{BASE}/login", json=padded)
    assert answer.status_code == 200, answer.text


async def test_12_and_14_and_16_a_passkey_has_the_documented_keys_and_values(site: Site) -> None:
    made = await site.register()
    assert set(made) == PASSKEY_KEYS
    assert made["Name"] is None
    assert (made["SignCount"], made["LastUsedAt"], made["UpdatedAt"]) == (0, None, ZERO_TIME)
    assert (made["attestation_type"], made["aaguid"]) == ("none", "00000000-0000-0000-0000-000000000000")
    assert (made["backup_eligible"], made["backup_state"]) == (True, True)
    assert (made["rp_id"], made["user_handle"]) == ("localhost", b64(site.ada.user.id.encode()))
    assert await site.held() == [made]
    await site.finish(await site.begin())
    assert (await site.held())[0]["LastUsedAt"] is not None


async def test_transports_are_read_where_either_form_has_them(site: Site) -> None:
    begun = (await site.begin_registration()).json()
    sent = site.ada.authenticator.create(begun["publicKey"])
    del sent["response"]["transports"]
    sent["transports"] = ["usb"]
    parameters = {**site.client, "auth_code": begun["auth_code"]}
    answer = await site.door.post(f"{BASE}/register", params=parameters, json=sent, headers=site.ada.bearer)
    assert answer.json()["transports"] == ["usb"]


async def test_registration_begins_for_the_kind_of_authenticator_that_is_asked_for(site: Site) -> None:
    for asked, told in (("platform", "platform"), ("cross-platform", "cross-platform"), ("any", None)):
        begun = (await site.begin_registration(authenticator_attachment=asked)).json()
        assert begun["publicKey"]["authenticatorSelection"].get("authenticatorAttachment") == told
    assert (await site.begin_registration(authenticator_attachment="usb")).status_code == 400


async def test_17_a_passkey_is_renamed_and_the_answer_tells_the_authenticators(site: Site) -> None:
    made = await site.register(name="Phone")
    assert made["Name"] == "Phone"
    path = f"{BASE}/credentials/{made['id']}"
    answer = await site.door.patch(path, params=site.client, json={"name": " Key "}, headers=site.ada.bearer)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["updated"] is True
    assert body["signal"] == {
        "rpId": "localhost", "userId": made["user_handle"], "credentialId": made["id"],
        "allAcceptedCredentialIds": [made["id"]], "name": "ada@example.com", "displayName": "ada@example.com",
    }  # fmt: skip
    held = (await site.held())[0]
    assert held["Name"] == "Key"
    assert held["UpdatedAt"] != ZERO_TIME
    for bad in ("", " ", "x" * 101, "two\nlines"):
        answer = await site.door.patch(path, json={"name": bad}, headers=site.ada.bearer)
        assert (answer.status_code, answer.json()["error_code"]) == (400, "invalid_passkey_name")


async def test_18_a_passkey_is_removed_and_a_sign_in_by_it_tells_its_authenticator(site: Site) -> None:
    made = await site.register()
    path = f"{BASE}/credentials/{made['id']}"
    answer = await site.door.delete(path, params=site.client, headers=site.ada.bearer)
    assert (answer.status_code, answer.json()["updated"]) == (200, True)
    assert answer.json()["signal"]["allAcceptedCredentialIds"] == []
    assert (await site.door.delete(path, headers=site.ada.bearer)).status_code == 404
    refused = await site.finish(await site.begin())
    assert (refused.status_code, refused.json()["error_code"]) == (400, "unknown_passkey")
    assert refused.json()["signal"] == {"rpId": "localhost", "credentialId": made["id"]}


async def test_the_last_way_in_goes_only_when_that_is_confirmed(site: Site) -> None:
    made = await site.register()
    await say_methods(site.spine, offered=("passkey",))
    path = f"{BASE}/credentials/{made['id']}"
    refused = await site.door.delete(path, headers=site.ada.bearer)
    assert (refused.status_code, refused.json()["error_code"]) == (409, "last_way_in")
    assert (await site.door.delete(path, params={"confirm": "true"}, headers=site.ada.bearer)).status_code == 200


async def test_an_old_sign_in_changes_nothing(site: Site) -> None:
    made = await site.register()
    site.spine.clock.move(timedelta(minutes=16))
    begun = await site.begin_registration()
    assert (begun.status_code, begun.json()["error_code"]) == (403, "fresh_sign_in_needed")
    removed = await site.door.delete(f"{BASE}/credentials/{made['id']}", headers=site.ada.bearer)
    assert (removed.status_code, removed.json()["error_code"]) == (403, "fresh_sign_in_needed")
    assert [one["id"] for one in await site.held()] == [made["id"]]


async def test_the_passkeys_of_somebody_else_are_not_there(site: Site) -> None:
    made = await site.register()
    eve = await someone(site.spine, "eve@example.com")
    path = f"{BASE}/credentials/{made['id']}"
    renamed = await site.door.patch(path, json={"name": "Mine"}, headers=eve.bearer)
    removed = await site.door.delete(path, params={"confirm": "true"}, headers=eve.bearer)
    assert [renamed.status_code, removed.status_code] == [404, 404]
    assert (await site.held())[0]["Name"] is None


async def test_nobody_without_a_token_registers_sees_or_changes_anything(site: Site) -> None:
    calls = (
        ("GET", "/register"), ("POST", "/register"), ("GET", "/credentials"), ("PATCH", "/credentials/x"),
        ("DELETE", "/credentials/x"),
    )  # fmt: skip
    for method, path in calls:
        answer = await site.door.request(method, BASE + path, params=site.client)
        assert answer.status_code == 401, (method, path)


async def test_15_status_is_the_same_for_all_but_to_the_applications_own_server(site: Site) -> None:
    await site.register()

    async def ask(identifier: str, client_id: str, **headers: str) -> dict[str, Any]:
        query = {"identifier": identifier, "client_id": client_id}
        answer = await site.door.get(f"{BASE}/status", params=query, headers=headers)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    public = site.spine.application.client_id
    known, unknown = await ask("ada@example.com", public), await ask("nobody@example.com", public)
    assert known == unknown == {"status": "offered", "expires_at": "", "passkey_registered": False}
    web = replace(SHOP, name="Server", type=ApplicationType.WEB)
    at = site.spine.clock.now()
    server = await site.spine.transact(lambda tx: register(tx, web, at))
    secret = {"x-client-secret": server.client_secret.reveal() if server.client_secret else ""}
    mine = server.application.client_id
    assert (await ask("ada@example.com", mine, **secret))["passkey_registered"] is True
    assert (await ask("nobody@example.com", mine, **secret))["passkey_registered"] is False
    assert (await ask("ada@example.com", mine))["passkey_registered"] is False


async def test_a_second_step_is_asked_for_with_what_opens_it(site: Site) -> None:
    await site.register()

    await say_methods(site.spine, mfa=MfaPolicy(MfaMode.REQUIRED))
    begun = await site.begin()
    answer = await site.finish(begun, site.ada.authenticator.get(begun["publicKey"], flags=UP | BE | BS))
    assert (answer.status_code, answer.json()["error_code"]) == (403, "mfa_required")
    assert "access_token" not in answer.text


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"id": "AA"},
        {"response": {"clientDataJSON": "e30"}},
        {"response": {"clientDataJSON": "*", "signature": "*"}},
    ],
    ids=["nothing", "an id alone", "no signature", "no base64"],
)
async def test_what_is_no_credential_is_malformed(site: Site, sent: dict[str, Any]) -> None:
    begun = await site.begin()
    answer = await site.door.post(f"{BASE}/login", params={**site.client, "auth_code": begun["auth_code"]}, json=sent)
    assert (answer.status_code, answer.json()["error_code"]) == (400, "malformed_request")


async def test_the_document_of_related_origins_names_those_of_applications_that_offer_passkeys(site: Site) -> None:
    answer = await site.door.get("/.well-known/webauthn")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == {"origins": ["https://shop.test"]}
    await say_methods(site.spine, offered=("magic_link",))
    assert (await site.door.get("/.well-known/webauthn")).json() == {"origins": []}
