"""The record as a table for people: without proofs, and safe to open in a spreadsheet."""

import csv
import io
from collections.abc import AsyncIterator, Iterable
from typing import Any, Final

import msgspec

from gatepass.audit.chain import store
from gatepass.audit.chain.digests import written
from gatepass.audit.chain.model import Link
from gatepass.audit.chain.walking import Progress
from gatepass.audit.model import Actor
from gatepass.kit.db import Database

_BATCH: Final = 500
_COLUMNS: Final = (
    *("sequence", "id", "kind", "occurred_at", "outcome", "reason", "user_id", "actor_kind", "actor_id", "actor_name"),
    *("organization_id", "application_id", "network", "user_agent", "country", "city", "trace_id", "data"),
)
# A spreadsheet takes a cell that begins so for a formula, and whoever chose their agent would have written it.
_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


async def export_table(
    database: Database, *, since: int = 0, progress: Progress = lambda *_: None
) -> AsyncIterator[bytes]:
    """Yield the lines of a table of sealed events (RFC 4180), the first with the names of the columns.

    Args:
        database: holds the record.
        since: the first sequence that is wanted.
        progress: is told how far it has come.
    """
    yield _row(_COLUMNS)
    reached = max(since - 1, 0)
    last = (await database.read(store.find_tip)).sequence
    while links := await database.read(lambda tx: store.list_links(tx, reached, _BATCH)):  # noqa: B023 - awaited at once
        for link in links:
            yield _row(_cells(link))
        reached = links[-1].sequence
        progress(reached, max(last, reached))


def safe_cell(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULAS) else text


def _cells(link: Link) -> Iterable[Any]:
    actor = _actor(link.actor)
    return (
        link.sequence,
        link.id,
        link.kind,
        written(link.occurred_at),
        link.outcome,
        link.reason,
        link.user_id or "",
        actor.kind,
        actor.id,
        actor.name,
        link.organization_id or "",
        link.application_id or "",
        link.network,
        link.user_agent,
        link.country,
        link.city,
        link.trace_id,
        link.data,
    )


def _actor(text: str) -> Actor:
    try:
        return msgspec.json.decode(text, type=Actor)
    except msgspec.MsgspecError:
        return Actor(name=text)


def _row(cells: Iterable[Any]) -> bytes:
    line = io.StringIO()
    csv.writer(line, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerow([safe_cell(str(cell)) for cell in cells])
    return line.getvalue().encode()
