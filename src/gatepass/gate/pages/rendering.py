"""Rendering pages: templates and static files, and the answers that carry them."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import Response

from gatepass.applications.model import Application
from gatepass.gate.headers import StandingHeaders

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


@dataclass(frozen=True, slots=True, eq=False)
class PageRenderer:
    """Renders templates and wraps them into answers with the standing headers."""

    headers: StandingHeaders
    environment: Environment = field(default_factory=lambda: _environment())  # noqa: PLW0108 - defined below

    def render(self, template: str, **context: Any) -> bytes:
        """Return a page as UTF-8."""
        return self.environment.get_template(template).render(context).encode()

    def render_for(self, template: str, application: Application) -> bytes:
        """Return a page that depends on the application alone; rendered once and remembered."""
        return _rendered(self, template, self.application(application))

    def response(
        self, template: str, *, status: int = 200, headers: Mapping[str, str] | None = None, **context: Any
    ) -> Response:
        """Return a page as an answer."""
        response = Response(self.render(template, status=status, **context), status, media_type="text/html")
        for name, value in self.headers.page:
            response.headers[name.decode()] = value.decode()
        response.headers.update(headers or {})
        return response

    def error(
        self, status: int, title: str, what_to_do: str, *, trace_id: str | None = None, app: Any = None
    ) -> Response:
        """Return a page that says what went wrong and what to do."""
        return self.response(
            "error.html", status=status, title=title, what_to_do=what_to_do, trace_id=trace_id, app=app
        )

    @staticmethod
    def application(application: Application) -> PageApplication:
        """Return what a page shows of an application."""
        return PageApplication(application.name, application.client_id, application.branding.logo_url or None)

    @staticmethod
    def branding_stylesheet(application: Application) -> str | None:
        """Return the address of the stylesheet that puts an application's colours on, where it has its own."""
        return f"/branding/{application.client_id}.css" if application.branding.accent else None


@lru_cache(maxsize=1000)
def _rendered(renderer: PageRenderer, template: str, application: PageApplication) -> bytes:
    return renderer.render(template, app=application)


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        auto_reload=False,
    )
    environment.globals["asset"] = asset
    return environment
