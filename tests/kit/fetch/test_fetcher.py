"""The guard against real sockets: what is fetched, and all that is not."""

import asyncio
import gzip
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import NoReturn

import anyio
import pytest

from gatepass.kit.fetch import Fetcher, FetchRefused, RefusalReason
from kit.fetch.web import Authority, Names, authority, says, serving, trickles

pytestmark = pytest.mark.anyio

NAME = "client.test"
ANYWHERE = "0.0.0.0"  # noqa: S104 - nothing is bound to it


@pytest.fixture(scope="module")
def ca(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("authority"), NAME)


def _here(ca: Authority, *, names: Names | None = None, tls: ssl.SSLContext | None = None) -> Fetcher:
    """Fetch as on a development machine, every name leading here."""
    return Fetcher(allow_loopback=True, resolver=names or Names(["127.0.0.1"]), tls=tls or ca.client)


async def _refused(fetcher: Fetcher, url: str, *, seconds: float = 5, limit_bytes: int = 65_536) -> RefusalReason:
    with pytest.raises(FetchRefused) as refused:
        await fetcher.get_json(url, seconds=seconds, limit_bytes=limit_bytes)
    return refused.value.reason


async def test_a_document_is_fetched_over_tls_by_the_name(ca: Authority) -> None:
    answer = says(b'{"keys":[]}', headers=["Content-Type: application/jwk-set+json", "Cache-Control: max-age=60"])
    names = Names(["127.0.0.1"])
    async with serving(answer, tls=ca.server) as web:
        found = await _here(ca, names=names).get_json(f"https://{NAME}:{web.port}/keys?a=1")

    assert (found.status, found.body, found.fresh_for) == (200, b'{"keys":[]}', timedelta(seconds=60))
    [request] = web.requests
    lines = request.decode().lower().split("\r\n")
    assert lines[0] == "get /keys?a=1 http/1.1"
    assert {f"host: {NAME}:{web.port}", "user-agent: gatepass", "accept: application/json"} <= set(lines)
    assert not [line for line in lines if line.startswith(("cookie", "authorization"))]
    assert names.asked == [NAME]


async def test_a_message_is_posted_and_its_status_returned(ca: Authority) -> None:
    async with serving(says(b"x" * 1_000_000, status=202, headers=()), tls=ca.server) as web:
        status = await _here(ca).post(
            f"https://{NAME}:{web.port}/out", b"logout_token=abc", {"content-type": "application/x-www-form-urlencoded"}
        )

    assert (status, web.bodies) == (202, [b"logout_token=abc"])
    assert b"content-type: application/x-www-form-urlencoded" in web.requests[0].lower()


async def test_cookies_are_not_kept(ca: Authority) -> None:
    answer = says(headers=["Content-Type: application/json", "Set-Cookie: a=b; Path=/"])
    async with serving(answer, tls=ca.server) as web:
        fetcher = _here(ca)
        for _ in range(2):
            await fetcher.get_json(f"https://{NAME}:{web.port}/")
    assert b"cookie" not in b"".join(web.requests).lower()


async def test_a_proxy_of_the_environment_is_not_used(ca: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "HTTP_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    async with serving(says(), tls=ca.server) as web:
        assert (await _here(ca).get_json(f"https://{NAME}:{web.port}/")).status == 200


async def test_a_name_that_answers_differently_the_second_time_is_asked_once(ca: Authority) -> None:
    # A name that is public when it is judged and this machine when it is connected to: DNS rebinding.
    names = Names(["192.0.2.1"], ["127.0.0.1"])
    async with serving(says(), tls=ca.server) as web:
        reason = await _refused(_here(ca, names=names), f"https://{NAME}:{web.port}/")
    assert (reason, names.asked, web.connections) == (RefusalReason.FORBIDDEN_ADDRESS, [NAME], 0)


async def test_the_connection_goes_to_the_address_that_was_judged(
    ca: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    # 127.0.0.1 stands for a public address here; the second answer must never be asked for.
    monkeypatch.setattr("gatepass.kit.fetch.resolving.is_public", lambda address: str(address) == "127.0.0.2")
    names = Names(["127.0.0.2"], ["127.0.0.1"])
    async with serving(says(), tls=ca.server, host="127.0.0.1") as inner:
        fetcher = Fetcher(resolver=names, tls=ca.client)
        reason = await _refused(fetcher, f"https://{NAME}:{inner.port}/")
    assert (reason, names.asked, inner.connections) == (RefusalReason.UNREACHABLE, [NAME], 0)


@pytest.mark.parametrize(
    "answer",
    [
        ["127.0.0.1"],
        ["::1"],
        ["::ffff:127.0.0.1"],
        ["::ffff:7f00:1"],
        ["64:ff9b::7f00:1"],
        ["2002:7f00:1::"],
        [ANYWHERE],
        ["169.254.169.254"],
        ["10.0.0.1"],
        ["fe80::1%1"],
        ["8.8.8.8", "127.0.0.1"],
    ],
)
async def test_a_name_that_leads_inside_is_refused(ca: Authority, answer: Sequence[str]) -> None:
    async with serving(says(), tls=ca.server) as web:
        fetcher = Fetcher(resolver=Names(answer), tls=ca.client)
        reason = await _refused(fetcher, f"https://{NAME}:{web.port}/")
    assert (reason, web.connections) == (RefusalReason.FORBIDDEN_ADDRESS, 0)


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", ANYWHERE, "localhost"])
async def test_this_machine_is_refused_by_every_spelling(ca: Authority, host: str) -> None:
    async with serving(says(), tls=ca.server) as web:
        reason = await _refused(Fetcher(tls=ca.client), f"https://{host}:{web.port}/")
    assert (reason, web.connections) == (RefusalReason.FORBIDDEN_ADDRESS, 0)


@pytest.mark.parametrize("address", ["::ffff:127.0.0.1", ANYWHERE, "10.0.0.1", "169.254.169.254"])
async def test_a_development_machine_reaches_itself_and_no_other_inner_address(ca: Authority, address: str) -> None:
    reason = await _refused(_here(ca, names=Names([address])), f"https://{NAME}:8443/")
    assert reason is RefusalReason.FORBIDDEN_ADDRESS


async def test_plain_http_works_on_a_development_machine_alone(ca: Authority) -> None:
    async with serving(says()) as web:
        assert (await _here(ca).get_json(f"http://127.0.0.1:{web.port}/")).body == b'{"ok":true}'
        reason = await _refused(Fetcher(), f"http://127.0.0.1:{web.port}/")
    assert (reason, web.connections) == (RefusalReason.FORBIDDEN_SCHEME, 1)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed(ca: Authority, status: int) -> None:
    async with serving(says()) as inner:
        answer = says(b"", status=status, headers=[f"Location: http://127.0.0.1:{inner.port}/"])
        async with serving(answer, tls=ca.server) as web:
            assert await _refused(_here(ca), f"https://{NAME}:{web.port}/") is RefusalReason.REDIRECT
            with pytest.raises(FetchRefused):
                await _here(ca).post(f"https://{NAME}:{web.port}/", b"", {})
    assert inner.connections == 0


async def test_the_certificate_is_checked_by_the_name(ca: Authority, tmp_path: Path) -> None:
    other = authority(tmp_path, "other.test")
    async with serving(says(), tls=other.server) as web:
        url = f"https://{NAME}:{web.port}/"
        assert await _refused(_here(ca, tls=other.client), url) is RefusalReason.UNTRUSTED_CERTIFICATE
    assert web.requests == []


async def test_a_certificate_of_an_unknown_authority_is_refused(ca: Authority) -> None:
    async with serving(says(), tls=ca.server) as web:
        fetcher = Fetcher(allow_loopback=True, resolver=Names(["127.0.0.1"]))
        assert await _refused(fetcher, f"https://{NAME}:{web.port}/") is RefusalReason.UNTRUSTED_CERTIFICATE
    assert web.requests == []


async def test_a_body_that_never_ends_is_cut_off_in_time(ca: Authority) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n"
    async with serving(trickles(head, b" ", pause=0.05), tls=ca.server) as web:
        started = time.monotonic()
        reason = await _refused(_here(ca), f"https://{NAME}:{web.port}/", seconds=0.5)
    assert reason is RefusalReason.TOO_SLOW
    assert time.monotonic() - started < 2


async def test_headers_that_never_end_are_cut_off(ca: Authority) -> None:
    async with serving(trickles(b"HTTP/1.1 200 OK\r\n", b"X: " + b"y" * 9000 + b"\r\n", pause=0), tls=ca.server) as web:
        reason = await _refused(_here(ca), f"https://{NAME}:{web.port}/", seconds=3)
    assert reason is RefusalReason.BROKEN_ANSWER


async def test_a_name_server_that_does_not_answer_counts_into_the_time(ca: Authority) -> None:
    async def never(host: str, port: int) -> Sequence[str]:
        await anyio.sleep(60)
        return [host, str(port)]

    fetcher = Fetcher(resolver=never, tls=ca.client)
    assert await _refused(fetcher, f"https://{NAME}/", seconds=0.3) is RefusalReason.TOO_SLOW


async def test_slow_names_hold_up_nobody_else_and_wait_in_a_bounded_row(
    ca: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered = threading.Event()

    def slow(*_: object, **__: object) -> NoReturn:
        answered.wait(20)
        raise OSError("no such name")

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    fetcher, reasons = Fetcher(tls=ca.client), Counter[RefusalReason]()

    async def ask(number: int) -> None:
        reasons[await _refused(fetcher, f"https://slow{number}.test/", seconds=2)] += 1

    try:
        async with anyio.create_task_group() as tasks:
            for number in range(100):
                tasks.start_soon(ask, number)
            await anyio.sleep(0.2)
            assert reasons == {RefusalReason.UNRESOLVED: 36}, "beyond 64 nothing waits"
            with anyio.fail_after(1):
                await asyncio.to_thread(lambda: None)
        assert reasons[RefusalReason.TOO_SLOW] == 64
    finally:
        answered.set()
    # Whoever gave up leaves no place taken, but for the eight whose threads still wait; those end with their answer.
    with anyio.fail_after(5):
        while await _refused(fetcher, "https://later.test/") is not RefusalReason.UNRESOLVED:  # noqa: ASYNC110 - only the row knows
            await anyio.sleep(0.01)


async def test_a_host_that_never_agrees_on_tls_is_left_in_time_and_its_connection_closed(ca: Authority) -> None:
    async with serving(says()) as web:  # it waits for a plain request
        assert await _refused(_here(ca), f"https://{NAME}:{web.port}/", seconds=0.5) is RefusalReason.TOO_SLOW
        with anyio.fail_after(2):
            while web.open_now:  # noqa: ASYNC110 - only the server knows
                await anyio.sleep(0.01)


@pytest.mark.parametrize("is_declared", [True, False])
async def test_a_huge_body_is_cut_off_by_its_size(ca: Authority, is_declared: bool) -> None:
    length = b"Content-Length: 10000000000\r\n" if is_declared else b"Connection: close\r\n"
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" + length + b"\r\n"
    async with serving(trickles(head, b" " * 65_536, pause=0), tls=ca.server) as web:
        assert await _refused(_here(ca), f"https://{NAME}:{web.port}/") is RefusalReason.TOO_LARGE


async def test_a_body_of_just_the_permitted_size_is_fetched(ca: Authority) -> None:
    async with serving(says(b" " * 1000), tls=ca.server) as web:
        url = f"https://{NAME}:{web.port}/"
        assert len((await _here(ca).get_json(url, limit_bytes=1000)).body) == 1000
        assert await _refused(_here(ca), url, limit_bytes=999) is RefusalReason.TOO_LARGE


async def test_a_compressed_document_is_fetched(ca: Authority) -> None:
    headers = ["Content-Type: application/json; charset=utf-8", "Content-Encoding: gzip"]
    async with serving(says(gzip.compress(b'{"a":1}'), headers=headers), tls=ca.server) as web:
        assert (await _here(ca).get_json(f"https://{NAME}:{web.port}/")).body == b'{"a":1}'


async def test_a_gzip_bomb_is_counted_unpacked(ca: Authority) -> None:
    bomb = gzip.compress(b" " * 50_000_000, 9)
    assert len(bomb) < 65_536
    headers = ["Content-Type: application/json", "Content-Encoding: gzip"]
    async with serving(says(bomb, headers=headers), tls=ca.server) as web:
        assert await _refused(_here(ca), f"https://{NAME}:{web.port}/") is RefusalReason.TOO_LARGE


@pytest.mark.parametrize(
    ("coding", "body", "reason"),
    [
        ("gzip, gzip", gzip.compress(gzip.compress(b"{}")), RefusalReason.UNWANTED_CONTENT),
        ("br", b"{}", RefusalReason.UNWANTED_CONTENT),
        ("gzip", b"{}", RefusalReason.BROKEN_ANSWER),
        ("gzip", gzip.compress(b"{}")[:-9], RefusalReason.BROKEN_ANSWER),
    ],
    ids=["twice", "brotli", "not packed", "cut short"],
)
async def test_what_can_not_be_unpacked_is_refused(
    ca: Authority, coding: str, body: bytes, reason: RefusalReason
) -> None:
    headers = ["Content-Type: application/json", f"Content-Encoding: {coding}"]
    async with serving(says(body, headers=headers), tls=ca.server) as web:
        assert await _refused(_here(ca), f"https://{NAME}:{web.port}/") is reason


@pytest.mark.parametrize("content_type", ["text/html", "text/plain", "application/jsonp", "x/y+json"])
async def test_what_is_not_declared_as_json_is_refused(ca: Authority, content_type: str) -> None:
    async with serving(says(headers=[f"Content-Type: {content_type}"]), tls=ca.server) as web:
        assert await _refused(_here(ca), f"https://{NAME}:{web.port}/") is RefusalReason.UNWANTED_CONTENT


@pytest.mark.parametrize("status", [204, 404, 500])
async def test_a_document_needs_status_200(ca: Authority, status: int) -> None:
    async with serving(says(b"", status=status), tls=ca.server) as web:
        assert await _refused(_here(ca), f"https://{NAME}:{web.port}/") is RefusalReason.UNWANTED_STATUS


async def test_who_does_not_speak_http_is_refused(ca: Authority) -> None:
    async def smtp(writer: object) -> None:
        writer.write(b"220 mail.test ESMTP\r\n")  # type: ignore[attr-defined] # a stream

    async with serving(smtp, tls=ca.server) as web:
        assert await _refused(_here(ca), f"https://{NAME}:{web.port}/") is RefusalReason.BROKEN_ANSWER


async def test_a_host_that_is_not_there_is_unreachable(ca: Authority) -> None:
    async with serving(says()) as web:
        pass
    assert await _refused(_here(ca), f"https://{NAME}:{web.port}/") is RefusalReason.UNREACHABLE


async def test_the_next_address_is_tried_where_the_first_does_not_answer(ca: Authority) -> None:
    async with serving(says(), tls=ca.server) as web:
        fetcher = _here(ca, names=Names(["127.0.0.3", "127.0.0.1"]))
        assert (await fetcher.get_json(f"https://{NAME}:{web.port}/")).status == 200


async def test_a_name_without_an_address_is_unresolved(ca: Authority) -> None:
    assert await _refused(_here(ca, names=Names([])), f"https://{NAME}/") is RefusalReason.UNRESOLVED

    async def unknown(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror(f"{host}:{port} is unknown")

    assert await _refused(Fetcher(resolver=unknown, tls=ca.client), f"https://{NAME}/") is RefusalReason.UNRESOLVED


async def test_a_refusal_says_nothing_of_what_lies_behind_the_url(ca: Authority) -> None:
    async with serving(says(b"secret", status=500), tls=ca.server) as web:
        with pytest.raises(FetchRefused) as refused:
            await _here(ca).get_json(f"https://{NAME}:{web.port}/t0ken")
    assert refused.value.sentence == "The host answered 500."


def test_the_http_library_is_not_loaded_before_the_first_request() -> None:
    words = "import sys, gatepass.app, gatepass.kit.fetch; sys.exit(bool({'httpx2', 'httpcore2'} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", words], check=False).returncode == 0
