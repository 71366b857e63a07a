"""A Starlette application that signs people in with Authlib; its tokens stay on the server."""

import html
import os
import secrets
from typing import Any
from urllib.parse import urljoin

import uvicorn
from authlib.integrations.starlette_client import OAuth
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

ISSUER = os.environ.get("ISSUER", "http://localhost:8000")
PORT = int(os.environ.get("PORT", "3000"))
REDIRECT_URI = os.environ.get("REDIRECT_URI", f"http://localhost:{PORT}/callback")
HOME = urljoin(REDIRECT_URI, "/")

oauth = OAuth()
oauth.register(
    "gatepass",
    server_metadata_url=f"{ISSUER}/.well-known/openid-configuration",
    client_id=os.environ["CLIENT_ID"],
    client_secret=os.environ["CLIENT_SECRET"],
    client_kwargs={"scope": "openid email offline_access", "code_challenge_method": "S256"},
)
# The cookie names a row here and holds no token itself. In production: a database, with an expiry.
sign_ins: dict[str, dict[str, Any]] = {}

PAGE = """<!doctype html><html lang="en"><title>Example</title><link rel="icon" href="data:,">{body}</html>"""
SIGNED_OUT = """<h1>Signed out</h1><form method="post" action="/sign-in"><button>Sign in</button></form>"""
SIGNED_IN = """<h1>Signed in</h1>
<dl><dt>Email<dd id="email">{email}<dt>Subject<dd id="subject">{sub}<dt>Refreshes<dd id="refreshes">{refreshes}</dl>
<form method="post" action="/refresh"><button>Refresh</button></form>
<form method="post" action="/sign-out"><button>Sign out</button></form>"""


async def home(request: Request) -> Response:
    """Show who is signed in."""
    found = sign_ins.get(request.session.get("sign_in", ""))
    if found is None:
        return HTMLResponse(PAGE.format(body=SIGNED_OUT))
    shown = {name: html.escape(found["user"][name]) for name in ("email", "sub")}
    return HTMLResponse(PAGE.format(body=SIGNED_IN.format(**shown, refreshes=found["refreshes"])))


async def sign_in(request: Request) -> Response:
    """Send the browser to the provider, with state, nonce and a PKCE challenge that Authlib keeps in the session."""
    return await oauth.gatepass.authorize_redirect(request, REDIRECT_URI)


async def callback(request: Request) -> Response:
    """Exchange the code; Authlib compares state and nonce and verifies the id token."""
    token = await oauth.gatepass.authorize_access_token(request)
    user = await oauth.gatepass.userinfo(token=token)
    if user["sub"] != token["userinfo"]["sub"]:
        raise ValueError("these claims are about somebody else (OpenID Connect Core §5.3.2)")
    name = secrets.token_urlsafe()
    sign_ins[name] = {"token": token, "user": user, "refreshes": 0}
    request.session.clear()
    request.session["sign_in"] = name
    return RedirectResponse("/", 303)


async def refresh(request: Request) -> Response:
    """Get fresh tokens; a rotated refresh token takes the old one's place."""
    found = sign_ins.get(request.session.get("sign_in", ""))
    if found is not None:
        token = await oauth.gatepass.fetch_access_token(
            grant_type="refresh_token", refresh_token=found["token"]["refresh_token"]
        )
        found["token"] = {**found["token"], **token}
        found["refreshes"] += 1
    return RedirectResponse("/", 303)


async def sign_out(request: Request) -> Response:
    """End the session here, then at the provider (RP-initiated logout)."""
    found = sign_ins.pop(request.session.pop("sign_in", ""), None)
    if found is None:
        return RedirectResponse("/", 303)
    return await oauth.gatepass.logout_redirect(request, HOME, id_token_hint=found["token"]["id_token"])


app = Starlette(
    routes=[
        Route("/", home),
        Route("/sign-in", sign_in, methods=["POST"]),
        Route("/callback", callback),
        Route("/refresh", refresh, methods=["POST"]),
        Route("/sign-out", sign_out, methods=["POST"]),
    ],
    middleware=[
        Middleware(SessionMiddleware, secret_key=secrets.token_hex(32), https_only=HOME.startswith("https:")),
    ],
)

if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=PORT, log_level="warning")
