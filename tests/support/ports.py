"""Ports that nobody takes between the asking and the listening.

A port that the system hands out for `bind(0)` may be given to the next connection of the test beside this one before a
server listens there. These lie below what systems hand out by themselves, and each worker of the run has its own.
"""

import itertools
import os
import socket
from collections.abc import Iterator
from typing import Final

_LOWEST: Final = 10_000
_PER_WORKER: Final = 2_000
_WORKERS: Final = 11


def _own_ports() -> Iterator[int]:
    digits = os.environ.get("PYTEST_XDIST_WORKER", "").removeprefix("gw")
    worker = int(digits) + 1 if digits else 0
    first = _LOWEST + worker % _WORKERS * _PER_WORKER
    # Runs that follow each other begin elsewhere, so that connections that still linger do not meet new servers.
    return itertools.cycle(first + (os.getpid() + step) % _PER_WORKER for step in range(_PER_WORKER))


_ports: Final = _own_ports()


def free_port() -> int:
    """Return a port of 127.0.0.1 at which nobody listens, neither for streams nor for datagrams."""
    for port in itertools.islice(_ports, _PER_WORKER):
        with socket.socket() as streams, socket.socket(type=socket.SOCK_DGRAM) as datagrams:
            # As servers do: a connection that lingers from a server before does not make a port taken.
            streams.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                streams.bind(("127.0.0.1", port))
                datagrams.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("Every port of this worker is taken.")
