"""What is wrong with a form is told all at once, by the path of each part and with what it should be."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepass.gate.reading import BodyReader, decode_query
from gatepass.gate.requests.faults import MOST_FAULTS, list_faults
from gatepass.kit.problems import Problem

JSON = {b"content-type": b"application/json"}


class Colour(StrEnum):
    """A choice."""

    RED = "red"
    BLUE = "blue"


class Wheel(msgspec.Struct):
    """A part."""

    maker: str
    spokes: Annotated[int, msgspec.Meta(ge=3, le=48)] = 3


class Cart(msgspec.Struct):
    """A form with parts of every kind."""

    name: str
    colour: Colour | msgspec.UnsetType | None = msgspec.UNSET
    size: Literal["small", "large"] = "small"
    since: datetime | None = None
    weight: float = 0.0
    is_new: bool = False
    owner_id: str | int | None = None
    wheels: list[Wheel] = []
    colours: tuple[Colour, ...] = ()
    by_name: dict[str, Wheel] | None = None
    title: Annotated[str, msgspec.Meta(max_length=5)] = msgspec.field(name="Title", default="")
    notes: Any = None


@pytest.mark.parametrize(
    ("sent", "faults"),
    [
        ({}, ["`name` is missing."]),
        ({"name": 1}, ["`name` must be a text."]),
        ({"name": "a", "colour": "green"}, ["`colour` must be one of red, blue."]),
        ({"name": "a", "size": "huge"}, ["`size` must be one of large, small."]),
        ({"name": "a", "since": "soon"}, ["`since` must be a moment such as 2026-01-31T12:00:00Z."]),
        ({"name": "a", "weight": "1"}, ["`weight` must be a number."]),
        ({"name": "a", "is_new": "no"}, ["`is_new` must be true or false."]),
        ({"name": "a", "owner_id": []}, ["`owner_id` must be a text or a whole number."]),
        ({"name": "a", "wheels": {}}, ["`wheels` must be a list."]),
        ({"name": "a", "by_name": []}, ["`by_name` must be an object."]),
        ({"name": "a", "colours": ["red", "pink"]}, ["`colours[1]` must be one of red, blue."]),
        (
            {"name": "a", "wheels": [{"maker": "b"}, {"spokes": 2}, 7]},
            [
                "`wheels[1].maker` is missing.",
                "`wheels[1].spokes` must be a whole number, at least 3 and at most 48.",
                "`wheels[2]` must be an object.",
            ],
        ),
        ({"name": "a", "by_name": {"x\n": {}}}, ["`by_name.'x\\n'.maker` is missing."]),
        ({"name": "a", "Title": "abcdef"}, ["`Title` must be a text, at most 5 long."]),
        ([], ["The body must be an object."]),
        ({"name": "a", "notes": {"anything": [1, None]}, "other": 1}, []),
    ],
)
def test_every_fault_is_told_with_its_place(sent: object, faults: list[str]) -> None:
    assert sorted(list_faults(sent, Cart, "The body")) == sorted(faults)


def test_only_so_many_faults_are_told() -> None:
    told = list_faults({"name": "a", "wheels": [{}] * 1_000}, Cart, "The body")
    assert len(told) == MOST_FAULTS + 1
    assert told[-1] == "There are more faults."


def test_a_body_is_refused_with_all_of_its_faults() -> None:
    with pytest.raises(Problem) as problem:
        BodyReader(Cart).read(b'{"colour":"green","is_new":1}', JSON)
    assert problem.value.code == "malformed_request"
    assert problem.value.title == (
        "`name` is missing. `colour` must be one of red, blue. `is_new` must be true or false."
    )


def test_a_query_is_refused_with_all_of_its_faults_and_its_numbers_are_texts() -> None:
    with pytest.raises(Problem) as problem:
        decode_query({"colour": "green", "weight": "1.5", "is_new": "maybe"}, Cart)
    assert problem.value.title == (
        "`name` is missing. `colour` must be one of red, blue. `is_new` must be true or false."
    )


def test_what_is_no_json_behind_its_first_fault_is_told_as_such() -> None:
    with pytest.raises(Problem, match="not valid JSON"):
        BodyReader(Cart).read(b'{"name":1,', JSON)


def test_no_body_stands_for_an_empty_object_where_that_is_allowed() -> None:
    class Options(msgspec.Struct):
        reason: str = ""

    assert BodyReader(Options, may_be_empty=True).read(b"", {}) == Options()
    with pytest.raises(Problem, match="Content-Type"):
        BodyReader(Options).read(b"", {})
    with pytest.raises(Problem, match=r"The body is empty; send a JSON object. `name` is missing\."):
        BodyReader(Cart, may_be_empty=True).read(b"", {})


_NAMES = st.sampled_from(["name", "colour", "wheels", "by_name", "maker", "since", "x"])
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=4),
    max_leaves=12,
)


@given(_VALUES)
def test_there_are_faults_exactly_where_the_decoder_refuses(sent: object) -> None:
    try:
        msgspec.convert(sent, Cart)
    except msgspec.ValidationError:
        assert list_faults(sent, Cart, "The body")
    else:
        assert list_faults(sent, Cart, "The body") == []
