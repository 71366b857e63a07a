"""Rendering pages: templates and static files, and the answers that carry them."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import Response

from gatepass.applications.model import Application
from gatepass.gate.headers import StandingHeaders
from gatepass.gate.pages.acting import acting_now
from gatepass.gate.pages.languages import ENGLISH, Language, Text, catalogue, translated
from gatepass.gate.pages.looks import stylesheet

WEB = Path(str(files("gatepass"))) / "web"
TEMPLATES = WEB / "templates"
STATIC = WEB / "static"


@lru_cache(maxsize=256)
def asset(path: str) -> str:
    """Return the address of a static file, with its content's hash, so that it may be cached for good."""
    digest = hashlib.sha256((STATIC / path).read_bytes()).hexdigest()[:12]
    return f"/static/{path}?v={digest}"


@dataclass(frozen=True, slots=True)
class PageApplication:
    """What a page shows of an application."""

    name: str
    client_id: str
    logo_url: str | None
    favicon_url: str | None = None
    title: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class PageRenderer:
    """Renders templates and wraps them into answers with the standing headers."""

    headers: StandingHeaders

    def render(self, template: str, *, language: Language = ENGLISH, **context: Any) -> bytes:
        """Return a page as UTF-8, in a language; it says who acts in somebody's place, where anybody does."""
        context.setdefault("acting", acting_now())
        return _environment(language).get_template(template).render(context).encode()

    def render_for(self, template: str, application: Application, language: Language = ENGLISH) -> bytes:
        """Return a page that depends on the application and the language alone; rendered once and remembered."""
        shown = self.application(application)
        if acting_now() is not None:
            # What is remembered is for everybody.
            return self.render(template, app=shown, language=language)
        return _rendered(self, template, shown, language)

    def response(
        self,
        template: str,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        language: Language = ENGLISH,
        **context: Any,
    ) -> Response:
        """Return a page as an answer; `headers` take the place of standing ones of the same name."""
        page = self.render(template, language=language, status=status, **context)
        response = Response(page, status, media_type="text/html")
        for name, value in self.headers.page:
            response.headers[name.decode()] = value.decode()
        response.headers.update(headers or {})
        return response

    def error(
        self,
        status: int,
        title: str | Text,
        what_to_do: str | Text,
        *,
        trace_id: str | None = None,
        app: Any = None,
        language: Language = ENGLISH,
    ) -> Response:
        """Return a page that says what went wrong and what to do."""
        said: dict[str, Any] = {"title": title, "what_to_do": what_to_do}
        return self.response("error.html", status=status, trace_id=trace_id, app=app, language=language, **said)

    @staticmethod
    def application(application: Application) -> PageApplication:
        """Return what a page shows of an application."""
        look = application.branding
        return PageApplication(
            application.name,
            application.client_id,
            look.logo_url or None,
            look.favicon_url or None,
            look.page_title or application.name,
        )

    @staticmethod
    def branding_stylesheet(application: Application) -> str | None:
        """Return the address of the stylesheet that puts an application's colours on, where it has its own."""
        return f"/branding/{application.client_id}.css" if stylesheet(application.branding) else None


@lru_cache(maxsize=1000)
def _rendered(renderer: PageRenderer, template: str, application: PageApplication, language: Language) -> bytes:
    return renderer.render(template, app=application, language=language)


@lru_cache(maxsize=32)
def _environment(language: Language) -> Environment:
    """Return the environment whose templates speak a language.

    A filter `translated` says what Python hands over. It stays an unsafe text and so is escaped, where `_()` takes its
    sentence for our own markup.
    """
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.i18n"],
    )
    environment.policies["ext.i18n.trimmed"] = True
    words = catalogue(language.tag)
    environment.install_gettext_callables(words.gettext, words.ngettext, newstyle=True)  # type: ignore[attr-defined]
    environment.filters["translated"] = partial(translated, words=words)
    environment.globals |= {"asset": asset, "language": language}
    return environment
