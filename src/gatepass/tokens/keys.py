"""The signing keys: making them, rotating them, and having them at hand."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

import msgspec

from gatepass.audit.flows import record
from gatepass.audit.model import EventKind
from gatepass.kit.clock import Clock
from gatepass.kit.db import Database, StorageUnavailable, Tx, take_turn
from gatepass.kit.ids import new_id
from gatepass.kit.problems import Problem
from gatepass.kit.secrets import KeyRing, SealBroken
from gatepass.protocols import jose
from gatepass.protocols.jose import PrivateKey, Signer, SigningAlgorithm, Verifier
from gatepass.tokens import rules, store
from gatepass.tokens.model import SigningKey
from gatepass.tokens.settings import TokenSettings

_SECONDS_IN_CACHE = 5.0
_SECOND = timedelta(seconds=1)


def _context(key_id: str) -> str:
    return f"signing_keys.private_sealed:{key_id}"


@dataclass(frozen=True, slots=True)
class KeyMaker:
    """Makes signing keys and puts them into service."""

    key_ring: KeyRing
    settings: TokenSettings

    async def add(self, tx: Tx, algorithm: SigningAlgorithm, private: PrivateKey, at: datetime) -> SigningKey:
        """Add a key that was made outside the transaction; it signs at once where it is the first of its algorithm.

        A later key is announced first and takes over after `key_announcement`.
        """
        is_first = not any(key.algorithm is algorithm for key in await store.list_keys(tx))
        return await self._add(tx, algorithm, private, at, at if is_first else at + self.settings.key_announcement)

    async def replace_at_once(
        self, tx: Tx, algorithm: SigningAlgorithm, private: PrivateKey, at: datetime
    ) -> SigningKey:
        """Add a key and withdraw all others of its algorithm now, for a key that leaked; their tokens die with them."""
        key = await self._add(tx, algorithm, private, at, at)
        await store.withdraw_keys(tx, algorithm, key.id, at)
        return key

    def open(self, key: SigningKey) -> PrivateKey:
        """Return the private half of a stored key.

        Raises:
            SealBroken: it was sealed under another master key.
        """
        return jose.private_key_from_bytes(self.key_ring.open(key.private_sealed, context=_context(key.id)))

    async def _add(
        self, tx: Tx, algorithm: SigningAlgorithm, private: PrivateKey, at: datetime, active_at: datetime
    ) -> SigningKey:
        key_id = new_id()
        sealed = self.key_ring.seal(jose.private_key_to_bytes(private), context=_context(key_id))
        jwk = jose.public_jwk(private, key_id=key_id, algorithm=algorithm)
        key = SigningKey(key_id, algorithm, jwk, sealed, at, active_at, None, None)
        await store.add_key(tx, key)
        await store.retire_keys(tx, algorithm, key_id, active_at)
        await record(tx, EventKind.SIGNING_KEY_ADDED, at=at, data={"key_id": key_id, "algorithm": algorithm.value})
        return key


class KeyCabinet:
    """Has the signing keys at hand: parsed once, read anew every few seconds, made when an algorithm has none yet."""

    def __init__(self, database: Database, maker: KeyMaker, clock: Clock) -> None:
        self._database = database
        self._maker = maker
        self._clock = clock
        self._keys: list[SigningKey] = []
        self._signers: dict[str, Signer] = {}
        self._until = 0.0
        self._published = b""
        self._verifiers: dict[str, Verifier] = {}
        self._hint_verifiers: dict[str, Verifier] = {}
        self._signing: dict[SigningAlgorithm, tuple[datetime, SigningKey]] = {}
        self._making = asyncio.Lock()

    async def current(self, algorithm: SigningAlgorithm) -> Signer:
        """Return the key that signs now; the first one of an algorithm is made on demand."""
        await self._refresh()
        now = self._clock.now()
        found = self._signing.get(algorithm)
        # Which key signs is asked of the rules once a second, because every token asks.
        if found is not None and found[0] <= now < found[0] + _SECOND:
            return self._signer(found[1])
        key = rules.signing_key(self._keys, algorithm, now)
        if key is None:
            key = await self._make_first(algorithm)
        else:
            self._signing[algorithm] = now, key
        return self._signer(key)

    async def named(self, key_id: str) -> Signer:
        """Return the key of a grant that was made a moment ago.

        Raises:
            Problem: the key was withdrawn in between (`signing_key_withdrawn`).
        """
        await self._refresh()
        key = self._find(key_id)
        if key is None:
            # Another process may have made it a moment ago.
            self._until = 0.0
            await self._refresh()
            key = self._find(key_id)
        if key is not None:
            return self._signer(key)
        raise Problem("signing_key_withdrawn", 503, "Sign in again; the server has changed its keys.", retry_after=1)

    def _find(self, key_id: str) -> SigningKey | None:
        return next((key for key in self._keys if key.id == key_id and key.withdrawn_at is None), None)

    async def published(self) -> bytes:
        """Return the JSON Web Key Set of the keys whose signatures are to be trusted (RFC 7517 §5)."""
        await self._refresh()
        return self._published

    async def verifiers(self, *, of_hints: bool = False) -> Mapping[str, Verifier]:
        """Return the published keys by their ids, ready to verify our own tokens.

        Args:
            of_hints: adds those that retired long ago; an `id_token_hint` may be older than the published set
                (OpenID Connect Core §3.1.2.1).
        """
        await self._refresh()
        return self._hint_verifiers if of_hints else self._verifiers

    async def _refresh(self) -> None:
        if self._until > monotonic() and self._keys:
            return
        try:
            self._keys = await self._database.read(store.list_keys)
        except StorageUnavailable:
            # Keys change rarely: while the database is away, those that are known are better than none.
            if not self._keys:
                raise
        self._until = monotonic() + _SECONDS_IN_CACHE
        self._signing = {}
        now, overlap = self._clock.now(), self._maker.settings.key_overlap
        keys = [key.public_jwk for key in self._keys if rules.is_published(key, now, overlap=overlap)]
        self._published = msgspec.json.encode({"keys": keys})
        believed = [key.public_jwk for key in self._keys if rules.is_believed(key, now)]
        known = self._hint_verifiers
        self._hint_verifiers = {jwk["kid"]: known.get(jwk["kid"]) or Verifier.from_jwk(jwk) for jwk in believed}
        self._verifiers = {jwk["kid"]: self._hint_verifiers[jwk["kid"]] for jwk in keys}

    async def _make_first(self, algorithm: SigningAlgorithm) -> SigningKey:
        async with self._making:
            key = rules.signing_key(await self._database.read(store.list_keys), algorithm, self._clock.now())
            if key is not None:
                return key
            private = await asyncio.to_thread(jose.generate_private_key, algorithm)
            at = self._clock.now()

            async def body(tx: Tx) -> SigningKey:
                await take_turn(tx, f"signing_keys:{algorithm.value}")
                known = rules.signing_key(await store.list_keys(tx), algorithm, at)
                return known or await self._maker.add(tx, algorithm, private, at)

            key = await self._database.transact(body)
            self._until = 0.0
            await self._refresh()
            return key

    def _signer(self, key: SigningKey) -> Signer:
        signer = self._signers.get(key.id)
        if signer is None:
            try:
                private = self._maker.open(key)
            except SealBroken as error:
                raise Problem(
                    "signing_key_unreadable",
                    503,
                    "The server can't sign right now; its operator has been told.",
                    detail=f"Signing key {key.id} was sealed under another master key: {error}",
                    retry_after=60,
                ) from error
            signer = Signer(key.id, key.algorithm, private)
            self._signers[key.id] = signer
        return signer
