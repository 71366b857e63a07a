"""Every refusal of the API has one body with all six documented keys, whatever was wrong with the request."""

from typing import Any

import httpx2
import pytest

from gatepass.gate.answers.faces import render
from gatepass.gate.model import Face
from gatepass.kit.problems import Problem
from support.spine import Spine

pytestmark = pytest.mark.anyio

KEYS = {"error", "error_code", "error_description", "code", "message", "description"}
BASE = "/api/v1/auth/passwordless"
SEND, RESEND, VERIFY = f"{BASE}/magic-link/send", f"{BASE}/magic-link/resend", f"{BASE}/magic-link/verify"
STATUS, CODE, REFRESH = f"{BASE}/magic-link/status", f"{BASE}/email-otp/verify", "/api/v1/accesstoken/refresh"
CLIENT = "client_id={client_id}"
STATE = "0" * 24
EVIL = {"origin": "https://evil.example"}

BAD: list[tuple[str, str, dict[str, Any], int, str]] = [
    ("POST", SEND, {"json": {"email": "ana@example.com"}}, 400, "invalid_client_id"),
    ("POST", f"{SEND}?client_id=unknown", {"json": {"email": "ana@example.com"}}, 400, "invalid_client_id"),
    ("POST", f"{SEND}?{CLIENT}", {"json": {"email": "ana"}}, 400, "invalid_email"),
    ("POST", f"{SEND}?{CLIENT}", {"json": {"email": ""}}, 400, "invalid_email"),
    ("POST", f"{SEND}?{CLIENT}", {"json": {"email": "a@b.example\r\nBcc: c@d.example"}}, 400, "invalid_email"),
    ("POST", f"{SEND}?{CLIENT}", {"json": {}}, 400, "malformed_request"),
    ("POST", f"{SEND}?{CLIENT}", {"json": []}, 400, "malformed_request"),
    ("POST", f"{SEND}?{CLIENT}", {"json": {"email": 1}}, 400, "malformed_request"),
    ("POST", f"{SEND}?{CLIENT}", {"json": {"email": "ana@example.com", "match": "yes"}}, 400, "malformed_request"),
    ("POST", f"{SEND}?{CLIENT}", {"content": b"{"}, 415, "unsupported_media_type"),
    ("POST", f"{SEND}?{CLIENT}", {"data": {"email": "ana@example.com"}}, 415, "unsupported_media_type"),
    ("POST", f"{SEND}?{CLIENT}", {"json": {"email": "a" * 70_000}}, 413, "body_too_large"),
    ("POST", f"{SEND}?{CLIENT}&x=%ff", {"json": {"email": "ana@example.com"}}, 400, "malformed_request"),
    ("POST", f"{SEND}?{CLIENT}&x=1&x=2", {"json": {"email": "ana@example.com"}}, 400, "malformed_request"),
    ("POST", f"{RESEND}?{CLIENT}", {"json": {"state": STATE}}, 400, "invalid_state"),
    ("POST", f"{RESEND}?{CLIENT}", {"json": {"state": ""}}, 400, "invalid_state"),
    ("POST", f"{RESEND}?{CLIENT}", {"json": {"state": "\u0000"}}, 400, "invalid_state"),
    ("POST", f"{RESEND}?{CLIENT}", {"json": {"state": None}}, 400, "malformed_request"),
    ("POST", RESEND, {"json": {"state": STATE}}, 400, "invalid_client_id"),
    ("GET", f"{VERIFY}?{CLIENT}", {}, 400, "malformed_request"),
    ("GET", f"{VERIFY}?{CLIENT}&state={STATE}", {}, 400, "malformed_request"),
    ("GET", f"{VERIFY}?{CLIENT}&state={STATE}&magictext=x", {}, 400, "invalid_state"),
    ("GET", f"{VERIFY}?{CLIENT}&state=&magictext=", {}, 400, "invalid_state"),
    ("GET", f"{VERIFY}?{CLIENT}&state=%00&magictext=%00", {}, 400, "invalid_state"),
    ("GET", f"{STATUS}?{CLIENT}", {}, 400, "malformed_request"),
    ("GET", f"{STATUS}?{CLIENT}&state={STATE}", {}, 400, "invalid_state"),
    ("GET", f"{STATUS}?{CLIENT}&state={STATE}&wait=soon", {}, 400, "malformed_request"),
    ("GET", f"{STATUS}?{CLIENT}&state={STATE}&wait=nan", {}, 400, "invalid_state"),
    ("GET", f"{STATUS}?state={STATE}", {}, 400, "invalid_client_id"),
    ("POST", f"{CODE}?{CLIENT}", {"json": {"state": STATE, "otp": "123456"}}, 400, "invalid_state"),
    ("POST", f"{CODE}?{CLIENT}", {"json": {"state": STATE, "otp": "12345x"}}, 400, "malformed_request"),
    ("POST", f"{CODE}?{CLIENT}", {"json": {"state": STATE}}, 400, "malformed_request"),
    ("GET", f"{REFRESH}?{CLIENT}", {}, 400, "malformed_request"),
    ("GET", f"{REFRESH}?{CLIENT}&refresh_token=x", {}, 400, "invalid_refresh_token"),
    ("POST", f"{REFRESH}?{CLIENT}", {"json": {"refresh_token": "x"}}, 400, "invalid_refresh_token"),
    ("GET", "/api/v1/config", {}, 400, "malformed_request"),
    ("GET", "/api/v1/config?client_id=unknown", {}, 400, "invalid_client_id"),
    ("GET", "/api/v1/config?domain=unknown.example", {}, 404, "unknown_domain"),
    ("GET", f"/api/v1/auth/status?{CLIENT}", {}, 400, "malformed_request"),
    ("GET", "/api/v1/auth/status?identifier=a", {}, 400, "invalid_client_id"),
    ("GET", f"/api/v1/auth/status?{CLIENT}&identifier=a", {"headers": EVIL}, 403, "origin_not_allowed"),
    ("GET", "/api/v1/unknown", {}, 404, "not_found"),
    ("GET", "/api/", {}, 404, "not_found"),
    ("GET", "/.well-known/unknown", {}, 404, "not_found"),
    ("GET", "/%2e%2e/etc/passwd", {}, 404, "not_found"),
    ("GET", "/api//v1/config", {}, 404, "not_found"),
    ("DELETE", SEND, {}, 405, "method_not_allowed"),
    ("GET", "/api/v1/config", {"headers": {"host": "evil.example"}}, 421, "unknown_host"),
]  # fmt: skip


async def call(spine: Spine, method: str, path: str, options: dict[str, Any]) -> httpx2.Response:
    async with spine.door() as door:
        return await door.request(method, path.format(client_id=spine.application.client_id), **options)


@pytest.mark.parametrize(("method", "path", "options", "status", "code"), BAD)
async def test_a_refusal_has_all_six_keys_and_says_what_to_do(
    spine: Spine, method: str, path: str, options: dict[str, Any], status: int, code: str
) -> None:
    answer = await call(spine, method, path, options)
    body = answer.json()
    assert (answer.status_code, body["error_code"]) == (status, code)
    assert set(body) == KEYS
    assert body["error"] == status
    assert 1000 <= body["code"] <= 1050
    assert body["message"] == body["description"] == body["error_description"]
    # A fault of a field begins with the field, as it is spelled.
    assert body["message"][0].isupper() or body["message"].startswith("`")
    assert body["message"].endswith(".")
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", SEND, {"POST"}),
        ("PUT", VERIFY, {"GET"}),
        ("HEAD", VERIFY, {"GET"}),
        ("PATCH", REFRESH, {"GET", "POST"}),
        ("TRACE", "/api/v1/config", {"GET"}),
        ("CONNECT", "/healthz", {"GET"}),
        ("POST", "/.well-known/jwks.json", {"GET"}),
    ],
)
async def test_a_method_that_an_address_does_not_take_is_refused_with_those_that_it_does(
    spine: Spine, method: str, path: str, allowed: set[str]
) -> None:
    answer = await call(spine, method, path, {})
    assert answer.status_code == 405
    assert set(answer.headers["allow"].split(", ")) == allowed


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/magic-link", {"GET", "HEAD", "POST"}),
        ("GET", "/magic-link/decline", {"POST"}),
        ("POST", "/docs", {"GET", "HEAD"}),
        ("POST", "/", {"GET", "HEAD"}),
        ("POST", "/static/app.css", {"GET", "HEAD"}),
    ],
)
async def test_a_page_names_the_methods_that_it_takes(spine: Spine, method: str, path: str, allowed: set[str]) -> None:
    answer = await call(spine, method, path, {})
    assert answer.status_code == 405
    assert answer.headers["content-type"].startswith("text/html")
    assert set(answer.headers["allow"].split(", ")) == allowed


@pytest.mark.parametrize("path", ["/nowhere", "/magic-link/", "/magic-link/x", "/static/none.css", "/dev/mail/unknown"])
async def test_a_person_who_is_lost_gets_a_page(spine: Spine, path: str) -> None:
    answer = await call(spine, "GET", path, {})
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert "location" not in answer.headers


@pytest.mark.parametrize("path", ["/", "/docs", "/dev/mail", "/dev/mail/messages", "/magic-link"])
async def test_a_page_answers_head_as_it_answers_get(spine: Spine, path: str) -> None:
    got, headed = await call(spine, "GET", path, {}), await call(spine, "HEAD", path, {})
    assert (got.status_code, got.headers["content-type"]) == (headed.status_code, headed.headers["content-type"])


async def test_a_head_of_the_documented_call_spends_nothing(spine: Spine) -> None:
    state = await spine.ask("ana@example.com")
    link = await spine.link("ana@example.com")
    path = f"{VERIFY}?{CLIENT}&state={link.handle}&magictext={link.secret}"
    assert (await call(spine, "HEAD", path, {})).status_code == 405
    assert (await call(spine, "HEAD", path.replace(VERIFY, "/magic-link"), {})).status_code == 200
    assert (await spine.attempt(state)).verified_at is None
    assert (await call(spine, "GET", path, {})).status_code == 200
    assert (await spine.attempt(state)).verified_at is not None


async def test_what_nobody_foresaw_is_an_answer_with_the_number_of_its_log(
    spine: Spine, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise LookupError("secret detail of the database")

    monkeypatch.setattr("gatepass.methods.magic_link.waiting.find_attempt", fail)
    answer = await call(spine, "GET", f"{STATUS}?{CLIENT}&state={STATE}", {})
    assert (answer.status_code, set(answer.json())) == (500, KEYS)
    assert answer.json()["code"] == 1006
    assert answer.headers["x-trace-id"] in answer.json()["message"]
    assert "secret detail" not in answer.text


@pytest.mark.parametrize("face", list(Face))
def test_a_face_shows_the_title_the_wait_and_never_the_detail(face: Face) -> None:
    reply = render(Problem("a", 429, "Wait.", detail="for the log alone", retry_after=7), face, "trace")
    assert (b"retry-after", b"7") in reply.headers
    assert b"Wait." in reply.body
    assert b"for the log alone" not in reply.body
    assert reply.status == 429


@pytest.mark.parametrize(("status", "closes"), [(413, True), (408, True), (400, False), (503, False)])
def test_a_connection_whose_body_was_not_read_is_closed(status: int, closes: bool) -> None:
    reply = render(Problem("a", status, "No."), Face.HOSTED, "trace")
    assert ((b"connection", b"close") in reply.headers) is closes
