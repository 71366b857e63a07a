"""The page that says which module is which test tells the truth about the tests that there are."""

import ast
import re
from pathlib import Path

_HERE = Path(__file__).parent
_PAGE = _HERE.parents[2] / "docs" / "security" / "conformance.md"
_PREFIX = "test_fapi2_security_profile_final_"


def _tests() -> set[str]:
    trees = [ast.parse(path.read_text()) for path in _HERE.glob("test_*.py")]
    return {node.name for tree in trees for node in tree.body if isinstance(node, ast.FunctionDef)}


def _named() -> set[str]:
    words = re.findall(r"`(test_[a-z0-9_]+|…[a-z0-9_]+)`", _PAGE.read_text())
    return {word.replace("…", _PREFIX) for word in words} - {_PREFIX}


def test_every_test_that_the_page_names_exists() -> None:
    assert not _named() - _tests()


def test_every_module_that_is_tested_stands_on_the_page() -> None:
    modules = {name for name in _tests() if name.startswith(("test_oidcc_", "test_fapi2_"))}
    assert not modules - _named()
