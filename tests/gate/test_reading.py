"""From bytes to values: whatever comes in is understood or refused with a sentence, never with a crash."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepass.gate.model import MOST_BODY_BYTES, Message, read_cookie
from gatepass.gate.reading import BodyReader, decode_query, read_body, read_query
from gatepass.kit.problems import Problem

JSON = {b"content-type": b"application/json"}


class Shape(msgspec.Struct):
    """What an endpoint might declare."""

    email: str
    match: bool = False
    wait: float = 0.0


READER = BodyReader(Shape)


def refusal(call: Callable[[], Any]) -> Problem:
    with pytest.raises(Problem) as problem:
        call()
    return problem.value


@pytest.mark.parametrize(
    ("raw", "parameters"),
    [
        (b"", {}),
        (b"a=1&b=2", {"a": "1", "b": "2"}),
        (b"a=", {"a": ""}),
        (b"a", {"a": ""}),
        (b"&&a=1&", {"a": "1"}),
        (b"a=%C3%A4+b%2Bc", {"a": "ä b+c"}),
        (b"a=1;b=2", {"a": "1;b=2"}),
        (b"a%3Db=c", {"a=b": "c"}),
    ],
)
def test_a_query_is_read_by_name(raw: bytes, parameters: dict[str, str]) -> None:
    assert read_query(raw) == parameters


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b"client_id=a&client_id=", "a"),
        (b"client_id=&client_id=a", "a"),
        (b"client_id=a&client_id=a", "a"),
        (b"client_id=a&client_id=b", "a"),
        (b"client_id=&client_id=&client_id=b&client_id=c", "b"),
        (b"client_id=&client_id=", ""),
    ],
)
def test_of_a_repeated_client_id_the_first_that_is_not_empty_counts(raw: bytes, value: str) -> None:
    assert read_query(raw) == {"client_id": value}


def test_another_parameter_may_be_repeated_with_the_same_value_or_none() -> None:
    assert read_query(b"state=a&state=&state=a") == {"state": "a"}


@pytest.mark.parametrize("raw", [b"state=a&state=b", b"state=&state=a&state=b", b"refresh_token=a&x=1&refresh_token=b"])
def test_another_parameter_with_two_values_is_refused_by_name_and_without_them(raw: bytes) -> None:
    problem = refusal(lambda: read_query(raw))
    assert (problem.code, problem.status) == ("malformed_request", 400)
    assert "twice" in problem.title
    assert raw.partition(b"=")[0].decode() in problem.title


def test_a_hundred_parameters_are_enough() -> None:
    assert len(read_query(b"&".join(b"a%d=1" % number for number in range(100)))) == 100
    assert "hundred" in refusal(lambda: read_query(b"&".join(b"a%d=1" % number for number in range(101)))).title


@pytest.mark.parametrize("raw", [b"a=%ff", b"a=%C3", b"%ff=1", b"a=%ed%a0%80", b"a=%C0%80"])
def test_what_is_not_utf_8_is_refused(raw: bytes) -> None:
    assert refusal(lambda: read_query(raw)).code == "malformed_request"


@pytest.mark.parametrize(("raw", "value"), [(b"a=%", "%"), (b"a=%zz", "%zz"), (b"a=%2", "%2"), (b"a=%%32", "%2")])
def test_a_percent_sign_that_escapes_nothing_stands_for_itself(raw: bytes, value: str) -> None:
    assert read_query(raw) == {"a": value}


@given(st.binary(max_size=200))
def test_any_query_is_read_or_refused(raw: bytes) -> None:
    try:
        parameters = read_query(raw)
    except Problem as problem:
        status = problem.status
    else:
        status = 400
        "".join(parameters.values()).encode()
    assert status == 400


def test_a_query_is_decoded_by_its_declared_types() -> None:
    assert decode_query({"email": "a", "match": "true", "wait": "2.5", "other": "x"}, Shape) == Shape(
        "a", match=True, wait=2.5
    )


@pytest.mark.parametrize(
    ("parameters", "named"),
    [({}, "email"), ({"email": "a", "wait": "soon"}, "wait"), ({"email": "a", "match": "2"}, "match")],
)
def test_a_query_of_the_wrong_form_is_refused_with_the_parameters_name(parameters: dict[str, str], named: str) -> None:
    assert named in refusal(lambda: decode_query(parameters, Shape)).title


def test_a_body_is_decoded_by_its_declared_types() -> None:
    for media_type in (b"application/json", b"application/json; charset=utf-8", b"Application/JSON"):
        assert READER.read(b'{"email":"a","match":true,"x":1}', {b"content-type": media_type}) == Shape("a", match=True)


@pytest.mark.parametrize(
    "media_type",
    [b"", b"text/plain", b"application/x-www-form-urlencoded", b"application/jsonp", b"application/json,x"],
)
def test_a_body_of_another_type_is_refused(media_type: bytes) -> None:
    problem = refusal(lambda: READER.read(b'{"email":"a"}', {b"content-type": media_type}))
    assert (problem.code, problem.status) == ("unsupported_media_type", 415)


@pytest.mark.parametrize(
    "body",
    [
        b"", b" ", b"{", b"}", b"null", b"[]", b'"a"', b"1", b"{}", b'{"email":1}', b'{"email":null}',
        b'{"email":["a"]}',
        b'{"email":"a","match":"yes"}', b'{"email":"a"}x', b'{"email":"\xff"}', b'{"email":"\\ud800"}', b"NaN",
        b'{"email":"a",}', b"{'email':'a'}", b"[" * 50_000, b'{"a":' * 20_000, b'\xef\xbb\xbf{"email":"a"}',
        '{"email":"a"}'.encode("utf-16"),
    ],
)  # fmt: skip
def test_a_malformed_body_is_refused_with_a_sentence(body: bytes) -> None:
    problem = refusal(lambda: READER.read(body, JSON))
    assert (problem.code, problem.status) == ("malformed_request", 400)
    assert len(problem.title) < 300


@given(st.binary(max_size=100))
def test_any_body_is_read_or_refused(body: bytes) -> None:
    try:
        READER.read(body, JSON)
    except Problem as problem:
        status = problem.status
    else:
        status = 400
    assert status == 400


def pieces(*bodies: bytes, ends: bool = True) -> "Callable[[], Any]":
    """Return what a server gives an application: a body in pieces, which ends or breaks off."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": True} for body in bodies]
    if ends:
        messages[-1]["more_body"] = False
    messages.append({"type": "http.disconnect"})

    async def receive() -> Message:
        return messages.pop(0)

    return receive


@pytest.mark.anyio
@pytest.mark.parametrize("bodies", [(b"abc",), (b"a", b"b", b"c"), (b"", b"abc", b""), (b"ab", b"c")])
async def test_a_body_may_come_in_pieces(bodies: tuple[bytes, ...]) -> None:
    assert await read_body(pieces(*bodies), {}) == b"abc"


@pytest.mark.anyio
async def test_a_body_of_64_kib_is_the_largest() -> None:
    half = b"x" * (MOST_BODY_BYTES // 2)
    assert len(await read_body(pieces(half * 2), {})) == MOST_BODY_BYTES
    assert len(await read_body(pieces(half, half), {})) == MOST_BODY_BYTES
    for bodies in ((half * 2 + b"x",), (half, half, b"x")):
        with pytest.raises(Problem) as problem:
            await read_body(pieces(*bodies), {})
        assert (problem.value.code, problem.value.status) == ("body_too_large", 413)


@pytest.mark.anyio
@pytest.mark.parametrize("announced", [b"65537", b"999999999999999999999", b"-1", b"x", b"1e9", b"", b"\xb2"])
async def test_a_body_that_announces_too_much_is_refused_unread(announced: bytes) -> None:
    async def receive() -> Message:
        raise AssertionError("the body was read")

    with pytest.raises(Problem) as problem:
        await read_body(receive, {b"content-length": announced})
    assert problem.value.status == 413


@pytest.mark.anyio
async def test_a_body_that_breaks_off_is_refused() -> None:
    with pytest.raises(Problem, match="ended before"):
        await read_body(pieces(b"a", b"b", ends=False), {})


@pytest.mark.parametrize(
    ("header", "value"),
    [
        (b"name=a", "a"),
        (b"x=1; name=a; y=2", "a"),
        (b'name="a"', '"a"'),  # the quotes are part of the value (RFC 6265 §5.4)
        (b"name=a=b", "a=b"),
        (b"name=a; name=b", "a"),
        (b"x=name", None),
        (b"names=a", None),
        (b"", None),
        (None, None),
        (b"name", None),
        (b"\xff=\xfe; name=a", "a"),
    ],
)
def test_a_cookie_is_found_by_its_name_or_not_at_all(header: bytes | None, value: str | None) -> None:
    assert read_cookie(header, "name") == value
