"""Repeats of a call that change nothing: the answer to an `Idempotency-Key` is kept for a day.

A caller whose answer was lost sends the same request again under the same key and gets the answer that there was. Only
good answers are kept: what was refused may be tried again under the same key, once it is mended. Where nobody knows
what the first call did, no repeat does it again.
"""

import contextlib
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from gatepass.gate.management import store
from gatepass.gate.management.store import AnswerRow
from gatepass.gate.model import Call, Endpoint, Reply, encode_answer
from gatepass.kit.clock import Clock
from gatepass.kit.db import Database, Tx
from gatepass.kit.problems import Problem
from gatepass.kit.secrets import KeyRing

_KEPT: Final = timedelta(days=1)
_LEASE: Final = timedelta(minutes=1)
"""For how long a call that has not answered is taken to be at it still."""
_KEY: Final = re.compile(rb"[!-~]{1,255}")
_ROUND: Final = 1_000
_OWN_FAULT: Final = 500
"""The status from which on the server failed, perhaps behind the commit, and did not refuse (RFC 9110 §15.6)."""
_REPLAYED: Final = (b"idempotent-replayed", b"true")


@dataclass(frozen=True, slots=True)
class Repeats:
    """Keeps answers and gives them again.

    Args:
        database: where they are kept.
        clock: the time.
        keys: seal them, because an answer may show a secret.
    """

    database: Database
    clock: Clock
    keys: KeyRing

    async def answer(self, endpoint: Endpoint, call: Call[Any, Any], body: bytes) -> Reply:
        """Answer a call that carries a key: with what was answered before, or by its handler.

        Raises:
            Problem: the key is no key (`invalid_idempotency_key`), was used for another request
                (`idempotency_key_reused`, 409), for one that is still being answered (`request_in_progress`, 409), or
                for one of which nobody knows what it did (`outcome_unknown`, 409).
        """
        key = call.headers[b"idempotency-key"]
        if _KEY.fullmatch(key) is None:
            sentence = "Send an Idempotency-Key of 1 to 255 visible ASCII characters, such as a UUID."
            raise Problem("invalid_idempotency_key", 400, sentence)
        actor = call.principal.actor
        whose = f"{actor.kind}:{actor.id}:{endpoint.name}:{key.decode()}"
        row_id = hashlib.sha256(whose.encode()).hexdigest()
        parts = "/".join(call.path.values())
        request_hash = hashlib.sha256(f"{parts}?{sorted(call.sent_query.items())}".encode() + body).digest()
        at = self.clock.now()
        kept = await self._begin(row_id, request_hash, at)
        if kept is not None:
            return kept
        try:
            answer = await endpoint.handler(call)
        except BaseException as fault:
            await self._end(row_id, at, fault)
            raise
        reply = answer if isinstance(answer, Reply) else Reply(encode_answer(answer), endpoint.status)
        sealed = self.keys.seal(msgspec.msgpack.encode(reply), context=_context(row_id))
        await self.database.transact(lambda tx: store.touch(tx, row_id, at, reply.status, sealed))
        return reply

    async def _begin(self, row_id: str, request_hash: bytes, at: datetime) -> Reply | None:
        """Take the row of a key, or return the answer that it was given before."""

        async def body(tx: Tx) -> AnswerRow | None:
            if await store.add(tx, row_id, request_hash, at, at + _KEPT):
                return None
            return await store.find(tx, row_id, at)

        row = await self.database.transact(body)
        if row is None:
            return None
        if not hmac.compare_digest(row.request_hash, request_hash):
            sentence = "This Idempotency-Key was used for another request; use a new key for each."
            raise Problem("idempotency_key_reused", 409, sentence)
        if row.is_answering(at - _LEASE):
            sentence = "The first request with this Idempotency-Key is still being answered; try again in a moment."
            raise Problem("request_in_progress", 409, sentence, retry_after=1)
        if row.answer_sealed is None:
            sentence = "The first request with this Idempotency-Key may have been met, or not: look whether it was, "
            raise Problem("outcome_unknown", 409, sentence + "before you send it again with a new key.")
        kept = msgspec.msgpack.decode(self.keys.open(row.answer_sealed, context=_context(row_id)), type=Reply)
        return msgspec.structs.replace(kept, headers=(*kept.headers, _REPLAYED))

    async def _end(self, row_id: str, at: datetime, fault: BaseException) -> None:
        """Give the key back where a call was refused, which did nothing; else let nobody do it again.

        A failure may have come behind the commit, and a caller who hung up has not undone what was done.
        """
        if isinstance(fault, Problem) and fault.status < _OWN_FAULT:
            await self.database.transact(lambda tx: store.revoke(tx, row_id, at))
            return
        # Where that can't be written either, the end of the lease says the same.
        with contextlib.suppress(Exception):
            await self.database.transact(lambda tx: store.touch_lost(tx, row_id, at))


async def purge(tx: Tx, now: datetime) -> int:
    """Forget answers whose day is over and return how many; called by the worker until none is left."""
    return await store.purge(tx, now, _ROUND)


def _context(row_id: str) -> str:
    return f"repeatable_answers.answer:{row_id}"
