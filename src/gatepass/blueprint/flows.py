"""How a file is compared with the server and brought about: all of it, or nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gatepass.access.flows import seed
from gatepass.audit.flows import record
from gatepass.audit.model import EventKind
from gatepass.blueprint.model import Blueprint, Change, Difference, Faulty, Kind, Noun, Plan, Sheet, Shown, Verb
from gatepass.blueprint.nouns import APPLIED
from gatepass.blueprint.nouns.applications import Applications, read_references
from gatepass.blueprint.nouns.organizations import Organizations
from gatepass.blueprint.nouns.permissions import Permissions
from gatepass.blueprint.nouns.roles import Roles
from gatepass.blueprint.nouns.templates import Templates
from gatepass.blueprint.reading import read_blueprint, write_blueprint
from gatepass.kit.clock import Clock
from gatepass.kit.db import Database, Tx
from gatepass.kit.problems import Problem
from gatepass.kit.secrets import Secret

# Whoever compares a file reads it first, so the door shows that too.
__all__ = ["Applied", "Blueprints", "read_blueprint"]


@dataclass(frozen=True, slots=True)
class Applied:
    """What was brought about, and the secrets that came into being, shown this once."""

    plan: Plan
    shown: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class Blueprints:
    """Compares files with the server and brings them about.

    Args:
        database: where everything stands.
        clock: the time.
    """

    database: Database
    clock: Clock

    async def plan(self, blueprint: Blueprint, *, is_pruning: bool = False) -> Plan:
        """Return what a file would change: it is done, so that every slice judges it, and taken back.

        Args:
            blueprint: what it says.
            is_pruning: whether things go that it does not name, of the nouns that it does.

        Raises:
            Faulty: something that it says can't be, or a slice refuses it; all faults are named.
        """
        secrets = read_references(blueprint)

        async def body(tx: Tx) -> None:
            applied = await self._do(tx, blueprint, secrets, is_pruning=is_pruning)
            raise _Rehearsed(applied.plan)

        try:
            await self.database.transact(body)
        except _Rehearsed as rehearsed:
            return rehearsed.plan
        raise AssertionError("a rehearsal always ends by being taken back")

    async def apply(self, blueprint: Blueprint, *, is_pruning: bool = False) -> Applied:
        """Bring about what a file says, in one transaction, and return what that was.

        Raises:
            Faulty: something that it says can't be, or a slice refuses it; nothing was changed.
        """
        secrets = read_references(blueprint)
        return await self.database.transact(lambda tx: self._do(tx, blueprint, secrets, is_pruning=is_pruning))

    async def _do(
        self, tx: Tx, blueprint: Blueprint, secrets: Mapping[str, Secret | Faulty], *, is_pruning: bool
    ) -> Applied:
        kinds = self._kinds(secrets)
        # A server that never started has not even the roles that every server has.
        await seed(tx, self.clock.now())
        plan = await _plan(tx, kinds, blueprint, is_pruning=is_pruning)
        shown: list[Shown] = []
        faults: list[str] = []
        for change in plan.changes:
            if change.verb is Verb.STRAY:
                continue
            try:
                shown += await kinds[change.noun].bring_about(tx, change)
            except Problem as problem:
                # The others are judged too, so that whoever wrote the file mends all of it at once.
                faults.append(_placed(change, problem.title))
        if faults:
            raise Faulty(faults)
        if plan.has_work:
            data = {"changes": str(sum(1 for one in plan.changes if one.verb is not Verb.STRAY))}
            at = self.clock.now()
            await record(tx, EventKind.CONFIGURATION_APPLIED, at=at, origin=APPLIED, data=data)
        return Applied(plan, tuple(shown))

    async def export(self) -> str:
        """Return the text of a file that says what the server is, without secrets.

        Raises:
            Faulty: two applications have one name.
        """

        async def body(tx: Tx) -> dict[Noun, Mapping[str, Sheet]]:
            return {noun: await kind.present(tx) for noun, kind in self._kinds({}).items()}

        return write_blueprint(await self.database.read(body))

    def _kinds(self, secrets: Mapping[str, Secret | Faulty]) -> dict[Noun, Kind]:
        """Return how each noun comes about, within one transaction."""
        permissions, applications = Permissions(self.clock), Applications(self.clock, secrets)
        kinds: tuple[Kind, ...] = (
            permissions,
            Roles(self.clock, permissions),
            applications,
            Organizations(self.clock),
            Templates(self.clock, applications),
        )
        return {kind.noun: kind for kind in kinds}


class _Rehearsed(Exception):
    """Raised to take back what was only tried."""

    def __init__(self, plan: Plan) -> None:
        super().__init__("rehearsed")
        self.plan = plan


def _placed(change: Change, sentence: str) -> str:
    where = f"{change.noun.value}.{change.key}"
    return sentence if sentence.startswith(where) else f"{where}: {sentence}"


async def _plan(tx: Tx, kinds: Mapping[Noun, Kind], blueprint: Blueprint, *, is_pruning: bool) -> Plan:
    forward: list[Change] = []
    backward: list[Change] = []
    faults: list[str] = []
    for noun, kind in kinds.items():
        if noun not in blueprint.sheets:
            continue
        present = await kind.present(tx)
        wanted = blueprint.sheets[noun]
        for key, sheet in wanted.items():
            try:
                change = await _judge(tx, kind, key, sheet or {}, present.get(key))
            except Faulty as fault:
                faults += fault.faults
                continue
            forward += [change] if change is not None else []
        verb = Verb.REMOVE if is_pruning else Verb.STRAY
        # What leans on others goes before them: roles before the permissions that they grant.
        named = {*wanted, *await kind.kept(tx)}
        backward = [*(Change(verb, noun, key) for key in present if key not in named), *backward]
    if faults:
        raise Faulty(faults)
    return Plan((*forward, *backward))


async def _judge(tx: Tx, kind: Kind, key: str, sheet: Sheet, present: Sheet | None) -> Change | None:
    whole, differences = kind.judged(key, sheet, present)
    found: Sequence[Difference] = differences
    if await kind.lacks_secret(tx, key, whole):
        found = (*found, Difference("secret", None, "the one that is named"))
    if present is None:
        return Change(Verb.ADD, kind.noun, key, tuple(found), whole)
    return Change(Verb.CHANGE, kind.noun, key, tuple(found), whole) if found else None
