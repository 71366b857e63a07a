import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepass.protocols.oauth2.errors import Refused
from gatepass.protocols.openid import claims
from gatepass.protocols.openid.claims import AskedClaim, AskedClaims


def parse(asked: Any) -> AskedClaims:
    return claims.parse(json.dumps(asked))


def test_what_is_asked_for_at_each_place_is_read() -> None:
    asked = {
        "userinfo": {"given_name": {"essential": True}, "nickname": None, "picture": {}},
        "id_token": {
            "auth_time": {"essential": True},
            "acr": {"values": ["urn:a", "urn:b"]},
            "sub": {"value": "u1", "x": 1},
        },
        "other": {"ignored": 1},
    }
    assert parse(asked) == AskedClaims(
        {"given_name": AskedClaim(is_essential=True), "nickname": AskedClaim(), "picture": AskedClaim()},
        {
            "auth_time": AskedClaim(is_essential=True),
            "acr": AskedClaim(values=("urn:a", "urn:b")),
            "sub": AskedClaim(values=("u1",)),
        },
    )
    assert parse({}) == AskedClaims() == parse({"userinfo": None, "id_token": {}})


@pytest.mark.parametrize(
    "asked",
    [
        [],
        "x",
        {"userinfo": []},
        {"userinfo": "name"},
        {"id_token": {"acr": "x"}},
        {"id_token": {"acr": True}},
        {"id_token": {"acr": {"essential": "true"}}},
        {"id_token": {"acr": {"essential": None}}},
        {"id_token": {"acr": {"values": "x"}}},
        {"id_token": {"acr": {"values": [[]]}}},
        {"id_token": {"acr": {"value": {}}}},
        {"id_token": {"acr": {"value": None}}},
        {"id_token": {"acr": {"values": ["x"] * 21}}},
        {"userinfo": {f"c{n}": None for n in range(51)}},
        {"userinfo": {"": None}},
        {"userinfo": {"c" * 101: None}},
        {"userinfo": {"name": {"value": "x" * 9000}}},
    ],
)
def test_what_has_another_form_is_refused(asked: Any) -> None:
    with pytest.raises(Refused, match="claims parameter"):
        parse(asked)


@pytest.mark.parametrize(
    "text", ["", "{", "nul", '{"userinfo":{},"userinfo":{}}', '{"a":"\\ud800"}', "\ud800", "{" * 5000]
)
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="no JSON object"):
        claims.parse(text)


@given(st.text(max_size=100) | st.recursive(st.none() | st.booleans() | st.text(), st.lists).map(json.dumps))
def test_no_text_breaks_the_reading(text: str) -> None:
    with contextlib.suppress(Refused):
        assert claims.parse(text) == AskedClaims()
