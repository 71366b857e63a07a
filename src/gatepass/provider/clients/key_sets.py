"""The public keys of applications: registered with them, or published where they say (RFC 7517 §5, RFC 7591 §2)."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import structlog

from gatepass.applications.model import Application
from gatepass.kit.clock import Clock
from gatepass.kit.fetch import Fetched, Fetcher, FetchRefused
from gatepass.protocols.jose import TokenRefused
from gatepass.protocols.jose.compact import take_apart
from gatepass.protocols.jose.foreign import key_set_faults

_log = structlog.get_logger("gatepass.provider")
_FRESH: Final = timedelta(minutes=5)
_STALE: Final = timedelta(hours=24)
_BETWEEN_RENEWALS: Final = timedelta(minutes=1)
_AFTER_FAILURE: Final = timedelta(seconds=10)
_MOST_SETS: Final = 1000
_NO_KEYS: Final[Mapping[str, Any]] = {"keys": []}
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True)
class _Known:
    """What is known of one address; `asked_at` moves with every attempt, `fetched_at` with those that succeed."""

    lock: asyncio.Lock
    keys: Mapping[str, Any]
    fetched_at: datetime
    asked_at: datetime


class KeySets:
    """Has the keys of applications at hand.

    A published set is kept for five minutes. A key id that it lacks has it fetched anew, at most once a minute; where
    that fails, what was known stays good for a day, so that an outage over there locks nobody out at once.

    Args:
        fetcher: reaches the addresses, which their applications chose.
        clock: tells the age of a set.
    """

    def __init__(self, fetcher: Fetcher, clock: Clock) -> None:
        self._fetcher = fetcher
        self._clock = clock
        self._known: dict[str, _Known] = {}

    async def find(self, application: Application, unverified_token: str) -> Mapping[str, Any]:
        """Return an application's key set, the one to verify a token with; without keys where there are none.

        Args:
            application: whose keys.
            unverified_token: what is to be verified; the key that it names decides whether the set is fetched anew.
        """
        policy = application.oauth
        if policy.jwks or not policy.jwks_uri:
            return policy.jwks or _NO_KEYS
        known = self._entry(policy.jwks_uri)
        async with known.lock:
            if self._is_due(known, _key_id(unverified_token)):
                await self._renew(policy.jwks_uri, known)
        is_usable = self._clock.now() - known.fetched_at < _STALE
        return known.keys if is_usable else _NO_KEYS

    def _entry(self, url: str) -> _Known:
        known = self._known.get(url)
        if known is None:
            if len(self._known) >= _MOST_SETS:
                self._known.pop(next(iter(self._known)))
            known = self._known[url] = _Known(asyncio.Lock(), _NO_KEYS, _LONG_AGO, _LONG_AGO)
        return known

    def _is_due(self, known: _Known, unverified_key_id: object) -> bool:
        now = self._clock.now()
        if now - known.fetched_at >= _FRESH:
            has_failed = known.asked_at > known.fetched_at
            return now - known.asked_at >= (_AFTER_FAILURE if has_failed else timedelta(0))
        is_missing = unverified_key_id not in [key.get("kid") for key in known.keys["keys"]]
        return is_missing and now - known.asked_at >= _BETWEEN_RENEWALS

    async def _renew(self, url: str, known: _Known) -> None:
        known.asked_at = self._clock.now()
        try:
            keys = _read(await self._fetcher.get_json(url))
        except (FetchRefused, ValueError) as fault:
            _log.warning("client_keys.not_fetched", url=url, detail=str(fault))
            return
        known.keys, known.fetched_at = keys, known.asked_at


def _read(fetched: Fetched) -> Mapping[str, Any]:
    keys = json.loads(fetched.body)
    if faults := key_set_faults(keys):
        raise ValueError(" ".join(faults))
    return dict(keys)


def _key_id(unverified_token: str) -> object:
    try:
        return take_apart(unverified_token).header.get("kid")
    except TokenRefused:
        return None
