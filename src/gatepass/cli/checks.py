"""What the doctor looks at; each check is one function that finds one thing."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from gatepass.app import Foundations, build
from gatepass.cli.ground import absent_database
from gatepass.kit.clock import SystemClock
from gatepass.kit.db import Database, Limits, Tx, open_database, query, sqlite_path
from gatepass.kit.key_file import KeyFileFault, is_private, make_key_file, read_key_ring
from gatepass.kit.problems import Problem
from gatepass.kit.secrets import SealBroken
from gatepass.migrations import head, version_of
from gatepass.outbox.model import DeliveryFailure, Transport
from gatepass.outbox.queries import backlog, dead_letters, last_heartbeat, living_workers
from gatepass.settings import Settings
from gatepass.tokens.flows import KeyMaker
from gatepass.tokens.queries import list_signing_keys
from gatepass.worker import transport_of

_CLOCK_TOLERANCE = timedelta(seconds=5)
_CORRECT_DATABASE = "Start it, or correct GATEPASS_DATABASE."
_MADE_AT_START = "none yet; the server makes it when it starts, as this is development"
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
    findings = [
        *await _database(settings),
        _public_url(settings),
        *_proxies(settings),
        _key_file(settings),
        await _mail(settings),
    ]
    return [replace(finding, remedy="") if finding.is_well else finding for finding in findings]


async def _database(settings: Settings) -> list[Finding]:
    if absent := absent_database(settings):
        if _is_made_at_start(settings):
            return [Finding("database", is_well=True, observation=_MADE_AT_START)]
        observation, run, rest = absent.partition(" Run ")
        remedy = f"{run.lstrip()}{rest}" or _CORRECT_DATABASE
        return [Finding("database", is_well=False, observation=observation, remedy=remedy)]
    found: list[Finding] = []
    try:
        database = await open_database(settings.server.database_url, Limits(connections=2))
        try:
            async for finding in _with_database(settings, database):
                found.append(finding)  # noqa: PERF401 - what was found before the database went away is kept
        finally:
            await database.close()
    except Problem as fault:
        lost = Finding("database", is_well=False, observation=fault.detail or fault.title, remedy=_CORRECT_DATABASE)
        return [lost, *(finding for finding in found if finding.subject != lost.subject)]
    return found


def _is_made_at_start(settings: Settings) -> bool:
    """Tell whether a server in development has not been started yet; to a database that is there its key belongs."""
    server = settings.server
    try:
        path = sqlite_path(server.database_url)
    except ValueError:
        return False
    return server.dev and path is not None and not path.exists()


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
    yield await _signing_keys(Foundations(settings, SystemClock(), database, ring))


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
    now = SystemClock().now()
    living = await database.read(lambda tx: living_workers(tx, now))
    beat = living[0] if living else await database.read(last_heartbeat)
    seen = f"last seen {beat.seen_at:%Y-%m-%d %H:%M:%S} UTC on {beat.host}" if beat else "never seen"
    observation = f"{len(living)} alive, {seen}" if living else seen
    remedy = (
        "Start the server; it sends the mail itself."
        if settings.server.sends_mail
        else "Start `gatepass worker`; without it, no mail leaves."
    )
    return Finding("worker", bool(living), observation, remedy)


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


def _proxies(settings: Settings) -> Iterator[Finding]:
    server = settings.server
    if server.dev:
        return
    observation = ", ".join(server.trusted_proxies) or "none is trusted; every client seems to come from one address"
    remedy = "Set GATEPASS_TRUSTED_PROXIES to the address of the proxy in front."
    yield Finding("proxies", bool(server.trusted_proxies), observation, remedy)


def _key_file(settings: Settings) -> Finding:
    path = settings.server.key_file
    if settings.server.master_key is not None:
        observation, remedy = "given by the environment", "Set GATEPASS_MASTER_KEY to what `gatepass keys init` makes."
    elif not path.is_file() and _is_made_at_start(settings):
        return Finding("master key", is_well=True, observation=_MADE_AT_START)
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


async def _mail(settings: Settings) -> Finding:
    outbox = settings.outbox
    if outbox.smtp_url is None:
        where = "the development mailbox" if settings.server.dev else "no mail server; no mail can leave"
        return Finding("mail", settings.server.dev, where, "Set GATEPASS_SMTP_URL to the mail server.")
    # On a database and a key of the moment, so that this is told even when the server's own are away.
    with TemporaryDirectory(prefix="gatepass-doctor-") as folder:
        key_file = Path(folder) / "master.key"
        make_key_file(key_file)
        database = await open_database(f"sqlite:///{folder}/none.db")
        try:
            foundations = Foundations(settings, SystemClock(), database, read_key_ring(None, key_file))
            return await _greeting(transport_of(build(foundations)))
        finally:
            await database.close()


async def _greeting(transport: Transport) -> Finding:
    try:
        greeting = await transport.handshake()
    except DeliveryFailure as failure:
        return Finding("mail", is_well=False, observation=str(failure), remedy="Check GATEPASS_SMTP_URL.")
    finally:
        await transport.close()
    return Finding("mail", is_well=True, observation=greeting)
