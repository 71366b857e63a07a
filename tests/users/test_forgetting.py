"""Whoever is purged is nowhere any more: every column of every table is looked through, as the schema lists them."""

import asyncio
from collections.abc import Iterable
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from gatepass.access.flows import add_operator, assign, seed
from gatepass.access.model import Scope
from gatepass.access.queries import find_owner_role
from gatepass.app import forgetting
from gatepass.app.forgetting import DeletedUserPurge
from gatepass.audit.flows import AddressForgetting
from gatepass.audit.model import Actor, ActorKind, EventKind, Origin
from gatepass.audit.settings import AuditSettings
from gatepass.kit.db import Database, Tx, command, query
from gatepass.kit.ids import new_id
from gatepass.kit.lookups.reach import Within
from gatepass.kit.mail.addresses import parse_address
from gatepass.login.departures import shut_out
from gatepass.organizations.flows import add_member
from gatepass.organizations.flows import create as create_organization
from gatepass.organizations.model import MemberSource, NewOrganization
from gatepass.provider.consents.flows import allow
from gatepass.users.flows import add_address, add_phone, change, delete, purge_person, restore
from gatepass.users.model import NewCredential, NewIdentity, Person, PersonChange
from gatepass.users.queries import list_people
from gatepass.worker import _CHORES
from support.spine import ORIGIN, Spine
from support.visiting import browsing
from users.people import alter, kept, make

pytestmark = pytest.mark.anyio

TERM = timedelta(days=30)
EMAIL, SECOND, PHONE = "forgotten.person@example.com", "second.forgotten@example.com", "+4930123456789"
FIRST_NAME, LAST_NAME = "Melusine", "Quarkbeutel"
_TABLES = query(
    str,
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
    postgres="SELECT tablename FROM pg_tables WHERE schemaname = ANY (current_schemas(false)) ORDER BY tablename",
)
_COLUMNS = query(
    str,
    "SELECT name FROM pragma_table_info(:name)",
    postgres="SELECT column_name::text FROM information_schema.columns WHERE table_name = :name "
    "AND table_schema = ANY (current_schemas(false))",
)
_GUESS = command(
    "INSERT INTO login_guesses (address_key, window_began_at, failures, in_a_row) VALUES (:key, :at, 1, 1)"
)


async def tables_that_know(database: Database, needles: Iterable[str]) -> dict[str, list[str]]:
    """Return the tables of which a column holds one of some texts, with the columns."""
    wanted = [needle.casefold() for needle in needles]

    async def body(tx: Tx) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for table in await tx.all(_TABLES):
            for column in await tx.all(_COLUMNS, name=table):
                look = query(
                    str,
                    f'SELECT quote("{column}") FROM "{table}"',  # noqa: S608 - names of the schema
                    postgres=f'SELECT COALESCE("{column}"::text, \'\') FROM "{table}"',  # noqa: S608 - the same
                )
                values = [str(value).casefold() for value in await tx.all(look)]
                if any(needle in value for needle in wanted for value in values):
                    found.setdefault(table, []).append(column)
        return found

    return await database.read(body)


async def life(spine: Spine) -> Person:
    """Let somebody leave a trace wherever people do, and return them."""
    person = await make(
        spine, EMAIL, phones=(PHONE,), first_name=FIRST_NAME, last_name=LAST_NAME, external_id="ext-quarkbeutel",
        identities=(NewIdentity("google", new_id(), EMAIL, {"name": FIRST_NAME}),),
        credentials=(NewCredential("password", "bcrypt", b"sealed"),),
        public_metadata={"nick": FIRST_NAME}, private_metadata={"mail": EMAIL},
    )  # fmt: skip
    await alter(spine, person, add_address, parse_address(SECOND))
    await alter(spine, person, add_phone, "+14155550199")
    await alter(spine, person, change, PersonChange(first_name=FIRST_NAME.upper()))
    other = await make(spine, "other@example.com")
    async with browsing(spine) as browser:
        await browser.sign_in(EMAIL)
    await spine.sign_in(EMAIL)
    await spine.sign_in(SECOND)
    await spine.ask(EMAIL)
    at, themselves = spine.clock.now(), Origin("192.0.2.7", "Agent/1.0", Actor(ActorKind.USER, person.id, person.name))

    async def belong(tx: Tx) -> None:
        await seed(tx, at)
        role = await find_owner_role(tx)
        assert role is not None
        made = await create_organization(tx, NewOrganization("Acme", allows_outsiders=True), at, themselves)
        within = Within(made.organization.id)
        for user_id in (person.id, other.id):
            await add_member(tx, within, user_id, MemberSource.ADDED, at, themselves)
            await assign(tx, within, user_id, [role.id], at, themselves)
        await add_operator(tx, person.id, (Scope.USERS_READ,), at, ORIGIN)
        await allow(tx, person.id, spine.application.id, ("openid",), at, themselves)
        await tx.run(_GUESS, key=parse_address(SECOND).key, at=at)

    await spine.transact(belong)
    return await kept(spine, person)


def needles(person: Person) -> list[str]:
    return [person.id, EMAIL, SECOND, PHONE, FIRST_NAME, LAST_NAME, "ext-quarkbeutel"]


async def pass_time(spine: Spine, by: timedelta) -> None:
    """Let time pass, and do the chores and the purge that fall due."""
    spine.clock.move(by)
    now = spine.clock.now()
    # What somebody typed who never signed in belongs to no user, and goes by time alone.
    addresses = AddressForgetting(spine.database, AuditSettings().keep_address_days)
    for chore in _CHORES.values():
        while await spine.transact(lambda tx, chore=chore: chore(tx, now)):  # type: ignore[misc]
            pass
    for step in (DeletedUserPurge(spine.database, TERM), addresses):
        while await step(now):
            pass


async def test_nothing_but_anonymous_entries_remains_of_whoever_was_purged(each_spine: Spine) -> None:
    person = await life(each_spine)
    before = await tables_that_know(each_spine.database, needles(person))
    # Or finding nothing afterwards would prove nothing.
    assert before.keys() >= {
        "users", "user_emails", "user_phones", "user_identities", "user_metadata_values", "imported_credentials",
        "sessions", "refresh_families", "login_attempts", "login_guesses", "magic_links", "consents", "memberships",
        "role_assignments", "operators", "outbox", "audit_events",
    }  # fmt: skip
    events = len(await each_spine.events())
    await alter(each_spine, person, delete)
    await pass_time(each_spine, TERM + timedelta(minutes=1))
    assert await tables_that_know(each_spine.database, needles(person)) == {}
    left = await each_spine.events()
    assert len(left) >= events
    assert EventKind.USER_PURGED in {event.kind for event in left}
    assert {event.user_id for event in left if event.kind is EventKind.USER_DELETED} == {None}


async def test_nobody_is_purged_before_the_term_and_a_restored_user_never_is(each_spine: Spine) -> None:
    gone, back = await make(each_spine, "gone@example.com"), await make(each_spine, "back@example.com")
    await alter(each_spine, gone, delete)
    await alter(each_spine, back, delete)
    await pass_time(each_spine, TERM - timedelta(minutes=1))
    assert (await kept(each_spine, gone)).deleted_at is not None
    await alter(each_spine, back, restore)
    await pass_time(each_spine, timedelta(minutes=2))
    assert (await kept(each_spine, back)).may_sign_in
    assert await tables_that_know(each_spine.database, [gone.id, "gone@example.com"]) == {}
    assert (await make(each_spine, "gone@example.com")).id != gone.id


async def test_who_is_restored_while_the_purge_looks_stays(each_spine: Spine) -> None:
    people = [await make(each_spine, f"p{number}@example.com") for number in range(8)]
    for person in people:
        await alter(each_spine, person, delete)
    each_spine.clock.move(TERM + timedelta(minutes=1))
    now = each_spine.clock.now()
    purge = DeletedUserPurge(each_spine.database, TERM)

    async def walk() -> None:
        while await purge(now):
            pass

    outcomes = await asyncio.gather(
        walk(), *(alter(each_spine, person, restore) for person in people), return_exceptions=True
    )
    restored = [outcome for outcome in outcomes[1:] if isinstance(outcome, Person)]
    for person in restored:
        assert (await kept(each_spine, person)).may_sign_in
    assert outcomes[0] is None
    forgotten = [event for event in await each_spine.events() if event.kind is EventKind.USER_PURGED]
    assert len(forgotten) + len(restored) == 8


async def test_one_person_whose_purge_fails_holds_up_nobody_else(
    each_spine: Spine, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [await make(each_spine, f"p{number}@example.com") for number in range(4)]
    for person in people:
        await alter(each_spine, person, delete)
        each_spine.clock.move(timedelta(seconds=1))
    each_spine.clock.move(TERM)
    now, stubborn, real = each_spine.clock.now(), people[0], purge_person

    async def fail_for_one(tx: Tx, user_id: str) -> None:
        await real(tx, user_id)
        if user_id == stubborn.id:
            raise RuntimeError("a row that cannot go")

    monkeypatch.setattr(forgetting, "purge_person", fail_for_one)
    purge = DeletedUserPurge(each_spine.database, TERM)
    with capture_logs() as logs:
        assert [await purge(now) for _ in range(5)] == [1, 1, 1, 1, 0]
    assert [(entry["event"], entry["user_id"]) for entry in logs] == [("purge.failed", stubborn.id)]
    assert (await kept(each_spine, stubborn)).addresses, "what failed half way is rolled back"
    assert await each_spine.read(lambda tx: list_people(tx, [person.id for person in people[1:]])) == []
    monkeypatch.undo()
    assert [await purge(now) for _ in range(2)] == [1, 0], "the next walk tries again"
    assert await each_spine.read(lambda tx: list_people(tx, [stubborn.id])) == []


async def test_shutting_somebody_out_ends_sessions_and_what_they_had_begun(each_spine: Spine) -> None:
    person = await make(each_spine, EMAIL, SECOND)
    other = await make(each_spine, "other@example.com")
    await each_spine.sign_in(EMAIL)
    states = [await each_spine.ask(EMAIL), await each_spine.ask(SECOND)]
    others = await each_spine.ask(other.email)
    at = each_spine.clock.now()
    ended = await each_spine.transact(lambda tx: shut_out(tx, person.id, at, ORIGIN))
    assert ended == 1
    assert [(await each_spine.attempt(state)).ended_at for state in states] == [at, at]
    assert (await each_spine.attempt(others)).ended_at is None
