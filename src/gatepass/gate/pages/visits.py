"""Who opens a page of ours: the browser, known by its two cookies, and the place where it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gatepass.audit.model import Origin
from gatepass.gate.browsers import BrowserCookie
from gatepass.gate.cookies import DeviceCookie, SessionCookie
from gatepass.gate.pages.csrf import CsrfTokens
from gatepass.gate.pages.forms import read_guarded_form
from gatepass.gate.pages.languages import Language, negotiate
from gatepass.kit.client.networks import canonical

_SEE_OTHER = 303


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of a browser.

    Args:
        headers: the request's headers, names in lower case.
        browser_hash: the hash of the cookie by which the browser is known again; None where it has none.
        session_hash: the hash of the cookie by which it is signed in; None where it has none.
        origin: its network and agent, for the record.
        trace_id: under which the log has the rest of what happens; empty where nobody gave it one.
        device_hash: the hash of the cookie by which it is remembered; None where it is not.
    """

    headers: Mapping[bytes, bytes] = field(repr=False)
    browser_hash: bytes | None
    session_hash: bytes | None
    origin: Origin
    trace_id: str = ""
    device_hash: bytes | None = None

    @property
    def host(self) -> str:
        """Return the Host header as it was sent."""
        return self.headers.get(b"host", b"").decode("latin-1")

    def language(self, *, ui_locales: str = "", chosen: str = "", default: str = "") -> Language:
        """Return the language that its reader gets.

        Args:
            ui_locales: what the application asked for (OpenID Connect Core §3.1.2.1).
            chosen: what the person chose.
            default: the application's own language, for when nothing fits.
        """
        return negotiate(ui_locales, self.headers.get(b"accept-language", b"").decode("latin-1"), chosen, default)


@dataclass(frozen=True, slots=True)
class Visits:
    """Reads who opens a page, and the forms that they send."""

    browser: BrowserCookie
    session: SessionCookie
    csrf: CsrfTokens

    def read(self, request: Request) -> Visit:
        """Return who opens a page; nothing that it says of itself is believed but what its cookies prove."""
        headers = dict(request.scope["headers"])
        network = canonical(request.client.host) if request.client else ""
        agent = headers.get(b"user-agent", b"").decode("latin-1")
        return Visit(
            headers,
            self.browser.read_hash(headers),
            self.session.read_hash(headers),
            Origin(network, agent),
            request.scope.get("trace_id", ""),
            DeviceCookie(self.browser.is_https).read_hash(headers),
        )

    async def read_form(self, request: Request, bound_to: bytes | None) -> dict[str, str]:
        """Return the fields of a form that this browser was shown.

        Args:
            request: what the browser sent.
            bound_to: the hash of the cookie for which the form's token was made.

        Raises:
            Problem: the form is another's or can't be read.
        """
        return await read_guarded_form(request, self.csrf, bound_to)

    def csrf_token(self, bound_to: bytes | None) -> str:
        """Return the token for a form, empty where there is no cookie to bind it to."""
        return self.csrf.csrf_token(bound_to) if bound_to is not None else ""


def see(address: str) -> Response:
    """Return the answer that sends a browser on to another page of ours with a GET.

    Args:
        address: a path of ours with its query, percent-encoded.
    """
    return RedirectResponse(address, _SEE_OTHER)


def with_cookies(response: Response, *cookies: tuple[bytes, bytes]) -> Response:
    """Return an answer that gives cookies to the browser, or takes them."""
    response.raw_headers.extend(cookies)
    return response
