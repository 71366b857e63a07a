"""Asking a small and a large server the same, in short slots that take turns."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from bench.load import drive
from bench.scale.server import ScaleServer

LINES = {
    "list": "a page of 50 from anywhere in the list",
    "read": "one user by id",
    "search_email": "one user by address",
    "search_name": "the first user of a family name",
    "search_metadata": "one user by a value of their metadata",
    "update": "a changed first name, written durably with its event",
}


@dataclass(frozen=True, slots=True)
class Sample:
    """One slot of one server.

    Attributes:
        rate: Requests a second.
        cpu: Microseconds of processor time a request, of Gatepass.
        database: The same of PostgreSQL's processes; 0 on SQLite, which works inside Gatepass.
    """

    rate: float
    cpu: float
    database: float

    @property
    def whole(self) -> float:
        """All processor time that a request costs."""
        return self.cpu + self.database


@dataclass(frozen=True, slots=True)
class Kept:
    """What one line costs with few people and with many, and how much of its rate it keeps.

    Attributes:
        small: The medians with few.
        large: The medians with many.
        by_cpu: The part of the rate that is kept, by processor time: the median over the rounds of small by large.
        by_rate: The same by the clock on the wall, which moves with whatever else the machine does.
    """

    small: Sample
    large: Sample
    by_cpu: float
    by_rate: float


def compare(servers: Sequence[ScaleServer], *, rounds: int, seconds: float, connections: int) -> dict[str, Kept]:
    """Ask a small and a large server each line's questions in turns; the first round only warms up."""
    samples: dict[str, list[list[Sample]]] = {line: [] for line in LINES}
    for number in range(rounds + 1):
        for line in LINES:
            # Each begins every other time, so that a load which comes or goes in a round favours neither.
            order = (0, 1) if number % 2 else (1, 0)
            slots = {place: _slot(servers[place], line, seconds, connections) for place in order}
            if number:
                samples[line].append([slots[0], slots[1]])
    return {line: _kept(pairs) for line, pairs in samples.items()}


def _slot(server: ScaleServer, line: str, seconds: float, connections: int) -> Sample:
    cpu, database = server.cpu_microseconds(), server.database_microseconds()
    load = drive(server.port, server.clients(line, connections), seconds=seconds)
    cpu, database = server.cpu_microseconds() - cpu, server.database_microseconds() - database
    return Sample(load.answered / load.seconds, cpu / load.answered, database / load.answered)


def _kept(pairs: list[list[Sample]]) -> Kept:
    small, large = (
        Sample(median(one.rate for one in side), median(one.cpu for one in side), median(one.database for one in side))
        for side in zip(*pairs, strict=True)
    )
    return Kept(
        small,
        large,
        by_cpu=median(few.whole / many.whole for few, many in pairs),
        by_rate=median(many.rate / few.rate for few, many in pairs),
    )
