"""A client's journey: somebody else's application, Gatepass, and a person's browser."""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from clients import hosted_sign_in
from clients.running import RunningExample
from support.gatepass_server import ServerProcess

EMAIL = "ana@example.com"


@dataclass
class Stage:
    """A server, an example that signs in at it, and a person's browser."""

    server: ServerProcess
    example: RunningExample
    page: Page

    def press(self, words: str) -> None:
        """Press what says these words, on the example's page."""
        self.page.get_by_text(words, exact=True).click()

    def sign_in(self) -> None:
        """Begin at the example, pass Gatepass's pages, and arrive back, known."""
        self.page.goto(self.example.url)
        self.press("Sign in")
        hosted_sign_in.sign_in(self.page, self.server, EMAIL)
        self.is_signed_in()

    def is_signed_in(self) -> None:
        """See that the example knows the person."""
        try:
            expect(self.page.locator("#email")).to_have_text(EMAIL)
            expect(self.page.locator("#subject")).not_to_be_empty()
        except AssertionError as problem:
            told = (self.page.url, self.page.inner_text("body"), self.example.log, self.server.log())
            raise AssertionError("\n\n".join((str(problem), *told))) from problem

    def refresh(self, *, times: int = 2) -> None:
        """Renew the tokens at the example, again with what the first renewal gave."""
        subject = self.page.inner_text("#subject")
        for count in range(1, times + 1):
            self.press("Refresh")
            expect(self.page.locator("#refreshes"), self.example.log).to_have_text(str(count))
        self.is_signed_in()
        assert self.page.inner_text("#subject") == subject

    def sign_out(self) -> None:
        """Sign out at the example, and see that Gatepass has forgotten the browser too."""
        self.press("Sign out")
        expect(self.page.get_by_role("heading", name="Signed out", exact=True)).to_be_visible()
        assert self.page.url.startswith(self.example.url), self.page.url
        self.press("Sign in")
        hosted_sign_in.is_asked(self.page, self.server)


StageFactory = Callable[..., Stage]
