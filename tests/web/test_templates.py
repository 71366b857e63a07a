"""Every page in every state, as text: complete, without anything inline, and pointing only where something is."""

import gzip
import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from jinja2 import UndefinedError

from gatepass.gate.pages.languages import LANGUAGES
from web.gallery import rendering
from web.gallery.pages import PAGES as STATES
from web.gallery.state import State

IN_THE_HOUSE = ("/static/", "/sample/", "/dev/mail", "/docs", "/openapi.json", "/healthz", "/.well-known/")
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
FIRST_LOAD_BUDGET = 60 * 1024

every_state = pytest.mark.parametrize("state", STATES, ids=lambda state: state.name)


class Reading(HTMLParser):
    """The tags of a page in order; refuses tags that don't close in the order in which they opened."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] not in {"script", "style"}:
            self.words.append(data)

    def values(self, *names: str) -> Iterator[str]:
        """Give the values of these attributes, wherever they stand."""
        for _, attributes in self.tags:
            yield from (value for name in names if (value := attributes.get(name)) is not None)


@every_state
def test_a_page_carries_no_inline_style_script_or_handler(state: State) -> None:
    for tag, attributes in Reading(rendering.page(state)).tags:
        assert tag != "style"
        assert tag != "script" or attributes.get("src")
        assert not [name for name in attributes if name == "style" or name.startswith("on")]
        assert not [value for value in attributes.values() if (value or "").lower().startswith("javascript:")]


@every_state
def test_a_page_loads_nothing_from_elsewhere_and_nothing_that_is_not_there(state: State) -> None:
    reading = Reading(rendering.page(state))
    loaded = [*reading.values("src"), *(tag[1]["href"] or "" for tag in reading.tags if tag[0] == "link")]
    for address in loaded:
        parts = urlsplit(address)
        assert not parts.netloc
        assert parts.path.startswith(IN_THE_HOUSE)
        if parts.path.startswith("/static/"):
            assert (rendering.STATIC / parts.path.removeprefix("/static/")).is_file()


@every_state
def test_a_page_names_its_fields_once_and_ties_words_to_them(state: State) -> None:
    reading = Reading(rendering.page(state))
    ids = list(reading.values("id"))

    assert len(ids) == len(set(ids))
    assert set(reading.values("for", "data-copy")) <= set(ids)
    assert {one for value in reading.values("aria-describedby", "aria-labelledby") for one in value.split()} <= set(ids)


@every_state
def test_a_page_speaks_calmly(state: State) -> None:
    words = " ".join(Reading(rendering.page(state)).words)

    assert "!" not in words
    assert not re.search(r"\b(invalid|illegal|oops|forbidden|failed)\b", words, re.IGNORECASE)


@every_state
def test_a_state_has_a_title_and_one_heading(state: State) -> None:
    text = rendering.page(state)
    headings = re.findall(r"<h1", text)

    assert re.search(r"<title>\s*\S[^<]+</title>", text)
    assert len(headings) == (0 if state.name == "docs" else 1)


def test_a_missing_name_fails_instead_of_leaving_a_hole() -> None:
    with pytest.raises(UndefinedError):
        rendering.page(State("broken", "magic_link/landing.html", {"view": "verified"}))


def test_what_others_wrote_is_escaped() -> None:
    hostile = "<script>alert(1)</script>"
    asked = dict.fromkeys(("address", "device", "place", "network", "at", "ago"), hostile)
    given = next(state for state in STATES if state.name == "landing-match-wrong").given
    page = rendering.page(
        State(
            "hostile",
            "magic_link/landing.html",
            given
            | {"asked": asked, "app": {"name": hostile, "logo_url": None}, "hidden": {'"><b>': hostile}}
            | {"error": hostile},
        )
    )

    assert "<script>alert" not in page
    assert '"><b>' not in page


def test_the_documented_call_says_successfully_verified() -> None:
    page = rendering.page(next(state for state in STATES if state.name == "api-verified"))

    assert "<title>Skyline Notes | Successfully verified</title>" in page
    assert "<h1>Successfully verified</h1>" in page
    assert "Go back to the login page" in page


def test_every_form_of_the_landing_page_posts_what_the_link_carried() -> None:
    for state in STATES:
        if not state.name.startswith("landing-") or "hidden" not in state.given:
            continue
        text = rendering.page(state)
        for name, value in state.given["hidden"].items():
            assert text.count(f'name="{name}" value="{value}"') == text.count('<form method="post"')


def test_a_sign_in_page_with_styles_and_font_stays_under_sixty_kilobytes() -> None:
    page = rendering.page(next(state for state in STATES if state.name == "landing-match"))
    first_load = [page.encode(), *((rendering.STATIC / name).read_bytes() for name in ("app.css", "landing.js"))]
    font = (rendering.STATIC / "fonts" / "inter-5.3.0-latin.woff2").stat().st_size  # woff2 is compressed already

    assert sum(len(gzip.compress(part)) for part in first_load) + font < FIRST_LOAD_BUDGET


@pytest.mark.parametrize("tag", [tag for tag in LANGUAGES if tag != "en"])
def test_a_page_speaks_the_language_it_says(tag: str) -> None:
    sign_in = next(state for state in STATES if state.name == "sign-in")
    page = rendering.page(replace(sign_in, language=tag))

    assert f'<html lang="{tag}" dir="{LANGUAGES[tag].direction}">' in page
    assert "E-mail address" not in page


def test_translations_keep_what_others_wrote_escaped() -> None:
    hostile = "<script>alert(1)</script>"
    for name in ("consent", "check-inbox", "device-confirm"):
        state = next(state for state in STATES if state.name == name)
        client = {"name": hostile, "logo_url": None, "domain": hostile, "registered_itself": True}
        given = state.given | {"client": client | {"policy_url": None, "terms_url": None}, "address": hostile}
        for tag in LANGUAGES:
            page = rendering.page(replace(state, given=given | {"error": hostile, "tries_left": 2}, language=tag))
            assert "<script>alert" not in page


def test_every_form_of_the_hosted_pages_carries_its_secrets() -> None:
    for state in STATES:
        for name, value in state.given.get("hidden", {}).items():
            text = rendering.page(state)
            forms = len(re.findall(r'<form\b[^>]* method="post"', text))
            assert text.count(f'name="{name}" value="{value}"') == forms


def test_the_waiting_page_stays_under_sixty_kilobytes_in_every_language() -> None:
    inbox = next(state for state in STATES if state.name == "check-inbox")
    parts = [(rendering.STATIC / name).read_bytes() for name in ("app.css", "hosted.js")]
    fonts = (rendering.STATIC / "fonts" / "inter-5.3.0-latin.woff2").stat().st_size
    for tag in LANGUAGES:
        page = rendering.page(replace(inbox, language=tag)).encode()
        assert sum(len(gzip.compress(part)) for part in [page, *parts]) + fonts < FIRST_LOAD_BUDGET
