"""What the codes of an authenticator app are: the vectors of the standards, and what other apps make of our secrets."""

import base64
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepass.methods.totp import rules
from gatepass.methods.totp.model import USUAL, Algorithm, Shape, TotpSecret
from support.oathtool import app_code

# RFC 4226 appendix D.
HOTP_KEY = b"12345678901234567890"
HOTP_CODES = ("755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489")
# RFC 6238 appendix B, whose secrets are as long as the hash (erratum 2866).
TOTP_CODES = {
    Algorithm.SHA1: ("94287082", "07081804", "14050471", "89005924", "69279037", "65353130"),
    Algorithm.SHA256: ("46119246", "68084774", "67062674", "91819424", "90698825", "77737706"),
    Algorithm.SHA512: ("90693936", "25091201", "99943326", "93441116", "38618901", "47863826"),
}
TOTP_SECONDS = (59, 1111111109, 1111111111, 1234567890, 2000000000, 20000000000)
KEY_OCTETS = {Algorithm.SHA1: 20, Algorithm.SHA256: 32, Algorithm.SHA512: 64}
NOW = datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)
SHAPES = [Shape(*parts) for parts in product(Algorithm, (6, 8), (30, 60))]


def a_secret(last_step: int = 0) -> TotpSecret:
    return TotpSecret("one", HOTP_KEY, USUAL, last_step)


@pytest.mark.parametrize(("counter", "code"), list(enumerate(HOTP_CODES)))
def test_a_code_by_counter_is_that_of_rfc_4226(counter: int, code: str) -> None:
    assert rules.code_at(HOTP_KEY, USUAL, counter) == code


@pytest.mark.parametrize("algorithm", Algorithm)
def test_a_code_by_time_is_that_of_rfc_6238(algorithm: Algorithm) -> None:
    shape = Shape(algorithm, digits=8)
    key = (HOTP_KEY * 4)[: KEY_OCTETS[algorithm]]
    moments = [datetime.fromtimestamp(seconds, UTC) for seconds in TOTP_SECONDS]
    assert tuple(rules.code_at(key, shape, rules.step_at(shape, at)) for at in moments) == TOTP_CODES[algorithm]


@pytest.mark.parametrize("shape", SHAPES, ids=lambda one: f"{one.algorithm}-{one.digits}-{one.period_seconds}")
def test_an_app_that_is_not_ours_shows_the_same_code(shape: Shape) -> None:
    key = rules.new_key()
    shown = app_code(
        rules.manual_key(key), NOW, algorithm=shape.algorithm, digits=shape.digits, period=shape.period_seconds
    )
    assert shown == rules.code_at(key, shape, rules.step_at(shape, NOW))


@pytest.mark.parametrize("octets", [1, 5, 10, 16, 20, 32, 64, 100])
def test_a_secret_from_elsewhere_may_have_any_length(octets: int) -> None:
    key = bytes(range(octets))
    found = rules.imported("base32", {"secret": base64.b32encode(key).decode()})
    assert found == (key, USUAL)
    assert app_code(rules.manual_key(key), NOW) == rules.code_at(key, USUAL, rules.step_at(USUAL, NOW))


@pytest.mark.parametrize(
    ("drift", "is_right"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)], ids=str
)
def test_a_code_may_be_one_step_early_or_late(drift: int, is_right: bool) -> None:
    code = rules.code_at(HOTP_KEY, USUAL, rules.step_at(USUAL, NOW + timedelta(seconds=drift)))
    assert bool(list(rules.steps_of(a_secret(), code, NOW))) is is_right


def test_a_step_that_was_accepted_and_those_before_it_are_not_given_again() -> None:
    step = rules.step_at(USUAL, NOW)
    for earlier in (step - 1, step):
        assert not list(rules.steps_of(a_secret(step), rules.code_at(HOTP_KEY, USUAL, earlier), NOW))
    assert list(rules.steps_of(a_secret(step), rules.code_at(HOTP_KEY, USUAL, step + 1), NOW)) == [step + 1]


def test_the_address_for_the_app_names_the_issuer_and_the_account() -> None:
    uri = rules.uri_of(b"\x00" * 20, USUAL, "Åkes Shop: outlet & more", "ana+b@example.com")
    assert uri == (
        "otpauth://totp/%C3%85kes%20Shop%20%20outlet%20%26%20more:ana%2Bb@example.com"
        "?secret=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA&issuer=%C3%85kes%20Shop%20%20outlet%20%26%20more"
        "&algorithm=SHA1&digits=6&period=30"
    )


@pytest.mark.parametrize(
    ("scheme", "value", "key", "shape"),
    [
        ("base32", {"secret": "gezd gnbv-gy3tqojq"}, b"1234567890", USUAL),
        ("base32", {"secret": "GEZDGNBVGY3TQOJQ====", "algorithm": "sha-256"}, b"1234567890", Shape(Algorithm.SHA256)),
        (
            "raw",
            {"secret": "s3cret", "algorithm": "HmacSHA512", "digits": 8, "period": 60, "subType": "totp"},
            b"s3cret",
            Shape(Algorithm.SHA512, 8, 60),
        ),
        ("raw", {"secret": "GEZDGNBV", "secretEncoding": "BASE32"}, b"12345", USUAL),
    ],
    ids=["typed", "other-hash", "raw", "raw-but-encoded"],
)
def test_a_secret_from_elsewhere_is_read(scheme: str, value: dict[str, object], key: bytes, shape: Shape) -> None:
    assert rules.imported(scheme, value) == (key, shape)


@pytest.mark.parametrize(
    "value",
    [
        {"secret": ""},
        {"secret": "not base 32!"},
        {"secret": "GEZDGNBV", "algorithm": "MD5"},
        {"secret": "GEZDGNBV", "digits": 4},
        {"secret": "GEZDGNBV", "digits": "6"},
        {"secret": "GEZDGNBV", "period": -1},
        {"secret": "GEZDGNBV", "subType": "hotp"},
    ],
    ids=["empty", "garbage", "md5", "short", "text", "backwards", "by-counter"],
)
def test_what_is_no_secret_of_an_app_is_left_alone(value: dict[str, object]) -> None:
    assert rules.imported("base32", value) is None


@given(st.text(max_size=20))
def test_whatever_is_typed_is_judged_without_a_fault(text: str) -> None:
    code = rules.normalize(text)
    assert rules.is_code(text) == (len(code) in {6, 7, 8} and code.isascii() and code.isdigit())


def test_spaces_that_an_app_shows_do_not_count() -> None:
    assert rules.normalize(" 123\u00a0456 ") == "123456"
    assert rules.is_code("123 456")
    assert not rules.is_code("12345")
    assert not rules.is_code("\uff11\uff12\uff13\uff14\uff15\uff16")
