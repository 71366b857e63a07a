"""Making and changing people the way an operator does, for the tests of this folder."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from gatepass.kit.db import Tx
from gatepass.kit.lookups.paging import Page, PageRequest
from gatepass.kit.lookups.reach import EVERYWHERE
from gatepass.kit.mail.addresses import parse_address
from gatepass.users.flows import create, hold
from gatepass.users.model import NewAddress, NewPerson, NewPhone, Person, PersonFilter
from gatepass.users.queries import find_person, search
from support.spine import ORIGIN, Spine


def somebody(*emails: str, phones: tuple[str, ...] = (), **values: Any) -> NewPerson:
    """Return somebody with addresses that nobody proved yet."""
    addresses = tuple(NewAddress(parse_address(email)) for email in emails)
    return NewPerson(addresses=addresses, phones=tuple(map(NewPhone, phones)), **values)


async def make(spine: Spine, *emails: str, **values: Any) -> Person:
    """Make a user."""
    new, at = somebody(*emails, **values), spine.clock.now()
    return await spine.transact(lambda tx: create(tx, new, at, ORIGIN))


async def alter(spine: Spine, person: Person, verb: Callable[..., Awaitable[Person]], *given: Any, **named: Any) -> Any:
    """Hold a user, deleted or not, and do something to them."""
    at = spine.clock.now()

    async def body(tx: Tx) -> Person:
        held = await hold(tx, person.id, may_be_deleted=True)
        return await verb(tx, held, *given, at, ORIGIN, **named)

    return await spine.transact(body)


async def kept(spine: Spine, person: Person) -> Person:
    """Return a user as the database has them."""
    found = await spine.read(lambda tx: find_person(tx, person.id))
    assert found is not None
    return found


async def _page(wanted: PersonFilter, request: PageRequest, tx: Tx) -> Page[Person]:
    return await search(tx, EVERYWHERE, wanted, request)


async def found(spine: Spine, limit: int = 100, **wanted: Any) -> list[str]:
    """Return the ids of everybody whom a filter means, going from page to page."""
    ids: list[str] = []
    after: tuple[str, ...] = ()
    for _ in range(200):
        page = await spine.read(partial(_page, PersonFilter(**wanted), PageRequest(limit, after)))
        ids += [person.id for person in page.items]
        after = page.next_after
        if not after:
            return ids
    raise AssertionError("the search has no end")
