"""Pages inside other pages (RFC 9700 §4.16, C44): every page that a crawl of the site finds refuses to be framed."""

import re
from collections.abc import Iterator
from typing import cast
from urllib.parse import urlencode, urljoin, urlsplit

import httpx2
import pytest

from attacks.hosted import Someone, application, someone
from conformance.openid.browser import Page
from conformance.openid.provider import ISSUER, Provider
from conformance.openid.relying_party import CALLBACK
from gatepass.app.doors import rooms
from gatepass.applications.model import ApplicationType, Registration
from gatepass.gate.headers import standing_headers
from gatepass.gate.pages.rendering import PageRenderer

_LINK = re.compile(r'(?:href|action|content)="(?:0;url=)?([^"]+)"')
_INLINE = re.compile(r"<script(?![^>]*\ssrc=)|<style|\son[a-z]+\s*=|\sstyle\s*=|javascript:", re.IGNORECASE)
_MOST_PAGES = 300
# What is on the way to somebody else, or for developers alone.
_NOT_FOLLOWED = ("/static/", "/branding/", "/dev/", "/docs", "/openapi.json")


def judge(answer: httpx2.Response) -> None:
    """Hold a page to what keeps it out of frames and keeps scripts of others out of it."""
    where = f"{answer.request.method} {answer.request.url} {answer.status_code}"
    headers = answer.headers
    policy = headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy, where
    assert headers["x-frame-options"] == "DENY", where
    assert headers["referrer-policy"] == "no-referrer", where
    assert headers["x-content-type-options"] == "nosniff", where
    assert headers["cache-control"] == "no-store", where
    assert "cross-origin-opener-policy" in headers, where
    for word in ("unsafe-inline", "unsafe-eval", "unsafe-hashes", "data: 'self'", " * ", " *;"):
        assert word not in policy, where
    for word in ("script-src 'self'", "base-uri 'none'", "object-src 'none'", "form-action 'self'", "default-src"):
        assert word in policy, where
    if headers.get("content-type", "").startswith("text/html"):
        assert not _INLINE.search(answer.text), where
        assert "<iframe" not in answer.text, where
    assert "access-control-allow-origin" not in headers, where


def crawl(person: Someone, starts: list[str]) -> Iterator[httpx2.Response]:
    """Open every page that leads from some addresses, as the browser that is given."""
    todo, seen = [urljoin(ISSUER, start) for start in starts], set[str]()
    while todo and len(seen) < _MOST_PAGES:
        url = todo.pop()
        name = re.sub(r"request=[^&]+", "request=", url)
        if name in seen or not url.startswith(f"{ISSUER}/") or urlsplit(url).path.startswith(_NOT_FOLLOWED):
            continue
        seen.add(name)
        answer = person.browser.send("GET", url)
        if answer.status_code in {302, 303}:
            todo.append(urljoin(url, answer.headers["location"]))
        elif answer.headers.get("content-type", "").startswith("text/html"):
            yield answer
            todo += [urljoin(url, found.replace("&amp;", "&")) for found in _LINK.findall(answer.text)]


def site_paths(provider: Provider) -> list[str]:
    pages = PageRenderer(standing_headers(is_https=True))
    return sorted({route.path for room in rooms(provider.server.house, pages) for route in room.routes()})


@pytest.fixture(scope="module")
def tried(provider: Provider) -> list[httpx2.Response]:
    """Every page of the site, for somebody signed in and for nobody; and what each form answers to nonsense."""
    shop, stranger = application(provider), application(provider, is_third_party=True)
    nobody, person = someone(provider), someone(provider)
    starts = ["/", *site_paths(provider)]
    requests = (shop.request(), stranger.request(), shop.request(redirect_uri="https://evil.test/"))
    starts += [f"/oauth2/authorize?{urlencode(asked)}" for asked in requests]
    starts += ["/oauth2/authorize", "/oauth2/logout", "/nothing", "/a%2fb"]
    found = list(crawl(nobody, starts))
    shop.sign_in(person)
    modes = [{"prompt": "select_account"}, {"prompt": "login"}, {"response_mode": "form_post"}]
    starts += [f"/oauth2/authorize?{urlencode(shop.request(**wish))}" for wish in modes]
    found += crawl(person, starts)
    for path in site_paths(provider):
        for who in (nobody, person):
            found.append(who.browser.send("POST", path, {}))
            found.append(who.browser.send("POST", path, {"csrf_token": "x"}, {"sec-fetch-site": "cross-site"}))
            found.append(who.browser.send("DELETE", path))
    return found


def test_no_page_that_a_crawl_finds_can_be_framed_or_scripted(tried: list[httpx2.Response]) -> None:
    pages = [answer for answer in tried if answer.headers.get("content-type", "").startswith("text/html")]
    assert len(pages) > 60
    for answer in pages:
        judge(answer)


def test_every_page_of_the_site_was_tried(provider: Provider, tried: list[httpx2.Response]) -> None:
    visited = {answer.request.url.path for answer in tried}
    assert set(site_paths(provider)) <= visited
    assert all(answer.status_code < 500 for answer in tried)


def test_redirects_and_pages_that_lead_back_can_not_be_framed_either(provider: Provider) -> None:
    shop, person = application(provider), someone(provider)
    television = application(provider, Registration("Television", ApplicationType.NATIVE))
    url = provider.endpoint("device_authorization")
    begun = provider.http.post(url, data={"client_id": television.client_id, "scope": "openid"}).json()
    shown = cast("Page", shop.visit(person, shop.request()))
    waiting = cast("Page", person.browser.submit(shown, "email", email=person.email))
    person.sign_in(shown)
    for page in (shown, waiting):
        assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    confirm = person.browser.submit(person.browser.page("/device"), "user_code", user_code=begun["user_code"])
    done = person.browser.submit(cast("Page", confirm), "decision", decision="deny")
    for shown in (cast("Page", confirm), cast("Page", done)):
        assert "frame-ancestors 'none'" in shown.headers["content-security-policy"]
        assert shown.headers["x-frame-options"] == "DENY"
    silent = person.browser.send("GET", f"/oauth2/authorize?{urlencode(shop.request())}")
    assert silent.status_code == 303, "never 307, which would send a form on (RFC 9700 §4.12)"
    assert silent.headers["location"].startswith(CALLBACK)
    assert silent.headers["referrer-policy"] == "no-referrer"
    assert silent.headers["cache-control"] == "no-store"


def test_the_page_that_posts_an_answer_may_post_it_there_and_nowhere_else(provider: Provider) -> None:
    shop, person = application(provider), someone(provider)
    shop.sign_in(person)
    answer = person.browser.send("GET", f"/oauth2/authorize?{urlencode(shop.request(response_mode='form_post'))}")
    policy = answer.headers["content-security-policy"]
    assert "form-action 'self' https://rp.test;" in policy + ";"
    judge(answer)
