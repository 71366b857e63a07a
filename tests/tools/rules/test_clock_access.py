import pytest

from tools.rules.code.clock_access import check
from tools.rules.source import House


def _count(text: str, path: str = "src/gatepass/login/rules.py") -> int:
    return len(list(check(House.of({path: text}))))


@pytest.mark.parametrize(
    "text",
    [
        "at = datetime.now(UTC)",
        "at = datetime.datetime.utcnow()",
        "at = date.today()",
        "at = time.time()",
        "from time import time_ns",
    ],
)
def test_asking_the_machine_for_the_time_is_found(text: str) -> None:
    assert _count(text) == 1


@pytest.mark.parametrize("text", ["at = clock.now()", "at = self.clock.now()", "began = time.monotonic()"])
def test_asking_a_clock_or_measuring_a_duration_is_free(text: str) -> None:
    assert _count(text) == 0


def test_the_clock_itself_asks_the_machine() -> None:
    assert _count("at = datetime.now(UTC)", "src/gatepass/kit/clock.py") == 0


def test_an_identifier_carries_the_moment_of_its_making() -> None:
    assert _count("at = time.time_ns()", "src/gatepass/kit/ids.py") == 0
