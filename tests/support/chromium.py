"""A real, headless Chromium for tests, driven by Playwright.

Playwright's synchronous interface keeps an event loop running in the thread that uses it, so the browser lives as long
as one test module: tests of that module are plain functions, and asynchronous tests elsewhere are not disturbed.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tools.chromium import NoChromium, ensure

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    # The browser meets nothing but this machine: every other name fails to resolve.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE *.localhost, EXCLUDE 127.0.0.1, EXCLUDE [::1]",
)
_PATIENCE_MILLISECONDS = 15_000
# What a page shows is waited for as long as what it does: a busy machine draws slowly.
expect.set_options(timeout=_PATIENCE_MILLISECONDS)

NewContext = Callable[..., BrowserContext]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse a module that mixes browser tests with asynchronous ones, before it fails in a way that says nothing."""
    browsing = {item.path for item in items if "browser" in getattr(item, "fixturenames", ())}
    mixed = {item.path for item in items if item.get_closest_marker("anyio")} & browsing
    if mixed:
        names = ", ".join(sorted(path.name for path in mixed))
        raise pytest.UsageError(f"{names}: browser tests and asynchronous tests need a module each (support/chromium)")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Give a browser without any profile."""
    path, problem = _path()
    if problem:
        pytest.fail(problem, pytrace=False)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=list(FLAGS), headless=True)
        yield started
        started.close()


@pytest.fixture
def new_context(browser: Browser) -> Iterator[NewContext]:
    """Give a maker of browser profiles that know nothing of one another; all end with the test."""
    made: list[BrowserContext] = []

    def make(**settings: Any) -> BrowserContext:
        context = browser.new_context(**settings)
        context.set_default_timeout(_PATIENCE_MILLISECONDS)
        made.append(context)
        return context

    yield make
    for context in made:
        context.close()


@pytest.fixture
def page(new_context: NewContext) -> Page:
    """Give a page in a browser profile of its own."""
    return new_context().new_page()


def _path() -> tuple[str, str]:
    """Return the browser's path, or why there is none."""
    try:
        return ensure(), ""
    except NoChromium as problem:
        return "", str(problem)
