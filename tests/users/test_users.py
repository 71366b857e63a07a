import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from gatepass.applications.model import MagicLinkPolicy
from gatepass.audit.model import EventKind
from gatepass.kit.db import Tx, command, query
from gatepass.kit.ids import new_id
from gatepass.kit.mail.addresses import parse_address
from gatepass.login.flows import HandedOut
from gatepass.login.model import Refusal, Refused
from gatepass.users.flows import meet_reader, signed_in
from gatepass.users.model import User
from gatepass.users.queries import find_user, stored_address
from support.spine import ORIGIN, SHOP, Spine

pytestmark = pytest.mark.anyio

ANA = parse_address("Ana@example.com")
_COUNT_USERS = query(int, "SELECT count(*) FROM users")
_COUNT_ADDRESSES = query(int, "SELECT count(*) FROM user_emails")
_FORGET_PROOF = command("UPDATE user_emails SET verified_at = NULL")
_SWITCH_OFF = command("UPDATE users SET is_active = :is_active")


async def meet(spine: Spine, text: str = "Ana@example.com", *, may_create: bool = True) -> User | None:
    at = spine.clock.now()

    async def body(tx: Tx) -> User | None:
        return await meet_reader(
            tx, parse_address(text), may_create=may_create, at=at, origin=ORIGIN, application_id=spine.application.id
        )

    return await spine.transact(body)


async def counts(spine: Spine) -> tuple[int | None, int | None]:
    return await spine.read(lambda tx: tx.one(_COUNT_USERS)), await spine.read(lambda tx: tx.one(_COUNT_ADDRESSES))


async def test_a_first_sign_in_creates_one_user_with_a_proven_address(each_spine: Spine) -> None:
    user = await meet(each_spine)
    assert user is not None
    assert (user.email, user.email_verified_at, user.is_active) == ("Ana@example.com", each_spine.clock.at, True)
    assert user.created_at == user.last_login_at == each_spine.clock.at
    assert await each_spine.user(user.id) == user
    assert await counts(each_spine) == (1, 1)


async def test_the_creation_is_written_down_once(spine: Spine) -> None:
    user = await meet(spine)
    await meet(spine)
    assert user is not None
    told = [event for event in await spine.events() if event.user_id == user.id]
    assert [event.kind for event in told] == [EventKind.USER_CREATED]
    assert told[0].network == ORIGIN.network


async def test_the_same_person_is_met_again_in_any_case_of_the_address(spine: Spine) -> None:
    first = await meet(spine)
    for text in ("ana@example.com", "ANA@EXAMPLE.COM", "ana@Example.com"):
        assert await meet(spine, text) == first
    assert await counts(spine) == (1, 1)


async def test_another_address_is_another_person(spine: Spine) -> None:
    first, second = await meet(spine), await meet(spine, "ana+x@example.com")
    assert first is not None
    assert second is not None
    assert first.id != second.id


async def test_32_first_sign_ins_of_one_new_address_at_once_create_exactly_one_user(each_spine: Spine) -> None:
    met = await asyncio.gather(*(meet(each_spine) for _ in range(32)))
    assert len({user.id for user in met if user is not None}) == 1
    assert None not in met
    assert await counts(each_spine) == (1, 1)
    created = [event for event in await each_spine.events() if event.kind is EventKind.USER_CREATED]
    assert len(created) == 1


async def test_many_people_can_come_for_the_first_time_at_once(each_spine: Spine) -> None:
    met = await asyncio.gather(*(meet(each_spine, f"person{number}@example.com") for number in range(24)))
    assert len({user.id for user in met if user is not None}) == 24
    assert await counts(each_spine) == (24, 24)


async def test_nobody_is_created_where_sign_up_is_closed_and_whoever_is_known_is_met(spine: Spine) -> None:
    assert await meet(spine, may_create=False) is None
    assert await counts(spine) == (0, 0)
    known = await meet(spine)
    assert await meet(spine, may_create=False) == known


async def test_an_address_that_was_never_proven_is_marked_as_proven_once(spine: Spine) -> None:
    await meet(spine)
    await spine.transact(lambda tx: tx.run(_FORGET_PROOF))
    spine.clock.move(timedelta(hours=1))
    user = await meet(spine)
    assert user is not None
    assert user.email_verified_at == spine.clock.at
    proven_at = spine.clock.at
    spine.clock.move(timedelta(hours=1))
    again = await meet(spine)
    assert again is not None
    assert again.email_verified_at == proven_at
    kinds = [event.kind for event in await spine.events()]
    assert kinds.count(EventKind.ADDRESS_VERIFIED) == 1


async def test_each_sign_in_moves_the_moment_of_the_last_one(spine: Spine) -> None:
    user = await meet(spine)
    assert user is not None
    spine.clock.move(timedelta(days=3))
    now = spine.clock.now()
    moved = await spine.transact(lambda tx: signed_in(tx, user, now))
    assert moved == replace(user, last_login_at=now)
    assert await spine.user(user.id) == moved


async def test_last_login_and_created_at_of_a_returning_user_differ(spine: Spine) -> None:
    first = await spine.sign_in("ana@example.com")
    spine.clock.move(timedelta(days=1))
    second = await spine.sign_in("ana@example.com")
    assert second.user.id == first.user.id
    assert second.user.last_login_at == spine.clock.at
    assert second.user.created_at == first.user.created_at < spine.clock.at


async def test_mail_goes_to_the_spelling_that_its_owner_proved(spine: Spine) -> None:
    await meet(spine)

    async def body(tx: Tx) -> str:
        return (await stored_address(tx, parse_address("ANA@example.com"))).address

    assert await spine.read(body) == "Ana@example.com"


async def test_mail_to_an_unknown_address_goes_to_what_was_typed(spine: Spine) -> None:
    typed = parse_address("New@example.com")
    assert await spine.read(lambda tx: stored_address(tx, typed)) == typed


async def test_an_unknown_user_is_not_found(spine: Spine) -> None:
    assert await spine.read(lambda tx: find_user(tx, new_id())) is None


async def test_an_application_that_takes_nobody_new_refuses_a_stranger_and_writes_it_down(spine: Spine) -> None:
    closed = await spine.register(replace(SHOP, name="Closed", magic_link=MagicLinkPolicy(may_sign_up=False)))
    state = await spine.ask("ana@example.com", closed)
    code = str((await spine.mail("ana@example.com"))["code"])
    outcome = await spine.house.codes.redeem(closed, state, code, ORIGIN)
    assert outcome == Refused(Refusal.SIGN_UP_CLOSED)
    assert await counts(spine) == (0, 0)
    assert EventKind.LOGIN_REFUSED in [event.kind for event in await spine.events()]


async def test_a_user_who_was_switched_off_is_refused_until_they_are_switched_on(spine: Spine) -> None:
    await spine.sign_in("ana@example.com")
    await spine.transact(lambda tx: tx.run(_SWITCH_OFF, is_active=False))
    state = await spine.ask("ana@example.com")
    code = str((await spine.mail("ana@example.com"))["code"])
    outcome = await spine.house.codes.redeem(spine.application, state, code, ORIGIN)
    assert outcome == Refused(Refusal.USER_INACTIVE)
    await spine.transact(lambda tx: tx.run(_SWITCH_OFF, is_active=True))
    assert isinstance(await spine.sign_in("ana@example.com"), HandedOut)


async def test_a_sign_in_that_saw_somebody_active_a_moment_ago_is_judged_anew(each_spine: Spine) -> None:
    """Or its session would outlive the end of all others, and come alive when they are taken back."""
    stale = await meet(each_spine)
    assert stale is not None
    await each_spine.transact(lambda tx: tx.run(_SWITCH_OFF, is_active=False))
    at, seen = each_spine.clock.now(), [stale]

    async def body(tx: Tx) -> bool:
        user = seen[-1]
        fresh = await find_user(tx, stale.id)
        assert fresh is not None
        seen.append(fresh)
        return user.is_active and bool(await signed_in(tx, user, at))

    assert await each_spine.transact(body) is False
    assert [user.is_active for user in seen] == [True, False, False]
