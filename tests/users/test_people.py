"""The full record of a user: made, changed, found out of place, and forgotten."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from gatepass.audit.model import EventKind
from gatepass.kit.db import Tx, query
from gatepass.kit.ids import new_id
from gatepass.kit.mail.addresses import parse_address
from gatepass.kit.problems import Problem
from gatepass.users.flows import (
    add_address,
    add_phone,
    admit,
    block,
    change,
    change_profile,
    hold,
    merge_metadata,
    purge_person,
)
from gatepass.users.model import NewCredential, NewIdentity, Person, PersonChange, Profile, User
from gatepass.users.queries import find_person, find_user
from support.spine import ORIGIN, PAUSE, Spine
from users.people import alter, found, kept, make, somebody

pytestmark = pytest.mark.anyio

_COUNTS = {
    name: query(int, sql)
    for name, sql in {
        "users": "SELECT count(*) FROM users",
        "emails": "SELECT count(*) FROM user_emails",
        "phones": "SELECT count(*) FROM user_phones",
        "identities": "SELECT count(*) FROM user_identities",
        "values": "SELECT count(*) FROM user_metadata_values",
        "credentials": "SELECT count(*) FROM imported_credentials",
    }.items()
}


async def counts(spine: Spine) -> dict[str, int]:
    async def body(tx: Tx) -> dict[str, int]:
        return {name: await tx.one(statement) or 0 for name, statement in _COUNTS.items()}

    return await spine.read(body)


async def refusal(spine: Spine, *emails: str, **values: object) -> tuple[int, str, str]:
    with pytest.raises(Problem) as problem:
        await make(spine, *emails, **values)
    return problem.value.status, problem.value.code, problem.value.title


async def full(spine: Spine) -> Person:
    return await make(
        spine,
        "Ana@example.com",
        "ana.work@example.com",
        phones=("+4930123456", "+14155550100"),
        identities=(NewIdentity("google", new_id(), "g-1", {"hd": "example.com"}),),
        credentials=(NewCredential("password", "bcrypt", b"sealed"),),
        first_name="Ana",
        last_name="López",
        external_id="crm-7",
        public_metadata={"plan": "pro", "seats": 3},
        private_metadata={"risk": {"score": 1}},
        locale="es",
        picture="https://cdn.example.com/ana.png",
        source="csv",
    )


async def test_a_whole_record_is_kept_as_it_was_given(each_spine: Spine) -> None:
    person = await full(each_spine)
    assert await kept(each_spine, person) == person
    assert [(one.address, one.is_primary, one.verified_at) for one in person.addresses] == [
        ("Ana@example.com", True, None),
        ("ana.work@example.com", False, None),
    ]
    assert (person.phone, [one.number for one in person.phones]) == ("+4930123456", ["+4930123456", "+14155550100"])
    assert (person.identities[0].provider, person.identities[0].profile) == ("google", {"hd": "example.com"})
    assert (person.name, person.external_id, person.source, person.locale) == ("Ana López", "crm-7", "csv", "es")
    assert person.created_at == person.modified_at == each_spine.clock.at
    assert person.may_sign_in
    events = [event for event in await each_spine.events() if event.user_id == person.id]
    assert [(event.kind, event.data) for event in events] == [(EventKind.USER_CREATED, {"source": "csv"})]


async def test_the_light_record_of_a_sign_in_is_the_same_person(each_spine: Spine) -> None:
    person = await full(each_spine)
    user = await each_spine.user(person.id)
    assert (user.email, user.name, user.public_metadata) == (person.email, person.name, person.public_metadata)
    outcome = await each_spine.sign_in("ana.work@example.com")
    assert outcome.user.id == person.id


async def test_somebody_who_has_no_address_is_a_user_too(each_spine: Spine) -> None:
    person = await make(each_spine, phones=("+4930123456",))
    user = await each_spine.read(lambda tx: find_user(tx, person.id))
    assert user is not None
    assert (user.email, person.email, person.phone) == ("", "", "+4930123456")


async def test_what_an_import_brings_keeps_its_id_and_its_moments(each_spine: Spine) -> None:
    before = each_spine.clock.now() - timedelta(days=900)
    person = await make(each_spine, "ana@example.com", id="0" * 23 + "7", created_at=before, last_login_at=before)
    assert (person.id, person.created_at, person.last_login_at) == ("0" * 23 + "7", before, before)
    assert (await refusal(each_spine, "b@example.com", id=person.id))[:2] == (409, "user_id_taken")


@pytest.mark.parametrize(
    ("code", "emails", "values"),
    [
        ("address_taken", ("ANA@example.com",), {}),
        ("address_taken", ("new@example.com", "ana.work@example.com"), {}),
        ("phone_taken", ("new@example.com",), {"phones": ("+14155550100",)}),
        ("external_id_taken", ("new@example.com",), {"external_id": "crm-7"}),
    ],
    ids=["primary", "second", "phone", "external_id"],
)
async def test_what_somebody_else_has_is_refused_and_nothing_is_added(
    each_spine: Spine, code: str, emails: tuple[str, ...], values: dict[str, Any]
) -> None:
    await full(each_spine)
    before = await counts(each_spine)
    assert (await refusal(each_spine, *emails, **values))[:2] == (409, code)
    new, at = somebody(*emails, **values), each_spine.clock.now()
    outcome = await each_spine.transact(lambda tx: admit(tx, new, at, ORIGIN))
    assert isinstance(outcome, Problem)
    assert await counts(each_spine) == before


async def test_an_identity_belongs_to_one_person(each_spine: Spine) -> None:
    same = (NewIdentity("google", "c" * 24, "g-1"),)
    await make(each_spine, "ana@example.com", identities=same)
    assert (await refusal(each_spine, "eva@example.com", identities=same))[1] == "identity_taken"


async def test_of_32_at_once_with_one_address_and_one_external_id_exactly_one_becomes_a_user(each_spine: Spine) -> None:
    at = each_spine.clock.now()

    async def attempt(number: int) -> object:
        new = somebody("ana@example.com" if number % 2 else f"p{number}@example.com", external_id="crm-7")
        return await each_spine.transact(lambda tx: admit(tx, new, at, ORIGIN))

    outcomes = await asyncio.gather(*map(attempt, range(32)))
    assert len([one for one in outcomes if isinstance(one, Person)]) == 1
    assert (await counts(each_spine))["users"] == 1
    assert (await counts(each_spine))["emails"] == 1


async def test_every_fault_of_a_record_is_named_in_one_answer(spine: Spine) -> None:
    status, code, sentence = await refusal(
        spine,
        *(f"a{number}@example.com" for number in range(21)),
        first_name="x" * 101,
        last_name="a\nb",
        locale="no language",
        picture="http://example.com/a.png",
        external_id="x" * 256,
        public_metadata={"a": {"b": {"c": {"d": {"e": {}}}}}},
        private_metadata={"a": "x" * 17_000},
        id="not an id",
    )
    assert (status, code) == (400, "invalid_user")
    for word in ("first name", "last name", "language", "picture", "external id", "public", "private", "most 20", "24"):
        assert word in sentence, word


async def test_nobody_is_a_user_without_anything_to_know_them_by(spine: Spine) -> None:
    assert (await refusal(spine, first_name="Ana"))[2].startswith("Give the user an e-mail address")


@pytest.mark.parametrize("depth", [5, 6])
async def test_metadata_may_be_five_levels_deep(spine: Spine, depth: int) -> None:
    nested: dict[str, object] = {"value": 1}
    for _ in range(depth - 1):
        nested = {"inner": nested}
    if depth > 5:
        assert "5 levels" in (await refusal(spine, "ana@example.com", public_metadata=nested))[2]
    else:
        assert (await make(spine, "ana@example.com", public_metadata=nested)).public_metadata == nested


async def test_a_change_writes_what_differs_and_says_so(each_spine: Spine) -> None:
    person = await full(each_spine)
    each_spine.clock.move(timedelta(minutes=1))
    wanted = PersonChange(first_name="Anna", external_id="", private_metadata={"a": 1}, last_name="López")
    after = await alter(each_spine, person, change, wanted)
    assert await kept(each_spine, person) == after
    assert (after.first_name, after.external_id, after.private_metadata) == ("Anna", None, {"a": 1})
    assert after.modified_at == each_spine.clock.at > person.modified_at
    told = [event.data for event in await each_spine.events() if event.kind is EventKind.USER_CHANGED]
    assert told == [{"changed": "first_name external_id private_metadata"}]


async def test_a_change_that_changes_nothing_leaves_no_trace(spine: Spine) -> None:
    person = await full(spine)
    spine.clock.move(timedelta(minutes=1))
    told = len(await spine.events())
    assert await alter(spine, person, change, PersonChange(first_name="Ana", external_id="crm-7")) == person
    assert len(await spine.events()) == told


async def test_an_external_id_that_another_user_has_is_refused_in_a_change(each_spine: Spine) -> None:
    await full(each_spine)
    eva = await make(each_spine, "eva@example.com")
    with pytest.raises(Problem, match="external_id_taken"):
        await alter(each_spine, eva, change, PersonChange(external_id="crm-7"))


async def test_a_merge_patch_goes_deep_and_null_takes_away(each_spine: Spine) -> None:
    person = await full(each_spine)
    patch = {"plan": None, "team": {"size": 2, "lead": None}, "seats": [1]}
    after = await alter(each_spine, person, merge_metadata, public=patch, private={"risk": {"score": None, "by": "x"}})
    assert after.public_metadata == {"seats": [1], "team": {"size": 2}}
    assert after.private_metadata == {"risk": {"by": "x"}}
    assert await kept(each_spine, person) == after


async def test_a_patch_that_nests_without_end_is_refused(spine: Spine) -> None:
    person = await full(spine)
    bomb: dict[str, object] = {}
    for _ in range(900):
        bomb = {"x": bomb}
    with pytest.raises(Problem, match="5 levels"):
        await alter(spine, person, merge_metadata, public=bomb)


async def test_names_are_found_whoever_wrote_them(each_spine: Spine) -> None:
    signed_up = (await each_spine.sign_in("ana@example.com")).user
    at = each_spine.clock.now()
    profile = Profile("ÅSA", "\uff37ide  NAME", "sv")
    await each_spine.transact(lambda tx: change_profile(tx, signed_up, profile, at, ORIGIN))
    assert await found(each_spine, name="åsa wide") == [signed_up.id]
    assert await found(each_spine, name="wide n") == [signed_up.id]
    await alter(each_spine, await person_of(each_spine, signed_up.id), change, PersonChange(last_name="Other"))
    assert await found(each_spine, name="wide") == []


@pytest.mark.parametrize("goes_back", [timedelta(), timedelta(hours=1)], ids=["stands-still", "goes-back"])
async def test_a_version_never_comes_again_though_the_clock_does(each_spine: Spine, goes_back: timedelta) -> None:
    ana = await person_of(each_spine, (await each_spine.sign_in("ana@example.com")).user.id)
    seen = [ana.modified_at]
    for verb, *given in (
        (change, PersonChange(last_name="Other")),
        (block, "Why not."),
        (add_phone, "+4930123456"),
        (add_address, parse_address("ana.work@example.com")),
    ):
        each_spine.clock.move(-goes_back)
        returned = await alter(each_spine, ana, verb, *given)
        seen.append((await person_of(each_spine, ana.id)).modified_at)
        assert returned.modified_at == seen[-1]
    assert seen == sorted(set(seen))


async def test_a_profile_is_not_lost_to_a_manager_who_writes_the_whole_record(each_spine: Spine) -> None:
    user = (await each_spine.sign_in("ana@example.com")).user
    at, profile = each_spine.clock.now(), Profile("Ana", "Wide", "")
    writing: list[asyncio.Task[User]] = []

    async def manage(tx: Tx) -> None:
        held = await hold(tx, user.id)
        own = each_spine.transact(lambda tx: change_profile(tx, user, profile, at, ORIGIN))
        writing[:] = writing or [asyncio.create_task(own)]
        await tx.one(PAUSE)
        await change(tx, held, PersonChange(external_id="x-1"), at, ORIGIN)

    await each_spine.transact(manage)
    written = await writing[0]
    ana = await person_of(each_spine, user.id)
    assert (ana.first_name, ana.last_name, ana.external_id) == ("Ana", "Wide", "x-1")
    assert written.modified_at == ana.modified_at


async def person_of(spine: Spine, user_id: str) -> Person:
    person = await spine.read(lambda tx: find_person(tx, user_id))
    assert person is not None
    return person


async def test_whoever_is_purged_leaves_nothing_and_their_address_is_free(each_spine: Spine) -> None:
    person = await full(each_spine)
    await each_spine.transact(lambda tx: purge_person(tx, person.id))
    assert set((await counts(each_spine)).values()) == {0}
    assert (await full(each_spine)).id != person.id


async def test_nobody_holds_a_user_who_is_not_there(spine: Spine) -> None:
    with pytest.raises(Problem, match="unknown_user"):
        await spine.transact(lambda tx: hold(tx, new_id()))


async def test_of_two_changes_at_once_none_is_lost(each_spine: Spine) -> None:
    person = await full(each_spine)
    await asyncio.gather(
        *(alter(each_spine, person, merge_metadata, public={f"key{number}": number}) for number in range(12))
    )
    held = (await kept(each_spine, person)).public_metadata
    assert {f"key{number}" for number in range(12)} <= held.keys()
