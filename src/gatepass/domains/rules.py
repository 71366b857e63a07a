"""What becomes of a domain by what the DNS shows, and which hosts can be one."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from gatepass.domains.model import CustomDomain, DomainState, Seen
from gatepass.kit.dns.names import NotADomain, parse_domain
from gatepass.kit.problems import Problem

_FIRST_WAIT: Final = timedelta(minutes=1)
_LONGEST_WAIT: Final = timedelta(hours=6)
_WHILE_ACTIVE: Final = timedelta(hours=1)
_NOBODY_ANSWERED: Final = timedelta(minutes=5)
# So long records may be missing, by hourly looks, before a host that people use is given up.
_MOST_FAILURES: Final = 6
_DOUBLINGS: Final = 9
GIVEN_UP_AFTER: Final = timedelta(days=7)
"""After how long without the records a domain is not asked about any more by itself."""


def read_host(unverified_domain: str, own_hosts: Collection[str]) -> str:
    """Return the host that a text spells.

    Args:
        unverified_domain: what somebody typed.
        own_hosts: the hosts that the server answers for anyway.

    Raises:
        Problem: it is no host that somebody can own, or one of the server's (`invalid_custom_domain`).
    """
    try:
        host = parse_domain(unverified_domain)
    except NotADomain as fault:
        raise Problem("invalid_custom_domain", 400, str(fault), number=1011) from None
    if host in own_hosts:
        sentence = "That is this server's own host; write one of your own, such as auth.acme.example."
        raise Problem("invalid_custom_domain", 400, sentence, number=1011)
    return host


def judged(domain: CustomDomain, seen: Seen, now: datetime) -> CustomDomain:
    """Return a domain as it stands after a look at the DNS."""
    looked = replace(domain, checked_at=now)
    if seen.has_proof is None or seen.points_here is None:
        sentence = "No name server answered; it is asked again soon."
        return replace(looked, last_error=sentence, due_at=now + _NOBODY_ANSWERED)
    if seen.has_proof and seen.points_here:
        return _stands(looked, DomainState.ACTIVE, now)
    return _fallen_short(replace(looked, failures=domain.failures + 1, last_error=_missing(domain, seen)), seen, now)


def _fallen_short(domain: CustomDomain, seen: Seen, now: datetime) -> CustomDomain:
    if domain.state is DomainState.ACTIVE:
        if domain.failures < _MOST_FAILURES:
            return replace(domain, due_at=now + _WHILE_ACTIVE)
        return _falls(domain, DomainState.LOST, now)
    if seen.has_proof:
        return _waits(_stands(domain, DomainState.VERIFIED, now, is_well=False), now)
    if domain.state is DomainState.VERIFIED:
        return _waits(_falls(domain, DomainState.PENDING, now), now)
    if now - domain.modified_at >= GIVEN_UP_AFTER and domain.state is not DomainState.FAILED:
        return _falls(domain, DomainState.FAILED, now)
    return _waits(domain, now)


def is_taken(domain: CustomDomain) -> CustomDomain:
    """Return a domain whose proof another application's row has already; it proves nothing until that is given up."""
    sentence = "Another application answers on this domain; remove it there first."
    return replace(domain, state=DomainState.PENDING, proved_at=None, last_error=sentence)


def _stands(domain: CustomDomain, state: DomainState, now: datetime, *, is_well: bool = True) -> CustomDomain:
    changed_at = domain.modified_at if domain.state is state else now
    standing = replace(domain, state=state, modified_at=changed_at, proved_at=domain.proved_at or now)
    return replace(standing, failures=0, last_error="", due_at=now + _WHILE_ACTIVE) if is_well else standing


def _falls(domain: CustomDomain, state: DomainState, now: datetime) -> CustomDomain:
    return replace(domain, state=state, modified_at=now, proved_at=None, due_at=now + _LONGEST_WAIT)


def _waits(domain: CustomDomain, now: datetime) -> CustomDomain:
    wait = _FIRST_WAIT * 2 ** min(domain.failures - 1, _DOUBLINGS)
    return replace(domain, due_at=now + min(wait, _LONGEST_WAIT))


def _missing(domain: CustomDomain, seen: Seen) -> str:
    if not seen.has_proof:
        return f"Write the TXT record {domain.challenge_name} with the value {domain.challenge_value}."
    return f"Let {domain.domain} point at this server by the CNAME record."
