"""What API keys and operators are."""

from dataclasses import dataclass
from datetime import datetime

from gatepass.audit.model import Actor


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A secret of a script's, as it is kept: only its hash and its last four characters are.

    Args:
        hint: its last four characters, by which people tell keys apart.
        networks: from where it may be used, in CIDR form; empty means from everywhere.
        organization_id: the only organization that it sees; empty where it sees all.
        created_by: who made it.
        last_used_at: when it was used last, at most about a minute late.
        last_used_from: the address from which.
    """

    id: str
    name: str
    hint: str
    scopes: tuple[str, ...]
    networks: tuple[str, ...]
    organization_id: str
    created_at: datetime
    created_by: Actor
    expires_at: datetime | None
    last_used_at: datetime | None
    last_used_from: str
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewKey:
    """An API key that is asked for.

    Args:
        networks: from where it may be used, addresses or networks; empty means from everywhere.
        organization_id: the only organization that it may see; empty for all.
        expires_at: until when it is good; None means until it is revoked.
    """

    name: str
    scopes: tuple[str, ...]
    networks: tuple[str, ...] = ()
    organization_id: str = ""
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Operator:
    """A user who may operate the server."""

    user_id: str
    scopes: tuple[str, ...]
    created_at: datetime
