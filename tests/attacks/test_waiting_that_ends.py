"""Whoever waits for a sign-in may go away, and the server may stop: neither may cost the tokens."""

import socket
import time
from datetime import timedelta

import pytest

from support.client import BASE
from support.gatepass_server import ProcessFactory, RunningServer


def leave_after(server: RunningServer, path: str, seconds: float) -> None:
    """Send a request, wait a moment and hang up, as a suspended tab does."""
    with socket.create_connection(("127.0.0.1", server.settings.server.port)) as line:
        line.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        time.sleep(seconds)


@pytest.mark.parametrize("door", ["status", "status/events"])
def test_a_client_that_has_gone_while_it_waited_still_gets_its_tokens_later(server: RunningServer, door: str) -> None:
    client = server.client
    state = client.send("ana@example.com")["state"]
    mail = client.wait_for_mail("ana@example.com")
    leave_after(server, f"{BASE}/{door}?client_id={client.client_id}&state={state}&wait=25", 0.3)
    time.sleep(0.3)
    client.verify_link(mail)
    time.sleep(1.5)  # longer than the look that a process takes for news of others
    server.clock.move(timedelta(seconds=31))
    assert "oauth" in client.status(state).json()


@pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
def test_a_server_that_stops_answers_those_who_wait_at_once(start_process: ProcessFactory) -> None:
    process = start_process()
    client = process.client
    state = client.send("ana@example.com")["state"]
    with socket.create_connection(("127.0.0.1", process.port)) as line:
        query = f"client_id={client.client_id}&state={state}&wait=25"
        line.sendall(f"GET {BASE}/status?{query} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        time.sleep(0.5)
        started = time.monotonic()
        process.stop()
        answer = line.recv(65536)
    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert answer.endswith(b'{"authenticated":false}')
    assert time.monotonic() - started < 5
