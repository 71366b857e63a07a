"""What the provider's lines accept as an answer."""

import pytest

from bench.gatepass.provider import code_of
from bench.load import LoadError, forever
from bench.wire import Reply, cut_reply, get

REDIRECT = b"HTTP/1.1 303 See Other\r\nLocation: https://app.example/cb?state=s&%s\r\ncontent-length: 0\r\n\r\n"


def redirected(query: bytes) -> Reply:
    reply = cut_reply(bytearray(REDIRECT % query))
    assert reply is not None
    return reply


def test_a_code_is_taken_from_the_redirect_to_the_letter() -> None:
    assert code_of(redirected(b"code=gpc_AbC&iss=x")) == "gpc_AbC"


@pytest.mark.parametrize("reply", [redirected(b"error=login_required"), Reply(200, b"{}")])
def test_a_browser_that_is_not_signed_in_stops_the_run(reply: Reply) -> None:
    with pytest.raises(LoadError):
        code_of(reply)


def test_a_good_status_without_the_work_stops_the_run() -> None:
    client = forever(b"asked", b'"active":true')
    assert next(client) == b"asked"
    assert client.send(Reply(200, b'{"active":true}')) == b"asked"
    with pytest.raises(LoadError, match="expected"):
        client.send(Reply(200, b'{"active":false}'))


def test_a_cookie_and_a_token_stand_in_the_head() -> None:
    asked = get("/x", cookie="a=b", bearer="t")
    assert b"\r\nCookie: a=b\r\n" in asked
    assert asked.endswith(b"\r\nAuthorization: Bearer t\r\n\r\n")
