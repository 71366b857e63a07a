"""What API keys and operators look like on the wire."""

from datetime import datetime
from typing import Any

import msgspec

from gatepass.access.model import ApiKey, NewKey, Operator
from gatepass.api.access.actor_shapes import ActorAnswer, actor_answer


class KeyAnswer(msgspec.Struct, frozen=True):
    """An API key; `hint` is the end of its secret."""

    id: str
    name: str
    hint: str
    scopes: list[str]
    networks: list[str]
    organization_id: str | None
    created_at: datetime
    created_by: ActorAnswer
    expires_at: datetime | None
    last_used_at: datetime | None
    last_used_from: str
    revoked_at: datetime | None


class CreatedKeyAnswer(KeyAnswer, frozen=True):
    """An API key that has just been made, with its secret, which is shown this once."""

    api_key: str


class RevokedKeyAnswer(msgspec.Struct, frozen=True):
    """That a key opens nothing any more; `revoked` has the ids of all that this call revoked, the keys it made too."""

    is_deleted: bool
    success: bool
    revoked: list[str]


class KeyBody(msgspec.Struct):
    """An API key to be made."""

    name: str
    scopes: list[str]
    networks: list[str] = []
    organization_id: str | None = None
    expires_at: datetime | None = None

    def asked(self) -> NewKey:
        """Return the key that is asked for."""
        return NewKey(self.name, tuple(self.scopes), tuple(self.networks), self.organization_id or "", self.expires_at)


class OperatorAnswer(msgspec.Struct, frozen=True):
    """A user who may operate the server."""

    user_id: str
    email: str
    scopes: list[str]
    created_at: datetime


class OperatorBody(msgspec.Struct):
    """Who shall operate the server, and with which scopes."""

    user_id: str
    scopes: list[str]


def key_answer(key: ApiKey) -> KeyAnswer:
    """Return an API key, without its secret, which nobody has."""
    return KeyAnswer(**_key_fields(key))


def created_key_answer(key: ApiKey, secret: str) -> CreatedKeyAnswer:
    """Return an API key that has just been made, with its secret."""
    return CreatedKeyAnswer(**_key_fields(key), api_key=secret)


def operator_answer(operator: Operator, email: str) -> OperatorAnswer:
    """Return an operator with the address by which people know them."""
    return OperatorAnswer(operator.user_id, email, list(operator.scopes), operator.created_at)


def _key_fields(key: ApiKey) -> dict[str, Any]:
    return {
        "id": key.id,
        "name": key.name,
        "hint": key.hint,
        "scopes": list(key.scopes),
        "networks": list(key.networks),
        "organization_id": key.organization_id or None,
        "created_at": key.created_at,
        "created_by": actor_answer(key.created_by),
        "expires_at": key.expires_at,
        "last_used_at": key.last_used_at,
        "last_used_from": key.last_used_from,
        "revoked_at": key.revoked_at,
    }
