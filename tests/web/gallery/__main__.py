"""Take pictures of every page in every state: `python -m web.gallery FOLDER [NAME…]`, at two widths, light and dark."""

import sys
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, sync_playwright

from support.chromium import FLAGS
from tools.chromium import ensure
from web.gallery.pages import MAILS, PAGES
from web.gallery.site import Site, leave_out_completion, open_site

SIZES = {"wide": (1280, 860), "narrow": (390, 844)}
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def _walk_through_a_sign_in(page: Page, site: Site, folder: Path, mark: str) -> None:
    page.goto(f"{site.address}/page/home")
    page.get_by_label("E-mail address").fill("ana.oliveira@example.com")
    page.locator("[data-part=send]").click()
    page.get_by_text("Waiting for you").wait_for()
    page.screenshot(path=folder / f"home-waiting.{mark}.png", full_page=True)
    site.opened.set()
    page.get_by_role("heading", name="Signed in").wait_for()
    page.screenshot(path=folder / f"home-signed-in.{mark}.png", full_page=True)
    site.opened.clear()


def _shoot(browser: Browser, site: Site, folder: Path, wanted: list[str]) -> None:
    for theme in THEMES:
        for size, (width, height) in SIZES.items():
            context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=theme)
            page = context.new_page()
            mark = f"{size}.{theme}"
            leave_out_completion(page)
            for state in (*PAGES, *MAILS):
                if wanted and state.name not in wanted:
                    continue
                shelf = "mail" if state in MAILS else "page"
                page.goto(f"{site.address}/{shelf}/{state.name}", wait_until="load")
                page.evaluate("document.fonts.ready")
                page.screenshot(path=folder / f"{state.name}.{mark}.png", full_page=True)
            if not wanted or "try" in wanted:
                _walk_through_a_sign_in(page, site, folder, mark)
            context.close()


def main() -> None:
    """Fill the folder with pictures."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with open_site() as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=ensure(), args=list(FLAGS), headless=True)
        _shoot(browser, site, folder, sys.argv[2:])
        browser.close()


if __name__ == "__main__":
    main()
