"""What goes out: the body of a message, and the headers that sign it in one of two styles."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from gatepass.kit.ids import WEBHOOK_SECRET_PREFIX
from gatepass.webhooks.model import Message, Style

_SECRET_BYTES: Final = 32
_DOCUMENTED_HEADER: Final = "ssojet-signature"  # on the wire, as documented receivers look for it
_encode: Final = msgspec.json.Encoder().encode


def new_signing_secret() -> str:
    """Return a new secret in the form of Standard Webhooks: `whsec_` and the base64 of 256 random bits."""
    return WEBHOOK_SECRET_PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def write_message(
    style: Style, event_id: str, kind: str, occurred_at: datetime, event: Any, keys: Sequence[str], now: datetime
) -> Message:
    """Write a message and sign it.

    The body depends on the event alone, so that every try sends the same; the moment of the try stands in a header and
    is signed with it, so that a message that was overheard can't be sent again later.

    Args:
        style: how it is signed.
        event_id: the id of the event and of the message; the receiver tells repeats by it.
        kind: the event's name.
        occurred_at: when it happened.
        event: the event as the API shows it.
        keys: the secrets that sign, the present one first.
        now: the moment of this try.
    """
    if style is Style.DOCUMENTED:
        body = _encode({"id": event_id, "type": kind, "createdAt": occurred_at, "data": event})
        headers = _sign_as_documented(body, keys, now)
    else:
        body = _encode({"type": kind, "timestamp": occurred_at, "data": event})
        headers = _sign_by_standard(event_id, body, keys, now)
    return Message(body, {"content-type": "application/json", **headers})


def _sign_by_standard(message_id: str, body: bytes, keys: Sequence[str], now: datetime) -> dict[str, str]:
    """Sign as Standard Webhooks has it: each secret's HMAC-SHA256 over `id.timestamp.body`, in base64, with a space."""
    timestamp = str(int(now.timestamp()))
    signed = f"{message_id}.{timestamp}.".encode() + body
    signatures = [
        "v1," + base64.b64encode(hmac.digest(_bytes_of(key), signed, hashlib.sha256)).decode() for key in keys
    ]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(signatures),
    }


def _sign_as_documented(body: bytes, keys: Sequence[str], now: datetime) -> dict[str, str]:
    """Sign as documented: each secret's HMAC-SHA256 over `timestamp.body`, in hexadecimal, after `t=` the timestamp.

    The secret signs as the text that it is, prefix included.
    """
    timestamp = str(int(now.timestamp()))
    signed = f"{timestamp}.".encode() + body
    signatures = [f"v1={hmac.digest(key.encode(), signed, hashlib.sha256).hex()}" for key in keys]
    return {_DOCUMENTED_HEADER: ",".join([f"t={timestamp}", *signatures])}


def _bytes_of(key: str) -> bytes:
    return base64.b64decode(key.removeprefix(WEBHOOK_SECRET_PREFIX))
