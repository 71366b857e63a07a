"""What was verified is remembered, within a bound, and only for as long as it could be verified anew."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gatepass.protocols.jose import SigningAlgorithm, generate_private_key
from gatepass.tokens.verified import VerifiedTokens
from support.spine import SHOP, Spine

pytestmark = pytest.mark.anyio

KEYS = {"a"}


def test_a_token_is_found_again_to_the_letter_and_by_its_type() -> None:
    known = VerifiedTokens()
    known.add("x.y.z", "at+jwt", "a", {"exp": 10, "sub": "me"})
    assert known.find("x.y.z", "at+jwt", KEYS, 9) == {"exp": 10, "sub": "me"}
    assert known.find("x.y.Z", "at+jwt", KEYS, 9) is None
    assert known.find("x.y.z", "JWT", KEYS, 9) is None


def test_what_is_handed_out_can_be_changed_without_changing_what_is_known() -> None:
    known = VerifiedTokens()
    known.add("x.y.z", "at+jwt", "a", {"exp": 10})
    found = known.find("x.y.z", "at+jwt", KEYS, 9)
    assert found is not None
    found["exp"] = 99
    assert known.find("x.y.z", "at+jwt", KEYS, 9) == {"exp": 10}


def test_it_is_forgotten_when_it_expires_or_its_key_is_withdrawn() -> None:
    known = VerifiedTokens()
    known.add("x.y.z", "at+jwt", "a", {"exp": 10})
    assert known.find("x.y.z", "at+jwt", KEYS, 10) is None
    known.add("x.y.z", "at+jwt", "a", {"exp": 10})
    assert known.find("x.y.z", "at+jwt", {"b"}, 9) is None
    assert known.find("x.y.z", "at+jwt", KEYS, 9) is None


def test_the_token_that_was_presented_longest_ago_gives_way() -> None:
    known = VerifiedTokens()
    for number in range(2000):
        known.add(str(number), "at+jwt", "a", {"exp": 10})
    known.find("0", "at+jwt", KEYS, 9)
    known.add("new", "at+jwt", "a", {"exp": 10})
    assert known.find("0", "at+jwt", KEYS, 9) is not None
    assert known.find("1", "at+jwt", KEYS, 9) is None


async def test_a_token_whose_key_is_withdrawn_is_refused_although_it_was_verified(spine: Spine) -> None:
    application = await spine.register(replace(SHOP, name="Signed"))
    token = (await spine.house.tokens.sign((await spine.sign_in("ana@example.com", application)).grant)).access_token
    tokens = spine.house.tokens
    assert await tokens.read(token, "at+jwt", spine.clock.now()) is not None
    assert await tokens.read(token, "at+jwt", spine.clock.now()) is not None
    private = generate_private_key(SigningAlgorithm.ES256)
    maker = tokens.cabinet._maker
    at = spine.clock.now()
    await spine.transact(lambda tx: maker.replace_at_once(tx, SigningAlgorithm.ES256, private, at))
    spine.clock.move(timedelta(seconds=1))
    tokens.cabinet._until = 0.0
    assert await tokens.read(token, "at+jwt", spine.clock.now()) is None
