import base64
import secrets
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepass.protocols.oauth2 import basic, device
from gatepass.protocols.oauth2.responses import left_half_hash

VISIBLE = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40)


def header(text: bytes) -> str:
    return f"Basic {base64.b64encode(text).decode()}"


@given(VISIBLE.filter(bool), VISIBLE)
def test_any_credentials_arrive(client_id: str, secret: str) -> None:
    sent = header(f"{quote_plus(client_id)}:{quote_plus(secret)}".encode())
    assert basic.parse(sent) == basic.Credentials(client_id, secret)
    assert basic.parse(sent.replace("Basic", "bAsIc")) == basic.Credentials(client_id, secret)


def test_the_example_of_the_standard_is_read_and_hides_its_secret() -> None:
    read = basic.parse("Basic czZCaGRSa3F0MzpnWDFmQmF0M2JW")
    assert read == basic.Credentials("s6BhdRkqt3", "gX1fBat3bV")
    assert "gX1" not in repr(read)


@pytest.mark.parametrize(
    "unverified",
    [
        "",
        "Basic",
        "Basic ",
        "Basic !!!!",
        "Basic YQ",
        "Bearer YTpi",
        "BasicYTpi",
        "Basic YTpi, Basic YTpi",
        "Basic YTpi\n",
        header(b"no colon"),
        header(b":secret"),
        header(b"a:%zz"),
        header(b"a:%"),
        header(b"a:%00"),
        header(b"a%0a:b"),
        header("ä:b".encode()),
        header(b"a:%C3%A4"),
        header(b"a:" + b"b" * 4096),
        "Basic \u0660\u0660\u0660\u0660",
    ],
)
def test_what_is_malformed_holds_no_credentials(unverified: str) -> None:
    assert basic.parse(unverified) is None


def test_user_codes_have_eight_letters_of_the_alphabet() -> None:
    codes = {device.new_user_code(secrets.randbelow) for _ in range(500)}
    assert len(codes) == 500
    assert set("".join(codes)) == set(device.ALPHABET)
    assert {len(code) for code in codes} == {8}
    assert device.new_user_code(lambda most: most - 1) == "ZZZZZZZZ"
    assert not set(device.ALPHABET) & set("AEIOUY0123456789")


@given(st.text(st.sampled_from(device.ALPHABET), min_size=8, max_size=8))
def test_a_code_is_known_however_it_is_typed(code: str) -> None:
    shown = device.shown(code)
    assert (len(shown), shown[4]) == (9, "-")
    for typed in (shown, code, shown.lower(), f" {shown}\n", " ".join(code), shown.replace("-", "\u2013")):
        assert device.normalize(typed) == code


@pytest.mark.parametrize(
    "typed", ["", "WDJB-MJH", "WDJB-MJHTT", "WDJB-MJHA", "WDJB-MJH0", "-" * 8, "W" * 41, "\u0416" * 8, "WDJB\x00MJH"]
)
def test_what_is_no_code_is_none(typed: str) -> None:
    assert device.normalize(typed) is None


def test_hashes_are_those_of_the_standard() -> None:
    # The example of OpenID Connect Core, appendix A.3 and A.4.
    assert left_half_hash("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y", "RS256") == "77QmUPtjPfzWtF2AnpK9RQ"
    assert left_half_hash("Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk", "ES256") == (
        "LDktKdoQak3Pk0cnXxCltA"
    )


def test_an_edwards_curve_takes_the_longer_hash_and_an_unknown_algorithm_none() -> None:
    assert len(left_half_hash("token", "EdDSA")) == 43
    for algorithm in ("none", "HS256", "XS256", ""):
        with pytest.raises(ValueError, match="No hash"):
            left_half_hash("token", algorithm)
