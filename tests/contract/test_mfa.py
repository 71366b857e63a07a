"""The documented entries of the second step (22 to 25, 27 and 28), through the door.

The reference shows `{}` for every answer of this section; what is answered are the objects that entry 23 suggests.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import httpx2
import pytest

from contract.shapes import ID, fits
from gatepass.applications.flows import register
from gatepass.applications.model import Application, ApplicationType
from gatepass.authenticators.model import Kind
from methods.passkey.by_passkey import someone
from mfa.stage import ANA, BEN, REQUIRED, App, ask_for_mfa, give_app, half_way, user_of
from support.spine import SHOP, Spine

pytestmark = pytest.mark.anyio
_BASE = "/api/v1/auth/mfa"
_AUTHENTICATOR = {"id": str, "authenticator_type": str, "oob_channel": None, "name": str, "active": True}
_SIGNED_IN = {"authenticated", "access_token", "refresh_token", "token_type", "expires_at", "profile"}


async def _call(
    door: httpx2.AsyncClient, method: str, path: str, token: str = "", client_id: str = "", **sent: Any
) -> httpx2.Response:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    headers |= sent.pop("headers", {})
    query = {"client_id": client_id} if client_id else None
    return await door.request(method, f"{_BASE}/{path}", params=query, headers=headers, **sent)


async def _by_mail(spine: Spine, door: httpx2.AsyncClient, email: str) -> tuple[str, str]:
    """Let a server vouch for somebody whose mail was not read yet, so that it can be the factor."""
    await user_of(spine, email)
    server, secret = await _server_of(spine)
    await ask_for_mfa(spine, replace(REQUIRED, factors=(Kind.EMAIL,)), server)
    opened = await _call(door, "POST", "token", "", server.client_id, json={"identifier": email}, headers=secret)
    return str(opened.json()["mfa_token"]), server.client_id


async def _server_of(spine: Spine) -> tuple[Application, dict[str, str]]:
    """Register an application that has a server, and return the header by which that proves itself."""
    at, web = spine.clock.now(), replace(SHOP, name="Server", type=ApplicationType.WEB)
    made = await spine.transact(lambda tx: register(tx, web, at))
    assert made.client_secret is not None
    return made.application, {"x-client-secret": made.client_secret.reveal()}


def _code_of(answer: httpx2.Response) -> tuple[int, str, int]:
    body = answer.json()
    assert body.keys() >= {"error", "error_code", "error_description", "code", "message", "description"}
    return answer.status_code, body["error_code"], body["code"]


@pytest.mark.parametrize("name", ["an address", "an id"])
async def test_22_a_server_gets_a_token_for_the_person_that_it_names(spine: Spine, name: str) -> None:
    user = await user_of(spine, ANA)
    await give_app(spine, user)
    server, secret = await _server_of(spine)
    identifier = ANA if name == "an address" else user.id
    async with spine.door() as door:
        answer = await _call(
            door, "POST", "token", client_id=server.client_id, json={"identifier": identifier}, headers=secret
        )
        assert answer.status_code == 200, answer.text
        listed = await _call(door, "GET", "authenticators", answer.json()["mfa_token"], server.client_id)
    fits(
        answer.json(),
        {"mfa_token": str, "token_type": "Bearer", "expires_in": 600, "factors": ["totp"], "demand": "verify"},
    )
    assert answer.headers["cache-control"] == "no-store"
    assert listed.status_code == 200


async def test_22_a_page_gets_none_nor_does_a_server_for_nobody(spine: Spine) -> None:
    server, secret = await _server_of(spine)
    sent: dict[str, Any] = {"client_id": server.client_id, "json": {"identifier": ANA}}
    async with spine.door() as door:
        bare = await _call(door, "POST", "token", **sent)
        wrong = await _call(door, "POST", "token", headers={"x-client-secret": "x"}, **sent)
        unknown = await _call(door, "POST", "token", headers=secret, **sent)
    assert _code_of(bare) == (401, "client_secret_required", 1001)
    assert _code_of(wrong)[::2] == (401, 1001)
    assert _code_of(unknown) == (404, "unknown_user", 1035)


@pytest.mark.parametrize("where", ["query", "header", "repeated"])
async def test_23_the_list_is_an_array_wherever_the_client_id_stands(spine: Spine, where: str) -> None:
    await give_app(spine, await user_of(spine, ANA))
    token, client_id = (await half_way(spine)).token, spine.application.client_id
    query = {"query": f"?client_id={client_id}", "header": "", "repeated": f"?client_id=&client_id={client_id}"}[where]
    named = {"x-client-id": client_id} if where == "header" else {}
    async with spine.door() as door:
        answer = await _call(door, "GET", f"authenticators{query}", token, headers=named)
    assert answer.status_code == 200, answer.text
    (one,) = answer.json()
    fits(one, _AUTHENTICATOR | {"id": ID, "authenticator_type": "otp"})


async def test_23_without_a_token_of_the_second_step_there_is_no_list(spine: Spine) -> None:
    async with spine.door() as door:
        answer = await _call(door, "GET", "authenticators", client_id=spine.application.client_id)
        nameless = await _call(door, "GET", "authenticators")
    assert _code_of(answer) == (401, "invalid_mfa_token", 1003)
    assert _code_of(nameless) == (400, "invalid_client_id", 1000)


async def test_24_enrolling_answers_the_secret_and_the_address_to_scan_once(spine: Spine) -> None:
    await ask_for_mfa(spine, REQUIRED)
    token, client_id = (await half_way(spine)).token, spine.application.client_id
    async with spine.door() as door:
        answer = await _call(door, "POST", "enroll/totp", token, client_id)
        assert answer.status_code == 200, answer.text
        given = answer.json()
        sent = {"authenticator_id": given["authenticator_id"], "otp": App(spine, given["secret"]).code()}
        done = await _call(door, "POST", "enroll/totp/confirm", token, client_id, json=sent)
        late = await _call(door, "POST", "enroll/totp", token, client_id)
    fits(given, {"authenticator_id": ID, "authenticator_type": "otp", "secret": str, "barcode_uri": str})
    assert given["barcode_uri"].startswith("otpauth://totp/")
    assert answer.headers["cache-control"] == "no-store"
    assert (done.status_code, done.json().keys()) == (200, _SIGNED_IN)
    assert _code_of(late)[:2] == (400, "already_used")


async def test_24_who_has_a_factor_proves_that_first(spine: Spine) -> None:
    await give_app(spine, await user_of(spine, ANA))
    token = (await half_way(spine)).token
    async with spine.door() as door:
        answer = await _call(door, "POST", "enroll/totp", token, spine.application.client_id)
    assert _code_of(answer)[:2] == (403, "mfa_required")


async def test_25_initiate_takes_the_documented_body_and_answers_what_validate_needs(spine: Spine) -> None:
    async with spine.door() as door:
        token, client_id = await _by_mail(spine, door, ANA)
        # The documented body names both; over what a code is sent decides.
        body = {"authenticator_type": "otp", "oob_channels": "email"}
        answer = await _call(door, "POST", "initiate", token, client_id, json=body)
    assert answer.status_code == 200, answer.text
    fits(
        answer.json(),
        {"challenge_type": "oob", "oob_code": str, "oob_channel": "email", "binding_method": "prompt", "target": str},
    )
    assert ANA not in answer.text


async def test_25_what_the_person_does_not_have_is_closed_and_what_is_no_factor_is_malformed(spine: Spine) -> None:
    await give_app(spine, await user_of(spine, ANA))
    token, client_id = (await half_way(spine)).token, spine.application.client_id
    async with spine.door() as door:
        asked = await _call(door, "POST", "initiate", token, client_id, json={"authenticator_type": "otp"})
        sms = {"authenticator_type": "otp", "oob_channels": "sms"}
        closed = await _call(door, "POST", "initiate", token, client_id, json=sms)
        nothing = await _call(door, "POST", "initiate", token, client_id, json={"authenticator_type": "pigeon"})
    assert (asked.status_code, asked.json()) == (200, {"challenge_type": "otp", "binding_method": "prompt"})
    assert _code_of(closed)[:2] == (403, "method_closed")
    assert _code_of(nothing) == (400, "malformed_request", 1004)


async def test_27_validate_takes_the_code_of_an_app_and_answers_the_tokens(spine: Spine) -> None:
    app = await give_app(spine, await user_of(spine, ANA))
    token, client_id = (await half_way(spine)).token, spine.application.client_id
    async with spine.door() as door:
        empty = await _call(door, "POST", "validate", token, client_id, json={})
        wrong = await _call(door, "POST", "validate", token, client_id, json={"otp": f"{int(app.code()) ^ 1:06d}"})
        answer = await _call(door, "POST", "validate", token, client_id, json={"otp": app.code()})
    assert _code_of(empty) == (400, "malformed_request", 1004)
    assert _code_of(wrong)[:2] == (400, "wrong_factor")
    assert (answer.status_code, answer.json().keys()) == (200, _SIGNED_IN)
    assert answer.json()["profile"]["email"] == ANA
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("name", ["otp", "binding_code"])
async def test_27_validate_takes_what_was_sent_with_its_oob_code(spine: Spine, name: str) -> None:
    async with spine.door() as door:
        token, client_id = await _by_mail(spine, door, BEN)
        begun = await _call(door, "POST", "initiate", token, client_id, json={"oob_channels": ["email"]})
        assert begun.status_code == 200, begun.text
        body = {"oob_code": begun.json()["oob_code"], name: str((await spine.mail(BEN))["code"])}
        answer = await _call(door, "POST", "validate", token, client_id, json=body)
        again = await _call(door, "POST", "validate", token, client_id, json=body)
    assert (answer.status_code, answer.json().keys()) == (200, _SIGNED_IN), answer.text
    assert _code_of(again)[:2] == (400, "already_used")


@pytest.mark.parametrize("where", ["query", "header", "nowhere"])
async def test_28_backup_codes_are_shown_once_and_then_counted(each_spine: Spine, where: str) -> None:
    ana, client_id = await someone(each_spine, ANA), each_spine.application.client_id
    named = {"headers": {"x-client-id": client_id}} if where == "header" else {}
    query = client_id if where == "query" else ""
    async with each_spine.door() as door:
        first = await _call(door, "GET", "backupcode", ana.access_token, query, **named)
        assert first.status_code == 200, first.text
        codes = first.json()["backup_codes"]
        later = await _call(door, "GET", "backupcode", ana.access_token, query, **named)
    fits(
        first.json(), {"authenticator_type": "recovery-code", "backup_codes": [str], "left": 10, "created_at": datetime}
    )
    assert len(set(codes)) == 10
    assert later.json() == first.json() | {"backup_codes": []}
    assert first.headers["cache-control"] == later.headers["cache-control"] == "no-store"


async def test_28_a_new_set_kills_the_old_one_and_a_spent_code_is_counted(spine: Spine) -> None:
    ana, client_id = await someone(spine, ANA), spine.application.client_id
    async with spine.door() as door:
        old = (await _call(door, "GET", "backupcode", ana.access_token)).json()["backup_codes"]
        new = (await _call(door, "POST", "backupcode", ana.access_token)).json()
        # Codes alone are asked for nowhere: they stand in for what somebody has lost.
        await give_app(spine, ana.user)
        token = (await half_way(spine)).token
        dead = await _call(door, "POST", "validate", token, client_id, json={"backup_code": old[0]})
        good = await _call(door, "POST", "validate", token, client_id, json={"recovery_code": new["backup_codes"][0]})
        counted = await _call(door, "GET", "backupcode", ana.access_token)
    assert (new["left"], len(new["backup_codes"])) == (10, 10)
    assert _code_of(dead)[:2] == (400, "wrong_factor")
    assert (good.status_code, good.json().keys()) == (200, _SIGNED_IN)
    assert (counted.json()["backup_codes"], counted.json()["left"]) == ([], 9)


async def test_28_an_old_sign_in_makes_none_and_still_counts(spine: Spine) -> None:
    ana = await someone(spine, ANA)
    spine.clock.move(timedelta(minutes=16))
    async with spine.door() as door:
        refused = await _call(door, "GET", "backupcode", ana.access_token)
        anew = await someone(spine, ANA)
        made = await _call(door, "GET", "backupcode", anew.access_token)
        replaced = await _call(door, "POST", "backupcode", ana.access_token)
        counted = await _call(door, "GET", "backupcode", ana.access_token)
    assert _code_of(refused) == (403, "fresh_sign_in_needed", 1003)
    assert made.json()["left"] == 10
    assert _code_of(replaced) == (403, "fresh_sign_in_needed", 1003)
    assert (counted.json()["left"], counted.json()["backup_codes"]) == (10, [])


async def test_28_half_a_sign_in_opens_no_codes_nor_does_nothing(spine: Spine) -> None:
    await give_app(spine, await user_of(spine, ANA))
    half, client_id = await half_way(spine), spine.application.client_id
    async with spine.door() as door:
        answers = [
            await _call(door, method, "backupcode", token, client_id)
            for method in ("GET", "POST")
            for token in ("", half.token)
        ]
    assert [_code_of(one)[::2] for one in answers] == [(401, 1003)] * 4
