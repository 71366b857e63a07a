"""What a client's test begins with: Gatepass, one application registered for it, and the example that uses it."""

import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from clients.running import RunningExample, running
from clients.stage import Stage, StageFactory
from support.browsing import NewVisitor, new_visitor
from support.gatepass_server import ProcessFactory, ServerProcess

__all__ = ["new_visitor"]


@pytest.fixture
def migrated_url(sqlite_template: Path, tmp_path: Path) -> str:
    """Use SQLite alone: what a client meets does not depend on the database."""
    shutil.copy(sqlite_template, tmp_path / "gatepass.db")
    return f"sqlite:///{tmp_path}/gatepass.db"


@pytest.fixture
def open_stage(start_process: ProcessFactory, new_visitor: NewVisitor) -> Iterator[StageFactory]:
    """Open stages; `registration` are further words for `gatepass app create`, `environment` is for the example."""
    with ExitStack() as stack:
        opened: list[Stage] = []

        def make(name: str, *registration: str, environment: dict[str, str] | None = None) -> Stage:
            example = stack.enter_context(contextmanager(running)(name))
            first = opened[0] if opened else None
            server = first.server if first else start_process(is_started=False)
            registered = _register(server, example, registration)
            if first is None:
                server.start()
            secret = registered["client_secret"] or ""
            example.start(server.url, registered["client_id"], secret, **(environment or {}))
            stage = Stage(server, example, first.page if first else new_visitor())
            opened.append(stage)
            return stage

        yield make


def _register(server: ServerProcess, example: RunningExample, words: tuple[str, ...]) -> dict[str, Any]:
    addresses = ["--callback", example.callback, "--logout", example.url]
    if "spa" in words:
        addresses += ["--origin", example.url.removesuffix("/")]
    return dict(json.loads(server.run("app", "create", example.example.name, *addresses, *words, "--json")))
