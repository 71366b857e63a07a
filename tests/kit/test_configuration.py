from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepass.kit.configuration import Malformed, parse_value
from gatepass.kit.secrets import Secret

READ: list[tuple[Any, Any, Any]] = [
    ("text", str, "text"),
    (" 42 ", int, 42),
    (42, int, 42),
    ("2.5", float, 2.5),
    (2, float, 2.0),
    ("30", timedelta, timedelta(seconds=30)),
    (30, timedelta, timedelta(seconds=30)),
    ("30s", timedelta, timedelta(seconds=30)),
    ("1.5m", timedelta, timedelta(seconds=90)),
    ("5 m", timedelta, timedelta(minutes=5)),
    ("1H", timedelta, timedelta(hours=1)),
    ("7d", timedelta, timedelta(days=7)),
    ("/data/x", Path, Path("/data/x")),
    ("~/x", Path, Path.home() / "x"),
    ("hidden", Secret, Secret("hidden")),
    ("hidden", Secret | None, Secret("hidden")),
    ("", Secret | None, None),
    ("", Path | None, None),
    ("true", bool | None, True),
    ("a, b,,c ", tuple[str, ...], ("a", "b", "c")),
    (["a", " b "], tuple[str, ...], ("a", "b")),
    ("", tuple[str, ...], ()),
]


@pytest.mark.parametrize(("raw", "kind", "value"), READ)
def test_a_text_or_a_value_of_a_file_becomes_its_declared_type(raw: Any, kind: Any, value: Any) -> None:
    assert parse_value(raw, kind) == value
    assert type(parse_value(raw, kind)) is type(value)


@pytest.mark.parametrize("raw", ["true", "YES", " on ", "1", True, 1])
def test_every_word_for_true_is_true(raw: Any) -> None:
    assert parse_value(raw, bool) is True


@pytest.mark.parametrize("raw", ["false", "No", "off", "0", False, 0])
def test_every_word_for_false_is_false(raw: Any) -> None:
    assert parse_value(raw, bool) is False


REFUSED = [
    ("", bool, "true or false"),
    ("maybe", bool, "true or false"),
    (2, bool, "true or false"),
    ("", int, "whole number"),
    ("2.5", int, "whole number"),
    (True, int, "whole number"),
    ("1" * 5_000, int, "whole number"),
    ("ten", float, "number"),
    ("nan", float, "number"),
    ("inf", float, "number"),
    (True, float, "number"),
    ("", timedelta, "duration"),
    ("-5s", timedelta, "duration"),
    ("5 weeks", timedelta, "duration"),
    ("1h30m", timedelta, "duration"),
    ("9" * 40 + "d", timedelta, "duration"),
    ("9" * 400, timedelta, "duration"),
    ("~nobody-of-this-name/x", Path, "home"),
]


@pytest.mark.parametrize(("raw", "kind", "expected"), REFUSED)
def test_what_is_not_of_the_type_is_refused_with_what_was_expected(raw: Any, kind: Any, expected: str) -> None:
    with pytest.raises(Malformed, match=expected):
        parse_value(raw, kind)


@given(st.text(), st.sampled_from([str, int, float, bool, timedelta, Secret, bool | None, tuple[str, ...]]))
def test_any_text_is_read_or_refused_with_a_sentence(text: str, kind: Any) -> None:
    try:
        parse_value(text, kind)
    except Malformed as refusal:
        sentence = str(refusal)
    else:
        return
    assert sentence.startswith("expected")
    assert len(sentence) < 250
