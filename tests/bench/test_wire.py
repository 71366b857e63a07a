"""Requests as they go out, replies as they come in piece by piece."""

import pytest

from bench.wire import Reply, cut_reply, get, post_form, post_json

WITH_LENGTH = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
CHUNKED = b"HTTP/1.1 400 Bad\r\ntransfer-encoding: Chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n"


def test_a_get_carries_its_query_escaped() -> None:
    assert get("/a", "bench.example", token="x y").startswith(b"GET /a?token=x+y HTTP/1.1\r\nHost: bench.example\r\n")


def test_a_post_announces_the_length_of_its_body() -> None:
    assert b"\r\nContent-Length: 15\r\n" in post_json("/a", {"email": "a@b"})
    assert post_form("/a", token="1&2").endswith(b"\r\n\r\ntoken=1%262")


@pytest.mark.parametrize(("sent", "status"), [(WITH_LENGTH, 200), (CHUNKED, 400)])
def test_a_reply_is_cut_only_when_it_is_whole_and_what_follows_stays(sent: bytes, status: int) -> None:
    for size in range(len(sent)):
        assert cut_reply(bytearray(sent[:size])) is None
    buffer = bytearray(sent + b"HTTP/1.1 ")
    assert cut_reply(buffer) == Reply(status, b"hello")
    assert buffer == b"HTTP/1.1 "


def test_a_reply_without_a_body_is_whole_after_its_head() -> None:
    assert cut_reply(bytearray(b"HTTP/1.1 204 No Content\r\nDate: x\r\n\r\n")) == Reply(204, b"")
