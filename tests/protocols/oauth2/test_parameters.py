import re
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepass.protocols.oauth2 import parameters, scopes
from gatepass.protocols.oauth2.errors import Refused, describe

TEXT = st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=30)


def refusal(unverified_text: bytes) -> Refused:
    with pytest.raises(Refused) as refused:
        parameters.parse(unverified_text)
    assert refused.value.error == "invalid_request"
    return refused.value


@given(st.dictionaries(TEXT.filter(lambda name: name not in parameters.REPEATABLE), TEXT, max_size=10))
def test_what_was_sent_is_read(sent: dict[str, str]) -> None:
    assert parameters.parse(urlencode(sent).encode()).single == sent


def test_a_repeated_parameter_is_named() -> None:
    assert "client_id" in refusal(b"client_id=a&x=1&client_id=b").description
    assert "client_id" in refusal(b"client_id=a&client_id=a").description
    assert "client_id" in refusal(b"client_id=a&client%5fid=a").description


def test_resource_and_audience_may_be_repeated() -> None:
    read = parameters.parse(b"resource=a&resource=b&audience=c&scope=d")
    assert (read.all("resource"), read.all("audience"), read.all("scope")) == (("a", "b"), ("c",), ())
    assert read.get("resource") is None
    assert "too often" in refusal(b"&".join([b"resource=a"] * 21)).description


def test_what_is_empty_counts_as_left_out() -> None:
    read = parameters.parse(b"state=&scope=&scope=openid&nonce&resource=")
    assert read == parameters.Parameters({"scope": "openid"}, {})
    assert read.get("state") is None


def test_what_an_endpoint_does_not_know_is_ignored() -> None:
    assert parameters.parse(b"a=1&b=2&b=3&c=%00", known={"a"}).single == {"a": "1"}


@pytest.mark.parametrize(
    "text",
    [
        b"a=%00",
        b"a=x%0ay",
        b"a=%7f",
        b"a=%c2%85",
        b"%00=a",
        b"a=%ff",
        b"a=%c0%80",
        b"a=%ed%a0%80",
        "a=ä".encode(),
        b"&".join(b"p%d=1" % n for n in range(101)),
        b"a=" + b"b" * 16_385,
        b"n" * 101 + b"=1",
        b"a=" + b"b" * 65_535,
    ],
)
def test_what_is_too_much_or_no_text_is_refused(text: bytes) -> None:
    refusal(text)


def test_members_of_a_json_object_become_the_text_of_parameters() -> None:
    claims = {"id_token": {"acr": None}}
    members: dict[str, Any] = {
        "max_age": 300,
        "claims": claims,
        "state": "ä",
        "x": None,
        "y": True,
        "z": "",
        "resource": ["a", "b"],
        "audience": "c",
    }
    read = parameters.from_members(members)
    assert read.single == {"max_age": "300", "claims": '{"id_token":{"acr":null}}', "state": "ä", "y": "true"}
    assert read.repeated == {"resource": ("a", "b"), "audience": ("c",)}


@pytest.mark.parametrize("value", [1.5, ["a"], 10**18, "a\nb", [["a"]], "a" * 16_385])
def test_a_member_of_no_form_that_a_parameter_has_is_refused(value: object) -> None:
    with pytest.raises(Refused, match="invalid_request"):
        parameters.from_members({"scope": value})


@given(st.text())
def test_a_description_has_the_characters_of_the_standard(text: str) -> None:
    assert re.fullmatch(r"[\x20-\x21\x23-\x5B\x5D-\x7E]{0,300}", describe(text))
    assert re.fullmatch(r"[\x20-\x21\x23-\x5B\x5D-\x7E]{0,300}", Refused("x", text).description)


def test_a_description_stays_readable() -> None:
    assert describe('The "scope"\r\nis\t<b>wörng</b>\\.') == "The 'scope' is <b>w?rng</b>/."


def test_a_scope_is_words_each_once_in_their_order() -> None:
    assert scopes.parse("openid email openid a:b/c") == ("openid", "email", "a:b/c")
    assert scopes.join(("openid", "email")) == "openid email"
    assert scopes.narrow(("b", "x", "a"), {"a", "b"}) == ("b", "a")


@given(st.lists(st.from_regex(r"[\x21\x23-\x5B\x5D-\x7E]{1,9}", fullmatch=True), min_size=1, max_size=9, unique=True))
def test_every_scope_of_the_grammar_is_read(words: list[str]) -> None:
    assert scopes.parse(scopes.join(words)) == tuple(words)


@pytest.mark.parametrize(
    "text", ["", " ", "a  b", " a", "a ", "a\tb", "a\nb", 'a"b', "a\\b", "ä", "a\x00", "a" * 2001, "a b " * 50 + "a"]
)
def test_what_is_no_scope_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refused:
        scopes.parse(text)
    assert refused.value.error == "invalid_scope"
