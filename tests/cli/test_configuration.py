"""What a server is to be stands in one file: shown first, done wholly or not at all, and found done afterwards."""

import json
from pathlib import Path
from typing import Any

import pytest

from cli.conftest import CommandLine

FILE = """\
gatepass: 1
permissions:
  reports_read: {name: Read reports}
roles:
  analyst:
    name: Analyst
    permissions: [reports_read, team_view]
applications:
  Shop:
    type: web
    callback_urls: [https://shop.example.com/cb]
    access_token_lifetime: 30m
    oauth: {requires_pkce: true}
    branding: {accent: '#224466'}
organizations:
  Acme:
    domains: [acme.example]
    policy: {session_seconds: 3600}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Give the file."""
    path = tmp_path / "gatepass.yaml"
    path.write_text(FILE)
    return path


def _changes(line: CommandLine, verb: str, *words: str) -> list[tuple[str, str, str]]:
    found: Any = json.loads(line.well(verb, *words, "--json"))
    changes = found if verb == "plan" else found["changes"]
    return [(one["verb"], one["noun"], one["key"]) for one in changes if one["verb"] != "stray"]


def test_a_file_is_shown_done_and_then_found_done(ready: CommandLine, file: Path) -> None:
    expected = [
        ("add", "permissions", "reports_read"),
        ("add", "roles", "analyst"),
        ("add", "applications", "Shop"),
        ("add", "organizations", "Acme"),
    ]
    assert _changes(ready, "plan", str(file)) == expected
    assert _changes(ready, "apply", str(file)) == expected
    assert _changes(ready, "plan", str(file)) == []
    assert _changes(ready, "apply", str(file)) == []
    shop = json.loads(ready.well("app", "list", "--json"))[0]
    settings = json.loads(ready.well("app", "show", shop["client_id"], "--json"))
    assert settings["access_token_lifetime"] == "1800s"
    assert settings["oauth.requires_pkce"] is True


def test_what_is_exported_changes_nothing_and_builds_another_server(
    ready: CommandLine, file: Path, tmp_path: Path
) -> None:
    ready.well("apply", str(file))
    exported = tmp_path / "exported.yaml"
    ready.well("export-config", str(exported))
    assert _changes(ready, "plan", str(exported)) == []
    other = CommandLine(tmp_path / "other")
    other.well("keys", "init")
    other.well("migrate")
    written = "\n".join(line for line in exported.read_text().splitlines() if "client_id:" not in line)
    exported.write_text(written)
    other.well("apply", str(exported))
    assert "\n".join(
        line for line in other.well("export-config").splitlines() if "client_id:" not in line
    ) == written.rstrip("\n")


def test_drift_is_shown_value_by_value(ready: CommandLine, file: Path) -> None:
    ready.well("apply", str(file))
    client_id = json.loads(ready.well("app", "list", "--json"))[0]["client_id"]
    ready.well("app", "set", client_id, "oauth.requires_pkce=false")
    said = ready.well("plan", str(file))
    assert "~ applications.Shop" in said
    assert "oauth.requires_pkce: False → True" in said
    assert ready("plan", str(file), "--exit-code").status == 3
    ready.well("apply", str(file))
    assert ready("plan", str(file), "--exit-code").status == 0


def test_what_the_file_does_not_name_stays_unless_it_is_pruned(ready: CommandLine, file: Path) -> None:
    ready.well("app", "create", "Legacy", "--type", "spa")
    assert "? applications.Legacy" in ready.well("apply", str(file))
    assert len(json.loads(ready.well("app", "list", "--json"))) == 2
    only_applications = file.with_name("applications.yaml")
    only_applications.write_text(FILE[: FILE.index("permissions:")] + FILE[FILE.index("applications:") :])
    ready.well("apply", str(only_applications), "--prune")
    assert [one["name"] for one in json.loads(ready.well("app", "list", "--json"))] == ["Shop"]


def test_a_secret_stands_in_the_file_by_reference_alone(ready: CommandLine, file: Path) -> None:
    secret = "a-secret-of-our-own-with-enough-letters"
    file.write_text(FILE.replace("    type: web\n", "    type: web\n    secret: {env: SHOP_SECRET}\n"))
    ended = ready("plan", str(file))
    assert ended.status == 2
    assert "the environment has no SHOP_SECRET" in ended.err
    ready.environment["SHOP_SECRET"] = secret
    shown = json.loads(ready.well("apply", str(file), "--json"))["secrets"]
    assert [one for one in shown if "application" in one] == []
    assert _changes(ready, "plan", str(file)) == []
    ready.environment["SHOP_SECRET"] = f"{secret}-rotated"
    said = ready.well("plan", str(file))
    assert "secret: nothing → the one that is named" in said
    assert secret not in said
    ready.well("apply", str(file))
    assert _changes(ready, "plan", str(file)) == []
    file.write_text(FILE.replace("    type: web\n", f"    type: web\n    secret: {secret}\n"))
    ended = ready("apply", str(file))
    assert "never stands in the file" in ended.err
    assert secret not in ended.err


def test_a_secret_that_comes_into_being_is_shown_once(ready: CommandLine, file: Path) -> None:
    shop, acme = json.loads(ready.well("apply", str(file), "--json"))["secrets"]
    assert (shop["application"], acme["organization"]) == ("Shop", "Acme")
    assert shop["client_secret"].startswith("gps_")
    assert len(acme["connection_token"]) > 20
    assert json.loads(ready.well("apply", str(file), "--json"))["secrets"] == []


FAULTS = [
    ("roles:", "rolls:", "Did you mean roles?"),
    ("type: web", "typ: web", "Did you mean type?"),
    ("30m", "soon", "expected a duration"),
    ("gatepass: 1", "gatepass: 2", "reads version 1"),
    ("[reports_read, team_view]", "[reports_write]", "there is no permission reports_write"),
    ("'#224466'", "'red; }'", "accent"),
    ("  analyst:\n", "  analyst:\n    name: A\n    name: B\n", "stands here twice"),
    ("    type: web\n", "", "say which type it is"),
    ("https://shop.example.com/cb", "javascript:alert(1)", "can't be an address"),
    ("{requires_pkce: true}", "true", "write its fields below it"),
]


def test_a_fault_is_told_with_its_place_and_changes_nothing(ready: CommandLine, file: Path) -> None:
    for wrong, right, said in FAULTS:
        file.write_text(FILE.replace(wrong, right))
        ended = ready("apply", str(file))
        assert ended.status == 2, right
        assert said in ended.err, right
    assert json.loads(ready.well("app", "list", "--json")) == []
    assert "reports_read" not in ready.well("export-config")


def test_a_plan_finds_what_an_apply_would_and_all_of_it(ready: CommandLine, file: Path) -> None:
    file.write_text(FILE.replace("[reports_read, team_view]", "[reports_write]").replace("acme.example", "co.uk"))
    for verb in ("plan", "apply"):
        ended = ready(verb, str(file))
        assert ended.status == 2
        assert "roles.analyst: there is no permission reports_write" in ended.err
        assert "organizations.Acme: " in ended.err
    assert "reports_read" not in ready.well("export-config")


def test_an_alias_is_not_read(ready: CommandLine, tmp_path: Path) -> None:
    path = tmp_path / "bomb.yaml"
    path.write_text("gatepass: 1\nroles: &a {x: {name: X}}\npermissions: *a\n")
    ended = ready("plan", str(path))
    assert ended.status == 2
    assert "Line 3: write it out" in ended.err


def test_mail_templates_stand_in_the_file_too(ready: CommandLine, file: Path) -> None:
    template = "templates:\n  Shop/sign_in.de:\n    format: html\n    subject: Hallo\n"
    file.write_text(f"{FILE}{template}    source: '<p><a href=\"{{{{ link }}}}\">Anmelden</a></p>'\n")
    assert ("add", "templates", "Shop/sign_in.de") in _changes(ready, "apply", str(file))
    assert _changes(ready, "plan", str(file)) == []
    file.write_text(f"{FILE}{template}    source: '<p>Hallo</p>'\n")
    ended = ready("apply", str(file))
    assert ended.status == 2
    assert "templates.Shop/sign_in.de" in ended.err
    file.write_text(f"{FILE}templates: {{}}\n")
    assert _changes(ready, "apply", str(file), "--prune")[-1] == ("remove", "templates", "Shop/sign_in.de")
