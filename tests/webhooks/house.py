"""What tests of webhooks need: a record that is sealed, receivers on this machine, and workers over them."""

import asyncio
import base64
import hashlib
import hmac
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio
import msgspec

from gatepass.audit.flows import Sealer, record
from gatepass.audit.model import Event, EventKind, Origin
from gatepass.kit.db import Database, Tx, query
from gatepass.kit.fetch import Fetcher
from gatepass.kit.lookups.paging import PageRequest
from gatepass.kit.lookups.reach import EVERYWHERE
from gatepass.kit.secrets import KeyRing, MasterKey
from gatepass.kit.signals import Signals
from gatepass.webhooks import queries
from gatepass.webhooks.flows import Created, Webhooks
from gatepass.webhooks.jobs import PostRoom, run_webhooks
from gatepass.webhooks.model import Attempt, Delivery, DeliveryState, Style, Webhook, Wishes
from gatepass.webhooks.sending.courier import Courier
from gatepass.webhooks.sending.dispatcher import Dispatcher
from gatepass.webhooks.sending.sender import Sender
from gatepass.webhooks.settings import WebhookSettings
from kit.fetch.web import Web

ORIGIN = Origin("192.0.2.7", "Agent/1.0")
PATIENCE = 10.0
_EVENTS = query(Event, "SELECT {columns} FROM audit_events ORDER BY id")


class HandClock:
    """A clock that runs with the machine's and can be set ahead."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


def show(event: Event) -> dict[str, Any]:
    """Show an event in the fewest words that tests need."""
    return {"id": event.id, "type": event.kind, "user_id": event.user_id, "data": event.data}


def url_of(web: Web, path: str = "/hook?key=s3cret") -> str:
    return f"http://127.0.0.1:{web.port}{path}"


async def _signed(claims: dict[str, Any]) -> str:
    return f"signed {claims['sequence']}"


@dataclass
class House:
    """All that a test of webhooks needs."""

    db: Database
    keys: KeyRing = field(default_factory=lambda: KeyRing([MasterKey.generate()]))
    clock: HandClock = field(default_factory=HandClock)
    signals: Signals = field(default_factory=Signals)
    settings: WebhookSettings = field(default_factory=WebhookSettings)
    fetcher: Fetcher = field(default_factory=lambda: Fetcher(allow_loopback=True))

    def __post_init__(self) -> None:
        self.sealer = Sealer(self.db, self.clock, _signed, lambda _: None, self.signals)

    def set(self, **settings: Any) -> None:
        self.settings = replace(self.settings, **settings)

    @property
    def courier(self) -> Courier:
        return Courier(self.keys, self.fetcher, self.clock, self.settings.timeout.total_seconds(), show)

    @property
    def webhooks(self) -> Webhooks:
        return Webhooks(self.db, self.clock, self.keys, self.courier, self.settings, allow_loopback=True)

    @property
    def dispatcher(self) -> Dispatcher:
        return Dispatcher(self.db, self.clock)

    def sender(self) -> Sender:
        return Sender(self.db, self.clock, self.courier, self.settings, self.signals)

    def room(self, *, is_alone: bool = False) -> PostRoom:
        return PostRoom(self.dispatcher, self.sender(), self.signals, is_alone)

    async def create(
        self, where: Web | str, *kinds: str, style: Style = Style.STANDARD, organization_id: str = ""
    ) -> Created:
        """Set an endpoint up."""
        wishes = Wishes(where if isinstance(where, str) else url_of(where), "A test's.", kinds or ("*",), style)
        at = self.clock.now()
        return await self.db.transact(lambda tx: self.webhooks.create(tx, wishes, organization_id, at, ORIGIN))

    async def happen(
        self, *user_ids: str, kind: EventKind = EventKind.USER_CHANGED, organization_id: str | None = None
    ) -> list[Event]:
        """Let something happen to each of some users, and have it sealed."""
        at = self.clock.now()

        async def body(tx: Tx) -> None:
            for user_id in user_ids:
                await record(tx, kind, at=at, origin=ORIGIN, user_id=user_id, organization_id=organization_id)

        await self.db.transact(body)
        while await self.sealer.seal():
            pass
        events = await self.db.read(lambda tx: tx.all(_EVENTS))
        return [event for event in events if event.kind == kind][-len(user_ids) :]

    async def queue(self, *user_ids: str, kind: EventKind = EventKind.USER_CHANGED) -> list[Event]:
        """Let something happen and put it into the queues."""
        events = await self.happen(*user_ids, kind=kind)
        while await self.dispatcher.dispatch():
            pass
        return events

    async def send(self) -> int:
        """Send whatever is due, once, and see it noted; return how many posts that were."""
        sender = self.sender()
        count = await sender.send()
        await sender.finish()
        return count

    async def webhook(self, webhook: Webhook) -> Webhook:
        found = await self.db.read(lambda tx: queries.find_webhook(tx, EVERYWHERE, webhook.id))
        assert found is not None
        return found

    async def deliveries(self, webhook: Webhook, state: DeliveryState | None = None) -> list[Delivery]:
        """Return an endpoint's deliveries, the oldest first."""
        page = await self.db.read(lambda tx: queries.list_deliveries(tx, webhook, state, PageRequest(500)))
        return list(reversed(page.items))

    async def attempts(self, delivery: Delivery) -> list[Attempt]:
        return await self.db.read(lambda tx: queries.list_attempts(tx, delivery))


@asynccontextmanager
async def working(*rooms: PostRoom) -> AsyncIterator[asyncio.Event]:
    """Let workers work; afterwards stop them as a server does and see them end."""
    stop = asyncio.Event()
    tasks = [asyncio.create_task(run_webhooks(room, stop)) for room in rooms]
    try:
        yield stop
    finally:
        stop.set()
        with anyio.fail_after(15):
            await asyncio.gather(*tasks)


async def until(is_so: Callable[[], bool], *, seconds: float = PATIENCE) -> None:
    """Wait until something is so that only a receiver knows."""
    with anyio.fail_after(seconds):
        while not is_so():  # noqa: ASYNC110 - only the receiver knows
            await anyio.sleep(0.01)


def headers_of(request: bytes) -> dict[str, str]:
    """Return the headers of a request as a receiver reads them."""
    lines = request.decode().split("\r\n")[1:]
    return {name.lower(): value for name, _, value in (line.partition(": ") for line in lines) if name}


def verify_by_standard(secret: str, headers: dict[str, str], body: bytes, *, now: datetime) -> None:
    """Verify a message as the specification of Standard Webhooks tells receivers to; nothing of ours is used."""
    assert secret.startswith("whsec_")
    key = base64.b64decode(secret[len("whsec_") :], validate=True)
    assert 24 <= len(key) <= 64, "the specification's bounds"
    stamp = int(headers["webhook-timestamp"])
    assert abs(now.timestamp() - stamp) <= 300, "too old or too new"
    signed = b".".join([headers["webhook-id"].encode(), str(stamp).encode(), body])
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    versions = [part.split(",", 1) for part in headers["webhook-signature"].split(" ")]
    assert any(version == "v1" and hmac.compare_digest(value, expected) for version, value in versions), "forged"


def told(web: Web) -> list[dict[str, Any]]:
    """Return the messages that a receiver got, in their order."""
    return [msgspec.json.decode(body) for body in web.bodies]
