"""How the server feels, for those who watch over it."""

from contextlib import suppress
from dataclasses import dataclass

import msgspec

from gatepass.gate import metrics
from gatepass.gate.model import Call, Endpoint, Face, Reply
from gatepass.kit.clock import Clock
from gatepass.kit.db import Database, Tx, query
from gatepass.kit.problems import Problem
from gatepass.outbox.queries import backlog

_ASK = query(int, "SELECT 1")


class Health(msgspec.Struct, frozen=True):
    """An answer that says `ok`."""

    status: str


@dataclass(frozen=True, slots=True)
class HealthRoutes:
    """Answers probes and the scraper of metrics."""

    database: Database
    clock: Clock

    def endpoints(self) -> list[Endpoint]:
        """Return the rows of the endpoint table."""
        return [
            Endpoint(
                "healthz", "GET", ("/healthz",), self.alive, "Whether the process answers.",
                answer=Health, face=Face.PROBLEM, tag="Operation",
            ),
            Endpoint(
                "readyz", "GET", ("/readyz",), self.ready, "Whether the process can serve: its database answers.",
                answer=Health, face=Face.PROBLEM, errors=("database_unavailable",), tag="Operation",
            ),
            Endpoint(
                "metrics", "GET", ("/metrics",), self.metrics, "What the server counts about itself.",
                answer="text/plain", face=Face.PROBLEM, tag="Operation",
            ),
        ]  # fmt: skip

    async def alive(self, call: Call[None, None]) -> Health:  # noqa: ARG002 - every caller gets the same
        """Say that the process answers."""
        return Health("ok")

    async def ready(self, call: Call[None, None]) -> Health:  # noqa: ARG002 - every caller gets the same
        """Say that the database answers."""

        async def body(tx: Tx) -> int | None:
            return await tx.one(_ASK)

        if await self.database.read(body) != 1:
            raise Problem("database_unavailable", 503, "The database does not answer.", retry_after=1)
        return Health("ok")

    async def metrics(self, call: Call[None, None]) -> Reply:  # noqa: ARG002 - every caller gets the same
        """Answer with the server's counters in Prometheus' text format."""
        # Counted when asked, because the messages may be sent by another process.
        with suppress(Problem):
            now = self.clock.now()
            counted = await self.database.read(lambda tx: backlog(tx, now))
            metrics.set_outbox(waiting=counted.waiting, dead_letters=counted.dead)
        body, media_type = metrics.render()
        return Reply(body, media_type=media_type.encode())
