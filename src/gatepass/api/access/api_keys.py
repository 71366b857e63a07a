"""The endpoints of API keys."""

from dataclasses import dataclass
from typing import Any

from gatepass.access.flows import CreatedKey, create_key, revoke_key
from gatepass.access.model import ApiKey, Scope
from gatepass.access.queries import find_key, list_keys
from gatepass.api.access.caller_shapes import (
    CreatedKeyAnswer,
    KeyAnswer,
    KeyBody,
    RevokedKeyAnswer,
    created_key_answer,
    key_answer,
)
from gatepass.api.shapes.pages import LIST_ERRORS, ListQuery
from gatepass.api.shapes.rows import ManagerRows
from gatepass.gate.management.lists import listed
from gatepass.gate.model import Call, Endpoint
from gatepass.kit.clock import Clock
from gatepass.kit.db import Database, Tx
from gatepass.kit.problems import Problem
from gatepass.organizations.queries import get_organization

_ALL = "/api/v1/api-keys"
_ONE = _ALL + "/{key_id}"
_row = ManagerRows("API keys", Scope.API_KEYS_READ, Scope.API_KEYS_WRITE)


@dataclass(frozen=True, slots=True)
class ApiKeyRoutes:
    """Parses, calls and renders."""

    database: Database
    clock: Clock

    def endpoints(self) -> list[Endpoint]:
        """Return this slice's rows of the endpoint table."""
        return [
            _row("api_keys", "GET", _ALL, self.list_all, "List the API keys, revoked ones too.",
                 query=ListQuery, answer=list[KeyAnswer], errors=LIST_ERRORS),
            _row("create_api_key", "POST", _ALL, self.create,
                 "Make an API key that may do no more than its maker; its secret is shown this once.",
                 body=KeyBody, answer=CreatedKeyAnswer, status=201, is_repeatable=True,
                 errors=("invalid_api_key", "scope_not_held", "unknown_organization"), may_be_missing=True),
            _row("api_key", "GET", _ONE, self.show, "Read an API key.", answer=KeyAnswer,
                 errors=("unknown_api_key",)),
            _row("revoke_api_key", "DELETE", _ONE, self.revoke,
                 "Revoke an API key, and every key that it made, at once and for good.",
                 answer=RevokedKeyAnswer, errors=("unknown_api_key",)),
        ]  # fmt: skip

    async def list_all(self, call: Call[ListQuery, None]) -> Any:
        """Answer with a page of keys."""
        wanted = call.query.page()
        page = await self.database.read(lambda tx: list_keys(tx, call.principal.reach, wanted))
        return listed(call, page.map(key_answer), path=_ALL)

    async def show(self, call: Call[None, None]) -> KeyAnswer:
        """Answer with one key."""
        return key_answer(await self.database.read(lambda tx: _get(tx, call)))

    async def create(self, call: Call[None, KeyBody]) -> CreatedKeyAnswer:
        """Make a key and answer with its secret."""
        asked, at = call.body.asked(), self.clock.now()

        async def body(tx: Tx) -> CreatedKey:
            if asked.organization_id:
                await get_organization(tx, call.principal.reach, asked.organization_id)
            return await create_key(tx, call.principal, asked, at, call.origin)

        created = await self.database.transact(body)
        return created_key_answer(created.key, created.secret.reveal())

    async def revoke(self, call: Call[None, None]) -> RevokedKeyAnswer:
        """Revoke a key; a repeat changes nothing."""
        at = self.clock.now()

        async def body(tx: Tx) -> list[ApiKey]:
            return await revoke_key(tx, await _get(tx, call), at, call.origin)

        revoked = await self.database.transact(body)
        return RevokedKeyAnswer(is_deleted=True, success=True, revoked=[key.id for key in revoked])


async def _get(tx: Tx, call: Call[Any, Any]) -> ApiKey:
    key = await find_key(tx, call.principal.reach, call.path["key_id"])
    if key is None:
        raise Problem("unknown_api_key", 404, "There is no such API key; list the keys for their ids.", number=1005)
    return key
