"""Who calls, from where, and how often: in this order, before any handler."""

from pathlib import Path

import httpx2
import pytest

from support.spine import SHOP, Spine, standing

pytestmark = pytest.mark.anyio

BASE = "/api/v1/auth/passwordless/magic-link"
EMAIL = {"email": "ana@example.com"}


async def send(spine: Spine, query: str = "", *, header: str = "", **body: str) -> httpx2.Response:
    headers = {"x-client-id": header} if header else {}
    async with spine.door() as door:
        return await door.post(f"{BASE}/send{query}", json={**EMAIL, **body}, headers=headers)


async def asked_of(spine: Spine) -> str:
    """Return the client id of the application that the newest mail was asked for."""
    return str((await spine.mail("ana@example.com"))["link"]).split("client_id=")[1].split("&")[0]


async def test_the_client_id_comes_from_the_query_the_header_or_the_body(spine: Spine) -> None:
    client_id = spine.application.client_id
    for answer in (
        await send(spine, f"?client_id={client_id}"),
        await send(spine, header=client_id),
        await send(spine, client_id=client_id),
    ):
        assert answer.status_code == 200, answer.text


async def test_the_query_wins_over_the_header_and_the_header_over_the_body(spine: Spine) -> None:
    first, second, third = [(await spine.register(SHOP)).client_id for _ in range(3)]
    await send(spine, f"?client_id={first}", header=second, client_id=third)
    assert await asked_of(spine) == first
    await send(spine, "?client_id=", header=second, client_id=third)
    assert await asked_of(spine) == second
    await send(spine, client_id=third)
    assert await asked_of(spine) == third


async def test_a_wrong_client_id_in_front_is_not_rescued_by_a_right_one_behind(spine: Spine) -> None:
    right = spine.application.client_id
    for answer in (
        await send(spine, "?client_id=wrong", header=right),
        await send(spine, header="wrong", client_id=right),
    ):
        assert answer.json()["error_code"] == "invalid_client_id"


async def test_the_documented_samples_repeat_the_client_id(spine: Spine) -> None:
    client_id = spine.application.client_id
    for query in (f"?client_id={client_id}&client_id=", f"?client_id=&client_id={client_id}"):
        assert (await send(spine, query)).status_code == 200


async def test_the_servers_own_pages_may_call_for_every_application(spine: Spine) -> None:
    async with spine.door(origin=spine.house.public_url) as door:
        answer = await door.post(f"{BASE}/send?client_id={spine.application.client_id}", json=EMAIL)
    assert answer.status_code == 200


async def test_a_foreign_origin_is_refused_before_its_parameters_are_judged_or_charged(
    sqlite_copy: str, tmp_path: Path
) -> None:
    environment = {"GATEPASS_LIMITS_SCALE": "0.2"}
    async with standing(sqlite_copy, tmp_path, environment) as spine:
        query = {"client_id": spine.application.client_id}
        async with spine.door() as door:
            for _ in range(5):
                answer = await door.post(
                    f"{BASE}/send", params=query, json=EMAIL, headers={"origin": "https://evil.example"}
                )
                assert answer.status_code == 403
            assert (await door.post(f"{BASE}/send", params=query, json=EMAIL)).status_code == 200


async def test_a_malformed_call_costs_nothing_and_a_good_one_its_share(sqlite_copy: str, tmp_path: Path) -> None:
    async with standing(sqlite_copy, tmp_path, {"GATEPASS_LIMITS_SCALE": "0.4"}) as spine:
        path = f"{BASE}/send?client_id={spine.application.client_id}"
        async with spine.door() as door:
            for body in ({"email": "ana"}, {}, {"email": 1}):
                assert (await door.post(path, json=body)).status_code == 400
            answers = [await door.post(path, json=EMAIL) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 429, 429]


async def test_a_refused_call_is_told_how_long_to_wait_and_changes_nothing(sqlite_copy: str, tmp_path: Path) -> None:
    async with standing(sqlite_copy, tmp_path, {"GATEPASS_LIMITS_SCALE": "0.2"}) as spine:
        path = f"{BASE}/send?client_id={spine.application.client_id}"
        async with spine.door() as door:
            await door.post(path, json=EMAIL)
            events = len(await spine.events())
            answer = await door.post(path, json={"email": "ANA@example.com"})
        assert answer.status_code == 429
        assert 0 < int(answer.headers["retry-after"]) <= 3600
        assert answer.headers["retry-after"] in answer.json()["message"]
        assert len(await spine.events()) == events


async def test_one_address_that_is_used_up_leaves_others_alone(sqlite_copy: str, tmp_path: Path) -> None:
    async with standing(sqlite_copy, tmp_path, {"GATEPASS_LIMITS_SCALE": "0.2"}) as spine:
        path = f"{BASE}/send?client_id={spine.application.client_id}"
        async with spine.door() as door:
            codes = [
                (await door.post(path, json={"email": email})).status_code
                for email in ("a@example.com", "a@example.com", "b@example.com", "b@example.com")
            ]
    assert codes == [200, 429, 200, 429]
