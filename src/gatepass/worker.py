"""Sends what the outbox holds and runs the jobs that slices declare."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any, Final

import structlog

from gatepass.access import jobs as access
from gatepass.app import House
from gatepass.app.event_streams import runner_of
from gatepass.app.forgetting import DeletedUserPurge
from gatepass.audit.chain.model import CHECKPOINT_TYPE
from gatepass.audit.flows import AddressForgetting, RetentionPurge, Sealer, forget_streams
from gatepass.audit.jobs import run_sealer
from gatepass.authenticators import jobs as authenticators
from gatepass.domains.jobs import run_checks
from gatepass.gate.management import repeats
from gatepass.gate.pages.rendering import TEMPLATES
from gatepass.impersonation import jobs as impersonation
from gatepass.invitations import jobs as invitations
from gatepass.invitations.flows import forget_organization as invitations_of_removed
from gatepass.kit.client.places import Places
from gatepass.kit.clock import Clock
from gatepass.kit.db import Database, Tx
from gatepass.kit.fetch import Fetcher
from gatepass.kit.ids import new_handle
from gatepass.kit.problems import Problem
from gatepass.login import jobs as login
from gatepass.methods.magic_link import jobs as magic_link
from gatepass.methods.one_time_code import jobs as one_time_code
from gatepass.methods.passkey import jobs as passkey
from gatepass.methods.password import jobs as password
from gatepass.methods.sms_code import jobs as sms_code
from gatepass.methods.totp import jobs as totp
from gatepass.mfa import jobs as mfa
from gatepass.organizations.jobs import DomainRechecks, OrganizationPurge, run_rechecks
from gatepass.outbox.delivery import Delivery
from gatepass.outbox.jobs import Worker, run_worker
from gatepass.outbox.message import Headers, build_message
from gatepass.outbox.model import RenderedMail, Transport
from gatepass.outbox.posting import Posting
from gatepass.outbox.rendering import CustomizedMails, MailTemplates
from gatepass.outbox.transports.opening import open_transport, sender_address
from gatepass.protocols.jose import SigningAlgorithm
from gatepass.provider.authorization import jobs as authorization
from gatepass.provider.clients import jobs as clients
from gatepass.provider.devices import jobs as devices
from gatepass.provider.logout.flows import Notices
from gatepass.provider.logout.jobs import run_notices
from gatepass.provider.registration import jobs as registration
from gatepass.sessions import jobs as sessions
from gatepass.templates.queries import OwnMails
from gatepass.tokens.jobs import TokenPurge, purge_families, purge_revoked
from gatepass.users import jobs as users
from gatepass.webhooks.flows import forget_organization as webhooks_of_removed
from gatepass.webhooks.jobs import LogPurge, PostRoom, run_webhooks
from gatepass.webhooks.sending.dispatcher import Dispatcher
from gatepass.webhooks.sending.sender import Sender

_log = structlog.get_logger("gatepass.worker")
MAIL_TEMPLATES: Path = TEMPLATES / "mail"
_SECONDS_BETWEEN_CHORES = 60.0
# What one chore has to do must not keep the others waiting; whoever has more to do goes on in the next round.
_SECONDS_PER_CHORE: Final = 5.0
_SECONDS_BETWEEN_ROUNDS: Final = 1.0
_TEST_WORDS = "This mail left Gatepass and arrived. Sign-in mails will, too."

Chore = Callable[[Tx, datetime], Coroutine[Any, Any, int]]
"""Does a little in one transaction and returns how much, so that requests come in between; 0 where it is done."""
Step = Callable[[datetime], Awaitable[int]]
"""Does the same with transactions of its own."""

_CHORES: dict[str, Chore] = {
    "api_keys": access.purge,
    "authenticators": authenticators.purge,
    "authorization_codes": authorization.purge_codes,
    "authorization_requests": authorization.purge,
    "initial_access_tokens": registration.purge,
    "unused_clients": registration.ClientPurge(),
    "invitations": invitations.purge,
    "login_attempts": login.purge,
    "magic_links": magic_link.purge,
    "one_time_codes": one_time_code.purge,
    "totp_secrets": totp.purge,
    "passkey_ceremonies": passkey.purge,
    "sms_codes": sms_code.purge,
    "sms_counters": sms_code.purge_counters,
    "second_steps": mfa.purge,
    "password_resets": password.purge,
    "organizations": OrganizationPurge((invitations_of_removed, webhooks_of_removed, forget_streams)),
    "pushed_requests": authorization.purge_pushed,
    "refresh_tokens": TokenPurge(),
    "refresh_families": purge_families,
    "revoked_tokens": purge_revoked,
    "repeatable_answers": repeats.purge,
    "sessions": sessions.purge,
    "spent_identifiers": clients.purge,
    "device_grants": devices.purge,
    "impersonations": impersonation.purge,
    "findable_users": users.make_findable,
}


def sealer_of(house: House) -> Sealer:
    """Return what gives events their places; its checkpoints are signed by the key that signs tokens."""
    foundations = house.foundations

    async def sign(claims: dict[str, Any]) -> str:
        signer = await house.tokens.cabinet.current(SigningAlgorithm.ES256)
        return signer.sign({"iss": house.public_url, **claims}, token_type=CHECKPOINT_TYPE)

    places = Places(foundations.settings.server.places_file)
    return Sealer(foundations.database, foundations.clock, sign, places.describe, house.news)


def post_room_of(house: House, *, is_alone: bool) -> PostRoom:
    """Return what tells other programs of events."""
    database, clock = house.foundations.database, house.foundations.clock
    settings = house.foundations.settings.webhooks
    sender = Sender(database, clock, house.webhooks.courier, settings, house.news)
    return PostRoom(Dispatcher(database, clock), sender, house.news, is_alone)


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
    """Send what waits and run the jobs inside the server's own process until asked to stop."""
    # On a laptop one process does everything, so what a killed predecessor had claimed can be taken back at once.
    is_alone = house.foundations.settings.server.dev and not house.foundations.database.is_shared
    await work(house, stop, is_alone=is_alone)


async def work(house: House, stop: asyncio.Event, *, is_alone: bool = False) -> None:
    """Send what waits in the outbox and run the jobs until asked to stop.

    Args:
        house: the parts of the server.
        stop: set to ask for an end.
        is_alone: whether it is known that no other worker lives on this database.
    """
    foundations = house.foundations
    delivery = Delivery(
        foundations.key_ring,
        CustomizedMails(OwnMails(foundations.database), MailTemplates(MAIL_TEMPLATES)),
        transport_of(house),
        sender_address(foundations.settings.outbox, house.outbox.host),
        foundations.clock,
        foundations.settings.outbox,
    )
    posting = Posting(
        foundations.key_ring,
        Fetcher(allow_loopback=foundations.settings.server.dev),
        foundations.clock,
        foundations.settings.outbox,
    )
    worker = Worker(
        foundations.database,
        delivery,
        house.outbox.doorbell,
        is_alone=is_alone,
        posting=posting,
        post_doorbell=house.outbox.post_doorbell,
    )
    notices = Notices(foundations.database, foundations.clock, house.tokens, house.outbox)
    await asyncio.gather(
        run_worker(worker, stop),
        run_notices(notices, house.logout.doorbell, stop),
        _chores(house, stop),
        run_checks(house.domains, stop),
        run_sealer(sealer_of(house), stop),
        runner_of(house).run(stop),
        run_rechecks(DomainRechecks(foundations.database, foundations.clock, house.resolver), stop),
        run_webhooks(post_room_of(house, is_alone=is_alone), stop),
    )


async def _chores(house: House, stop: asyncio.Event) -> None:
    steps = _steps(house)
    while not stop.is_set():
        are_done = True
        for name, step in steps.items():
            if stop.is_set():
                break
            are_done &= await do(name, step, house.foundations.clock)
        with suppress(TimeoutError):
            async with asyncio.timeout(_SECONDS_BETWEEN_CHORES if are_done else _SECONDS_BETWEEN_ROUNDS):
                await stop.wait()


def _steps(house: House) -> dict[str, Step]:
    database, settings = house.foundations.database, house.foundations.settings
    chores = _CHORES | {
        "events": RetentionPurge(settings.audit.keep_days),
        "webhook_log": LogPurge(settings.webhooks.keep),
    }
    return {name: partial(_take_step, database, chore) for name, chore in chores.items()} | {
        "event_addresses": AddressForgetting(database, settings.audit.keep_address_days),
        "deleted_users": DeletedUserPurge(database, settings.users.purge_after),
    }


async def _take_step(database: Database, chore: Chore, now: datetime) -> int:
    return await database.transact(lambda tx: chore(tx, now))


async def do(name: str, step: Step, clock: Clock) -> bool:
    """Take the steps of one job for five seconds at most; False where it has more to do.

    A job that breaks is logged and has no more to do until the next round.

    Args:
        name: what the log calls it.
        step: the job.
        clock: the time that the job goes by.
    """
    now, end, count = clock.now(), monotonic() + _SECONDS_PER_CHORE, 0
    is_done = False
    try:
        while not is_done and monotonic() < end:
            done = await step(now)
            count += done
            is_done = not done
    except Problem as problem:
        _log.warning("job.postponed", job=name, detail=problem.detail)
        return True
    except Exception:  # noqa: BLE001 - one job that breaks must not stop the others
        _log.exception("job.failed", job=name)
        return True
    if count:
        _log.info("job.done", job=name, count=count)
    return is_done
