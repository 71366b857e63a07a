"""Whatever two servers in a row could read differently is refused, and nothing of it reaches the application."""

from collections.abc import Iterator

import pytest

from gate.limited_server import GOOD_REQUEST, exchange, facts, limited_server

HOST = b"Host: gate.test\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
HIDDEN = b"GET /hidden HTTP/1.1\r\n" + HOST + b"\r\n"

AMBIGUOUS = {
    "length and chunks": b"POST /echo HTTP/1.1\r\n"
    + HOST
    + b"Content-Length: 4\r\n"
    + CHUNKED
    + b"\r\n0\r\n\r\n"
    + HIDDEN,
    "chunks and length": b"POST /echo HTTP/1.1\r\n" + HOST + CHUNKED + b"Content-Length: 4\r\n\r\n0\r\n\r\n" + HIDDEN,
    "two different lengths": b"POST /echo HTTP/1.1\r\n"
    + HOST
    + b"Content-Length: 0\r\nContent-Length: 50\r\n\r\n"
    + HIDDEN,
    "two equal lengths": b"POST /echo HTTP/1.1\r\n"
    + HOST
    + b"Content-Length: 1\r\nContent-Length: 1\r\n\r\nx"
    + HIDDEN,
    "a list of lengths": b"POST /echo HTTP/1.1\r\n" + HOST + b"Content-Length: 1, 1\r\n\r\nx" + HIDDEN,
    "a signed length": b"POST /echo HTTP/1.1\r\n" + HOST + b"Content-Length: +1\r\n\r\nx" + HIDDEN,
    "an unknown coding": b"POST /echo HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + HIDDEN,
    "two codings": b"POST /echo HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" + HIDDEN,
    "a hidden coding": b"POST /echo HTTP/1.1\r\n" + HOST + b"Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n" + HIDDEN,
    "chunks in HTTP/1.0": b"POST /echo HTTP/1.0\r\n" + HOST + CHUNKED + b"\r\n0\r\n\r\n" + HIDDEN,
    "a folded line": b"GET /hello HTTP/1.1\r\n" + HOST + b"X-A: b\r\n c\r\n\r\n",
    "a folded first line": b"GET /hello HTTP/1.1\r\n " + HOST + b"\r\n",
    "a space before the colon": b"GET /hello HTTP/1.1\r\n" + HOST + b"Content-Length : 0\r\n\r\n",
    "bare line feeds": b"GET /hello HTTP/1.1\nHost: gate.test\n\n",
    "a null in a value": b"GET /hello HTTP/1.1\r\n" + HOST + b"X-A: b\x00c\r\n\r\n",
    "two hosts": b"GET /hello HTTP/1.1\r\n" + HOST + b"Host: other.test\r\n\r\n",
    "the same host twice": b"GET /hello HTTP/1.1\r\n" + HOST + HOST + b"\r\n",
    "no host": b"GET /hello HTTP/1.1\r\n\r\n",
    "an empty host": b"GET /hello HTTP/1.1\r\nHost:\r\n\r\n",
    "a host with a path": b"GET /hello HTTP/1.1\r\nHost: gate.test/x\r\n\r\n",
    "a host with a user": b"GET /hello HTTP/1.1\r\nHost: a@gate.test\r\n\r\n",
    "a host with a list": b"GET /hello HTTP/1.1\r\nHost: gate.test, other.test\r\n\r\n",
    "a host beyond ASCII": b"GET /hello HTTP/1.1\r\nHost: g\xc3\xa4te.test\r\n\r\n",
    "another host in the target": b"GET http://other.test/hello HTTP/1.1\r\n" + HOST + b"\r\n",
    "a fragment in the target": b"GET /hello#x HTTP/1.1\r\n" + HOST + b"\r\n",
    "a tunnel": b"CONNECT other.test:80 HTTP/1.1\r\nHost: other.test:80\r\n\r\n" + HIDDEN,
    "a body behind an upgrade": b"POST /echo HTTP/1.1\r\n"
    + HOST
    + b"Connection: upgrade\r\nUpgrade: websocket\r\nContent-Length: 1\r\n\r\nx",
    "a body behind two offers": b"POST /echo HTTP/1.1\r\n"
    + HOST
    + b"Connection: upgrade\r\nUpgrade: h2c, websocket\r\nContent-Length: 1\r\n\r\nx",
    "an offer with a folded line": b"GET /hello HTTP/1.1\r\n" + HOST + b"X-A: b\r\nUpgrade: h2c\r\n c\r\n\r\n",
    "a space in the target": b"GET /hel lo HTTP/1.1\r\n" + HOST + b"\r\n",
    "no HTTP at all": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
}


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with limited_server(idle_seconds=0.3, sweep_seconds=0.1) as (port, _):
        yield port


@pytest.mark.parametrize("name", AMBIGUOUS)
@pytest.mark.parametrize("bytewise", [False, True], ids=["at_once", "byte_by_byte"])
def test_an_ambiguous_request_is_refused_once_and_reaches_nobody(port: int, name: str, bytewise: bool) -> None:
    before = facts(port)["reached"]
    raw = AMBIGUOUS[name]
    pieces = [raw[i : i + 1] for i in range(len(raw))] if bytewise else [raw]
    try:
        answer = exchange(port, *pieces)
    except ConnectionError:  # it was closed while we still sent
        answer = b"HTTP/1.1 400 "
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.count(b"HTTP/1.1 ") <= 2  # the second is in the refusal's own sentence
    assert facts(port)["reached"] == before + 1  # the question itself


@pytest.mark.parametrize(
    "chunks", [b"4 \r\nabcd\r\n0\r\n\r\n", b"4\nabcd\r\n0\r\n\r\n", b"zz\r\n", b"0\r\nX-Late: 1\r\n\r\n", b"-1\r\n"]
)
def test_a_body_of_malformed_chunks_ends_the_connection(port: int, chunks: bytes) -> None:
    before = facts(port)["reached"]
    answer = exchange(port, b"POST /echo HTTP/1.1\r\n" + HOST + CHUNKED + b"\r\n" + chunks + HIDDEN)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert facts(port)["reached"] <= before + 2  # its own application call, which gets no body, and the question


@pytest.mark.parametrize("version", [b"0.9", b"2.0"])
def test_a_foreign_version_is_refused(port: int, version: bytes) -> None:
    assert exchange(port, b"GET /hello HTTP/" + version + b"\r\n" + HOST + b"\r\n").startswith(b"HTTP/1.1 505 ")


def test_a_refusal_is_never_taken_for_the_answer_to_an_earlier_request(port: int) -> None:
    answer = exchange(port, b"GET /wait HTTP/1.1\r\n" + HOST + b"\r\n" + AMBIGUOUS["two hosts"])
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert answer.endswith(b"waited")
    assert answer.count(b"HTTP/1.1 ") == 1


def test_a_broken_body_in_a_pipeline_is_refused_in_its_turn(port: int) -> None:
    broken = b"POST /echo HTTP/1.1\r\n" + HOST + CHUNKED + b"\r\nzz\r\n"
    answer = exchange(port, b"GET /wait HTTP/1.1\r\n" + HOST + b"\r\n" + broken)
    first, _, second = answer.partition(b"waited")
    assert first.startswith(b"HTTP/1.1 200 ")
    assert second.startswith(b"HTTP/1.1 400 ")


def test_what_follows_a_closing_request_is_not_served(port: int) -> None:
    before = facts(port)["reached"]
    answer = exchange(port, b"GET /hello HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n" + HIDDEN)
    assert answer.count(b"HTTP/1.1 200 ") == 1
    assert facts(port)["reached"] == before + 2


def test_an_upgrade_that_is_not_offered_is_answered_as_plain_http_and_ends_there(port: int) -> None:
    upgrade = b"GET /hello HTTP/1.1\r\n" + HOST + b"Connection: upgrade\r\nUpgrade: websocket\r\n\r\n"
    answer = exchange(port, upgrade + HIDDEN)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert answer.count(b"HTTP/1.1 ") == 1


@pytest.mark.parametrize("line", [b"Upgrade: h2c", b"upgrade:h2c ", b"Upgrade: h2c\r\nUpgrade: h2c"])
def test_an_offer_of_http_2_is_ignored_and_the_body_stays_a_body(port: int, line: bytes) -> None:
    # As java.net.http sends it, with a body that speaks of the same line.
    body = b"x\r\nUpgrade: h2c\r\n\r\n"
    head = b"Connection: Upgrade, HTTP2-Settings\r\nContent-Length: %d\r\nHTTP2-Settings: AAEAAEAAAAIAAAAB\r\n"
    offer = b"POST /echo HTTP/1.1\r\n" + HOST + head % len(body) + line + b"\r\n\r\n" + body
    answer = exchange(port, offer + GOOD_REQUEST)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert body in answer
    assert answer.count(b"HTTP/1.1 200 ") == 2, "the connection goes on in HTTP/1.1"


@pytest.mark.parametrize(
    "request_bytes",
    [
        GOOD_REQUEST,
        b"GET /hello HTTP/1.1\r\nhOsT: gate.test:8000\r\n\r\n",
        b"GET /hello HTTP/1.1\r\nHost: [::1]:8000\r\n\r\n",
        b"GET http://gate.test/hello HTTP/1.1\r\nHost: Gate.Test\r\n\r\n",
        b"\r\n\r\n" + GOOD_REQUEST,
        b"GET /hello HTTP/1.0\r\n\r\n",
        b"POST /echo HTTP/1.1\r\n" + HOST + CHUNKED + b"\r\n5;a=b\r\nhello\r\n0\r\n\r\n",
        b"POST /echo HTTP/1.1\r\n" + HOST + b"Content-Length: 5\r\n\r\nhello",
    ],
)
@pytest.mark.parametrize("bytewise", [False, True], ids=["at_once", "byte_by_byte"])
def test_a_well_formed_request_is_served(port: int, request_bytes: bytes, bytewise: bool) -> None:
    pieces = [request_bytes[i : i + 1] for i in range(len(request_bytes))] if bytewise else [request_bytes]
    answer = exchange(port, *pieces)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert answer.endswith(b"hello")
