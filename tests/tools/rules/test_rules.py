from pathlib import Path

import pytest

from tools.rules.__main__ import rules
from tools.rules.source import House, Source

_TESTS = Path(__file__).parent


def test_every_rule_has_a_story_and_a_test() -> None:
    for name, check in rules().items():
        story = __import__(check.__module__, fromlist=["check"]).__doc__ or ""

        assert "The story:" in story, name
        assert (_TESTS / f"test_{name}.py").exists(), name


@pytest.mark.parametrize(
    ("path", "text", "target"),
    [
        ("src/gatepass/users/flows.py", "from gatepass.users import store", "gatepass.users.store"),
        ("src/gatepass/users/flows.py", "from . import store", "gatepass.users.store"),
        ("src/gatepass/users/flows.py", "from .store import find", "gatepass.users.store.find"),
        ("src/gatepass/users/__init__.py", "from .store import find", "gatepass.users.store.find"),
        ("src/gatepass/provider/grants/pipeline.py", "from .. import store", "gatepass.provider.store"),
        ("src/gatepass/users/flows.py", "import gatepass.users.store as rows", "gatepass.users.store"),
    ],
)
def test_imports_are_seen_by_their_full_name(path: str, text: str, target: str) -> None:
    assert [imported.target for imported in Source(path, text).imports] == [target]


def test_the_house_is_read_without_what_is_not_ours(tmp_path: Path) -> None:
    for path in ("src/gatepass/app.py", "bench/peers/other.py", "bench/load.py", "docs/example.py"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("")

    assert [source.path for source in House.at(tmp_path).sources] == ["bench/load.py", "src/gatepass/app.py"]
