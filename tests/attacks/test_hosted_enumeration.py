"""Who has an account here? The hosted pages say the same of everybody (C23, C24)."""

import re
import time
from statistics import median
from typing import cast

import httpx2
import pytest

from attacks.hosted import Someone, application, someone, switch_user
from conformance.openid.browser import Page
from conformance.openid.provider import Provider
from conformance.openid.relying_party import RelyingParty

# What is another on every page: the handle, the token, the number of a report, the number to match.
_OF_THE_PAGE = re.compile(
    r'value="[A-Za-z0-9_-]{20,}"|request=[A-Za-z0-9_-]+|report/[a-z0-9]+|id="match"[^<]*<[^>]*>|>\s*\d{2}\s*<|resend-in="[0-9]+"|datetime="[^"]+"'
)


@pytest.fixture(scope="module")
def shop(provider: Provider) -> RelyingParty:
    return application(provider)


@pytest.fixture(scope="module")
def known(provider: Provider, shop: RelyingParty) -> str:
    person = someone(provider, "known-person@example.com")
    shop.sign_in(person)
    return person.email


@pytest.fixture(scope="module")
def deactivated(provider: Provider, shop: RelyingParty) -> str:
    person = someone(provider, "former-person@example.com")
    shop.sign_in(person)
    switch_user(provider, person.email)
    return person.email


def heads(answer: httpx2.Response) -> dict[str, str]:
    left_out = {"set-cookie", "date", "content-length", "location", "x-trace-id"}
    return {name: value for name, value in answer.headers.items() if name not in left_out}


def said(answer: httpx2.Response, email: str) -> str:
    return _OF_THE_PAGE.sub("", answer.text.replace(email, "ADDRESS"))


def journey(provider: Provider, shop: RelyingParty, email: str) -> list[tuple[int, dict[str, str], str]]:
    """Go through every page that somebody sees who can't read the mail."""
    prober = someone(provider, email)
    shown = cast("Page", shop.visit(prober, shop.request(login_hint=email)))
    form = shown.form("email")
    answers = [
        prober.browser.send("GET", shown.url),
        prober.browser.send("POST", "/sign-in", {**form.fields, "email": email}),
    ]
    waiting = prober.browser.send("GET", answers[-1].headers["location"])
    answers.append(waiting)
    token = {"request": form.fields["request"], "csrf_token": form.fields["csrf_token"]}
    answers.append(prober.browser.send("POST", "/sign-in/code", {**token, "code": "000000"}))
    answers.append(prober.browser.send("POST", "/sign-in/resend", token))
    answers.append(prober.browser.send("GET", f"/sign-in/continue?request={token['request']}"))
    return [(answer.status_code, heads(answer), said(answer, email)) for answer in answers]


def test_every_page_says_the_same_of_known_unknown_and_former_people(
    provider: Provider, shop: RelyingParty, known: str, deactivated: str
) -> None:
    of_known = journey(provider, shop, known)
    assert [status for status, _, _ in of_known[:3]] == [200, 303, 200]
    for other in ("unknown-human@example.com", deactivated):
        found = journey(provider, shop, other)
        for number, (expected, got) in enumerate(zip(of_known, found, strict=True)):
            assert got == expected, (other, number)


def test_a_hint_or_a_silent_question_tells_nothing(provider: Provider, shop: RelyingParty, known: str) -> None:
    for email in (known, "nobody-here@example.com"):
        told = shop.ask(someone(provider), prompt="none", login_hint=email)
        assert told.error == "login_required"
        assert "hint" not in told.parameters["error_description"].lower()


def test_known_and_unknown_take_as_long(provider: Provider, shop: RelyingParty, known: str) -> None:
    """Roughly, on a busy machine; the exact measure is a benchmark's."""
    prober = someone(provider)
    forms = [cast("Page", shop.visit(prober, shop.request())).form("email").fields for _ in range(4)]
    times: dict[str, list[float]] = {"known": [], "unknown": []}
    for number in range(40):
        for kind, email in (("known", known), ("unknown", f"stranger{number}@example.com")):
            began = time.perf_counter()
            answer = prober.browser.send("POST", "/sign-in", {**forms[number % 4], "email": email})
            times[kind].append(time.perf_counter() - began)
            assert answer.status_code == 303
    fast, slow = sorted((median(times["known"]), median(times["unknown"])))
    assert slow < 2 * fast + 0.002, times


def test_no_page_names_an_address_to_whoever_does_not_hold_it(
    provider: Provider, shop: RelyingParty, known: str
) -> None:
    stranger: Someone = someone(provider)
    for path in ("/account", "/sign-out", "/signed-out", "/device", "/account/switch", "/sign-in"):
        assert known not in stranger.browser.page(path).text
    hint = shop.sign_in(someone(provider, known)).id_token
    shown = stranger.browser.page(f"/oauth2/logout?id_token_hint={hint}&post_logout_redirect_uri=https://evil.test/")
    assert known not in shown.text
    asked = cast("Page", shop.visit(stranger, shop.request(id_token_hint=hint)))
    assert known not in asked.text
