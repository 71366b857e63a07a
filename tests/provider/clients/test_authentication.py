"""How an application proves to be itself at the token endpoint (RFC 6749 §2.3, RFC 7523)."""

import asyncio
import base64
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gatepass.applications.flows import add_secret, switch
from gatepass.applications.model import ClientAuthentication, OAuthPolicy
from gatepass.audit.model import EventKind
from gatepass.protocols.oauth2.assertions import ASSERTION_TYPE
from gatepass.provider.clients.jobs import purge
from provider.callers import ROBOT, TOKEN, Caller, basic, calling, new_key, outcome
from support.spine import SHOP, Spine, standing

pytestmark = pytest.mark.anyio

OWN: dict[str, Any] = {"grant_type": "client_credentials"}
REFUSED = (401, "invalid_client")


def keyed(key: Any, **policy: Any) -> Any:
    oauth = replace(ROBOT.oauth, authentication=ClientAuthentication.PRIVATE_KEY_JWT, **policy)
    if key is not None:
        oauth = replace(oauth, jwks={"keys": [key.as_dict(private=False)]})
    return replace(ROBOT, oauth=oauth)


async def test_a_secret_counts_in_the_header_and_in_the_body(each_spine: Spine) -> None:
    async with calling(each_spine, ROBOT) as robot:
        by_header = await robot.door.post(TOKEN, data=OWN, headers=basic(robot.application.client_id, robot.secret))
        assert outcome(by_header) == (200, "")
        assert outcome(await robot.ask(**OWN)) == (200, "")


async def test_both_live_secrets_count_and_a_third_ends_the_oldest(spine: Spine) -> None:
    async with calling(spine, ROBOT) as robot:
        first = robot.secret
        spine.clock.move(timedelta(seconds=1))
        second = (await spine.transact(lambda tx: add_secret(tx, robot.application.id, spine.clock.now()))).reveal()
        assert [outcome(await robot.ask(**OWN, client_secret=one))[0] for one in (first, second)] == [200, 200]
        spine.clock.move(timedelta(seconds=1))
        third = (await spine.transact(lambda tx: add_secret(tx, robot.application.id, spine.clock.now()))).reveal()
        spine.house.applications.forget(robot.application.client_id)
        assert [outcome(await robot.ask(**OWN, client_secret=one))[0] for one in (first, second, third)] == [
            *(401, 200, 200)
        ]


async def test_a_secret_that_ended_opens_as_long_as_it_is_remembered_and_a_new_one_at_once(
    spine: Spine, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = 1000.0
    monkeypatch.setattr("gatepass.applications.queries.monotonic", lambda: seconds)
    async with calling(spine, ROBOT) as robot:
        assert outcome(await robot.ask(**OWN))[0] == 200
        new = [
            (await spine.transact(lambda tx: add_secret(tx, robot.application.id, spine.clock.now()))).reveal()
            for _ in range(2)
        ]
        seconds += 4.9
        assert outcome(await robot.ask(**OWN))[0] == 200
        seconds += 0.2
        assert outcome(await robot.ask(**OWN))[0] == 401
        assert [outcome(await robot.ask(**OWN, client_secret=one))[0] for one in new] == [200, 200]


@pytest.mark.parametrize("has_header", [True, False])
async def test_an_unknown_client_and_a_wrong_secret_look_alike(spine: Spine, has_header: bool) -> None:
    async with calling(spine, ROBOT) as robot:
        answers = []
        for client_id in (robot.application.client_id, "cli_nobody"):
            credentials = {} if has_header else {"client_id": client_id, "client_secret": "gps_wrong"}
            headers = basic(client_id, "gps_wrong") if has_header else {}
            answers.append(await robot.door.post(TOKEN, data={**OWN, **credentials}, headers=headers))
    assert [outcome(answer) for answer in answers] == [REFUSED, REFUSED]
    assert answers[0].content == answers[1].content
    assert {answer.headers["www-authenticate"] for answer in answers} == {'Basic realm="gatepass"'}


async def test_two_ways_at_once_are_refused(spine: Spine) -> None:
    async with calling(spine, keyed(new_key("a")), key=new_key("a")) as robot:
        header = basic(robot.application.client_id, "gps_x")
        for given, headers in (
            ({"client_id": robot.application.client_id, "client_secret": "x"}, header),
            (robot.assertion(), header),
            ({**robot.assertion(), "client_id": robot.application.client_id, "client_secret": "x"}, {}),
        ):
            answer = await robot.door.post(TOKEN, data={**OWN, **given}, headers=headers)
            assert outcome(answer) == (400, "invalid_request")


@pytest.mark.parametrize(
    "header", ["Basic", "Basic !!", "Basic Og==", "Bearer x", "Digest a=b", "Basic " + base64.b64encode(b"id").decode()]
)
async def test_a_header_that_cannot_be_read_proves_nothing(spine: Spine, header: str) -> None:
    async with spine.door() as door:
        assert outcome(await door.post(TOKEN, data=OWN, headers={"authorization": header})) == REFUSED


async def test_the_client_id_of_the_body_must_be_that_of_the_header(spine: Spine) -> None:
    async with calling(spine, ROBOT) as robot:
        header = basic(robot.application.client_id, robot.secret)
        data = {**OWN, "client_id": spine.application.client_id}
        assert outcome(await robot.door.post(TOKEN, data=data, headers=header)) == REFUSED


async def test_a_confidential_application_is_not_known_by_its_id_alone(spine: Spine) -> None:
    async with calling(spine, ROBOT) as robot:
        assert outcome(await robot.ask(**OWN, client_secret=None)) == REFUSED
        assert outcome(await robot.ask(**OWN, client_secret=None, client_id=None)) == REFUSED


async def test_a_public_application_may_send_an_empty_password_but_no_secret(spine: Spine) -> None:
    async with spine.door() as door:
        form = {"grant_type": "refresh_token", "refresh_token": "x"}
        empty = await door.post(TOKEN, data=form, headers=basic(spine.application.client_id, ""))
        given = await door.post(TOKEN, data=form, headers=basic(spine.application.client_id, "x"))
    assert [outcome(empty), outcome(given)] == [(400, "invalid_grant"), REFUSED]


@pytest.mark.parametrize("method", [ClientAuthentication.BASIC, ClientAuthentication.POST])
async def test_an_application_that_chose_one_form_may_not_use_the_other(
    spine: Spine, method: ClientAuthentication
) -> None:
    chosen = replace(ROBOT, oauth=OAuthPolicy(authentication=method))
    async with calling(spine, chosen) as robot:
        by_header = await robot.door.post(TOKEN, data=OWN, headers=basic(robot.application.client_id, robot.secret))
        by_body = await robot.ask(**OWN)
    statuses = (by_header.status_code, by_body.status_code)
    assert statuses == ((200, 401) if method is ClientAuthentication.BASIC else (401, 200))


async def test_an_application_that_is_switched_off_is_unknown(spine: Spine) -> None:
    async with calling(spine, ROBOT) as robot:
        await spine.transact(lambda tx: switch(tx, robot.application, is_active=False, at=spine.clock.now()))
        assert outcome(await robot.ask(**OWN)) == REFUSED


async def test_a_page_of_a_foreign_origin_is_refused_and_an_allowed_one_may_read(spine: Spine) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": "x", "client_id": spine.application.client_id}
    async with spine.door() as door:
        foreign = await door.post(TOKEN, data=form, headers={"origin": "https://evil.test"})
        own = await door.post(TOKEN, data=form, headers={"origin": "https://shop.test"})
    assert outcome(foreign) == (403, "unauthorized_client")
    assert "access-control-allow-origin" not in foreign.headers
    assert outcome(own) == (400, "invalid_grant")
    assert own.headers["access-control-allow-origin"] == "https://shop.test"


async def test_a_failure_is_recorded_and_a_flood_is_not(sqlite_copy: str, tmp_path: Any) -> None:
    environment = {"GATEPASS_LIMITS_SCALE": "1.1"}
    async with standing(sqlite_copy, tmp_path, environment) as spine, calling(spine, ROBOT) as robot:
        answers = [await robot.ask(**OWN, client_secret="gps_wrong") for _ in range(80)]
        statuses = [answer.status_code for answer in answers]
        events = [event for event in await spine.events() if event.kind is EventKind.CLIENT_REFUSED]
        assert statuses.count(401) == len(events) == 66
        assert set(statuses) == {401, 429}
        assert int(answers[-1].headers["retry-after"]) >= 1
        assert events[0].application_id == robot.application.id
        # Who proves it is not held up by whoever guesses.
        assert outcome(await robot.ask(**OWN)) == (200, "")


async def test_nobody_locks_a_public_application_out_by_its_client_id(sqlite_copy: str, tmp_path: Any) -> None:
    environment = {"GATEPASS_LIMITS_SCALE": "1.1", "GATEPASS_LIMITS_TOKENS_PER_APPLICATION_AND_MINUTE": "2"}
    async with standing(sqlite_copy, tmp_path, environment) as spine:
        async with calling(spine, SHOP) as shop:
            for path in (TOKEN, "/oauth2/par", "/oauth2/revoke"):
                answers = [await shop.ask(path, grant_type="refresh_token", refresh_token="x") for _ in range(5)]
                assert 429 not in {answer.status_code for answer in answers}, path
            assert await shop.signed_in()
        # Whoever proves to be an application speaks for it, and uses its own limit up.
        async with calling(spine, ROBOT) as robot:
            assert [(await robot.ask(**OWN)).status_code for _ in range(3)] == [200, 200, 429]


async def test_calls_that_prove_nothing_are_counted_for_their_network(sqlite_copy: str, tmp_path: Any) -> None:
    environment = {"GATEPASS_LIMITS_SCALE": "1.1", "GATEPASS_LIMITS_TOKENS_PER_NETWORK_AND_MINUTE": "3"}
    async with standing(sqlite_copy, tmp_path, environment) as spine, calling(spine, SHOP) as shop:
        statuses = [(await shop.refresh("x")).status_code for _ in range(5)]
        assert statuses == [400, 400, 400, 429, 429]


async def asserted(robot: Caller, **claims: Any) -> tuple[int, str]:
    return outcome(await robot.door.post(TOKEN, data={**OWN, **robot.assertion(**claims)}))


async def test_an_assertion_proves_once(each_spine: Spine) -> None:
    key = new_key("a")
    async with calling(each_spine, keyed(key), key=key) as robot:
        form = {**OWN, **robot.assertion()}
        assert outcome(await robot.door.post(TOKEN, data=form)) == (200, "")
        async with each_spine.door() as another:
            assert outcome(await another.post(TOKEN, data=form)) == REFUSED
        assert await asserted(robot, aud=f"{robot.issuer}{TOKEN}") == (200, "")
        assert await asserted(robot, aud=[robot.issuer, "https://other.test"]) == (200, "")


async def test_of_many_who_present_an_assertion_at_once_one_is_believed(each_spine: Spine) -> None:
    key = new_key("a")
    async with calling(each_spine, keyed(key), key=key) as robot:
        form = {**OWN, **robot.assertion()}
        answers = await asyncio.gather(*(robot.door.post(TOKEN, data=form) for _ in range(64)))
    assert sorted(answer.status_code for answer in answers) == [200, *[401] * 63]


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "https://other.test"},
        {"aud": None},
        {"sub": None},
        {"iss": "another"},
        {"jti": None},
        {"exp": None},
        {"exp": 1},
        {"exp": 4_000_000_000},
        {"nbf": 4_000_000_000},
        {"iat": 4_000_000_000},
        {"header": {"kid": "b"}},
        {"header": {"typ": "at+jwt"}},
        {"header": {"crit": ["x"], "x": 1}},
        {"header": {"jku": "https://evil.test/jwks"}},
        {"key": new_key("a")},
    ],
)
async def test_an_assertion_that_does_not_hold_proves_nothing(spine: Spine, claims: dict[str, Any]) -> None:
    key = new_key("a")
    async with calling(spine, keyed(key), key=key) as robot:
        assert await asserted(robot, **claims) == REFUSED


async def test_an_assertion_is_refused_where_secrets_count_and_a_secret_where_keys_do(spine: Spine) -> None:
    key = new_key("a")
    async with calling(spine, ROBOT, key=key) as robot:
        assert await asserted(robot) == REFUSED
    async with calling(spine, keyed(key), key=key) as robot:
        assert outcome(await robot.ask(**OWN, client_secret="gps_x")) == REFUSED


@pytest.mark.parametrize(
    "form",
    [
        {"client_assertion": "x.y.z", "client_assertion_type": ASSERTION_TYPE},
        {"client_assertion_type": ASSERTION_TYPE},
        {"client_assertion": "x.y.z"},
        {"client_assertion": "x", "client_assertion_type": "urn:other"},
    ],
)
async def test_half_an_assertion_proves_nothing(spine: Spine, form: dict[str, Any]) -> None:
    async with spine.door() as door:
        assert outcome(await door.post(TOKEN, data={**OWN, **form})) == REFUSED


async def test_what_was_spent_is_forgotten_once_nobody_could_present_it(spine: Spine) -> None:
    key = new_key("a")
    async with calling(spine, keyed(key), key=key) as robot:
        assert await asserted(robot) == (200, "")
    assert await spine.transact(lambda tx: purge(tx, spine.clock.now())) == 0
    spine.clock.move(timedelta(minutes=3))
    assert await spine.transact(lambda tx: purge(tx, spine.clock.now())) == 1
