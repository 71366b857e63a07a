"""The cookie of a browser in which somebody is signed in."""

import re

import pytest

from gatepass.gate.cookies import SessionCookie
from gatepass.kit.secrets import hash_token

HTTPS, HTTP = SessionCookie(is_https=True), SessionCookie(is_https=False)
VALUE = "AZaz09_-" * 5 + "abc"


def fresh(cookie: SessionCookie) -> tuple[bytes, str]:
    found, (name, header) = cookie.fresh(3600)
    assert name == b"set-cookie"
    return found, header.decode()


def test_over_https_the_cookie_is_bound_to_the_host_and_to_https() -> None:
    pattern = r"__Host-gatepass_session=[\w-]{43}; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax; Secure"
    assert re.fullmatch(pattern, fresh(HTTPS)[1])


def test_over_http_on_a_laptop_the_cookie_works_without_https() -> None:
    assert re.fullmatch(r"gatepass_session=[\w-]{43}; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax", fresh(HTTP)[1])


def test_what_a_browser_sends_back_has_the_hash_that_is_kept() -> None:
    found, header = fresh(HTTPS)
    value = header.partition("=")[2].partition(";")[0]
    assert HTTPS.read_hash({b"cookie": f"a=b; {HTTPS.name}={value}; c=d".encode()}) == found == hash_token(value)


def test_every_fresh_value_is_another() -> None:
    assert len({fresh(HTTPS)[0] for _ in range(1_000)}) == 1_000


@pytest.mark.parametrize(
    "value", ["", "x" * 42, "x" * 44, "x" * 42 + "=", "x" * 42 + "é", f'"{VALUE}"', "x" * 42 + "."]
)
def test_a_value_that_is_none_of_ours_is_nobody(value: str) -> None:
    assert HTTPS.read_hash({b"cookie": f"{HTTPS.name}={value}".encode("latin-1")}) is None
    assert HTTPS.read_hash({}) is None


def test_the_cookie_of_http_is_not_taken_for_that_of_https() -> None:
    assert HTTPS.read_hash({b"cookie": f"{HTTP.name}={VALUE}".encode()}) is None
    assert HTTP.read_hash({b"cookie": f"{HTTP.name}={VALUE}".encode()}) == hash_token(VALUE)


def test_clearing_makes_a_browser_forget_it() -> None:
    assert HTTPS.clear() == (
        b"set-cookie",
        b"__Host-gatepass_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure",
    )


def test_a_cookie_that_ends_at_once_is_no_fresh_one() -> None:
    with pytest.raises(ValueError, match="at least a second"):
        HTTPS.fresh(0)
