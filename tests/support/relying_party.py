"""An application of somebody else that sends people to the sign-in page, as the standards say.

It makes its own state, nonce and PKCE verifier, exchanges the code on its own, verifies the id token with a library
that we did not write, and shows what it learned as JSON.
"""

import base64
import hashlib
import html
import json
import secrets
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx2
import pytest
from joserfc import jwk, jwt
from playwright.sync_api import Page

_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Relying party</title>
<link rel="icon" href="data:,"><main><h1>Relying party</h1><p><a href="/login">Sign in</a></p>
<output id="outcome">OUTCOME</output></main></html>"""
_PATIENCE = 15.0


class RelyingParty(ThreadingHTTPServer):
    """Serves the application once it is told whose client it is."""

    daemon_threads = True

    def __init__(self) -> None:
        self.server_url = self.client_id = ""
        self.pending: dict[str, tuple[str, str]] = {}
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def origin(self) -> str:
        return f"http://localhost:{self.server_port}"

    @property
    def callback(self) -> str:
        return f"{self.origin}/callback"

    def open_for(self, server_url: str, client_id: str) -> None:
        """Begin to work, as an application of that server."""
        self.server_url, self.client_id = server_url, client_id

    def login_url(self, **further: str) -> str:
        """Return the address at which a person begins to sign in."""
        return f"{self.origin}/login?{urlencode(further)}"

    def outcome(self, page: Page) -> dict[str, Any]:
        """Wait until the browser is back, and return what the application learned."""
        page.wait_for_url(f"{self.callback}**")
        return dict(json.loads(page.text_content("#outcome") or ""))

    def authorize_url(self, further: dict[str, str]) -> str:
        """Return where the browser is sent (RFC 6749 §4.1.1, RFC 7636 §4.3)."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        self.pending[state] = (nonce, verifier)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        parameters = {
            "response_type": "code", "client_id": self.client_id, "redirect_uri": self.callback, "state": state,
            "scope": "openid email offline_access", "nonce": nonce, "code_challenge": challenge,
            "code_challenge_method": "S256", **further,
        }  # fmt: skip
        return f"{self.server_url}/oauth2/authorize?{urlencode(parameters)}"

    def learn(self, answer: dict[str, str]) -> dict[str, Any]:
        """Judge an answer: exchange its code and verify the id token."""
        nonce, verifier = self.pending.pop(answer.get("state", ""), ("", ""))
        if not nonce or answer.get("iss") != self.server_url:
            return {"problem": "not my answer", **answer}
        if "code" not in answer:
            return {"error": answer.get("error", "")}
        with httpx2.Client(base_url=self.server_url, timeout=_PATIENCE, trust_env=False) as client:
            form = {
                "grant_type": "authorization_code", "client_id": self.client_id, "redirect_uri": self.callback,
                "code": answer["code"], "code_verifier": verifier,
            }  # fmt: skip
            tokens = client.post("/oauth2/token", data=form).json()
            keys = client.get("/.well-known/jwks.json").json()
        if "id_token" not in tokens:
            return {"problem": "no id token", **tokens}
        claims = jwt.decode(tokens["id_token"], jwk.KeySet.import_key_set(keys), algorithms=["ES256"]).claims
        if claims["nonce"] != nonce or claims["aud"] != self.client_id or claims["iss"] != self.server_url:
            return {"problem": "not my token", **claims}
        return {"claims": dict(claims), "tokens": tokens}

    def refresh(self, refresh_token: str) -> httpx2.Response:
        """Ask for new tokens."""
        form = {"grant_type": "refresh_token", "client_id": self.client_id, "refresh_token": refresh_token}
        with httpx2.Client(base_url=self.server_url, timeout=_PATIENCE, trust_env=False) as client:
            return client.post("/oauth2/token", data=form)


class _Handler(BaseHTTPRequestHandler):
    server: RelyingParty

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        parameters = dict(parse_qsl(url.query))
        if url.path == "/login":
            self.send_response(303)
            self.send_header("location", self.server.authorize_url(parameters))
            self.send_header("content-length", "0")
            self.end_headers()
        else:
            self._show(self.server.learn(parameters) if url.path == "/callback" else None)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        self._show(self.server.learn(dict(parse_qsl(body))))

    def _show(self, outcome: dict[str, Any] | None) -> None:
        shown = "" if outcome is None else html.escape(json.dumps(outcome))
        body = _PAGE.replace("OUTCOME", shown).encode()
        self.send_response(200)
        self.send_header("content-type", "text/html; charset=utf-8")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def relying_party() -> Iterator[RelyingParty]:
    """Give an application that listens but isn't open yet."""
    made = RelyingParty()
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield made
    made.shutdown()
    made.server_close()
    thread.join(5)
