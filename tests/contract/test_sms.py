"""The documented entries of signing in by phone (8 to 10), through the door."""

from typing import Any

import httpx2
import pytest

from gatepass.applications.model import Application
from methods.sms_code.phone_stage import PHONE, by_phone, newest
from support.spine import Spine

pytestmark = pytest.mark.anyio
_BASE = "/api/v1/auth/passwordless/phone-otp"


async def _post(
    door: httpx2.AsyncClient, application: Application, path: str, body: dict[str, Any], **headers: str
) -> httpx2.Response:
    return await door.post(f"{_BASE}/{path}", params={"client_id": application.client_id}, json=body, headers=headers)


@pytest.mark.parametrize("name", ["phone", "phone_id"])
async def test_08_send_takes_either_name_and_answers_the_state_under_both(spine: Spine, name: str) -> None:
    shop = await by_phone(spine)
    async with spine.door() as door:
        answer = await _post(door, shop, "send", {name: "+49 151 1234-5678"})
    assert answer.status_code == 200
    assert answer.json().keys() == {"state", "state_id"}
    assert answer.json()["state"] == answer.json()["state_id"]
    assert (await newest(spine)).recipient == PHONE


@pytest.mark.parametrize("number", ["", "0151 12345678", "+49", "ana@example.com", "+4915112345678;ext=1", "\x00"])
async def test_08_what_is_no_number_is_refused_with_what_to_do(spine: Spine, number: str) -> None:
    shop = await by_phone(spine)
    async with spine.door() as door:
        answer = await _post(door, shop, "send", {"phone": number})
    assert answer.status_code == 400
    assert answer.json()["code"] == 1004


async def test_08_a_page_of_the_application_gets_codes_that_browsers_fill_in_there(spine: Spine) -> None:
    shop = await by_phone(spine)
    async with spine.door() as door:
        await _post(door, shop, "send", {"phone": PHONE}, origin="https://shop.test")
        message = await newest(spine)
        assert message.text.splitlines()[-1] == f"@shop.test #{message.code}"
        foreign = await _post(door, shop, "send", {"phone": PHONE}, origin="https://evil.test")
    assert foreign.status_code == 403


async def test_08_an_application_that_does_not_offer_it_is_told_so(spine: Spine) -> None:
    async with spine.door() as door:
        answer = await _post(door, spine.application, "send", {"phone": PHONE})
    assert answer.status_code == 403
    assert answer.json()["code"] == 1040


async def test_09_resend_answers_an_empty_object_and_the_new_code_alone_is_good(spine: Spine) -> None:
    shop = await by_phone(spine)
    async with spine.door() as door:
        state = (await _post(door, shop, "send", {"phone": PHONE})).json()["state"]
        first = await newest(spine)
        again = await _post(door, shop, "resend", {"state": state})
        unknown = await _post(door, shop, "resend", {"state": "0" * 24})
    assert (again.status_code, again.json()) == (200, {})
    assert (await newest(spine)).id != first.id
    assert (unknown.status_code, unknown.json()["code"]) == (400, 1009)


async def test_10_verify_answers_the_tokens_and_the_profile(spine: Spine) -> None:
    shop = await by_phone(spine)
    async with spine.door() as door:
        state = (await _post(door, shop, "send", {"phone": PHONE})).json()["state"]
        code = (await newest(spine)).code
        malformed = await _post(door, shop, "verify", {"state": state, "otp": "12"})
        wrong = await _post(door, shop, "verify", {"state": state, "otp": "000000" if code != "000000" else "111111"})
        right = await _post(door, shop, "verify", {"state": state, "otp": f"{code[:3]} {code[3:]}"})
        spent = await _post(door, shop, "verify", {"state": state, "otp": code})
    assert malformed.status_code == 400
    assert (wrong.status_code, wrong.json()["code"]) == (400, 1009)
    assert "message" in wrong.text
    assert "mail" not in wrong.text
    body = right.json()
    assert body.keys() == {"authenticated", "access_token", "refresh_token", "token_type", "expires_at", "profile"}
    assert (body["authenticated"], body["profile"]["email"], body["profile"]["is_active"]) == (True, "", True)
    assert (spent.status_code, spent.json()["code"]) == (400, 1009)
