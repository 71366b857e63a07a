"""Server processes: started on a core of their own, measured from the outside, ended by their own number."""

import os
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from bench.wire import cut_reply, get

PATIENCE = 30.0
"""Seconds that a server may take to answer for the first time, or to end."""
MEGABYTE = 1_000_000
ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Cores:
    """Which core runs the servers and which one the load."""

    server: int
    load: int

    @classmethod
    def available(cls) -> "Cores":
        """Take the first and the last core that this process may use."""
        cores = sorted(os.sched_getaffinity(0))
        return cls(server=cores[0], load=cores[-1])


@contextmanager
def on_core(core: int) -> Iterator[None]:
    """Run the block on one core; processes and threads begun in it stay there."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@dataclass(frozen=True)
class Process:
    """A program under way, with everything it starts."""

    name: str
    popen: subprocess.Popen[bytes]
    log: Path

    @classmethod
    def start(
        cls, name: str, command: Sequence[str], *, core: int, environment: Mapping[str, str], log: Path
    ) -> "Process":
        """Start a program on a core, in a clean environment plus the given variables."""
        kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG", "TZ") if key in os.environ}
        with log.open("ab") as output, on_core(core):
            popen = subprocess.Popen(
                command, cwd=ROOT, env={**kept, **environment}, stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )
        return cls(name, popen, log)

    def cpu_microseconds(self) -> float:
        """Processor time that the process and all its descendants have used so far."""
        return sum(own_nanoseconds(pid) for pid in _family(self.popen.pid)) / 1000 + _reaped_microseconds(
            self.popen.pid
        )

    def memory_megabytes(self) -> float:
        """Resident memory of the process and all its descendants."""
        return sum(_resident_bytes(pid) for pid in _family(self.popen.pid)) / MEGABYTE

    def await_answer(self, port: int, path: str, host: str = "127.0.0.1") -> None:
        """Ask until a GET is answered with 200.

        Raises:
            RuntimeError: The program ended, or did not answer in time; the end of its log is quoted.
        """
        deadline = time.perf_counter() + PATIENCE
        while not _answers(port, get(path, host)):
            if self.popen.poll() is not None or time.perf_counter() > deadline:
                raise RuntimeError(f"{self.name} did not answer GET {path}: {self.last_words()}")
            time.sleep(0.002)

    def await_port(self, port: int) -> None:
        """Wait until something listens.

        Raises:
            RuntimeError: The program ended, or did not listen in time.
        """
        deadline = time.perf_counter() + PATIENCE
        while True:
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=PATIENCE):
                return
            if self.popen.poll() is not None or time.perf_counter() > deadline:
                raise RuntimeError(f"{self.name} does not listen: {self.last_words()}")
            time.sleep(0.01)

    def last_words(self) -> str:
        """Return the end of the log, for a message about a failure."""
        return self.log.read_text(errors="replace")[-2000:] or "(its log is empty)"

    def stop(self) -> None:
        """End the program: politely, then by force."""
        if self.popen.poll() is None:
            self.popen.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                self.popen.wait(PATIENCE / 3)
        if self.popen.poll() is None:
            self.popen.kill()
            self.popen.wait(PATIENCE)


def free_port() -> int:
    """Find a port on 127.0.0.1 that nobody listens on, below those that systems give to connections by themselves."""
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port


def _answers(port: int, request: bytes) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        connection.sendall(request)
        buffer = bytearray()
        while data := connection.recv(65536):
            buffer += data
            reply = cut_reply(buffer)
            if reply is not None:
                return reply.status == 200  # noqa: PLR2004 - the status that means success
    return False


def _family(pid: int) -> list[int]:
    """Return a process and its living descendants."""
    family = [pid]
    for member in family:
        with suppress(OSError):
            for task in Path(f"/proc/{member}/task").iterdir():
                family.extend(int(child) for child in (task / "children").read_text().split())
    return family


def own_nanoseconds(pid: int) -> int:
    """Read a process's processor clock: all its threads, those that have ended included.

    The kernel numbers this clock ``(~pid << 3) | 2``; unlike /proc/<pid>/stat it does not count in steps of 10 ms.
    """
    with suppress(OSError):
        return time.clock_gettime_ns((~pid << 3) | 2)
    return 0


def _reaped_microseconds(pid: int) -> float:
    """Processor time of the process's children that have ended."""
    with suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[13]) + int(fields[14])) * 1e6 / os.sysconf("SC_CLK_TCK")
    return 0.0


def _resident_bytes(pid: int) -> int:
    with suppress(OSError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return 0
