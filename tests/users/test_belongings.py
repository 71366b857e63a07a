"""Addresses, phone numbers and identities of a user, and where the user stands."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from gatepass.audit.model import EventKind
from gatepass.kit.ids import new_id
from gatepass.kit.mail.addresses import AddressKey, parse_address
from gatepass.kit.phones.numbers import parse_phone
from gatepass.kit.problems import Problem
from gatepass.login.model import Refusal, Refused
from gatepass.users.flows import (
    activate,
    add_address,
    add_phone,
    block,
    deactivate,
    delete,
    make_address_primary,
    make_phone_primary,
    remove_address,
    remove_phone,
    replace_address,
    restore,
    unblock,
    unlink,
    vouch,
    vouch_phone,
)
from gatepass.users.model import NewIdentity, Person, UserState
from support.spine import ORIGIN, Spine
from users.people import alter, kept, make

pytestmark = pytest.mark.anyio

SECOND, THIRD = parse_address("Second@example.com"), parse_address("third@example.com")


async def told(spine: Spine, kind: EventKind) -> int:
    """Return how often something happened; what happens within a millisecond has no order."""
    return [event.kind for event in await spine.events()].count(kind)


async def code_of(attempt: Awaitable[object]) -> tuple[int, str]:
    with pytest.raises(Problem) as problem:
        await attempt
    return problem.value.status, problem.value.code


async def test_a_user_has_several_addresses_and_one_that_stands_for_them(each_spine: Spine) -> None:
    person = await make(each_spine, "ana@example.com")
    each_spine.clock.move(timedelta(minutes=1))
    after = await alter(each_spine, person, add_address, SECOND, is_verified=True)
    assert [(one.address, one.is_primary) for one in after.addresses] == [
        ("ana@example.com", True),
        ("Second@example.com", False),
    ]
    assert after.addresses[1].verified_at == after.modified_at == each_spine.clock.at
    assert await told(each_spine, EventKind.ADDRESS_ADDED) == 1
    after = await alter(each_spine, person, make_address_primary, SECOND.key)
    assert (after.email, after.addresses[0].is_primary, after.addresses[1].is_primary) == (SECOND.address, True, False)
    after = await alter(each_spine, person, remove_address, AddressKey("ana@example.com"))
    assert [one.address for one in after.addresses] == [SECOND.address]
    assert await kept(each_spine, person) == after
    assert (await make(each_spine, "ana@example.com")).id != person.id


async def test_an_address_that_somebody_has_is_given_to_nobody_else(each_spine: Spine) -> None:
    ana, eva = await make(each_spine, "ana@example.com"), await make(each_spine, "eva@example.com")
    for key in ("EVA@example.com", "ana@example.com"):
        taken = alter(each_spine, ana, add_address, parse_address(key))
        assert await code_of(taken) == (409, "address_taken")
    assert await code_of(alter(each_spine, ana, replace_address, parse_address("eva@example.com"))) == (
        409,
        "address_taken",
    )
    assert (await kept(each_spine, ana)).email == "ana@example.com"
    assert await kept(each_spine, eva) == eva


async def test_the_address_that_stands_for_somebody_stays(spine: Spine) -> None:
    ana = await make(spine, "ana@example.com")
    assert await code_of(alter(spine, ana, remove_address, ana.addresses[0].key)) == (409, "primary_address")
    for verb in (remove_address, make_address_primary, vouch):
        assert await code_of(alter(spine, ana, verb, SECOND.key)) == (404, "unknown_address")


async def test_another_address_in_the_place_of_the_first_is_unproven_and_frees_it(each_spine: Spine) -> None:
    ana = await make(each_spine, "ana@example.com")
    await alter(each_spine, ana, vouch, ana.addresses[0].key)
    after = await alter(each_spine, ana, replace_address, SECOND)
    assert [(one.address, one.verified_at) for one in after.addresses] == [(SECOND.address, None)]
    assert (await make(each_spine, "ana@example.com")).email == "ana@example.com"
    assert await told(each_spine, EventKind.ADDRESS_REMOVED) == await told(each_spine, EventKind.ADDRESS_ADDED) == 1


async def test_an_address_that_somebody_has_already_becomes_the_first(spine: Spine) -> None:
    ana = await make(spine, "ana@example.com", "second@example.com")
    after = await alter(spine, ana, replace_address, SECOND)
    assert [one.address for one in after.addresses] == ["second@example.com", "ana@example.com"]


async def test_an_operator_vouches_for_an_address_and_takes_it_back(each_spine: Spine) -> None:
    ana = await make(each_spine, "ana@example.com")
    key = ana.addresses[0].key
    after = await alter(each_spine, ana, vouch, key)
    assert after.email_verified_at == each_spine.clock.at
    assert await alter(each_spine, ana, vouch, key) == after
    assert await told(each_spine, EventKind.ADDRESS_VERIFIED) == 1
    assert (await alter(each_spine, ana, vouch, key, is_verified=False)).email_verified_at is None


async def test_nobody_has_more_than_twenty_addresses_or_numbers(spine: Spine) -> None:
    ana = await make(spine, *(f"a{number}@example.com" for number in range(20)))
    assert await code_of(alter(spine, ana, add_address, SECOND)) == (400, "invalid_user")
    eva = await make(spine, "eva@example.com", phones=tuple(f"+141555501{number:02}" for number in range(20)))
    assert await code_of(alter(spine, eva, add_phone, "+4930123456")) == (400, "invalid_user")


async def test_phone_numbers_come_stand_for_somebody_and_go(each_spine: Spine) -> None:
    ana, eva = await make(each_spine, "ana@example.com"), await make(each_spine, "eva@example.com")
    first, second = parse_phone("+49 30 / 12 34-56"), parse_phone("+1 (415) 555-0100")
    assert (first, second) == ("+4930123456", "+14155550100")
    await alter(each_spine, ana, add_phone, first)
    after = await alter(each_spine, ana, add_phone, second, is_verified=True)
    assert (after.phone, [one.verified_at for one in after.phones]) == (first, [None, each_spine.clock.at])
    assert await code_of(alter(each_spine, eva, add_phone, first)) == (409, "phone_taken")
    assert await code_of(alter(each_spine, ana, add_phone, first)) == (409, "phone_taken")
    assert await code_of(alter(each_spine, ana, remove_phone, first)) == (409, "primary_phone")
    assert (await alter(each_spine, ana, make_phone_primary, second)).phone == second
    assert (await alter(each_spine, ana, vouch_phone, first)).phones[1].verified_at == each_spine.clock.at
    await alter(each_spine, ana, remove_phone, first)
    after = await alter(each_spine, ana, remove_phone, second)
    assert (after.phones, (await kept(each_spine, ana)).phones) == ((), ())
    assert await code_of(alter(each_spine, ana, remove_phone, second)) == (404, "unknown_phone")


@pytest.mark.parametrize("text", ["", "030 123456", "+", "+49", "+49 30 123456 ext. 7", "+999 1", "call me", "+1" * 30])
def test_what_is_no_number_in_full_is_refused(text: str) -> None:
    with pytest.raises(Problem, match="invalid_phone"):
        parse_phone(text)


async def test_an_identity_is_unlinked_by_its_id(each_spine: Spine) -> None:
    links = tuple(NewIdentity("google", new_id(), f"g-{number}") for number in range(2))
    ana = await make(each_spine, "ana@example.com", identities=links)
    eva = await make(each_spine, "eva@example.com")
    assert await code_of(alter(each_spine, eva, unlink, ana.identities[0].id)) == (404, "unknown_identity")
    after = await alter(each_spine, ana, unlink, ana.identities[0].id)
    assert after == await kept(each_spine, ana)
    assert [one.subject for one in after.identities] == [ana.identities[1].subject]
    assert await told(each_spine, EventKind.IDENTITY_REMOVED) == 1


Verb = Callable[..., Awaitable[Person]]


@pytest.mark.parametrize(
    ("away", "given", "state", "back", "kinds"),
    [
        (deactivate, (), UserState.INACTIVE, activate, (EventKind.USER_DEACTIVATED, EventKind.USER_ACTIVATED)),
        (block, ("fraud",), UserState.BLOCKED, unblock, (EventKind.USER_BLOCKED, EventKind.USER_UNBLOCKED)),
        (delete, (), UserState.DELETED, restore, (EventKind.USER_DELETED, EventKind.USER_RESTORED)),
    ],
    ids=["deactivate", "block", "delete"],
)
async def test_whoever_was_sent_away_may_not_sign_in_until_they_are_taken_back(
    each_spine: Spine, away: Verb, given: tuple[str, ...], state: UserState, back: Verb, kinds: tuple[EventKind, ...]
) -> None:
    ana = await make(each_spine, "ana@example.com", first_name="Ana")
    after = await alter(each_spine, ana, away, *given)
    assert (after.state, after.may_sign_in) == (state, False)
    await alter(each_spine, ana, away, *given)
    assert await told(each_spine, kinds[0]) == 1
    assert not (await each_spine.user(ana.id)).is_active
    attempt = await each_spine.ask("ana@example.com")
    code = str((await each_spine.mail("ana@example.com"))["code"])
    refused = await each_spine.house.codes.redeem(each_spine.application, attempt, code, ORIGIN)
    assert refused == Refused(Refusal.USER_INACTIVE)
    assert await code_of(make(each_spine, "ANA@example.com")) == (409, "address_taken")
    after = await alter(each_spine, ana, back)
    assert (after.state, after.first_name, await told(each_spine, kinds[1])) == (UserState.ACTIVE, "Ana", 1)
    assert after == await kept(each_spine, ana)
    assert (await each_spine.sign_in("ana@example.com")).user.id == ana.id


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501, "a\x00b"])
async def test_a_block_needs_a_reason_that_can_be_read(spine: Spine, reason: str) -> None:
    ana = await make(spine, "ana@example.com")
    assert await code_of(alter(spine, ana, block, reason)) == (400, "invalid_user")


async def test_another_reason_for_a_block_is_written_down_and_its_beginning_stays(spine: Spine) -> None:
    ana = await make(spine, "ana@example.com")
    first = await alter(spine, ana, block, "fraud")
    spine.clock.move(timedelta(hours=1))
    second = await alter(spine, ana, block, "chargeback")
    assert (second.blocked_at, second.block_reason) == (first.blocked_at, "chargeback")
    reasons = {event.reason for event in await spine.events() if event.kind is EventKind.USER_BLOCKED}
    assert reasons == {"fraud", "chargeback"}
