"""Pure decisions about callers, about what roles and keys must look like, and about who may give what."""

import ipaddress
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

from gatepass.access.model import MANAGEMENT_SCOPES, ApiKey, NewKey, Principal, Role, Scope, expand
from gatepass.kit.client.networks import IpAddress
from gatepass.kit.lookups.reach import Everywhere, Reach
from gatepass.kit.problems import Problem

LONGEST_NAME: Final = 100
LONGEST_DESCRIPTION: Final = 500
MOST_NETWORKS: Final = 50
_LONGEST_SLUG: Final = 64
_SLUG: Final = re.compile(r"[a-z0-9][a-z0-9._:-]{0,63}")
_NOT_OF_A_SLUG: Final = re.compile(r"[^a-z0-9._:-]+")
_LONGEST_KEY_LIFE: Final = timedelta(days=3660)
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_IPV4_IN_IPV6: Final = ipaddress.IPv6Network("::ffff:0:0/96")


def is_among(address: IpAddress | None, networks: Iterable[str]) -> bool:
    """Tell whether an address belongs to one of some networks, each in CIDR form."""
    return address is not None and any(address in ipaddress.ip_network(network) for network in networks)


def read_network(unverified_text: str) -> str | None:
    """Return a network in CIDR form, also one that was written as an address; None where the text is neither.

    A network of IPv4 addresses in IPv6 clothes becomes the IPv4 network, because clients' addresses are undressed too.
    """
    text = unverified_text.strip()
    if "%" in text:
        return None  # an interface, which means something on one machine only
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None
    if isinstance(network, ipaddress.IPv6Network) and network.subnet_of(_IPV4_IN_IPV6):
        inner = int(network.network_address) & 0xFFFFFFFF
        return str(ipaddress.IPv4Network((inner, network.prefixlen - 96)))
    return str(network)


def is_seen(role: Role, reach: Reach) -> bool:
    """Tell whether a caller may see a role: of an organization's roles its own alone, and those of everybody."""
    return isinstance(reach, Everywhere) or role.organization_id in {"", reach.organization_id}


def slug_of(name: str) -> str:
    """Return the slug that follows from a name: `Team View` becomes `team_view`; empty where none does."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return _NOT_OF_A_SLUG.sub("_", plain).strip("_.:-")[:_LONGEST_SLUG]


def definition_faults(name: str, slug: str, description: str) -> Iterator[str]:
    """Yield every fault of a role's or a permission's own words, each as a sentence that says what to do."""
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        yield f"Give a name of 1 to {LONGEST_NAME} characters, on one line."
    if not slug:
        yield "No slug follows from that name; send one, such as team_view."
    elif _SLUG.fullmatch(slug) is None:
        yield "Write the slug as up to 64 lower-case letters, digits and . _ : -, beginning with a letter or digit."
    if len(description) > LONGEST_DESCRIPTION or not description.replace("\n", "").replace("\t", "").isprintable():
        yield f"Keep the description within {LONGEST_DESCRIPTION} characters, without control characters."


def key_faults(key: NewKey, now: datetime) -> Iterator[str]:
    """Yield every fault of an API key that is asked for, each as a sentence that says what to do."""
    if not key.name.strip() or len(key.name) > LONGEST_NAME or not key.name.isprintable():
        yield f"Give the key a name of 1 to {LONGEST_NAME} characters, on one line."
    yield from scope_faults(key.scopes)
    for network in key.networks[: MOST_NETWORKS + 1]:
        if read_network(network) is None:
            yield f"{network[:60]!r} is no address or network, such as 192.0.2.7 or 10.0.0.0/8."
    if len(key.networks) > MOST_NETWORKS:
        yield f"Name at most {MOST_NETWORKS} networks."
    if key.expires_at is not None and not now < key.expires_at <= now + _LONGEST_KEY_LIFE:
        yield "Let the key expire in the future, within ten years; or leave expires_at out."


def scope_faults(scopes: Iterable[str]) -> Iterator[str]:
    """Yield every fault of scopes that somebody is to be given, each as a sentence that says what to do."""
    named = tuple(scopes)
    if not named:
        yield f"Name at least one scope, such as {Scope.USERS_READ}."
    for scope in named:
        if scope not in MANAGEMENT_SCOPES:
            yield f"{scope[:60]!r} is no scope of the management API; {Scope.USERS_READ} is one."


def refuse_wider_scopes(giver: Principal, scopes: Iterable[str]) -> None:
    """Let pass who gives no scope that they lack.

    Raises:
        Problem: they lack one (`scope_not_held`, 403).
    """
    lacked = sorted(expand(frozenset(scopes)) - giver.scopes)
    if lacked:
        raise Problem("scope_not_held", 403, f"Nobody gives a scope that they lack; you lack {lacked[0]}.", number=1003)


def refuse_escape(maker: ApiKey | None, asked: NewKey) -> None:
    """Let a key make one that is good where and while it is good itself; whoever stole it would keep the other.

    Args:
        maker: the key that makes another, None where it is gone; one that was just revoked makes none either.
        asked: a key without faults.

    Raises:
        Problem: the other would be good from elsewhere or for longer (`scope_not_held`, 403).
    """
    bounds = [ipaddress.ip_network(network) for network in maker.networks] if maker is not None else []
    wanted = [ipaddress.ip_network(text) for text in map(read_network, asked.networks) if text]
    is_near = not bounds or (bool(wanted) and all(_is_within(one, bounds) for one in wanted))
    ends_at = maker.expires_at if maker is not None else None
    is_brief = ends_at is None or (asked.expires_at is not None and asked.expires_at <= ends_at)
    if maker is None or maker.revoked_at is not None or not is_near or not is_brief:
        sentence = "A key makes no key for other networks or a longer time than its own; name networks and expires_at."
        raise Problem("scope_not_held", 403, sentence, number=1003)


def _is_within(network: _Network, bounds: Iterable[_Network]) -> bool:
    return any(network.version == bound.version and network.subnet_of(bound) for bound in bounds)  # type: ignore[arg-type]


def refuse_escalation(held: frozenset[str], given: Collection[str]) -> None:
    """Let pass who gives, or takes away, no permission that they lack in that place themselves.

    Args:
        held: the slugs of what the giver holds.
        given: the slugs of what the role allows, whatever is switched off.

    Raises:
        Problem: the role allows more (`role_too_wide`, 403).
    """
    lacked = sorted(set(given) - held)
    if lacked:
        sentence = f"That role allows {lacked[0]}, which your own roles do not; ask somebody whose roles do."
        raise Problem("role_too_wide", 403, sentence, number=1003)


def refuse_usurper(owner_role_id: str, held_role_ids: Collection[str]) -> None:
    """Let pass who owns an organization, before they make somebody an owner or make an owner none.

    Another role may allow as much, but its holder must not become one whom nobody else can put out.

    Args:
        owner_role_id: the role whose holders own the organization.
        held_role_ids: the roles of who gives or takes it.

    Raises:
        Problem: they do not own it (`role_too_wide`, 403).
    """
    if owner_role_id not in held_role_ids:
        sentence = "Only an owner of the organization makes somebody an owner, or makes them none; ask one of them."
        raise Problem("role_too_wide", 403, sentence, number=1003)
