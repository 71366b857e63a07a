from playwright.sync_api import Page

from support.chromium import NewContext


def test_browser_profiles_know_nothing_of_one_another(new_context: NewContext) -> None:
    first, second = new_context(), new_context()
    first.add_cookies([{"name": "visit", "value": "1", "url": "http://127.0.0.1:1/"}])

    assert second.cookies() == []


def test_a_page_runs_scripts(page: Page) -> None:
    page.set_content("<p>closed</p><script>document.querySelector('p').textContent = 'open'</script>")

    assert page.text_content("p") == "open"
