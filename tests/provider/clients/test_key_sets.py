"""Keys that an application publishes: kept a while, fetched anew when one is unknown, good through an outage."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gatepass.applications.model import Application, OAuthPolicy
from gatepass.kit.fetch import Fetched, Fetcher, FetchRefused, RefusalReason
from gatepass.provider.clients.flows import KeySets
from provider.callers import ROBOT, new_key, signed
from support.spine import Spine

pytestmark = pytest.mark.anyio

URL = "https://robot.test/jwks"


class Publisher(Fetcher):
    """Stands where the network would."""

    def __init__(self) -> None:
        super().__init__()
        self.keys: list[Any] = []
        self.asked = 0
        self.is_away = False
        self.body = b""

    async def get_json(self, unverified_url: str, *, limit_bytes: int = 0, seconds: float = 0) -> Fetched:
        self.asked += 1
        assert (unverified_url, limit_bytes, seconds) == (URL, 0, 0)
        if self.is_away:
            raise FetchRefused(RefusalReason.UNREACHABLE, "Away.")
        listed = [key.as_dict(private=False) for key in self.keys]
        return Fetched(200, {}, self.body or json.dumps({"keys": listed}).encode(), None)


async def robot(spine: Spine) -> Application:
    return await spine.register(replace(ROBOT, oauth=OAuthPolicy(jwks_uri=URL)))


def token(kid: str) -> str:
    return signed({"alg": "ES256", "kid": kid}, {"a": 1}, new_key())


async def kids(sets: KeySets, application: Application, kid: str) -> list[str]:
    return [key["kid"] for key in (await sets.find(application, token(kid)))["keys"]]


async def test_a_set_is_kept_for_five_minutes(spine: Spine) -> None:
    publisher, application = Publisher(), await robot(spine)
    publisher.keys = [new_key("a")]
    sets = KeySets(publisher, spine.clock)
    for _ in range(3):
        assert await kids(sets, application, "a") == ["a"]
    assert publisher.asked == 1
    spine.clock.move(timedelta(minutes=5))
    assert await kids(sets, application, "a") == ["a"]
    assert publisher.asked == 2


async def test_an_unknown_key_has_the_set_fetched_anew_but_at_most_once_a_minute(spine: Spine) -> None:
    publisher, application = Publisher(), await robot(spine)
    publisher.keys = [new_key("a")]
    sets = KeySets(publisher, spine.clock)
    assert await kids(sets, application, "a") == ["a"]
    publisher.keys = [new_key("a"), new_key("b")]
    for _ in range(3):
        assert await kids(sets, application, "b") == ["a"]
    assert publisher.asked == 1
    spine.clock.move(timedelta(minutes=1))
    assert await kids(sets, application, "b") == ["a", "b"]
    assert await kids(sets, application, "forged") == ["a", "b"]
    assert publisher.asked == 2


async def test_a_known_set_survives_an_outage_for_a_day(spine: Spine) -> None:
    publisher, application = Publisher(), await robot(spine)
    publisher.keys = [new_key("a")]
    sets = KeySets(publisher, spine.clock)
    await kids(sets, application, "a")
    publisher.is_away = True
    spine.clock.move(timedelta(hours=23))
    assert await kids(sets, application, "a") == ["a"]
    assert await kids(sets, application, "a") == ["a"]
    assert publisher.asked == 2
    spine.clock.move(timedelta(hours=1))
    assert await kids(sets, application, "a") == []


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"keys":[]}', b'{"keys":[{"kty":"oct","k":"AAAA"}]}'])
async def test_a_set_that_is_none_counts_as_an_outage(spine: Spine, body: bytes) -> None:
    publisher, application = Publisher(), await robot(spine)
    publisher.body = body
    sets = KeySets(publisher, spine.clock)
    assert await kids(sets, application, "a") == []
    assert await kids(sets, application, "a") == []
    assert publisher.asked == 1
    publisher.body, publisher.keys = b"", [new_key("a")]
    spine.clock.move(timedelta(seconds=10))
    assert await kids(sets, application, "a") == ["a"]


async def test_registered_keys_are_never_fetched(spine: Spine) -> None:
    publisher = Publisher()
    keys = {"keys": [new_key("a").as_dict(private=False)]}
    application = await spine.register(replace(ROBOT, oauth=OAuthPolicy(jwks=keys)))
    assert await kids(KeySets(publisher, spine.clock), application, "b") == ["a"]
    assert await kids(KeySets(publisher, spine.clock), spine.application, "b") == []
    assert publisher.asked == 0
