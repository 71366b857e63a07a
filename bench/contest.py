"""The contest: who takes part in which line, and the interleaved rounds in which they are measured."""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles

from bench.load import Client, drive, forever
from bench.processes import Cores, Process, free_port, on_core

STARTS = 5
"""How often each server is started to time its first answer."""
WARM_UP = 3
"""How much longer a slot of the first round is: just-in-time compilers need a while."""
ADDRESSES = tuple(f"person{number:04d}@mail.example" for number in range(1000))
"""The people that every server knows; all have signed in before the first round."""
STOCK = 400
"""How many of them sign in during one slot of Gatepass's send and verify."""


@dataclass(frozen=True)
class Conditions:
    """What is the same for everybody in a run."""

    workspace: Path
    cores: Cores
    connections: int
    seconds: float

    def repeat(self, request: bytes) -> list[Client]:
        """Ask the same on every connection until the time is over."""
        return [forever(request) for _ in range(self.connections)]


@dataclass(frozen=True, slots=True)
class Sample:
    """One slot: microseconds of processor time per request, requests a second, the 99th percentile in milliseconds."""

    cpu: float
    rate: float
    p99: float


@dataclass(frozen=True)
class Entry:
    """One server's way of doing one operation.

    Attributes:
        line: The operation's key.
        server: The server's name, with what is special about this way of doing it.
        prepare: Makes one generator per connection; nothing of it is measured.
        note: Where this server does less or other work than Gatepass.
        settle: Runs after the slot, unmeasured.
        measure: Measures by itself, where the work is not the answering of requests; instead of prepare and settle.
    """

    line: str
    server: str
    prepare: Callable[[], list[Client]]
    note: str = ""
    settle: Callable[[], None] = lambda: None
    measure: Callable[[], Sample] | None = None


@dataclass
class Subject(ABC):
    """A server that takes part: how it is started, and what it can do."""

    conditions: Conditions
    name: str
    answers_at: str = "/"
    host: str = "127.0.0.1"
    port: int = field(default_factory=free_port)
    process: Process | None = None

    @abstractmethod
    def launch(self) -> Process:
        """Start the server without waiting for it."""

    @abstractmethod
    def entries(self) -> list[Entry]:
        """List what it takes part in; called once it answers."""

    def running(self) -> Process:
        """Return its process.

        Raises:
            RuntimeError: It was not started.
        """
        if self.process is None:
            raise RuntimeError(f"{self.name} was not started")
        return self.process

    def start(self) -> float:
        """Start it, wait for its first answer, and say how many seconds that took."""
        began = time.perf_counter()
        self.process = self.launch()
        self.process.await_answer(self.port, self.answers_at, self.host)
        return time.perf_counter() - began

    def stop(self) -> None:
        """End it, if it runs."""
        if self.process is not None:
            self.process.stop()

    def close(self) -> None:
        """End it for good, with everything beside it."""
        self.stop()


@dataclass(frozen=True)
class Footprint:
    """What a server costs beside its requests: memory in megabytes, seconds to the first answer."""

    idle: float
    after: float
    first_answer: float


@dataclass
class Results:
    """All samples of a run, by line and server."""

    samples: dict[tuple[str, str], list[Sample]] = field(default_factory=dict)
    notes: dict[tuple[str, str], str] = field(default_factory=dict)
    footprints: dict[str, Footprint] = field(default_factory=dict)

    def add(self, entry: Entry, sample: Sample) -> None:
        """Keep a sample."""
        key = (entry.line, entry.server)
        self.samples.setdefault(key, []).append(sample)
        self.notes[key] = entry.note

    def middle(self, line: str, server: str) -> Sample:
        """Return the medians of a server's samples in a line."""
        return middle_of(self.samples[line, server])


def middle_of(samples: Sequence[Sample]) -> Sample:
    """Return the median of each figure by itself."""
    return Sample(
        cpu=median(sample.cpu for sample in samples),
        rate=median(sample.rate for sample in samples),
        p99=median(sample.p99 for sample in samples),
    )


def time_starts(subjects: Iterable[Subject]) -> dict[str, float]:
    """Start and end every server in turn, several times; the median seconds to the first answer.

    The last start of each is left running.
    """
    taken: dict[str, list[float]] = {}
    for attempt in range(STARTS):
        for subject in subjects:
            taken.setdefault(subject.name, []).append(subject.start())
            if attempt < STARTS - 1:
                subject.stop()
    return {name: median(seconds) for name, seconds in taken.items()}


def slot(entry: Entry, subject: Subject, *, seconds: float) -> Sample:
    """Measure one entry once, for so many seconds at most."""
    if entry.measure is not None:
        return entry.measure()
    clients = entry.prepare()
    process = subject.running()
    with on_core(subject.conditions.cores.load):
        before = process.cpu_microseconds()
        load = drive(subject.port, clients, seconds=seconds)
        cpu = process.cpu_microseconds() - before
    entry.settle()
    return Sample(
        cpu=cpu / load.answered,
        rate=load.answered / load.seconds,
        p99=quantiles(load.waits, n=100)[98] * 1000,
    )


def compete(
    entries: Iterable[tuple[Subject, Entry]], results: Results, *, rounds: int, progress: Callable[[str], None]
) -> None:
    """Measure every entry once a round, one after another; a first, longer round warms up and counts for nothing.

    Neighbours in a line follow one another directly, so whatever else the machine does meets all of them.
    """
    ordered = list(entries)
    for number in range(rounds + 1):
        for subject, entry in ordered:
            progress(f"{entry.line} · {entry.server}" + ("" if number else " · warm-up"))
            seconds = subject.conditions.seconds * (1 if number else WARM_UP)
            sample = slot(entry, subject, seconds=seconds)
            if number:
                results.add(entry, sample)
