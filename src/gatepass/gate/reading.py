"""From bytes to the values that an endpoint declares; everything is untrusted until it has passed here."""

from typing import Any, TypeVar
from urllib.parse import parse_qsl

import msgspec

from gatepass.gate.model import Receive
from gatepass.kit.problems import Problem

MOST_BODY_BYTES = 64 * 1024
_MOST_PARAMETERS = 100
_S = TypeVar("_S")


def malformed(sentence: str) -> Problem:
    """Return the problem of a request that can't be understood."""
    return Problem("malformed_request", 400, sentence, number=1004)


def read_query(raw: bytes) -> dict[str, str]:
    """Return a query's parameters by name.

    Of a repeated parameter the first value that is not empty counts when the others are empty or equal, because the
    documented samples send `client_id=…&client_id=`.

    Raises:
        Problem: two different values for one parameter, or too many of them (`malformed_request`).
    """
    if not raw:
        return {}
    try:
        pairs = parse_qsl(
            raw.decode("latin-1"), keep_blank_values=True, max_num_fields=_MOST_PARAMETERS, errors="strict"
        )
    except ValueError:
        raise malformed("Send the query as UTF-8 with at most a hundred parameters.") from None
    parameters: dict[str, str] = {}
    for name, value in pairs:
        earlier = parameters.get(name)
        if not earlier:
            parameters[name] = value
        elif value and value != earlier and name != "client_id":
            raise malformed(f"The query names {name[:40]!r} twice with different values; send it once.")
    return parameters


def decode_query(parameters: dict[str, str], shape: type[_S]) -> _S:
    """Return a query as the declared struct.

    Raises:
        Problem: a parameter is missing or has the wrong form (`malformed_request`).
    """
    try:
        return msgspec.convert(parameters, shape, strict=False)
    except msgspec.ValidationError as error:
        raise malformed(f"Check the query's parameters: {error}.") from None


async def read_body(receive: Receive, headers: dict[bytes, bytes]) -> bytes:
    """Return a request's body.

    Raises:
        Problem: it is larger than 64 KiB (`body_too_large`, 413) or the client went away in the middle.
    """
    announced = headers.get(b"content-length")
    if announced is not None and (not announced.isdigit() or int(announced) > MOST_BODY_BYTES):
        raise _too_large()
    message = await receive()
    body: bytes = message.get("body", b"")
    if not message.get("more_body"):
        if len(body) > MOST_BODY_BYTES:
            raise _too_large()
        return body
    pieces = [body]
    size = len(body)
    while message.get("more_body"):
        message = await receive()
        if message["type"] == "http.disconnect":
            raise malformed("The connection ended before the body did.")
        pieces.append(message.get("body", b""))
        size += len(pieces[-1])
        if size > MOST_BODY_BYTES:
            raise _too_large()
    return b"".join(pieces)


class BodyReader:
    """Decodes JSON bodies of one declared type."""

    def __init__(self, shape: type[Any]) -> None:
        self._decode = msgspec.json.Decoder(shape).decode

    def read(self, body: bytes, headers: dict[bytes, bytes]) -> Any:
        """Return a body as the declared struct.

        Raises:
            Problem: it is no JSON by its type (`unsupported_media_type`, 415), can't be parsed or has the wrong form.
        """
        media_type = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
        if media_type != b"application/json":
            raise Problem(
                "unsupported_media_type", 415, "Send the body as JSON, with the header Content-Type: application/json."
            )
        if not body:
            raise malformed("The body is empty; send a JSON object.")
        try:
            return self._decode(body)
        except msgspec.ValidationError as error:
            raise malformed(f"Check the body: {error}.") from None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise malformed(f"The body is not valid JSON: {error}.") from None


def _too_large() -> Problem:
    return Problem("body_too_large", 413, f"Send at most {MOST_BODY_BYTES // 1024} KiB in one request.")
