from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepass.applications import rules
from gatepass.applications.model import ApplicationType, MagicLinkPolicy, Registration
from gatepass.kit.problems import Problem

WEB = Registration(name="Shop", type=ApplicationType.WEB)

GOOD_URLS = [
    "https://app.example/callback",
    "https://app.example:8443/callback?next=%2Fhome",
    "https://app.example",
    "https://[2001:db8::1]/callback",
    "http://localhost:3000/callback",
    "http://127.0.0.1/callback",
    "http://[::1]:3000/callback",
]
TRICK_URLS = [
    "", "app.example/callback", "//app.example/callback", "/callback", "https://", "https:///callback",
    "https:app.example",
    "http://app.example/callback", "http://localhost.evil.example/", "http://127.0.0.1.evil.example/",
    "http://localhost@evil.example/", "http://user@localhost/", "https://app.example@evil.example/",
    "https://user:password@app.example/", "https://@app.example/",
    "https://*.app.example/", "https://app.*/callback",
    "https://app.example/callback#fragment", "https://app.example/#", "https://app.example\\@evil.example/",
    "https://app.example/call back", " https://app.example/", "https://app.example/\n", "https://app.exa\tmple/",
    "https://app.example/\x00", "https://app.example:99999/", "https://app.example:port/", "https://[::1/",
    "javascript:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd", "ftp://app.example/",
    "com.example.app:/callback", "myapp://callback",
]  # fmt: skip
GOOD_ORIGINS = [
    "https://app.example", "https://app.example:8443", "http://localhost:3000", "http://127.0.0.1:3000",
    "https://xn--bcher-kva.example", "https://[2001:db8::1]:8443", "https://a-b.app.example",
]  # fmt: skip
TRICK_ORIGINS = [
    "", "*", "null", "app.example", "https://", "//app.example",
    "https://app.example/", "https://app.example/path", "https://app.example?x", "https://app.example#x",
    "https://App.Example", "HTTPS://app.example", "https://user@app.example", "https://*.app.example",
    "https://app.example:443", "http://app.example:80", "https://app.example:", "https://app.example:99999",
    "https://app example", " https://app.example", "https://app.example ", "https://app.example\n",
    "https://app.example\\evil.example", "https://app.example,https://evil.example", "https://bücher.example",
    "https://app.example%00", "ftp://app.example", "file://", "com.example.app:", "https://[::1",
    "https://app_\x7f.example", "https://.app.example", "https://app..example",
]  # fmt: skip


@pytest.mark.parametrize("url", GOOD_URLS)
def test_an_address_of_https_or_of_this_machine_will_do(url: str) -> None:
    assert rules.faults(replace(WEB, callback_urls=(url,), logout_urls=(url,))) == []


@pytest.mark.parametrize("url", TRICK_URLS)
def test_a_trick_is_no_address_of_an_application(url: str) -> None:
    for registration in (replace(WEB, callback_urls=(url,)), replace(WEB, logout_urls=(url,))):
        (fault,) = rules.faults(registration)
        assert fault.startswith(f"{url!r} can't be an address")


@pytest.mark.parametrize("url", ["com.example.app:/callback", "com.example.app://callback", "com.example-1.app:/x"])
def test_a_native_application_may_use_a_scheme_of_its_own_domain(url: str) -> None:
    native = Registration(name="App", type=ApplicationType.NATIVE, callback_urls=(url,))
    assert rules.faults(native) == []
    assert rules.faults(replace(native, type=ApplicationType.SPA)) != []


@pytest.mark.parametrize(
    "url", ["myapp://callback", "javascript:alert(1)", "http://app.example/", "com..app:/", "x.:/"]
)
def test_a_native_application_may_use_no_scheme_that_anybody_could_claim(url: str) -> None:
    assert rules.faults(Registration(name="App", type=ApplicationType.NATIVE, callback_urls=(url,))) != []


@pytest.mark.parametrize("origin", GOOD_ORIGINS)
def test_a_serialized_origin_is_one(origin: str) -> None:
    assert rules.is_origin(origin)
    assert rules.faults(replace(WEB, allowed_origins=(origin,))) == []


@pytest.mark.parametrize("origin", TRICK_ORIGINS)
def test_what_no_browser_sends_as_its_origin_is_none(origin: str) -> None:
    assert not rules.is_origin(origin)
    (fault,) = rules.faults(replace(WEB, allowed_origins=(origin,)))
    assert "is not an origin" in fault


@given(st.text())
def test_any_text_is_judged_and_breaks_nothing(text: str) -> None:
    rules.is_origin(text)
    rules.faults(replace(WEB, name=text, callback_urls=(text, f"https://{text}"), allowed_origins=(text,)))


@pytest.mark.parametrize(
    "name", ["", "   ", "x" * 101, "Shop\r\nBcc: x", "Shop\x00", "a\tb", "a\x7fb", "a\u2028b", "a\x85b"]
)
def test_a_name_that_no_mail_could_carry_is_refused(name: str) -> None:
    assert rules.faults(replace(WEB, name=name)) != []


@pytest.mark.parametrize("name", ["Shop", "x" * 100, "Bücher & Co. <1>", "商店", "👩‍💻 Shop"])
def test_a_name_that_people_read_will_do(name: str) -> None:
    assert rules.faults(replace(WEB, name=name)) == []


@pytest.mark.parametrize(("seconds", "will_do"), [(59, False), (60, True), (300, True), (600, True), (601, False)])
def test_a_link_lives_one_to_ten_minutes(seconds: int, will_do: bool) -> None:
    registration = replace(WEB, magic_link=MagicLinkPolicy(lifetime_seconds=seconds))
    assert (rules.faults(registration) == []) is will_do


def test_all_faults_are_named_at_once() -> None:
    registration = Registration(
        name="",
        type=ApplicationType.WEB,
        callback_urls=("http://a.example/", "https://b.example/#x"),
        allowed_origins=("https://c.example/",),
        magic_link=MagicLinkPolicy(lifetime_seconds=1),
    )
    with pytest.raises(Problem) as refusal:
        rules.refuse_faulty(registration)
    assert refusal.value.code == "invalid_application"
    assert len(rules.faults(registration)) == 5
    for part in ("name", "http://a.example/", "https://b.example/#x", "https://c.example/", "60 to 600"):
        assert part in refusal.value.title


@pytest.mark.parametrize(
    ("kind", "keeps"),
    [
        (ApplicationType.WEB, True),
        (ApplicationType.M2M, True),
        (ApplicationType.SPA, False),
        (ApplicationType.NATIVE, False),
    ],
)
def test_only_what_runs_on_a_server_keeps_secrets(kind: ApplicationType, keeps: bool) -> None:
    assert kind.keeps_secrets is keeps
