"""Reading everybody who is to leave, a page at a time."""

from collections.abc import AsyncIterator

from gatepass.access.queries import roles_of_many
from gatepass.kit.db import Body, Database, Tx
from gatepass.kit.lookups.paging import PageRequest
from gatepass.kit.lookups.reach import EVERYWHERE
from gatepass.kit.secrets import KeyRing
from gatepass.organizations.queries import names_of_users
from gatepass.transfer import rules
from gatepass.transfer.model import Traveller
from gatepass.transfer.writers.files import open_people
from gatepass.users.model import PersonFilter
from gatepass.users.queries import list_credentials, search

# Whoever reads everybody writes them to a file, so the door shows that too.
__all__ = ["everybody", "open_people"]

_PAGE = 200


async def everybody(database: Database, keys: KeyRing, *, with_secrets: bool) -> AsyncIterator[Traveller]:
    """Yield every user who is not deleted, the oldest first; whoever comes in meanwhile may be among them.

    Args:
        database: where they are.
        keys: open the secrets that came with them.
        with_secrets: whether those leave too.
    """
    after: tuple[str, ...] = ()
    while True:
        people, after = await database.read(_page(after, keys, with_secrets=with_secrets))
        for person in people:
            yield person
        if not after:
            return


def _page(
    after: tuple[str, ...], keys: KeyRing, *, with_secrets: bool
) -> Body[tuple[list[Traveller], tuple[str, ...]]]:
    async def body(tx: Tx) -> tuple[list[Traveller], tuple[str, ...]]:
        page = await search(tx, EVERYWHERE, PersonFilter(), PageRequest(_PAGE, after))
        ids = [person.id for person in page.items]
        held = await roles_of_many(tx, ids)
        secrets = await list_credentials(tx, ids) if with_secrets else []
        organizations = await names_of_users(tx, ids)
        people = []
        for person in page.items:
            roles = [one.role.slug for one in held.get(person.id, ())]
            opened = [rules.opened(one, keys) for one in secrets if one.user_id == person.id]
            people.append(rules.traveller(person, roles, organizations.get(person.id, ()), opened))
        return people, page.next_after

    return body
