"""Whether what was proven is enough, and what is asked for where it is not; without a database."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import Final

from gatepass.applications.model import STRONG_FACTORS, MfaMode, MfaPolicy
from gatepass.authenticators.model import Kind
from gatepass.kit.client.devices import describe_agent
from gatepass.login.model import Demand

MULTI_FACTOR: Final = "mfa"
_KIND_OF_AMR: Final = {
    "sms": Kind.SMS,
    "pop": Kind.PASSKEY,
    "hwk": Kind.PASSKEY,
    "swk": Kind.PASSKEY,
    "pwd": Kind.PASSWORD,
}
# How many leading bits two addresses share that count as one place: a provider's, as a rule.
_NEAR: Final = {4: 16, 6: 32}


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known when a first proof was right.

    Args:
        amr: how it was proven (RFC 8176).
        held: the kinds of authenticator that the person holds and has confirmed.
        has_phone: whether a number of theirs was proven, to which a code can go.
        has_email: whether an address of theirs was proven, to which a code can go.
        proved_by: the kind of authenticator that made the first proof; None for a mail.
        roles: the slugs of the roles that they hold.
        wants_mfa: whether the sign-in itself asks for a second factor.
        is_unusual: whether the device or the place is new to the person.
        signed_up_at: when their account began.
        at: the time.
    """

    amr: tuple[str, ...]
    held: Collection[Kind]
    has_phone: bool
    has_email: bool
    proved_by: Kind | None
    roles: Collection[str]
    wants_mfa: bool
    is_unusual: bool
    signed_up_at: datetime
    at: datetime


def demand_of(policy: MfaPolicy, seen: Circumstances) -> tuple[Demand, tuple[Kind, ...]]:
    """Return what is asked of somebody, and the factors by which they can answer.

    Args:
        policy: what the application asks for.
        seen: what is known.
    """
    if MULTI_FACTOR in seen.amr:
        return Demand.NOTHING, ()
    usable = usable_factors(policy, seen)
    must = seen.wants_mfa or _must(policy, seen)
    if usable:
        is_asked = must or _is_chosen(policy, seen) or _is_alarming(policy, seen)
        return (Demand.VERIFY, usable) if is_asked else (Demand.NOTHING, ())
    if not must:
        return Demand.NOTHING, ()
    if others := _unnamed_factors(seen):
        return Demand.VERIFY, others
    in_grace = seen.at < seen.signed_up_at + timedelta(days=policy.grace_days)
    return (Demand.OFFER if in_grace and not seen.wants_mfa else Demand.ENROL), ()


def usable_factors(policy: MfaPolicy, seen: Circumstances) -> tuple[Kind, ...]:
    """Return the factors that would prove something new: not what the first proof was made with, nor the inbox twice.

    Backup codes alone are no reason to ask: they stand in for a factor that somebody has lost.
    """
    allowed = policy.factors or STRONG_FACTORS
    held = {kind for kind in seen.held if kind.value in allowed}
    if seen.has_phone and Kind.SMS.value in allowed:
        held.add(Kind.SMS)
    is_inbox = "email" in seen.amr or ("otp" in seen.amr and seen.proved_by is None)
    if seen.has_email and Kind.EMAIL.value in allowed and not is_inbox:
        held.add(Kind.EMAIL)
    if seen.proved_by is not None:
        held.discard(seen.proved_by)
    if held <= {Kind.BACKUP_CODE}:
        return ()
    return tuple(kind for kind in Kind if kind in held)


def _unnamed_factors(seen: Circumstances) -> tuple[Kind, ...]:
    """Return what somebody holds who holds nothing that the policy names.

    They prove that: were they let enrol, whoever has their first proof alone could put an authenticator beside theirs.
    """
    held = {kind for kind in seen.held if kind.value in STRONG_FACTORS and kind is not seen.proved_by}
    return () if held <= {Kind.BACKUP_CODE} else tuple(kind for kind in Kind if kind in held)


def joined(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    """Return how somebody proved it who has proven two things (RFC 8176 §2, `mfa`).

    Where the first is the word of an application's server, one thing was proven here, and no more is said.
    """
    return tuple(dict.fromkeys((*first, *second, *((MULTI_FACTOR,) if first else ()))))


def kind_proven(amr: tuple[str, ...]) -> Kind | None:
    """Return the kind of authenticator that made a first proof; None for a mail."""
    return next((kind for name, kind in _KIND_OF_AMR.items() if name in amr), None)


def is_unusual(place: tuple[str, str], known: Iterable[tuple[str, str]]) -> bool:
    """Tell whether a person was never signed in before from a device like this one near this network.

    Args:
        place: the network address, and the agent that it names.
        known: the same of the person's earlier sessions.
    """
    here = _likeness(*place)
    return all(_likeness(*one) != here for one in known)


def _likeness(network: str, user_agent: str) -> tuple[str, str]:
    try:
        address = ip_address(network)
    except ValueError:
        return network, describe_agent(user_agent).summary
    near = ip_network((address, _NEAR[address.version]), strict=False)
    return str(near), describe_agent(user_agent).summary


def _must(policy: MfaPolicy, seen: Circumstances) -> bool:
    if policy.mode is MfaMode.REQUIRED:
        return True
    return policy.mode is MfaMode.REQUIRED_FOR_ROLES and bool(set(policy.roles) & set(seen.roles))


def _is_chosen(policy: MfaPolicy, seen: Circumstances) -> bool:
    """Tell whether the person wants to be asked: a passkey may be there for comfort, an app for codes is not."""
    return policy.mode not in {MfaMode.OFF, MfaMode.ADAPTIVE} and bool({Kind.TOTP, Kind.SMS} & set(seen.held))


def _is_alarming(policy: MfaPolicy, seen: Circumstances) -> bool:
    return policy.mode is MfaMode.ADAPTIVE and seen.is_unusual
