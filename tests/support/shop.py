"""An application of somebody else: a web page on its own origin that signs people in, and takes only what it is given.

It asks by `fetch` with the browser's cookies, waits by Server-Sent Events or by long polls, and shows the tokens.
"""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from joserfc import jwk, jwt
from playwright.sync_api import Page

_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Shop</title><link rel="icon" href="data:,">
<form><label>Address <input name="email"></label><label><input type="checkbox" name="match"> Number</label>
<label><input type="checkbox" name="polls"> Poll</label><button>Sign in</button></form>
<output id="match"></output><output id="state"></output><output id="outcome"></output>
<script>
const server = SERVER, client = CLIENT, base = `${server}/api/v1/auth/passwordless/magic-link`
const show = (id, text) => document.getElementById(id).textContent = text
const told = status => status.authenticated && show('outcome', JSON.stringify(status))
async function poll(query) {
  for (;;) {
    const answer = await fetch(`${base}/status?${query}&wait=20`, {credentials: 'include'})
    const status = await answer.json()
    if (status.authenticated !== false) return show('outcome', JSON.stringify(status))
  }
}
document.querySelector('form').addEventListener('submit', async event => {
  event.preventDefault()
  const form = event.target
  const answer = await fetch(`${base}/send?client_id=${client}`, {
    method: 'POST', credentials: 'include', headers: {'content-type': 'application/json'},
    body: JSON.stringify({email: form.email.value, match: form.match.checked})})
  const sent = await answer.json()
  show('state', sent.state ?? JSON.stringify(sent)); show('match', sent.match ?? '')
  const query = new URLSearchParams({client_id: client, state: sent.state})
  if (form.polls.checked) return poll(query)
  const events = new EventSource(`${base}/status/events?${query}`, {withCredentials: true})
  events.addEventListener('status', message => { told(JSON.parse(message.data)) && events.close() })
  events.addEventListener('problem', message => { events.close(); show('outcome', message.data) })
})
</script></html>"""


def claims_of(access_token: str, published_keys: Any, *, issuer: str, client_id: str) -> dict[str, Any]:
    """Verify an access token with a library that we did not write, as an application would, and return its claims."""
    token = jwt.decode(access_token, jwk.KeySet.import_key_set(published_keys), algorithms=["ES256"])
    assert token.header["typ"] == "at+jwt"
    registry = jwt.JWTClaimsRegistry(
        iss={"essential": True, "value": issuer}, aud={"essential": True, "value": client_id}, exp={"essential": True}
    )
    registry.validate(token.claims)
    return dict(token.claims)


class Shop(ThreadingHTTPServer):
    """Serves the page once it is told whose client it is."""

    daemon_threads = True

    def __init__(self) -> None:
        self.page = b""
        self.address = ""
        super().__init__(("127.0.0.1", 0), _Counter)

    @property
    def origin(self) -> str:
        """Where its page comes from; a proxy's `address` where it stands behind one."""
        return self.address or f"http://localhost:{self.server_port}"

    def open_for(self, server: str, client_id: str) -> None:
        """Begin to serve, as an application of that server."""
        self.page = _PAGE.replace("SERVER", f'"{server}"').replace("CLIENT", f'"{client_id}"').encode()

    def ask(self, page: Page, email: str, *, match: bool = False, polls: bool = False) -> None:
        """Open the shop in a browser and ask for a link, until the server has answered."""
        page.goto(self.origin)
        page.fill("input[name=email]", email)
        if match:
            page.check("input[name=match]")
        if polls:
            page.check("input[name=polls]")
        page.click("button")
        page.wait_for_function("document.getElementById('state').textContent !== ''")

    def outcome(self, page: Page) -> str:
        """Wait until the page knows how the sign-in ended and return what it was told, as JSON."""
        page.wait_for_function("document.getElementById('outcome').textContent !== ''")
        return page.text_content("#outcome") or ""


class _Counter(BaseHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        body: bytes = self.server.page  # type: ignore[attr-defined]
        self.send_response(200)
        self.send_header("content-type", "text/html; charset=utf-8")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def shop() -> Iterator[Shop]:
    """Give a shop that listens but isn't open yet."""
    made = Shop()
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield made
    made.shutdown()
    made.server_close()
    thread.join(5)
