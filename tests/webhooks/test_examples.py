"""The receivers of `examples/webhooks`, as they stand there, over real messages and forged ones."""

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from gatepass.webhooks.model import DeliveryState
from support.ports import free_port
from tools.examples import EXAMPLES, prepare
from webhooks.house import House

pytestmark = pytest.mark.anyio

_ROOT = Path(__file__).parent.parent.parent
_EXAMPLES = _ROOT / "examples" / "webhooks"
# Of the example that the tests prepare; nothing else of Node.js is installed for them.
_TSC = EXAMPLES["node-management"].folder / "node_modules" / ".bin" / "tsc"


def _python(_: Path) -> list[str]:
    return [sys.executable, str(_EXAMPLES / "receiver.py")]


def _typescript(folder: Path) -> list[str]:
    """Translate the TypeScript, because a Node.js that runs it by itself may not be here."""
    prepare("node-management")
    source = folder / "receiver.mts"
    shutil.copy(_EXAMPLES / "receiver.ts", source)
    options = ["--module", "nodenext", "--target", "es2022", "--noCheck", "--outDir", str(folder)]
    subprocess.run([_TSC, str(source), *options], check=True, capture_output=True, timeout=60)
    program = folder / "receiver.mjs"
    node = shutil.which("node")
    assert node is not None, "Install Node.js 20 or later."
    return [node, str(program)]


class Running:
    """A receiver, and what it has printed."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self.lines: list[str] = []
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.lines.append(line)

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(10)
        self._thread.join(10)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def wait_for(self, count: int) -> None:
        until = time.monotonic() + 20
        while len(self.lines) < count:
            assert time.monotonic() < until, self.lines
            time.sleep(0.02)


@contextmanager
def receiving(command: list[str], secret: str, port: int) -> Iterator[Running]:
    process = subprocess.Popen(
        command,
        env={"PATH": os.environ["PATH"], "SECRET": secret, "PORT": str(port)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    running = Running(process)
    try:
        running.wait_for(1)
        yield running
    finally:
        running.close()


class Tape:
    """A fetcher that remembers what went out, so that it can be sent once more."""

    def __init__(self, fetcher: Any) -> None:
        self._fetcher = fetcher
        self.sent: list[tuple[bytes, dict[str, str]]] = []

    async def post_for_answer(self, url: str, body: bytes, headers: dict[str, str], **bounds: Any) -> Any:
        self.sent.append((body, dict(headers)))
        return await self._fetcher.post_for_answer(url, body, headers, **bounds)


@pytest.mark.parametrize("program", [_python, _typescript], ids=["python", "typescript"])
async def test_the_examples_take_what_is_genuine_once_and_nothing_else(
    small_house: House, tmp_path: Path, program: Any
) -> None:
    port = free_port()
    created = await small_house.create(f"http://127.0.0.1:{port}/", "account")
    tape = Tape(small_house.fetcher)
    small_house.fetcher = tape  # type: ignore[assignment] # it does what the courier asks of one
    await small_house.queue("ada")
    with receiving(program(tmp_path), created.secret.reveal(), port) as running:
        await small_house.send()
        running.wait_for(2)
        [delivery] = await small_house.deliveries(created.webhook)
        body, headers = tape.sent[0]
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http:

            async def status(content: bytes = body, **changed: str) -> int:
                sent = headers | {name.replace("_", "-"): value for name, value in changed.items()}
                return (await http.post("/", content=content, headers=sent)).status_code

            assert await status() == 204, "a repeat is taken and nothing is done"
            assert await status(body.replace(b"ada", b"eve")) == 401
            assert await status(webhook_id="another") == 401
            assert await status(webhook_timestamp=str(int(time.time()) - 301)) == 401
            assert await status(webhook_signature="v1,AAAA") == 401
            assert await status(webhook_signature=f"v1,AAAA {headers['webhook-signature']}") == 204
    assert delivery.state is DeliveryState.DELIVERED
    assert len(running.lines) == 2
    assert running.lines[1].startswith("user.account.changed ")
    assert "ada" in running.lines[1]
