"""A server on the loopback address that shows the gallery under the policy that the product sends."""

import json
import mimetypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Page

from gatepass.gate.headers import PAGE_POLICY
from web.gallery import rendering, samples
from web.gallery.pages import MAILS, PAGES

MAIL_FRAME = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'self'"

_PAGES = {state.name: state for state in PAGES}
_MAILS = {state.name: state for state in MAILS}


class _Site(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        """Say nothing: the tests and the pictures tell."""

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        name = path.rpartition("/")[2]
        if path.startswith("/page/") and name in _PAGES:
            return self._answer(rendering.page(_PAGES[name]), "text/html; charset=utf-8")
        if path.startswith("/dev/mail/"):
            return self._answer(rendering.mail(MAILS[0]).html, "text/html; charset=utf-8", policy=MAIL_FRAME)
        if path.startswith("/mail/") and name in _MAILS:
            return self._answer(rendering.mail(_MAILS[name]).html, "text/html; charset=utf-8", policy=MAIL_FRAME)
        if path.endswith("/events"):
            return self._tell_states() if path == "/sample/events" else self._tell_events()
        return self._file(path)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        path = urlsplit(self.path).path
        self.server.posted.append((path, body.decode()))  # type: ignore[attr-defined]
        if path.endswith("/send"):
            return self._answer(json.dumps(samples.SENT), "application/json")
        if path.endswith("/email-otp/verify"):
            return self._answer(json.dumps(samples.REFUSED), "application/json", status=400)
        if path.startswith("/api/"):
            return self._answer("{}", "application/json")
        return self._answer(rendering.page(_PAGES["landing-verified"]), "text/html; charset=utf-8")

    def _file(self, path: str) -> None:
        texts = {
            "/sample/logo.svg": (samples.LOGO, "image/svg+xml"),
            "/sample/branding.css": (samples.BRANDING, "text/css"),
            "/openapi.json": (json.dumps(samples.OPENAPI), "application/json"),
        }
        if path == "/sample/stay":
            return self._answer("", "text/plain", status=204)
        if path in texts:
            return self._answer(*texts[path])
        file = (rendering.STATIC / path.removeprefix("/static/")).resolve()
        if not path.startswith("/static/") or not file.is_file() or rendering.STATIC not in file.parents:
            return self._answer("There is nothing here.", "text/plain", status=404)
        return self._answer(file.read_bytes(), mimetypes.guess_type(file.name)[0] or "application/octet-stream")

    def _tell_events(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("connection", "close")
        self.end_headers()
        self.wfile.write(b'event: status\ndata: {"authenticated": false}\n\n')
        self.wfile.flush()
        self.server.opened.wait(timeout=10)  # type: ignore[attr-defined]
        self.wfile.write(b"event: status\ndata: " + json.dumps(samples.SIGNED_IN).encode() + b"\n\n")
        self.close_connection = True

    def _tell_states(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("connection", "close")
        self.end_headers()
        self.wfile.write(b'event: state\ndata: {"state": "pending"}\n\n')
        self.wfile.flush()
        self.server.opened.wait(timeout=10)  # type: ignore[attr-defined]
        with suppress(ConnectionError):  # the page may have gone on to another
            self.wfile.write(b'event: state\ndata: {"state": "verified"}\n\n')
        self.close_connection = True

    def _answer(self, content: str | bytes, kind: str, *, status: int = 200, policy: str = PAGE_POLICY) -> None:
        data = content.encode() if isinstance(content, str) else content
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(data)))
        self.send_header("content-security-policy", policy)
        self.end_headers()
        self.wfile.write(data)


class Site(ThreadingHTTPServer):
    """The gallery while it is open: `posted` keeps what pages sent, setting `opened` opens the mailed link."""

    daemon_threads = True

    def __init__(self) -> None:
        self.posted: list[tuple[str, str]] = []
        self.opened = threading.Event()
        super().__init__(("127.0.0.1", 0), _Site)

    @property
    def address(self) -> str:
        """Where the gallery is."""
        return f"http://127.0.0.1:{self.server_port}"


def leave_out_completion(page: Page) -> None:
    """Keep a page that completes by itself where it is, by handing the browser an empty script."""
    for script in ("landing", "form_post"):
        page.route(f"**/static/{script}.js*", lambda route: route.fulfill(body="", content_type="text/javascript"))


@contextmanager
def open_site() -> Iterator[Site]:
    """Serve the gallery until the block ends."""
    site = Site()
    thread = threading.Thread(target=site.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        site.opened.set()
        site.shutdown()
        site.server_close()
        thread.join(timeout=5)
