import dataclasses
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gatepass.kit.secrets import Secret
from gatepass.settings import FaultySettings, Setting, Settings, all_settings, load, missing_for_production

GOOD: dict[str, tuple[str, Any]] = {
    "GATEPASS_PORT": ("9000", 9000),
    "GATEPASS_DEV": ("yes", True),
    "GATEPASS_EMBEDDED_WORKER": ("false", False),
    "GATEPASS_TRUSTED_PROXIES": ("10.0.0.1, 10.0.0.2", ("10.0.0.1", "10.0.0.2")),
    "GATEPASS_LIMITS_SCALE": ("2.5", 2.5),
    "GATEPASS_TOKENS_REFRESH_GRACE": ("10s", timedelta(seconds=10)),
    "GATEPASS_SMTP_URL": ("smtp://mail.example", Secret("smtp://mail.example")),
    "GATEPASS_MAIL_FROM": ("a@example.com", "a@example.com"),
    "GATEPASS_OUTBOX_CONNECTIONS": ("2", 2),
    "GATEPASS_CONNECTIONS_HEAD_SECONDS": ("5", 5.0),
}


def value(settings: Settings, variable: str) -> Any:
    (setting,) = (one for one in all_settings() if one.variable == variable)
    return getattr(getattr(settings, setting.section), setting.name)


def faults(environment: dict[str, str], **given: Any) -> list[str]:
    with pytest.raises(FaultySettings) as refusal:
        load(environment, given=given)
    assert str(refusal.value).splitlines() == refusal.value.faults
    return refusal.value.faults


def with_file(folder: Path, text: str, **environment: str) -> dict[str, str]:
    (folder / "gatepass.toml").write_text(text)
    return {"GATEPASS_DATA": str(folder), **environment}


def test_nothing_set_means_the_defaults() -> None:
    settings = load({})
    assert settings == Settings()
    assert settings.server.port == 8000
    assert settings.server.database_url == "sqlite:///gatepass-data/gatepass.db"
    assert settings.server.origin == "http://localhost:8000"


@pytest.mark.parametrize("variable", GOOD)
def test_the_environment_is_read_by_type(variable: str) -> None:
    raw, expected = GOOD[variable]
    assert value(load({variable: raw}), variable) == expected


def test_the_environment_wins_over_the_file_and_the_file_over_the_default(tmp_path: Path) -> None:
    text = '[server]\nport = 7000\nhost = "::1"\n[tokens]\nrefresh_grace = "5s"\n'
    settings = load(with_file(tmp_path, text, GATEPASS_PORT="9000"))
    assert (settings.server.port, settings.server.host) == (9000, "::1")
    assert settings.tokens.refresh_grace == timedelta(seconds=5)
    assert settings.server.workers == 1


def test_the_command_line_wins_over_everything_and_none_means_not_given(tmp_path: Path) -> None:
    environment = with_file(tmp_path, "[server]\nport = 7000\n", GATEPASS_PORT="9000", GATEPASS_HOST="::1")
    settings = load(environment, given={"port": 9500, "host": None})
    assert (settings.server.port, settings.server.host) == (9500, "::1")


def test_the_file_may_stand_elsewhere(tmp_path: Path) -> None:
    path = tmp_path / "other.toml"
    path.write_text("[server]\nport = 7000\ntrusted_proxies = ['10.0.0.1']\n")
    settings = load({"GATEPASS_CONFIG": str(path)})
    assert settings.server.port == 7000
    assert settings.connections.trusted == {"10.0.0.1"}


def test_a_named_file_that_is_missing_or_malformed_is_a_fault(tmp_path: Path) -> None:
    (fault,) = faults({"GATEPASS_CONFIG": str(tmp_path / "none.toml")})
    assert "none.toml can't be read" in fault
    (fault,) = faults(with_file(tmp_path, "[server\nport"))
    assert "gatepass.toml can't be read" in fault


def test_a_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "smtp"
    path.write_text("smtp://user:hidden@mail.example\n")
    assert load({"GATEPASS_SMTP_URL_FILE": str(path)}).outbox.smtp_url == Secret("smtp://user:hidden@mail.example")
    given = {"GATEPASS_SMTP_URL_FILE": str(path), "GATEPASS_SMTP_URL": "smtp://other"}
    assert load(given).outbox.smtp_url == Secret("smtp://other")


def test_a_secret_file_that_can_not_be_read_is_a_fault(tmp_path: Path) -> None:
    (fault,) = faults({"GATEPASS_MASTER_KEY_FILE": str(tmp_path / "none")})
    assert fault.startswith("GATEPASS_MASTER_KEY_FILE: the file can't be read")


def test_all_faults_are_reported_at_once(tmp_path: Path) -> None:
    found = faults(
        with_file(
            tmp_path,
            "loose = 1\n[server]\nprt = 1\n[tokens]\nrefresh_grace = 'soon'\n",
            GATEPASS_PORT="eight",
            GATEPASS_DEV="perhaps",
            GATEPASS_LIMITS_SCALE="0",
            GATEPASS_WORKERS="0",
            GATEPASS_PUBLIC_URL="https://auth.example/path",
            GATEPASS_DATABASE="mysql://x",
            GATEPASS_OUTBOX_LEASE="1s",
            GATEPASS_WORKER="2",
        )
    )
    for part in (
        "GATEPASS_PORT: expected a whole number", "GATEPASS_DEV: expected true or false", "GATEPASS_PUBLIC_URL",
        "GATEPASS_DATABASE", "At least one worker", "GATEPASS_WORKER is not a setting", "[server] prt", "loose",
        "lease", "GATEPASS_TOKENS_REFRESH_GRACE: expected a duration", "scale",
    ):  # fmt: skip
        assert any(part in fault for fault in found), (part, found)
    assert len(found) == 11


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("GATEPASS_PROT", "GATEPASS_PORT"),
        ("GATEPASS_WORKER", "GATEPASS_WORKERS"),
        ("GATEPASS_OUTBOX_SMTP_URL", "GATEPASS_SMTP_URL"),
        ("GATEPASS_MASTERKEY", "GATEPASS_MASTER_KEY"),
    ],
)
def test_an_unknown_variable_is_named_with_the_one_that_was_probably_meant(wrong: str, right: str) -> None:
    assert faults({wrong: "1"}) == [f"{wrong} is not a setting. Did you mean {right}?"]


def test_an_unknown_variable_that_is_like_no_other_is_named_alone() -> None:
    assert faults({"GATEPASS_ZZZZZZZZ": "1"}) == ["GATEPASS_ZZZZZZZZ is not a setting."]


def test_variables_of_others_and_of_the_tests_are_let_be() -> None:
    load({"PATH": "/bin", "PORT": "x", "GATEPASS_TEST_POSTGRES_URL": "x", "GATEPASS_BENCH_X": "x"})


def test_what_follows_from_another_setting_can_not_be_set() -> None:
    (fault,) = faults({"GATEPASS_CONNECTIONS_TRUSTED": "10.0.0.1"})
    assert "GATEPASS_CONNECTIONS_TRUSTED is not a setting" in fault


@pytest.mark.parametrize("scale", ["0", "-1", "nan", "inf"])
def test_a_scale_that_would_allow_nothing_is_a_fault_and_not_a_crash(scale: str) -> None:
    (fault,) = faults({"GATEPASS_LIMITS_SCALE": scale})
    assert "scale" in fault.lower()


@pytest.mark.parametrize(
    "url",
    ["auth.example", "ftp://auth.example", "https://auth.example/path", "https://auth.example?x",
     "https://auth.example#x", "https://user:password@auth.example", "https://", "https://[::1",
     "https://auth.example:99999", "https://auth example", "//auth.example", "https://*.example"],
)  # fmt: skip
def test_a_public_url_is_scheme_and_host_alone(url: str) -> None:
    (fault,) = faults({"GATEPASS_PUBLIC_URL": url})
    assert fault.startswith("GATEPASS_PUBLIC_URL must be scheme and host alone")


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://auth.example", "https://auth.example"),
        ("https://auth.example/", "https://auth.example"),
        ("https://Auth.Example", "https://auth.example"),
        ("https://auth.example:8443", "https://auth.example:8443"),
        ("https://auth.example:443", "https://auth.example"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("https://[2001:db8::1]", "https://[2001:db8::1]"),
    ],
)
def test_the_servers_origin_is_what_browsers_send(url: str, origin: str) -> None:
    assert load({"GATEPASS_PUBLIC_URL": url}).server.origin == origin


@pytest.mark.parametrize("nameserver", ["dns.example", "9.9.9.9:0", "https://9.9.9.9", "[::1"])
def test_a_name_server_that_is_no_address_is_named(nameserver: str) -> None:
    (fault,) = faults({"GATEPASS_NAMESERVERS": f"9.9.9.9,{nameserver}"})
    assert fault.startswith(f"GATEPASS_NAMESERVERS: {nameserver!r}")


@pytest.mark.parametrize("port", ["-1", "65536", "99999999999"])
def test_a_port_that_is_none_is_a_fault(port: str) -> None:
    (fault,) = faults({"GATEPASS_PORT": port})
    assert "GATEPASS_PORT" in fault


def test_several_workers_on_sqlite_are_refused_with_the_reason() -> None:
    (fault,) = faults({"GATEPASS_WORKERS": "2"})
    assert "SQLite has one writer" in fault
    assert "postgresql://" in fault
    settings = load({"GATEPASS_WORKERS": "2", "GATEPASS_DATABASE": "postgresql://host/name"})
    assert settings.server.workers == 2


def test_production_names_all_that_it_lacks_at_once(tmp_path: Path) -> None:
    missing = missing_for_production(load({"GATEPASS_DATA": str(tmp_path)}))
    assert len(missing) == 3
    for part in ("GATEPASS_PUBLIC_URL", "GATEPASS_SMTP_URL", "GATEPASS_MASTER_KEY"):
        assert any(part in sentence for sentence in missing)


@pytest.mark.parametrize("url", ["", "http://auth.example", "http://localhost:8000"])
def test_production_needs_https(tmp_path: Path, url: str) -> None:
    settings = load({"GATEPASS_DATA": str(tmp_path), "GATEPASS_PUBLIC_URL": url})
    assert any("https" in sentence for sentence in missing_for_production(settings))


def test_production_lacks_nothing_with_a_url_a_mail_server_and_a_key(tmp_path: Path) -> None:
    environment = {
        "GATEPASS_DATA": str(tmp_path),
        "GATEPASS_PUBLIC_URL": "https://auth.example",
        "GATEPASS_SMTP_URL": "smtp://mail.example",
    }
    assert missing_for_production(load({**environment, "GATEPASS_MASTER_KEY": "x"})) == []
    assert len(missing_for_production(load(environment))) == 1
    (tmp_path / "master.key").touch()
    assert missing_for_production(load(environment)) == []


def test_settings_are_frozen_and_hide_their_secrets() -> None:
    settings = load({"GATEPASS_SMTP_URL": "smtp://u:hidden@mail.example", "GATEPASS_MASTER_KEY": "hidden"})
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.server.port = 1  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.server = settings.server  # type: ignore[misc]
    assert "hidden" not in repr(settings)


def test_a_faulty_secret_is_not_shown() -> None:
    found = faults({"GATEPASS_DATABASE": "mysql://user:hidden@host/name", "GATEPASS_PORT": "x"})
    assert "hidden" not in "\n".join(found)


@pytest.mark.parametrize("setting", list(all_settings()), ids=lambda one: one.variable)
def test_every_setting_says_what_it_is_for_and_reads_back_its_default(setting: Setting) -> None:
    assert setting.doc.endswith("."), setting.variable
    if isinstance(setting.default, bool | int | float | str) and setting.default != "":
        assert value(load({setting.variable: str(setting.default)}), setting.variable) == setting.default


def test_no_two_settings_share_a_variable() -> None:
    variables = [setting.variable for setting in all_settings()]
    assert len(variables) == len(set(variables))


def test_the_server_sends_mail_itself_in_development_and_on_sqlite_unless_it_is_told_otherwise() -> None:
    assert load({"GATEPASS_DEV": "true"}).server.sends_mail
    assert load({}).server.sends_mail
    assert not load({"GATEPASS_DATABASE": "postgresql://localhost/x"}).server.sends_mail
    assert load({"GATEPASS_EMBEDDED_WORKER": "true"}).server.sends_mail
    assert not load({"GATEPASS_DEV": "true", "GATEPASS_EMBEDDED_WORKER": "false"}).server.sends_mail


def test_the_data_folder_decides_where_the_database_the_key_and_the_file_lie(tmp_path: Path) -> None:
    server = load(with_file(tmp_path, "[server]\nport = 7000\n")).server
    assert server.database_url == f"sqlite:///{tmp_path}/gatepass.db"
    assert (server.key_file, server.port) == (tmp_path / "master.key", 7000)
    assert load({}, given={"data": tmp_path}).server.port == 7000
