"""How a custom domain is named, looked at and given up."""

import asyncio
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from gatepass.audit.flows import record
from gatepass.audit.model import EventKind, Origin
from gatepass.domains import rules, store
from gatepass.domains.model import CustomDomain, DomainState, Hosts, Seen
from gatepass.kit.clock import Clock
from gatepass.kit.db import Database, Tx, take_turn
from gatepass.kit.dns.resolver import LookupFailed, Resolver
from gatepass.kit.ids import new_id
from gatepass.kit.problems import Problem

_log = structlog.get_logger("gatepass.domains")
_MOST_PER_APPLICATION: Final = 50
# Whoever presses a button again and again gets the answer that there is.
_SECONDS_BETWEEN_LOOKS: Final = 10
# A look takes seconds; whoever took it upon itself and died leaves it to others after that.
_LEASE: Final = timedelta(minutes=2)
_AT_ONCE: Final = 20
_LOOKS_AT_ONCE: Final = 5


async def give_up_all(tx: Tx, application_id: str, at: datetime, origin: Origin) -> None:
    """Give up every domain of an application that is about to go."""
    for domain in await store.list_of_application(tx, application_id):
        await _remove(tx, domain, at, origin)


@dataclass(frozen=True, slots=True)
class DomainFlows:
    """Names domains, looks at the DNS and gives domains up.

    Args:
        database: where they stand.
        clock: the time.
        resolver: asks name servers.
        target: the server's own host, at which customers' domains point.
        own_hosts: the hosts that the server answers for anyway.
        hosts: this process's memory of what is served.
    """

    database: Database
    clock: Clock
    resolver: Resolver
    target: str
    own_hosts: Collection[str]
    hosts: Hosts

    async def add(self, application_id: str, unverified_domain: str, origin: Origin) -> CustomDomain:
        """Name a domain for an application; it is served once its owner wrote the proof and let it point here.

        Raises:
            Problem: it can't be one (`invalid_custom_domain`), the application has it already (`custom_domain_taken`,
                409) or has as many as it may (`too_many_custom_domains`, 409).
        """
        host = rules.read_host(unverified_domain, self.own_hosts)
        now = self.clock.now()
        made = CustomDomain(
            new_id(), host, application_id, DomainState.PENDING, secrets.token_urlsafe(24), now, now, None, None,
            now + timedelta(minutes=1), 0, "",
        )  # fmt: skip

        async def body(tx: Tx) -> None:
            await take_turn(tx, f"domains:{application_id}")
            if await store.find_count(tx, application_id) >= _MOST_PER_APPLICATION:
                sentence = f"An application has at most {_MOST_PER_APPLICATION} domains; remove one first."
                raise Problem("too_many_custom_domains", 409, sentence)
            if not await store.add(tx, made):
                raise Problem("custom_domain_taken", 409, "The application has this domain already; read it instead.")
            named = {"domain": host}
            await record(tx, EventKind.DOMAIN_ADDED, at=now, application_id=application_id, origin=origin, data=named)

        await self.database.transact(body)
        return made

    async def check(self, domain_id: str, origin: Origin) -> CustomDomain:
        """Look at the DNS now, unless that was done a moment ago, and return where the domain stands.

        Raises:
            Problem: there is no such domain (`unknown_custom_domain`, 404).
        """
        domain = await self.database.read(lambda tx: store.find(tx, domain_id))
        if domain is None:
            raise unknown_domain()
        if domain.checked_at is not None and self.clock.now() - domain.checked_at < timedelta(
            seconds=_SECONDS_BETWEEN_LOOKS
        ):
            return domain
        seen = await self._look(domain)
        settled = await self.database.transact(lambda tx: self._settle(tx, domain_id, seen, origin))
        self.hosts.forget()
        if settled is None:
            raise unknown_domain()
        return settled

    async def check_due(self) -> int:
        """Look at the domains at which it is time to look, some at once, and return how many."""
        now = self.clock.now()
        due = await self.database.read(lambda tx: store.list_due(tx, now, _AT_ONCE))
        mine = [one for one in due if await self._take(one.id, now)]
        for start in range(0, len(mine), _LOOKS_AT_ONCE):
            await asyncio.gather(*(self._tried(one) for one in mine[start : start + _LOOKS_AT_ONCE]))
        return len(mine)

    async def remove(self, domain_id: str, origin: Origin) -> None:
        """Give a domain up; it is served no longer.

        Raises:
            Problem: there is no such domain (`unknown_custom_domain`, 404).
        """

        async def body(tx: Tx) -> None:
            domain = await store.find(tx, domain_id)
            if domain is None:
                raise unknown_domain()
            await _remove(tx, domain, self.clock.now(), origin)

        await self.database.transact(body)
        self.hosts.forget()

    async def _tried(self, domain: CustomDomain) -> None:
        """Look at a domain; where that breaks, the others are looked at, and it again when its lease is over."""
        try:
            await self.check(domain.id, Origin())
        except Problem as problem:
            _log.warning("domains.check_postponed", domain=domain.domain, detail=problem.detail)
        except Exception:  # noqa: BLE001 - one domain that breaks the unforeseen must not stop the others
            _log.exception("domains.check_failed", domain=domain.domain)

    async def _take(self, domain_id: str, now: datetime) -> bool:
        return await self.database.transact(lambda tx: store.touch_due(tx, domain_id, now, now + _LEASE))

    async def _look(self, domain: CustomDomain) -> Seen:
        proof, points = await asyncio.gather(self._has_proof(domain), self._points_here(domain.domain))
        return Seen(proof, points)

    async def _has_proof(self, domain: CustomDomain) -> bool | None:
        try:
            texts = await self.resolver.txt(domain.challenge_name)
        except LookupFailed:
            return None
        return domain.challenge_value in {text.strip() for text in texts}

    async def _points_here(self, host: str) -> bool | None:
        """Tell whether a host is another name of the server's, or has no other addresses than the server."""
        try:
            if await self.resolver.cname(host) == self.target:
                return True
            theirs = frozenset(await self.resolver.addresses(host))
            ours = frozenset(await self.resolver.addresses(self.target)) if theirs else frozenset()
        except LookupFailed:
            return None
        return bool(theirs) and theirs <= ours

    async def _settle(self, tx: Tx, domain_id: str, seen: Seen, origin: Origin) -> CustomDomain | None:
        found = await store.find(tx, domain_id)
        if found is None:
            return None
        # Of two that prove one host at the same moment, the second waits here and sees the first.
        await take_turn(tx, f"domain:{found.domain}")
        before = await store.find(tx, domain_id)
        if before is None:
            return None
        now = self.clock.now()
        after = rules.judged(before, seen, now)
        holder = await store.find_proved(tx, before.domain)
        if after.proved_at is not None and holder is not None and holder.id != before.id:
            after = rules.is_taken(after)
        if not await store.touch(tx, after):
            return None  # it was given up meanwhile
        await _tell(tx, before, after, now, origin)
        return after


def unknown_domain() -> Problem:
    """Return the problem of a domain that is not there."""
    return Problem("unknown_custom_domain", 404, "There is no such domain; check its id.", number=1005)


async def _remove(tx: Tx, domain: CustomDomain, at: datetime, origin: Origin) -> None:
    await store.purge(tx, domain.id)
    named = {"domain": domain.domain}
    kind = EventKind.DOMAIN_REMOVED
    await record(tx, kind, at=at, application_id=domain.application_id, origin=origin, data=named)


async def _tell(tx: Tx, before: CustomDomain, after: CustomDomain, at: datetime, origin: Origin) -> None:
    if before.is_served is after.is_served:
        return
    kind = EventKind.DOMAIN_PROVED if after.is_served else EventKind.DOMAIN_LOST
    named = {"domain": after.domain}
    await record(
        tx, kind, at=at, application_id=after.application_id, origin=origin, data=named, reason=after.last_error
    )
