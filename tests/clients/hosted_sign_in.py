"""Gatepass's own part of every sign-in: its pages ask who you are, and a mail proves it."""

import re

from playwright.sync_api import Page, expect

from support.gatepass_server import ServerProcess


def sign_in(page: Page, server: ServerProcess, email: str) -> None:
    """Answer the pages of a sign-in, in the browser that an application has just sent to them."""
    inbox = server.client
    before = len(inbox.mails(email))
    is_asked(page, server)
    _answer(page, "email", email)
    _answer(page, "code", inbox.wait_for_mail(email, before + 1).code)


def is_asked(page: Page, server: ServerProcess) -> None:
    """See that the browser stands at the page that asks who it is."""
    expect(page).to_have_url(re.compile(rf"{re.escape(server.url)}/sign-in\b"))
    expect(page.locator("input[name=email]")).to_be_visible()


def _answer(page: Page, field: str, value: str) -> None:
    """Fill one field and press its own form's button."""
    form = page.locator(f"form:has(input[name={field}])")
    form.locator(f"input[name={field}]").fill(value)
    form.locator("button[type=submit], button:not([type])").first.click()
