"""Whatever a client that registered itself tries, people are asked first."""

import html
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from provider.registration.strangers import (
    CALLBACK,
    PUBLIC,
    REGISTER,
    VERIFIER,
    Person,
    asked,
    bearer,
    registered,
    welcoming,
)
from support.spine import Spine

pytestmark = pytest.mark.anyio

RESOURCE = "https://mcp.example/server"


@pytest.fixture
async def spine(sqlite_copy: str, tmp_path: Path) -> AsyncIterator[Spine]:
    settings = {"dynamic_registration": "open", "client_scopes": "tools:read", "client_resources": RESOURCE}
    async with welcoming(sqlite_copy, tmp_path, **settings) as made:
        yield made


@pytest.fixture
async def door(spine: Spine) -> AsyncIterator[httpx2.AsyncClient]:
    async with spine.door() as made:
        yield made


def waits_for_a_gesture(answer: httpx2.Response) -> str:
    """Return where a page offers to go back to, to which nobody is sent unasked."""
    assert answer.status_code == 400, answer.text
    assert "location" not in answer.headers
    found = re.search(r'<a class="button[^"]*" href="([^"]+)">Go back to tool.example</a>', answer.text)
    assert found, answer.text
    return html.unescape(found[1])


async def test_somebody_who_is_signed_in_is_asked_and_told_that_nobody_checked(
    spine: Spine, door: httpx2.AsyncClient
) -> None:
    told = await registered(door, client_name="Well-known Bank")
    person = Person.at(spine, door)
    await person.browser.signed_in()
    answer = await person.goes(asked(told["client_id"]))
    assert answer.headers["location"].startswith("/consent?request=")
    page = await person.sees_consent(answer.headers["location"].partition("=")[2])
    assert "Well-known Bank" in page
    assert "tool.example" in page
    assert "nobody here has checked" in page


@pytest.mark.parametrize(
    "parameters",
    [{"prompt": "none"}, {"prompt": "none", "scope": ""}, {"prompt": "none", "scope": "", "resource": RESOURCE}],
)
async def test_a_silent_request_of_a_stranger_is_answered_with_an_error(
    spine: Spine, door: httpx2.AsyncClient, parameters: dict[str, str]
) -> None:
    told = await registered(door)
    person = Person.at(spine, door)
    await person.browser.signed_in()
    answer = await person.goes(asked(told["client_id"], **parameters))
    offered = waits_for_a_gesture(answer)
    assert offered.startswith(CALLBACK)
    assert "error=consent_required" in offered
    assert "code=" not in offered.replace("response_code=", "")


async def test_nobody_signs_in_to_a_stranger_by_the_hosted_calls(spine: Spine, door: httpx2.AsyncClient) -> None:
    told = await registered(door)
    query = {"client_id": told["client_id"]}
    mail = {"email": "reader@example.com"}
    calls = [
        ("/api/v1/auth/passwordless/magic-link/send", mail),
        ("/api/v1/auth/passwordless/magic-link/resend", {"state": "0" * 24}),
        ("/api/v1/accesstoken/refresh", {"refresh_token": "gpr_x"}),
    ]
    for path, body in calls:
        answer = await door.post(path, params=query, json=body)
        assert (answer.status_code, answer.json()["error_code"]) == (403, "third_party_application"), path
    own = {"client_id": spine.application.client_id}
    assert (await door.post(calls[0][0], params=own, json=mail)).status_code == 200


async def test_scopes_and_resources_of_the_operator_are_asked_for_like_any_other(
    spine: Spine, door: httpx2.AsyncClient
) -> None:
    told = await registered(door)
    assert told["scope"] == "openid profile email phone offline_access tools:read"
    person = Person.at(spine, door)
    handle = await person.signs_in(asked(told["client_id"], scope="tools:read billing", resource=RESOURCE))
    answer = await person.allows(handle)
    form = {"grant_type": "authorization_code", "code": answer["code"], "redirect_uri": CALLBACK}
    bought = await door.post(
        "/oauth2/token",
        data={**form, "client_id": told["client_id"], "code_verifier": VERIFIER, "resource": RESOURCE},
    )
    assert bought.status_code == 200, bought.text
    assert bought.json()["scope"] == "tools:read"
    other = await person.goes(asked(told["client_id"], resource="https://elsewhere.example/"))
    assert "error=invalid_target" in waits_for_a_gesture(other)


async def test_a_stranger_can_not_do_without_a_challenge(spine: Spine, door: httpx2.AsyncClient) -> None:
    told = await registered(door)
    parameters = asked(told["client_id"])
    del parameters["code_challenge"], parameters["code_challenge_method"]
    answer = await Person.at(spine, door).goes(parameters)
    assert "error=invalid_request" in waits_for_a_gesture(answer)


async def test_a_change_takes_back_what_the_operator_had_vouched_for(spine: Spine, door: httpx2.AsyncClient) -> None:
    told = await registered(door)
    members = {**PUBLIC, "client_id": told["client_id"], "is_third_party": False, "source": "operator"}
    path = f"{REGISTER}/{told['client_id']}"
    answer = await door.put(path, headers=bearer(told["registration_access_token"]), json=members)
    assert answer.status_code == 200
    application = await spine.house.applications.find(told["client_id"])
    assert application is not None
    assert application.oauth.is_third_party
    assert application.oauth.source == "registration"
