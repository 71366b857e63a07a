"""A server as in production, that sends mail itself and is to be killed."""

import pytest

from crash.mayhem import Mayhem
from support.gatepass_server import ProcessFactory
from support.smtp import SmtpSink


@pytest.fixture
def mayhem(start_process: ProcessFactory, smtp_sink: SmtpSink) -> Mayhem:
    """Give a server that is prepared but not started, and its mail server."""
    server = start_process({"GATEPASS_SMTP_URL": smtp_sink.url}, "--host", "127.0.0.1", is_started=False)
    server.environment |= {
        "GATEPASS_PUBLIC_URL": f"https://localhost:{server.port}",
        "GATEPASS_EMBEDDED_WORKER": "true",
        # What a killed process had claimed waits for the end of its lease where others may live.
        "GATEPASS_OUTBOX_SEND_TIMEOUT": "2s",
        "GATEPASS_OUTBOX_LEASE": "3s",
    }
    return Mayhem(server, smtp_sink)
