"""The same journey on PostgreSQL with two serving processes and the worker beside them."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from support.client import BASE, Client
from support.gatepass_server import ProcessFactory, ServerProcess
from support.shop import claims_of
from support.smtp import SmtpSink
from support.worker_process import worker_beside


def children_of(process_id: int) -> list[int]:
    """Return the processes that a process has started."""
    return [int(child) for child in Path(f"/proc/{process_id}/task/{process_id}/children").read_text().split()]


def until(*, seconds: float = 15.0) -> Iterator[None]:
    """Look again and again for so long."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        yield
        time.sleep(0.02)


@dataclass
class Crew:
    """Two serving processes, their supervisor, and the worker that sends mail."""

    server: ServerProcess
    inbox: SmtpSink

    @property
    def supervisor(self) -> int:
        """Return the supervisor's process id."""
        assert self.server.process is not None
        return self.server.process.pid

    def wait_for_two(self, *, without: int = 0) -> list[int]:
        """Wait until two serving processes live and answer."""
        for _ in until():
            found = children_of(self.supervisor)
            if len(found) == 2 and without not in found and self.server.client.is_ready():
                return found
        raise AssertionError(self.server.log())

    def pair(self) -> "tuple[Client, Client]":
        """Return two clients whose connections are held by different processes."""
        by_process: dict[str, Client] = {}
        for _ in until():
            client = self.server.client
            if (answer := client.http.get("/healthz")).status_code == 200:
                # A trace id begins with what its process drew at its start.
                by_process.setdefault(answer.headers["x-trace-id"][:12], client)
            if len(by_process) == 2:
                first, second = by_process.values()
                return first, second
        raise AssertionError("one process took every connection")

    def mailed(self, email: str, count: int = 1) -> tuple[str, str]:
        """Wait for the newest mail and return its link and code."""
        mail = self.inbox.wait(count, to=email)[-1]
        return mail.link, str(mail.code)


ON_POSTGRESQL = pytest.mark.parametrize("migrated_url", ["postgresql"], indirect=True)


@pytest.fixture
def crew(start_process: ProcessFactory, smtp_sink: SmtpSink) -> Iterator[Crew]:
    environment = {"GATEPASS_SMTP_URL": smtp_sink.url, "GATEPASS_EMBEDDED_WORKER": "false"}
    server = start_process(environment, "--dev", "--workers", "2")
    with worker_beside(server, GATEPASS_DEV="true"):
        made = Crew(server, smtp_sink)
        made.wait_for_two()
        yield made


def link_parameters(link: str) -> dict[str, str]:
    """Return what a link carries."""
    return dict(httpx2.URL(link).params)


@ON_POSTGRESQL
def test_send_verify_and_status_may_land_on_different_processes(crew: Crew) -> None:
    one, other = crew.pair()
    state = one.send("ana@example.com")["state"]
    link, _ = crew.mailed("ana@example.com")
    assert other.http.get(f"{BASE}/verify", params=link_parameters(link)).status_code == 200
    told = one.status(state).json()
    keys = other.get("/.well-known/jwks.json").json()
    claims = claims_of(told["oauth"]["access_token"], keys, issuer=crew.server.url, client_id=crew.server.client_id)
    assert claims["sub"] == told["user"]["user_id"]
    assert other.status(state).json() == told, "a repeat within the grace gets the same tokens from any process"
    assert one.http.get(f"{BASE}/verify", params=link_parameters(link)).json()["error_code"] == "already_used"
    assert other.http.get(f"{BASE}/verify", params=link_parameters(link)).json()["error_code"] == "already_used"


@ON_POSTGRESQL
def test_a_long_poll_is_answered_soon_though_the_other_process_verified(crew: Crew) -> None:
    one, other = crew.pair()
    state = one.send("ana@example.com")["state"]
    link, _ = crew.mailed("ana@example.com")
    answers: list[tuple[float, bool]] = []

    def wait() -> None:
        told = one.http.get(
            f"{BASE}/status", params={"client_id": one.client_id, "state": state, "wait": "20"}, timeout=30
        ).json()
        answers.append((time.monotonic(), told["authenticated"]))

    poll = threading.Thread(target=wait)
    poll.start()
    time.sleep(0.5)
    assert not answers
    verified_at = time.monotonic()
    assert other.http.get(f"{BASE}/verify", params=link_parameters(link)).status_code == 200
    poll.join(20)
    told_at, is_authenticated = answers[0]
    assert is_authenticated
    assert told_at - verified_at < 2.5


@ON_POSTGRESQL
def test_refresh_holds_across_processes(crew: Crew) -> None:
    one, other = crew.pair()
    state = one.send("ana@example.com")["state"]
    _, code = crew.mailed("ana@example.com")
    first = other.verify_code(state, code).json()["refresh_token"]
    answer = one.refresh(first)
    assert answer.status_code == 200
    assert other.refresh(first).json()["oauth"]["refresh_token"] == answer.json()["oauth"]["refresh_token"]
    assert other.refresh(answer.json()["oauth"]["refresh_token"]).status_code == 200


class Asker(threading.Thread):
    """Keeps asking on fresh connections, as a crowd of browsers does, and counts what came back."""

    def __init__(self, server: ServerProcess) -> None:
        super().__init__(daemon=True)
        self.server = server
        self.statuses: list[int] = []
        self.lost = 0
        self.ended = threading.Event()

    def run(self) -> None:
        client = httpx2.Client(base_url=self.server.url, timeout=10, trust_env=False, headers={"connection": "close"})
        with client:
            while not self.ended.is_set():
                try:
                    self.statuses.append(client.get("/healthz").status_code)
                except httpx2.TransportError:
                    self.lost += 1


@ON_POSTGRESQL
def test_a_process_that_is_killed_is_replaced_while_the_other_answers(crew: Crew) -> None:
    victim, survivor = crew.wait_for_two()
    asker = Asker(crew.server)
    asker.start()
    os.kill(victim, signal.SIGKILL)
    pair = crew.wait_for_two(without=victim)
    assert survivor in pair
    time.sleep(0.5)
    asker.ended.set()
    asker.join(20)
    assert set(asker.statuses) == {200}
    assert len(asker.statuses) > 10
    # A request that the killed process had taken is lost with it; no others are.
    assert asker.lost <= 2
    state = crew.server.client.send("ana@example.com")["state"]
    _, code = crew.mailed("ana@example.com")
    assert crew.server.client.verify_code(state, code).status_code == 200


@ON_POSTGRESQL
def test_a_stop_lets_the_requests_in_hand_be_answered(crew: Crew) -> None:
    one, other = crew.pair()
    state = one.send("ana@example.com")["state"]
    answers: list[int] = []

    def wait(client: Client) -> None:
        answers.append(client.status(state, wait="4").status_code)

    polls = [threading.Thread(target=wait, args=(client,)) for client in (one, other)]
    for poll in polls:
        poll.start()
    time.sleep(1.5)  # both have been taken in hand, on a busy machine, too
    supervisor = crew.server.process
    assert supervisor is not None
    supervisor.terminate()
    for poll in polls:
        poll.join(15)
    assert answers == [200, 200]
    assert supervisor.wait(20) == 0
    crew.server.process = None
    with pytest.raises(httpx2.TransportError):
        crew.server.client.http.get("/healthz")


@ON_POSTGRESQL
def test_no_process_is_left_over_when_the_supervisor_is_killed(crew: Crew) -> None:
    children = crew.wait_for_two()
    os.kill(crew.supervisor, signal.SIGKILL)
    for _ in until():
        if not any(Path(f"/proc/{child}/cmdline").exists() for child in children):
            break
    else:
        raise AssertionError("the processes serve on without anybody who watches them, and hold the port")
    assert crew.server.process is not None
    crew.server.process.wait(5)
    crew.server.start()
    crew.wait_for_two()


@pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
def test_two_workers_on_sqlite_are_refused_with_the_reason(start_process: ProcessFactory) -> None:
    server = start_process(None, "--dev", is_started=False)
    done = subprocess.run(
        [sys.executable, "-m", "gatepass", "serve", "--dev", "--workers", "2", "--data", str(server.data)],
        env=server._environment(), capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert re.search(r"needs PostgreSQL: SQLite has one writer", done.stderr)
    assert "Traceback" not in done.stderr
