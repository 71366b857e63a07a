"""A mail's words, from its template and its context.

A template is two files: `name.mjml`, compiled once to HTML that mail programs understand, and `name.txt`. Both are
Jinja, in a sandbox, with every unknown name an error. Values are escaped in HTML and folded to one line everywhere;
values that become an address or a colour are held to that, because escaping does not protect those places.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import mrml
from jinja2 import FunctionLoader, StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment

from gatepass.outbox.model import RenderedMail
from gatepass.outbox.rules import LONGEST_SUBJECT, header_text, single_line

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
        self._environment = SandboxedEnvironment(
            loader=FunctionLoader(self._load),
            autoescape=_is_markup,
            undefined=StrictUndefined,
            auto_reload=False,
        )

    def render(self, template: str, context: Mapping[str, object]) -> RenderedMail:
        """Render a mail.

        Args:
            template: its name.
            context: its values; `subject` must be among them.

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
            html = self._environment.get_template(f"{template}.mjml").render(values)
            text = self._environment.get_template(f"{template}.txt").render(values)
        except TemplateError as error:
            raise TemplateFault(f"The mail template {template} fails: {error.message}") from error
        except (ArithmeticError, AttributeError, LookupError, TypeError) as error:
            raise TemplateFault(f"The mail template {template} fails: {type(error).__name__}") from error
        return RenderedMail(subject=header_text(subject, longest=LONGEST_SUBJECT), text=text.strip() + "\n", html=html)

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


def _is_markup(name: str | None) -> bool:
    return name is None or not name.endswith(".txt")


def _refuse_misshapen(values: Mapping[str, object]) -> None:
    for name, value in values.items():
        if value is None:
            continue
        if name in _COLOURS and not (isinstance(value, str) and _COLOUR.match(value)):
            raise TemplateFault(f"The mail's {name} is not a colour such as #3355ff.")
        if (name == "link" or name.endswith("_url")) and not (isinstance(value, str) and _WEB_ADDRESS.match(value)):
            raise TemplateFault(f"The mail's {name} is not a web address.")
