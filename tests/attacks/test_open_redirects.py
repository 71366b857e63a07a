"""Our name in front of somebody else's page (RFC 9700 §4.11, C55): logging out, coming back, and every page between."""

import re
from typing import cast
from urllib.parse import quote, urlencode, urljoin

import httpx2
import pytest

from attacks.hosted import Someone, application, someone
from conformance.openid.browser import Page
from conformance.openid.provider import ISSUER, Provider
from conformance.openid.relying_party import RelyingParty
from gatepass.applications.model import Source

TRICKS = [
    "https://evil.test/",
    "http://evil.test/",
    "//evil.test/",
    "///evil.test/",
    "////evil.test",
    "/\\evil.test/",
    "\\\\evil.test\\",
    "/%5Cevil.test",
    "/%2Fevil.test",
    "https:evil.test",
    "https:/evil.test",
    "https:\\\\evil.test",
    "/\t/evil.test",
    "/\r\n/evil.test",
    "\x01https://evil.test",
    "javascript:location='https://evil.test'",
    "data:text/html,<meta http-equiv=refresh content=0;url=https://evil.test>",
    "https://id.gatepass.test@evil.test/",
    "https://id.gatepass.test.evil.test/",
    "https://evil.test/https://rp.test/signed-out",
    "https://rp.test/signed-out@evil.test",
    "https://rp.test/signed-out/../evil",
    "https://rp.test/signed-out?next=https://evil.test",
    "https://rp.test/signed-out#https://evil.test",
    "https://rp.test:8443/signed-out",
    "https://evil\u3002test/",
    "/account/../../evil.test",
    "/account//evil.test",
    "/account?x=https://evil.test",
]
_NAMES = (
    *("return_to", "returnTo", "next", "url", "redirect", "redirect_uri", "success_url", "continue", "RelayState"),
    *("post_logout_redirect_uri", "home_url", "target", "back"),
)
_LEADS = re.compile(r'http-equiv="refresh" content="[^"]*url=([^"]+)"')


@pytest.fixture(scope="module")
def shop(provider: Provider) -> RelyingParty:
    return application(provider)


def signed_in(provider: Provider) -> Someone:
    """Return somebody who signed in to the account page."""
    made = someone(provider)
    made.enter()
    return made


@pytest.fixture(scope="module")
def victim(provider: Provider) -> Someone:
    return signed_in(provider)


def stays_here(answer: httpx2.Response) -> None:
    """See that an answer leads to nobody but us."""
    assert answer.status_code < 500
    where = answer.headers.get("location")
    if where is not None:
        assert where.startswith("/"), where
        assert not where.startswith(("//", "/\\")), where
        assert urljoin(ISSUER, where).startswith(f"{ISSUER}/")
    for found in _LEADS.findall(answer.text):
        assert urljoin(ISSUER, found).startswith(f"{ISSUER}/"), found
    assert not re.search(r'(?:href|action|src)="[^"]*evil', answer.text)


@pytest.mark.parametrize("trick", TRICKS)
def test_no_page_of_ours_takes_a_way_out_from_its_address(provider: Provider, victim: Someone, trick: str) -> None:
    nobody = someone(provider)
    bent = urlencode(dict.fromkeys(_NAMES, trick))
    for path in ("/account", "/device", "/sign-in", "/signed-out", "/sign-out", "/account/switch", "/account/add"):
        for who in (nobody, victim):
            stays_here(who.browser.send("GET", f"{path}?{bent}"))
    stays_here(nobody.browser.send("GET", f"/sign-in?request={quote(trick)}"))
    stays_here(nobody.browser.send("GET", f"/sign-out?request={quote(trick)}"))
    stays_here(nobody.browser.send("GET", f"/device?user_code={quote(trick)}"))


@pytest.mark.parametrize("trick", TRICKS)
def test_no_path_is_an_address_of_somebody_else(victim: Someone, trick: str) -> None:
    for start in ("", "/account", "/account/sessions", "/device", "/oauth2/authorize"):
        path = f"/{start}/{quote(trick, safe='/:@?#')}".replace("//", "/", 1)
        stays_here(victim.browser.send("GET", path))


@pytest.mark.parametrize("trick", TRICKS)
def test_a_sign_out_leads_nowhere_that_is_not_registered(
    provider: Provider, shop: RelyingParty, victim: Someone, trick: str
) -> None:
    asked = {"client_id": shop.client_id, "post_logout_redirect_uri": trick, "state": trick}
    nobody = someone(provider)
    for who in (nobody, victim):
        for answer in (
            who.browser.send("GET", f"/oauth2/logout?{urlencode(asked)}"),
            who.browser.send("POST", "/oauth2/logout", asked),
        ):
            stays_here(answer)
            if "location" in answer.headers:
                stays_here(who.browser.send("GET", answer.headers["location"]))
    assert victim.browser.send("GET", "/account").status_code == 200, "nobody is signed out by a link"


def test_the_way_back_of_a_sign_out_can_not_be_made_up(provider: Provider, shop: RelyingParty, victim: Someone) -> None:
    """The handle that carries it is sealed: changed, cut or of another moment it carries nothing."""
    asked = {"client_id": shop.client_id, "post_logout_redirect_uri": "https://rp.test/signed-out"}
    page = victim.browser.page(f"/oauth2/logout?{urlencode(asked)}")
    form = page.form("decision")
    handle = form.fields["request"]
    for wrong in (handle[:-2], handle.swapcase(), handle + "A", "A" * len(handle), "x" * 9000, "\u00e9"):
        someone_else = someone(provider)
        someone_else.enter()
        shown = someone_else.browser.page(f"/sign-out?request={quote(wrong)}")
        done = someone_else.browser.submit(shown, "decision", decision="sign_out")
        assert "rp.test" not in cast("Page", done).text


def test_the_page_of_an_error_leads_to_the_application_s_own_home_alone(provider: Provider) -> None:
    site = application(provider, home_url="https://rp.test/")
    person = someone(provider)
    shown = cast("Page", site.visit(person, site.request(state="https://evil.test/", login_hint="https://evil.test/")))
    assert "evil.test" not in shown.text
    provider.wait(31 * 60)
    late = person.browser.page(shown.url)
    assert late.status == 410
    assert "evil.test" not in late.text


@pytest.mark.parametrize("mode", ["query", "fragment", "form_post"])
@pytest.mark.parametrize(
    "nonsense",
    [{"response_type": "nonsense"}, {"prompt": "none"}, {"scope": "no_such"}, {"request": "e30.e30."}],
    ids=["type", "silent", "scope", "object"],
)
def test_nobody_is_sent_on_to_an_application_that_introduced_itself(
    provider: Provider, mode: str, nonsense: dict[str, str]
) -> None:
    """Anybody may register an address; asking for nonsense must not make of us a way to it."""
    stranger = application(provider, is_third_party=True, source=Source.REGISTRATION)
    asked = {**stranger.request(response_mode=mode), **nonsense}
    for who in (someone(provider), signed_in(provider)):
        answer = who.browser.send("GET", f"/oauth2/authorize?{urlencode(asked)}")
        assert answer.status_code == 400
        assert "location" not in answer.headers
        assert "http-equiv" not in answer.text
        assert "form_post.js" not in answer.text, "no script goes on by itself"
        assert "Go back to rp.test" in answer.text
        assert f'{"action" if mode == "form_post" else "href"}="https://rp.test/' in answer.text


def test_who_allowed_a_stranger_something_goes_back_to_it_without_a_page(provider: Provider) -> None:
    stranger = application(provider, is_third_party=True, source=Source.REGISTRATION)
    person = signed_in(provider)
    asked = f"/oauth2/authorize?{urlencode(stranger.request(scope='openid'))}"
    person.browser.submit(person.browser.page(asked), "decision", decision="allow")
    again = person.browser.send("GET", f"{asked}&prompt=none")
    assert again.headers["location"].startswith("https://rp.test/")
    assert "code=" in again.headers["location"]
