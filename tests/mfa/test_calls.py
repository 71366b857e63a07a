"""The calls of the second step (hosted API, entries 22 to 27)."""

from typing import Any

import httpx2
import pytest

from mfa.stage import ANA, BEN, REQUIRED, App, ask_for_mfa, give_app, half_way, user_of
from support.spine import Spine

pytestmark = pytest.mark.anyio
MFA = "/api/v1/auth/mfa"


async def call(spine: Spine, method: str, path: str, token: str = "", **body: Any) -> httpx2.Response:
    headers = {"x-client-id": spine.application.client_id} | ({"authorization": f"Bearer {token}"} if token else {})
    async with spine.door(**headers) as door:
        return await door.request(method, f"{MFA}/{path}", json=body if method == "POST" else None)


async def test_a_first_factor_answers_with_what_opens_the_second_step(spine: Spine) -> None:
    user = await user_of(spine, ANA)
    await give_app(spine, user)
    state = await spine.ask(ANA)
    code = str((await spine.mail(ANA))["code"])
    async with spine.door(**{"x-client-id": spine.application.client_id}) as door:
        refused = await door.post("/api/v1/auth/passwordless/email-otp/verify", json={"state": state, "otp": code})
    said = refused.json()
    assert (refused.status_code, said["error_code"], said["factors"]) == (403, "mfa_required", ["totp"])
    assert (said["demand"], said["code"]) == ("verify", 1040)
    listed = await call(spine, "GET", "authenticators", said["mfa_token"])
    assert [(one["authenticator_type"], one["active"]) for one in listed.json()] == [("otp", True)]


async def test_the_code_of_the_app_completes_the_sign_in_and_carries_the_tokens(each_spine: Spine) -> None:
    user = await user_of(each_spine, ANA)
    app = await give_app(each_spine, user)
    needed = await half_way(each_spine)
    answered = await call(each_spine, "POST", "validate", needed.token, otp=app.code())
    assert answered.status_code == 200, answered.text
    assert answered.json()["profile"]["id"] == user.id
    assert answered.headers["cache-control"] == "no-store"
    again = await call(each_spine, "POST", "validate", needed.token, otp=app.code())
    assert (again.status_code, again.json()["error_code"]) == (400, "already_used")


async def test_the_fifth_wrong_code_ends_the_sign_in_and_says_before_how_many_are_left(spine: Spine) -> None:
    app = await give_app(spine, await user_of(spine, ANA))
    needed = await half_way(spine)
    right = int(app.code())
    answers = [
        await call(spine, "POST", "validate", needed.token, otp=f"{(right + 400_000 + 7 * number) % 10**6:06d}")
        for number in range(5)
    ]
    assert [one.json()["error_code"] for one in answers] == [*["wrong_factor"] * 4, "too_many_wrong_codes"]
    assert "4 tries left" in answers[0].json()["error_description"]
    assert (await call(spine, "POST", "validate", needed.token, otp=app.code())).json()["error_code"] == "attempt_ended"


async def test_a_token_is_for_one_application(spine: Spine) -> None:
    await give_app(spine, await user_of(spine, ANA))
    needed = await half_way(spine)
    async with spine.door(**{"x-client-id": "cli_nobody", "authorization": f"Bearer {needed.token}"}) as door:
        assert (await door.get(f"{MFA}/authenticators")).status_code == 400
    wrong = await call(spine, "GET", "authenticators", needed.token[:-1] + "x")
    assert (wrong.status_code, wrong.json()["error_code"]) == (401, "invalid_mfa_token")
    assert (await call(spine, "GET", "authenticators")).status_code == 401


async def test_who_has_no_factor_gets_an_app_in_the_course_of_the_sign_in(spine: Spine) -> None:
    await ask_for_mfa(spine, REQUIRED)
    needed = await half_way(spine)
    assert needed.demand == "enrol"
    given = (await call(spine, "POST", "enroll/totp", needed.token)).json()
    assert given["barcode_uri"].startswith("otpauth://totp/")
    app = App(spine, given["secret"])
    done = await call(
        spine, "POST", "enroll/totp/confirm", needed.token, authenticator_id=given["authenticator_id"], otp=app.code()
    )
    assert done.status_code == 200, done.text


async def test_half_a_sign_in_puts_no_app_beside_the_one_that_is_there(spine: Spine) -> None:
    await ask_for_mfa(spine, REQUIRED)
    spine_user = await half_way(spine, BEN)
    await give_app(spine, spine_user.user)
    stolen = await half_way(spine, BEN)
    refused = await call(spine, "POST", "enroll/totp", stolen.token)
    assert (refused.status_code, refused.json()["error_code"]) == (403, "mfa_required")
    # Nor does the other half that was open when the app was confirmed.
    refused = await call(spine, "POST", "enroll/totp", spine_user.token)
    assert refused.status_code == 403
