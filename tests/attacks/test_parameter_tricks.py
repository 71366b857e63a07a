"""Parameters that stand twice, are monstrous, or carry line ends and markup (C59, C86, C87)."""

import json
import time
from typing import Any, cast
from urllib.parse import quote, urlencode

import httpx2
import pytest

from attacks.adversary import exchange, request
from attacks.hosted import CHALLENGE, Someone, application, knocking, someone
from conformance.openid.browser import Page
from conformance.openid.provider import ISSUER, Provider
from conformance.openid.relying_party import CALLBACK, RelyingParty

HOST = "id.gatepass.test"
_FORM = {"content-type": "application/x-www-form-urlencoded"}
_TWICE = (
    *("client_id", "redirect_uri", "response_type", "scope", "state", "nonce"),
    *("code_challenge", "prompt", "request_uri"),
)
_HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'-alert(1)-'",
    "javascript:alert(1)",
    "{{7*7}}",
    "${7*7}",
    "{% for x in 'a' %}{% endfor %}",
    "\u202egnp.exe",
    "</title><svg/onload=alert(1)>",
    "&lt;script&gt;",
)
_LINE_ENDS = ("a\r\nset-cookie: x=1", "a\nx", "a\rx", "a\x00b", "\u2028", "a\x85b", "a\r\n\r\n<html>")


@pytest.fixture(scope="module")
def shop(provider: Provider) -> RelyingParty:
    return application(provider)


@pytest.fixture(scope="module")
def victim(provider: Provider, shop: RelyingParty) -> Someone:
    made = someone(provider)
    shop.sign_in(made)
    return made


def is_refused_here(answer: httpx2.Response) -> None:
    assert answer.status_code == 400, (answer.status_code, answer.headers.get("location"))
    assert "location" not in answer.headers


@pytest.mark.parametrize("name", _TWICE)
def test_a_parameter_that_stands_twice_is_refused_and_leads_nowhere(
    shop: RelyingParty, victim: Someone, provider: Provider, name: str
) -> None:
    sent = {"code_challenge": CHALLENGE, "code_challenge_method": "S256", "prompt": "none", "request_uri": "x"}
    whole = urlencode(shop.request(**sent))
    for evil in ("https://evil.test/", shop.request(**sent)[name]):
        for twice in (f"{whole}&{name}={quote(evil)}", f"{name}={quote(evil)}&{whole}"):
            is_refused_here(victim.browser.send("GET", f"/oauth2/authorize?{twice}"))
            posted = victim.browser.http.post(
                f"{ISSUER}/oauth2/authorize",
                content=twice,
                headers={**_FORM, "cookie": _cookie(victim)},
            )
            is_refused_here(posted)
            headers, _ = shop.credentials()
            pushed = provider.http.post(
                provider.endpoint("pushed_authorization_request"), content=twice, headers={**_FORM, **headers}
            )
            assert pushed.status_code == 400


def test_query_and_body_are_not_mixed(shop: RelyingParty, victim: Someone, provider: Provider) -> None:
    """What one reader finds in the address and another in the body is judged once, in one place."""
    evil, sent = "https://evil.test/", shop.request()
    for extra in ({"redirect_uri": evil}, {"client_id": "x"}, {"redirect_uri": CALLBACK}):
        url = f"{ISSUER}/oauth2/authorize?{urlencode(extra)}"
        answer = victim.browser.http.post(url, data=sent, headers={"cookie": _cookie(victim)})
        assert "evil" not in answer.headers.get("location", "")
        assert "evil" not in answer.text
    good = shop.ask(victim).code
    fields = {"grant_type": "authorization_code", "code": good, "redirect_uri": CALLBACK}
    token = provider.endpoint("token")
    in_address = provider.http.post(f"{token}?{urlencode(fields)}", headers=shop.credentials()[0])
    assert in_address.status_code in {400, 415}
    assert "access_token" not in in_address.text
    secret = {"client_id": shop.client_id, "client_secret": shop.secret}
    in_query = provider.http.post(f"{token}?{urlencode(secret)}", data=fields)
    assert in_query.status_code in {400, 401}
    both = provider.http.post(token, data={**fields, **secret}, headers=shop.credentials()[0])
    assert both.json()["error"] == "invalid_request", "two ways of proving are one too many"


def test_a_token_in_the_address_or_twice_is_refused(shop: RelyingParty, provider: Provider) -> None:
    tokens = shop.sign_in(someone(provider))
    url = provider.endpoint("userinfo")
    in_address = provider.http.get(f"{url}?access_token={tokens.access_token}")
    assert in_address.status_code == 400
    bearer = {"authorization": f"Bearer {tokens.access_token}"}
    assert provider.http.post(url, data={"access_token": tokens.access_token}, headers=bearer).status_code == 400
    twice = [("Authorization", f"Bearer {tokens.access_token}"), ("Authorization", "Bearer x")]
    door = knocking(provider)
    answer = exchange(door, request(door, "GET", "/oauth2/userinfo", None, twice, host=HOST))
    assert answer.status in {400, 401}


@pytest.mark.parametrize("text", [*_HOSTILE, *_LINE_ENDS])
def test_what_travels_along_stays_text(shop: RelyingParty, victim: Someone, provider: Provider, text: str) -> None:
    """In the address of the answer, in the page that posts it, on the pages between, and in every header."""
    nobody = someone(provider)
    is_clean = all(character.isprintable() or character == "\u202e" for character in text)
    for mode in ("query", "fragment", "form_post"):
        path = f"/oauth2/authorize?{urlencode(shop.request(state=text, nonce=text, response_mode=mode))}"
        for answer in (victim.browser.send("GET", path), victim.browser.send("GET", f"{path}&prompt=none")):
            inert(answer)
            if is_clean and mode == "query":
                assert f"state={quote(text, safe='')}" in answer.headers["location"]
    hints = ({"login_hint": text}, {"login_hint": f"{text}@example.com"})
    for wish in (*hints, {"ui_locales": text}, {"acr_values": text}):
        shown = nobody.browser.send("GET", f"/oauth2/authorize?{urlencode(shop.request(**wish))}")
        inert(shown)
        if "location" in shown.headers and shown.headers["location"].startswith("/"):
            inert(nobody.browser.send("GET", shown.headers["location"]))
    for name in ("scope", "response_mode", "prompt", "claims", "display", "code_challenge_method"):
        inert(victim.browser.send("GET", f"/oauth2/authorize?{urlencode(shop.request(**{name: text}))}"))


def inert(answer: httpx2.Response) -> None:
    assert answer.status_code < 500
    assert "x=1" not in "".join(answer.headers.get_list("set-cookie"))
    for name, value in answer.headers.items():
        assert "\n" not in value, name
        assert "\r" not in value, name
    if answer.headers.get("content-type", "").startswith("text/html"):
        page = answer.text
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "<svg/onload" not in page
        assert 'href="javascript' not in page
        assert "49" not in page.partition("{{7*7}}")[0][-40:] if "{{7*7}}" in page else True
        assert "unsafe-inline" not in answer.headers["content-security-policy"]


@pytest.mark.parametrize("text", _HOSTILE)
def test_the_name_of_a_stranger_is_text_on_every_page(provider: Provider, victim: Someone, text: str) -> None:
    answer = provider.http.post(
        f"{ISSUER}/oauth2/register", json={"redirect_uris": ["https://app.test/cb"], "client_name": text}
    )
    if "\u202e" in text:
        assert answer.status_code == 400, "a name that turns the direction of writing is another's name"
        return
    told = answer.json()
    sent = {"client_id": told["client_id"], "redirect_uri": "https://app.test/cb", "response_type": "code"}
    sent["scope"] = "openid"
    shown = victim.browser.page(f"/oauth2/authorize?{urlencode(sent)}")
    assert shown.has("decision")
    inert(cast("Any", _Seen(shown)))
    token = told["registration_access_token"]
    gone = provider.http.delete(told["registration_client_uri"], headers={"authorization": f"Bearer {token}"})
    assert gone.status_code == 204


class _Seen:
    """A page as an answer."""

    def __init__(self, page: Page) -> None:
        self.status_code, self.headers, self.text = page.status, page.headers, page.text


def _cookie(person: Someone) -> str:
    return "; ".join(f"{name}={value}" for name, value in person.browser.cookies.items())


GIANTS: dict[str, dict[str, str]] = {
    "a long state": {"state": "a" * 100_000},
    "a long scope": {"scope": " ".join(f"s{number}" for number in range(10_000))},
    "one long scope": {"scope": "openid " + "x" * 100_000},
    "a long nonce": {"nonce": "n" * 100_000},
    "a thousand parameters": {f"p{number}": "v" for number in range(1000)},
    "deep claims": {"claims": '{"a":' * 20_000 + "1" + "}" * 20_000},
    "deep lists": {"claims": '{"userinfo":{"a":{"values":' + "[" * 15_000 + "]" * 15_000 + "}}}"},
    "wide claims": {"claims": json.dumps({"userinfo": dict.fromkeys([f"c{number}" for number in range(5000)])})},
    "a huge number": {"claims": '{"userinfo":{"a":' + "9" * 20_000 + "}}"},
    "a huge age": {"max_age": "9" * 5000},
    "long prompts": {"prompt": "login " * 20_000},
    "many acr": {"acr_values": "a " * 20_000},
    "a long hint": {"id_token_hint": "a." * 40_000},
    "a long request": {"request": "e30." * 25_000},
    "a long verifier": {"code_verifier": "v" * 100_000, "code": "c" * 100_000},
    "a long name": {"n" * 100_000: "v"},
}


@pytest.mark.parametrize("giant", GIANTS.values(), ids=GIANTS)
def test_what_is_monstrous_is_refused_at_once(
    shop: RelyingParty, victim: Someone, provider: Provider, giant: dict[str, str]
) -> None:
    fields = {**shop.request(), **giant}
    doors = {
        "authorization": fields,
        "pushed_authorization_request": fields,
        "token": {"grant_type": "refresh_token", "refresh_token": "x", **giant},
        "introspection": {"token": "x", **giant},
        "revocation": {"token": "x", **giant},
        "device_authorization": {"client_id": shop.client_id, **giant},
        "end_session": {"client_id": shop.client_id, **giant},
        "userinfo": {"access_token": "x", **giant},
    }
    for door, form in doors.items():
        headers = {} if door in {"userinfo", "end_session", "authorization"} else shop.credentials()[0]
        began = time.monotonic()
        answer = provider.http.post(provider.endpoint(door), data=form, headers={**headers, "cookie": _cookie(victim)})
        took = time.monotonic() - began
        assert took < 1.0, (door, took)
        assert answer.status_code < 500, (door, answer.status_code)
        assert "access_token" not in answer.text
        if door == "authorization":
            # Too much is refused here, or told to the application where its address is proven; never with a code.
            assert answer.status_code in {400, 413, 303}, answer.status_code
            assert "code=" not in answer.headers.get("location", "")


def test_giant_secrets_and_headers_are_refused_at_once(provider: Provider) -> None:
    for headers in (
        {"authorization": "Bearer " + "a" * 15_000},
        {"authorization": "Basic " + "a" * 15_000},
        {"dpop": "a." * 7000},
        {"cookie": f"__Host-gatepass_session={'a' * 15_000}"},
    ):
        began = time.monotonic()
        unknown = f"{provider.endpoint('authorization')}?client_id=x"
        for url in (provider.endpoint("userinfo"), f"{ISSUER}/account", unknown):
            assert provider.http.get(url, headers=headers).status_code in {303, 400, 401, 431}
        posted = provider.http.post(provider.endpoint("token"), data={"grant_type": "refresh_token"}, headers=headers)
        assert posted.status_code in {400, 401, 431}
        assert time.monotonic() - began < 2.0


def test_a_form_of_a_page_is_bounded(provider: Provider) -> None:
    person = someone(provider)
    person.enter()
    form = person.browser.page("/account").form("given_name")
    for giant in ({"given_name": "a" * 100_000}, {f"p{number}": "v" for number in range(1000)}):
        began = time.monotonic()
        answer = person.browser.send("POST", "/account", {**form.fields, **giant})
        assert answer.status_code in {400, 413}
        assert time.monotonic() - began < 1.0
    for wrong in ("a" * 101, "Anna\r\nBcc: x@example.com", "A\x00", "\u202eanna"):
        answer = person.browser.send("POST", "/account", {**form.fields, "given_name": wrong})
        if answer.status_code == 303:
            shown = person.browser.page("/account").form("given_name").fields["given_name"]
            assert "\n" not in shown
            assert "\x00" not in shown
