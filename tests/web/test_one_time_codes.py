"""The code that a phone takes out of a message; browsers that know how are played by a few lines of script."""

from collections.abc import Iterator
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Page, expect

from web.gallery.site import Site, open_site

# Chromium has no phone here, so that its own answer never comes: `deliver` is the message, and `asked` what was asked.
_PHONE = """
window.OTPCredential = class OTPCredential {};
navigator.credentials.get = (asked) => new Promise((resolve, reject) => {
  window.asked = asked;
  window.deliver = (code) => resolve({ type: "otp", code });
  asked.signal.addEventListener("abort", () => reject(new DOMException("over", "AbortError")));
});
"""


@pytest.fixture
def site() -> Iterator[Site]:
    with open_site() as opened:
        yield opened


@pytest.fixture
def phone(page: Page) -> Page:
    page.add_init_script(_PHONE)
    return page


@pytest.mark.parametrize("state", ["phone-code", "factor-sms-sent"])
def test_the_code_of_a_message_is_filled_in_and_sent_once(state: str, site: Site, phone: Page) -> None:
    phone.goto(f"{site.address}/page/{state}")
    phone.wait_for_function("window.asked")
    assert phone.evaluate("window.asked.otp") == {"transport": ["sms"]}
    phone.evaluate("window.deliver('482915')")

    expect(phone.get_by_role("heading", name="Successfully verified")).to_be_visible()
    assert [parse_qs(body)["code"] for _, body in site.posted] == [["482915"]]


def test_whoever_types_faster_waits_for_no_message(site: Site, phone: Page) -> None:
    phone.goto(f"{site.address}/page/phone-code")
    phone.wait_for_function("window.asked")
    phone.evaluate("document.addEventListener('submit', (event) => event.preventDefault())")
    phone.get_by_label("Type the code of the message").fill("111111")
    phone.get_by_role("button", name="Continue").click()

    assert phone.evaluate("window.asked.signal.aborted")
    phone.evaluate("window.deliver('482915')")
    expect(phone.get_by_label("Type the code of the message")).to_have_value("111111")
    assert site.posted == []


def test_a_code_of_another_form_is_refused_by_the_field_and_stays_to_be_seen(site: Site, phone: Page) -> None:
    phone.goto(f"{site.address}/page/phone-code")
    phone.wait_for_function("window.asked")
    phone.evaluate("window.deliver('not a code')")

    expect(phone.get_by_label("Type the code of the message")).to_have_value("not a code")
    assert site.posted == []


def test_a_browser_that_takes_no_codes_is_asked_nothing(site: Site, page: Page) -> None:
    page.add_init_script("delete window.OTPCredential; navigator.credentials.get = () => { window.asked = true; };")
    page.goto(f"{site.address}/page/phone-code", wait_until="load")

    assert not page.evaluate("Boolean(window.asked)")


@pytest.mark.parametrize("state", ["phone-code", "factor-sms-sent", "factor-totp", "factor-enrol"])
def test_a_code_is_typed_with_digits_and_named_for_what_fills_it_in(state: str, site: Site, page: Page) -> None:
    page.goto(f"{site.address}/page/{state}")
    field = page.locator("input[name=code]:not([type=hidden])")

    expect(field).to_have_attribute("autocomplete", "one-time-code")
    expect(field).to_have_attribute("inputmode", "numeric")
