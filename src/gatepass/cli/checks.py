"""What the doctor looks at; each check is one function that finds one thing."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from gatepass.app import Foundations, build
from gatepass.kit.clock import SystemClock
from gatepass.kit.db import Database, Limits, StorageUnavailable, Tx, open_database, query
from gatepass.kit.key_file import KeyFileFault, is_private, read_key_ring
from gatepass.kit.secrets import SealBroken
from gatepass.migrations import head, version_of
from gatepass.outbox.model import DeliveryFailure
from gatepass.outbox.queries import backlog, dead_letters, last_heartbeat
from gatepass.settings import Settings
from gatepass.tokens.flows import KeyMaker
from gatepass.tokens.queries import list_signing_keys
from gatepass.worker import transport_of

_CLOCK_TOLERANCE = timedelta(seconds=5)
_ALIVE_WITHIN = timedelta(seconds=30)
_NOT_BEFORE = datetime(2025, 1, 1, tzinfo=UTC)
_ASK_TIME = query(
    datetime,
    "SELECT CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)",
    postgres="SELECT clock_timestamp()",
)


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found, and what to do about it."""

    subject: str
    is_well: bool
    observation: str
    remedy: str = ""


async def examine(settings: Settings) -> list[Finding]:
    """Make every check and return what was found, in the order in which it should be mended."""
    findings = [_public_url(settings), _key_file(settings)]
    try:
        database = await open_database(settings.server.database_url, Limits(connections=2))
    except (StorageUnavailable, ValueError) as fault:
        detail = fault.detail or fault.title if isinstance(fault, StorageUnavailable) else str(fault)
        remedy = "Start it, or correct GATEPASS_DATABASE."
        return [Finding("database", is_well=False, observation=detail, remedy=remedy), *findings]
    try:
        found = [finding async for finding in _with_database(settings, database)]
    finally:
        await database.close()
    return [*found, *findings]


async def _with_database(settings: Settings, database: Database) -> AsyncIterator[Finding]:
    kind = "PostgreSQL" if database.is_shared else "SQLite"
    yield Finding("database", is_well=True, observation=f"{kind} answers")
    revision = await version_of(database)
    is_migrated = revision == head()
    yield Finding(
        "schema", is_migrated, f"revision {revision or 'none'}, this version needs {head()}", "Run `gatepass migrate`."
    )
    yield await _clock(database)
    if not is_migrated:
        return
    yield await _worker(settings, database)
    yield await _outbox(database)
    try:
        ring = read_key_ring(settings.server.master_key, settings.server.key_file)
    except KeyFileFault:
        return
    foundations = Foundations(settings, SystemClock(), database, ring)
    yield await _signing_keys(foundations)
    yield await _mail(foundations)


async def _clock(database: Database) -> Finding:
    async def ask(tx: Tx) -> datetime | None:
        return await tx.one(_ASK_TIME)

    now = SystemClock().now()
    theirs = await database.read(ask) or now
    skew = abs(theirs - now)
    is_well = skew <= _CLOCK_TOLERANCE and now >= _NOT_BEFORE
    observation = f"{now:%Y-%m-%d %H:%M:%S} UTC, {skew.total_seconds():.1f} s from the database's"
    return Finding("clock", is_well, observation, "Set the clock and keep it by NTP; tokens and links expire by it.")


async def _worker(settings: Settings, database: Database) -> Finding:
    beat = await database.read(last_heartbeat)
    now = SystemClock().now()
    is_alive = beat is not None and beat.stopped_at is None and now - beat.seen_at < _ALIVE_WITHIN
    seen = f"last seen {beat.seen_at:%Y-%m-%d %H:%M:%S} UTC on {beat.host}" if beat else "never seen"
    remedy = (
        "Start the server; in development it sends mail itself."
        if settings.server.sends_mail
        else "Start `gatepass worker`; without it, no mail leaves."
    )
    return Finding("worker", is_alive, seen, remedy)


async def _outbox(database: Database) -> Finding:
    counted = await database.read(lambda tx: backlog(tx, SystemClock().now()))
    dead = await database.read(lambda tx: dead_letters(tx, 1))
    last = f"; the latest failed with: {dead[0].last_error}" if dead else ""
    observation = f"{counted.waiting} waiting, {counted.dead} given up{last}"
    return Finding(
        "outbox", counted.dead == 0, observation, "Look at the mail server's answer above and mend it there."
    )


def _public_url(settings: Settings) -> Finding:
    url = settings.server.origin
    is_well = settings.server.dev or urlsplit(settings.server.public_url).scheme == "https"
    remedy = "Set GATEPASS_PUBLIC_URL to the https address by which browsers reach the server."
    return Finding("public URL", is_well, url, remedy)


def _key_file(settings: Settings) -> Finding:
    path = settings.server.key_file
    if settings.server.master_key is not None:
        observation, remedy = "given by the environment", "Set GATEPASS_MASTER_KEY to what `gatepass keys init` makes."
    elif not path.is_file():
        return Finding(
            "master key", is_well=False, observation=f"{path} is missing", remedy="Run `gatepass keys init`."
        )
    else:
        observation = f"{path}, mode {path.stat().st_mode & 0o777:04o}"
        remedy = "Bring back the file from its copy." if is_private(path) else f"Run: chmod 600 {path}"
    try:
        read_key_ring(settings.server.master_key, path)
    except KeyFileFault as fault:
        return Finding("master key", is_well=False, observation=f"{observation}: {fault}", remedy=remedy)
    return Finding("master key", is_well=True, observation=observation)


async def _signing_keys(foundations: Foundations) -> Finding:
    keys = await foundations.database.read(list_signing_keys)
    maker = KeyMaker(foundations.key_ring, foundations.settings.tokens)
    try:
        for key in keys:
            maker.open(key)
    except SealBroken as fault:
        return Finding(
            "signing keys", is_well=False, observation=str(fault), remedy="Bring back the former master key."
        )
    count = f"{len(keys)} sealed under this master key" if keys else "none yet; made with the first token"
    return Finding("signing keys", is_well=True, observation=count)


async def _mail(foundations: Foundations) -> Finding:
    transport = transport_of(build(foundations))
    try:
        greeting = await transport.handshake()
    except DeliveryFailure as failure:
        return Finding("mail", is_well=False, observation=str(failure), remedy="Check GATEPASS_SMTP_URL.")
    finally:
        await transport.close()
    is_well = foundations.settings.outbox.smtp_url is not None or foundations.settings.server.dev
    return Finding(
        "mail", is_well, greeting, "Set GATEPASS_SMTP_URL; without it mail lands in the development mailbox."
    )
