"""What a newcomer sends wrongly, and that the answer says how to mend it at once."""

import pytest

from support.managing import management_token, managing
from support.spine import Spine

pytestmark = pytest.mark.anyio

USERS = "/api/v1/users"
NOBODY = "f00000000000000000000000"


async def test_all_faults_of_a_user_are_told_together(spine: Spine) -> None:
    async with managing(spine, "users:write") as door:
        answer = await door.post(USERS, json={"email": 5, "first_name": ["Ann"], "is_active": "yes"})
        assert answer.status_code == 400
        assert answer.json()["error_description"] == (
            "`email` must be a text. `first_name` must be a text. `is_active` must be true or false."
        )
        answer = await door.post(USERS, json={"email": "ann", "phone": "12"})
    assert answer.json()["error_code"] == "invalid_email"
    assert "address" in answer.json()["error_description"]
    assert "number" in answer.json()["error_description"]


async def test_a_row_of_a_batch_tells_all_of_its_faults(spine: Spine) -> None:
    async with managing(spine, "users:write") as door:
        answer = await door.post(f"{USERS}/batch", json={"users": [{"email": 5, "locale": 7}]})
    assert answer.json()["results"][0]["message"] == "`email` must be a text. `locale` must be a text."


async def test_a_template_lists_the_formats_that_there_are(spine: Spine) -> None:
    async with managing(spine, "sys_owner") as door:
        answer = await door.put("/api/v1/templates/sign_in", json={"format": "docx", "subject": 1})
    assert answer.status_code == 400
    said = answer.json()["error_description"]
    assert "`subject` must be a text. `source` is missing. `format` must be one of " in said


async def test_a_filter_lists_the_values_that_it_takes(spine: Spine) -> None:
    async with managing(spine, "users:read") as door:
        answer = await door.get(USERS, params={"state": "sleeping", "limit": "many"})
    assert answer.status_code == 400
    said = answer.json()["error_description"]
    assert said.startswith("`limit` must be a whole number. `state` must be one of active, ")


async def test_whoever_is_not_there_is_named(each_spine: Spine) -> None:
    async with managing(each_spine, "sys_owner") as door:
        ann = (await door.post(USERS, json={"email": "ann@example.com"})).json()["_id"]
        made = await door.post("/api/v1/organizations", json={"name": "acme", "display_name": "Acme"})
        members = f"/api/v1/organizations/{made.json()['id']}/members"
        answer = await door.post(members, json={"user_ids": [ann, NOBODY, "typo"]})
        assert answer.status_code == 404, answer.text
        said = answer.json()["error_description"]
        assert NOBODY in said
        assert "'typo'" in said
        assert ann not in said
        assert (await door.get(members)).json() == [], "all of them or none"
        answer = await door.put(f"{USERS}/{ann}/roles", json={"role_ids": [NOBODY, "typo"]})
        assert (answer.status_code, answer.json()["error_code"]) == (400, "invalid_role_id")
        assert f"'{NOBODY}', 'typo'" in answer.json()["error_description"]
        answer = await door.post("/api/v1/roles", json={"name": "Auditor", "permission_ids": [NOBODY, "typo"]})
        assert (answer.status_code, answer.json()["error_code"]) == (400, "invalid_permission_id")
        assert f"'{NOBODY}', 'typo'" in answer.json()["error_description"]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("{}", "Write Bearer and a space before it"),
        ("Basic {}", "Write Bearer and a space before it"),
        ("Bearer", "Nothing stands behind Bearer"),
        ('Bearer "{}"', "quotation mark"),
        ("Bearer '{}'", "quotation mark"),
        ("Bearer Bearer {}", "space"),
        ("Bearer {}\\n", "line break"),
        ("Bearer {}\t{}", "line break"),
        ("Bearer <{}>", "another sign"),
    ],
)
async def test_a_credential_that_is_written_wrongly_is_told_how_to_write_it(
    spine: Spine, written: str, said: str
) -> None:
    token = await management_token(spine, "users:read")
    async with spine.door(authorization=written.format(token, token)) as door:
        answer = await door.get(USERS)
    assert (answer.status_code, answer.json()["error_code"]) == (401, "invalid_credential")
    assert said in answer.json()["error_description"]
    assert token not in answer.text


async def test_no_body_will_do_where_everything_may_be_left_out(spine: Spine) -> None:
    async with managing(spine, "sys_owner") as door:
        answer = await door.post("/api/v1/events/verify")
        assert answer.status_code == 200, answer.text
        for path, needed in (
            (USERS, "address"),
            ("/api/v1/roles", "The body is empty; send a JSON object. `name` is missing."),
            ("/api/v1/organizations/any/members", "user_ids"),
        ):
            answer = await door.post(path)
            assert answer.status_code == 400, path
            assert needed in answer.json()["error_description"]
        assert (await door.post("/api/v1/roles", content=b"name=Auditor")).status_code == 415
