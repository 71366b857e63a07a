"""kill -9 of the worker at the one moment that nobody can close: a mail was taken, nobody wrote it down."""

import os
import signal
from typing import Any

import httpx2
import pytest

from crash.mayhem import Mayhem
from support.client import BASE
from support.smtp import SmtpSink
from support.worker_process import start_worker


def test_a_mail_that_was_taken_but_not_written_down_comes_again_under_the_same_message_id(
    mayhem: Mayhem, smtp_sink: SmtpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    mayhem.server.environment["GATEPASS_EMBEDDED_WORKER"] = "false"
    mayhem.server.start()
    workers = [start_worker(mayhem.server)]
    take = smtp_sink._take

    def take_and_kill(envelope: Any) -> None:
        take(envelope)
        if len(smtp_sink.mails) == 1:
            os.kill(workers[0].pid, signal.SIGKILL)

    monkeypatch.setattr(smtp_sink, "_take", take_and_kill)
    client = mayhem.server.client
    client.send("ana@example.com")
    smtp_sink.wait(1, to="ana@example.com")
    assert workers[0].wait(20) == -signal.SIGKILL
    workers.append(start_worker(mayhem.server))
    first, second = smtp_sink.wait(2, to="ana@example.com", seconds=20)
    assert first.message_id == second.message_id
    assert first.link == second.link
    verify = [client.http.get(f"{BASE}/verify", params=dict(httpx2.URL(second.link).params)) for _ in range(2)]
    assert [answer.status_code for answer in verify] == [200, 400]
    workers[1].terminate()
    assert workers[1].wait(20) == 0
    assert len(smtp_sink.mails) == 2
