"""What was shown once is never shown again: not to an owner, not in the record, not in the log (C62, C66, C73, C82)."""

import io
import json
import logging
from collections.abc import Mapping
from typing import Any

import httpx2
import pytest

from attacks.test_management_idor import ask, filled, rows_of, sent
from attacks.test_secrets_at_rest import exposed, log
from attacks.two_organizations import BOB, Stage, a_stage, fields_of
from gate.management.callers import a_key
from gatepass.gate.model import Caller
from gatepass.kit.ids import API_KEY_PREFIX
from gatepass.worker import sealer_of
from support.managing import management_token, managing
from support.spine import Spine

__all__ = ["log"]
pytestmark = pytest.mark.anyio
HEADER, PATH = "the-stream-header-secret-1", "the-stream-path-secret-22"


async def of_everything(stage: Stage, door: httpx2.AsyncClient) -> dict[str, str]:
    """Make one of everything that has a secret, let the ids lead to it, and return what was shown once."""
    things, found = stage.things, {}

    async def make(path: str, **body: Any) -> dict[str, Any]:
        answer = await door.post(path, json=body)
        assert answer.status_code in {200, 201}, answer.text
        made: dict[str, Any] = answer.json()
        return made

    site = await make("/api/v1/applications", name="Robot", type="m2m", oauth={"scopes": ["users:read"]})
    found["client secret"], things["application_id"] = site["client_secret"], site["id"]
    rotated = await make(f"/api/v1/applications/{site['id']}/secrets")
    found["new client secret"] = next(value for name, value in rotated.items() if "secret" in name and value)
    key = await make("/api/v1/api-keys", name="Key", scopes=["users:read"])
    found["API key"], things["key_id"] = key["api_key"], key["id"]
    hook = await make("/api/v1/webhooks", url="https://hook.example.com/in?key=the-hook-url-secret-1", events=["*"])
    found["webhook secret"], things["webhook_id"] = hook["secret"], hook["id"]
    found["webhook url"] = "the-hook-url-secret-1"
    found["rotated webhook secret"] = (await make(f"/api/v1/webhooks/{hook['id']}/secret/rotate"))["secret"]
    organization = await make("/api/v1/organizations", Name="Shown Once")
    found["connection token"] = organization["sso_connection_token"]
    place = f"/api/v1/organizations/{organization['id']}"
    found["renewed token"] = (await make(f"{place}/sso_connection_token"))["sso_connection_token"]
    invited = await make(f"{place}/invitations", invitee={"email": "eve@example.com"}, send_invitation_email=False)
    found["invitation"] = invited["invitation_url"].rpartition("token=")[2]
    wish = {"reason": "Somebody has to look", "client_id": stage.spine.application.client_id}
    begun = await make(f"/api/v1/users/{things['user_id']}/impersonations", **wish)
    found["impersonation"], things["impersonation_id"] = begun["url"].rpartition("handle=")[2], begun["id"]
    stream = await make(
        "/api/v1/event-streams",
        name="S",
        kind="https",
        url=f"https://siem.example.com/in/{PATH}",
        headers={"Authorization": f"Bearer {HEADER}"},
    )
    found["stream header"], found["stream path"], things["stream_id"] = HEADER, PATH, stream["id"]
    found["connection organization"] = organization["id"]
    return found


async def test_no_answer_to_a_reader_holds_a_secret(spine: Spine, log: io.StringIO) -> None:
    stage = await a_stage(spine)
    token = await management_token(spine, "sys_owner")
    faults, read = [], 0
    async with spine.door(authorization=f"Bearer {token}") as door:
        secrets = await of_everything(stage, door)
        organization_id = secrets.pop("connection organization")
        secrets |= {"management token": token, "person's token": await stage.token_of(BOB)}
        while await sealer_of(spine.house).seal():
            pass
        for endpoint, path in rows_of(stage, Caller.MANAGER):
            if endpoint.method != "GET":
                continue
            answers = [await ask(door, stage, endpoint, path, is_bare=True)]
            if "{organization_id}" in path:
                answers.append(await ask(door, stage, endpoint, path, is_bare=True, organization_id=organization_id))
            for answer in answers:
                read += answer.status_code == 200
                text = answer.text + repr(answer.headers)
                faults += [f"{path} shows the {name}" for name in exposed(secrets, text)]
        doubled = await door.put(
            f"/api/v1/event-streams/{stage.things['stream_id']}", json={"name": "", "kind": "https"}
        )
        assert exposed(secrets, doubled.text) == []
    assert read > 50
    assert not faults, "\n".join(faults)
    assert exposed(secrets, log.getvalue()) == []
    assert exposed(secrets, repr(await spine.events())) == []
    assert exposed({name: one for name, one in secrets.items() if "stream" not in name}, repr(stage.rows())) == []


def spelled(key: str) -> Mapping[str, dict[str, Any]]:
    """Return the places of a call into which somebody careless may put a key."""
    return {
        "api_key": {"params": {"api_key": key}},
        "access_token": {"params": {"access_token": key}},
        "Authorization": {"params": {"Authorization": f"Bearer {key}"}},
        "cursor": {"params": {"cursor": key}},
        "a name": {"params": {key: ""}},
        "padded": {"params": {"key": f"  {key}"}},
    }


async def test_a_key_in_the_address_opens_nothing_and_is_repeated_nowhere(spine: Spine, log: io.StringIO) -> None:
    stage = await a_stage(spine)
    key = (await a_key(spine)).secret.reveal()
    faults = []
    for is_also_sent in (False, True):
        headers = {"authorization": f"Bearer {key}"} if is_also_sent else {}
        async with spine.door(**headers) as door:
            for endpoint, path in rows_of(stage, Caller.MANAGER):
                if endpoint.paths[0] != path:
                    continue
                for name, options in spelled(key).items():
                    answer = await door.request(endpoint.method, filled(stage, path), **options)
                    if answer.status_code != 400 or "credential_in_url" not in answer.text:
                        faults.append(f"{endpoint.method} {path} {name}: {answer.status_code} {answer.text[:120]}")
                    if key in answer.text + repr(answer.headers):
                        faults.append(f"{endpoint.method} {path} {name} repeats it")
                if "{user_id}" in path:
                    answer = await door.request(endpoint.method, filled(stage, path, user_id=key))
                    if answer.status_code != 400 or key in answer.text:
                        faults.append(f"{endpoint.method} {path} in the path: {answer.status_code}")
    assert not faults, "\n".join(faults[:20])
    assert key not in log.getvalue()
    assert key not in repr(await spine.events())


async def test_a_key_counts_in_its_header_alone(spine: Spine, log: io.StringIO) -> None:
    stage = await a_stage(spine)
    key = (await a_key(spine)).secret.reveal()
    elsewhere = ({"referer": f"https://x.test/?k={key}"}, {"x-api-key": key}, {"cookie": f"api_key={key}"},
                 {"x-authorization": f"Bearer {key}"}, {"proxy-authorization": f"Bearer {key}"},
                 {"x-client-secret": key}, {"x-http-authorization": key})  # fmt: skip
    async with spine.door() as door:
        for endpoint, path in rows_of(stage, Caller.MANAGER):
            if endpoint.paths[0] != path or endpoint.body is None:
                continue
            body = {**sent(stage, endpoint, endpoint.body), "api_key": key, "access_token": key, "authorization": key}
            answer = await door.request(endpoint.method, filled(stage, path), json=body)
            assert (answer.status_code, key in answer.text) == (401, False), (path, answer.text)
        for headers in elsewhere:
            answer = await door.get("/api/v1/users", headers=headers)
            assert (answer.status_code, key in answer.text) == (401, False), headers
        for unverified in (f"Basic {key}", f"bearer{key}", key, f"Bearer {key} x", f"Bearer {key}\u00e9", "Bearer",
                           f"Bearer {API_KEY_PREFIX}", f"Bearer {key.upper()}", f"Bearer {key[:-1]}"):  # fmt: skip
            raw = {b"authorization": unverified.encode()}
            answer = await door.get("/api/v1/users", headers=raw)
            assert (answer.status_code, key in answer.text) == (401, False), unverified
        twice = await door.get(
            "/api/v1/users", headers=[("authorization", f"Bearer {key}"), ("authorization", f"Bearer {key}")]
        )
        assert twice.status_code == 400
    assert key not in log.getvalue()
    assert logging.getLogger().level <= logging.DEBUG
    assert json.dumps(key) not in repr(await spine.events())


HOSTILE: dict[str, Any] = {
    **dict.fromkeys(
        ("id", "_id", "user_id", "organization_id", "tenant_id", "client_id", "application_id", "created_by", "actor",
         "inviter_id", "token", "secret", "secret_hash", "token_hash", "client_secret", "source", "sub", "hint",
         "challenge", "sso_connection_token", "stop_reason", "block_reason", "accepted_by"),
        "5ca1ab1e5ca1ab1e5ca1ab1e",
    ),
    **dict.fromkeys(
        ("created_at", "modified_at", "updated_at", "deleted_at", "last_login_at", "verified_at", "proved_at",
         "accepted_at", "revoked_at", "email_verified_at", "expires_at", "assigned_at", "blocked_at"),
        "1999-09-09T09:09:09Z",
    ),
    **dict.fromkeys(("is_seeded", "is_deleted", "is_owner", "is_operator", "email_verified", "is_proven"), True),
    "scopes": ["sys_owner"],
    "roles": ["owner"],
    "sequence": 0,
    "position": 0,
}  # fmt: skip


async def test_what_nobody_may_set_is_never_stored(spine: Spine) -> None:
    stage = await a_stage(spine)
    written, before = 0, everything(stage)
    async with managing(spine, "sys_owner") as door:
        for endpoint, path in rows_of(stage, Caller.MANAGER):
            if endpoint.body is None or endpoint.paths[0] != path or endpoint.method == "DELETE":
                continue
            known = set(sent_names(endpoint.body))
            wanted = sent(stage, endpoint, endpoint.body)
            body = {**wanted, **{name: value for name, value in HOSTILE.items() if name not in known}}
            answer = await door.request(endpoint.method, filled(stage, path), json=body)
            written += answer.status_code < 300
            assert answer.status_code < 500, (path, answer.text)
    assert written > 20
    after = everything(stage)
    new = [row for row in after if row not in before]
    assert new
    for row in new:
        assert not any("5ca1ab1e" in cell or "93686814900000" in cell or "1999-09-09" in cell for cell in row), row
    for table in ("roles", "permissions"):
        assert seeded(stage, table) == SEEDED[table]
    assert [row for row in new if row[0] == "operators" and repr(stage.things["user_id"]) not in row] == []


SEEDED = {"roles": 3, "permissions": 3}


def everything(stage: Stage) -> set[tuple[str, ...]]:
    """Return every row of the database but those of the record."""
    return stage.rows(of_all=True)


def seeded(stage: Stage, table: str) -> int:
    """Return how many rows of a table say that every server has them."""
    return stage.count(table, "is_seeded")


def sent_names(struct: type) -> list[str]:
    """Return the names that a body has."""
    return [field.encode_name for field in fields_of(struct)]
