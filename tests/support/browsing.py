"""What every page that a browser visits is held to: nothing in its console, no barrier, no sideways scrolling."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page, ViewportSize

from support.chromium import NewContext

_NARROW: ViewportSize = {"width": 320, "height": 640}
_WIDE: ViewportSize = {"width": 1280, "height": 800}
# Colours and sizes have changed once two pictures were drawn.
# A colour on its way from one scheme to the other is nobody's to judge.
_AT_REST = (
    "() => Promise.all(document.getAnimations().filter(one => one instanceof CSSTransition)"
    ".map(one => one.finished.catch(() => undefined)))"
)
_NEXT_PICTURE = "new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))"
_TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# Violations of the page's own policy and refused requests that scripts catch are told to the console by the browser.
_ON_VIOLATION = (
    "document.addEventListener('securitypolicyviolation', "
    "event => console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`))"
)

NewVisitor = Callable[..., Page]


def judge(page: Page) -> None:
    """Look at the page as it stands: wide by day, and by night as narrow as a small phone."""
    for scheme, size in (("light", _WIDE), ("dark", _NARROW)):
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        page.evaluate(_NEXT_PICTURE)
        page.evaluate(_AT_REST)
        found = Axe().run(page)
        assert found.violations_count == 0, f"{page.url} in {scheme}:\n{found.generate_report()}"
        assert page.evaluate(_TOO_WIDE) <= 0, f"{page.url} scrolls sideways at {size['width']} px"
    page.set_viewport_size(_WIDE)


@pytest.fixture
def new_visitor(new_context: NewContext) -> Iterator[NewVisitor]:
    """Give a maker of pages, each in a browser profile of its own; whatever their consoles say fails the test.

    A page that is answered with an error status says so in the console; that is no complaint, because the test judges
    the status itself. Nor is a call that the test means to be refused: `may_be_refused` stands in its address.
    """
    complaints: list[str] = []

    def make(*, may_be_refused: str = "", **settings: Any) -> Page:
        context = new_context(**settings)
        context.add_init_script(_ON_VIOLATION)
        page = context.new_page()

        def hear(message: ConsoleMessage) -> None:
            place = message.location.get("url", "")
            page_url = message.page.url if message.page is not None else ""
            is_foreseen = page_url in {place, "about:blank"} or (may_be_refused and may_be_refused in place)
            if is_foreseen and "the server responded with a status of" in message.text:
                return
            if message.type in {"error", "warning"}:
                complaints.append(f"{place}: {message.type}: {message.text}")

        context.on("console", hear)
        context.on("weberror", lambda error: complaints.append(f"{page.url}: {error.error}"))
        return page

    yield make
    assert not complaints, "\n".join(complaints)
