"""What people read first names only what exists: every link, setting, command and figure in our Markdown."""

import re
from pathlib import Path

import pytest
from prometheus_client.metrics_core import Metric

from gatepass.cli.commands import TABLE
from gatepass.gate.metrics import REGISTRY
from gatepass.settings import all_settings

_ROOT = Path(__file__).parent.parent.parent
_PAGES = sorted({*_ROOT.glob("*.md"), *(_ROOT / "docs").rglob("*.md"), *(_ROOT / "bench").glob("*.md")})
_LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)")
_HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
_VARIABLE = re.compile(r"\bGATEPASS_[A-Z_]*[A-Z]\b")
_COMMAND = re.compile(r"(?:^|[`/(] ?|exec )gatepass ((?:[a-z]+(?:-[a-z]+)* ?){1,2})", re.MULTILINE)
_TARGET = re.compile(r"(?:^|`)make ([a-z]+(?:-[a-z]+)*)", re.MULTILINE)
_FIGURE = re.compile(r"`(gatepass_[a-z_]+)(?:\{|`)")
_NOT_SETTINGS = {"GATEPASS_CONFIG"}


def _names() -> list[str]:
    return [path.relative_to(_ROOT).as_posix() for path in _PAGES]


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("name", _names())
def test_every_link_leads_somewhere(name: str) -> None:
    page = _ROOT / name
    for path, anchor in _LINK.findall(page.read_text()):
        target = page.parent / path if path else page
        assert target.exists(), path
        if anchor:
            assert anchor in {_anchor(heading) for heading in _HEADING.findall(target.read_text())}, anchor


@pytest.mark.parametrize("name", _names())
def test_every_setting_that_is_named_exists(name: str) -> None:
    known = {one.variable for one in all_settings()} | _NOT_SETTINGS
    named = {variable for variable in _VARIABLE.findall((_ROOT / name).read_text()) if "_TEST_" not in variable}
    assert {variable for variable in named if not {variable, variable.removesuffix("_FILE")} & known} == set()


@pytest.mark.parametrize("name", _names())
def test_every_command_that_is_named_exists(name: str) -> None:
    known = {entry.name for entry in TABLE}
    named = {found.split()[0] for found in _COMMAND.findall((_ROOT / name).read_text())}
    assert named - known == set()


@pytest.mark.parametrize("name", _names())
def test_every_target_of_make_that_is_named_exists(name: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (_ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(_TARGET.findall((_ROOT / name).read_text())) - targets == set()


@pytest.mark.parametrize("name", _names())
def test_every_figure_that_is_named_is_counted(name: str) -> None:
    figures: list[Metric] = list(REGISTRY.collect())
    known = {f"{figure.name}_total" if figure.type == "counter" else figure.name for figure in figures}
    assert set(_FIGURE.findall((_ROOT / name).read_text())) - known == set()
