"""What the command line says about settings that can't be used."""

import socket
from pathlib import Path

import pytest

from cli.conftest import CommandLine


def test_production_names_everything_that_is_missing_at_once(gatepass: CommandLine) -> None:
    ended = gatepass("serve")
    assert ended.status == 2
    for missing in ("GATEPASS_PUBLIC_URL", "GATEPASS_SMTP_URL", "gatepass keys init", "gatepass migrate"):
        assert any(missing in line and line.startswith("✗") for line in ended.err.splitlines())
    assert [line for line in ended.err.splitlines() if "--dev" in line and not line.startswith("✗")]
    assert not gatepass.data.exists(), "a refusal leaves nothing behind"


def test_a_public_url_without_https_is_refused_in_production(ready: CommandLine) -> None:
    ended = ready("serve", public_url="http://auth.example.com", smtp_url="smtp://127.0.0.1:1")
    assert ended.status == 2
    assert "GATEPASS_PUBLIC_URL" in ended.err
    assert "GATEPASS_SMTP_URL" not in ended.err


def test_production_does_not_migrate_by_itself(gatepass: CommandLine) -> None:
    gatepass.well("keys", "init")
    ended = gatepass("serve", public_url="https://auth.example.com", smtp_url="smtp://127.0.0.1:1")
    assert ended.status == 2
    assert "gatepass migrate" in ended.err


def test_the_worker_names_what_is_missing_too(gatepass: CommandLine) -> None:
    ended = gatepass("worker")
    assert ended.status == 2
    assert "GATEPASS_SMTP_URL" in ended.err
    assert "GATEPASS_PUBLIC_URL" in ended.err


def test_every_malformed_setting_is_told_at_once(gatepass: CommandLine) -> None:
    ended = gatepass(
        "serve",
        "--dev",
        port="eighty",
        embedded_worker="perhaps",
        tokens_refresh_grace="soon",
        outbox_connections="0",
        public_url="auth.example.com/path",
        limits_scale="0",
        smtp_url="http://mail.example.com",
        log_level="LOUD",
        trusted_proxies="10.0.0.0/33",
    )
    assert ended.status == 2
    for name in (
        "GATEPASS_PORT",
        "GATEPASS_EMBEDDED_WORKER",
        "GATEPASS_TOKENS_REFRESH_GRACE",
        "connections",
        "GATEPASS_PUBLIC_URL",
        "GATEPASS_LIMITS_SCALE",
        "SMTP URL",
        "GATEPASS_LOG_LEVEL",
        "GATEPASS_TRUSTED_PROXIES",
    ):
        assert name in ended.err, name


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"port": "70000"}, "GATEPASS_PORT"),
        ({"port": "-1"}, "GATEPASS_PORT"),
        ({"workers": "0"}, "--workers"),
        ({"pool_size": "0"}, "GATEPASS_POOL_SIZE"),
        ({"database": "mysql://localhost/x"}, "GATEPASS_DATABASE"),
        ({"database": "postgresql://[broken"}, "GATEPASS_DATABASE"),
        ({"public_url": "https://[broken"}, "GATEPASS_PUBLIC_URL"),
        ({"places_file": "nowhere.mmdb"}, "GATEPASS_PLACES_FILE"),
        ({"mail_from": "not an address"}, "GATEPASS_MAIL_FROM"),
        ({"tokens_key_overlap": "9" * 30}, "GATEPASS_TOKENS_KEY_OVERLAP"),
    ],
)
def test_a_setting_that_can_not_be_used_is_named(
    gatepass: CommandLine, environment: dict[str, str], named: str
) -> None:
    ended = gatepass("serve", "--dev", **environment)
    assert ended.status == 2, ended
    assert named in ended.err


def test_an_unknown_variable_gets_a_suggestion(gatepass: CommandLine) -> None:
    ended = gatepass("migrate", stmp_url="smtp://127.0.0.1")
    assert ended.status == 2
    assert "GATEPASS_STMP_URL is not a setting. Did you mean GATEPASS_SMTP_URL?" in ended.err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[server\nport = 1", "can't be read"),
        ("[server]\nprot = 1", "prot"),
        ("[servers]\nport = 1", "servers"),
        ("port = 1", "port"),
        ("server = 3", "server"),
        ('[server]\nport = "eighty"', "GATEPASS_PORT"),
        ("[server]\nport = []", "GATEPASS_PORT"),
    ],
)
def test_a_broken_settings_file_is_told(gatepass: CommandLine, text: str, said: str) -> None:
    gatepass.data.mkdir()
    (gatepass.data / "gatepass.toml").write_text(text)
    ended = gatepass("serve", "--dev")
    assert ended.status == 2, ended
    assert said in ended.err


def test_a_secret_that_a_file_holds_is_read_and_a_missing_file_is_told(ready: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "url").write_text(f"sqlite:///{ready.data}/gatepass.db\n")
    assert "[]" in ready.well("app", "list", "--json", database_file=str(tmp_path / "url"))
    ended = ready("app", "list", database_file=str(tmp_path / "none"))
    assert ended.status == 2
    assert "GATEPASS_DATABASE_FILE" in ended.err


def test_a_port_in_use_is_told_with_a_way_out(ready: CommandLine) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = ready("serve", "--dev", "--port", str(port))
    assert ended.status == 2
    assert f"Can't listen on 127.0.0.1:{port}: the address is in use. Choose another with --port" in ended.err


def test_a_host_that_is_not_here_is_told(ready: CommandLine) -> None:
    ended = ready("serve", "--dev", "--host", "no.such.host.invalid")
    assert ended.status == 2
    assert "no.such.host.invalid" in ended.err


@pytest.mark.parametrize("command", [("serve", "--dev"), ("app", "list"), ("keys", "list")])
def test_a_key_file_that_others_may_read_is_refused(ready: CommandLine, command: tuple[str, ...]) -> None:
    (ready.data / "master.key").chmod(0o644)
    ended = ready(*command)
    assert ended.status == 2
    assert "chmod 600" in ended.err


def test_a_master_key_that_is_none_is_refused(ready: CommandLine) -> None:
    ended = ready("serve", "--dev", master_key="c2hvcnQ=")
    assert ended.status == 2
    assert "32 bytes" in ended.err
    (ready.data / "master.key").write_text("\n")
    assert "gatepass keys init" in ready("serve", "--dev").err or "32 bytes" in ready("serve", "--dev").err


def test_a_wrong_master_key_is_told_before_anything_is_served(ready: CommandLine) -> None:
    ready.well("keys", "rotate")
    (ready.data / "master.key").unlink()
    ready.well("keys", "init")
    ended = ready("serve", "--dev", "--port", "1")
    assert ended.status == 2
    assert "master key" in ended.err


def test_a_database_that_can_not_be_reached_is_told(gatepass: CommandLine) -> None:
    gatepass.well("keys", "init")
    for command in (("migrate",), ("app", "list"), ("serve", "--dev")):
        ended = gatepass(*command, "--database", "postgresql://nobody@127.0.0.1:1/none")
        assert ended.status == 2
        assert "can't be reached" in ended.err


def test_a_folder_that_can_not_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    gatepass = CommandLine(tmp_path / "file" / "data")
    for command in (("migrate",), ("keys", "init"), ("serve", "--dev")):
        ended = gatepass(*command)
        assert ended.status == 2, ended
        assert str(tmp_path / "file") in ended.err.replace("\n", "")


def test_a_command_tells_the_operator_why_the_signing_keys_do_not_open(ready: CommandLine) -> None:
    ready.well("keys", "rotate")
    (ready.data / "master.key").unlink()
    ready.well("keys", "init")
    ended = ready("app", "create", "Shop", "--type", "spa")
    assert ended.status == 2
    assert "key" in ended.err.splitlines()[-1]
