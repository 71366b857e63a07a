"""Every command as a person or a script uses it, from an empty folder to a server that is looked after."""

import json
import os
import re
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import httpx2
import pytest

from cli.conftest import CommandLine
from gatepass import __version__
from support.ports import free_port
from support.smtp import SmtpSink

PRODUCTION = {"public_url": "https://auth.example.com", "trusted_proxies": "127.0.0.1"}


def test_without_a_command_the_commands_are_listed(gatepass: CommandLine) -> None:
    ended = gatepass()
    for command in ("serve", "worker", "migrate", "doctor", "keys", "app", "mail", "version"):
        assert command in ended.out + ended.err
    assert gatepass("no-such-command").status == 2


def test_the_version_is_printed_by_the_command_and_by_the_option(gatepass: CommandLine) -> None:
    assert gatepass.well("--version") == gatepass.well("version") == f"{__version__}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ("doctor",),
        ("app", "list"),
        ("app", "create", "Shop"),
        ("keys", "list"),
        ("keys", "rotate"),
        ("mail", "test", "ana@example.com"),
        ("worker",),
    ],
)
@pytest.mark.parametrize("dev", ["true", "false"])
def test_a_folder_without_a_database_stays_without_one(
    gatepass: CommandLine, arguments: tuple[str, ...], dev: str
) -> None:
    ended = gatepass(*arguments, dev=dev, smtp_url="smtp://127.0.0.1:1", **PRODUCTION)
    said = " ".join((ended.out + ended.err).split())
    assert ended.status == (1 if arguments == ("doctor",) else 2)
    if arguments == ("doctor",) and dev == "true":
        # A server in development makes its database when it starts: nothing is ill before.
        assert "none yet; the server makes it when it starts" in said
    else:
        assert "There is no database at" in said
        assert "or run `gatepass migrate` to make a new one there." in said
    assert not gatepass.data.exists()


def test_the_master_key_file_is_made_once_for_its_owner_alone(gatepass: CommandLine) -> None:
    gatepass.well("keys", "init")
    path = gatepass.data / "master.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(gatepass.data.stat().st_mode) == 0o700
    first = path.read_bytes()
    ended = gatepass("keys", "init")
    assert ended.status == 2
    assert "stays as it is" in ended.err
    assert path.read_bytes() == first


def test_a_migration_may_be_repeated(gatepass: CommandLine) -> None:
    first = json.loads(gatepass.well("migrate", "--json"))
    assert json.loads(gatepass.well("migrate", "--json")) == first
    assert first["revision"] in gatepass.well("migrate")


def test_the_arguments_win_over_the_environment(gatepass: CommandLine, tmp_path: Path) -> None:
    given = ("--data", str(tmp_path / "other"), "--database", f"sqlite:///{tmp_path}/other.db")
    gatepass.well("migrate", *given, database="postgresql://127.0.0.1:1/x")
    assert (tmp_path / "other.db").is_file()
    assert not gatepass.data.exists()


def test_commands_say_what_is_to_be_done_first(gatepass: CommandLine) -> None:
    gatepass.well("migrate")
    assert "gatepass keys init" in gatepass("app", "list").err
    other = CommandLine(gatepass.data.parent / "second")
    other.well("keys", "init")
    assert "gatepass migrate" in other("app", "list").err


def test_an_application_is_made_and_listed(ready: CommandLine) -> None:
    assert json.loads(ready.well("app", "list", "--json")) == []
    assert "gatepass app create" in ready.well("app", "list")
    made = json.loads(
        ready.well(
            "app", "create", "Shop [beta]", "--type", "web",
            "--callback", "https://shop.example/a", "--callback", "https://shop.example/b",
            "--origin", "https://shop.example", "--logout", "https://shop.example/bye", "--json",
        )
    )  # fmt: skip
    assert made["callback_urls"] == ["https://shop.example/a", "https://shop.example/b"]
    assert made["client_secret"]
    spa = json.loads(ready.well("app", "create", "Page", "--type", "spa", "--origin", "https://p.example", "--json"))
    assert spa["client_secret"] is None
    listed = json.loads(ready.well("app", "list", "--json"))
    assert [row["client_id"] for row in listed] == [made["client_id"], spa["client_id"]]
    assert made["client_secret"] not in json.dumps(listed)
    assert "Shop [beta]" in ready.well("app", "list")
    printed = ready.well("app", "create", "Third", "--type", "m2m")
    assert "client_secret" in printed
    assert "shown this once" in printed


@pytest.mark.parametrize(
    "arguments",
    [
        ("Shop", "--type", "desktop"),
        ("Shop", "--type", "spa", "--callback", "javascript:alert(1)"),
        ("Shop", "--type", "spa", "--origin", "https://shop.example/path"),
        ("", "--type", "spa"),
        ("Sh\nop", "--type", "spa"),
    ],
)
def test_an_application_that_could_not_work_is_refused(ready: CommandLine, arguments: tuple[str, ...]) -> None:
    ended = ready("app", "create", *arguments)
    assert ended.status == 2, ended
    assert ended.err
    assert json.loads(ready.well("app", "list", "--json")) == []


def test_keys_are_rotated_with_an_overlap_and_withdrawn_at_once_after_a_leak(ready: CommandLine) -> None:
    assert json.loads(ready.well("keys", "list", "--json")) == []
    first = json.loads(ready.well("keys", "rotate", "--json"))[0]["key_id"]
    second = json.loads(ready.well("keys", "rotate", "--json"))[0]["key_id"]
    states = {row["key_id"]: row["state"] for row in json.loads(ready.well("keys", "list", "--json"))}
    assert states[first] == "signs"
    assert states[second] != "signs", "it is announced first"
    third = json.loads(ready.well("keys", "rotate", "--now", "--json"))[0]["key_id"]
    states = {row["key_id"]: row["state"] for row in json.loads(ready.well("keys", "list", "--json"))}
    assert states[third] == "signs"
    assert states[first] == states[second] == "withdrawn"
    assert third in ready.well("keys", "list")


class Running:
    """A command that runs until it is told to stop."""

    def __init__(self, line: CommandLine, *arguments: str, **environment: str) -> None:
        self.log = line.data / f"{arguments[0]}.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "gatepass", *arguments],
                env=line.variables(**environment), stdout=log, stderr=log,
            )  # fmt: skip

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Ask it to stop and return its status."""
        if self.process.poll() is None:
            os.kill(self.process.pid, number)
        return self.process.wait(20)


def wait_for(url: str, running: Running) -> httpx2.Response:
    """Wait until an address answers."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        try:
            return httpx2.get(url, trust_env=False, timeout=5)
        except httpx2.TransportError:
            assert running.process.poll() is None, running.log.read_text()
            time.sleep(0.05)
    raise AssertionError(running.log.read_text())


def wait_for_words(words: str, running: Running) -> str:
    """Wait until a running command has said something and return all that it said."""
    until = time.monotonic() + 20
    while words not in running.log.read_text():
        assert running.process.poll() is None, running.log.read_text()
        assert time.monotonic() < until, running.log.read_text()
        time.sleep(0.05)
    return running.log.read_text()


def test_a_rotated_key_is_published_beside_the_old_one(ready: CommandLine) -> None:
    port = str(free_port())
    first = json.loads(ready.well("keys", "rotate", "--json"))[0]["key_id"]
    second = json.loads(ready.well("keys", "rotate", "--json"))[0]["key_id"]
    server = Running(ready, "serve", "--dev", "--port", port)
    try:
        keys = wait_for(f"http://127.0.0.1:{port}/.well-known/jwks.json", server).json()["keys"]
    finally:
        assert server.stop() == 0
    assert {key["kid"] for key in keys} == {first, second}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_development_server_prints_what_can_be_copied_and_stops_quietly(gatepass: CommandLine, number: int) -> None:
    gatepass.data.mkdir()
    port = str(free_port())
    server = Running(gatepass, "serve", "--dev", "--port", port)
    wait_for(f"http://127.0.0.1:{port}/readyz", server)
    status = server.stop(number)
    said = server.log.read_text()
    assert status == 0, said
    for expected in (f"http://localhost:{port}/", "/dev/mail", "/docs", "client_id", "curl -X POST"):
        assert expected in said
    assert "Traceback" not in said
    assert "Error" not in said
    assert stat.S_IMODE((gatepass.data / "master.key").stat().st_mode) == 0o600


def test_port_0_is_told_as_the_port_that_it_became(gatepass: CommandLine) -> None:
    gatepass.data.mkdir()
    server = Running(gatepass, "serve", "--dev", "--port", "0")
    try:
        said = wait_for_words("Ctrl-C stops", server)
        port = re.findall(r"http://localhost:(\d+)/dev/mail", said)[0]
        assert wait_for(f"http://127.0.0.1:{port}/readyz", server).status_code == 200
        assert ":0/" not in said
    finally:
        assert server.stop() == 0


def test_a_server_in_production_says_in_one_line_where_it_stands(ready: CommandLine) -> None:
    port = str(free_port())
    server = Running(ready, "serve", "--port", port, smtp_url="smtp://127.0.0.1:1", **PRODUCTION)
    try:
        said = wait_for_words("listening", server).splitlines()[0]
    finally:
        server.stop()
    assert f"127.0.0.1:{port} for https://auth.example.com: SQLite, 1 process, mail sent by this server." in said


def test_no_test_mail_leaves_without_a_mail_server(ready: CommandLine) -> None:
    ended = ready("mail", "test", "ana@example.com", **PRODUCTION)
    assert ended.status == 2
    assert "GATEPASS_SMTP_URL is not set, so no mail can leave." in ended.err
    assert "development mailbox" in ready.well("mail", "test", "ana@example.com", dev="true")


def test_a_test_mail_arrives_and_a_refusal_is_told(ready: CommandLine, smtp_sink: SmtpSink) -> None:
    said = ready.well("mail", "test", "ana@example.com", smtp_url=smtp_sink.url, **PRODUCTION)
    assert "took the mail" in said
    mail = smtp_sink.wait(1)[0]
    assert mail.to == ["ana@example.com"]
    assert mail.headers["From"].endswith("<no-reply@auth.example.com>")
    smtp_sink.refuse("550 no such mailbox")
    ended = ready("mail", "test", "ana@example.com", smtp_url=smtp_sink.url, **PRODUCTION)
    assert ended.status == 2
    assert "550" in ended.err
    for address in ("nobody", "a@b.example\nBcc: c@d.example", ""):
        assert ready("mail", "test", address, smtp_url=smtp_sink.url, **PRODUCTION).status == 2
    smtp_sink.hang_up()
    ended = ready("mail", "test", "ana@example.com", smtp_url=smtp_sink.url, **PRODUCTION)
    assert ended.status == 2
    assert "mail server" in ended.err


def findings(line: CommandLine, status: int, **environment: str) -> dict[str, bool]:
    """Run the doctor and return what it found well and what not."""
    ended = line("doctor", "--json", **environment)
    assert ended.status == status, ended
    found = json.loads(ended.out)
    assert all(bool(row["remedy"]) != row["is_well"] for row in found)
    return {row["subject"]: row["is_well"] for row in found}


def ill(found: dict[str, bool]) -> set[str]:
    """Return what is not well."""
    return {subject for subject, is_well in found.items() if not is_well}


def test_the_doctor_finds_a_healthy_server_healthy(ready: CommandLine, smtp_sink: SmtpSink) -> None:
    environment = {"smtp_url": smtp_sink.url, **PRODUCTION}
    assert ill(findings(ready, 1, **environment)) == {"worker"}
    worker = Running(ready, "worker", **environment)
    until = time.monotonic() + 20
    while ready("doctor", **environment).status and time.monotonic() < until:
        time.sleep(0.1)
    assert ill(findings(ready, 0, **environment)) == set()
    printed = ready.well("doctor", **environment)
    assert "✓" in printed
    assert "✗" not in printed
    assert worker.stop() == 0, worker.log.read_text()
    assert ill(findings(ready, 1, **environment)) == {"worker"}
    assert "✗" in ready("doctor", **environment).out


def test_the_doctor_names_each_illness(ready: CommandLine, smtp_sink: SmtpSink) -> None:
    environment = {"smtp_url": smtp_sink.url, **PRODUCTION}
    (ready.data / "master.key").chmod(0o640)
    assert "master key" in ill(findings(ready, 1, **environment))
    (ready.data / "master.key").chmod(0o600)
    assert "public URL" in ill(findings(ready, 1, **{**environment, "public_url": "http://auth.example.com"}))
    ready.well("keys", "rotate")
    kept = (ready.data / "master.key").rename(ready.data / "kept")
    assert "master key" in ill(findings(ready, 1, **environment))
    ready.well("keys", "init")
    assert "signing keys" in ill(findings(ready, 1, **environment))
    (ready.data / "master.key").write_text("nonsense\n")
    assert "master key" in ill(findings(ready, 1, **environment))
    kept.rename(ready.data / "master.key")
    smtp_sink.hang_up()
    assert ill(findings(ready, 1, **environment)) == {"worker", "mail"}
    assert "mail" in ill(findings(ready, 1, **PRODUCTION))
    assert "proxies" in ill(findings(ready, 1, public_url=PRODUCTION["public_url"]))
    assert "proxies" not in findings(ready, 1, dev="true")


def test_in_development_the_doctor_frightens_nobody_before_the_first_start(gatepass: CommandLine) -> None:
    found = findings(gatepass, 0, dev="true")
    assert ill(found) == set()
    assert {"database", "master key", "public URL", "mail"} == found.keys()
    assert "the server makes it when it starts" in gatepass("doctor", "--json", dev="true").out
    assert {"database", "master key"} <= ill(findings(gatepass, 1)), "a server in production needs both before"
    gatepass.well("keys", "init")
    gatepass.well("migrate")
    (gatepass.data / "master.key").unlink()
    assert "master key" in ill(findings(gatepass, 1, dev="true")), "a new one would not open what is there"


def test_the_doctor_names_a_database_that_is_away_or_not_migrated(gatepass: CommandLine) -> None:
    gatepass.well("keys", "init")
    without = findings(gatepass, 1, database="postgresql://127.0.0.1:1/none")
    assert "database" in ill(without)
    assert {"public URL", "master key", "proxies", "mail"} <= without.keys(), "the rest is looked at all the same"
    (gatepass.data / "gatepass.db").touch()
    assert "schema" in ill(findings(gatepass, 1))
    gatepass.well("migrate")
    assert ill(findings(gatepass, 1)) & {"schema", "database"} == set()
    (gatepass.data / "gatepass.db").write_bytes(b"this is no database, and it is long enough to be looked at" * 99)
    assert "database" in ill(findings(gatepass, 1))


def test_the_worker_sends_what_waits_and_gives_dead_letters_to_the_doctor(
    ready: CommandLine, smtp_sink: SmtpSink
) -> None:
    port = str(free_port())
    environment = {"smtp_url": smtp_sink.url, "dev": "true", "embedded_worker": "false", "outbox_attempts": "1"}
    server = Running(ready, "serve", "--port", port, **environment)
    client_id = json.loads(ready.well("app", "create", "Shop", "--type", "spa", "--json"))["client_id"]
    wait_for(f"http://127.0.0.1:{port}/readyz", server)
    worker = Running(ready, "worker", **environment)
    url = f"http://127.0.0.1:{port}/api/v1/auth/passwordless/magic-link/send?client_id={client_id}"
    try:
        assert httpx2.post(url, json={"email": "ana@example.com"}, trust_env=False).status_code == 200
        assert smtp_sink.wait(1, to="ana@example.com")
        smtp_sink.refuse("550 no such mailbox", times=9)
        assert httpx2.post(url, json={"email": "ben@example.com"}, trust_env=False).status_code == 200
        until = time.monotonic() + 20
        while "550" not in ready("doctor", **environment).out:
            assert time.monotonic() < until, worker.log.read_text()
            time.sleep(0.1)
        assert "outbox" in ill(findings(ready, 1, **environment))
        assert "ben@example.com" not in worker.log.read_text()
    finally:
        assert worker.stop() == 0
        assert server.stop() == 0
