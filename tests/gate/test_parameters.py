"""The parameters of an OAuth request mean the same, however they arrive."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepass.gate.requests.parameters import NO_PARAMETERS, BodyType, Parameters, read_body_parameters, read_pairs
from gatepass.kit.problems import Problem

BOTH = (BodyType.FORM, BodyType.JSON)


def read_json(body: Any) -> Parameters:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return read_body_parameters(raw, b"application/json; charset=utf-8", BOTH)


def test_a_parameter_is_found_by_its_name() -> None:
    parameters = read_pairs(b"client_id=a&scope=openid+email&x=%C3%A4")
    assert (parameters.get("client_id"), parameters.get("scope"), parameters.get("x")) == ("a", "openid email", "ä")
    assert "scope" in parameters
    assert list(parameters) == ["client_id", "scope", "x"]
    assert len(parameters) == 3


@pytest.mark.parametrize("parameters", [read_pairs(b"a=&b&=x&c=1"), read_json({"a": "", "b": None, "c": 1, "d": []})])
def test_a_parameter_without_a_value_is_omitted(parameters: Parameters) -> None:
    assert parameters.get("a") is parameters.get("b") is parameters.get("d") is None
    assert "a" not in parameters
    assert parameters.all("a") == ()
    assert parameters.get("c") == "1"


@pytest.mark.parametrize("raw", [b"code=a&code=b", b"code=a&code=a", b"x=1&x=2", b"code=a&b=1&code=&code=c"])
def test_a_parameter_that_is_sent_twice_is_refused(raw: bytes) -> None:
    with pytest.raises(Problem, match="more than once") as problem:
        read_pairs(raw)
    assert (problem.value.code, problem.value.status) == ("malformed_request", 400)


@pytest.mark.parametrize("raw", [b'{"code":"a","code":"b"}', b'{"code":["a","b"]}', b'{"code":"a","code":["a"]}'])
def test_a_member_that_is_sent_twice_is_refused_as_well(raw: bytes) -> None:
    with pytest.raises(Problem, match="more than once"):
        read_json(raw)


@pytest.mark.parametrize(
    "parameters",
    [read_pairs(b"resource=a&resource=b&audience=c"), read_json({"resource": ["a", "b"], "audience": "c"})],
)
def test_resources_and_audiences_may_be_several(parameters: Parameters) -> None:
    assert parameters.all("resource") == ("a", "b")
    assert parameters.get("resource") == "a"
    assert parameters.all("audience") == ("c",)
    assert parameters == Parameters(parameters.pairs())


@pytest.mark.parametrize(
    "raw",
    [b"[]", b'"a"', b"1", b"null", b"{", b"\xff", b'{"a":true}', b'{"a":1.5}', b'{"a":NaN}', b'{"a":{"b":"c"}}',
     b'{"a":[["b"]]}', b'{"a":[1,null]}', b'{"a":"\\ud800"}', b'{"\\ud800":"a"}', b"[" * 60_000,
     b'{"a":' + b"9" * 5_000 + b"}", json.dumps({f"a{number}": "1" for number in range(101)}).encode()],
)  # fmt: skip
def test_json_that_is_no_object_of_texts_and_whole_numbers_is_refused(raw: bytes) -> None:
    with pytest.raises(Problem) as problem:
        read_json(raw)
    assert (problem.value.code, problem.value.status) == ("malformed_request", 400)


@pytest.mark.parametrize("raw", [b"a=%ff", b"\xff=a", b"&".join(b"a%d=1" % number for number in range(101))])
def test_pairs_that_can_not_be_read_are_refused(raw: bytes) -> None:
    with pytest.raises(Problem, match="malformed_request"):
        read_pairs(raw)


def test_whole_numbers_become_texts() -> None:
    assert read_json({"max_age": 0, "request": -12}).pairs() == (("max_age", "0"), ("request", "-12"))


@pytest.mark.parametrize("media_type", [b"", b"text/plain", b"multipart/form-data", b"application/json"])
def test_a_body_in_a_form_that_is_not_taken_is_refused(media_type: bytes) -> None:
    with pytest.raises(Problem, match="x-www-form-urlencoded") as problem:
        read_body_parameters(b"{}", media_type, (BodyType.FORM,))
    assert problem.value.status == 415


@pytest.mark.parametrize("media_type", [b"", b"text/plain", b"application/json"])
def test_an_empty_body_has_no_parameters_whatever_it_is_called(media_type: bytes) -> None:
    assert read_body_parameters(b"", media_type, (BodyType.FORM,)) == NO_PARAMETERS


def test_values_are_not_shown_in_a_log() -> None:
    assert repr(read_pairs(b"client_secret=hush")) == "Parameters(client_secret)"


@given(st.binary(max_size=200))
def test_whatever_comes_is_read_or_refused(raw: bytes) -> None:
    for read in (read_pairs, read_json):
        with suppress(Problem):
            assert all(value and value.encode() for _, value in read(raw).pairs())
