"""A mail's words, from its template and its context.

A template is two files: `name.mjml`, compiled once to HTML that mail programs understand, and `name.txt`. Both are
Jinja, in a sandbox, with every unknown name an error, and speak a language: their sentences stand in `_()` as those of
pages do. Values are escaped in HTML and folded to one line everywhere; values that become an address or a colour are
held to that, because escaping does not protect those places.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import mrml
import structlog
from jinja2 import FunctionLoader, StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup

from gatepass.kit.languages.tags import Language, spoken
from gatepass.kit.languages.words import catalogue
from gatepass.outbox.model import Letter, OwnWords, RenderedMail
from gatepass.outbox.rules import LONGEST_SUBJECT, header_text, single_line

_log = structlog.get_logger(__name__)
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,63}\Z")
_COLOUR: Final = re.compile(r"#[0-9a-fA-F]{3,8}\Z")
_WEB_ADDRESS: Final = re.compile(r"https?://[^\s\"'<>\\]+\Z")
_COLOURS: Final = ("accent", "on_accent")


class TemplateFault(ValueError):
    """Raised when a mail can't be made: no such template, a name without a value, or a value in the wrong shape."""


class MailTemplates:
    """Renders the templates of one directory.

    Args:
        directory: holds `name.mjml` and `name.txt` for every mail; `mj-include` finds its parts there too.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._parser = mrml.ParserOptions(include_loader=mrml.local_loader(str(directory)))
        # No web fonts: a mail that fetches one tells a third party who reads it.
        self._output = mrml.RenderOptions(disable_comments=False, fonts={})
        self._environments: dict[str, SandboxedEnvironment] = {}

    def render(self, template: str, context: Mapping[str, object], language: str = "") -> RenderedMail:
        """Render a mail.

        Args:
            template: its name.
            context: its values; `subject` must be among them, in the mail's language.
            language: the tag of the language that it speaks; English where there are no words in it.

        Raises:
            TemplateFault: the mail can't be made of these; the text never holds a value.
        """
        if not _NAME.match(template):
            raise TemplateFault("A mail template's name is lower-case letters, digits and underscores.")
        values = {name: single_line(value) if isinstance(value, str) else value for name, value in context.items()}
        _refuse_misshapen(values)
        subject = values.get("subject")
        if not isinstance(subject, str) or not subject.strip():
            raise TemplateFault(f"The mail {template} has no subject.")
        try:
            environment = self._environment(spoken(language))
            html = environment.get_template(f"{template}.mjml").render(values)
            text = environment.get_template(f"{template}.txt").render(values)
        except TemplateError as error:
            raise TemplateFault(f"The mail template {template} fails: {error.message}") from error
        except (ArithmeticError, AttributeError, LookupError, TypeError) as error:
            raise TemplateFault(f"The mail template {template} fails: {type(error).__name__}") from error
        return RenderedMail(subject=header_text(subject, longest=LONGEST_SUBJECT), text=text.strip() + "\n", html=html)

    async def written(self, letter: Letter, application_id: str | None) -> RenderedMail:  # noqa: ARG002 - all get these
        """Return the words of a mail, the same for everybody."""
        return self.render(letter.template, letter.context, letter.language)

    def _environment(self, language: Language) -> SandboxedEnvironment:
        known = self._environments.get(language.tag)
        if known is not None:
            return known
        made = SandboxedEnvironment(
            loader=FunctionLoader(self._load),
            autoescape=_is_markup,
            undefined=StrictUndefined,
            auto_reload=False,
            extensions=["jinja2.ext.i18n"],
        )
        made.policies["ext.i18n.trimmed"] = True
        words = catalogue(language.tag)
        made.install_gettext_callables(words.gettext, words.ngettext, newstyle=True)  # type: ignore[attr-defined]
        made.filters["strong"] = _strong
        made.globals |= {"language": language, "start": "right" if language.direction == "rtl" else "left"}
        self._environments[language.tag] = made
        return made

    def _load(self, name: str) -> tuple[str, str | None, None] | None:
        file = self._directory / name
        try:
            source = file.read_text(encoding="utf-8")
            return (self._compiled(source) if _is_markup(name) else source), str(file), None
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise TemplateFault(f"The mail template {name} can't be read: {error}") from error

    def _compiled(self, source: str) -> str:
        output = mrml.to_html(source, parser_options=self._parser, render_options=self._output)
        return str(output.content)


class CustomizedMails:
    """Writes mails in the words of customers where there are some, and in the house's where not or where those fail.

    Args:
        own: the customers' words.
        house: the house's.
    """

    def __init__(self, own: OwnWords, house: MailTemplates) -> None:
        self._own = own
        self._house = house

    async def written(self, letter: Letter, application_id: str | None) -> RenderedMail:
        """Return the words of a mail; whatever a customer wrote, the mail leaves."""
        try:
            own = await self._own.find(letter, application_id)
        except Exception as error:  # noqa: BLE001 - a sign-in must not fail because somebody's template does
            # The fault's own text may hold what the mail says.
            _log.warning(
                "outbox.template_failed",
                template=letter.template,
                application_id=application_id,
                error=type(error).__name__,
            )
            own = None
        return own if own is not None else await self._house.written(letter, application_id)


def _is_markup(name: str | None) -> bool:
    return name is None or not name.endswith(".txt")


def _strong(value: str) -> Markup:
    # Whichever way the sentence runs, an address in it runs its own.
    return Markup('<strong style="color:#0f172a"><bdi>{}</bdi></strong>').format(value)


def _refuse_misshapen(values: Mapping[str, object]) -> None:
    for name, value in values.items():
        if value is None:
            continue
        if name in _COLOURS and not (isinstance(value, str) and _COLOUR.match(value)):
            raise TemplateFault(f"The mail's {name} is not a colour such as #3355ff.")
        if (name == "link" or name.endswith("_url")) and not (isinstance(value, str) and _WEB_ADDRESS.match(value)):
            raise TemplateFault(f"The mail's {name} is not a web address.")
