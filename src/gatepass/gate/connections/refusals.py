"""What a connection answers when a request cannot even be read, and the rules of a well-formed head.

Everything two servers in a row could read differently is refused (RFC 9112 §3.2, §5.2, §6.1, §6.3): the parser refuses
folded lines, spaces before a colon, bare line feeds and both lengths at once; the rest is judged here.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from httptools import parse_url

_HOST = re.compile(rb"(?:[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*\.?|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")
_LONGEST_HOST = 261  # 255 bytes of a name and a port
_KNOWN_HOSTS = 256
_known_hosts: set[bytes] = set()


@dataclass(frozen=True, slots=True)
class Refusal:
    """A status, the reason under which it is counted, and one sentence that says what to do."""

    status: HTTPStatus
    reason: str
    sentence: str

    def headers(self) -> list[tuple[bytes, bytes]]:
        """Return the headers of the answer."""
        headers = [
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", b"%d" % len(self.sentence)),
            (b"cache-control", b"no-store"),
            (b"x-content-type-options", b"nosniff"),
            (b"connection", b"close"),
        ]
        if self.status is HTTPStatus.SERVICE_UNAVAILABLE:
            headers.append((b"retry-after", b"5"))
        return headers

    def response(self, default_headers: Iterable[tuple[bytes, bytes]]) -> bytes:
        """Return the whole answer as bytes."""
        lines = [b"HTTP/1.1 %d %s" % (self.status, self.status.phrase.encode())]
        lines += [name + b": " + value for name, value in (*default_headers, *self.headers())]
        return b"\r\n".join((*lines, b"", self.sentence.encode()))

    async def app(self, _scope: Any, _receive: Any, send: Any) -> None:
        """Answer as an ASGI application, for a request that waits behind others."""
        await send({"type": "http.response.start", "status": int(self.status), "headers": self.headers()})
        await send({"type": "http.response.body", "body": self.sentence.encode()})


class UnreadableRequest(Exception):
    """Stop the parser because of a refusal."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.reason)
        self.refusal = refusal


MALFORMED = Refusal(HTTPStatus.BAD_REQUEST, "malformed", "This is not a well-formed HTTP/1.1 request.\n")
BAD_HOST = Refusal(HTTPStatus.BAD_REQUEST, "bad_host", "Send exactly one Host header with a host name.\n")
BAD_TARGET = Refusal(HTTPStatus.BAD_REQUEST, "bad_target", "Send a path that begins with a slash.\n")
BAD_FRAMING = Refusal(
    HTTPStatus.BAD_REQUEST, "bad_framing", "Send a body with one Content-Length, or as HTTP/1.1 chunks.\n"
)
NO_UPGRADE = Refusal(
    HTTPStatus.BAD_REQUEST, "no_upgrade", "Only HTTP/1.1 is spoken here: send the request without Upgrade.\n"
)
BAD_VERSION = Refusal(HTTPStatus.HTTP_VERSION_NOT_SUPPORTED, "bad_version", "Use HTTP/1.1.\n")
HEAD_TOO_LARGE = Refusal(
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "head_too_large", "The request's head is too large: shorten it.\n"
)
BODY_TOO_LARGE = Refusal(
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "body_too_large", "The request's body is too large: send less.\n"
)
HEAD_TOO_SLOW = Refusal(HTTPStatus.REQUEST_TIMEOUT, "head_too_slow", "The request's head took too long.\n")
BODY_TOO_SLOW = Refusal(HTTPStatus.REQUEST_TIMEOUT, "body_too_slow", "The request's body took too long.\n")
FULL = Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "full", "Too many connections: try again in a moment.\n")


def is_host(value: bytes) -> bool:
    """Say whether a Host header's value is a name or address with an optional port (RFC 9110 §7.2)."""
    if value in _known_hosts:
        return True
    if len(value) > _LONGEST_HOST or _HOST.fullmatch(value) is None:
        return False
    if len(_known_hosts) < _KNOWN_HOSTS:
        _known_hosts.add(value)
    return True


def is_target(target: bytes, host: bytes | None) -> bool:
    """Say whether a request target is a path, or a whole URL that names the same host (RFC 9112 §3.2)."""
    if b"#" in target:
        return False
    if target[:1] == b"/":
        return True
    if not target.lower().startswith((b"http://", b"https://")):
        return False
    authority = target.split(b"://", 1)[1].split(b"/", 1)[0].split(b"?", 1)[0]
    return host is not None and authority.lower() == host.lower() and parse_url(target).path is not None


def head_size(target: bytes, headers: Iterable[tuple[bytes, bytes]]) -> int:
    """Count the bytes of a head as far as it was parsed, without the method."""
    return len(target) + sum(len(name) + len(value) + 4 for name, value in headers)
