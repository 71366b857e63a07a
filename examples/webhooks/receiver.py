"""Receives webhooks of Gatepass: verifies the signature, tells repeats, and prints what happened.

Only Python's standard library is used. SECRET is what the server showed when the webhook was set up (`whsec_…`).
"""

import base64
import hashlib
import hmac
import json
import os
import sys
import time
from collections import OrderedDict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock

TOLERANCE_SECONDS = 300
MOST_BYTES = 1_000_000


def is_genuine(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """Tell whether a message was signed with the secret, by Standard Webhooks, in the last five minutes.

    While a secret is rotated a message has two signatures, and one that fits is enough.
    """
    message_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not timestamp.isdigit() or abs(time.time() - int(timestamp)) > TOLERANCE_SECONDS:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{message_id}.{timestamp}.".encode() + body
    expected = "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    found = headers.get("webhook-signature", "").split(" ")
    return any(hmac.compare_digest(expected.encode(), one.encode()) for one in found)


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


class Seen:
    """Remembers ids of messages, because a message may come more than once. Yours belong into your database."""

    def __init__(self, most: int = 10_000) -> None:
        self._ids: OrderedDict[str, None] = OrderedDict()
        self._most = most
        self._lock = Lock()

    def add(self, message_id: str) -> bool:
        """Remember an id and tell whether it is new."""
        with self._lock:
            if message_id in self._ids:
                return False
            self._ids[message_id] = None
            if len(self._ids) > self._most:
                self._ids.popitem(last=False)
            return True


class Receiver(BaseHTTPRequestHandler):
    """Answers 204 to what is genuine, new or not, and 401 to everything else."""

    secret = os.environ.get("SECRET", "")
    seen = Seen()

    def do_POST(self) -> None:
        """Take a message."""
        length = int(self.headers.get("content-length", "0"))
        if length > MOST_BYTES:
            return self._answer(413)
        body = self.rfile.read(length)
        headers = {name.lower(): value for name, value in self.headers.items()}
        if not is_genuine(self.secret, headers, body):
            return self._answer(401)
        if self.seen.add(headers["webhook-id"]):
            message = json.loads(body)
            say(f"{message['type']} {json.dumps(message['data'])}")
        # Answer soon: what takes long belongs into a queue of your own.
        return self._answer(204)

    def _answer(self, status: int) -> None:
        self.send_response(status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Leave the log to what happened."""


if __name__ == "__main__":
    if not Receiver.secret:
        raise SystemExit("Set SECRET to the webhook's secret, whsec_….")
    server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "3000"))), Receiver)
    say(f"Listening on http://127.0.0.1:{server.server_port}/")
    server.serve_forever()
