"""Setting endpoints up, changing and stopping them, and sending again what was sent before."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from gatepass.audit.flows import record
from gatepass.audit.model import Event, EventKind, Origin
from gatepass.audit.queries import last_sequence, last_sequence_before
from gatepass.kit.clock import Clock, next_moment
from gatepass.kit.db import Database, Tx, take_turn
from gatepass.kit.ids import first_id_of, new_id
from gatepass.kit.lookups.reach import Reach
from gatepass.kit.problems import Problem
from gatepass.kit.secrets import KeyRing, Secret
from gatepass.webhooks import rules
from gatepass.webhooks.messages import new_signing_secret
from gatepass.webhooks.model import Answer, Change, Delivery, StopReason, Webhook, Wishes
from gatepass.webhooks.sending.courier import Courier, secret_context, url_context
from gatepass.webhooks.settings import WebhookSettings
from gatepass.webhooks.store import queue, webhooks

_MOST_REPLAYED = 10_000


@dataclass(frozen=True, slots=True)
class Created:
    """An endpoint that has just been set up, with the secret that is shown this once."""

    webhook: Webhook
    secret: Secret


@dataclass(frozen=True, slots=True)
class Webhooks:
    """What operators do with endpoints; every verb but `test` joins the caller's transaction.

    Args:
        database: holds endpoints and the log.
        clock: the time.
        keys: seal addresses and secrets.
        courier: makes the post of a test.
        settings: the bounds.
        allow_loopback: whether this is a development machine, where plain HTTP to itself will do.
    """

    database: Database
    clock: Clock
    keys: KeyRing
    courier: Courier
    settings: WebhookSettings
    allow_loopback: bool = False

    async def create(self, tx: Tx, wishes: Wishes, organization_id: str, at: datetime, origin: Origin) -> Created:
        """Set an endpoint up; it is told of what is recorded from now on.

        Args:
            tx: the transaction.
            wishes: what it is to be.
            organization_id: the organization whose events it is told, alone; empty where it is told all.
            at: when.
            origin: who asks.

        Raises:
            Problem: the wishes have faults, all of them named (`invalid_webhook`), or there are as many endpoints as
                there may be, all together or of that organization (`too_many_webhooks`, 409).
        """
        self._refuse_faulty(wishes)
        await take_turn(tx, "webhooks")
        if await webhooks.get_count(tx) >= self.settings.most:
            sentence = f"There may be {self.settings.most} webhooks; remove one that nobody needs."
            raise Problem("too_many_webhooks", 409, sentence)
        most = self.settings.most_of_organization
        if organization_id and await webhooks.get_count_of(tx, organization_id) >= most:
            sentence = f"An organization has at most {most} webhooks; remove one of its webhooks first."
            raise Problem("too_many_webhooks", 409, sentence)
        webhook = Webhook(
            id=new_id(),
            organization_id=organization_id,
            url_shown=rules.shown_url(wishes.unverified_url),
            description=wishes.description,
            kinds=tuple(dict.fromkeys(wishes.unverified_kinds)),
            style=wishes.style,
            previous_until=None,
            is_active=True,
            stop_reason=StopReason.NONE,
            position=await last_sequence(tx),
            failures=0,
            failing_since=None,
            succeeded_at=None,
            created_at=at,
            modified_at=at,
        )
        secret = new_signing_secret()
        url_sealed = self._sealed_url(webhook.id, wishes.unverified_url)
        await webhooks.add(tx, webhook, url_sealed=url_sealed, secret_sealed=self._sealed_secret(webhook.id, secret))
        await _record(tx, EventKind.WEBHOOK_CREATED, webhook, at, origin)
        return Created(webhook, Secret(secret))

    async def change(self, tx: Tx, webhook: Webhook, change: Change, at: datetime, origin: Origin) -> Webhook:
        """Change an endpoint.

        Switched off, it keeps its place in the record; switched on, it goes on from there as by `resume`.

        Raises:
            Problem: the change has faults, all of them named (`invalid_webhook`).
        """
        self._refuse_faulty(change)
        changed = replace(
            webhook,
            description=webhook.description if change.description is None else change.description,
            kinds=webhook.kinds if change.unverified_kinds is None else tuple(dict.fromkeys(change.unverified_kinds)),
            style=change.style or webhook.style,
            modified_at=next_moment(webhook.modified_at, at),
        )
        if change.unverified_url is not None:
            changed = replace(changed, url_shown=rules.shown_url(change.unverified_url))
            await webhooks.touch_url(tx, webhook.id, self._sealed_url(webhook.id, change.unverified_url))
        if change.is_active is False and webhook.is_active:
            changed = replace(changed, is_active=False, stop_reason=StopReason.OPERATOR)
        await webhooks.touch(tx, changed)
        await _record(tx, EventKind.WEBHOOK_CHANGED, changed, at, origin)
        if change.is_active and not webhook.is_active:
            return await self._resume(tx, changed, at)
        return changed

    async def remove(self, tx: Tx, webhook: Webhook, at: datetime, origin: Origin) -> None:
        """Remove an endpoint; its log can't be read any more and is forgotten when it is old enough."""
        await webhooks.purge(tx, webhook.id)
        await _record(tx, EventKind.WEBHOOK_REMOVED, webhook, at, origin)

    async def rotate_secret(
        self, tx: Tx, webhook: Webhook, overlap: timedelta | None, at: datetime, origin: Origin
    ) -> Created:
        """Give an endpoint a new secret; the one before signs along for a while.

        Args:
            tx: the transaction.
            webhook: the endpoint.
            overlap: how long the secret before signs along; None for as long as the settings say, zero where it leaked.
            at: when.
            origin: who asks.

        Raises:
            Problem: the secret before still signs along, and would sign no more at once (`secret_overlap`, 409).
        """
        if webhook.previous_until is not None and at < webhook.previous_until and overlap != timedelta(0):
            sentence = "The secret before still signs along, and only two can: wait until that is over, or send an "
            raise Problem("secret_overlap", 409, sentence + "overlap_seconds of 0 where a secret leaked.")
        secret = new_signing_secret()
        until = at + (self.settings.overlap if overlap is None else overlap)
        rotated = replace(webhook, previous_until=until, modified_at=next_moment(webhook.modified_at, at))
        sealed = self._sealed_secret(webhook.id, secret)
        await webhooks.touch_secret(tx, webhook.id, sealed, until=until, modified_at=rotated.modified_at)
        await _record(tx, EventKind.WEBHOOK_SECRET_ROTATED, rotated, at, origin)
        return Created(rotated, Secret(secret))

    async def resume(self, tx: Tx, webhook: Webhook, *, is_skipping: bool, at: datetime, origin: Origin) -> Webhook:
        """Let an endpoint that was stopped, or that rests after failures, be sent events again, at once.

        Args:
            tx: the transaction.
            webhook: the endpoint.
            is_skipping: whether it is told of what is recorded from now on, and not of what it missed.
            at: when.
            origin: who asks.
        """
        if is_skipping:
            await webhooks.touch_position(tx, webhook.id, await last_sequence(tx))
        await _record(tx, EventKind.WEBHOOK_CHANGED, webhook, at, origin)
        moment = next_moment(webhook.modified_at, at)
        return await self._resume(tx, replace(webhook, modified_at=moment), at)

    async def replay(self, tx: Tx, webhook: Webhook, delivery: Delivery, at: datetime, origin: Origin) -> bool:
        """Send one delivery again under its id, as if it were new; False where it waits to be sent anyway.

        Raises:
            Problem: the endpoint was stopped (`webhook_stopped`, 409).
        """
        _refuse_stopped(webhook)
        is_queued = await queue.touch_again(tx, webhook.id, delivery.id, at)
        if is_queued:
            await _record(tx, EventKind.WEBHOOK_REPLAYED, webhook, at, origin, count="1")
        return is_queued

    async def replay_dead(self, tx: Tx, webhook: Webhook, since: datetime, at: datetime, origin: Origin) -> int:
        """Send again what was given up since a moment, at most ten thousand at once; return how many.

        Raises:
            Problem: the endpoint was stopped (`webhook_stopped`, 409).
        """
        _refuse_stopped(webhook)
        count = await queue.touch_dead(tx, webhook.id, first_id_of(since), at, _MOST_REPLAYED)
        if count:
            await _record(tx, EventKind.WEBHOOK_REPLAYED, webhook, at, origin, count=str(count))
        return count

    async def replay_all(self, tx: Tx, webhook: Webhook, since: datetime, at: datetime, origin: Origin) -> None:
        """Send again every event since a moment that the endpoint wants, also those that it never got, in their order.

        Its place in the record is moved back, so what happens meanwhile comes after what is replayed.

        Raises:
            Problem: the endpoint was stopped (`webhook_stopped`, 409).
        """
        _refuse_stopped(webhook)
        position = await last_sequence_before(tx, since)
        if position < webhook.position:
            await webhooks.touch_position(tx, webhook.id, position)
            await _record(tx, EventKind.WEBHOOK_REPLAYED, webhook, at, origin, count="all", since=since.isoformat())

    async def test(self, reach: Reach, webhook_id: str, origin: Origin) -> Answer:
        """Send an endpoint a sample event right now and return what came back; the sample stands in no queue.

        Raises:
            Problem: there is no such endpoint (`unknown_webhook`, 404).
        """
        now = self.clock.now()
        webhook = await self.database.read(lambda tx: webhooks.find(tx, reach, webhook_id))
        target = await self.database.read(lambda tx: webhooks.find_target(tx, webhook_id))
        if webhook is None or target is None:
            raise unknown_webhook()
        sample = Event(
            id=new_id(),
            kind=EventKind.WEBHOOK_TESTED,
            occurred_at=now,
            data={"webhook_id": webhook.id},
            organization_id=webhook.organization_id or None,
            actor=origin.actor,
        )
        answer = await self.courier.post(target, sample)
        await self.database.transact(lambda tx: _record(tx, EventKind.WEBHOOK_TESTED, webhook, now, origin))
        return answer

    async def _resume(self, tx: Tx, webhook: Webhook, at: datetime) -> Webhook:
        resumed = replace(webhook, is_active=True, stop_reason=StopReason.NONE, failures=0, failing_since=None)
        await webhooks.touch(tx, resumed)
        await webhooks.touch_health(tx, webhook.id, at)
        await queue.touch_waiting(tx, webhook.id, at)
        return resumed

    def _refuse_faulty(self, wanted: Wishes | Change) -> None:
        faults = []
        if wanted.unverified_url is not None:
            faults.append(rules.url_fault(wanted.unverified_url, allow_loopback=self.allow_loopback))
        if wanted.description is not None:
            faults.append(rules.description_fault(wanted.description))
        if wanted.unverified_kinds is not None:
            faults += rules.kinds_faults(wanted.unverified_kinds)
        if any(faults):
            raise Problem("invalid_webhook", 400, " ".join(filter(None, faults)), number=1004)

    def _sealed_url(self, webhook_id: str, url: str) -> bytes:
        return self.keys.seal(url.encode(), context=url_context(webhook_id))

    def _sealed_secret(self, webhook_id: str, secret: str) -> bytes:
        return self.keys.seal(secret.encode(), context=secret_context(webhook_id))


async def forget_organization(tx: Tx, organization_id: str, limit: int) -> int:
    """Forget the endpoints of a deleted organization, at most so many, and return how many went."""
    return await webhooks.purge_of(tx, organization_id, limit)


def unknown_webhook() -> Problem:
    """Return the problem of an endpoint that is not there, or not for this caller."""
    return Problem("unknown_webhook", 404, "There is no such webhook; check its id.", number=1005)


def _refuse_stopped(webhook: Webhook) -> None:
    if not webhook.is_active:
        raise Problem("webhook_stopped", 409, "This webhook was stopped; resume it before you send something again.")


async def _record(tx: Tx, kind: EventKind, webhook: Webhook, at: datetime, origin: Origin, **further: str) -> None:
    data = {"webhook_id": webhook.id, "url": webhook.url_shown, **further}
    await record(tx, kind, at=at, origin=origin, data=data, organization_id=webhook.organization_id or None)
