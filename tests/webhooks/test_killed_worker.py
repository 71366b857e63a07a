"""kill -9 of the worker at the one moment that nobody can close: a message was taken, nobody wrote it down."""

import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx2
import pytest

from support.gatepass_server import ProcessFactory, ServerProcess
from support.worker_process import Worker, start_worker

# Where workers may be many; on SQLite the same code runs.
pytestmark = pytest.mark.parametrize("migrated_url", ["postgresql"], indirect=True)
_QUICKLY = {
    "GATEPASS_DEV": "true",
    "GATEPASS_EMBEDDED_WORKER": "false",
    "GATEPASS_WEBHOOKS_TIMEOUT": "2s",
    "GATEPASS_WEBHOOKS_LEASE": "7s",
}
_SCOPES = "webhooks:read,webhooks:write,events:read,roles:write"


class Receiver(ThreadingHTTPServer):
    """Takes messages, and at the first one ends whoever it was told to end."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.taken: list[tuple[str, bytes]] = []
        self.victim = 0


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.taken.append((self.headers["webhook-id"], body))
        if len(self.server.taken) == 1:
            os.kill(self.server.victim, signal.SIGKILL)
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    yield made
    made.shutdown()
    made.server_close()


def _manager(server: ServerProcess) -> httpx2.Client:
    made = json.loads(
        server.run("app", "create", "Robot", "--type", "m2m", "--set", f"oauth.scopes={_SCOPES}", "--json")
    )
    asked = {
        "grant_type": "client_credentials",
        "client_id": made["client_id"],
        "client_secret": made["client_secret"],
        "scope": _SCOPES.replace(",", " "),
    }
    token = httpx2.post(f"{server.url}/api/v1/oauth2/token", json=asked, trust_env=False).json()["access_token"]
    return httpx2.Client(base_url=server.url, trust_env=False, headers={"authorization": f"Bearer {token}"})


def _wait_for(receiver: Receiver, count: int) -> None:
    until = time.monotonic() + 30
    while len(receiver.taken) < count:
        assert time.monotonic() < until, f"{len(receiver.taken)} of {count} messages came"
        time.sleep(0.05)


def test_a_message_that_was_taken_but_not_written_down_comes_again_the_same(
    start_process: ProcessFactory, receiver: Receiver
) -> None:
    server = start_process(_QUICKLY)
    with _manager(server) as manager:
        url = f"http://127.0.0.1:{receiver.server_port}/hook"
        created = manager.post("/api/v1/webhooks", json={"url": url, "events": ["role.definition.created"]})
        assert created.status_code == 201, created.text
        path = f"/api/v1/webhooks/{created.json()['id']}/deliveries"
        workers: list[Worker] = [start_worker(server)]
        receiver.victim = workers[0].pid
        made = manager.post("/api/v1/roles", json={"name": "Auditor", "description": "Reads.", "permissions": []})
        assert made.status_code < 300, made.text
        assert workers[0].wait(20) == -signal.SIGKILL
        [row] = manager.get(path).json()
        assert (row["state"], row["attempts"]) == ("waiting", 0)

        workers.append(start_worker(server))
        _wait_for(receiver, 2)
        workers[1].terminate()
        assert workers[1].wait(20) == 0
        [row] = manager.get(path).json()
    assert receiver.taken[0] == receiver.taken[1]
    assert len(receiver.taken) == 2
    assert (row["state"], row["attempts"], row["event_id"]) == ("delivered", 1, receiver.taken[0][0])
