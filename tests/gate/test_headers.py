"""What every answer carries, and whom it may be read by."""

from dataclasses import replace

import httpx2
import pytest

from gatepass.gate.headers import PAGE_POLICY, standing_headers
from support.spine import SHOP, Spine

SHOP_ORIGIN = "https://shop.test"
SEND = "/api/v1/auth/passwordless/magic-link/send"
ALWAYS = {"x-content-type-options": "nosniff", "referrer-policy": "no-referrer", "x-frame-options": "DENY"}
ANSWERS = [
    ("GET", "/api/v1/config"), ("GET", "/api/v1/unknown"), ("DELETE", "/api/v1/config"), ("POST", SEND),
    ("GET", "/"), ("GET", "/magic-link"), ("GET", "/nowhere"), ("PUT", "/magic-link"), ("GET", "/docs"),
    ("GET", "/dev/mail"), ("GET", "/dev/mail/messages"), ("GET", "/dev/mail/1"), ("GET", "/%2e%2e/"),
    ("GET", "/healthz"), ("GET", "/metrics"), ("GET", "/openapi.json"), ("GET", "/.well-known/jwks.json"),
]  # fmt: skip


def test_a_page_may_run_nothing_but_its_own_files() -> None:
    policy = dict(part.split(" ", 1) for part in PAGE_POLICY.split("; "))
    assert policy["default-src"] == policy["script-src"] == "'self'"
    assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert "unsafe" not in PAGE_POLICY
    assert "*" not in PAGE_POLICY


def test_browsers_are_told_to_insist_on_https_where_it_is_served() -> None:
    for https in (True, False):
        headers = standing_headers(is_https=https)
        for those in (headers.api, headers.page, headers.cached):
            assert (b"strict-transport-security" in dict(those)) is https


@pytest.mark.anyio
@pytest.mark.parametrize(("method", "path"), ANSWERS)
async def test_every_answer_carries_the_standing_headers(spine: Spine, method: str, path: str) -> None:
    async with spine.door() as door:
        answer = await door.request(method, path)
    sent = {name: answer.headers.get(name) for name in ALWAYS}
    assert sent == ALWAYS
    assert answer.headers["content-security-policy"]
    assert answer.headers["x-trace-id"]
    assert "server" not in answer.headers
    is_cached = path in {"/openapi.json", "/.well-known/jwks.json"}
    assert ("no-store" in answer.headers["cache-control"]) is not is_cached


@pytest.mark.anyio
async def test_no_two_answers_have_the_same_trace(spine: Spine) -> None:
    async with spine.door() as door:
        traces = [(await door.get("/healthz")).headers["x-trace-id"] for _ in range(20)]
    assert len(set(traces)) == 20


async def ask(spine: Spine, origin: str, **headers: str) -> httpx2.Response:
    async with spine.door() as door:
        query = {"client_id": spine.application.client_id, "state": "0" * 24}
        path = "/api/v1/auth/passwordless/magic-link/status"
        return await door.get(path, params=query, headers={"origin": origin, **headers})


@pytest.mark.anyio
async def test_the_applications_own_origin_may_read_answers_and_refusals(spine: Spine) -> None:
    answer = await ask(spine, SHOP_ORIGIN)
    assert answer.status_code == 400
    assert answer.headers["access-control-allow-origin"] == SHOP_ORIGIN
    assert answer.headers["access-control-allow-credentials"] == "true"
    assert "retry-after" in answer.headers["access-control-expose-headers"]
    assert answer.headers["vary"] == "origin"


@pytest.mark.anyio
@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "https://shop.test.evil.example", "http://shop.test"]
)
async def test_a_foreign_origin_may_neither_call_nor_read(spine: Spine, origin: str) -> None:
    answer = await ask(spine, origin)
    assert (answer.status_code, answer.json()["error_code"]) == (403, "origin_not_allowed")
    assert "access-control-allow-origin" not in answer.headers
    assert answer.headers["vary"] == "origin"


@pytest.mark.anyio
async def test_an_origin_of_another_application_may_not_use_this_one(spine: Spine) -> None:
    await spine.register(replace(SHOP, name="Other", allowed_origins=("https://other.example",)))
    assert (await ask(spine, "https://other.example")).status_code == 403


@pytest.mark.anyio
async def test_a_preflight_is_answered_for_known_origins_alone(spine: Spine) -> None:
    async with spine.door() as door:
        asked = {"access-control-request-method": "POST", "access-control-request-headers": "content-type"}
        known = await door.options(SEND, headers={"origin": SHOP_ORIGIN, **asked})
        foreign = await door.options(SEND, headers={"origin": "https://evil.example", **asked})
        bare = await door.options(SEND)
    assert known.status_code == foreign.status_code == 204
    assert known.headers["access-control-allow-origin"] == SHOP_ORIGIN
    assert known.headers["access-control-allow-methods"] == "POST"
    assert "content-type" in known.headers["access-control-allow-headers"]
    assert "access-control-allow-origin" not in foreign.headers
    assert bare.status_code == 405
    assert bare.headers["allow"] == "POST"
