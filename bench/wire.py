"""HTTP/1.1 in the few lines that a load generator needs: requests are built once, replies are cut from a buffer."""

from dataclasses import dataclass, field
from urllib.parse import urlencode

import msgspec

HEAD_END = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: its status, its whole body, and its head up to the last header."""

    status: int
    body: bytes
    head: bytes = field(default=b"", compare=False)

    def json(self) -> dict[str, object]:
        """Decode the body as a JSON object."""
        decoded: dict[str, object] = msgspec.json.decode(self.body, type=dict[str, object])
        return decoded


def get(path: str, host: str = "127.0.0.1", *, cookie: str = "", bearer: str = "", **query: str) -> bytes:
    """Build a GET request, with a cookie or an access token where one is named."""
    target = f"{path}?{urlencode(query)}" if query else path
    known = f"Cookie: {cookie}\r\n" if cookie else ""
    known += f"Authorization: Bearer {bearer}\r\n" if bearer else ""
    return f"GET {target} HTTP/1.1\r\nHost: {host}\r\nAccept: application/json\r\n{known}\r\n".encode()


def post_json(path: str, content: object, host: str = "127.0.0.1") -> bytes:
    """Build a POST request with a JSON body."""
    return _post(path, host, "application/json", msgspec.json.encode(content))


def post_form(path: str, host: str = "127.0.0.1", **fields: str) -> bytes:
    """Build a POST request with a form body."""
    return _post(path, host, "application/x-www-form-urlencoded", urlencode(fields).encode())


def _post(path: str, host: str, media_type: str, body: bytes) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\nAccept: application/json\r\n"
        f"Content-Type: {media_type}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def cut_reply(buffer: bytearray) -> Reply | None:
    """Take one whole reply off the front of the buffer, or None while it is incomplete."""
    end = buffer.find(HEAD_END)
    if end < 0:
        return None
    written = bytes(buffer[:end])
    head = written.lower()
    status = int(head[9:12])
    start = end + len(HEAD_END)
    at = head.find(b"\r\ncontent-length:")
    if at >= 0:
        stop = start + int(head[at + 17 :].split(b"\r\n", 1)[0])
        if len(buffer) < stop:
            return None
        body = bytes(buffer[start:stop])
    elif b"\r\ntransfer-encoding: chunked" in head:
        dechunked = _dechunk(buffer, start)
        if dechunked is None:
            return None
        body, stop = dechunked
    else:
        body, stop = b"", start
    del buffer[:stop]
    return Reply(status, body, written)


def _dechunk(buffer: bytearray, at: int) -> tuple[bytes, int] | None:
    """Join the chunks from a position on, and say where they end (RFC 9112 §7.1; trailers are not expected)."""
    parts: list[bytes] = []
    while True:
        line_end = buffer.find(b"\r\n", at)
        if line_end < 0:
            return None
        size = int(bytes(buffer[at:line_end]), 16)
        stop = line_end + 2 + size + 2
        if len(buffer) < stop:
            return None
        if size == 0:
            return b"".join(parts), stop
        parts.append(bytes(buffer[line_end + 2 : stop - 2]))
        at = stop
