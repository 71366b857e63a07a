"""How an answer leaves: by redirect, or as a page that posts it (OAuth 2.0 Form Post Response Mode §2).

An error for an application that introduced itself waits on a page until the person goes on (RFC 9700 §4.11.2):
anybody can register an address and ask for nonsense, and our name would stand in front of theirs.
"""

from dataclasses import dataclass
from typing import Final

from gatepass.applications.model import Application, Source
from gatepass.gate.headers import form_policy
from gatepass.gate.model import Reply
from gatepass.gate.pages.languages import Language
from gatepass.gate.pages.rendering import PageRenderer
from gatepass.provider.authorization.model import Answer, ResponseMode

_WRONG: Final = 400


@dataclass(frozen=True, slots=True)
class Responder:
    """Turns answers into HTTP."""

    pages: PageRenderer

    def reply(
        self,
        answer: Answer,
        application: Application,
        language: Language,
        *,
        headers: tuple[tuple[bytes, bytes], ...] = (),
    ) -> Reply:
        """Return what takes a browser back to its application with an answer that no page of ours came before.

        Args:
            answer: where to and with what; the address is proven.
            application: whose answer it is, for the page.
            language: what the person reads.
            headers: further headers, such as cookies.
        """
        if answer.is_refusal and application.oauth.source is not Source.OPERATOR:
            return self._ask_first(answer, language, headers)
        if answer.response_mode is not ResponseMode.FORM_POST:
            return Reply.redirect(answer.address, headers=headers)
        page = self.pages.render(
            "hosted/form_post.html",
            language=language,
            app=self.pages.application(application),
            branding_stylesheet=self.pages.branding_stylesheet(application),
            url=answer.redirect_uri,
            fields=answer.parameters,
        )
        return Reply.page(page, headers=(form_policy(answer.form_target), *headers))

    def _ask_first(self, answer: Answer, language: Language, headers: tuple[tuple[bytes, bytes], ...]) -> Reply:
        is_posted = answer.response_mode is ResponseMode.FORM_POST
        page = self.pages.render(
            "hosted/go_back.html",
            language=language,
            app=None,
            host=answer.host,
            url=answer.redirect_uri if is_posted else answer.address,
            fields=answer.parameters if is_posted else None,
        )
        return Reply.page(
            page, status=_WRONG, headers=(*((form_policy(answer.form_target),) if is_posted else ()), *headers)
        )
