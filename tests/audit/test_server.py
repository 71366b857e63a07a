"""The record on a running server: events are sealed and sent on moments after they happened."""

import asyncio
import json
import time

from gatepass.app.event_streams import streams_of
from gatepass.audit.flows import StreamFormat, StreamKind, StreamTarget, StreamWishes
from gatepass.audit.model import Origin
from gatepass.audit.queries import list_after
from gatepass.kit.db import Tx
from gatepass.kit.lookups.reach import EVERYWHERE
from kit.fetch.web import says, serving
from support.gatepass_server import RunningServer


def seconds_until_sealed(server: RunningServer, count: int) -> float:
    """Wait until so many requests stand in the record, and return how long that took."""
    begin = time.monotonic()
    while time.monotonic() < begin + 10:
        found = server.read(lambda tx: list_after(tx, EVERYWHERE, 0, (), 500))
        if sum(event.kind == "login.attempt.requested" for event in found) == count:
            return time.monotonic() - begin
        time.sleep(0.02)
    raise AssertionError("the request was not sealed")


def test_an_event_is_sealed_well_within_a_second(server: RunningServer) -> None:
    # A machine that has much else to do delays one of them, not all.
    waited: list[float] = []
    while len(waited) < 5 and not (waited and waited[-1] < 1):
        server.client.send(f"ana{len(waited)}@example.com")
        waited.append(seconds_until_sealed(server, len(waited) + 1))
    assert min(waited) < 1


def test_a_stream_tells_its_receiver_by_itself(server: RunningServer) -> None:
    async def watch() -> list[bytes]:
        async with serving(says(b"")) as web:
            target = StreamTarget(url=f"http://127.0.0.1:{web.port}/")
            wishes = StreamWishes("SIEM", StreamKind.HTTPS, StreamFormat.JSON, target)
            streams = streams_of(server.house)

            async def body(tx: Tx) -> None:
                await streams.create(tx, wishes, server.clock.now(), Origin())

            await asyncio.to_thread(server.transact, body)
            await asyncio.to_thread(server.client.send, "bob@example.com")
            for _ in range(500):
                if b"login.attempt.requested" in b"".join(web.bodies):
                    break
                await asyncio.sleep(0.02)
            return list(web.bodies)

    bodies = asyncio.run(watch())
    kinds = [json.loads(line)["kind"] for body in bodies for line in body.splitlines()]
    assert "stream.target.created" in kinds
    assert "login.attempt.requested" in kinds
