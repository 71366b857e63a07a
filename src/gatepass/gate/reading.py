"""From bytes to the values that an endpoint declares; everything is untrusted until it has passed here."""

from typing import Any, TypeVar
from urllib.parse import parse_qsl

import msgspec

from gatepass.gate.model import MOST_BODY_BYTES, Receive
from gatepass.gate.requests.faults import list_faults
from gatepass.kit.problems import Problem

_MOST_PARAMETERS = 100
_JSON = frozenset({b"application/json"})
_MERGE_PATCH = frozenset({b"application/merge-patch+json"})
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
        raise ill_formed(parameters, shape, "The query", error, strict=False) from None


def ill_formed(sent: object, shape: Any, whole: str, error: msgspec.ValidationError, *, strict: bool = True) -> Problem:
    """Return the problem of a value that has not the declared form; it names everything that is wrong with it.

    Args:
        sent: the value, as JSON or a query gives it.
        shape: the type that it should have.
        whole: what the sentence calls the value itself, such as `The body`.
        error: the first fault, as the decoder found it.
        strict: whether a text may not stand for a number, as it must in a query.
    """
    return malformed(" ".join(list_faults(sent, shape, whole, strict=strict)) or f"{whole} has not its form: {error}.")


async def read_body(receive: Receive, headers: dict[bytes, bytes], most: int = MOST_BODY_BYTES) -> bytes:
    """Return a request's body.

    Raises:
        Problem: it is larger than the endpoint takes, usually 64 KiB (`body_too_large`, 413), or the client went away
            in the middle.
    """
    announced = headers.get(b"content-length")
    if announced is not None and (not announced.isdigit() or int(announced) > most):
        raise _too_large(most)
    message = await receive()
    body: bytes = message.get("body", b"")
    if not message.get("more_body"):
        if len(body) > most:
            raise _too_large(most)
        return body
    pieces = [body]
    size = len(body)
    while message.get("more_body"):
        message = await receive()
        if message["type"] == "http.disconnect":
            raise malformed("The connection ended before the body did.")
        pieces.append(message.get("body", b""))
        size += len(pieces[-1])
        if size > most:
            raise _too_large(most)
    return b"".join(pieces)


class BodyReader:
    """Decodes JSON bodies of one declared type.

    Args:
        shape: the type.
        is_patch: whether a body may also be announced as a merge patch (RFC 7396 §4).
        may_be_empty: whether no body stands for an object of which every part is left out.
    """

    def __init__(self, shape: type[Any], *, is_patch: bool = False, may_be_empty: bool = False) -> None:
        self._shape = shape
        self._may_be_empty = may_be_empty
        self._decode = msgspec.json.Decoder(shape).decode
        self._media_types = _JSON | _MERGE_PATCH if is_patch else _JSON

    def read(self, body: bytes, headers: dict[bytes, bytes]) -> Any:
        """Return a body as the declared struct.

        Raises:
            Problem: it is no JSON by its type (`unsupported_media_type`, 415), can't be parsed or has the wrong form.
        """
        if not body and self._may_be_empty:
            return self._nothing()
        media_type = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
        if media_type not in self._media_types:
            raise Problem(
                "unsupported_media_type", 415, "Send the body as JSON, with the header Content-Type: application/json."
            )
        if not body:
            raise malformed("The body is empty; send a JSON object.")
        try:
            return self._decode(body)
        except msgspec.ValidationError as error:
            raise self._ill_formed(body, error) from None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise malformed(f"The body is not valid JSON: {error}.") from None

    def _nothing(self) -> Any:
        try:
            return msgspec.convert({}, self._shape)
        except msgspec.ValidationError as error:
            faults = list_faults({}, self._shape, "The object") or [f"{error}."]
            raise malformed(f"The body is empty; send a JSON object. {' '.join(faults)}") from None

    def _ill_formed(self, body: bytes, error: msgspec.ValidationError) -> Problem:
        try:
            sent = msgspec.json.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
            # The decoder stopped before it came to what is no JSON.
            return malformed(f"The body is not valid JSON: {fault}.")
        return ill_formed(sent, self._shape, "The body", error)


def _too_large(most: int) -> Problem:
    return Problem("body_too_large", 413, f"Send at most {most // 1024} KiB in one request.")
