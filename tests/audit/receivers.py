"""Receivers of streams on this machine: one that takes posts, one that takes syslog over TLS."""

import asyncio
import json
import re
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from audit.record import Ledger
from gatepass.api.events.shapes import event_answer
from gatepass.audit.flows import Streams
from gatepass.audit.streams.running import Runner
from gatepass.audit.streams.sending import Targets, Ways
from gatepass.audit.streams.ways.files import FileWay
from gatepass.audit.streams.ways.https import HttpsWay
from gatepass.audit.streams.ways.syslog import SyslogWay
from gatepass.kit.fetch import Fetcher
from gatepass.kit.secrets import KeyRing, MasterKey
from kit.fetch.web import Names

NAME = "logs.test"
_FRAME = re.compile(rb"(\d+) ")


@dataclass
class SyslogSink:
    """A receiver that takes frames apart by their octet counts (RFC 5425 §4.3)."""

    port: int = 0
    messages: list[str] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        data = await reader.read(-1)
        while data:
            count = _FRAME.match(data)
            assert count is not None, data
            end = count.end() + int(count[1])
            assert len(data) >= end, "a frame was cut short"
            self.messages.append(data[count.end() : end].decode())
            data = data[end:]
        writer.close()


@asynccontextmanager
async def syslog_sink(tls: ssl.SSLContext) -> AsyncIterator[SyslogSink]:
    """Receive syslog over TLS on a free port."""
    sink = SyslogSink()
    server = await asyncio.start_server(sink.serve, "127.0.0.1", 0, ssl=tls)
    sink.port = server.sockets[0].getsockname()[1]
    try:
        yield sink
    finally:
        server.close()


@dataclass
class Station:
    """A record with streams, whose names all lead to this machine."""

    ledger: Ledger
    streams: Streams
    runner: Runner


def station(
    ledger: Ledger, folder: Path | None = None, tls: ssl.SSLContext | None = None, *, networks: str = "127.0.0.0/8"
) -> Station:
    """Return streams on a record."""
    open_networks = (ip_network(networks),)
    names = Names(["127.0.0.1"])
    ways = Ways(
        Targets(KeyRing([MasterKey.generate()])),
        HttpsWay(Fetcher(tls=tls, resolver=names, networks=open_networks)),
        SyslogWay("gate.test", networks=open_networks, resolver=names),
        FileWay(folder),
        event_answer,
    )
    return Station(ledger, Streams(ledger.clock, ways), Runner(ledger.database, ledger.clock, ways, ledger.signals))


async def eventually(judge: Callable[[], bool]) -> None:
    """Wait until something holds, at most ten seconds."""
    for _ in range(500):
        if judge():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it did not come to pass")


def events_of(bodies: list[bytes]) -> list[dict[str, Any]]:
    """Return the events that posts of JSON lines held, in their order."""
    return [json.loads(line) for body in bodies for line in body.splitlines()]
