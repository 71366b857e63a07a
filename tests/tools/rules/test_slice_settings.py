from tools.rules.architecture.slice_settings import check
from tools.rules.source import House


def _count(path: str, text: str) -> int:
    return len(list(check(House.of({path: text}))))


def test_a_slice_may_not_see_all_settings() -> None:
    assert _count("src/gatepass/outbox/flows.py", "from gatepass.settings import Settings") == 1
    assert _count("src/gatepass/kit/fetch.py", "import gatepass.settings") == 1


def test_the_outermost_rooms_may() -> None:
    for path in ("src/gatepass/app.py", "src/gatepass/cli/serve.py", "src/gatepass/worker.py"):
        assert _count(path, "from gatepass.settings import Settings") == 0


def test_a_slice_has_settings_of_its_own() -> None:
    assert _count("src/gatepass/outbox/flows.py", "from gatepass.outbox.settings import OutboxSettings") == 0
