"""`gatepass worker` as a process of its own, beside a server's."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from support.gatepass_server import ServerProcess

_PATIENCE = 20.0
Worker = subprocess.Popen[bytes]


def start_worker(server: ServerProcess, **environment: str) -> Worker:
    """Start a worker on a server's data, and wait until it works and may be told to stop."""
    path = server.data / "worker.log"
    with path.open("wb") as log:
        worker = subprocess.Popen(
            [sys.executable, "-m", "gatepass", "worker", "--data", str(server.data), "--database", server.database],
            env={**server._environment(), **environment},
            stdout=log,
            stderr=log,
        )
    until = time.monotonic() + _PATIENCE
    while "The worker sends mail" not in path.read_text():
        assert worker.poll() is None, path.read_text()
        assert time.monotonic() < until, path.read_text()
        time.sleep(0.02)
    return worker


@contextmanager
def worker_beside(server: ServerProcess, **environment: str) -> Iterator[Worker]:
    """Let a worker live for a while; it has to end well."""
    worker = start_worker(server, **environment)
    try:
        yield worker
    finally:
        worker.terminate()
        status = worker.wait(_PATIENCE)
    assert status == 0, (server.data / "worker.log").read_text()
