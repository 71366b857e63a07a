"""Renders a state through the server's own renderers, so that what a test sees is what people get."""

from gatepass.gate.headers import standing_headers
from gatepass.gate.pages.languages import LANGUAGES
from gatepass.gate.pages.rendering import STATIC, TEMPLATES, PageRenderer
from gatepass.outbox.model import RenderedMail
from gatepass.outbox.rendering import MailTemplates
from web.gallery.state import State

__all__ = ["STATIC", "TEMPLATES", "mail", "page"]

_PAGES = PageRenderer(standing_headers(is_https=False))
_MAILS = MailTemplates(TEMPLATES / "mail")


def page(state: State) -> str:
    """Render a page."""
    return _PAGES.render(state.template, language=LANGUAGES[state.language], **state.given).decode()


def mail(state: State) -> RenderedMail:
    """Render a mail, both of its parts."""
    return _MAILS.render(state.template, state.given)
