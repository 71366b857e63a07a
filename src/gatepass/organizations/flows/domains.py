"""How an organization lists domains, proves them and loses them."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Final

from gatepass.audit.flows import record
from gatepass.audit.model import EventKind, Origin
from gatepass.kit.db import Tx, take_turn
from gatepass.kit.dns.names import NotADomain, is_free_mail, parse_domain
from gatepass.kit.ids import new_handle, new_id
from gatepass.kit.lookups.reach import Within
from gatepass.kit.problems import Problem
from gatepass.organizations.model import OwnedDomain
from gatepass.organizations.rules.faults import MOST_DOMAINS
from gatepass.organizations.store import accounts, domains

LOOKED_FOR_EVERY: Final = timedelta(days=7)
"""How often a proof is looked for again."""
LOOKED_FOR_WHEN_MISSING: Final = timedelta(days=1)
"""How soon, where it was not there."""
MOST_FAILURES: Final = 3
"""How often in a row it may be missing before it counts no more."""


async def add_domain(tx: Tx, reach: Within, unverified_domain: str, at: datetime, origin: Origin) -> OwnedDomain:
    """List a domain for an organization; it proves nothing yet.

    Raises:
        Problem: the organization isn't there (`unknown_organization`, 404), the text is no domain that an organization
            can own (`invalid_domain`), it is listed already (`domain_listed`, 409), another organization proved it
            (`domain_taken`, 409), or there are a hundred already (`too_many_domains`, 409).
    """
    domain = _parsed([unverified_domain])[0]
    await take_turn(tx, f"organization:{reach.organization_id}")
    await accounts.get(tx, reach.organization_id)
    listed = await domains.list_all(tx, reach.organization_id)
    if domain in {one.domain for one in listed}:
        raise Problem("domain_listed", 409, "The organization lists that domain already.")
    if len(listed) >= MOST_DOMAINS:
        raise Problem("too_many_domains", 409, f"The organization lists {MOST_DOMAINS} domains; remove one first.")
    added = await _add(tx, reach, domain, at, origin)
    await accounts.touch_domain(tx, reach.organization_id, at)
    return added


async def list_exactly(
    tx: Tx, reach: Within, unverified_domains: Collection[str], at: datetime, origin: Origin
) -> None:
    """Let an organization list these domains and no others; a domain that stays keeps its proof.

    Raises:
        Problem: a text is no domain (`invalid_domain`; all of them are named), or another organization proved it
            (`domain_taken`, 409).
    """
    # In one order for everybody, so that no two wait for each other's turn.
    wanted = sorted(set(_parsed(unverified_domains)))
    listed = await domains.list_all(tx, reach.organization_id)
    for gone in [one for one in listed if one.domain not in wanted]:
        await _remove(tx, gone, at, origin)
    known = {one.domain for one in listed}
    for domain in wanted:
        if domain not in known:
            await _add(tx, reach, domain, at, origin)
    if known != set(wanted):
        await accounts.touch_domain(tx, reach.organization_id, at)


async def prove_domain(
    tx: Tx, reach: Within, domain_id: str, unverified_texts: Iterable[str], at: datetime, origin: Origin
) -> OwnedDomain:
    """Judge what the DNS said of a domain; where the proof is among it, the domain is the organization's own.

    Args:
        tx: the transaction to do it in.
        reach: the organization.
        domain_id: the domain's id.
        unverified_texts: the TXT records at its `record_name`.
        at: when they were read.
        origin: whose request it is.

    Raises:
        Problem: there is no such domain (`unknown_domain_id`, 404), its proof is not there (`domain_not_proven`, 409),
            nobody can own it (`free_mail_domain`, 409), or another organization proved it (`domain_taken`, 409).
    """
    found = await get_domain(tx, reach, domain_id)
    if found.record_value not in {text.strip() for text in unverified_texts}:
        sentence = f"No TXT record of {found.record_name} says {found.record_value}. Add it where the domain's records "
        raise Problem("domain_not_proven", 409, sentence + "are kept, wait until it is published, and try again.")
    if is_free_mail(found.domain):
        raise Problem("free_mail_domain", 409, "Anybody may have a mailbox there, so that no organization can own it.")
    await _refuse_taken(tx, reach, found.domain)
    await domains.touch_proved(tx, found.id, at, at + LOOKED_FOR_EVERY)
    if found.proved_at is None:
        await accounts.touch_domain(tx, reach.organization_id, at)
        await _record(tx, EventKind.ORGANIZATION_DOMAIN_PROVED, found, at, origin)
    return await get_domain(tx, reach, domain_id)


async def recheck_domain(tx: Tx, found: OwnedDomain, *, is_there: bool, at: datetime, origin: Origin) -> bool:
    """Write whether a proof that was looked for again was there; the third time in a row that it is not, it is lost.

    Returns:
        Whether it was lost.
    """
    failures = 0 if is_there else found.failures + 1
    if failures >= MOST_FAILURES:
        if not await domains.revoke_proof(tx, found, at, failures):
            return False
        await accounts.touch_domain(tx, found.organization_id, at)
        await _record(tx, EventKind.ORGANIZATION_DOMAIN_LOST, found, at, origin)
        return True
    due_at = at + (LOOKED_FOR_EVERY if is_there else LOOKED_FOR_WHEN_MISSING)
    await domains.touch_checked(tx, found, at, failures, due_at)
    return False


async def remove_domain(tx: Tx, reach: Within, domain_id: str, at: datetime, origin: Origin) -> None:
    """Take a domain from an organization.

    Raises:
        Problem: it lists no such domain (`unknown_domain_id`, 404).
    """
    await take_turn(tx, f"organization:{reach.organization_id}")
    await _remove(tx, await get_domain(tx, reach, domain_id), at, origin)
    await accounts.touch_domain(tx, reach.organization_id, at)


async def get_domain(tx: Tx, reach: Within, domain_id: str) -> OwnedDomain:
    """Return a domain that an organization lists.

    Raises:
        Problem: it lists no such domain (`unknown_domain_id`, 404).
    """
    found = await domains.find(tx, reach.organization_id, domain_id)
    if found is None:
        raise Problem("unknown_domain_id", 404, "The organization lists no such domain; check its id.", number=1005)
    return found


async def _add(tx: Tx, reach: Within, domain: str, at: datetime, origin: Origin) -> OwnedDomain:
    await _refuse_taken(tx, reach, domain)
    added = OwnedDomain(new_id(), reach.organization_id, domain, new_handle(), at)
    await domains.add(tx, added)
    await _record(tx, EventKind.ORGANIZATION_DOMAIN_ADDED, added, at, origin)
    return added


async def _remove(tx: Tx, gone: OwnedDomain, at: datetime, origin: Origin) -> None:
    await domains.revoke(tx, gone.organization_id, gone.id)
    await _record(tx, EventKind.ORGANIZATION_DOMAIN_REMOVED, gone, at, origin)


async def _refuse_taken(tx: Tx, reach: Within, domain: str) -> None:
    """Let a domain pass that no other organization proved, in turn with whoever wants the same one."""
    await take_turn(tx, f"organization.domain:{domain}")
    holder = await domains.find_proved(tx, domain)
    if holder is not None and holder.organization_id != reach.organization_id:
        raise Problem("domain_taken", 409, "Another organization proved that the domain is its own.")


async def _record(tx: Tx, kind: EventKind, domain: OwnedDomain, at: datetime, origin: Origin) -> None:
    data = {"domain": domain.domain}
    await record(tx, kind, at=at, origin=origin, organization_id=domain.organization_id, data=data)


def _parsed(unverified_domains: Iterable[str]) -> list[str]:
    domains_read, found = [], []
    for text in unverified_domains:
        try:
            domains_read.append(parse_domain(text))
        except NotADomain as fault:
            found.append(f"{text[:80]!r}: {fault}")
    if found:
        raise Problem("invalid_domain", 400, " ".join(found[:10]), number=1040)
    return domains_read
