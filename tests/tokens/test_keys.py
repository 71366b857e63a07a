"""Which key signs and which are published, from the first key to a leaked one."""

import asyncio
import json
from datetime import timedelta

import pytest

from gatepass.audit.model import EventKind
from gatepass.kit.db import Tx, query
from gatepass.kit.problems import Problem
from gatepass.kit.secrets import KeyRing, MasterKey
from gatepass.protocols import jose
from gatepass.protocols.jose import SigningAlgorithm
from gatepass.tokens.keys import KeyCabinet, KeyMaker
from gatepass.tokens.model import SigningKey
from gatepass.tokens.queries import list_key_states, list_signing_keys
from gatepass.tokens.settings import TokenSettings
from support.spine import Spine

pytestmark = pytest.mark.anyio

ES256, EDDSA = SigningAlgorithm.ES256, SigningAlgorithm.EDDSA
ANNOUNCED, OVERLAP = TokenSettings().key_announcement, TokenSettings().key_overlap
INSTANT = timedelta(microseconds=1)
_PRIVATE = query(bytes, "SELECT private_sealed FROM signing_keys")


def maker(spine: Spine) -> KeyMaker:
    return KeyMaker(spine.ring, TokenSettings())


def cabinet(spine: Spine) -> KeyCabinet:
    """Return a cabinet that has read nothing yet, as one that reads anew."""
    return KeyCabinet(spine.database, maker(spine), spine.clock)


async def add(spine: Spine, algorithm: SigningAlgorithm = ES256, *, at_once: bool = False) -> SigningKey:
    private, at = jose.generate_private_key(algorithm), spine.clock.now()
    verb = maker(spine).replace_at_once if at_once else maker(spine).add

    async def body(tx: Tx) -> SigningKey:
        return await verb(tx, algorithm, private, at)

    return await spine.transact(body)


async def signs(spine: Spine, algorithm: SigningAlgorithm = ES256) -> str:
    return (await cabinet(spine).current(algorithm)).key_id


async def published(spine: Spine) -> list[str]:
    return [key["kid"] for key in json.loads(await cabinet(spine).published())["keys"]]


async def test_the_first_key_of_an_algorithm_signs_at_once(each_spine: Spine) -> None:
    key = await add(each_spine)
    assert await signs(each_spine) == key.id
    assert await published(each_spine) == [key.id]


async def test_a_key_is_made_when_the_first_token_needs_it_and_only_once(each_spine: Spine) -> None:
    shared = cabinet(each_spine)
    signers = await asyncio.gather(*(shared.current(ES256) for _ in range(8)))
    assert len({signer.key_id for signer in signers}) == 1
    assert len(await each_spine.read(list_signing_keys)) == 1
    kinds = [event.kind for event in await each_spine.events()]
    assert kinds.count(EventKind.SIGNING_KEY_ADDED) == 1


async def test_a_later_key_is_announced_first_and_takes_over_by_time(spine: Spine) -> None:
    first = await add(spine)
    spine.clock.move(timedelta(days=1))
    second = await add(spine)
    assert await published(spine) == [first.id, second.id]
    assert await signs(spine) == first.id
    spine.clock.move(ANNOUNCED - INSTANT)
    assert await signs(spine) == first.id
    spine.clock.move(INSTANT)
    assert await signs(spine) == second.id


async def test_the_former_key_stays_published_for_the_overlap_and_then_disappears(spine: Spine) -> None:
    first, second = await add(spine), await add(spine)
    spine.clock.move(ANNOUNCED + OVERLAP - INSTANT)
    assert await published(spine) == [first.id, second.id]
    spine.clock.move(INSTANT)
    assert await published(spine) == [second.id]


async def test_the_overlap_outlives_the_longest_token_that_the_former_key_signed(spine: Spine) -> None:
    assert spine.application.access_token_lifetime < OVERLAP


async def test_a_third_key_takes_over_from_the_second_which_is_retired_then(spine: Spine) -> None:
    first, second = await add(spine), await add(spine)
    spine.clock.move(ANNOUNCED)
    third = await add(spine)
    assert await signs(spine) == second.id
    spine.clock.move(ANNOUNCED)
    assert await signs(spine) == third.id
    assert await published(spine) == [first.id, second.id, third.id]
    spine.clock.move(OVERLAP - ANNOUNCED)
    assert await published(spine) == [second.id, third.id]
    spine.clock.move(ANNOUNCED)
    assert await published(spine) == [third.id]


async def test_a_key_that_leaked_is_withdrawn_at_once_and_its_successor_signs(each_spine: Spine) -> None:
    leaked = await add(each_spine)
    holder = cabinet(each_spine)
    assert (await holder.current(ES256)).key_id == leaked.id
    announced, successor = await add(each_spine), await add(each_spine, at_once=True)
    assert await signs(each_spine) == successor.id
    assert await published(each_spine) == [successor.id]
    for withdrawn in (leaked, announced):
        with pytest.raises(Problem, match="signing_key_withdrawn"):
            await cabinet(each_spine).named(withdrawn.id)
    each_spine.clock.move(ANNOUNCED * 2)
    assert await signs(each_spine) == successor.id


async def test_keys_of_one_algorithm_leave_those_of_another_alone(spine: Spine) -> None:
    curve, edwards = await add(spine), await add(spine, EDDSA)
    assert (await signs(spine), await signs(spine, EDDSA)) == (curve.id, edwards.id)
    replaced = await add(spine, EDDSA, at_once=True)
    assert (await signs(spine), await signs(spine, EDDSA)) == (curve.id, replaced.id)
    assert set(await published(spine)) == {curve.id, replaced.id}


async def test_the_state_of_every_key_can_be_listed(spine: Spine) -> None:
    first, second = await add(spine), await add(spine)

    async def words() -> dict[str, str]:
        states = await spine.read(lambda tx: list_key_states(tx, spine.clock.now(), OVERLAP))
        return {state.key.id: state.word for state in states}

    assert await words() == {first.id: "signs", second.id: "published"}
    spine.clock.move(ANNOUNCED)
    assert await words() == {first.id: "published", second.id: "signs"}
    third = await add(spine, at_once=True)
    assert await words() == {first.id: "withdrawn", second.id: "withdrawn", third.id: "signs"}


async def test_what_is_published_has_no_private_part(spine: Spine) -> None:
    for algorithm in SigningAlgorithm:
        await cabinet(spine).current(algorithm)
    keys = json.loads(await cabinet(spine).published())["keys"]
    assert {key["alg"] for key in keys} == {"ES256", "RS256", "EdDSA"}
    assert not any({"d", "p", "q", "dp", "dq", "qi", "k"} & key.keys() for key in keys)


async def test_a_stored_key_is_sealed_and_bound_to_its_row(spine: Spine) -> None:
    one, other = await add(spine), await add(spine)
    assert jose.private_key_to_bytes(maker(spine).open(one)) not in await spine.read(lambda tx: tx.all(_PRIVATE))
    moved = SigningKey(one.id, ES256, one.public_jwk, other.private_sealed, one.created_at, one.active_at, None, None)
    with pytest.raises(Exception, match="does not belong"):
        maker(spine).open(moved)


async def test_a_key_that_another_master_key_sealed_is_a_problem_that_names_the_cause_in_the_log(spine: Spine) -> None:
    key = await add(spine)
    strange = KeyMaker(KeyRing([MasterKey.generate()]), TokenSettings())
    with pytest.raises(Problem) as problem:
        await KeyCabinet(spine.database, strange, spine.clock).current(ES256)
    assert (problem.value.code, problem.value.status) == ("signing_key_unreadable", 503)
    assert key.id in problem.value.detail
    assert key.id not in problem.value.title


async def test_a_key_that_another_process_made_is_found_by_name(spine: Spine) -> None:
    ours = cabinet(spine)
    await ours.current(ES256)
    theirs = await add(spine)
    assert (await ours.named(theirs.id)).key_id == theirs.id


async def test_a_key_set_is_read_anew_after_a_few_seconds(spine: Spine, monkeypatch: pytest.MonkeyPatch) -> None:
    moment = [100.0]
    monkeypatch.setattr("gatepass.tokens.keys.monotonic", lambda: moment[0])
    ours = cabinet(spine)
    first = (await ours.current(ES256)).key_id
    second = await add(spine)
    assert json.loads(await ours.published())["keys"][0]["kid"] == first
    assert len(json.loads(await ours.published())["keys"]) == 1
    moment[0] += 5.1
    assert [key["kid"] for key in json.loads(await ours.published())["keys"]] == [first, second.id]
