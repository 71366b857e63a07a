"""The parts of a server without its sockets: a house on a migrated database, a clock that stands still, a door.

`spine` stands on SQLite; `each_spine` on each database in turn, for what a database could do differently.
"""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

import httpx2
import msgspec
import pytest

from gatepass.access.flows import seed
from gatepass.app import Foundations, House, build, gate
from gatepass.applications.flows import register
from gatepass.applications.model import Application, ApplicationType, Registration
from gatepass.audit.model import Event, Origin
from gatepass.kit.db import Body, Database, Limits, open_database, query
from gatepass.kit.mail.addresses import parse_address
from gatepass.kit.secrets import KeyRing, MasterKey
from gatepass.login.flows import HandedOut
from gatepass.login.queries import find_attempt
from gatepass.methods.magic_link.model import UnverifiedLink, Visitor
from gatepass.methods.magic_link.waiting import Waiting
from gatepass.outbox.flows import payload_context
from gatepass.outbox.model import Letter
from gatepass.settings import load
from gatepass.users.model import User
from gatepass.users.queries import find_user

T = TypeVar("T")
ORIGIN = Origin("192.0.2.7", "Agent/1.0")
VISITOR = Visitor(None, "192.0.2.7", "Agent/1.0")
SHOP = Registration(
    name="Shop",
    type=ApplicationType.SPA,
    callback_urls=("https://shop.test/callback",),
    allowed_origins=("https://shop.test",),
)
PAUSE = query(int, "SELECT 1", postgres="SELECT count(*) FROM pg_sleep(0.3)")
"""Holds a transaction open, so that another one can begin meanwhile; SQLite has one at a time anyway."""
_EVENTS = query(Event, "SELECT {columns} FROM audit_events ORDER BY id")


class StillClock:
    """A clock that stands still until a test moves it; it begins at the present, to which ids belong too."""

    def __init__(self) -> None:
        self.at = datetime.now(UTC)

    def now(self) -> datetime:
        return self.at

    def move(self, by: timedelta) -> None:
        self.at += by


@dataclass(frozen=True)
class _Payload:
    id: str
    payload: bytes | None


_NEWEST_MAIL = query(
    _Payload, "SELECT {columns} FROM outbox WHERE recipient = :recipient ORDER BY created_at DESC, id DESC LIMIT 1"
)


@dataclass
class Spine:
    """A house, the application `Shop` that stands in it, and ways in."""

    house: House
    clock: StillClock
    application: Application
    ring: KeyRing
    waiting: Waiting = field(init=False)

    def __post_init__(self) -> None:
        self.waiting = Waiting(self.database, self.clock, self.house.login)

    @property
    def database(self) -> Database:
        return self.house.foundations.database

    async def register(self, registration: Registration) -> Application:
        """Register another application."""
        registered = await self.database.transact(lambda tx: register(tx, registration, self.clock.now()))
        return registered.application

    async def transact(self, body: Body[T]) -> T:
        return await self.database.transact(body)

    async def read(self, body: Body[T]) -> T:
        return await self.database.read(body)

    async def events(self) -> list[Event]:
        """Return the log of events, the oldest first."""
        return await self.read(lambda tx: tx.all(_EVENTS))

    async def ask(self, email: str, application: Application | None = None, *, match: bool = False) -> str:
        """Ask for a mail and return the state."""
        address = parse_address(email, allow_test_domains=True)
        asked = await self.house.links.request(application or self.application, address, VISITOR, wants_match=match)
        return asked.state

    async def mail(self, email: str) -> dict[str, Any]:
        """Return what the newest mail for an address says."""
        row = await self.read(lambda tx: tx.one(_NEWEST_MAIL, recipient=email))
        assert row is not None, f"no mail for {email}"
        assert row.payload is not None
        letter = self.ring.open(row.payload, context=payload_context(row.id))
        return msgspec.json.decode(letter, type=Letter).context

    async def link(self, email: str) -> UnverifiedLink:
        """Return what the link of the newest mail claims."""
        parameters = dict(parse_qsl(urlsplit(str((await self.mail(email))["link"])).query))
        return UnverifiedLink(parameters["state"], parameters["magictext"])

    async def sign_in(self, email: str, application: Application | None = None) -> HandedOut:
        """Sign somebody in by the code of the mail."""
        state = await self.ask(email, application)
        code = str((await self.mail(email))["code"])
        outcome = await self.house.codes.redeem(application or self.application, state, code, ORIGIN)
        assert isinstance(outcome, HandedOut), outcome
        return outcome

    async def user(self, user_id: str) -> User:
        """Return a user as the database has them."""
        user = await self.read(lambda tx: find_user(tx, user_id))
        assert user is not None
        return user

    async def attempt(self, state: str) -> Any:
        """Return the attempt of a state."""
        return await self.read(lambda tx: find_attempt(tx, self.application.id, state))

    def door(self, **headers: str) -> httpx2.AsyncClient:
        """Return a client that calls the front door in memory."""
        application: Any = gate(self.house)
        transport = httpx2.ASGITransport(app=application, client=("127.0.0.1", 50_000))
        return httpx2.AsyncClient(transport=transport, base_url=self.house.public_url, headers=headers)


@asynccontextmanager
async def standing(url: str, folder: Path, environment: dict[str, str] | None = None) -> AsyncIterator[Spine]:
    """Build a house on a migrated database and close it afterwards; `environment` holds further settings."""
    variables = {"GATEPASS_DEV": "true", "GATEPASS_LIMITS_SCALE": "1000", **(environment or {})}
    settings = load({**variables, "GATEPASS_DATABASE": url, "GATEPASS_DATA": str(folder)})
    database = await open_database(url, Limits(connections=5))
    clock, ring = StillClock(), KeyRing([MasterKey.generate()])
    registered = await database.transact(lambda tx: register(tx, SHOP, clock.now()))
    await database.transact(lambda tx: seed(tx, clock.now()))
    try:
        yield Spine(build(Foundations(settings, clock, database, ring)), clock, registered.application, ring)
    finally:
        await database.close()


@pytest.fixture
def sqlite_copy(sqlite_template: Path, tmp_path: Path) -> str:
    """The URL of a migrated SQLite database for one test."""
    shutil.copy(sqlite_template, tmp_path / "spine.db")
    return f"sqlite:///{tmp_path}/spine.db"


@pytest.fixture
async def spine(sqlite_copy: str, tmp_path: Path) -> AsyncIterator[Spine]:
    """A house in development on SQLite, with the limits out of the way."""
    async with standing(sqlite_copy, tmp_path) as made:
        yield made


@pytest.fixture
async def each_spine(migrated_url: str, tmp_path: Path) -> AsyncIterator[Spine]:
    """The same house, on each database in turn."""
    async with standing(migrated_url, tmp_path) as made:
        yield made
