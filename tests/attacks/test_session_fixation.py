"""Cookies that somebody planted or kept: what was known before a sign-in opens nothing after it (C29, C41)."""

import re
import secrets
from typing import cast

import pytest

from attacks.hosted import BROWSER, SESSION, Someone, application, left_for, someone
from conformance.openid.browser import Page
from conformance.openid.provider import ISSUER, Provider
from conformance.openid.relying_party import RelyingParty

_OWN_PAGES = (
    "/account",
    "/account/sessions",
    "/account/applications",
    "/account/history",
    "/account/switch",
    "/device",
)


@pytest.fixture(scope="module")
def shop(provider: Provider) -> RelyingParty:
    return application(provider)


def with_cookies(provider: Provider, **cookies: str) -> Someone:
    """Return somebody whose browser holds nothing but these cookies."""
    made = someone(provider)
    made.browser.cookies.update(cookies)
    return made


def is_signed_in(person: Someone, shop: RelyingParty) -> bool:
    """Tell whether a browser's cookies open anything at all."""
    silent = left_for(shop.visit(person, shop.request(prompt="none"))).query
    opened = [path for path in _OWN_PAGES if person.browser.send("GET", path).status_code == 200]
    assert bool(opened) == any(name == "code" for name, _ in silent), (opened, silent)
    return bool(opened)


def copy_of(provider: Provider, person: Someone) -> Someone:
    """Return a thief with all that a browser holds now."""
    return with_cookies(provider, **person.browser.cookies)


@pytest.mark.parametrize("planted", ["x" * 43, "", "a" * 5000, "../../etc", '"quoted"', "%c3%a9" * 10])
def test_a_planted_session_cookie_is_never_taken_over(provider: Provider, shop: RelyingParty, planted: str) -> None:
    victim = with_cookies(provider, **{SESSION: planted})
    shop.sign_in(victim)
    held = victim.browser.cookies[SESSION]
    assert held != planted
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", held)
    assert not is_signed_in(with_cookies(provider, **{SESSION: planted}), shop)


def test_the_cookie_is_another_after_each_sign_in_and_each_proof_and_the_old_ones_are_dead(
    provider: Provider, shop: RelyingParty
) -> None:
    victim = someone(provider)
    victim.browser.page("/account")
    before = copy_of(provider, victim)
    assert SESSION not in victim.browser.cookies, "whoever is not signed in holds no session"
    shop.sign_in(victim)
    thieves = [before, copy_of(provider, victim)]
    first = victim.browser.cookies[SESSION]
    shop.ask(victim, prompt="login")
    second = victim.browser.cookies[SESSION]
    thieves.append(copy_of(provider, victim))
    provider.wait(16 * 60)
    again = victim.sign_in(victim.browser.page("/account/prove"))
    assert isinstance(again, Page)
    third = victim.browser.cookies[SESSION]
    assert len({first, second, third}) == 3
    assert is_signed_in(victim, shop)
    for thief in thieves:
        assert not is_signed_in(thief, shop)


def test_a_second_account_changes_the_cookie_of_both(provider: Provider, shop: RelyingParty) -> None:
    victim = someone(provider)
    victim.enter()
    thief = copy_of(provider, victim)
    both = Someone(provider, f"second-of-{victim.email}", victim.browser)
    both.sign_in(victim.browser.page("/account/add"))
    assert not is_signed_in(thief, shop)
    page = victim.browser.page("/account/switch")
    assert victim.email in page.text
    assert both.email in page.text


def test_the_attackers_session_in_the_victims_browser_gives_the_attacker_nothing(
    provider: Provider, shop: RelyingParty
) -> None:
    attacker = someone(provider)
    attacker.enter()
    held = attacker.browser.cookies[SESSION]
    victim = with_cookies(provider, **{SESSION: held})
    shop.ask(victim, prompt="login")
    assert not is_signed_in(with_cookies(provider, **{SESSION: held}), shop)
    assert not is_signed_in(attacker, shop)
    assert victim.email in victim.browser.page("/account").text


def test_a_planted_browser_cookie_alone_shares_nothing(provider: Provider, shop: RelyingParty) -> None:
    """The attacker knows the cookie by which the victim's browser is known again, and the address of no request."""
    known = secrets.token_urlsafe(16)
    attacker, victim = with_cookies(provider, **{BROWSER: known}), with_cookies(provider, **{BROWSER: known})
    shop.sign_in(victim)
    assert not is_signed_in(attacker, shop)
    own = cast("Page", shop.visit(attacker, shop.request()))
    handle = own.form("email").fields["request"]
    assert attacker.browser.page(f"/sign-in/continue?request={handle}").has("email")
    assert not is_signed_in(attacker, shop)


def test_cookies_that_another_host_could_set_are_not_read(provider: Provider, shop: RelyingParty) -> None:
    victim = someone(provider)
    victim.enter()
    held, known = victim.browser.cookies[SESSION], victim.browser.cookies[BROWSER]
    for prefix in ("", "__Secure-", "__host-", "__HOST-", "x", "$"):
        tossed = {f"{prefix}gatepass_session": held, f"{prefix}gatepass_browser": known}
        assert not is_signed_in(with_cookies(provider, **tossed), shop), prefix
    planted = f"{SESSION}={'A' * 43}; {SESSION}={held}"
    for cookie in (planted, f"{SESSION}={held}; {SESSION}={'A' * 43}"):
        answer = someone(provider).browser.send("GET", "/account", headers={"cookie": cookie})
        assert answer.status_code in {200, 303}
        if answer.status_code == 200:
            assert victim.email in answer.text


def test_a_request_that_waits_in_one_browser_is_nothing_in_another(provider: Provider, shop: RelyingParty) -> None:
    attacker, victim = someone(provider), someone(provider)
    victim.enter()
    shown = cast("Page", shop.visit(attacker, shop.request()))
    handle = shown.form("email").fields["request"]
    for path in ("/sign-in", "/sign-in/check-inbox", "/sign-in/continue", "/choose-account", "/consent"):
        answer = victim.browser.send("GET", f"{path}?request={handle}")
        assert answer.status_code == 410, path
        assert "code=" not in answer.text
    # And the victim's session without the victim's browser is not enough for the attacker's request.
    mixed = with_cookies(provider, **{SESSION: victim.browser.cookies[SESSION]})
    assert mixed.browser.send("GET", f"/sign-in/continue?request={handle}").status_code == 410


def test_half_a_sign_in_is_none(provider: Provider, shop: RelyingParty) -> None:
    """Every cookie and every address that there are before the code is typed, tried on everything behind it."""
    victim = someone(provider)
    shown = cast("Page", shop.visit(victim, shop.request()))
    handle = shown.form("email").fields["request"]
    stages = [copy_of(provider, victim)]
    waiting = cast("Page", victim.browser.submit(shown, "email", email=victim.email))
    stages.append(copy_of(provider, victim))
    wrong = cast("Page", victim.browser.submit(waiting, "code", code="000000"))
    assert wrong.status == 400 or wrong.has("code")
    stages.append(copy_of(provider, victim))
    for thief in stages:
        assert not is_signed_in(thief, shop)
        for path in ("/sign-in/continue", "/consent", "/choose-account"):
            answer = thief.browser.send("GET", f"{path}?request={handle}")
            assert "code=" not in answer.text
            assert SESSION not in str(answer.headers.get_list("set-cookie"))
        for path, fields in (("/consent", {"decision": "allow"}), ("/choose-account", {"account": "x"})):
            token = shown.form("email").fields["csrf_token"]
            answer = thief.browser.send("POST", path, {"request": handle, "csrf_token": token, **fields})
            assert "code=" not in answer.text + answer.headers.get("location", "")


def test_an_outcome_is_given_to_the_browser_that_asked_and_only_for_a_moment(
    provider: Provider, shop: RelyingParty
) -> None:
    victim = someone(provider)
    shown = cast("Page", shop.visit(victim, shop.request()))
    handle = shown.form("email").fields["request"]
    before = copy_of(provider, victim)
    left_for(victim.sign_in(shown))
    elsewhere = someone(provider)
    elsewhere.browser.page("/account")
    for path in ("/sign-in/continue", "/sign-in/check-inbox"):
        assert elsewhere.browser.send("GET", f"{path}?request={handle}").status_code == 410
    provider.wait(31)
    answer = before.browser.send("GET", f"/sign-in/continue?request={handle}")
    assert (answer.status_code, SESSION in before.browser.cookies) == (410, False)


def test_whoever_signs_out_takes_the_cookie_along(provider: Provider, shop: RelyingParty) -> None:
    victim = someone(provider)
    victim.enter()
    thief = copy_of(provider, victim)
    page = victim.browser.page("/account")
    victim.browser.send("POST", "/account/sign-out", page.form("given_name").fields)
    assert SESSION not in victim.browser.cookies
    assert not is_signed_in(thief, shop)
    assert thief.browser.send("GET", f"{ISSUER}/account").status_code == 303


def test_an_outcome_that_arrived_is_not_given_again_to_whoever_knew_the_browser_before(provider: Provider) -> None:
    """A machine that many use: somebody noted its cookie and left a request open, at which somebody else signs in."""
    stranger, victim = application(provider, is_third_party=True), someone(provider)
    shown = cast("Page", stranger.visit(victim, stranger.request()))
    handle = shown.form("email").fields["request"]
    thief = copy_of(provider, victim)
    consent = cast("Page", victim.sign_in(shown))
    assert consent.has("decision"), "signed in, and asked for a consent"
    for path in ("/sign-in/continue", "/sign-in/check-inbox", "/sign-in"):
        thief.browser.send("GET", f"{path}?request={handle}")
    assert SESSION not in thief.browser.cookies
    assert victim.browser.send("GET", "/account").status_code == 200


def test_an_answer_is_repeated_to_nobody_who_is_not_signed_in(provider: Provider, shop: RelyingParty) -> None:
    victim = someone(provider)
    shown = cast("Page", shop.visit(victim, shop.request()))
    handle = shown.form("email").fields["request"]
    thief = copy_of(provider, victim)
    left_for(victim.sign_in(shown))
    answer = thief.browser.send("GET", f"/sign-in/continue?request={handle}")
    assert "code=" not in answer.text + answer.headers.get("location", "")
    again = victim.browser.send("GET", f"/sign-in/continue?request={handle}")
    assert "code=" in again.text, "whoever lost the answer has it again"
