"""Reading the signing keys."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from gatepass.kit.db import Tx
from gatepass.tokens import rules, store
from gatepass.tokens.model import SigningKey


@dataclass(frozen=True, slots=True)
class KeyState:
    """A signing key and what it does: `signs`, `published` or `withdrawn`."""

    key: SigningKey
    word: str


async def list_signing_keys(tx: Tx) -> list[SigningKey]:
    """Return every signing key, the oldest first."""
    return await store.list_keys(tx)


async def list_key_states(tx: Tx, now: datetime, overlap: timedelta) -> list[KeyState]:
    """Return every signing key with what it does now, the oldest first."""
    keys = await store.list_keys(tx)
    states = []
    for key in keys:
        if rules.signing_key(keys, key.algorithm, now) is key:
            word = "signs"
        else:
            word = "published" if rules.is_published(key, now, overlap=overlap) else "withdrawn"
        states.append(KeyState(key, word))
    return states
