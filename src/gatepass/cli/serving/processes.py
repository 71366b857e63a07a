"""Several serving processes behind one socket: started, watched, replaced and stopped together."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from types import FrameType
from typing import Final

import structlog

from gatepass.gate.metrics import worker_ended

_LISTEN_FD: Final = "GATEPASS_LISTEN_FD"
# Where the processes put their counters, so that any of them can answer for all.
_METRICS: Final = "PROMETHEUS_MULTIPROC_DIR"
_log = structlog.get_logger("gatepass.processes")
_SECONDS_TO_DRAIN = 15.0
_SECONDS_BETWEEN_LOOKS = 0.2
_QUICK_DEATH_SECONDS = 5.0
_MOST_QUICK_DEATHS = 5


def supervise(listener: socket.socket, count: int) -> None:
    """Run so many serving processes until this one is told to stop; one that dies is replaced.

    Gives up when processes keep dying right after their start, because then none will serve.
    """
    supervisor = _Supervisor(listener)
    signal.signal(signal.SIGTERM, supervisor.stop)
    signal.signal(signal.SIGINT, supervisor.stop)
    supervisor.run(count)


def inherited_listener() -> socket.socket | None:
    """Return the listening socket that a supervisor has handed to this process, or None where there is none.

    From then on this process stops, as if it had been told to, when its supervisor is gone, however that ended: one
    that nobody watches would hold the port and go on answering from an old version.
    """
    handed = os.environ.get(_LISTEN_FD)
    if handed is None:
        return None
    listener, lifeline = (int(descriptor) for descriptor in handed.split(","))
    threading.Thread(target=_stop_when_cut, args=(lifeline,), daemon=True, name="lifeline").start()
    return socket.socket(fileno=listener)


def _stop_when_cut(lifeline: int) -> None:
    os.read(lifeline, 1)  # nobody writes: it returns when the supervisor's end is closed
    os.kill(os.getpid(), signal.SIGTERM)


class _Supervisor:
    def __init__(self, listener: socket.socket) -> None:
        self._descriptor = listener.fileno()
        self._lifeline, self._own_end = os.pipe()  # the own end stays open for as long as this process lives
        self._metrics = os.environ[_METRICS] = tempfile.mkdtemp(prefix="gatepass-metrics-")
        self._children: dict[int, tuple[subprocess.Popen[bytes], float]] = {}
        self._stopping = False
        self._quick_deaths = 0

    def stop(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - the signature of signal handlers
        self._stopping = True

    def run(self, count: int) -> None:
        while not self._stopping:
            self._bury()
            if self._quick_deaths >= _MOST_QUICK_DEATHS:
                _log.error("processes.keep_dying")
                self._drain()
                sys.exit(1)
            while len(self._children) < count:
                self._start()
            time.sleep(_SECONDS_BETWEEN_LOOKS)
        self._drain()

    def _start(self) -> None:
        child = subprocess.Popen(  # noqa: S603 - our own command line, as it was given to us
            [sys.executable, "-m", "gatepass", *sys.argv[1:]],
            env={**os.environ, _LISTEN_FD: f"{self._descriptor},{self._lifeline}", _METRICS: self._metrics},
            pass_fds=[self._descriptor, self._lifeline],
        )
        self._children[child.pid] = (child, time.monotonic())

    def _bury(self) -> None:
        for process_id, (child, started) in list(self._children.items()):
            if child.poll() is None:
                continue
            del self._children[process_id]
            worker_ended(process_id)
            is_quick = time.monotonic() - started < _QUICK_DEATH_SECONDS
            self._quick_deaths = self._quick_deaths + 1 if is_quick else 0
            _log.warning("process.ended", process=process_id, status=child.returncode)

    def _drain(self) -> None:
        for child, _ in self._children.values():
            child.terminate()
        until = time.monotonic() + _SECONDS_TO_DRAIN
        for child, _ in self._children.values():
            try:
                child.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
        shutil.rmtree(self._metrics, ignore_errors=True)
