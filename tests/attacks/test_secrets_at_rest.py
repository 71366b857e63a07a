"""A thief with the database, a backup or the logs: no secret that grants anything stands there in clear."""

import base64
import io
import logging
import re
import sys
import threading
import time
from collections.abc import Iterator

import pytest
from aiosmtpd.smtp import Envelope

from gatepass.applications.flows import register
from gatepass.applications.model import ApplicationType, Registration
from gatepass.kit.db import Query, query
from gatepass.kit.logs import configure_logs
from support.client import BASE, Client, MailInDevelopment
from support.gatepass_server import RunningServer, ServerFactory
from support.smtp import ReceivedMail, SmtpSink

ADDRESS = "victim@example.com"
_TABLES = query(str, "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public'")
# What the test's own programs write: the client and the mail server see everything in clear.
_NOT_OURS = ("httpx2", "httpcore2", "mail.log", "asyncio")


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that the process logs, from the lowest level on."""
    root, hooks = logging.getLogger(), (sys.excepthook, threading.excepthook)
    handlers, level = root.handlers, root.level
    stream = io.StringIO()
    configure_logs(is_production=True, level="DEBUG", stream=stream)
    for name in _NOT_OURS:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    yield stream
    for name in _NOT_OURS:
        logging.getLogger(name).setLevel(logging.NOTSET)
    configure_logs(is_production=True, level="WARNING")
    logging.captureWarnings(capture=False)
    root.handlers, root.level = handlers, level
    sys.excepthook, threading.excepthook = hooks


def dump(server: RunningServer) -> str:
    """Return all that a thief of the database has: every row as text with bytes in hexadecimal, or SQLite's files."""
    database = server.house.foundations.database
    if database.dialect == "sqlite":
        files = sorted(server.settings.server.data.glob("gatepass.db*"))
        return "".join(path.read_bytes().decode("latin-1") for path in files)
    tables = server.read(lambda tx: tx.all(_TABLES))
    assert len(tables) > 12
    rows = [query(str, f'SELECT "{table}"::text FROM "{table}"') for table in tables]  # noqa: S608 - its own tables
    return "\n".join(line for statement in rows for line in _lines(server, statement))


def _lines(server: RunningServer, statement: Query[str]) -> list[str]:
    return list(server.read(lambda tx: tx.all(statement)))


def spellings(secret: str) -> set[str]:
    """Return the forms in which a secret may hide."""
    raw = secret.encode()
    return {secret, raw.hex(), base64.b64encode(raw).decode(), base64.urlsafe_b64encode(raw).decode().rstrip("=")}


def exposed(secrets: dict[str, str], text: str) -> list[str]:
    """Name the secrets that stand in a text; six digits count only where no other digit or letter touches them."""
    found = []
    for name, secret in secrets.items():
        if secret.isdigit():
            is_there = re.search(rf"(?<![0-9a-zA-Z.:]){secret}(?![0-9a-zA-Z])", text) is not None
        else:
            is_there = any(form in text for form in spellings(secret))
        if is_there:
            found.append(name)
    return found


def as_read(mail: ReceivedMail) -> MailInDevelopment:
    return MailInDevelopment(mail.subject, mail.text, mail.html, mail.link, mail.code or "")


def secrets_of(prefix: str, mail: MailInDevelopment, state: str) -> dict[str, str]:
    return {
        f"{prefix} state": state,
        f"{prefix} handle": mail.parameters["state"],
        f"{prefix} link": mail.parameters["magictext"],
        f"{prefix} code": mail.code,
    }


@pytest.fixture
def journey(start_server: ServerFactory, smtp_sink: SmtpSink, log: io.StringIO) -> tuple[RunningServer, dict[str, str]]:
    """Let people sign in by link and code, guess wrong, refresh and wait; return every secret that was about."""
    assert log.getvalue() == ""
    server = start_server({"GATEPASS_SMTP_URL": smtp_sink.url, "GATEPASS_ACCESS_LOG": "true"})
    at = server.clock.now()
    web = server.transact(lambda tx: register(tx, Registration("Web", ApplicationType.WEB), at))
    client = Client(server.url, web.application.client_id)
    secrets = {"client secret": web.client_secret.reveal()}
    state = client.send(ADDRESS)["state"]
    mail = as_read(smtp_sink.wait(1, to=ADDRESS)[0])
    secrets |= secrets_of("link's", mail, state)
    client.open_link(mail)
    client.other_browser().press(mail, code="000000", match="99")
    client.verify_link(mail)
    tokens = client.status(state).json()["oauth"]
    client.verify_link(mail)
    state = client.send(ADDRESS)["state"]
    mail = as_read(smtp_sink.wait(2, to=ADDRESS)[1])
    secrets |= secrets_of("code's", mail, state)
    client.verify_code(state, "000000" if mail.code != "000000" else "111111")
    by_code = client.verify_code(state, mail.code).json()
    refreshed = client.refresh(tokens["refresh_token"]).json()["oauth"]
    client.refresh(tokens["refresh_token"][:-1])
    secrets |= {"code's access token": by_code["access_token"], "code's refresh token": by_code["refresh_token"]}
    for name, token_set in (("first", tokens), ("refreshed", refreshed)):
        secrets |= {f"{name} {kind}": token_set[kind] for kind in ("access_token", "refresh_token")}
    secrets["browser's cookie"] = client.http.cookies["gatepass_browser"]
    client.post(f"{BASE}/resend", {"state": "x"})
    state = client.send(ADDRESS, match=True)["state"]
    mail = as_read(smtp_sink.wait(3, to=ADDRESS)[2])
    return server, secrets | secrets_of("waiting", mail, state)


def test_no_secret_of_a_journey_stands_in_the_database(journey: tuple[RunningServer, dict[str, str]]) -> None:
    server, secrets = journey
    assert len(secrets) == 20
    text = dump(server)
    assert ADDRESS in text, "the dump shows what is stored"
    assert exposed(secrets, text) == []


def test_no_secret_of_a_journey_stands_in_the_logs_or_metrics(
    journey: tuple[RunningServer, dict[str, str]], log: io.StringIO
) -> None:
    server, secrets = journey
    written = log.getvalue()
    assert "request.refused" in written, "the log was captured at its lowest level"
    assert "request.answered" in written
    assert exposed(secrets, written) == []
    assert ADDRESS not in written
    assert exposed(secrets, server.client.http.get("/metrics").text) == []


def test_a_mail_that_waits_in_the_outbox_is_sealed(
    start_server: ServerFactory, smtp_sink: SmtpSink, log: io.StringIO
) -> None:
    smtp_sink.refuse("451 come back later", times=1)
    server = start_server({"GATEPASS_SMTP_URL": smtp_sink.url, "GATEPASS_OUTBOX_RETRY_FIRST": "1s"})
    state = server.client.send(ADDRESS)["state"]
    waiting = dump(server)
    secrets = secrets_of("waiting", as_read(smtp_sink.wait(to=ADDRESS)[0]), state)
    assert exposed(secrets, waiting + dump(server) + log.getvalue()) == []
    assert "Open this link" not in waiting


def test_a_mail_server_that_repeats_the_mail_in_its_refusal_teaches_us_nothing(
    start_server: ServerFactory, smtp_sink: SmtpSink, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def echo(_server: object, _session: object, envelope: Envelope) -> str:
        smtp_sink._take(envelope)
        mail = smtp_sink.mails[-1]
        return f"554 refused because of {mail.link} and the code {mail.code}"

    monkeypatch.setattr(smtp_sink, "handle_DATA", echo)
    server = start_server({"GATEPASS_SMTP_URL": smtp_sink.url})
    state = server.client.send(ADDRESS)["state"]
    secrets = secrets_of("refused", as_read(smtp_sink.wait(to=ADDRESS)[0]), state)
    until = time.monotonic() + 15
    while "refused because of" not in (text := dump(server)):
        assert time.monotonic() < until, "the refusal was not written down"
        time.sleep(0.05)
    assert exposed(secrets, text + log.getvalue()) == []


def test_the_search_finds_what_is_there() -> None:
    secrets = {"token": "gpr_canary", "code": "123456"}
    assert exposed(secrets, "x gpr_canary y") == ["token"]
    assert exposed(secrets, b"gpr_canary".hex()) == ["token"]
    assert exposed(secrets, '{"code": "123456"}') == ["code"]
    assert exposed(secrets, "12:00:00.123456 1234567") == []
