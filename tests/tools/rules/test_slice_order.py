import pytest

from tools.rules.architecture.slice_order import check
from tools.rules.source import House


def _count(part: str, text: str) -> int:
    return len(list(check(House.of({f"src/gatepass/methods/magic_link/{part}.py": text}))))


@pytest.mark.parametrize(
    ("part", "target"),
    [("model", "rules"), ("rules", "store"), ("store", "flows"), ("messages", "flows"), ("flows", "routes")],
)
def test_an_import_upwards_is_found(part: str, target: str) -> None:
    assert _count(part, f"from gatepass.methods.magic_link import {target}") == 1


@pytest.mark.parametrize(("part", "target"), [("flows", "queries"), ("routes", "pages"), ("pages", "jobs")])
def test_an_import_sideways_is_found(part: str, target: str) -> None:
    assert _count(part, f"from gatepass.methods.magic_link.{target} import x") == 1


@pytest.mark.parametrize(
    ("part", "target"),
    [("routes", "flows"), ("flows", "messages"), ("messages", "model"), ("store", "rules"), ("queries", "store")],
)
def test_imports_downwards_are_fine(part: str, target: str) -> None:
    assert _count(part, f"from gatepass.methods.magic_link.{target} import x") == 0


def test_relative_imports_are_seen_through() -> None:
    assert _count("store", "from . import flows") == 1


def test_the_law_of_a_slice_imports_nothing_of_it() -> None:
    assert _count("__init__", "from gatepass.methods.magic_link.flows import MagicLinks") == 1


def test_a_store_knows_another_slices_model_alone() -> None:
    assert _count("store", "from gatepass.users.model import User") == 0
    assert _count("store", "from gatepass.users.flows import Users") == 1
    assert _count("flows", "from gatepass.users.flows import Users") == 0


def test_files_that_the_order_does_not_name_are_free() -> None:
    assert (
        list(check(House.of({"src/gatepass/provider/grants/pipeline.py": "from gatepass.provider import flows"}))) == []
    )
