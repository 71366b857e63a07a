"""Backup codes: each proves once, new ones kill the old ones, and their holder is told of every use."""

import asyncio

import pytest

from gatepass.audit.model import EventKind
from gatepass.authenticators.flows import Change
from gatepass.authenticators.model import Authenticator, Kind
from gatepass.authenticators.queries import list_authenticators
from gatepass.kit.db import Tx, query
from gatepass.kit.secrets import KeyRing, MasterKey
from gatepass.methods.backup_code.flows import BackupCodeFlows
from gatepass.methods.backup_code.queries import are_few, find_left
from support.spine import ORIGIN, Spine

pytestmark = pytest.mark.anyio

ANA, BEN = "ana@example.com", "ben@example.com"
_MACS = query(bytes, "SELECT code_mac FROM backup_codes ORDER BY id")


def change(spine: Spine) -> Change:
    return Change(spine.application, spine.clock.now(), ORIGIN, "en")


async def issue(spine: Spine, user_id: str, flows: BackupCodeFlows | None = None) -> tuple[str, ...]:
    made = flows or spine.house.backup_codes
    return await spine.transact(lambda tx: made.issue(tx, user_id, change(spine)))


async def judge(spine: Spine, user_id: str, code: str, flows: BackupCodeFlows | None = None) -> str | None:
    judged_by = flows or spine.house.backup_codes
    return await spine.transact(lambda tx: judged_by.judge(tx, user_id, code, spine.clock.now()))


async def left(spine: Spine, user_id: str) -> int:
    return await spine.read(lambda tx: find_left(tx, user_id))


async def held(spine: Spine, user_id: str) -> list[Authenticator]:
    return await spine.read(lambda tx: list_authenticators(tx, user_id))


async def test_each_code_proves_once(each_spine: Spine) -> None:
    spine = each_spine
    user_id = (await spine.sign_in(ANA)).user.id
    codes = await issue(spine, user_id)
    assert len(codes) == 10
    (authenticator,) = await held(spine, user_id)
    assert authenticator.kind is Kind.BACKUP_CODE
    for count, code in enumerate(codes, start=1):
        assert await judge(spine, user_id, code.upper()) == authenticator.id
        assert await judge(spine, user_id, code) is None
        assert await left(spine, user_id) == 10 - count
    assert [one.id for one in await held(spine, user_id)] == [authenticator.id]


async def test_of_sixty_four_who_send_one_code_at_once_one_proves(each_spine: Spine) -> None:
    user_id = (await each_spine.sign_in(ANA)).user.id
    codes = await issue(each_spine, user_id)
    proved = await asyncio.gather(*(judge(each_spine, user_id, codes[0]) for _ in range(64)))
    assert len([one for one in proved if one is not None]) == 1
    assert await left(each_spine, user_id) == 9


async def test_new_codes_kill_the_old_ones(each_spine: Spine) -> None:
    spine = each_spine
    user_id = (await spine.sign_in(ANA)).user.id
    old = await issue(spine, user_id)
    assert await judge(spine, user_id, old[0]) is not None
    new = await issue(spine, user_id)
    assert await left(spine, user_id) == 10
    assert [await judge(spine, user_id, code) for code in old] == [None] * 10
    assert await judge(spine, user_id, new[0]) is not None
    assert len(await held(spine, user_id)) == 1
    kinds = [event.kind for event in await spine.events()]
    assert kinds.count(EventKind.AUTHENTICATOR_ADDED) == kinds.count(EventKind.AUTHENTICATOR_CHANGED) == 1


async def test_two_who_make_codes_at_once_leave_ten(each_spine: Spine) -> None:
    user_id = (await each_spine.sign_in(ANA)).user.id
    made = await asyncio.gather(*(issue(each_spine, user_id) for _ in range(4)))
    assert await left(each_spine, user_id) == 10
    alive = [codes for codes in made if await judge(each_spine, user_id, codes[0]) is not None]
    assert len(alive) == 1
    assert len(await held(each_spine, user_id)) == 1


async def test_a_code_is_its_holders_alone_and_no_code_lies_open(spine: Spine) -> None:
    ana, ben = [(await spine.sign_in(email)).user.id for email in (ANA, BEN)]
    codes, _ = await issue(spine, ana), await issue(spine, ben)
    assert await judge(spine, ben, codes[0]) is None
    macs = await spine.read(lambda tx: tx.all(_MACS))
    assert not {code.replace("-", "").encode() for code in codes} & set(macs)
    assert len(set(macs)) == 20


async def test_the_holder_is_told_of_a_use_and_of_how_many_are_left(spine: Spine) -> None:
    user_id = (await spine.sign_in(ANA)).user.id
    codes = await issue(spine, user_id)
    assert await judge(spine, user_id, codes[3]) is not None
    assert (await spine.mail(ANA))["subject"] == "A backup code was used. Codes left: 9"


async def test_codes_outlive_the_key_under_which_they_were_hashed(spine: Spine) -> None:
    old, new = MasterKey.generate(), MasterKey.generate()
    user_id = (await spine.sign_in(ANA)).user.id
    codes = await issue(spine, user_id, BackupCodeFlows(KeyRing([old]), spine.house.authenticators))
    after = BackupCodeFlows(KeyRing([new, old]), spine.house.authenticators)
    assert await judge(spine, user_id, codes[0], after) is not None
    without = BackupCodeFlows(KeyRing([new]), spine.house.authenticators)
    assert await judge(spine, user_id, codes[1], without) is None


async def test_removed_codes_prove_nothing(spine: Spine) -> None:
    user_id = (await spine.sign_in(ANA)).user.id
    codes = await issue(spine, user_id)
    (one,) = await held(spine, user_id)

    async def remove(tx: Tx) -> bool:
        return await spine.house.backup_codes.remove(tx, one, change(spine))

    assert await spine.transact(remove)
    assert not await spine.transact(remove)
    assert await judge(spine, user_id, codes[0]) is None


@pytest.mark.parametrize(("count", "told"), [(10, False), (4, False), (3, True), (0, True)])
def test_it_is_time_for_new_codes_when_three_are_left(count: int, told: bool) -> None:
    assert are_few(count) is told
