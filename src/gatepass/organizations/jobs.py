"""What the slice does from time to time: it looks for proofs again, and forgets what was deleted."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from gatepass.audit.model import Actor, ActorKind, Origin
from gatepass.kit.clock import Clock
from gatepass.kit.db import Database, Tx
from gatepass.kit.dns.resolver import LookupFailed, Resolver
from gatepass.kit.problems import Problem
from gatepass.organizations.flows import forget_organization, recheck_domain
from gatepass.organizations.model import OwnedDomain
from gatepass.organizations.store import accounts, domains

_log = structlog.get_logger("gatepass.organizations")
KEPT_AFTER_REMOVAL: Final = timedelta(days=30)
"""How long what hangs on a deleted organization is kept."""
_AT_ONCE: Final = 1000
_ORGANIZATIONS_AT_ONCE: Final = 20
_LOOK_UPS_AT_ONCE: Final = 10
# Where nobody answered, or the process ended in the middle, somebody looks again after so long.
_LEASE: Final = timedelta(hours=1)
_SECONDS_BETWEEN_LOOKS: Final = 300.0
_WORKER: Final = Origin(actor=Actor(ActorKind.SYSTEM, "worker", "Gatepass"))

Forget = Callable[[Tx, str, int], Awaitable[int]]
"""Forgets what a slice holds of an organization, at most so many rows, and returns how many."""


@dataclass(frozen=True, slots=True)
class OrganizationPurge:
    """Forgets organizations thirty days after they were deleted, with all that others hold of them.

    Args:
        others: what forgets the rows of the slices above this one.
    """

    others: Sequence[Forget] = ()

    async def __call__(self, tx: Tx, now: datetime) -> int:
        """Take a step and return how many rows went."""
        gone = 0
        for organization_id in await accounts.list_deleted(tx, now - KEPT_AFTER_REMOVAL, _ORGANIZATIONS_AT_ONCE):
            for forget in (*self.others, forget_organization):
                gone += await forget(tx, organization_id, _AT_ONCE)
                if gone >= _AT_ONCE:
                    return gone
            gone += 1
        return gone


@dataclass(frozen=True, slots=True)
class DomainRechecks:
    """Looks for the proofs of domains again.

    Args:
        database: where the domains stand.
        clock: the time.
        resolver: asks the DNS.
    """

    database: Database
    clock: Clock
    resolver: Resolver

    async def look(self) -> int:
        """Look for the proofs that are due, ten at once, and return how many were."""
        now = self.clock.now()
        due = await self.database.transact(lambda tx: domains.consume_due(tx, now, now + _LEASE, _LOOK_UPS_AT_ONCE))
        await asyncio.gather(*(self._look_for(one) for one in due))
        return len(due)

    async def _look_for(self, domain: OwnedDomain) -> None:
        try:
            texts = await self.resolver.txt(domain.record_name)
        except LookupFailed as failure:
            # Nobody said that the proof is gone: it is looked for again when the lease is over.
            _log.warning("organization.domain.not_looked_up", domain=domain.domain, detail=str(failure))
            return
        is_there = domain.record_value in {text.strip() for text in texts}
        at = self.clock.now()
        await self.database.transact(lambda tx: recheck_domain(tx, domain, is_there=is_there, at=at, origin=_WORKER))


async def run_rechecks(rechecks: DomainRechecks, stop: asyncio.Event) -> None:
    """Look for proofs again that are due, until asked to stop."""
    while not stop.is_set():
        if await _looked(rechecks):
            continue
        with suppress(TimeoutError):
            async with asyncio.timeout(_SECONDS_BETWEEN_LOOKS):
                await stop.wait()


async def _looked(rechecks: DomainRechecks) -> int:
    try:
        return await rechecks.look()
    except Problem as problem:
        _log.warning("organization.domains.postponed", detail=problem.detail)
    except Exception:  # noqa: BLE001 - the next look may succeed, and nothing is lost until then
        _log.exception("organization.domains.failed")
    return 0
