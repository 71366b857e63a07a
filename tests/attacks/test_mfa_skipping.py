"""A sign-in that is half done opens nothing, and puts nothing of the guesser's beside what its person holds."""

from typing import Any

import httpx2
import pytest

from gatepass.applications.model import Application, MfaMode, MfaPolicy
from gatepass.login.flows import HandedOut
from methods.sms_code.phone_stage import ask, by_phone, newest
from mfa.stage import ANA, REQUIRED, App, ask_for_mfa, give_app, half_way, user_of
from support.spine import ORIGIN, Spine

pytestmark = pytest.mark.anyio
_PASSKEYS_ALONE = MfaPolicy(MfaMode.REQUIRED, factors=("passkey",))
_FOR_MEMBERS = (
    ("GET", "/oauth2/userinfo"),
    ("GET", "/api/v1/auth/mfa/backupcode"),
    ("POST", "/api/v1/auth/mfa/backupcode"),
    ("GET", "/api/v1/auth/passwordless/passkey/register"),
    ("GET", "/api/v1/auth/passwordless/passkey/credentials"),
    ("POST", "/api/v1/auth/password/change"),
)


async def _call(
    spine: Spine, method: str, path: str, token: str = "", application: Application | None = None, **body: Any
) -> httpx2.Response:
    headers = {"x-client-id": (application or spine.application).client_id}
    async with spine.door(**headers | ({"authorization": f"Bearer {token}"} if token else {})) as door:
        return await door.request(method, path, json=body if method == "POST" else None)


async def _someone_with_an_app(spine: Spine, policy: MfaPolicy) -> App:
    app = await give_app(spine, await user_of(spine, ANA))
    await ask_for_mfa(spine, policy)
    return app


async def test_a_policy_that_names_none_of_them_lets_nobody_enrol_beside_what_is_held(spine: Spine) -> None:
    await _someone_with_an_app(spine, _PASSKEYS_ALONE)
    stolen = await half_way(spine)
    refused = await _call(spine, "POST", "/api/v1/auth/mfa/enroll/totp", stolen.token)
    assert (refused.status_code, refused.json()["error_code"]) == (403, "mfa_required")


async def test_who_holds_nothing_that_the_policy_names_proves_what_they_hold(each_spine: Spine) -> None:
    app = await _someone_with_an_app(each_spine, _PASSKEYS_ALONE)
    half = await half_way(each_spine)
    assert (half.demand, half.factors) == ("verify", ("totp",))
    done = await _call(each_spine, "POST", "/api/v1/auth/mfa/validate", half.token, otp=app.code())
    assert done.status_code == 200, done.text


@pytest.mark.parametrize(("method", "path"), _FOR_MEMBERS, ids=[f"{verb} {path}" for verb, path in _FOR_MEMBERS])
async def test_the_token_of_half_a_sign_in_opens_nothing_of_a_member(spine: Spine, method: str, path: str) -> None:
    await _someone_with_an_app(spine, REQUIRED)
    half = await half_way(spine)
    answer = await _call(spine, method, path, half.token, old_password="old words of hers", new_password="new words")
    assert answer.status_code == 401, answer.text


async def test_half_a_sign_in_is_neither_refreshed_nor_exchanged(spine: Spine) -> None:
    await _someone_with_an_app(spine, REQUIRED)
    half, client_id = await half_way(spine), spine.application.client_id
    kinds = {
        "refresh_token": {"refresh_token": half.token},
        "authorization_code": {"code": half.token, "redirect_uri": "https://shop.test/back", "code_verifier": "v" * 43},
        "urn:ietf:params:oauth:grant-type:token-exchange": {
            "subject_token": half.token,
            "subject_token_type": "urn:ietf:params:oauth:token-type:access_token",
        },
    }
    async with spine.door() as door:
        for grant_type, fields in kinds.items():
            answer = await door.post("/oauth2/token", data={"client_id": client_id, "grant_type": grant_type} | fields)
            assert answer.status_code in {400, 401}, (grant_type, answer.text)
            assert "access_token" not in answer.json(), grant_type


async def test_a_message_as_the_first_proof_does_not_skip_the_second(each_spine: Spine) -> None:
    shop = await by_phone(each_spine)
    state = await ask(each_spine, shop)
    first = await each_spine.house.sms.redeem(shop, state, (await newest(each_spine)).code, ORIGIN)
    assert isinstance(first, HandedOut)
    app = await give_app(each_spine, first.user)
    shop = await ask_for_mfa(each_spine, REQUIRED, shop)
    state = await ask(each_spine, shop)
    code = (await newest(each_spine)).code
    path = "/api/v1/auth/passwordless/phone-otp/verify"
    half = await _call(each_spine, "POST", path, application=shop, state=state, otp=code)
    said = half.json()
    assert (half.status_code, said["error_code"], said["factors"]) == (403, "mfa_required", ["totp"])
    done = await _call(
        each_spine, "POST", "/api/v1/auth/mfa/validate", said["mfa_token"], application=shop, otp=app.code()
    )
    assert done.status_code == 200, done.text
