"""Reading users: all of them, those whom a search means, one by id and one by address."""

from collections.abc import Sequence
from dataclasses import dataclass

from gatepass.access.model import Scope
from gatepass.access.queries import find_role, list_holders, roles_of, roles_of_many
from gatepass.api.shapes.pages import LIST_ERRORS
from gatepass.api.users.desk import MISSING, UserDesk, get_person, missing, row
from gatepass.api.users.shapes.answers import UserFull, UserShort, full_answer, short_answer
from gatepass.api.users.shapes.bodies import UsersQuery
from gatepass.gate.management.lists import listed
from gatepass.gate.management.versions import versioned
from gatepass.gate.model import Call, Endpoint, Reply
from gatepass.kit.db import Tx
from gatepass.kit.lookups.paging import Page, PageRequest
from gatepass.kit.lookups.reach import Everywhere, Within
from gatepass.kit.mail.addresses import parse_address
from gatepass.kit.problems import Problem
from gatepass.organizations.queries import get_organization, list_member_ids
from gatepass.users.model import Person, PersonFilter
from gatepass.users.queries import find_person_by_address, search, search_parts, select

PATH = "/api/v1/users"


@dataclass(frozen=True, slots=True)
class UserListing:
    """Parses, calls and renders."""

    desk: UserDesk

    def endpoints(self) -> list[Endpoint]:
        """Return these rows of the endpoint table."""
        return [
            row("users", "GET", (PATH,), self.list_all,
                "List users, or those whom a search means; pages follow by Link. A role_id means who holds the role in "
                "the organization_id, or, where none is sent, who holds it everywhere.", Scope.USERS_READ,
                query=UsersQuery, answer=list[UserFull], may_be_missing=True,
                errors=(*LIST_ERRORS, "unknown_organization", "unknown_role")),
            row("user", "GET", (f"{PATH}/{{user_id}}",), self.show,
                "Read a user by id, or by e-mail address.", Scope.USERS_READ, answer=UserFull, errors=MISSING),
            row("user_by_email", "GET", (f"{PATH}/{{user_email}}/email",), self.show_short,
                "Read a user in short, by one of their e-mail addresses.", Scope.USERS_READ, answer=UserShort,
                errors=MISSING),
        ]  # fmt: skip

    async def list_all(self, call: Call[UsersQuery, None]) -> Reply:
        """Answer with a page of users."""
        everywhere, query = call.principal.everywhere(), call.query
        wanted = query.wanted(allow_test_domains=self.desk.allow_test_domains)
        is_led = bool(query.organization_id or query.role_id)
        request = query.page(1 if is_led else search_parts(wanted))

        async def body(tx: Tx) -> Page[UserFull]:
            if is_led:
                found = await _led(tx, call, wanted, request)
            else:
                found = await search(tx, everywhere, wanted, request)
            held = await roles_of_many(tx, [person.id for person in found.items])
            return found.map(lambda person: full_answer(person, held[person.id]))

        return listed(call, await self.desk.database.read(body), path=PATH)

    async def show(self, call: Call[None, None]) -> Reply:
        """Answer with one user and their version; an address in place of the id is documented too."""
        call.principal.everywhere()
        named = call.path["user_id"]

        async def body(tx: Tx) -> tuple[Person, UserFull]:
            person = await (self._by_address(tx, named) if "@" in named else get_person(tx, named))
            return person, full_answer(person, await roles_of(tx, person.id))

        person, answer = await self.desk.database.read(body)
        return versioned(person, answer)

    async def show_short(self, call: Call[None, None]) -> Reply:
        """Answer with one user in short."""
        call.principal.everywhere()
        person = await self.desk.database.read(lambda tx: self._by_address(tx, call.path["user_email"]))
        return versioned(person, short_answer(person))

    async def _by_address(self, tx: Tx, unverified_address: str) -> Person:
        try:
            address = parse_address(unverified_address, allow_test_domains=self.desk.allow_test_domains)
        except Problem:
            # What is no address is nobody's.
            raise missing() from None
        person = await find_person_by_address(tx, address.key)
        if person is None or person.deleted_at is not None:
            raise missing()
        return person


async def _led(tx: Tx, call: Call[UsersQuery, None], wanted: PersonFilter, request: PageRequest) -> Page[Person]:
    """Return those of the members of an organization, or of the holders of a role, whom a filter means."""
    query = call.query
    reach: Everywhere | Within = call.principal.everywhere()
    ids: Sequence[str]
    if query.organization_id:
        reach = call.principal.within(query.organization_id)
        await get_organization(tx, reach, query.organization_id)
    if query.role_id:
        if await find_role(tx, reach, query.role_id) is None:
            raise Problem("unknown_role", 404, "There is no such role; list the roles for their ids.", number=1005)
        holders = await list_holders(tx, reach, query.role_id, request)
        ids, next_after = holders.items, holders.next_after
    else:
        members = await list_member_ids(tx, call.principal.within(query.organization_id), request)
        ids, next_after = [member.user_id for member in members.items], members.next_after
    return Page(await select(tx, ids, wanted), next_after)
