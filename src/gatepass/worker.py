"""Sends what the outbox holds and runs the jobs that slices declare."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog

from gatepass.app import House
from gatepass.gate.pages.rendering import TEMPLATES
from gatepass.kit.db import Tx
from gatepass.kit.ids import new_handle
from gatepass.kit.problems import Problem
from gatepass.login import jobs as login
from gatepass.methods.magic_link import jobs as magic_link
from gatepass.methods.one_time_code import jobs as one_time_code
from gatepass.outbox.delivery import Delivery
from gatepass.outbox.jobs import Worker, run_worker
from gatepass.outbox.message import Headers, build_message
from gatepass.outbox.model import RenderedMail, Transport
from gatepass.outbox.rendering import MailTemplates
from gatepass.outbox.transports.opening import open_transport, sender_address
from gatepass.tokens.jobs import TokenPurge

_log = structlog.get_logger("gatepass.worker")
MAIL_TEMPLATES: Path = TEMPLATES / "mail"
_SECONDS_BETWEEN_CHORES = 60.0
# A round deletes a thousand rows and lets requests in between; so many rounds keep up with the busiest hour.
_MOST_ROUNDS = 300
_TEST_WORDS = "This mail left Gatepass and arrived. Sign-in mails will, too."

_CHORES: dict[str, Callable[[Tx, datetime], Coroutine[Any, Any, int]]] = {
    "login_attempts": login.purge,
    "magic_links": magic_link.purge,
    "one_time_codes": one_time_code.purge,
    "refresh_tokens": TokenPurge(),
}


def transport_of(house: House) -> Transport:
    """Return the way out for mail: the mail server, or the development mailbox where there is none."""
    foundations = house.foundations
    return open_transport(
        foundations.settings.outbox, house.outbox.host, db=foundations.database, clock=foundations.clock
    )


async def send_test_mail(house: House, address: str) -> None:
    """Send one mail right now, past the outbox.

    Raises:
        DeliveryFailure: the mail server did not take it.
    """
    headers = Headers(
        sender=sender_address(house.foundations.settings.outbox, house.outbox.host),
        sender_name="Gatepass",
        recipient=address,
        message_id=f"<{new_handle()}@{house.outbox.host}>",
        written_at=house.foundations.clock.now(),
    )
    mail = RenderedMail("A test mail of Gatepass", f"{_TEST_WORDS}\n", f"<p>{_TEST_WORDS}</p>\n")
    transport = transport_of(house)
    try:
        await transport.send(build_message(mail, headers))
    finally:
        await transport.close()


async def work_beside(house: House, stop: asyncio.Event) -> None:
    """Send mail and run the jobs inside the server's own process until asked to stop."""
    # On a laptop one process does everything, so what a killed predecessor had claimed can be taken back at once.
    is_alone = house.foundations.settings.server.dev and not house.foundations.database.is_shared
    await work(house, stop, is_alone=is_alone)


async def work(house: House, stop: asyncio.Event, *, is_alone: bool = False) -> None:
    """Send mail and run the jobs until asked to stop.

    Args:
        house: the parts of the server.
        stop: set to ask for an end.
        is_alone: whether it is known that no other worker lives on this database.
    """
    foundations = house.foundations
    delivery = Delivery(
        foundations.key_ring,
        MailTemplates(MAIL_TEMPLATES),
        transport_of(house),
        sender_address(foundations.settings.outbox, house.outbox.host),
        foundations.clock,
        foundations.settings.outbox,
    )
    mail = Worker(foundations.database, delivery, house.outbox.doorbell, is_alone=is_alone)
    await asyncio.gather(run_worker(mail, stop), _chores(house, stop))


async def _chores(house: House, stop: asyncio.Event) -> None:
    while not stop.is_set():
        for name, chore in _CHORES.items():
            await _do(house, name, chore)
        with suppress(TimeoutError):
            async with asyncio.timeout(_SECONDS_BETWEEN_CHORES):
                await stop.wait()


async def _do(house: House, name: str, chore: Callable[[Tx, datetime], Coroutine[Any, Any, int]]) -> None:
    now = house.foundations.clock.now()
    count = 0
    try:
        for _ in range(_MOST_ROUNDS):
            done = await house.foundations.database.transact(lambda tx: chore(tx, now))
            count += done
            if not done:
                break
    except Problem as problem:
        _log.warning("job.postponed", job=name, detail=problem.detail)
        return
    except Exception:  # noqa: BLE001 - one job that breaks must not stop the others
        _log.exception("job.failed", job=name)
        return
    if count:
        _log.info("job.done", job=name, count=count)
