import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepass.protocols.oauth2 import pkce

# The example of RFC 7636, appendix B.
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_the_example_of_the_standard_matches() -> None:
    assert pkce.challenge_of(VERIFIER) == CHALLENGE
    assert pkce.matches(VERIFIER, CHALLENGE)


@given(st.from_regex(r"[A-Za-z0-9._~-]{43,128}", fullmatch=True))
def test_a_verifier_matches_its_own_challenge_alone(verifier: str) -> None:
    assert pkce.is_verifier(verifier)
    assert pkce.is_challenge(pkce.challenge_of(verifier))
    assert pkce.matches(verifier, pkce.challenge_of(verifier))
    assert pkce.matches(verifier, CHALLENGE) is (verifier == VERIFIER)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a" * 42,
        "a" * 129,
        "a" * 42 + "+",
        "a" * 42 + "=",
        "a" * 43 + "\n",
        "ä" * 43,
        " " + "a" * 43,
        CHALLENGE[:-1],
    ],
)
def test_what_is_no_verifier_matches_nothing(text: str) -> None:
    assert not pkce.is_verifier(text)
    assert not pkce.matches(text, CHALLENGE)


@pytest.mark.parametrize("text", ["", VERIFIER[:-1], VERIFIER + "a", "a" * 42 + ".", "a" * 43 + "\n", "\u0660" * 43])
def test_what_is_no_challenge_is_matched_by_nothing(text: str) -> None:
    assert not pkce.is_challenge(text)
    assert not pkce.matches(VERIFIER, text)


def test_a_challenge_is_not_its_own_verifier_as_with_plain() -> None:
    assert not pkce.matches(VERIFIER, VERIFIER)
