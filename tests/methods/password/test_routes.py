"""The password's JSON face."""

import pytest

from methods.password.house import BETTER, GOOD, garden
from support.spine import Spine

pytestmark = pytest.mark.anyio
ANNA = "anna@example.com"
BASE = "/api/v1/auth/password"


async def test_sign_up_sign_in_change_and_reset_by_the_api(spine: Spine) -> None:
    shop = await garden(spine)
    async with spine.door(**{"x-client-id": shop.client_id}) as door:
        state = (await door.post(f"{BASE}/signup", json={"email": ANNA})).json()["state"]
        code = (await spine.mail(ANNA))["code"]
        body = {"state": state, "otp": code, "password": GOOD}
        signed_up = await door.post(f"{BASE}/signup/complete", json=body)
        assert signed_up.status_code == 200, signed_up.text

        wrong = await door.post(f"{BASE}/login", json={"email": ANNA, "password": BETTER})
        unknown = await door.post(f"{BASE}/login", json={"email": "nobody@example.com", "password": GOOD})
        assert wrong.status_code == unknown.status_code == 400
        assert wrong.json()["message"] == unknown.json()["message"]

        right = await door.post(f"{BASE}/login", json={"email": ANNA, "password": GOOD})
        assert right.status_code == 200, right.text
        bearer = {"authorization": f"Bearer {right.json()['access_token']}"}
        change = {"current_password": GOOD, "password": BETTER}
        changed = await door.post(f"{BASE}/change", json=change, headers=bearer)
        assert changed.status_code == 200, changed.text

        state = (await door.post(f"{BASE}/reset", json={"email": ANNA})).json()["state"]
        weak = {"state": state, "otp": (await spine.mail(ANNA))["code"], "password": "password1"}
        refused = await door.post(f"{BASE}/reset/complete", json=weak)
        assert refused.status_code == 400
        reset = await door.post(f"{BASE}/reset/complete", json={**weak, "password": GOOD})
        assert reset.status_code == 200, reset.text
        assert (await door.post(f"{BASE}/login", json={"email": ANNA, "password": BETTER})).status_code == 400


@pytest.mark.parametrize("password", ["", "x" * 513], ids=["empty", "endless"])
async def test_what_can_be_no_password_is_refused_before_anything_is_charged(spine: Spine, password: str) -> None:
    shop = await garden(spine)
    async with spine.door(**{"x-client-id": shop.client_id}) as door:
        for _ in range(25):
            answer = await door.post(f"{BASE}/login", json={"email": ANNA, "password": password})
            assert answer.status_code == 400
            assert "1 to 256" in answer.text
