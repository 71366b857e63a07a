"""The folder that all processes of one test run share, made by the process that began the run."""

import os
import shutil
import tempfile
import time
from pathlib import Path

import pytest

_FOLDER = "GATEPASS_TEST_RUN_FOLDER"
_PROCESS = "GATEPASS_TEST_RUN_PROCESS"
_STOP_SECONDS = 15


def folder() -> Path:
    """Return the run's shared folder."""
    return Path(os.environ[_FOLDER])


def process() -> int:
    """Return the process whose end is the end of the run."""
    return int(os.environ[_PROCESS])


def pytest_configure(config: pytest.Config) -> None:
    """Make the folder, once a run: xdist's workers inherit it through the environment."""
    if not hasattr(config, "workerinput"):
        os.environ[_FOLDER] = tempfile.mkdtemp(prefix="gatepass-tests-")
        os.environ[_PROCESS] = str(os.getpid())


def pytest_unconfigure(config: pytest.Config) -> None:
    """Ask the run's own database server to stop, wait for it, and remove the folder."""
    if hasattr(config, "workerinput") or _FOLDER not in os.environ:
        return
    shared = folder()
    (shared / "stop").touch()
    deadline = time.monotonic() + _STOP_SECONDS
    while (shared / "url").exists() and not (shared / "stopped").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    shutil.rmtree(shared, ignore_errors=True)
    del os.environ[_FOLDER], os.environ[_PROCESS]
