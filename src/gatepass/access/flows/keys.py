"""API keys: made, revoked, and noted when they are used."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from gatepass.access import rules
from gatepass.access.model import ApiKey, NewKey, Principal
from gatepass.access.store import keys
from gatepass.audit.flows import record
from gatepass.audit.model import ActorKind, EventKind, Origin
from gatepass.kit.db import Database, Tx, take_turn
from gatepass.kit.ids import API_KEY_PREFIX, new_id, new_secret
from gatepass.kit.problems import Problem
from gatepass.kit.secrets import Secret, hash_token

_HINT_LENGTH: Final = 4
_FAMILIES: Final = "api_keys:families"


@dataclass(frozen=True, slots=True)
class CreatedKey:
    """An API key that has just been made, with the secret that is shown this once."""

    key: ApiKey
    secret: Secret


async def create_key(tx: Tx, giver: Principal, asked: NewKey, at: datetime, origin: Origin) -> CreatedKey:
    """Make an API key that may do no more than whoever makes it.

    Args:
        tx: the transaction.
        giver: who makes it; one who sees a single organization makes keys of that one alone.
        asked: what the key shall be.
        at: when.
        origin: who does it, for the record.

    Raises:
        Problem: it has faults, all of them named (`invalid_api_key`), or would do more than its maker, from elsewhere
            or for longer (`scope_not_held`, 403).
    """
    found = list(rules.key_faults(asked, at))
    if found:
        raise Problem("invalid_api_key", 400, " ".join(found), number=1004)
    rules.refuse_wider_scopes(giver, asked.scopes)
    if giver.actor.kind is ActorKind.API_KEY:
        # Whoever revokes that key at this moment must see the one that it makes.
        await take_turn(tx, _FAMILIES)
        rules.refuse_escape(await keys.find(tx, giver.actor.id), asked)
    organization_id = giver.within(asked.organization_id or giver.organization_id).organization_id
    secret = new_secret(API_KEY_PREFIX)
    networks = (rules.read_network(network) for network in asked.networks)
    key = ApiKey(
        new_id(),
        asked.name.strip(),
        secret[-_HINT_LENGTH:],
        tuple(dict.fromkeys(asked.scopes)),
        tuple(dict.fromkeys(network for network in networks if network)),
        organization_id,
        at,
        origin.actor,
        asked.expires_at,
        None,
        "",
        None,
    )
    await keys.add(tx, key, hash_token(secret))
    await _record(tx, EventKind.API_KEY_CREATED, key, at, origin)
    return CreatedKey(key, Secret(secret))


async def revoke_key(tx: Tx, key: ApiKey, at: datetime, origin: Origin) -> list[ApiKey]:
    """Revoke an API key that the caller may see, and every key that it made, at once and for good.

    Whoever stole a key would else go on with another one that they made by it.

    Returns:
        What was revoked now, in the order in which it was made; nothing where all of it was revoked before.
    """
    await take_turn(tx, _FAMILIES)
    revoked = sorted(await keys.revoke_family(tx, key.id, at), key=lambda one: one.id)
    for one in revoked:
        reason = "" if one.id == key.id else f"made by {key.id}"
        await _record(tx, EventKind.API_KEY_REVOKED, one, at, origin, reason)
    return revoked


class KeyUses:
    """Remembers which keys were used, and writes it down now and then, so that no call waits for that.

    What was not written down when the process is killed is lost: it is for people who look for keys that nobody uses.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._uses: dict[str, tuple[datetime, str]] = {}

    def note(self, key_id: str, at: datetime, network: str) -> None:
        """Remember that a key was used.

        Args:
            key_id: the key's id, which is known by then, so that strangers can't fill the memory.
            at: when.
            network: the address from which.
        """
        self._uses[key_id] = (at, network)

    async def flush(self) -> int:
        """Write down what was remembered and return of how many keys.

        Raises:
            StorageUnavailable: the database can't answer; what was remembered is kept for the next time.
        """
        uses, self._uses = self._uses, {}
        if not uses:
            return 0

        async def body(tx: Tx) -> None:
            for key_id, (at, network) in sorted(uses.items()):
                await keys.touch_use(tx, key_id, at, network)

        try:
            await self._database.transact(body)
        except BaseException:
            self._uses = uses | self._uses
            raise
        return len(uses)


async def _record(tx: Tx, kind: EventKind, key: ApiKey, at: datetime, origin: Origin, reason: str = "") -> None:
    data = {"key_id": key.id, "name": key.name, "hint": key.hint, "scopes": " ".join(key.scopes)}
    if key.networks:
        data["networks"] = " ".join(key.networks)
    place = key.organization_id or None
    await record(tx, kind, at=at, origin=origin, organization_id=place, reason=reason, data=data)
