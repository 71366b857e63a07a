"""Where a client publishes its keys."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from joserfc import jwk


class KeyHost(ThreadingHTTPServer):
    """Serves one key set on this machine."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.published = b""

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.shutdown()
        self.server_close()

    def publish(self, *keys: jwk.ECKey) -> str:
        """Publish these keys instead of all others, and return where."""
        self.published = json.dumps({"keys": [key.as_dict(private=False) for key in keys]}).encode()
        return f"http://127.0.0.1:{self.server_port}/keys.json"


class _Handler(BaseHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        body: bytes = self.server.published  # type: ignore[attr-defined]
        self.send_response(200)
        self.send_header("content-type", "application/jwk-set+json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
