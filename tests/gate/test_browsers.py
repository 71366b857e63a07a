"""The cookie by which a browser is known again."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepass.gate.browsers import BrowserCookie
from gatepass.kit.secrets import hash_token

HTTPS, HTTP = BrowserCookie(is_https=True), BrowserCookie(is_https=False)
VALUE = "AZaz09_-AZaz09_-AZaz09"


def given_to(cookie: BrowserCookie, sent: bytes = b"") -> tuple[bytes, str]:
    """Return the hash and the Set-Cookie header that a browser gets that sent this Cookie header."""
    found, (name, header) = cookie.give({b"cookie": sent} if sent else {})
    assert name == b"set-cookie"
    return found, header.decode("latin-1")


def test_over_https_the_cookie_is_bound_to_the_host_and_to_https() -> None:
    _, header = given_to(HTTPS)
    assert re.fullmatch(
        r"__Host-gatepass_browser=[\w-]{22}; Path=/; Max-Age=86400; HttpOnly; SameSite=Lax; Secure", header
    )


def test_over_http_on_a_laptop_the_cookie_works_without_https() -> None:
    _, header = given_to(HTTP)
    assert re.fullmatch(r"gatepass_browser=[\w-]{22}; Path=/; Max-Age=86400; HttpOnly; SameSite=Lax", header)


def test_only_the_hash_of_the_value_is_kept() -> None:
    found, header = given_to(HTTPS)
    value = header.partition("=")[2].partition(";")[0]
    assert found == hash_token(value)
    assert HTTPS.read_hash({b"cookie": f"{HTTPS.name}={value}".encode()}) == found


def test_a_browser_that_has_a_value_keeps_it() -> None:
    found, header = given_to(HTTPS, f"{HTTPS.name}={VALUE}".encode())
    assert header.startswith(f"{HTTPS.name}={VALUE};")
    assert found == hash_token(VALUE)


def test_no_two_browsers_get_the_same_value() -> None:
    assert len({given_to(HTTPS)[0] for _ in range(1_000)}) == 1_000


@pytest.mark.parametrize(
    "value",
    ["", "short", "x" * 21, "x" * 23, "x" * 21 + "é", "x" * 21 + "=", "x" * 21 + " ", "x" * 21 + ".",
     '"' + "x" * 21 + '\\012"', '"' + "x" * 20 + '\\015\\012"', '"' + "x" * 21 + '\\000"', '"' + "x" * 21 + ';"'],
)  # fmt: skip
def test_a_value_that_is_none_of_ours_is_replaced_and_never_echoed(value: str) -> None:
    sent = f"{HTTPS.name}={value}".encode("latin-1")
    assert HTTPS.read({b"cookie": sent}) is None
    assert HTTPS.read_hash({b"cookie": sent}) is None
    assert re.fullmatch(r"[\w-]{22}", given_to(HTTPS, sent)[1].partition("=")[2].partition(";")[0], re.ASCII)


def test_the_cookie_of_http_is_not_taken_for_that_of_https() -> None:
    assert HTTPS.read({b"cookie": f"gatepass_browser={VALUE}".encode()}) is None
    assert HTTP.read({b"cookie": f"__Host-gatepass_browser={VALUE}".encode()}) is None


@given(st.binary(max_size=80))
def test_no_cookie_header_brings_a_line_end_into_an_answer(sent: bytes) -> None:
    for cookie in (HTTP, HTTPS):
        for header in (sent, cookie.name.encode() + b"=" + sent, cookie.name.encode() + b'="' + sent + b'"'):
            answered = given_to(cookie, header)[1]
            assert answered.isascii()
            assert answered.isprintable()
