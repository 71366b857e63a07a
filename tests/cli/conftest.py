"""The command line as a person or a script meets it: a process with arguments, an environment and a way to end."""

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Ended:
    """How a command ended and what it said."""

    status: int
    out: str
    err: str


@dataclass
class CommandLine:
    """Runs `gatepass` on one data folder, with nothing of this process's own settings."""

    data: Path
    environment: dict[str, str] = field(default_factory=dict)

    def __call__(self, *arguments: str, **environment: str) -> Ended:
        """Run one command to its end; its output never shows a traceback."""
        done = subprocess.run(
            [sys.executable, "-m", "gatepass", *arguments],
            env=self.variables(**environment),
            capture_output=True, text=True, timeout=60, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        assert "Traceback" not in done.stdout + done.stderr, done.stdout + done.stderr
        return Ended(done.returncode, done.stdout, done.stderr)

    def well(self, *arguments: str, **environment: str) -> str:
        """Run one command that has to succeed and return what it printed."""
        ended = self(*arguments, **environment)
        assert ended.status == 0, ended
        return ended.out

    def variables(self, **environment: str) -> dict[str, str]:
        """Return the whole environment of a command."""
        own = {name: value for name, value in os.environ.items() if not name.startswith("GATEPASS_")}
        given = {f"GATEPASS_{name.upper()}": value for name, value in environment.items()}
        return {**own, "GATEPASS_DATA": str(self.data), **self.environment, **given}


@pytest.fixture
def gatepass(tmp_path: Path) -> CommandLine:
    """Give the command line on an empty folder and SQLite."""
    return CommandLine(tmp_path / "data")


@pytest.fixture
def ready(gatepass: CommandLine) -> CommandLine:
    """Give the command line with a master key and a migrated database."""
    gatepass.well("keys", "init")
    gatepass.well("migrate")
    return gatepass
