import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest

from audit.receivers import NAME, Station, events_of, eventually, station, syslog_sink
from audit.record import Ledger
from gatepass.audit.flows import Batching, Stream, StreamFormat, StreamKind, StreamTarget, StreamWishes
from gatepass.audit.model import Actor, ActorKind, Event, EventKind, Family, Origin, Outcome
from gatepass.audit.queries import find_stream, list_after
from gatepass.audit.streams.running import pause_after
from gatepass.kit.lookups.reach import EVERYWHERE
from gatepass.kit.problems import Problem
from kit.fetch.web import authority, says, serving

pytestmark = pytest.mark.anyio
HERE = Origin("192.0.2.7", "Console")
JSON, OCSF, CEF = StreamFormat.JSON, StreamFormat.OCSF, StreamFormat.CEF


async def begun(
    there: Station, kind: StreamKind, target: StreamTarget, form: StreamFormat = JSON, **given: object
) -> Stream:
    """Set a stream up and let it go on from the beginning of the record."""
    wishes = StreamWishes("To the SIEM", kind, form, target, **given)  # type: ignore[arg-type]
    at, transact = there.ledger.clock.at, there.ledger.database.transact
    stream = await transact(lambda tx: there.streams.create(tx, wishes, at, HERE))
    return await transact(lambda tx: there.streams.reset(tx, stream, 0, at, HERE))


async def now_of(there: Station, stream: Stream) -> Stream:
    found = await there.ledger.database.read(lambda tx: find_stream(tx, stream.id))
    assert found is not None
    return found


async def test_events_are_posted_in_their_order_with_the_receivers_secret(ledger: Ledger, tmp_path: Path) -> None:
    trusted = authority(tmp_path, NAME)
    await ledger.happen(250)
    await ledger.seal_all()
    there = station(ledger, tls=trusted.client)
    async with serving(says(b""), tls=trusted.server) as web:
        target = StreamTarget(url=f"https://{NAME}:{web.port}/in", headers={"Authorization": "Bearer s3cret"})
        stream = await begun(there, StreamKind.HTTPS, target)
        await there.runner.advance(stream.id)
        sequences = [event["sequence"] for event in events_of(web.bodies)]
        assert sequences == list(range(1, 251))
        assert len(web.bodies) == 3
        assert all(b"authorization: bearer s3cret" in request.lower() for request in web.requests)
        assert b"content-type: application/x-ndjson" in web.requests[0].lower()
        await there.runner.advance(stream.id)
        assert len(web.bodies) == 3, "nothing is sent twice"
    state = await now_of(there, stream)
    assert (state.position, state.failures, state.last_error, state.next_at) == (250, 0, "", None)
    assert b"s3cret" not in state.target_sealed


async def test_events_are_posted_as_an_array_where_that_is_wished(ledger: Ledger, tmp_path: Path) -> None:
    trusted = authority(tmp_path, NAME)
    await ledger.happen(3)
    await ledger.seal_all()
    there = station(ledger, tls=trusted.client)
    async with serving(says(b"", status=202), tls=trusted.server) as web:
        target = StreamTarget(url=f"https://{NAME}:{web.port}/", batching=Batching.ARRAY)
        await there.runner.advance((await begun(there, StreamKind.HTTPS, target, OCSF)).id)
        found = json.loads(web.bodies[0])
    assert [event["metadata"]["sequence"] for event in found][:3] == [1, 2, 3]
    assert {event["class_uid"] for event in found[:3]} == {3002}


async def test_syslog_goes_over_tls_to_whom_the_certificate_names(ledger: Ledger, tmp_path: Path) -> None:
    trusted = authority(tmp_path, NAME)
    ca = (tmp_path / "authority.pem").read_text()
    await ledger.happen(2, data={"name": "a\nb ü"})
    await ledger.seal_all()
    there = station(ledger)
    async with syslog_sink(trusted.server) as sink:
        target = StreamTarget(host=NAME, port=sink.port, ca=ca)
        stream = await begun(there, StreamKind.SYSLOG, target, CEF)
        await there.runner.advance(stream.id)
        await eventually(lambda: len(sink.messages) >= 2)
        stamp = ledger.clock.at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        head = f"<109>1 {stamp} gate.test gatepass - authentication - CEF:0|Gatepass|Gatepass|"
        assert sink.messages[0].startswith(head)
        assert not any("\n" in message for message in sink.messages)
        for wrong, words in (
            (StreamTarget(host="other.test", port=sink.port, ca=ca), "certificate"),
            (StreamTarget(host=NAME, port=sink.port), "certificate"),
            (StreamTarget(host=NAME, port=1, ca=ca), "reached"),
        ):
            failing = await begun(there, StreamKind.SYSLOG, wrong)
            await there.runner.advance(failing.id)
            state = await now_of(there, failing)
            assert (state.position, state.failures) == (0, 1)
            assert words in state.last_error


async def test_a_file_is_written_and_made_again_where_it_was_moved(ledger: Ledger, tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    there = station(ledger, folder)
    await ledger.happen(2)
    await ledger.seal_all()
    stream = await begun(there, StreamKind.FILE, StreamTarget(path="gate.jsonl"))
    file = folder / "gate.jsonl"
    await there.runner.advance(stream.id)
    assert [json.loads(line)["sequence"] for line in file.read_text().splitlines()][:2] == [1, 2]
    assert file.stat().st_mode & 0o777 == 0o640
    file.rename(folder / "gate.jsonl.1")
    # The machine stopped in the middle of a batch.
    file.write_bytes(b'{"id":"half')
    await ledger.happen(1, kind=EventKind.USER_PURGED)
    await ledger.seal_all()
    await there.runner.advance(stream.id)
    lines = file.read_text().splitlines()
    assert lines[0] == '{"id":"half'
    assert json.loads(lines[-1])["kind"] == "user.account.purged"


async def test_a_file_stays_below_the_folder_that_is_allowed(ledger: Ledger, tmp_path: Path) -> None:
    folder, outside = tmp_path / "logs", tmp_path / "outside"
    folder.mkdir()
    outside.mkdir()
    (folder / "way").symlink_to(outside)
    (folder / "link.log").symlink_to(outside / "target.log")
    there = station(ledger, folder)
    await ledger.happen(1)
    await ledger.seal_all()
    for path in ("/etc/cron.d/x.log", "../x.log", "a/../../x.log", "x.sh", ".x.log", "x\n.log", "a/.ssh/x.log"):
        with pytest.raises(Problem) as fault:
            await begun(there, StreamKind.FILE, StreamTarget(path=path))
        assert fault.value.code == "invalid_stream", path
    for path in ("way/x.log", "link.log"):
        stream = await begun(there, StreamKind.FILE, StreamTarget(path=path))
        await there.runner.advance(stream.id)
        assert (await now_of(there, stream)).failures == 1
    assert not list(outside.iterdir())
    nowhere = station(ledger, None)
    with pytest.raises(Problem):
        await begun(nowhere, StreamKind.FILE, StreamTarget(path="x.log"))


async def test_a_receiver_that_fails_gets_the_same_batch_later_and_holds_nobody_up(
    ledger: Ledger, tmp_path: Path
) -> None:
    trusted = authority(tmp_path, NAME)
    folder = tmp_path / "logs"
    folder.mkdir()
    there = station(ledger, folder, trusted.client)
    await ledger.happen(3)
    await ledger.seal_all()
    async with serving(says(b"\x1b[31mno", status=503), tls=trusted.server) as web:
        failing = await begun(there, StreamKind.HTTPS, StreamTarget(url=f"https://{NAME}:{web.port}/"))
        working = await begun(there, StreamKind.FILE, StreamTarget(path="x.log"))
        await ledger.seal_all()
        stop = asyncio.Event()
        running = asyncio.ensure_future(there.runner.run(stop))
        await eventually(lambda: len(web.bodies) == 1 and (folder / "x.log").exists())
        await asyncio.sleep(0.1)
        assert len(web.bodies) == 1, "it is left alone for a while"
        state = await now_of(there, failing)
        assert (state.failures, state.last_error) == (1, "The receiver answered 503.")
        web.answer = says(b"")
        ledger.move(timedelta(minutes=6))
        await ledger.happen(1)
        await ledger.seal_all()
        await eventually(lambda: len(web.bodies) > 1)
        stop.set()
        await running
        assert events_of(web.bodies[1:2])[:3] == events_of(web.bodies[:1])[:3]
        assert (await now_of(there, failing)).failures == 0
        assert (await now_of(there, working)).position == (await now_of(there, failing)).position


async def test_a_stream_is_one_workers_at_a_time(ledger: Ledger, tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    there = station(ledger, folder)
    await ledger.happen(120)
    await ledger.seal_all()
    stream = await begun(there, StreamKind.FILE, StreamTarget(path="x.log"))
    await asyncio.gather(*(there.runner.advance(stream.id) for _ in range(4)))
    sequences = [json.loads(line)["sequence"] for line in (folder / "x.log").read_text().splitlines()]
    assert sequences == list(range(1, 121))


async def test_a_stream_carries_its_families_and_its_organization_alone(ledger: Ledger, tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    there = station(ledger, folder)
    await ledger.happen(1, organization_id="one")
    await ledger.happen(1, organization_id="two")
    await ledger.happen(1, organization_id="one", kind=EventKind.USER_CHANGED)
    await ledger.seal_all()
    stream = await begun(
        there, StreamKind.FILE, StreamTarget(path="x.log"), families=(Family.ACCOUNT,), organization_id="one"
    )
    await there.runner.advance(stream.id)
    assert [json.loads(line)["sequence"] for line in (folder / "x.log").read_text().splitlines()] == [3]
    assert (await now_of(there, stream)).position == 3


async def missed(there: Station) -> list[Event]:
    """Return the events that tell of missed ones."""
    await there.ledger.seal_all()
    kinds = (EventKind.STREAM_EVENTS_MISSED,)
    return await there.ledger.database.read(lambda tx: list_after(tx, EVERYWHERE, 0, kinds, 100))


def sequences_in(file: Path) -> list[int]:
    return [json.loads(line)["sequence"] for line in file.read_text().splitlines()]


async def test_what_retention_deleted_before_a_stream_came_to_it_is_told_once(ledger: Ledger, tmp_path: Path) -> None:
    there = station(ledger, tmp_path)
    stream = await begun(there, StreamKind.FILE, StreamTarget(path="x.log"))
    await ledger.happen(10)
    await ledger.seal_all()
    await there.runner.advance(stream.id)
    assert sequences_in(tmp_path / "x.log") == list(range(1, 13))
    await ledger.happen(6)
    await ledger.seal_all()
    assert await ledger.outlive() == 18
    await ledger.happen(3)
    await ledger.seal_all()
    for _ in range(3):
        await there.runner.advance(stream.id)
        [told] = await missed(there)
    assert told.data == {"stream": stream.id, "name": "To the SIEM", "first": "13", "last": "18"}
    assert (told.actor, told.outcome) == (Actor(ActorKind.SYSTEM, "", "delivery"), Outcome.FAILED)
    assert told.family is Family.SYSTEM
    assert sequences_in(tmp_path / "x.log") == [*range(1, 13), *range(19, 25)], "two purges, three events and this"


async def test_what_a_stream_has_not_taken_yet_is_not_told_as_missed(ledger: Ledger, tmp_path: Path) -> None:
    there = station(ledger, tmp_path / "nowhere")
    stream = await begun(there, StreamKind.FILE, StreamTarget(path="x.log"))
    await ledger.seal_all()
    assert await ledger.outlive() == 2
    await ledger.happen(1)
    await ledger.seal_all()
    await there.runner.advance(stream.id)
    assert (await now_of(there, stream)).failures == 1
    assert await missed(there) == []
    (tmp_path / "nowhere").mkdir()
    ledger.move(timedelta(minutes=6))
    await there.runner.advance(stream.id)
    assert [(told.data["first"], told.data["last"]) for told in await missed(there)] == [("1", "2")]


async def test_others_events_are_no_gap_in_the_stream_of_an_organization(ledger: Ledger, tmp_path: Path) -> None:
    there = station(ledger, tmp_path)
    stream = await begun(there, StreamKind.FILE, StreamTarget(path="x.log"), organization_id="one")
    await ledger.happen(5, organization_id="two")
    await ledger.happen(1, organization_id="one")
    await ledger.seal_all()
    await there.runner.advance(stream.id)
    await ledger.happen(5, organization_id="two")
    await ledger.seal_all()
    await there.runner.advance(stream.id)
    assert await ledger.outlive() == 13
    await ledger.seal_all()
    await there.runner.advance(stream.id)
    assert await missed(there) == [], "it had come past all that was deleted"
    await ledger.happen(2, organization_id="two")
    await ledger.seal_all()
    assert await ledger.outlive() > 0
    await ledger.happen(1, organization_id="one")
    await ledger.seal_all()
    await there.runner.advance(stream.id)
    [told] = await missed(there)
    assert told.organization_id == "one"
    assert int(told.data["first"]) <= int(told.data["last"])


async def test_a_stream_that_is_off_or_removed_sends_nothing(ledger: Ledger, tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    there = station(ledger, folder)
    await ledger.happen(1)
    await ledger.seal_all()
    stream = await begun(there, StreamKind.FILE, StreamTarget(path="x.log"), is_active=False)
    await there.runner.advance(stream.id)
    transact, at = ledger.database.transact, ledger.clock.at
    assert await transact(lambda tx: there.streams.remove(tx, stream, at, HERE))
    assert not await transact(lambda tx: there.streams.remove(tx, stream, at, HERE))
    await there.runner.advance(stream.id)
    assert not (folder / "x.log").exists()


async def test_no_stream_reaches_a_network_that_was_not_opened(ledger: Ledger, tmp_path: Path) -> None:
    trusted = authority(tmp_path, NAME)
    await ledger.happen(1)
    await ledger.seal_all()
    there = station(ledger, tls=trusted.client, networks="10.0.0.0/8")
    async with serving(says(b""), tls=trusted.server) as web:
        for kind, target in (
            (StreamKind.HTTPS, StreamTarget(url=f"https://{NAME}:{web.port}/")),
            (StreamKind.SYSLOG, StreamTarget(host=NAME, port=web.port)),
        ):
            stream = await begun(there, kind, target)
            await there.runner.advance(stream.id)
            assert "not open" in (await now_of(there, stream)).last_error
        assert web.connections == 0


async def test_what_can_not_be_a_stream_is_refused_with_every_fault(ledger: Ledger) -> None:
    there = station(ledger)
    for kind, target, words in (
        (StreamKind.HTTPS, StreamTarget(url="http://a.example/"), "https"),
        (StreamKind.HTTPS, StreamTarget(url="https://a:b@a.example/"), "password"),
        (StreamKind.HTTPS, StreamTarget(url="https://a.example/", headers={"Host": "b.example"}), "Host"),
        (StreamKind.HTTPS, StreamTarget(url="https://a.example/", headers={"X-A": "1\r\nX-B: 2"}), "one line"),
        (StreamKind.HTTPS, StreamTarget(url="https://a.example/", headers={"X: Y": "1"}), "no header"),
        (StreamKind.SYSLOG, StreamTarget(host="a b"), "host"),
        (StreamKind.SYSLOG, StreamTarget(host="a.example", port=0), "port"),
        (StreamKind.SYSLOG, StreamTarget(host="a.example", ca="nothing"), "PEM"),
    ):
        with pytest.raises(Problem) as fault:
            await begun(there, kind, target)
        assert words in fault.value.title


def test_the_pause_grows_and_has_an_end() -> None:
    assert timedelta(seconds=1.5) <= pause_after(1) <= timedelta(seconds=2)
    assert pause_after(4) > pause_after(1)
    assert timedelta(minutes=3) < pause_after(1000) <= timedelta(minutes=5)
