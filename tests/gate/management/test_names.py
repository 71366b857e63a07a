"""A misspelt name is refused: a filter that nobody knows must not find everybody."""

import pytest

from support.managing import managing
from support.spine import Spine

pytestmark = pytest.mark.anyio

USERS = "/api/v1/users"


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("nmae=lee", "The query knows no 'nmae'. Did you mean name?"),
        ("search=lee", "The query knows no 'search'. It knows "),
    ],
)
async def test_a_filter_that_nobody_knows_is_refused(spine: Spine, query: str, said: str) -> None:
    async with managing(spine, "users:read") as door:
        answer = await door.get(f"{USERS}?{query}")
    assert answer.status_code == 400
    assert said in answer.json()["error_description"]


async def test_a_patch_names_what_it_can_change(spine: Spine) -> None:
    async with managing(spine, "users:read", "users:write") as door:
        made = (await door.post(USERS, json={"email": "ann@example.com"})).json()
        answer = await door.patch(f"{USERS}/{made['_id']}", json={"fist_name": "Ann"})
        assert answer.status_code == 400
        assert "Did you mean first_name?" in answer.json()["error_description"]
        assert (await door.patch(f"{USERS}/{made['_id']}", json={"first_name": "Ann"})).status_code == 200


async def test_what_was_read_can_be_put_back_whole(spine: Spine) -> None:
    async with managing(spine, "users:read", "users:write") as door:
        made = (await door.post(USERS, json={"email": "ann@example.com"})).json()
        answer = await door.put(f"{USERS}/{made['_id']}?client_id=cli_any", json={**made, "first_name": "Ann"})
    assert answer.status_code == 200, answer.text
    assert answer.json()["first_name"] == "Ann"
