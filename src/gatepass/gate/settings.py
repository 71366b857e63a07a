"""The server's own settings: where it stands and whom it trusts."""

import ipaddress
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from gatepass.kit.dns.resolver import read_nameserver
from gatepass.kit.secrets import Secret
from gatepass.kit.urls import serialized_origin

DEFAULT_DATA = Path("gatepass-data")


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """Where the server stands and whom it trusts."""

    data: Path = field(
        default=DEFAULT_DATA,
        metadata={"doc": "The folder of the SQLite database, the master key file and the TOML file."},
    )
    database: Secret | None = field(
        default=None,
        metadata={
            "doc": "sqlite:///path/file.db or postgresql://user:password@host/name; a file in `data` by default."
        },
    )
    host: str = field(default="127.0.0.1", metadata={"doc": "The address to listen on."})
    port: int = field(default=8000, metadata={"doc": "The port to listen on."})
    public_url: str = field(
        default="",
        metadata={
            "doc": "The address by which browsers reach the server, without a path; every link is built from it alone. "
            "Required in production, https; in development http://localhost:<port>."
        },
    )
    workers: int = field(default=1, metadata={"doc": "How many processes serve; more than one needs PostgreSQL."})
    dev: bool = field(
        default=False,
        metadata={"doc": "Development mode: the dev mailbox, pages at /, wider limits, http on loopback."},
    )
    embedded_worker: bool | None = field(
        default=None,
        metadata={
            "doc": "Whether the server process also sends mail; true in development and on SQLite, false on "
            "PostgreSQL, where `gatepass worker` does it."
        },
    )
    master_key: Secret | None = field(
        default=None,
        metadata={
            "doc": "The master key, 32 bytes in base64; without it the file master.key in `data` is used. Former keys "
            "may follow after commas, so that what they sealed still opens."
        },
    )
    trusted_proxies: tuple[str, ...] = field(
        default=(),
        metadata={
            "doc": "Addresses or networks of the proxies whose X-Forwarded-For and -Proto headers are believed. "
            "Without one, no link that is opened in production counts as opened nearby."
        },
    )
    allowed_hosts: tuple[str, ...] = field(
        default=(), metadata={"doc": "Further Host headers that are served besides the public URL's."}
    )
    places_file: Path | None = field(
        default=None, metadata={"doc": "A MaxMind-format file (.mmdb) that names the places of addresses."}
    )
    nameservers: tuple[str, ...] = field(
        default=(),
        metadata={
            "doc": "Whom to ask for the DNS records that prove domains, such as 9.9.9.9 or 127.0.0.1:5300; those of "
            "the system by default."
        },
    )
    access_log: bool = field(
        default=False,
        metadata={"doc": "Whether each answer is logged: endpoint, status and duration, never an address or a query."},
    )
    log_level: str = field(default="INFO", metadata={"doc": "The least level that is logged."})
    pool_size: int = field(default=10, metadata={"doc": "Connections to PostgreSQL for each process."})

    @property
    def database_url(self) -> str:
        """Return the database's address."""
        return self.database.reveal() if self.database else f"sqlite:///{self.data / 'gatepass.db'}"

    @property
    def key_file(self) -> Path:
        """Return where the master key lies when it isn't given."""
        return self.data / "master.key"

    @property
    def own_origins(self) -> frozenset[bytes]:
        """Return the origins of the server's own pages; on a laptop by each name that a browser may use."""
        names = ("localhost", "127.0.0.1", "[::1]") if self.dev else ()
        return frozenset({self.origin.encode(), *(f"http://{name}:{self.port}".encode() for name in names)})

    @property
    def knows_networks(self) -> bool:
        """Tell whether clients' addresses are their own: on a laptop, or behind proxies that are named."""
        return self.dev or bool(self.trusted_proxies)

    @property
    def sends_mail(self) -> bool:
        """Tell whether the server process also sends mail."""
        if self.embedded_worker is None:
            return self.dev or self.database_url.startswith("sqlite:")
        return self.embedded_worker

    @property
    def origin(self) -> str:
        """Return the public URL as browsers write it: lower case, no default port, no slash at its end."""
        return serialized_origin(self.public_url.rstrip("/")) or f"http://localhost:{self.port}"

    def faults(self) -> Iterator[str]:
        """Name every value that can't be used, each in a sentence; nothing when all can."""
        yield from self._database_faults()
        if self.workers < 1:
            yield "At least one worker has to serve; set --workers to 1 or more."
        if self.port not in range(65_536):
            yield "GATEPASS_PORT must be a port, 0 to 65535."
        if self.public_url and serialized_origin(self.public_url.rstrip("/")) is None:
            yield "GATEPASS_PUBLIC_URL must be scheme and host alone, such as https://auth.example.com."
        for proxy in self.trusted_proxies:
            if not _is_network(proxy):
                yield f"GATEPASS_TRUSTED_PROXIES: {proxy!r} is no address or network, such as 10.0.0.1 or 10.0.0.0/8."
        for nameserver in self.nameservers:
            if not _is_nameserver(nameserver):
                yield f"GATEPASS_NAMESERVERS: {nameserver!r} is no address of a name server, such as 9.9.9.9."
        if self.places_file is not None and not self.places_file.is_file():
            yield f"GATEPASS_PLACES_FILE: there is no file {self.places_file}."
        if self.log_level.upper() not in logging.getLevelNamesMapping():
            yield f"GATEPASS_LOG_LEVEL must be DEBUG, INFO, WARNING, ERROR or CRITICAL, not {self.log_level!r}."

    def _database_faults(self) -> Iterator[str]:
        if self.workers > 1 and self.database_url.startswith("sqlite:"):
            yield (
                "More than one worker needs PostgreSQL: SQLite has one writer, and a second process would only wait "
                "for it. Set GATEPASS_DATABASE to a postgresql:// address, or leave --workers at 1."
            )
        if not self.database_url.startswith(("sqlite:///", "postgresql://", "postgres://")):
            yield "GATEPASS_DATABASE must begin with sqlite:/// or postgresql://."
        elif not _is_url(self.database_url):
            yield "GATEPASS_DATABASE is no address: its host or port can't be read."
        if self.pool_size < 1:
            yield "GATEPASS_POOL_SIZE must be at least one connection."


def _is_url(text: str) -> bool:
    try:
        return urlsplit(text).port != 0
    except ValueError:
        return False


def _is_nameserver(text: str) -> bool:
    try:
        read_nameserver(text)
    except ValueError:
        return False
    return True


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True
