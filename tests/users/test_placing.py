"""Many people made at once: each unless something stands against it, whoever is made beside them."""

import asyncio
from functools import partial

import pytest

from gatepass.kit.db import Tx
from gatepass.kit.ids import new_id
from gatepass.kit.problems import Problem
from gatepass.users.flows import place_all
from gatepass.users.model import NewCredential, NewIdentity, NewPerson
from gatepass.users.queries import find_person, list_credentials
from support.spine import Spine
from users.people import found, make, somebody

pytestmark = pytest.mark.anyio


async def place(spine: Spine, *people: NewPerson) -> list[str]:
    """Make people and return the outcome of each: `made`, or the code of what stands against it."""
    at = spine.clock.now()
    outcomes = await spine.transact(lambda tx: place_all(tx, people, at))
    return [one.code if isinstance(one, Problem) else "made" for one in outcomes]


async def test_each_is_made_unless_a_user_has_what_they_bring(each_spine: Spine) -> None:
    taken = NewIdentity("google", "google", "g-1")
    known = await make(
        each_spine, "ann@example.com", phones=("+4930123456",), external_id="crm-1", identities=(taken,), id=new_id()
    )
    assert await place(
        each_spine,
        somebody("bob@example.com", "ANN@example.com"),
        somebody("bob@example.com", phones=("+4930123456",)),
        somebody("bob@example.com", external_id="crm-1"),
        somebody("bob@example.com", identities=(taken,)),
        somebody("bob@example.com", id=known.id),
        somebody("bob@example.com", identities=(NewIdentity("github", "github", "g-1"),)),
    ) == ["address_taken", "phone_taken", "external_id_taken", "identity_taken", "user_id_taken", "made"]


async def test_of_two_who_bring_the_same_the_first_is_made(each_spine: Spine) -> None:
    assert await place(
        each_spine,
        somebody("ann@example.com", external_id="1"),
        somebody("bob@example.com", external_id="1"),
        somebody("cat@example.com", external_id="2"),
        # Whoever was refused has taken nothing.
        somebody("bob@example.com", external_id="3"),
        somebody("ann@example.com", external_id="4"),
    ) == ["made", "external_id_taken", "made", "made", "address_taken"]


async def test_what_somebody_brings_twice_or_can_not_be_kept_is_refused_alone(each_spine: Spine) -> None:
    twice = NewIdentity("google", "google", "g-1")
    assert await place(
        each_spine,
        somebody("ann@example.com", identities=(twice, twice)),
        somebody("bob@example.com", public_metadata={"plan": "a\0b"}),
        somebody("cat@example.com", identities=(NewIdentity("google", "google", "a\0b"),)),
        somebody(),
        somebody("dan@example.com"),
    ) == ["identity_taken", "invalid_user", "invalid_user", "invalid_user", "made"]


async def test_all_that_people_bring_is_kept(each_spine: Spine) -> None:
    people = [
        somebody(
            f"p{number}@example.com",
            f"second{number}@example.com",
            id=new_id(),
            phones=(f"+49301234{number:03d}",),
            identities=(NewIdentity("google", "google", f"g-{number}", {"hd": "example.com"}),),
            credentials=(NewCredential("password", "bcrypt", b"sealed"),),
            last_name=f"Family{number}",
            private_metadata={"seat": number},
        )
        for number in range(40)
    ]
    assert await place(each_spine, *people) == ["made"] * 40
    seven = people[7]
    person = await each_spine.read(lambda tx: find_person(tx, seven.id))
    assert person is not None
    assert (person.email, person.phone, person.last_name) == ("p7@example.com", "+49301234007", "Family7")
    assert [one.is_primary for one in person.addresses] == [True, False]
    assert [one.subject for one in person.identities] == ["g-7"]
    assert await found(each_spine, metadata=("seat", "7")) == [seven.id]
    secrets = await each_spine.read(lambda tx: list_credentials(tx, [one.id for one in people]))
    assert len(secrets) == 40


async def test_batches_at_once_that_bring_the_same_make_each_person_once(each_spine: Spine) -> None:
    people = [somebody(f"p{number}@example.com") for number in range(30)]
    at = each_spine.clock.now()

    async def body(tx: Tx, batch: list[NewPerson]) -> list[str | Problem]:
        return await place_all(tx, batch, at)

    batches = [people, people[::-1], people[10:]]
    outcomes = await asyncio.gather(*(each_spine.transact(partial(body, batch=batch)) for batch in batches))
    made = [one for batch in outcomes for one in batch if isinstance(one, str)]
    refused = {one.code for batch in outcomes for one in batch if isinstance(one, Problem)}
    assert len(made) == 30
    assert refused == {"address_taken"}
