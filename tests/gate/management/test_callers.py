"""Who gets into the management API: each kind of caller at a sample of its calls."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from access.team import a_team
from gate.management.callers import SAMPLE, a_key, calls, codes, refusals
from gatepass.access.flows import revoke_key
from gatepass.access.model import Scope
from gatepass.applications.flows import add_secret, change, register, registration_of, switch
from gatepass.applications.model import ApplicationType, OAuthPolicy, Registration
from gatepass.audit.model import ActorKind, EventKind, Outcome
from gatepass.kit.ids import API_KEY_PREFIX, new_secret
from gatepass.kit.problems import Problem
from provider.authorization.people import CALLBACK
from provider.callers import SITE, calling
from support.managing import management_token, managing
from support.spine import ORIGIN, Spine, standing

pytestmark = pytest.mark.anyio

WORTHLESS = {(401, "invalid_credential")}


async def test_nobody_gets_in_and_a_bare_client_id_is_nobody(spine: Spine) -> None:
    async with spine.door() as door:
        assert codes(await calls(door)) == {(401, "credential_required")}
        client_id = spine.application.client_id
        assert codes(await calls(door, params={"client_id": client_id})) == {(401, "credential_required")}
        assert codes(await calls(door, headers={"x-client-id": client_id})) == {(401, "credential_required")}
        answer = await door.get("/api/v1/roles")
    assert answer.headers["www-authenticate"] == 'Bearer realm="gatepass"'


async def test_an_application_that_proves_its_secret_alone_is_nobody(spine: Spine) -> None:
    async with calling(spine, SITE) as site:
        headers = {"x-client-secret": site.secret, "x-client-id": site.application.client_id}
        assert codes(await calls(site.door, headers=headers)) == {(401, "credential_required")}
        basic = {"authorization": "Basic Z2F0ZTpwYXNz"}
        assert codes(await calls(site.door, headers=basic)) == WORTHLESS


@pytest.mark.parametrize("unverified", ["Bearer", "Bearer ", "bearer x", "Bearer a.b.c", "DPoP x", "Token gpk_x"])
async def test_what_is_no_credential_opens_nothing(spine: Spine, unverified: str) -> None:
    async with spine.door(authorization=unverified) as door:
        assert codes(await calls(door)) == WORTHLESS


async def test_every_token_of_another_kind_opens_nothing(spine: Spine) -> None:
    async with calling(spine, SITE) as site:
        tokens = await site.signed_in(scope=("openid", "offline_access"))
        for kind in ("id_token", "refresh_token"):
            headers = {"authorization": f"Bearer {tokens[kind]}"}
            assert codes(await calls(site.door, headers=headers)) == WORTHLESS, kind
        code = await site.code()
        for unverified in (code, site.secret, new_secret(API_KEY_PREFIX)):
            headers = {"authorization": f"Bearer {unverified}"}
            assert codes(await calls(site.door, headers=headers)) == WORTHLESS


async def test_a_persons_token_opens_none_of_it_and_can_not_have_the_scope(spine: Spine) -> None:
    managing_site = replace(SITE, oauth=OAuthPolicy(scopes=("read", *Scope)))
    async with calling(spine, managing_site) as site:
        tokens = await site.signed_in(scope=("openid", "read"))
        headers = {"authorization": f"Bearer {tokens['access_token']}"}
        assert codes(await calls(site.door, headers=headers)) == {(403, "insufficient_scope")}
        for scope in ("users:read", "openid sys_owner", "sys_admin"):
            asked: dict[str, Any] = {
                "response_type": "code",
                "client_id": site.application.client_id,
                "redirect_uri": CALLBACK,
            }
            pushed = await site.ask(
                "/oauth2/par", **asked, scope=scope, code_challenge="x" * 43, code_challenge_method="S256"
            )
            assert (pushed.status_code, pushed.json()["error"]) == (400, "invalid_scope")
            refreshed = await site.refresh(
                (await site.signed_in(scope=("openid", "offline_access")))["refresh_token"], scope=scope
            )
            assert (refreshed.status_code, refreshed.json()["error"]) == (400, "invalid_scope")


async def test_a_token_that_was_exchanged_opens_none_of_it(spine: Spine) -> None:
    grants = ("client_credentials", "urn:ietf:params:oauth:grant-type:token-exchange")
    robot = Registration("Robot", ApplicationType.M2M, oauth=OAuthPolicy(grants=grants, scopes=("sys_owner",)))  # type: ignore[arg-type]
    async with calling(spine, robot) as caller:
        own = await caller.own_token(scope="sys_owner")
        kind = "urn:ietf:params:oauth:token-type:access_token"
        given: dict[str, Any] = {"grant_type": grants[1], "subject_token": own, "subject_token_type": kind}
        assert (await caller.ask(**given, scope="sys_owner")).json()["error"] == "invalid_scope"
        exchanged = (await caller.ask(**given)).json()
        assert "sys_owner" not in exchanged.get("scope", "")
        headers = {"authorization": f"Bearer {exchanged['access_token']}"}
        assert codes(await calls(caller.door, headers=headers)) == {(403, "insufficient_scope")}


async def test_a_management_token_opens_what_its_scopes_say(spine: Spine) -> None:
    async with managing(spine, "roles:read") as door:
        answers = [await door.request(method, path, json=body) for method, path, body in SAMPLE]
    statuses = [answer.status_code for answer in answers]
    assert statuses == [200, 403, 403, 403, 404, 403, 403, 403, 403]
    async with managing(spine, "sys_owner") as door:
        answers = [await door.request(method, path, json=body) for method, path, body in SAMPLE]
    assert [answer.status_code for answer in answers] == [200, 200, 404, 404, 404, 200, 200, 201, 200]


async def test_an_administrator_has_none_of_the_owners_scopes(spine: Spine) -> None:
    async with managing(spine, "sys_admin") as door:
        for method, path, body in SAMPLE:
            answer = await door.request(method, path, json=body)
            is_owners = path == "/api/v1/operators" or (method, path) == ("POST", "/api/v1/api-keys")
            assert (answer.status_code == 403) is is_owners, (method, path, answer.text)


async def test_a_token_is_worth_no_more_than_its_application_still_may(spine: Spine) -> None:
    wanted = Registration("Robot", ApplicationType.M2M, oauth=OAuthPolicy(scopes=("sys_owner",)))
    async with calling(spine, wanted) as robot:
        headers = {"authorization": f"Bearer {await robot.own_token(scope='sys_owner')}"}
        assert (await robot.door.get("/api/v1/operators", headers=headers)).status_code == 200
        await robot.change(scopes=("roles:read",))
        assert (await robot.door.get("/api/v1/operators", headers=headers)).status_code == 403
        await robot.change(scopes=("sys_owner",))
        assert (await robot.door.get("/api/v1/operators", headers=headers)).status_code == 200
        at = spine.clock.now()
        await spine.transact(lambda tx: switch(tx, robot.application, is_active=False, at=at))
        spine.house.applications._by_client_id.clear()
        assert codes(await calls(robot.door, headers=headers)) == WORTHLESS


async def test_an_expired_a_revoked_and_a_foreign_token_open_nothing(spine: Spine) -> None:
    resource = "https://api.test/"
    policy = OAuthPolicy(scopes=("sys_owner",), audiences=(resource, f"{spine.house.public_url}/api/v1"))
    async with calling(spine, Registration("Robot", ApplicationType.M2M, oauth=policy)) as robot:
        ours = await robot.own_token(scope="sys_owner", resource=policy.audiences[1])
        assert (await robot.door.get("/api/v1/roles", headers={"authorization": f"Bearer {ours}"})).status_code == 200
        foreign = await robot.own_token(scope="sys_owner", resource=resource)
        both = await robot.own_token(scope="sys_owner", resource=policy.audiences)
        revoked = await robot.own_token(scope="sys_owner")
        assert (await robot.ask("/oauth2/revoke", token=revoked)).status_code == 200
        for token in (foreign, both, revoked):
            assert codes(await calls(robot.door, headers={"authorization": f"Bearer {token}"})) == WORTHLESS
        spine.clock.move(timedelta(hours=1, seconds=1))
        assert codes(await calls(robot.door, headers={"authorization": f"Bearer {ours}"})) == WORTHLESS


async def test_a_token_that_is_bound_to_a_key_is_refused_by_name(spine: Spine) -> None:
    wanted = Registration("Robot", ApplicationType.M2M, oauth=OAuthPolicy(scopes=("sys_owner",)))
    async with calling(spine, wanted) as robot:
        asked = {"grant_type": "client_credentials", "scope": "sys_owner"}
        answer = await robot.ask(headers=robot.proof(), **asked)
        headers = {"authorization": f"Bearer {answer.json()['access_token']}"}
        assert codes(await calls(robot.door, headers=headers)) == {(401, "bound_token")}


async def test_no_application_of_a_stranger_may_have_a_scope_that_manages(spine: Spine) -> None:
    wanted = Registration("Robot", ApplicationType.M2M, oauth=OAuthPolicy(scopes=("users:read",), is_third_party=True))
    with pytest.raises(Problem, match="users:read"):
        await spine.transact(lambda tx: register(tx, wanted, spine.clock.now()))
    async with calling(spine, replace(wanted, oauth=OAuthPolicy(scopes=("users:read",)))) as robot:
        registration = registration_of(robot.application)
        stranger = replace(registration, oauth=replace(registration.oauth, is_third_party=True))
        with pytest.raises(Problem, match="users:read"):
            await spine.transact(lambda tx: change(tx, robot.application, stranger, spine.clock.now()))


async def test_an_api_key_opens_what_its_scopes_say_until_it_expires_or_is_revoked(each_spine: Spine) -> None:
    spine = each_spine
    key = await a_key(spine, "roles:read", until=spine.clock.now() + timedelta(hours=1))
    async with spine.door(authorization=f"Bearer {key.secret.reveal()}") as door:
        assert (await door.get("/api/v1/roles")).status_code == 200
        assert (await door.post("/api/v1/roles", json={"name": "A"})).status_code == 403
        spine.clock.move(timedelta(hours=1))
        assert codes(await calls(door)) == WORTHLESS
    other = await a_key(spine)
    async with spine.door(authorization=f"Bearer {other.secret.reveal()}") as door:
        assert (await door.get("/api/v1/operators")).status_code == 200
        await spine.transact(lambda tx: revoke_key(tx, other.key, spine.clock.now(), ORIGIN))
        assert codes(await calls(door)) == WORTHLESS


@pytest.mark.parametrize(
    ("networks", "is_let_in"),
    [
        ((), True),
        (("127.0.0.1",), True),
        (("10.0.0.0/8", "127.0.0.0/8"), True),
        (("::ffff:127.0.0.0/104",), True),
        (("10.0.0.0/8",), False),
        (("::1/128",), False),
    ],
    ids=["anywhere", "one-address", "one-of-two", "in-ipv6-clothes", "elsewhere", "other-family"],
)
async def test_a_key_is_for_its_networks_alone(spine: Spine, networks: tuple[str, ...], is_let_in: bool) -> None:
    key = await a_key(spine, networks=networks)
    async with spine.door(authorization=f"Bearer {key.secret.reveal()}") as door:
        answer = await door.get("/api/v1/roles")
    assert answer.status_code == (200 if is_let_in else 401), answer.text


async def test_a_key_of_one_organization_sees_that_one_alone(each_spine: Spine) -> None:
    own, other = await a_team(each_spine, "Acme"), await a_team(each_spine, "Other")
    foreign = await other.defines("Auditor")
    key = await a_key(each_spine, place=own.organization.id)
    async with each_spine.door(authorization=f"Bearer {key.secret.reveal()}") as door:
        mine, theirs = (f"/api/v1/organizations/{one.organization.id}/roles" for one in (own, other))
        assert (await door.get(mine)).status_code == 200
        assert (await door.post(mine, json={"name": "Clerk"})).status_code == 200
        elsewhere = [
            await door.get(theirs),
            await door.post(theirs, json={"name": "Clerk"}),
            await door.get(f"{theirs}/{foreign.id}"),
            await door.put(f"{theirs}/{foreign.id}", json={"name": "Mine"}),
            await door.delete(f"{theirs}/{foreign.id}"),
        ]
        assert codes(elsewhere) == {(404, "unknown_organization")}
        hidden = [await door.get(f"{mine}/{foreign.id}"), await door.delete(f"{mine}/{foreign.id}")]
        assert codes(hidden) == {(404, "unknown_role")}
        everywhere = [
            await door.post("/api/v1/roles", json={"name": "Clerk"}),
            await door.delete(f"/api/v1/roles/{foreign.id}"),
            await door.post("/api/v1/permissions", json={"name": "fly"}),
            await door.get("/api/v1/operators"),
        ]
        assert codes(everywhere) == {(403, "organization_caller")}
        seen = {role["slug"] for role in (await door.get("/api/v1/roles")).json()}
        assert seen == {"owner", "admin", "developer", "clerk"}


async def test_the_use_of_a_key_is_written_down_later_and_never_by_the_call(each_spine: Spine) -> None:
    key = await a_key(each_spine)
    async with each_spine.door(authorization=f"Bearer {key.secret.reveal()}") as door:
        path = f"/api/v1/api-keys/{key.key.id}"
        assert (await door.get(path)).json()["last_used_at"] is None
        assert (await door.get(path)).json()["last_used_at"] is None
        assert await each_spine.house.key_uses.flush() == 1
        assert await each_spine.house.key_uses.flush() == 0
        shown = (await door.get(path)).json()
    assert shown["last_used_at"] is not None
    assert shown["last_used_from"] == "127.0.0.1"


@pytest.mark.parametrize(
    "path",
    ["/api/v1/roles?api_key={}", "/api/v1/roles?{}", "/api/v1/roles/{}", "/api/v1/roles?access_token=Bearer%20{}"],
)
async def test_a_key_in_an_address_is_refused_and_not_repeated(spine: Spine, path: str) -> None:
    secret = (await a_key(spine)).secret.reveal()
    for headers in ({}, {"authorization": f"Bearer {secret}"}):
        async with spine.door(**headers) as door:
            answer = await door.get(path.format(secret))
        assert (answer.status_code, answer.json()["error_code"]) == (400, "credential_in_url")
        assert "revoke it" in answer.json()["error_description"]
        assert secret not in answer.text + str(answer.headers)


_HIDDEN = {
    "within another value": "/api/v1/roles?q=see+{}+there",
    "behind a letter": "/api/v1/roles?q=x{}x",
    "within a part of the path": "/api/v1/roles/key-{}",
    "in an address that is a value": "/api/v1/roles?redirect_uri=https%3A%2F%2Fx.test%2F%3Fk%3D{}",
    "in a fragment of one": "/api/v1/roles?redirect_uri=https%3A%2F%2Fx.test%2F%23access_token%3D{}%26a%3Db",
    "with a sign encoded": "/api/v1/roles?q=%2520{}",
    "twice as a name": "/api/v1/roles?{0}=a&{0}=b",
}


@pytest.mark.parametrize("where", sorted(_HIDDEN))
@pytest.mark.parametrize("kind", ["key", "token"])
async def test_a_credential_anywhere_in_an_address_is_refused_and_not_repeated(
    spine: Spine, caplog: pytest.LogCaptureFixture, kind: str, where: str
) -> None:
    secret = (await a_key(spine)).secret.reveal() if kind == "key" else await management_token(spine, "roles:read")
    async with spine.door(authorization=f"Bearer {secret}") as door:
        answer = await door.get(_HIDDEN[where].format(secret))
        other = await door.get(_HIDDEN[where].format("%67pk_" + secret[4:] if kind == "key" else f"Bearer%20{secret}"))
    # A path whose signs are encoded leads nowhere at all.
    elsewhere = (400, "credential_in_url") if "?" in _HIDDEN[where] else (404, "not_found")
    for one, expected in ((answer, (400, "credential_in_url")), (other, elsewhere)):
        assert (one.status_code, one.json()["error_code"]) == expected
        assert secret[8:40] not in one.text + str(one.headers)
    assert secret[8:40] not in caplog.text + repr(await spine.events())


async def test_what_only_looks_like_a_key_is_no_key(spine: Spine) -> None:
    async with managing(spine, "users:read") as door:
        for text in ("about-gpk_keys", "x" + "gpk_" + "a" * 49, "eyJhbGciOiJub25lIn0.eyJhIjoxfQ.abc", "eyJ.x.y"):
            answer = await door.get("/api/v1/users", params={"query": text})
            assert "credential_in_url" not in answer.text, text


async def test_worthless_credentials_are_charged_to_their_network(sqlite_copy: str, tmp_path: Path) -> None:
    async with standing(sqlite_copy, tmp_path, {"GATEPASS_LIMITS_SCALE": "0.05"}) as spine:
        token = await management_token(spine, "roles:read")
        async with spine.door() as door:
            bad = {"authorization": f"Bearer {new_secret(API_KEY_PREFIX)}"}
            answers = [await door.get("/api/v1/roles", headers=bad) for _ in range(4)]
            assert [answer.status_code for answer in answers] == [401, 401, 401, 429]
            assert int(answers[-1].headers["retry-after"]) >= 1
            good = await door.get("/api/v1/roles", headers={"authorization": f"Bearer {token}"})
            assert good.status_code == 200, "whoever proves it is never held up by others"


async def test_each_caller_is_limited_wherever_it_calls_from(sqlite_copy: str, tmp_path: Path) -> None:
    variables = {"GATEPASS_LIMITS_SCALE": "0.5", "GATEPASS_LIMITS_MANAGEMENT_CALLS_PER_CALLER_AND_MINUTE": "6"}
    async with standing(sqlite_copy, tmp_path, variables) as spine:
        async with managing(spine, "roles:read") as door:
            statuses = [(await door.get("/api/v1/roles")).status_code for _ in range(4)]
            assert statuses == [200, 200, 200, 429]
        async with managing(spine, "roles:read") as door:
            assert (await door.get("/api/v1/roles")).status_code == 200, "another caller has a count of its own"


async def test_whoever_asks_for_too_much_is_recorded_once_a_minute_for_each_scope(each_spine: Spine) -> None:
    key = await a_key(each_spine, "roles:read")
    async with each_spine.door(authorization=f"Bearer {key.secret.reveal()}") as door:
        for _ in range(3):
            await door.post("/api/v1/roles", json={"name": "A"})
            await door.get("/api/v1/operators")
    found = await refusals(each_spine)
    assert sorted(event.data["needed"] for event in found) == ["roles:write", "sys_owner"]
    assert {(event.actor.kind, event.actor.id, event.outcome, event.reason) for event in found} == {
        (ActorKind.API_KEY, key.key.id, Outcome.REFUSED, "insufficient_scope")
    }
    assert {event.network for event in found} == {"127.0.0.1"}
    assert {event.kind for event in found} == {EventKind.CALLER_REFUSED}


async def test_a_second_secret_gives_the_same_application_the_same_right(spine: Spine) -> None:
    wanted = Registration("Robot", ApplicationType.M2M, oauth=OAuthPolicy(scopes=("roles:read",)))
    async with calling(spine, wanted) as robot:
        second = await spine.transact(lambda tx: add_secret(tx, robot.application.id, spine.clock.now()))
        robot.secret = second.reveal()
        headers = {"authorization": f"Bearer {await robot.own_token(scope='roles:read')}"}
        assert (await robot.door.get("/api/v1/roles", headers=headers)).status_code == 200
