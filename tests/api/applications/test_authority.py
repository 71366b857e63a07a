"""Who may change an application, and which secrets open."""

from typing import Any

import pytest

from gatepass.applications.flows import register
from gatepass.applications.model import ApplicationType, OAuthPolicy, Registration, Source
from gatepass.audit.model import EventKind
from support.managing import managing
from support.spine import Spine

pytestmark = pytest.mark.anyio
PATH = "/api/v1/applications"
READ, WRITE, SECRETS = "applications:read", "applications:write", "applications:secrets"
ROBOT: dict[str, Any] = {"name": "Robot 2", "type": "m2m"}


@pytest.mark.parametrize("scope", ["sys_owner", "sys_admin", "users:read", SECRETS])
async def test_nobody_gives_an_application_more_than_they_have(spine: Spine, scope: str) -> None:
    async with managing(spine, READ, WRITE) as door:
        created = await door.post(PATH, json={**ROBOT, "oauth": {"scopes": [scope]}})
        assert (created.status_code, created.json()["error_code"]) == (403, "application_outranks_caller")
        changed = await door.patch(f"{PATH}/{spine.application.id}", json={"oauth": {"scopes": [scope]}})
        assert changed.json()["error_code"] == "application_outranks_caller"


async def test_an_administrator_makes_no_owner(spine: Spine) -> None:
    async with managing(spine, "sys_admin") as door:
        assert (await door.post(PATH, json={**ROBOT, "oauth": {"scopes": ["sys_admin"]}})).status_code == 201
        answer = await door.post(PATH, json={**ROBOT, "oauth": {"scopes": ["sys_owner"]}})
        assert answer.json()["error_code"] == "application_outranks_caller"


async def test_an_owners_application_can_not_be_taken_over_by_its_secret(spine: Spine) -> None:
    owner = Registration("Owner", ApplicationType.M2M, oauth=OAuthPolicy(scopes=("sys_owner",)))
    made = await spine.transact(lambda tx: register(tx, owner, spine.clock.now()))
    one = f"{PATH}/{made.application.id}"
    async with managing(spine, READ, WRITE, SECRETS) as door:
        secret_id = (await door.get(f"{one}/secrets")).json()[0]["id"]
        for answer in (
            await door.post(f"{one}/secrets"),
            await door.delete(f"{one}/secrets/{secret_id}"),
            await door.patch(one, json={"oauth": {"scopes": []}}),
            await door.put(one, json=ROBOT),
            await door.post(f"{one}/deactivate"),
            await door.delete(one),
        ):
            assert (answer.status_code, answer.json()["error_code"]) == (403, "application_outranks_caller")


async def test_keys_are_credentials_too(spine: Spine) -> None:
    async with managing(spine, WRITE) as door:
        keys = {"oauth": {"jwks_uri": "https://evil.example/keys"}}
        answer = await door.patch(f"{PATH}/{spine.application.id}", json=keys)
        assert (answer.status_code, answer.json()["error_code"]) == (403, "insufficient_scope")
    async with managing(spine, WRITE, SECRETS) as door:
        assert (await door.patch(f"{PATH}/{spine.application.id}", json=keys)).status_code == 200


async def test_a_strangers_application_never_manages(spine: Spine) -> None:
    async with managing(spine, "sys_owner") as door:
        sent = {**ROBOT, "oauth": {"is_third_party": True, "scopes": ["users:read"]}}
        answer = await door.post(PATH, json=sent)
    assert (answer.status_code, answer.json()["error_code"]) == (400, "stranger_manages")


async def test_what_describes_itself_is_only_switched(spine: Spine) -> None:
    described = Registration("Doc", ApplicationType.WEB, oauth=OAuthPolicy(source=Source.DOCUMENT, is_third_party=True))
    made = await spine.transact(
        lambda tx: register(tx, described, spine.clock.now(), client_id="https://doc.example/client")
    )
    one = f"{PATH}/{made.application.id}"
    async with managing(spine, WRITE) as door:
        assert (await door.patch(one, json={"name": "x"})).json()["error_code"] == "described_elsewhere"
        assert (await door.delete(one)).json()["error_code"] == "described_elsewhere"
        assert (await door.post(f"{one}/deactivate")).json()["is_active"] is False


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""), ("GET", "/{id}"), ("POST", ""), ("PATCH", "/{id}"), ("PUT", "/{id}"), ("DELETE", "/{id}"),
        ("POST", "/{id}/activate"), ("POST", "/{id}/deactivate"), ("GET", "/{id}/secrets"), ("POST", "/{id}/secrets"),
        ("DELETE", "/{id}/secrets/x"),
    ],
)  # fmt: skip
async def test_every_call_needs_its_scope(spine: Spine, method: str, path: str) -> None:
    address = PATH + path.replace("{id}", spine.application.id)
    async with spine.door() as door:
        assert (await door.request(method, address, json=ROBOT)).status_code == 401
    async with managing(spine, "users:read") as door:
        answer = await door.request(method, address, json=ROBOT)
        assert (answer.status_code, answer.json()["error_code"]) == (403, "insufficient_scope")


async def test_two_secrets_open_and_a_third_ends_the_oldest(spine: Spine) -> None:
    async with managing(spine, READ, WRITE, SECRETS) as door:
        made = (await door.post(PATH, json=ROBOT)).json()
        one = f"{PATH}/{made['id']}/secrets"
        secrets = [made["client_secret"]]
        for number in (2, 3):
            spine.clock.move(spine.application.access_token_lifetime / 3600)
            answer = await door.post(one)
            assert answer.status_code == 201
            secrets.append(answer.json()["client_secret"])
            hints = [row["hint"] for row in (await door.get(one)).json()]
            assert hints == [f"…{secret[-4:]}" for secret in secrets[-2:]]
            opens = [await _opens(spine, made["client_id"], secret) for secret in secrets]
            assert opens == [False] * (number - 2) + [True, True]


async def test_a_revoked_secret_opens_nothing_at_once(spine: Spine) -> None:
    async with managing(spine, READ, WRITE, SECRETS) as door:
        made = (await door.post(PATH, json=ROBOT)).json()
        one = f"{PATH}/{made['id']}/secrets"
        assert await _opens(spine, made["client_id"], made["client_secret"])
        (kept,) = (await door.get(one)).json()
        assert (await door.delete(f"{one}/{kept['id']}")).json() == {"success": True}
        assert not await _opens(spine, made["client_id"], made["client_secret"])
        assert (await door.delete(f"{one}/{kept['id']}")).json()["error_code"] == "unknown_secret"
    assert EventKind.APPLICATION_SECRET_REVOKED in {event.kind for event in await spine.events()}


async def test_a_public_application_is_given_no_secret(spine: Spine) -> None:
    async with managing(spine, SECRETS) as door:
        answer = await door.post(f"{PATH}/{spine.application.id}/secrets")
    assert (answer.status_code, answer.json()["error_code"]) == (409, "no_client_secret")


async def test_a_secret_of_another_application_is_not_revoked_by_its_id(spine: Spine) -> None:
    async with managing(spine, READ, WRITE, SECRETS) as door:
        mine, theirs = [(await door.post(PATH, json=ROBOT)).json() for _ in range(2)]
        (kept,) = (await door.get(f"{PATH}/{theirs['id']}/secrets")).json()
        answer = await door.delete(f"{PATH}/{mine['id']}/secrets/{kept['id']}")
        assert answer.json()["error_code"] == "unknown_secret"
        assert await _opens(spine, theirs["client_id"], theirs["client_secret"])


async def _opens(spine: Spine, client_id: str, secret: str) -> bool:
    asked = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    async with spine.door() as door:
        answer = await door.post("/api/v1/oauth2/token", json=asked)
    return bool(answer.status_code == 200)
