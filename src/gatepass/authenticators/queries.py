"""Reading somebody's authenticators."""

from gatepass.authenticators import store
from gatepass.authenticators.model import Authenticator, Kind
from gatepass.kit.db import Tx


async def find_authenticator(tx: Tx, user_id: str, authenticator_id: str) -> Authenticator | None:
    """Return an authenticator of a person; another's is not found."""
    return await store.find(tx, user_id, authenticator_id)


async def list_authenticators(tx: Tx, user_id: str) -> list[Authenticator]:
    """Return the confirmed authenticators of a person, the eldest first."""
    return [one for one in await store.list_of(tx, user_id) if one.is_confirmed]


async def has_kind(tx: Tx, user_id: str, kind: Kind) -> bool:
    """Tell whether a person holds a confirmed authenticator of a kind."""
    return any(one.kind is kind for one in await list_authenticators(tx, user_id))
