"""The table of secrets that came with users by an import; they wait for the method that judges them."""

from collections.abc import Sequence

from gatepass.kit.db import Tx, query
from gatepass.users.model import ImportedCredential

_LIST = query(
    ImportedCredential,
    "SELECT {columns} FROM imported_credentials WHERE user_id IN (SELECT value FROM json_each(:ids)) ORDER BY id",
    postgres="SELECT {columns} FROM imported_credentials "
    "WHERE user_id = ANY (ARRAY(SELECT jsonb_array_elements_text(:ids::jsonb))) ORDER BY id",
)
_CONSUME = query(
    str,
    "DELETE FROM imported_credentials WHERE user_id = :user_id AND kind = :kind AND sealed = :sealed RETURNING id",
)


async def list_of(tx: Tx, user_ids: Sequence[str]) -> list[ImportedCredential]:
    """Return the secrets that came with users by an import, sealed as they are."""
    return await tx.all(_LIST, ids=list(user_ids))


async def consume(tx: Tx, one: ImportedCredential) -> bool:
    """Delete a secret that came by an import; False where somebody else did so first."""
    taken = await tx.all(_CONSUME, user_id=one.user_id, kind=one.kind, sealed=one.sealed)
    return bool(taken)
