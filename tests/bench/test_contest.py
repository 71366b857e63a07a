"""The instruments, tried on a server whose cost is known."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bench.contest import Conditions, Entry, Results, Sample, Subject, compete, middle_of, slot
from bench.load import Client, LoadError, ask_once, drive, expect
from bench.processes import Cores, Process
from bench.wire import get

SERVER = Path(__file__).parent / "small_server.py"
BURNT = 400


@dataclass
class SmallServer(Subject):
    def launch(self) -> Process:
        command = [sys.executable, str(SERVER), str(self.port), str(BURNT)]
        log = self.conditions.workspace / "small.log"
        return Process.start(self.name, command, core=self.conditions.cores.server, environment={}, log=log)

    def entries(self) -> list[Entry]:
        return [Entry("first", self.name, self.asks), Entry("second", self.name, self.asks, note="the same again")]

    def asks(self, times: int = 50) -> list[Client]:
        return [ask(times) for _ in range(4)]


def ask(times: int, path: str = "/") -> Client:
    for _ in range(times):
        expect((yield get(path)))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallServer]:
    conditions = Conditions(tmp_path_factory.mktemp("bench"), Cores.available(), connections=4, seconds=5.0)
    subject = SmallServer(conditions, "small")
    subject.start()
    yield subject
    subject.stop()


def test_a_slot_finds_the_processor_time_that_a_request_costs(server: SmallServer) -> None:
    sample = slot(server.entries()[0], server, seconds=5.0)
    assert BURNT <= sample.cpu < BURNT * 2
    assert 0 < sample.rate <= 1e6 / BURNT
    assert sample.p99 >= BURNT / 1000


def test_every_request_of_every_client_is_answered_and_timed(server: SmallServer) -> None:
    load = drive(server.port, server.asks(), seconds=5.0)
    assert load.answered == len(load.waits) == 200


def test_no_request_begins_after_the_time_is_over(server: SmallServer) -> None:
    load = drive(server.port, [ask(1_000_000) for _ in range(2)], seconds=0.2)
    assert 0 < load.answered < 1_000_000
    assert load.seconds < 10


def test_another_reply_than_the_expected_one_stops_the_run(server: SmallServer) -> None:
    with pytest.raises(LoadError, match="expected 200, got 503: busy"):
        drive(server.port, [ask(1, "/refused")], seconds=1.0)
    with pytest.raises(LoadError, match="closed a connection"):
        ask_once(server.port, get("/gone"))


def test_memory_counts_the_children_too(server: SmallServer) -> None:
    assert server.running().memory_megabytes() > 15


def test_rounds_are_interleaved_and_the_first_counts_for_nothing(server: SmallServer) -> None:
    results, heard = Results(), list[str]()
    compete([(server, entry) for entry in server.entries()], results, rounds=2, progress=heard.append)
    assert [line.split(" · ")[0] for line in heard] == ["first", "second"] * 3
    assert [line.endswith("warm-up") for line in heard] == [True] * 2 + [False] * 4
    assert {key: len(samples) for key, samples in results.samples.items()} == {
        ("first", "small"): 2,
        ("second", "small"): 2,
    }
    assert results.notes["second", "small"] == "the same again"


def test_a_program_that_does_not_start_is_named_with_its_last_words(tmp_path: Path) -> None:
    log = tmp_path / "log"
    command = [sys.executable, "-c", "raise SystemExit('no such thing')"]
    process = Process.start("broken", command, core=Cores.available().server, environment={}, log=log)
    with pytest.raises(RuntimeError, match=r"broken did not answer GET /x: no such thing"):
        process.await_answer(1, "/x")
    process.stop()


def test_medians_are_taken_of_each_figure_by_itself() -> None:
    samples = [Sample(1, 30, 5), Sample(3, 10, 9), Sample(2, 20, 7)]
    assert middle_of(samples) == Sample(2, 20, 7)
