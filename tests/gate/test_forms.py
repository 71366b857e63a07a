"""Forms of our own pages, and nobody else's."""

import httpx2
import pytest
from starlette.requests import Request

from gatepass.gate.pages.csrf import CsrfTokens
from gatepass.gate.pages.forms import read_guarded_form
from gatepass.kit.problems import Problem
from gatepass.kit.secrets import KeyRing, MasterKey
from support.spine import Spine

pytestmark = pytest.mark.anyio

TOKENS = CsrfTokens(KeyRing([MasterKey.generate()]))
BROWSER, OTHER = b"b" * 32, b"o" * 32
FORM = {"content-type": "application/x-www-form-urlencoded"}


async def post(spine: Spine, /, content: bytes, **headers: str) -> httpx2.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with spine.door() as door:
        return await door.post("/magic-link", content=content, headers={**FORM, **named})


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "http://localhost:8000"},
        {"sec_fetch_site": "same-origin", "origin": "http://localhost:8000"},
        {"sec_fetch_site": "none"},
        {"sec_fetch_site": "same-origin", "origin": "null"},
        {"origin": "null"},  # an older browser, on a page that sends no referrer
        {"origin": "https://localhost:8000"},  # behind a proxy that ends TLS and tells nobody
    ],
)
async def test_a_form_of_our_own_page_is_read(spine: Spine, headers: dict[str, str]) -> None:
    answer = await post(spine, b"state=x", **headers)
    assert answer.status_code == 400  # read, and the link in it is unknown
    assert "and use the form there" not in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "http://localhost:8001"},
        {"sec_fetch_site": "cross-site", "origin": "http://localhost:8000"},
    ],
)
async def test_a_form_of_another_site_is_refused(spine: Spine, headers: dict[str, str]) -> None:
    answer = await post(spine, b"state=x", **headers)
    assert answer.status_code == 403
    assert "Open the page from the mail" in answer.text


@pytest.mark.parametrize("media_type", ["application/json", "text/plain", "multipart/form-data; boundary=x", ""])
async def test_what_is_no_form_is_refused(spine: Spine, media_type: str) -> None:
    assert (await post(spine, b"state=x", content_type=media_type)).status_code == 415


async def test_a_form_of_more_than_64_kib_is_refused(spine: Spine) -> None:
    assert (await post(spine, b"x=" + b"a" * 64 * 1024)).status_code == 413


@pytest.mark.parametrize("content", [b"state=%ff", b"\xff\xfe", b"&".join(b"a%d=1" % number for number in range(51))])
async def test_a_malformed_form_is_refused_with_a_page(spine: Spine, content: bytes) -> None:
    answer = await post(spine, content)
    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("text/html")
    assert "go back and send it again" in answer.text


def submitted(content: bytes, site: bytes = b"same-origin") -> Request:
    headers = [(b"content-type", FORM["content-type"].encode()), (b"sec-fetch-site", site)]

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": content}

    return Request({"type": "http", "method": "POST", "headers": headers}, receive)


async def test_a_form_with_the_token_of_its_browser_is_read_without_it() -> None:
    content = f"email=a&csrf_token={TOKENS.csrf_token(BROWSER)}".encode()
    assert await read_guarded_form(submitted(content), TOKENS, BROWSER) == {"email": "a"}


@pytest.mark.parametrize(
    ("token", "browser_hash"),
    [
        ("", BROWSER),
        ("x", BROWSER),
        ("\u00e9", BROWSER),
        (TOKENS.csrf_token(OTHER), BROWSER),
        (CsrfTokens(KeyRing([MasterKey.generate()])).csrf_token(BROWSER), BROWSER),
        (TOKENS.csrf_token(BROWSER), None),
        (TOKENS.csrf_token(b""), None),
    ],
    ids=["none", "short", "not ASCII", "another browser's", "another server's", "no browser", "nobody's"],
)
async def test_a_form_without_the_token_of_its_browser_is_refused(token: str, browser_hash: bytes | None) -> None:
    with pytest.raises(Problem) as problem:
        await read_guarded_form(submitted(f"csrf_token={token}".encode()), TOKENS, browser_hash)
    assert (problem.value.code, problem.value.status) == ("cross_site_form", 403)


async def test_the_right_token_does_not_save_a_form_of_another_site() -> None:
    content = f"csrf_token={TOKENS.csrf_token(BROWSER)}".encode()
    with pytest.raises(Problem, match="cross_site_form"):
        await read_guarded_form(submitted(content, b"cross-site"), TOKENS, BROWSER)


async def test_a_token_does_not_show_the_browser_that_it_is_for() -> None:
    token = TOKENS.csrf_token(BROWSER)
    assert len(token) == 43
    assert BROWSER.hex() not in token
    assert token != TOKENS.csrf_token(OTHER)
