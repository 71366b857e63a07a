"""The attacker's tools: volleys of raw requests, visitors from other networks, and machines that fill in forms."""

import json
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from support.client import BASE, Client

CODE_VERIFY = "/api/v1/auth/passwordless/email-otp/verify"
REFRESH = "/api/v1/accesstoken/refresh"
BEHIND_A_PROXY = {"GATEPASS_TRUSTED_PROXIES": "127.0.0.1"}
"""Lets a test come from any network by X-Forwarded-For, as behind a proxy on this machine."""
_PATIENCE = 30.0


@dataclass(frozen=True)
class Answer:
    """What a server answered on a raw connection; status 0 where it hung up without an answer."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key == name), None)


def request(
    client: Client,
    method: str,
    target: str,
    body: Any = None,
    headers: Sequence[tuple[str, str]] = (),
    *,
    host: str | None = None,
) -> bytes:
    """Return a whole request that asks for the connection to be closed; a body that is no bytes is sent as JSON."""
    content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    lines = [f"{method} {target} HTTP/1.1", f"Host: {urlsplit(client.url).netloc if host is None else host}"]
    lines += [f"{name}: {value}" for name, value in headers]
    if body is not None:
        lines.append(f"Content-Length: {len(content)}")
        if not isinstance(body, bytes):
            lines.append("Content-Type: application/json")
    return "\r\n".join((*lines, "Connection: close", "", "")).encode("latin-1") + content


def address(client: Client, path: str, **parameters: str) -> str:
    """Return a request target that names the client's application."""
    return f"{path}?{urlencode({'client_id': client.client_id, **parameters}, quote_via=quote)}"


def exchange(client: Client, whole: bytes) -> Answer:
    """Send one raw request and return the answer."""
    return volley(client, [whole])[0]


def volley(client: Client, requests: Sequence[bytes]) -> list[Answer]:
    """Send many requests at one moment, a connection each, and return the answers in the same order.

    All but the last byte of each is sent first, so that the server finds all of them complete within a millisecond.
    """
    parts = urlsplit(client.url)
    sockets = [socket.create_connection((parts.hostname or "", parts.port or 80), _PATIENCE) for _ in requests]
    try:
        for connection, whole in zip(sockets, requests, strict=True):
            connection.sendall(whole[:-1])
        for connection, whole in zip(sockets, requests, strict=True):
            connection.sendall(whole[-1:])
        return [_read(connection) for connection in sockets]
    finally:
        for connection in sockets:
            connection.close()


def _read(connection: socket.socket) -> Answer:
    pieces = []
    try:
        while piece := connection.recv(65536):
            pieces.append(piece)
    except ConnectionResetError:
        pass  # a server that refuses to read on may reset; what it said before stands
    head, _, body = b"".join(pieces).partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    if not lines[0]:
        return Answer(0, [], b"")
    headers = [(name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines[1:])]
    return Answer(int(lines[0].split(" ")[1]), headers, body)


def verify_link(client: Client, parameters: dict[str, str]) -> bytes:
    """Return the documented call that spends a link."""
    return request(client, "GET", f"{BASE}/verify?{urlencode(parameters)}")


def verify_code(client: Client, state: str, code: str) -> bytes:
    """Return the call that spends a code."""
    return request(client, "POST", address(client, CODE_VERIFY), {"state": state, "otp": code})


def poll(client: Client, state: str) -> bytes:
    """Return the call that asks for the outcome."""
    return request(client, "GET", address(client, f"{BASE}/status", state=state))


def refresh(client: Client, token: str) -> bytes:
    """Return the call that spends a refresh token."""
    return request(client, "POST", address(client, REFRESH), {"refresh_token": token})


def wrong_code(right: str, number: int = 1) -> str:
    """Return a code that is not the right one; another for each number."""
    return f"{(int(right) + number) % 1_000_000:06d}"


def from_network(client: Client, network: str) -> Client:
    """Return another browser of the same application whose requests come from a network address."""
    visitor = client.other_browser()
    visitor.http.headers["x-forwarded-for"] = network
    return visitor


@dataclass
class Form:
    """A form of a page, with the values that it would send untouched."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    asks_for: list[str] = field(default_factory=list)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append(Form(values.get("action", ""), values.get("method", "get")))
        elif tag == "input" and self.found and "name" in values:
            self.found[-1].fields[values["name"]] = values.get("value", "")
            if values.get("type") != "hidden":
                self.found[-1].asks_for.append(values["name"])


def forms(page: str) -> list[Form]:
    """Return the forms of a page, as a scanner that submits them finds them."""
    parser = _Forms()
    parser.feed(page)
    return parser.found
