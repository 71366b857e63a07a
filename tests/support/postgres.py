"""PostgreSQL for tests: one server a run, one empty database a test.

The server is looked for when the first test asks for it (see `tools.postgres` for where); the processes of a run agree
on one server through a locked file. A server that cannot be had fails every test that asks, with the reason.
"""

import fcntl
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal

from support import run_folder
from tools.postgres import NoPostgres, find_server

_ROOT = Path(__file__).parent.parent.parent
_START_SECONDS = 900  # Debian's package may have to be fetched first
_EMPTY = "template0"  # nobody can be connected to it, so that it can always be copied


class Server:
    """A PostgreSQL server that makes and drops databases."""

    def __init__(self, url: str, portal: BlockingPortal) -> None:
        self.url = url
        self._portal = portal
        self._connection = portal.call(asyncpg.connect, url)

    def create_database(self, *, template: str | None = None) -> str:
        """Make a database and return its URL.

        Args:
            template: URL of a database to copy, to which nobody may be connected; an empty one is made without.
        """
        name = f"gatepass_test_{os.getpid()}_{secrets.token_hex(4)}"
        source = urlsplit(template).path.lstrip("/") if template else _EMPTY
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}"')
        return urlunsplit(urlsplit(self.url)._replace(path=f"/{name}"))

    def drop_database(self, url: str) -> None:
        """Drop a database and end every connection to it."""
        self.execute(f'DROP DATABASE IF EXISTS "{urlsplit(url).path.lstrip("/")}" WITH (FORCE)')

    def execute(self, sql: str) -> None:
        """Run one statement as the server's administrator, outside any transaction."""
        self._portal.call(self._connection.execute, sql)

    def close(self) -> None:
        """End the administrator's connection."""
        self._portal.call(self._connection.close)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """Give the run's server."""
    url = _server_url()
    with start_blocking_portal() as portal:
        server = Server(url, portal)
        yield server
        server.close()


@pytest.fixture
def postgres_url(postgres_server: Server) -> Iterator[str]:
    """Give the URL of an empty database that is dropped after the test."""
    url = postgres_server.create_database()
    yield url
    postgres_server.drop_database(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the URL of an empty database, of each kind in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/gatepass.db"
    return str(request.getfixturevalue("postgres_url"))


def _server_url() -> str:
    """Return the URL of the run's server; the first process to ask finds or starts it, the others wait for that."""
    shared = run_folder.folder()
    answer, refusal = shared / "agreed-url", shared / "refusal"
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not answer.exists() and not refusal.exists():
            try:
                answer.write_text(_found() or _start_server(shared))
            except NoPostgres as problem:
                refusal.write_text(str(problem))
    if refusal.exists():
        pytest.fail(refusal.read_text(), pytrace=False)
    return answer.read_text()


def _found() -> str | None:
    """Look for a server in a thread, because the look runs a loop of its own and a browser's test has one already."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(find_server).result()


def _start_server(shared: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "tools.private_postgres", "start", str(shared), str(run_folder.process())],
        cwd=_ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_START_SECONDS,
        check=False,
    )
    if done.returncode:
        raise NoPostgres(done.stderr.strip())
    return done.stdout.strip().splitlines()[-1]
