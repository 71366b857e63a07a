"""A record with a sealer, on any database, and ways to tamper with it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from gatepass.audit.chain.model import CHECKPOINT_TYPE, Link, Verdict
from gatepass.audit.flows import RetentionPurge, Sealer, record
from gatepass.audit.model import EventKind, Origin
from gatepass.audit.queries import keys_of, verify
from gatepass.kit.client.places import Place
from gatepass.kit.db import Database, Tx, command, query
from gatepass.kit.signals import Signals
from gatepass.protocols.jose import Signer, SigningAlgorithm, generate_private_key, public_jwk

NOBODY = Origin("192.0.2.7", "Agent/1.0", trace_id="trace-1")
_LINKS = query(Link, "SELECT {columns} FROM audit_events WHERE sequence IS NOT NULL ORDER BY sequence")
_COUNT = query(int, "SELECT count(*) FROM audit_events")
_KEEP = query(int, "SELECT count(*) FROM audit_checkpoints")
_SOW_SQLITE = """
    INSERT INTO audit_events (id, kind, occurred_at, application_id, user_id, network, user_agent, data)
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count)
    SELECT lower(hex(randomblob(12))), 'user.login.succeeded', :at, 'app', 'u' || i, '192.0.2.7', 'Agent/1.0',
           '{"method":"magic_link","device":"Firefox on Linux"}' FROM n
"""
_SOW_POSTGRES = """
    INSERT INTO audit_events (id, kind, occurred_at, application_id, user_id, network, user_agent, data)
    SELECT substr(md5(random()::text), 1, 24), 'user.login.succeeded', :at::timestamptz, 'app', 'u' || i, '192.0.2.7',
           'Agent/1.0', '{"method":"magic_link","device":"Firefox on Linux"}' FROM generate_series(1, :count::int) i
"""


class StillClock:
    """A clock that stands still until a test moves it."""

    def __init__(self) -> None:
        self.at = datetime.now(UTC)

    def now(self) -> datetime:
        return self.at


class Ledger:
    """A record on a database, with a key of its own."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = StillClock()
        self.signals = Signals()
        private = generate_private_key(SigningAlgorithm.EDDSA)
        self.signer = Signer("key-1", SigningAlgorithm.EDDSA, private)
        self.jwk: dict[str, Any] = dict(public_jwk(private, key_id="key-1", algorithm=SigningAlgorithm.EDDSA))
        self.sealer = self.another_sealer()

    def another_sealer(self) -> Sealer:
        return Sealer(self.database, self.clock, self.sign, self.locate, self.signals)

    async def sign(self, claims: dict[str, Any]) -> str:
        return self.signer.sign({"iss": "https://gate.test", **claims}, token_type=CHECKPOINT_TYPE)

    def locate(self, address: str) -> Place | None:
        return Place("Lisbon", "Portugal") if address == "192.0.2.99" else None

    async def happen(self, count: int = 1, **given: Any) -> None:
        """Record events, each in a transaction of its own."""
        facts = {"kind": EventKind.LOGIN_SUCCEEDED, "at": self.clock.at, "origin": NOBODY, "user_id": "ana", **given}
        for number in range(count):
            data = facts.get("data", {"number": str(number)})
            await self.database.transact(lambda tx: record(tx, **{**facts, "data": data}))  # noqa: B023

    async def sow(self, count: int) -> None:
        """Put many events into the table at once."""
        await self.tamper(
            _SOW_SQLITE if self.database.dialect == "sqlite" else _SOW_POSTGRES, count=count, at=self.clock.at
        )

    async def seal_all(self, *, checkpoint: bool = True) -> int:
        """Seal whatever waits, in as many batches as it takes."""
        total = 0
        while count := await self.sealer.seal():
            total += count
            await self.sealer.checkpoint()
        if checkpoint:
            await self.sealer.checkpoint(is_due=True)
        return total

    async def outlive(self, days: int = 401) -> int:
        """Let so many days pass and retention of 400 days delete what it may; return how many events went."""
        self.move(timedelta(days=days))
        purge, now, total = RetentionPurge(400), self.clock.at, 0
        while count := await self.database.transact(lambda tx: purge(tx, now)):
            total += count
        return total

    async def verdict(self, **given: Any) -> Verdict:
        return await verify(self.database, keys_of([self.jwk]), **given)

    async def links(self) -> Sequence[Link]:
        return await self.database.read(lambda tx: tx.all(_LINKS))

    async def count(self) -> int:
        return await self.database.read(lambda tx: tx.one(_COUNT)) or 0

    async def count_checkpoints(self) -> int:
        return await self.database.read(lambda tx: tx.one(_KEEP)) or 0

    async def tamper(self, sql: str, **parameters: Any) -> int:
        """Change the tables behind the record's back."""
        statement = command(sql)

        async def body(tx: Tx) -> int:
            return await tx.run(statement, **parameters)

        return await self.database.transact(body)

    def move(self, by: timedelta) -> None:
        self.clock.at += by
