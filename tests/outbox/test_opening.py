"""From settings to the way out."""

import pytest

from gatepass.kit.secrets import Secret
from gatepass.outbox.message import deliverable
from gatepass.outbox.settings import OutboxSettings
from gatepass.outbox.transports.dev_mailbox import DevMailbox
from gatepass.outbox.transports.opening import open_transport, sender_address
from gatepass.outbox.transports.smtp import SmtpTransport
from gatepass.settings import FaultySettings, load
from outbox.house import House

pytestmark = pytest.mark.anyio


async def test_without_a_mail_server_mail_goes_to_the_development_mailbox(house: House) -> None:
    transport = open_transport(OutboxSettings(), "127.0.0.1", db=house.db, clock=house.clock)

    assert isinstance(transport, DevMailbox)
    assert await transport.handshake() == "the development mailbox"


async def test_with_a_mail_server_mail_goes_there(house: House) -> None:
    settings = OutboxSettings(smtp_url=Secret("smtp://mail.example"))

    assert isinstance(open_transport(settings, "gatepass.test", db=house.db, clock=house.clock), SmtpTransport)


@pytest.mark.parametrize("host", ["auth.example.com", "127.0.0.1", "localhost", "auth.internal"])
def test_the_sender_follows_the_public_host_and_is_an_address(host: str) -> None:
    sender = sender_address(OutboxSettings(), host)

    assert sender == f"no-reply@{host}"
    assert deliverable(sender).isascii()


def test_everything_that_is_wrong_is_named_at_once_and_no_password_with_it() -> None:
    environment = {
        "GATEPASS_SMTP_URL": "smtp://a:hunter2@",
        "GATEPASS_MAIL_FROM": "Door <door@example.com>",
        "GATEPASS_OUTBOX_ATTEMPTS": "0",
    }
    with pytest.raises(FaultySettings) as refused:
        load(environment)

    found = refused.value.faults
    assert any("SMTP URL" in fault for fault in found)
    assert any("GATEPASS_MAIL_FROM" in fault for fault in found)
    assert any("attempt" in fault for fault in found)
    assert "hunter2" not in "".join(found)


def test_a_sender_beyond_ascii_is_a_fault() -> None:
    with pytest.raises(FaultySettings, match="GATEPASS_MAIL_FROM"):
        load({"GATEPASS_MAIL_FROM": "türe@example.com"})
