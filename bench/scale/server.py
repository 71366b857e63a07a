"""A server that is filled with people, and the questions that it is asked."""

import os
import random
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from bench.load import Client, ask_once, expect
from bench.processes import ROOT, Cores, Process, free_port
from bench.scale.backends import Backends
from bench.scale.people import email, family, write
from bench.wire import get
from gatepass.kit.lookups.paging import encode_cursor

HOST = "bench.example"
USERS = "/api/v1/users"
KEPT = 1_000
"""How many people the questions are about; as many as the small server knows."""


class Found(msgspec.Struct):
    """What matters of a user in an answer."""

    id: str = msgspec.field(name="_id")


@dataclass
class ScaleServer:
    """One server with so many people.

    Attributes:
        workspace: Where its data is.
        cores: Which core serves and which one asks.
        people: How many it knows.
        organizations: How many organizations.
        database: The URL of an empty database; a SQLite file in the workspace where it is empty.
        import_rate: People a second while it was filled.
        import_megabytes: The most memory that the import held.
    """

    workspace: Path
    cores: Cores
    people: int
    organizations: int
    database: str = ""
    port: int = field(default_factory=free_port)
    process: Process | None = None
    import_rate: float = 0.0
    import_megabytes: float = 0.0
    _key: str = ""
    _backends: Backends | None = None
    _ids: list[str] = field(default_factory=list)

    def fill(self) -> None:
        """Make the database and bring everybody in."""
        self._run("migrate")
        self._run("keys", "init")
        organizations = ["--organizations", str(self.organizations), *self._place()]
        self._done([sys.executable, "-m", "bench.scale.people", *organizations])
        table = self.workspace / f"people-{self.people}.csv"
        write(table, self.people, self.organizations)
        began = time.perf_counter()
        self.import_megabytes = self._most_megabytes("import", "csv", str(table))
        self.import_rate = self.people / (time.perf_counter() - began)
        table.unlink()
        made = self._run("api-key", "create", "bench", "--scope", "sys_admin", "--json")
        self._key = str(msgspec.json.decode(made)["api_key"])
        if self.database:
            self._backends = Backends(self.database)
            self._backends.settle()

    def start(self) -> None:
        """Start it and learn about whom to ask."""
        arguments = ["serve", "--host", "127.0.0.1", "--port", str(self.port)]
        log = self.workspace / f"scale-{self.people}.log"
        command = self._command(*arguments)
        self.process = Process.start(
            f"gatepass with {self.people}", command, core=self.cores.server, environment=self._settings(), log=log
        )
        self.process.await_answer(self.port, "/.well-known/jwks.json", HOST)
        numbers = random.Random(7).sample(range(self.people), min(KEPT, self.people))
        for number in numbers[:200]:
            reply = ask_once(self.port, self._get(USERS, email=email(number)))
            self._ids += [one.id for one in msgspec.json.decode(reply.body, type=list[Found])]

    def stop(self) -> None:
        """End it."""
        if self.process is not None:
            self.process.stop()
        if self._backends is not None:
            self._backends.close()

    def cpu_microseconds(self) -> float:
        """Processor time that the server has used so far."""
        return self._running().cpu_microseconds()

    def database_microseconds(self) -> float:
        """Processor time that PostgreSQL has used for it so far; 0 on SQLite, which works inside the server."""
        return 0.0 if self._backends is None else self._backends.cpu_microseconds()

    def megabytes(self) -> float:
        """Resident memory of the server."""
        return self._running().memory_megabytes()

    def clients(self, line: str, connections: int) -> list[Client]:
        """Return one generator for each connection that asks one line's questions without end."""
        return [getattr(self, f"_{line}")(random.Random(number)) for number in range(connections)]

    def _list(self, dice: random.Random) -> Client:
        while True:
            after = dice.choice(self._ids)
            expect((yield self._get(USERS, limit="50", cursor=_cursor(after))))

    def _read(self, dice: random.Random) -> Client:
        while True:
            expect((yield self._get(f"{USERS}/{dice.choice(self._ids)}")))

    def _search_email(self, dice: random.Random) -> Client:
        while True:
            expect((yield self._get(USERS, email=email(dice.randrange(self.people)))))

    def _search_name(self, dice: random.Random) -> Client:
        while True:
            name = family(dice.randrange(self.people), self.people)
            expect((yield self._get(USERS, name=name, limit="1")))

    def _search_metadata(self, dice: random.Random) -> Client:
        while True:
            expect((yield self._get(USERS, metadata=f"seat:{dice.randrange(self.people)}")))

    def _update(self, dice: random.Random) -> Client:
        while True:
            path = f"{USERS}/{dice.choice(self._ids)}"
            expect((yield _patch(path, self._key, {"first_name": f"Ann {dice.randrange(10**6)}"})))

    def _get(self, path: str, **query: str) -> bytes:
        return get(path, HOST, bearer=self._key, **query)

    def _running(self) -> Process:
        if self.process is None:
            raise RuntimeError("the server was not started")
        return self.process

    def _most_megabytes(self, *arguments: str) -> float:
        """Run a command and return the most memory that it held."""
        log = self.workspace / f"import-{self.people}.log"
        with log.open("wb") as output:
            popen = subprocess.Popen(
                self._command(*arguments), cwd=ROOT, env=self._settings(), stdout=output, stderr=output
            )
            _, status, usage = os.wait4(popen.pid, 0)
            popen.returncode = os.waitstatus_to_exitcode(status)
        if popen.returncode:
            raise RuntimeError(f"{' '.join(arguments[:2])} failed: {log.read_text(errors='replace')[-2000:]}")
        return usage.ru_maxrss / 1024

    def _run(self, *arguments: str) -> bytes:
        return self._done(self._command(*arguments))

    def _done(self, command: list[str]) -> bytes:
        done = subprocess.run(command, cwd=ROOT, env=self._settings(), check=False, capture_output=True, timeout=7_200)
        if done.returncode:
            raise RuntimeError(f"{' '.join(command[1:5])} failed: {(done.stderr + done.stdout).decode()[-2000:]}")
        return done.stdout

    def _command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "gatepass", *arguments, *self._place()]

    def _place(self) -> list[str]:
        database = ["--database", self.database] if self.database else []
        return ["--data", str(self.workspace / f"gatepass-{self.people}"), *database]

    def _settings(self) -> dict[str, str]:
        return {
            "GATEPASS_PUBLIC_URL": f"https://{HOST}",
            "GATEPASS_SMTP_URL": "smtp://127.0.0.1:9",
            "GATEPASS_LIMITS_SCALE": "1000000",
            "GATEPASS_EMBEDDED_WORKER": "false",
        }


def _cursor(after: str) -> str:
    """Return the cursor of the page that follows a user."""
    return encode_cursor((after,))


def _patch(path: str, bearer: str, content: object) -> bytes:
    body = msgspec.json.encode(content)
    head = (
        f"PATCH {path} HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: Bearer {bearer}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
