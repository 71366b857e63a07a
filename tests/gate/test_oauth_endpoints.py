"""What the gate does for an OAuth endpoint before and after its handler: reading, refusing, answering, origins."""

import re
from dataclasses import replace
from typing import Any

import httpx2
import pytest

from gate.oauth_doors import FORM, door, row, rows
from gatepass.app.management_doors import gatekeeper
from gatepass.gate.answers.oauth import challenge, described, oauth_error
from gatepass.gate.answers.origins import refuse_foreign_origin
from gatepass.gate.description.document import document
from gatepass.gate.model import Caller, Reply
from gatepass.gate.server import Table
from gatepass.kit.problems import Problem
from support.spine import SHOP, Spine

pytestmark = pytest.mark.anyio

SHOP_ORIGIN, EVIL = "https://shop.test", "https://evil.example"
PREFLIGHT = {"access-control-request-method": "POST", "access-control-request-headers": "dpop"}


async def send(spine: Spine, method: str, path: str, **options: Any) -> httpx2.Response:
    async with door(spine) as opened:
        return await opened.request(method, path, **options)


async def test_the_parameters_of_a_post_come_from_its_body_alone(spine: Spine) -> None:
    body = {"grant_type": "authorization_code", "code": "", "resource": ["https://a.test", "https://b.test"]}
    answer = await send(spine, "POST", "/oauth2/token?grant_type=other&grant_type=b&x=1", data=body)
    assert answer.json() == {"grant_type": ["authorization_code"], "resource": body["resource"]}
    assert (answer.headers["cache-control"], answer.headers["pragma"]) == ("no-store", "no-cache")


async def test_an_alias_may_take_json_where_the_standard_path_does_not(spine: Spine) -> None:
    body = {"grant_type": "refresh_token", "expires": 5}
    taken = await send(spine, "POST", "/oauth/token", json=body)
    assert taken.json() == {"grant_type": ["refresh_token"], "expires": ["5"]}
    refused = await send(spine, "POST", "/oauth2/token", json=body)
    assert (refused.status_code, refused.json()["error"]) == (415, "invalid_request")


async def test_a_row_with_a_struct_takes_it_as_json_and_answers_with_its_own_status(spine: Spine) -> None:
    made = await send(spine, "POST", "/oauth2/register", json={"client_name": "a"})
    assert (made.status_code, made.json()) == (201, {"client_name": "a"})
    wrong = await send(spine, "POST", "/oauth2/register", json={"client_name": 1})
    assert (wrong.status_code, wrong.json()["error"]) == (400, "invalid_request")
    form = await send(spine, "POST", "/oauth2/register", data={"client_name": "a"})
    assert (form.status_code, form.json()["error"]) == (415, "invalid_request")


async def test_the_parameters_of_a_get_come_from_its_query(spine: Spine) -> None:
    answer = await send(spine, "GET", "/oauth2/ask?client_id=a&state=b%20c")
    assert answer.json() == {"client_id": ["a"], "state": ["b c"]}
    assert (await send(spine, "POST", "/oauth2/ask?state=x", data={"state": "y"})).json() == {"state": ["y"]}


@pytest.mark.parametrize(
    ("path", "options", "status", "error"),
    [
        ("/oauth2/token", {"content": b"a=1&a=2", "headers": {"content-type": FORM}}, 400, "invalid_request"),
        (
            "/oauth2/token",
            {"content": b"a=" + b"x" * 70_000, "headers": {"content-type": FORM}},
            413,
            "invalid_request",
        ),
        ("/oauth2/token", {"content": b"a=1", "headers": {"content-type": "text/plain"}}, 415, "invalid_request"),
        ("/oauth2/token", {"headers": [("authorization", "Basic a"), ("authorization", "b")]}, 400, "invalid_request"),
        ("/oauth2/token", {"headers": [("dpop", "a"), ("dpop", "b")]}, 400, "invalid_dpop_proof"),
        ("/oauth2/token", {"headers": {"host": "evil.example"}}, 421, "invalid_request"),
        ("/oauth2/refused", {}, 400, "invalid_grant"),
        ("/oauth2/unproven", {}, 401, "invalid_client"),
        ("/oauth2/failed", {}, 500, "server_error"),
    ],
)
async def test_what_goes_wrong_is_an_oauth_error(
    spine: Spine, path: str, options: dict[str, Any], status: int, error: str
) -> None:
    answer = await send(spine, "POST", path, **options)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.json().keys() == {"error", "error_description"}
    assert re.fullmatch(r"[ !#-\[\]-~]+", answer.json()["error_description"])
    assert (answer.headers["content-type"], answer.headers["cache-control"]) == ("application/json", "no-store")
    assert ("www-authenticate" in answer.headers) is (status == 401)


async def test_another_method_is_refused_in_the_face_of_the_path(spine: Spine) -> None:
    programs = await send(spine, "GET", "/oauth2/token")
    assert (programs.status_code, programs.json()["error"], programs.headers["allow"]) == (
        405,
        "invalid_request",
        "POST",
    )
    people = await send(spine, "DELETE", "/oauth2/ask")
    assert (people.status_code, people.headers["allow"]) == (405, "GET, POST")
    assert people.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(
    ("status", "error"), [(429, "temporarily_unavailable"), (503, "temporarily_unavailable"), (403, "access_denied")]
)
async def test_a_status_says_the_error_where_the_code_is_none_of_the_standards(status: int, error: str) -> None:
    assert oauth_error(Problem("ours", status, "No.")).error == error
    assert oauth_error(Problem("ours", status, "No.", oauth_error="slow_down")).error == "slow_down"
    assert oauth_error(Problem("invalid_scope", status, "No.")).error == "invalid_scope"


def test_a_description_has_the_characters_of_the_standard_alone() -> None:
    assert described('a "b" \\ c\r\n\t\u2019\u2026é') == "a 'b' / c   '...?"


def test_a_challenge_names_what_is_missing() -> None:
    assert challenge("Bearer", error="invalid_token", error_description='Not "that".', scope="") == (
        b"www-authenticate",
        b'Bearer error="invalid_token", error_description="Not \'that\'."',
    )
    assert challenge("Bearer") == (b"www-authenticate", b"Bearer")


async def test_an_error_for_people_is_a_page_with_the_number_of_its_log(spine: Spine) -> None:
    for method, path, status in (("GET", "/oauth2/ask?a=1&a=2", 400), ("GET", "/oauth2/lost", 500)):
        answer = await send(spine, method, path)
        assert answer.status_code == status
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert "form-action 'self'" in answer.headers["content-security-policy"]
        assert answer.headers["x-trace-id"] in answer.text
        assert "LookupError" not in answer.text


async def test_a_redirect_is_a_303_with_every_cookie(spine: Spine) -> None:
    answer = await send(spine, "GET", "/oauth2/step")
    assert (answer.status_code, answer.headers["location"]) == (303, "https://shop.test/callback?code=x")
    assert answer.headers.get_list("set-cookie") == ["a=1", "b=2"]
    assert answer.content == b""
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("url", ["", "/a b", "/a\r\nset-cookie: x", "/é", "/a\x7f", "/a\x00"])
def test_a_redirect_never_ends_its_header(url: str) -> None:
    with pytest.raises(ValueError, match="redirect"):
        Reply.redirect(url)


async def test_a_page_of_a_handler_has_the_headers_of_pages(spine: Spine) -> None:
    answer = await send(spine, "GET", "/oauth2/show")
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert answer.headers["set-cookie"] == "a=1"


async def test_a_refusal_may_be_read_by_the_origins_of_the_client_that_the_handler_found(spine: Spine) -> None:
    await spine.register(replace(SHOP, name="Other", allowed_origins=("https://other.example",)))
    own = await send(spine, "POST", "/oauth2/refused", headers={"origin": SHOP_ORIGIN})
    other = await send(spine, "POST", "/oauth2/refused", headers={"origin": "https://other.example"})
    assert own.headers["access-control-allow-origin"] == SHOP_ORIGIN
    assert {"dpop-nonce", "www-authenticate"} <= set(own.headers["access-control-expose-headers"].split(", "))
    assert "access-control-allow-origin" not in other.headers


async def test_a_preflight_lets_a_proof_be_sent(spine: Spine) -> None:
    answer = await send(spine, "OPTIONS", "/oauth2/token", headers={"origin": SHOP_ORIGIN, **PREFLIGHT})
    assert answer.headers["access-control-allow-headers"] == (
        "authorization, content-type, dpop, idempotency-key, if-match, x-client-id"
    )
    foreign = await send(spine, "OPTIONS", "/oauth2/token", headers={"origin": EVIL, **PREFLIGHT})
    assert "access-control-allow-origin" not in foreign.headers


async def test_everybody_may_read_what_is_public_and_nobody_the_authorization_endpoint(spine: Spine) -> None:
    for method in ("GET", "OPTIONS"):
        public = await send(spine, method, "/.well-known/known", headers={"origin": EVIL, **PREFLIGHT})
        assert public.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in public.headers
        for path in ("/oauth2/ask", "/oauth2/ask?a=1&a=2", "/oauth2/lost"):
            closed = await send(spine, method, path, headers={"origin": SHOP_ORIGIN, **PREFLIGHT})
            assert not [name for name in closed.headers if name.startswith("access-control")]


async def test_a_handler_can_refuse_a_foreign_origin_itself(spine: Spine) -> None:
    own = frozenset({b"https://auth.example"})
    for origin in (SHOP_ORIGIN, "https://auth.example"):
        refuse_foreign_origin(spine.application, {b"origin": origin.encode()}, own)
    refuse_foreign_origin(spine.application, {}, own)
    with pytest.raises(Problem, match="origin_not_allowed"):
        refuse_foreign_origin(spine.application, {b"origin": EVIL.encode()}, own)


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("/oauth2/clients/a.b-c_d~1", {"client_id": "a.b-c_d~1"}),
        ("/oauth2/clients/own", {}),
        ("/oauth2/clients/a/keys/b", {"client_id": "a", "key_id": "b"}),
    ],
)
async def test_a_path_has_its_parts(spine: Spine, path: str, parts: dict[str, str]) -> None:
    answer = await send(spine, "GET", path)
    assert (answer.status_code, answer.json()) == (200, parts)


@pytest.mark.parametrize(
    "path",
    ["/oauth2/clients/", "/oauth2/clients/a/", "/oauth2/clients/%61", "/oauth2/clients/a;b", "/oauth2/clients//"],
)
async def test_a_path_that_two_servers_could_read_differently_has_none(spine: Spine, path: str) -> None:
    answer = await send(spine, "GET", path)
    assert (answer.status_code, answer.json()["error"]) == (404, "invalid_request")


async def test_rows_that_do_not_go_together_stop_the_server_from_starting(spine: Spine) -> None:
    keeper = gatekeeper(spine.house, frozenset())
    with pytest.raises(ValueError, match="finds its caller"):
        Table.of([row("a", "/a", caller=Caller.APPLICATION)], keeper)
    with pytest.raises(ValueError, match="other names"):
        Table.of([row("a", "/a/{b}"), row("b", "/a/{c}")], keeper)


async def test_the_description_says_how_to_call_them(spine: Spine) -> None:
    described_as = document(rows(spine), "https://auth.example")
    token = described_as["paths"]["/oauth2/token"]["post"]
    assert list(token["requestBody"]["content"]) == [FORM]
    assert token["security"] == [{"client": []}, {}]
    error = token["responses"]["401"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    assert described_as["components"]["schemas"][error]["properties"].keys() == {"error", "error_description"}
    assert described_as["components"]["securitySchemes"].keys() == {"client", "bearer"}
    alias = described_as["paths"]["/oauth/token"]["post"]
    assert list(alias["requestBody"]["content"]) == [FORM, "application/json"]
    asked = described_as["paths"]["/oauth2/ask"]["get"]
    assert asked["responses"].keys() >= {"200", "303", "400", "421"}
    assert list(asked["responses"]["400"]["content"]) == ["text/html"]
    key = described_as["paths"]["/oauth2/clients/{client_id}/keys/{key_id}"]["get"]
    assert [(one["name"], one["in"]) for one in key["parameters"]] == [("client_id", "path"), ("key_id", "path")]
