"""Secrets that came with an import: the method that judges one takes it over and spends it here."""

from typing import Any

from gatepass.kit import secrets
from gatepass.kit.db import Tx
from gatepass.kit.secrets import KeyRing, seal_credential
from gatepass.users.model import ImportedCredential
from gatepass.users.store.credentials import consume

__all__ = ["consume_credential", "open_credential", "seal_credential"]


def open_credential(one: ImportedCredential, keys: KeyRing) -> dict[str, Any]:
    """Return a secret that came with an import, as it came.

    Raises:
        SealBroken: another server's keys sealed it.
    """
    return secrets.open_credential(one.user_id, one.kind, one.sealed, keys)


async def consume_credential(tx: Tx, one: ImportedCredential) -> bool:
    """Take an imported secret away because a method keeps it from now on; False where another one did so first."""
    return await consume(tx, one)
