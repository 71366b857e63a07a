"""How people come in by a file, in batches that are each done wholly or not at all, and how they leave."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Final

from gatepass.access.flows import add_roles
from gatepass.access.queries import list_roles
from gatepass.audit.flows import record
from gatepass.audit.model import Actor, ActorKind, EventKind, Origin
from gatepass.kit.clock import Clock
from gatepass.kit.db import Database, StorageUnavailable, Tx
from gatepass.kit.ids import new_id
from gatepass.kit.lookups.paging import MOST_LIMIT, PageRequest
from gatepass.kit.lookups.reach import EVERYWHERE
from gatepass.kit.problems import Problem
from gatepass.kit.secrets import KeyRing
from gatepass.organizations.flows import Newcomer, add_newcomers
from gatepass.organizations.model import OrganizationFilter
from gatepass.organizations.queries import list_organizations
from gatepass.transfer import rules, store
from gatepass.transfer.model import Format, Row, Run, Traveller
from gatepass.transfer.readers.opening import SourceFile, open_rows
from gatepass.users.flows import place_all
from gatepass.users.model import NewPerson

# Whoever brings people in opens their file first, so the door shows that too.
__all__ = ["BATCH", "Imports", "SourceFile", "open_rows"]

BATCH: Final = 500
"""How many rows are dealt with in one transaction."""
_ORIGIN: Final = Origin(actor=Actor(ActorKind.SYSTEM, "import", "import"))
_MOST_KNOWN: Final = 10_000

Report = Callable[[Row, str], None]
"""Is told of a row, and why it was refused or what of it was left out."""
Progress = Callable[[int], None]
"""Is told after how many rows the file has been dealt with."""


class NotDone(Exception):
    """Raised to take a batch of a rehearsal back."""


@dataclass(slots=True)
class _Places:
    """The roles and organizations that rows name, looked up once."""

    roles: dict[str, str]
    organizations: dict[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Judged:
    """A row and the user whom it becomes, or the sentence that says why it becomes none."""

    row: Row
    newcomer: NewPerson | None
    fault: str = ""


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What became of one row: a sentence where it was refused, sentences where something was left out."""

    row: Row
    refusal: str = ""
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class _Settling:
    """Somebody who was made and is to be given roles and organizations, and what is left out of that."""

    user_id: str
    newcomer: NewPerson
    person: Traveller
    notes: list[str]


@dataclass(frozen=True, slots=True)
class Imports:
    """Brings people in.

    Args:
        database: where they go.
        clock: the time.
        keys: seal the secrets that come along.
        allow_test_domains: whether addresses of reserved domains will do, as they must on a laptop.
    """

    database: Database
    clock: Clock
    keys: KeyRing
    allow_test_domains: bool = False

    async def find_run(self, run_id: str) -> Run | None:
        """Return how far the import of a file has come; None where it never began."""
        return await self.database.read(lambda tx: store.find(tx, run_id))

    async def forget_run(self, run_id: str) -> None:
        """Have a file read from the beginning; who came in before is refused as known."""
        await self.database.transact(lambda tx: store.purge(tx, run_id))

    async def bring(self, rows: Iterator[Row], run_id: str, source: Format, report: Report, progress: Progress) -> Run:
        """Bring in the rows of a file that were not dealt with before, and return how the import stands then.

        Args:
            rows: those that follow the last one that was dealt with.
            run_id: the digest of the file.
            source: its format.
            report: is told of every row that was refused and of what was left out.
            progress: is told after each batch.

        Raises:
            Problem: another process imports the same file (`import_running`, 409).
            UnreadableFile: the file breaks off; what came before is in.
            StorageUnavailable: the database can't be reached; what came before is in.
        """
        at = self.clock.now()
        await self.database.transact(lambda tx: store.add(tx, run_id, source, at))
        run = await self.find_run(run_id) or Run(run_id, source, 0, 0, 0, None)
        places = _Places(await self._roles())
        while batch := list(islice(rows, BATCH)):
            outcomes = await self._take(batch, source, places, run, report)
            run = _after(run, batch, outcomes)
            progress(run.position)
        return await self._finish(run)

    async def rehearse(self, rows: Iterator[Row], source: Format, report: Report, progress: Progress) -> Run:
        """Do all that `bring` does but keep nothing; rows that only contradict earlier batches are not found."""
        run = Run("", source, 0, 0, 0, None)
        places = _Places(await self._roles())
        while batch := list(islice(rows, BATCH)):
            outcomes = await self._rehearse(batch, source, places)
            run = _after(run, batch, outcomes)
            _tell(outcomes, report)
            progress(run.position)
        return run

    async def _take(
        self, batch: list[Row], source: Format, places: _Places, run: Run, report: Report
    ) -> list[_Outcome]:
        at = self.clock.now()
        judged = [self._judge(row, source) for row in batch]

        async def body(tx: Tx) -> list[_Outcome]:
            outcomes = await self._place(tx, judged, places, at)
            if not await store.touch(tx, _after(run, batch, outcomes), run.position, at):
                sentence = "Another process imports the same file; let it finish, or stop it and run this again."
                raise Problem("import_running", 409, sentence)
            # Before the commit: killed after it, nobody would ever read of these rows. Twice does no harm.
            _tell(outcomes, report)
            return outcomes

        return await self.database.transact(body)

    async def _rehearse(self, batch: list[Row], source: Format, places: _Places) -> list[_Outcome]:
        at = self.clock.now()
        judged = [self._judge(row, source) for row in batch]
        outcomes: list[_Outcome] = []

        async def body(tx: Tx) -> None:
            outcomes[:] = await self._place(tx, judged, places, at)
            raise NotDone

        try:
            await self.database.transact(body)
        except NotDone:
            return outcomes
        raise StorageUnavailable("the rehearsal was committed")

    def _judge(self, row: Row, source: Format) -> _Judged:
        """Return the user whom a row becomes, or why it can't; outside the transaction, because secrets are sealed."""
        if row.traveller is None:
            return _Judged(row, None, row.fault)
        try:
            new = rules.newcomer(row.traveller, new_id(), source, self.keys, allow_test_domains=self.allow_test_domains)
        except Problem as problem:
            return _Judged(row, None, problem.title)
        return _Judged(row, new)

    async def _place(self, tx: Tx, judged: list[_Judged], places: _Places, at: datetime) -> list[_Outcome]:
        placed = iter(await place_all(tx, [one.newcomer for one in judged if one.newcomer is not None], at))
        outcomes: list[_Outcome] = []
        settling: list[_Settling] = []
        for one in judged:
            made = None if one.newcomer is None else next(placed)
            if made is None or isinstance(made, Problem):
                outcomes.append(_Outcome(one.row, one.fault if made is None else made.title))
                continue
            notes: list[str] = []
            outcomes.append(_Outcome(one.row, notes=notes))
            if one.newcomer and one.row.traveller and (one.row.traveller.roles or one.row.traveller.organizations):
                settling.append(_Settling(made, one.newcomer, one.row.traveller, notes))
        for each in settling:
            await self._give_roles(tx, each, places, at)
        await self._let_join(tx, settling, places, at)
        return outcomes

    async def _give_roles(self, tx: Tx, one: _Settling, places: _Places, at: datetime) -> None:
        """Give a newcomer the roles that are known here, and note which are not."""
        known = [places.roles[name] for name in one.person.roles if name in places.roles]
        if known:
            try:
                await add_roles(tx, EVERYWHERE, one.user_id, known, at, _ORIGIN)
            except Problem as problem:
                one.notes.append(f"Imported without roles: {problem.title}")
        missing = [name for name in one.person.roles if name not in places.roles]
        if missing:
            one.notes.append(f"Imported without the roles {', '.join(missing)}: there are none of these names here.")

    async def _let_join(self, tx: Tx, settling: list[_Settling], places: _Places, at: datetime) -> None:
        """Let newcomers into the organizations that are known here, and note which are not or don't take them."""
        asked: list[tuple[_Settling, str]] = []
        wanted: list[Newcomer] = []
        for one in settling:
            for name in one.person.organizations:
                organization_id = await _organization(tx, name, places)
                if organization_id is None:
                    one.notes.append(f"Imported without the organization {name}: there is none of this name here.")
                    continue
                asked.append((one, name))
                wanted.append(Newcomer(organization_id, one.user_id, _address(one.newcomer)))
        for (one, name), problem in zip(asked, await add_newcomers(tx, wanted, "import", at, _ORIGIN), strict=True):
            if problem is not None:
                one.notes.append(f"Imported without the organization {name}: {problem.title}")

    async def _roles(self) -> dict[str, str]:
        async def body(tx: Tx) -> dict[str, str]:
            found: dict[str, str] = {}
            after: tuple[str, ...] = ()
            while True:
                page = await list_roles(tx, EVERYWHERE, PageRequest(MOST_LIMIT, after))
                found |= {name: role.id for role in page.items for name in (role.name, role.slug)}
                after = page.next_after
                if not after:
                    return found

        return await self.database.read(body)

    async def _finish(self, run: Run) -> Run:
        at = self.clock.now()
        finished = replace(run, finished_at=at)

        async def body(tx: Tx) -> None:
            await store.touch(tx, finished, run.position, at)
            data = {"format": run.source, "added": str(run.added), "refused": str(run.refused), "file": run.id}
            await record(tx, EventKind.USERS_IMPORTED, at=at, origin=_ORIGIN, data=data)

        await self.database.transact(body)
        return finished


def _tell(outcomes: Iterable[_Outcome], report: Report) -> None:
    for outcome in outcomes:
        for sentence in (outcome.refusal, *outcome.notes):
            if sentence:
                report(outcome.row, sentence)


async def _organization(tx: Tx, name: str, places: _Places) -> str | None:
    if name not in places.organizations:
        if len(places.organizations) >= _MOST_KNOWN:
            places.organizations.clear()
        page = await list_organizations(tx, EVERYWHERE, OrganizationFilter(search=name), PageRequest(10))
        found = next((one.id for one in page.items if one.name.casefold() == name.casefold()), None)
        places.organizations[name] = found
    return places.organizations[name]


def _address(new: NewPerson) -> str:
    return new.addresses[0].email.address if new.addresses else ""


def _after(run: Run, batch: list[Row], outcomes: Iterable[_Outcome]) -> Run:
    refused = sum(1 for outcome in outcomes if outcome.refusal)
    return replace(
        run, position=batch[-1].number, added=run.added + len(batch) - refused, refused=run.refused + refused
    )
