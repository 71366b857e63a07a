"""Gatepass on a real socket, for tests: inside this process with a clock that a test can move, or as its own process.

`server` runs in a thread and shares memory with the test, so a test may hold the time still and read the database.
`server_process` is the command line itself, to be killed, restarted and run with several workers.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from gatepass.app import Application as ServerApplication
from gatepass.app import Foundations, House
from gatepass.applications.flows import register
from gatepass.applications.model import Application, ApplicationType, Registration
from gatepass.gate.connections.protocol import ConnectionLimits, protocol_class
from gatepass.kit.db import Limits, open_database
from gatepass.kit.secrets import KeyRing, MasterKey
from gatepass.settings import Settings, load
from gatepass.worker import work_beside
from support.client import Client, close_clients
from support.ports import free_port

_PATIENCE = 20.0


class MovableClock:
    """A clock that runs with the machine's until a test moves it."""

    def __init__(self) -> None:
        self._offset = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._offset

    def move(self, by: timedelta) -> None:
        self._offset += by


@dataclass
class RunningServer:
    """A server in a thread of this process."""

    url: str
    application: Application
    clock: MovableClock
    settings: Settings
    loop: asyncio.AbstractEventLoop
    house: House
    client: Client = field(init=False)

    def __post_init__(self) -> None:
        self.client = Client(self.url, self.application.client_id)

    def wait_for(self, coroutine: Any) -> Any:
        """Run a coroutine in the server's loop and return its result."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(_PATIENCE)

    def read(self, body: Callable[..., Any]) -> Any:
        """Run a reading body on the server's own database."""
        return self.wait_for(self.house.foundations.database.read(body))

    def transact(self, body: Callable[..., Any]) -> Any:
        """Run a writing body on the server's own database."""
        return self.wait_for(self.house.foundations.database.transact(body))

    def register(self, registration: Registration) -> Client:
        """Register another application and return a client of it."""
        at = self.clock.now()
        registered = self.transact(lambda tx: register(tx, registration, at))
        return Client(self.url, registered.application.client_id)


ServerFactory = Callable[..., RunningServer]

SHOP = Registration(
    name="Shop",
    type=ApplicationType.SPA,
    callback_urls=("https://shop.test/callback",),
    allowed_origins=("https://shop.test",),
)


class ServerThread:
    """A server that runs in a thread of this process from `start` to `stop`."""

    def __init__(self, settings: Settings, limits: ConnectionLimits, registration: Registration) -> None:
        self._settings = settings
        self._limits = limits
        self._registration = registration
        self._ready: threading.Event = threading.Event()
        self._server: uvicorn.Server | None = None
        self._error: BaseException | None = None
        self.running: RunningServer | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> RunningServer:
        self._thread.start()
        assert self._ready.wait(_PATIENCE), "the server did not start in time"
        if self._error is not None:
            raise self._error
        assert self.running is not None
        return self.running

    def stop(self) -> None:
        if self._server is not None:
            self._server.should_exit = True
        self._thread.join(_PATIENCE)
        assert not self._thread.is_alive(), "the server did not stop in time"

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:
            self._error = error
            self._ready.set()
            raise

    async def _serve(self) -> None:
        clock = MovableClock()
        database = await open_database(self._settings.server.database_url, Limits(connections=5))
        ring = KeyRing([MasterKey.generate()])
        foundations = Foundations(self._settings, clock, database, ring)
        at = clock.now()
        registered = await database.transact(lambda tx: register(tx, self._registration, at))

        async def lay() -> Foundations:
            return foundations

        application = ServerApplication(lay, work_beside)
        self._server = uvicorn.Server(self._config(application))
        task = asyncio.ensure_future(self._server.serve())
        while not self._server.started and not task.done():  # noqa: ASYNC110 - uvicorn tells it by a flag alone
            await asyncio.sleep(0.005)
        if task.done():
            await task
            raise RuntimeError("the server ended while it started")
        assert application.house is not None
        self.running = RunningServer(
            self._settings.server.origin,
            registered.application,
            clock,
            self._settings,
            asyncio.get_running_loop(),
            application.house,
        )
        self._ready.set()
        await task

    def _config(self, application: ServerApplication) -> uvicorn.Config:
        return uvicorn.Config(
            application,
            host="127.0.0.1",
            port=self._settings.server.port,
            http=protocol_class(self._limits),
            ws="none",
            lifespan="on",
            access_log=False,
            log_config=None,
            server_header=False,
            proxy_headers=bool(self._settings.server.trusted_proxies),
            forwarded_allow_ips=list(self._settings.server.trusted_proxies),
            timeout_graceful_shutdown=2,
        )


@pytest.fixture
def start_server(tmp_path: Path, migrated_url: str) -> Iterator[ServerFactory]:
    """Start servers on the database of this test; `environment` holds further GATEPASS_ settings."""
    started: list[ServerThread] = []

    def start(
        environment: dict[str, str] | None = None,
        *,
        limits: ConnectionLimits | None = None,
        registration: Registration = SHOP,
    ) -> RunningServer:
        variables = {"GATEPASS_DEV": "true", "GATEPASS_LIMITS_SCALE": "1000", **(environment or {})}
        variables["GATEPASS_DATABASE"] = migrated_url
        variables["GATEPASS_DATA"] = str(tmp_path)
        settings = load(variables, given={"port": free_port()})
        thread = ServerThread(settings, limits or ConnectionLimits(), registration)
        started.append(thread)
        return thread.start()

    yield start
    close_clients()
    for thread in started:
        thread.stop()


@pytest.fixture
def server(start_server: ServerFactory) -> RunningServer:
    """A server in development mode with the limits out of the way, on each database in turn."""
    return start_server()


@dataclass
class ServerProcess:
    """`gatepass serve` as a process of its own, with its application."""

    data: Path
    database: str
    port: int
    environment: dict[str, str]
    arguments: tuple[str, ...] = ()
    process: "subprocess.Popen[bytes] | None" = None
    client_id: str = ""

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def client(self) -> Client:
        return Client(self.url, self.client_id)

    def run(self, *arguments: str) -> str:
        """Run another command on the same data and return what it printed."""
        command = [sys.executable, "-m", "gatepass", *arguments, "--data", str(self.data), "--database", self.database]
        done = subprocess.run(command, env=self._environment(), capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start(self) -> None:
        """Start the server and wait until it is ready."""
        command = [sys.executable, "-m", "gatepass", "serve", "--port", str(self.port), "--data", str(self.data)]
        log = (self.data / "server.log").open("ab")
        with log:
            self.process = subprocess.Popen(
                [*command, "--database", self.database, *self.arguments],
                env=self._environment(),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        until = time.monotonic() + _PATIENCE
        while not Client(self.url, "").is_ready():
            assert self.process.poll() is None, self.log()
            assert time.monotonic() < until, self.log()
            time.sleep(0.02)

    def log(self) -> str:
        """Return everything that the server has printed."""
        return (self.data / "server.log").read_text(errors="replace")

    def kill(self) -> None:
        """End the server and its workers at once, as a power cut would."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(_PATIENCE)
            self.process = None

    def stop(self) -> None:
        """Ask the server to stop and wait until it has."""
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(_PATIENCE)
            finally:
                self.process = None

    def _environment(self) -> dict[str, str]:
        own = {name: value for name, value in os.environ.items() if not name.startswith("GATEPASS_")}
        return {**own, "GATEPASS_LIMITS_SCALE": "1000", **self.environment}


ProcessFactory = Callable[..., ServerProcess]


@pytest.fixture
def start_process(tmp_path: Path, migrated_url: str) -> Iterator[ProcessFactory]:
    """Prepare the command line's server on the migrated database of this test, with an application `Shop`."""
    made: list[ServerProcess] = []

    def start(environment: dict[str, str] | None = None, *arguments: str, is_started: bool = True) -> ServerProcess:
        data = tmp_path / f"data{len(made)}"
        data.mkdir()
        process = ServerProcess(data, migrated_url, free_port(), environment or {}, arguments or ("--dev",))
        made.append(process)
        subprocess.run(
            [sys.executable, "-m", "gatepass", "keys", "init", "--data", str(data)],
            env=process._environment(), capture_output=True, timeout=60, check=True,
        )  # fmt: skip
        created = process.run("app", "create", "Shop", "--type", "spa", "--origin", "https://shop.test", "--json")
        process.client_id = json.loads(created)["client_id"]
        if is_started:
            process.start()
        return process

    yield start
    close_clients()
    for process in made:
        process.kill()
