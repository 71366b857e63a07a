import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepass.kit.urls import serialized_origin


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("https://auth.example", "https://auth.example"),
        ("HTTPS://Auth.Example", "https://auth.example"),
        ("https://auth.example:443", "https://auth.example"),
        ("http://auth.example:80", "http://auth.example"),
        ("http://auth.example:443", "http://auth.example:443"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("https://[2001:DB8::1]:8443", "https://[2001:db8::1]:8443"),
        ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example"),
    ],
)
def test_an_origin_is_written_as_browsers_write_it(text: str, origin: str) -> None:
    assert serialized_origin(text) == origin
    assert serialized_origin(origin) == origin


@pytest.mark.parametrize(
    "text",
    ["", "auth.example", "ftp://auth.example", "https://auth.example/", "https://auth.example?x", "https://u@auth.example",
     "https://auth.example:0", "https://auth.example:65536", "https://auth.example:", "https://*.example", "https://a..b",
     "https://-a.example", "https://b\u00fccher.example", "\u212attps://auth.example", "https://auth.example\n",
     "null"],
)  # fmt: skip
def test_what_names_no_origin_is_none(text: str) -> None:
    assert serialized_origin(text) is None


@given(st.text())
def test_any_text_is_judged(text: str) -> None:
    for candidate in (text, f"https://{text}", f"https://auth.example{text}"):
        origin = serialized_origin(candidate)
        assert origin is None or serialized_origin(origin) == origin
