"""What the examples are built from is pinned by hashes, and names no place that it comes from."""

import json
import re

import pytest

from tools.examples import EXAMPLES, SOURCES
from tools.lock import addresses

NODE = [name for name in EXAMPLES if (SOURCES / name / "package.json").exists()]


@pytest.mark.parametrize("name", NODE)
def test_packages_of_npm_are_pinned_by_hashes_alone(name: str) -> None:
    folder = SOURCES / name
    lock = json.loads((folder / "package-lock.json").read_text())
    packages = {path: package for path, package in lock["packages"].items() if path}
    assert packages
    for path, package in packages.items():
        assert package["integrity"].startswith("sha512-"), path
        assert "resolved" not in package, path
        assert "funding" not in package, path
    assert "://" not in (folder / "package-lock.json").read_text()
    wanted = json.loads((folder / "package.json").read_text())["dependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())


def test_packages_of_python_are_pinned_by_hashes_alone() -> None:
    text = (SOURCES / "python-authlib" / "requirements.lock").read_text()
    assert not addresses(text)
    pinned = re.findall(r"^([a-z0-9-]+)==", text, re.MULTILINE)
    assert "authlib" in pinned
    assert all(re.search(rf"^{name}==[^\n]*\\\n +--hash=sha256:", text, re.MULTILINE) for name in pinned)


def test_modules_of_go_are_pinned_by_hashes() -> None:
    required = re.findall(r"^\s*(?:require )?(\S+/\S+) (v\S+)", (SOURCES / "go-oidc/go.mod").read_text(), re.MULTILINE)
    hashes = (SOURCES / "go-oidc/go.sum").read_text()
    assert required
    assert all(f"{module} {version} h1:" in hashes for module, version in required)


def test_maven_is_told_exact_versions_and_no_repository() -> None:
    text = (SOURCES / "java-spring-security" / "pom.xml").read_text()
    assert re.findall(r"<version>([^<]*)</version>", text) == ["4.1.2", "1"]
    assert "<repositor" not in text
