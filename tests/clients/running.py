"""An example application as a process of its own, configured as its README says: by its environment."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest

from support.ports import free_port
from tools.examples import Example, NotPrepared, ready

_PATIENCE = 60.0
_STOP_PATIENCE = 10.0


@dataclass
class RunningExample:
    """One example on a free port, on another site than the provider: 127.0.0.1 instead of localhost."""

    example: Example
    port: int = field(default_factory=free_port)
    folder: Path = field(init=False)
    home: Path = field(init=False)
    process: "subprocess.Popen[bytes] | None" = None

    def __post_init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="gatepass-example-"))
        self.home = self.example.folder
        if not self.example.build:
            # Started by root, Apache reads its pages as another user, who may not enter every folder.
            self.folder.chmod(0o755)
            self.home = shutil.copytree(self.example.folder, self.folder / "example")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    @property
    def callback(self) -> str:
        return f"{self.url}callback"

    @property
    def log(self) -> str:
        return "\n".join(path.read_text(errors="replace") for path in sorted(self.folder.glob("*.log")))

    def start(self, issuer: str, client_id: str, client_secret: str, **environment: str) -> None:
        """Start it and wait until it answers."""
        settings = {"ISSUER": issuer, "CLIENT_ID": client_id, "CLIENT_SECRET": client_secret, "PORT": str(self.port)}
        settings |= {"REDIRECT_URI": self.callback, **environment}
        with (self.folder / "output.log").open("ab") as log:
            self.process = subprocess.Popen(
                self.example.start,
                cwd=self.home,
                env={**os.environ, **settings},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        until = time.monotonic() + _PATIENCE
        while not self._answers():
            assert self.process.poll() is None, f"examples/{self.example.name} ended:\n{self.log}"
            assert time.monotonic() < until, f"examples/{self.example.name} does not answer:\n{self.log}"
            time.sleep(0.05)

    def stop(self) -> None:
        """End it, and whatever it has started."""
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(_STOP_PATIENCE)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait(_STOP_PATIENCE)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _answers(self) -> bool:
        try:
            return httpx2.get(self.url, trust_env=False).status_code == 200
        except httpx2.TransportError:
            return False


def running(name: str) -> Iterator[RunningExample]:
    """Give an example that is still to be started, and stop it in the end; fail when it is not prepared."""
    try:
        example = ready(name)
    except NotPrepared as problem:
        pytest.fail(str(problem), pytrace=False)
    made = RunningExample(example)
    yield made
    made.stop()
