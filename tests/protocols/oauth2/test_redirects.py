from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepass.protocols.oauth2 import redirects

WEB = "https://app.example/cb"
LOOPBACK = "http://127.0.0.1/cb"

TRICKS = [
    "https://app.example/cb/",
    "https://app.example/CB",
    "https://APP.example/cb",
    "HTTPS://app.example/cb",
    "http://app.example/cb",
    "https://app.example:443/cb",
    "https://app.example:8443/cb",
    "https://app.example/cb?",
    "https://app.example/cb?x=1",
    "https://app.example/cb#",
    "https://app.example/cb#x",
    "https://app.example/cb/../evil",
    "https://app.example/x/../cb",
    "https://app.example/%63b",
    "https://app.example/cb%2e%2e",
    "https://app.example/./cb",
    "https://app.example//cb",
    "https://app.example\\@evil.example/cb",
    "https://app.example@evil.example/cb",
    "https://user@app.example/cb",
    "https://app.example.evil.example/cb",
    "https://app.example./cb",
    "https://evil.example/cb",
    "https://app.example/cb\n",
    "https://app.example/cb\t",
    " https://app.example/cb",
    "https://app.ex\tample/cb",
    "https://app.example/cb\x00",
    "https://\u0430\u0440\u0440.example/cb",
    "https:app.example/cb",
    "https:///app.example/cb",
    "//app.example/cb",
    "/cb",
    "",
    "https://app.example/cb;x",
    "https://app.example/cb https://evil.example",
    "javascript:alert(1)//https://app.example/cb",
]


@pytest.mark.parametrize("is_native", [True, False])
def test_the_registered_uri_matches(is_native: bool) -> None:
    assert redirects.matches([LOOPBACK, WEB], WEB, is_native=is_native)
    assert not redirects.matches([], WEB, is_native=is_native)


def test_a_uri_with_a_fragment_matches_nothing_even_where_one_was_registered() -> None:
    assert not redirects.matches([f"{WEB}#x"], f"{WEB}#x", is_native=False)


@pytest.mark.parametrize("trick", TRICKS)
@pytest.mark.parametrize("is_native", [True, False])
def test_anything_near_the_registered_uri_does_not_match(trick: str, is_native: bool) -> None:
    assert not redirects.matches([WEB], trick, is_native=is_native)


@given(st.text(max_size=60), st.booleans())
def test_an_https_uri_matches_itself_alone(text: str, is_native: bool) -> None:
    assert redirects.matches([WEB], text, is_native=is_native) is (text == WEB)


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "localhost"])
@pytest.mark.parametrize("registered_port", ["", ":1234"])
def test_a_native_application_may_listen_on_any_port_of_its_loopback(host: str, registered_port: str) -> None:
    registered = [f"http://{host}{registered_port}/cb?a=1"]
    for port in ("", ":1", ":51004", ":65535"):
        unverified = f"http://{host}{port}/cb?a=1"
        assert redirects.matches(registered, unverified, is_native=True)
        assert redirects.matches(registered, unverified, is_native=False) is (unverified == registered[0])


@pytest.mark.parametrize(
    "unverified",
    [
        "http://127.0.0.1:0/cb",
        "http://127.0.0.1:65536/cb",
        "http://127.0.0.1:080/cb",
        "http://127.0.0.1:/cb",
        "http://127.0.0.1:80@evil.example/cb",
        "http://127.0.0.1:80/cb/",
        "http://127.0.0.1:80/",
        "http://127.0.0.1:80",
        "http://127.0.0.1:80/cb#x",
        "http://127.0.0.1:80/cb?x",
        "http://127.0.0.1:80/CB",
        "http://127.0.0.2/cb",
        "http://127.1/cb",
        "http://2130706433/cb",
        "http://localhost/cb",
        "http://[::1]/cb",
        "http://[::ffff:127.0.0.1]/cb",
        "http://127.0.0.1.evil.example/cb",
        "https://127.0.0.1:80/cb",
        "http://127.0.0.1:8\n0/cb",
        "http://127.0.0.1:\u0668/cb",
        "http://127.0.0.1:80\\/cb",
    ],
)
def test_only_the_port_of_a_loopback_may_differ(unverified: str) -> None:
    assert not redirects.matches([LOOPBACK], unverified, is_native=True)


def test_the_answer_joins_a_query_that_is_there() -> None:
    answer = {"code": "a b&c", "state": "ä=/?#"}
    for uri, expected in (
        (WEB, "https://app.example/cb?code=a%20b%26c&state=%C3%A4%3D%2F%3F%23"),
        (f"{WEB}?x=%41", "https://app.example/cb?x=%41&code=a%20b%26c&state=%C3%A4%3D%2F%3F%23"),
        (f"{WEB}?", "https://app.example/cb?code=a%20b%26c&state=%C3%A4%3D%2F%3F%23"),
    ):
        assert redirects.with_parameters(uri, answer, "query") == expected
    assert redirects.with_parameters(f"{WEB}?x=1", {"error": "x"}, "fragment") == f"{WEB}?x=1#error=x"


@given(st.dictionaries(st.text(min_size=1), st.text(min_size=1), max_size=4))
def test_every_value_of_an_answer_arrives(answer: dict[str, str]) -> None:
    uri = redirects.with_parameters(WEB, answer, "query")
    assert uri.isascii()
    assert uri.isprintable()
    assert dict(parse_qsl(urlsplit(uri).query)) == answer


@pytest.mark.parametrize("uri", ["https://a.example/#x", "https://a.example/\r\nX: y", "/cb", "", "https://ä.example"])
def test_an_answer_is_not_joined_to_what_could_not_be_registered(uri: str) -> None:
    with pytest.raises(ValueError, match="no redirect URI"):
        redirects.with_parameters(uri, {}, "query")
    with pytest.raises(ValueError, match="no redirect URI"):
        redirects.origin_of(uri)


@pytest.mark.parametrize(
    ("uri", "origin"),
    [
        ("https://App.example:443/cb?x", "https://app.example"),
        ("https://app.example:8443", "https://app.example:8443"),
        ("http://[::1]:80/cb", "http://[::1]"),
        ("http://localhost:3000/cb", "http://localhost:3000"),
        ("com.example.app:/cb", "com.example.app:"),
    ],
)
def test_the_origin_is_written_as_a_policy_names_it(uri: str, origin: str) -> None:
    assert redirects.origin_of(uri) == origin


@pytest.mark.parametrize(
    "uri", [WEB, LOOPBACK, "http://localhost:3000/cb", "http://[::1]/cb", "https://a.example/?x=1"]
)
def test_a_proper_uri_can_be_registered(uri: str) -> None:
    assert redirects.registration_fault(uri, is_native=False) is None


def test_a_scheme_of_its_own_is_for_native_applications_and_has_a_dot() -> None:
    assert redirects.registration_fault("com.example.app:/cb", is_native=True) is None
    assert redirects.registration_fault("com.example.app:/cb", is_native=False)
    assert redirects.registration_fault("myapp:/cb", is_native=True)


@pytest.mark.parametrize(
    "uri",
    [
        "http://app.example/cb",
        "https://app.example/cb#x",
        "https://user@app.example/cb",
        "https:///cb",
        "https:cb",
        "https://app.example/a/../cb",
        "https://app.example/a/%2E%2e/cb",
        "https://app.example:0/cb",
        "https://app.example:99999/cb",
        "https://[::/cb",
        "https://app.example/c b",
        "https://app.example/%zz",
        "https://app.example\\cb",
        "https://app.example/" + "a" * 2000,
        "javascript:alert(1)",
        "data:text/html,x",
        "/cb",
        "",
    ],
)
@pytest.mark.parametrize("is_native", [True, False])
def test_an_improper_uri_can_not_be_registered(uri: str, is_native: bool) -> None:
    fault = redirects.registration_fault(uri, is_native=is_native)
    assert fault is not None
    assert fault.endswith(".")
