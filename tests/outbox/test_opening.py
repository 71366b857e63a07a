"""From settings to the way out."""

import pytest

from gatepass.kit.secrets import Secret
from gatepass.outbox.settings import OutboxSettings
from gatepass.outbox.transports.dev_mailbox import DevMailbox
from gatepass.outbox.transports.opening import faults, open_transport, sender_address
from gatepass.outbox.transports.smtp import SmtpTransport
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
    assert sender_address(OutboxSettings(), host) == f"no-reply@{host}"
    assert faults(OutboxSettings(), host) == []


def test_everything_that_is_wrong_is_named_at_once() -> None:
    settings = OutboxSettings(smtp_url=Secret("smtp://a:hunter2@"), mail_from="Door <door@example.com>", attempts=0)

    found = faults(settings, "auth.example.com")

    assert [("SMTP URL" in fault, "mail_from" in fault, "attempt" in fault) for fault in found] == [
        (False, False, True),
        (False, True, False),
        (True, False, False),
    ]
    assert "hunter2" not in "".join(found)


def test_a_sender_beyond_ascii_is_a_fault() -> None:
    assert "ASCII" in faults(OutboxSettings(mail_from="türe@example.com"), "auth.example.com")[0]
