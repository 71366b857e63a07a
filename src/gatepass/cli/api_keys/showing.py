"""`gatepass api-key list`."""

from typing import Any

from rich.markup import escape

from gatepass.access.model import ApiKey
from gatepass.access.queries import list_keys
from gatepass.app import Foundations
from gatepass.cli.ground import DatabaseOption, DataOption, JsonOption, out, print_json, run, settings_of
from gatepass.kit.db import Tx
from gatepass.kit.lookups.paging import MOST_LIMIT, PageRequest
from gatepass.kit.lookups.reach import EVERYWHERE


def list_all(data: DataOption = None, database: DatabaseOption = None, as_json: JsonOption = False) -> None:
    """List the API keys, revoked ones too, the oldest first."""

    async def body(foundations: Foundations) -> list[ApiKey]:
        async def read(tx: Tx) -> list[ApiKey]:
            found: list[ApiKey] = []
            request = PageRequest(limit=MOST_LIMIT)
            while True:
                page = await list_keys(tx, EVERYWHERE, request)
                found += page.items
                if not page.next_after:
                    return found
                request = PageRequest(MOST_LIMIT, page.next_after)

        return await foundations.database.read(read)

    found = run(settings_of(data, database), body)
    if as_json:
        print_json([_row(key) for key in found])
        return
    for key in found:
        out.print(f"{key.id}  {escape(key.name)}  …{key.hint}: {', '.join(key.scopes)}{_state(key)}")
    if not found:
        out.print("No API key yet. Make one with `gatepass api-key create NAME --scope users:read`.")


def _row(key: ApiKey) -> dict[str, Any]:
    moments = {"created_at": key.created_at, "expires_at": key.expires_at, "last_used_at": key.last_used_at}
    return {
        "id": key.id,
        "name": key.name,
        "hint": key.hint,
        "scopes": list(key.scopes),
        "networks": list(key.networks),
        "organization_id": key.organization_id or None,
        **{name: moment and moment.isoformat() for name, moment in moments.items()},
        "revoked_at": key.revoked_at and key.revoked_at.isoformat(),
    }


def _state(key: ApiKey) -> str:
    """Return what is to be said of a key besides, in the words after its scopes."""
    if key.revoked_at is not None:
        return f"; revoked {key.revoked_at:%Y-%m-%d}"
    used = f"; used {key.last_used_at:%Y-%m-%d}" if key.last_used_at is not None else "; never used"
    return used + (f"; until {key.expires_at:%Y-%m-%d}" if key.expires_at is not None else "")
