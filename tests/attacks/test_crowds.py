"""Waiting costs a connection, and a network may hold a whole company: neither shuts others out."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from gatepass.applications.flows import register
from gatepass.applications.model import ApplicationType, Registration
from support.client import BASE, Client
from support.gatepass_server import RunningServer, ServerFactory

ON_SQLITE = pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)


@contextmanager
def stream(server: RunningServer, state: str) -> Iterator[bytes]:
    """Open a stream of events and yield its first bytes."""
    with socket.create_connection(("127.0.0.1", server.settings.server.port)) as line:
        path = f"{BASE}/status/events?client_id={server.client.client_id}&state={state}"
        line.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        received = b""
        while b"\n\n" not in received.partition(b"\r\n\r\n")[2]:
            received += line.recv(4096)
        yield received


@ON_SQLITE
def test_a_fifth_waiting_page_of_one_attempt_is_told_so_and_leaves_room_when_one_closes(server: RunningServer) -> None:
    state = server.client.send("ana@example.com")["state"]
    with ExitStack() as open_streams:
        for _ in range(4):
            assert b'"authenticated":false' in open_streams.enter_context(stream(server, state))
        with stream(server, state) as refused:
            assert b"too_many_waiting" in refused
        assert server.client.status(state, wait="1").status_code == 429
        assert server.client.status(state).json() == {"authenticated": False}
    # The four have gone, and the server notices by itself.
    for _ in range(50):
        if server.client.status(state, wait="0.1").status_code == 200:
            return
    pytest.fail("no place was given back")


@ON_SQLITE
def test_a_server_that_proves_its_secret_is_not_charged_to_its_network(start_server: ServerFactory) -> None:
    server = start_server({"GATEPASS_LIMITS_SCALE": "0.999", "GATEPASS_LIMITS_SENDS_PER_NETWORK_AND_HOUR": "3"})
    at = server.clock.now()
    registration = Registration("Backend", ApplicationType.WEB, callback_urls=("https://shop.test/callback",))
    made = server.transact(lambda tx: register(tx, registration, at))
    client = Client(server.url, made.application.client_id)
    proof = {"x-client-secret": made.client_secret.reveal()}
    answers = [
        client.post(f"{BASE}/send", {"email": f"user{number}@example.com"}, headers=proof).status_code
        for number in range(6)
    ]
    assert answers == [200] * 6
    plain = [client.post(f"{BASE}/send", {"email": f"other{number}@example.com"}).status_code for number in range(4)]
    assert plain == [200, 200, 200, 429]
    wrong = client.post(f"{BASE}/send", {"email": "ana@example.com"}, headers={"x-client-secret": "gps_wrong"})
    assert (wrong.status_code, wrong.json()["error_code"]) == (401, "invalid_client_secret")
