"""Every page in a real browser, under the policy that the server sends: usable by everyone, and nothing refused."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from support.chromium import NewContext
from web.gallery.pages import MAILS
from web.gallery.pages import PAGES as STATES
from web.gallery.site import Site, leave_out_completion, open_site
from web.gallery.state import State

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# The API page's own library draws its controls; our part of that page is its bar.
FOREIGN = {"docs": ".bar"}

every_state = pytest.mark.parametrize("state", STATES, ids=lambda state: state.name)
both_themes = pytest.mark.parametrize("theme", ["light", "dark"])


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with open_site() as opened:
        yield opened


def _open(new_context: NewContext, site: Site, path: str, **settings: object) -> tuple[Page, list[str]]:
    page = new_context(**settings).new_page()
    leave_out_completion(page)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{site.address}/{path}")
    if path == "page/docs":
        page.locator(".opblock-tag").first.wait_for()
    return page, said


def _complaints(page: Page, within: str | None = None) -> list[str]:
    found = Axe().run(page, context=within, options={"runOnly": {"type": "tag", "values": RULES}})
    return [
        f"{violation['id']}: {node['html'][:120]}"
        for violation in found.response["violations"]
        for node in violation["nodes"]
    ]


@both_themes
@every_state
def test_a_page_is_usable_by_everyone(state: State, theme: str, site: Site, new_context: NewContext) -> None:
    page, said = _open(new_context, site, f"page/{state.name}", color_scheme=theme)

    assert said == []
    assert _complaints(page, FOREIGN.get(state.name)) == []


@both_themes
@pytest.mark.parametrize("state", MAILS, ids=lambda state: state.name)
def test_a_mail_is_readable_in_both_themes(state: State, theme: str, site: Site, new_context: NewContext) -> None:
    page = new_context(color_scheme=theme).new_page()
    page.goto(f"{site.address}/mail/{state.name}")
    found = Axe().run(
        page, options={"runOnly": {"type": "rule", "values": ["color-contrast", "image-alt", "link-name"]}}
    )

    assert found.response["violations"] == []


@pytest.mark.parametrize("width", [320, 390, 640])
def test_no_page_scrolls_sideways(width: int, site: Site, new_context: NewContext) -> None:
    page = new_context(viewport={"width": width, "height": 640}).new_page()
    leave_out_completion(page)
    too_wide = []
    for state in STATES:
        page.goto(f"{site.address}/page/{state.name}")
        shown = page.evaluate("document.documentElement.scrollWidth")
        too_wide += [f"{state.name}: {shown}"] if shown > width else []

    assert too_wide == []


@every_state
def test_what_can_be_pressed_is_large_enough(state: State, site: Site, new_context: NewContext) -> None:
    page, _ = _open(new_context, site, f"page/{state.name}", viewport={"width": 390, "height": 844})
    heights = page.locator(".button:visible, .input:visible, summary:visible, .bar nav a:visible").evaluate_all(
        "found => found.map(one => one.getBoundingClientRect().height)"
    )

    assert [height for height in heights if height < 44] == []


def test_a_page_stands_without_movement_and_in_forced_colours(site: Site, new_context: NewContext) -> None:
    page, said = _open(new_context, site, "page/landing-match", reduced_motion="reduce", forced_colors="active")
    edge = page.get_by_role("button", name="Sign me in there").first.evaluate(
        "one => getComputedStyle(one).borderStyle"
    )

    assert edge == "solid"
    assert said == []


def test_a_right_to_left_page_is_mirrored(site: Site, new_context: NewContext) -> None:
    page, _ = _open(new_context, site, "page/landing-nearby-right-to-left", viewport={"width": 1280, "height": 800})
    letter = page.locator(".brand-letter").bounding_box()
    card = page.locator(".card").bounding_box()

    assert letter is not None
    assert card is not None
    assert letter["x"] > card["x"] + card["width"] / 2


def test_the_check_itself_sees_faint_words_and_a_nameless_field(site: Site, new_context: NewContext) -> None:
    page, _ = _open(new_context, site, "page/landing-nearby")
    page.evaluate("document.querySelector('h1').style.color = '#ddd'")
    page.evaluate("document.querySelector('form').append(document.createElement('input'))")

    assert {complaint.partition(":")[0] for complaint in _complaints(page)} == {"color-contrast", "label"}
