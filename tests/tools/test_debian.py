import os
from pathlib import Path

import pytest

from tools import chromium
from tools.chromium import NoChromium
from tools.debian import CannotInstall, install, root_prefix


def _program(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return tmp_path


def test_without_apt_get_a_person_is_told_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(CannotInstall, match="there is no apt-get here; install it by hand: apt-get install chromium"):
        install("chromium")


def test_who_may_not_install_is_told_so(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _program(programs, "apt-get", "exit 0")
    _program(programs, "sudo", "echo a password is required >&2; exit 1")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    with pytest.raises(CannotInstall, match="not root and sudo asks for a password"):
        install("chromium")


def test_sudo_without_a_password_is_used(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _program(programs, "sudo", "exit 0")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    assert root_prefix() == ["sudo", "-n"]


def test_what_apt_get_says_reaches_the_person(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _program(programs, "apt-get", 'case "$*" in *install*) echo E: no room left >&2; exit 100;; esac')
    monkeypatch.setattr(os, "geteuid", lambda: 0)

    with pytest.raises(CannotInstall, match="no room left"):
        install("chromium")


def test_a_list_that_cannot_be_refreshed_stops_nothing(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _program(programs, "apt-get", f'case "$*" in *update*) exit 100;; *) echo "$*" >{programs}/asked;; esac')
    monkeypatch.setattr(os, "geteuid", lambda: 0)

    install("chromium")

    assert "install -y --no-install-recommends chromium" in (programs / "asked").read_text()


def test_a_named_browser_that_cannot_be_run_is_not_replaced_by_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEPASS_TEST_CHROMIUM", "/nowhere/chromium")

    with pytest.raises(NoChromium, match="no program that can be run"):
        chromium.find()


def test_no_browser_at_all_says_what_was_tried(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("GATEPASS_TEST_CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(NoChromium, match=r"no chromium, chromium-browser, .* there is no apt-get here"):
        chromium.ensure()
