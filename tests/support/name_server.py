"""A small real name server for tests: it listens on a loopback port, by UDP and by TCP, and answers from a table."""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import cast

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

from support.ports import free_port

Zone = dict[tuple[str, str], list[str]]


@dataclass
class NameServer:
    """What it answers, by name and kind of record, and how it misbehaves.

    Args:
        port: where it listens on 127.0.0.1.
        records: the texts of each record set, as a zone file has them; TXT strings stand in quotes.
        silent: whether it answers nothing at all.
        delay: seconds before each answer.
        failing: whether it says that it can't find out (SERVFAIL).
        truncating: whether its datagrams are cut, so that a client must come back by TCP.
        asked: every question so far: its name, its kind, and `udp` or `tcp`.
    """

    port: int
    records: Zone = field(default_factory=dict)
    silent: bool = False
    delay: float = 0.0
    failing: bool = False
    truncating: bool = False
    asked: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def put(self, name: str, kind: str, *texts: str) -> None:
        """Put a record set in the place of the one that was there; none takes it away."""
        if texts:
            self.records[name, kind] = list(texts)
        else:
            self.records.pop((name, kind), None)

    def prove(self, domain: str, challenge: str) -> None:
        """Publish the proof of an organization's domain."""
        self.put(f"_gatepass-challenge.{domain}", "TXT", f'"gatepass-verify={challenge}"')

    async def answer(self, wire: bytes, transport: str) -> bytes | None:
        """Return what is answered to a question; None where it keeps silent."""
        query = dns.message.from_wire(wire)
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        kind = dns.rdatatype.to_text(question.rdtype)
        self.asked.append((name, kind, transport))
        if self.silent:
            return None
        await asyncio.sleep(self.delay)
        response = dns.message.make_response(query, recursion_available=True)
        if self.failing:
            response.set_rcode(dns.rcode.SERVFAIL)
        elif self.truncating and transport == "udp":
            response.flags |= dns.flags.TC
        else:
            self._fill(response, name, kind)
        return response.to_wire(max_size=65_535)

    def _fill(self, response: dns.message.Message, name: str, kind: str) -> None:
        """Follow other names, as a resolver does for who asks it."""
        for _ in range(10):
            if (name, kind) in self.records:
                self._add(response, name, kind)
                return
            if (name, "CNAME") not in self.records:
                break
            self._add(response, name, "CNAME")
            name = self.records[name, "CNAME"][0].removesuffix(".")
        if not any(known == name for known, _ in self.records):
            response.set_rcode(dns.rcode.NXDOMAIN)

    def _add(self, response: dns.message.Message, name: str, kind: str) -> None:
        owner = dns.name.from_text(name)
        response.answer.append(dns.rrset.from_text_list(owner, 60, "IN", kind, self.records[name, kind]))


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.server: NameServer | None = None
        self.transport: asyncio.DatagramTransport | None = None
        self.answering: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        task = asyncio.ensure_future(self._answer(data, addr))
        self.answering.add(task)
        task.add_done_callback(self.answering.discard)

    async def _answer(self, data: bytes, addr: tuple[str, int]) -> None:
        assert self.server is not None
        answer = await self.server.answer(data, "udp")
        if answer is not None and self.transport is not None:
            self.transport.sendto(answer, addr)


@asynccontextmanager
async def answering() -> AsyncIterator[NameServer]:
    """Run a name server in the loop of the test."""
    server = NameServer(free_port())
    here = ("127.0.0.1", server.port)
    transport, protocol = await asyncio.get_running_loop().create_datagram_endpoint(_Datagrams, local_addr=here)
    protocol.server = server
    stream = await asyncio.start_server(partial(_converse, server), *here)
    try:
        yield server
    finally:
        for task in list(protocol.answering):
            task.cancel()
        transport.close()
        stream.close()
        await stream.wait_closed()


async def _converse(server: NameServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    (length,) = struct.unpack("!H", await reader.readexactly(2))
    answer = await server.answer(await reader.readexactly(length), "tcp")
    if answer is not None:
        writer.write(struct.pack("!H", len(answer)) + answer)
        await writer.drain()
    writer.close()
