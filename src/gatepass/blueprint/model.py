"""What a file says, and what it would change."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from gatepass.kit.db import Tx

Sheet = Mapping[str, Any]
"""The values of one thing by their names, in the form in which a file has them."""


class Noun(StrEnum):
    """What a file may speak of, in the order in which it is brought about."""

    PERMISSIONS = "permissions"
    ROLES = "roles"
    APPLICATIONS = "applications"
    ORGANIZATIONS = "organizations"
    TEMPLATES = "templates"


class Verb(StrEnum):
    """What becomes of a thing."""

    ADD = "add"
    CHANGE = "change"
    REMOVE = "remove"
    STRAY = "stray"


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that would become another.

    Args:
        name: which one, its parts joined by dots.
        before: as it is; None where the thing is new.
        after: as it would be.
    """

    name: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Change:
    """What would become of one thing; `STRAY` is on the server but not in the file, and stays."""

    verb: Verb
    noun: Noun
    key: str
    differences: tuple[Difference, ...] = ()
    sheet: Sheet = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a file would change, in the order in which it would happen."""

    changes: tuple[Change, ...]

    @property
    def has_work(self) -> bool:
        """Tell whether anything would change."""
        return any(change.verb is not Verb.STRAY for change in self.changes)


@dataclass(frozen=True, slots=True)
class Blueprint:
    """What a file says: the sheets of each noun by their keys; a noun that it does not name is not looked at."""

    sheets: Mapping[Noun, Mapping[str, Sheet]]


@dataclass(frozen=True, slots=True)
class Shown:
    """A secret that came into being, shown this once.

    Args:
        noun: of which kind the thing is to which it belongs.
        key: the thing.
        secret: the secret of an application, or the token of an organization's connections.
        client_id: the application's; empty for anything else.
    """

    noun: Noun
    key: str
    secret: str = field(repr=False)
    client_id: str = ""


class Faulty(Exception):
    """Raised with every fault of a file, each a sentence that says where it is and what to do."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


class Kind(Protocol):
    """How the things of one noun are read, compared and brought about."""

    @property
    def noun(self) -> Noun:
        """Return which noun it is."""
        ...

    async def present(self, tx: Tx) -> Mapping[str, Sheet]:
        """Return every thing that there is, as its sheet."""
        ...

    async def kept(self, tx: Tx) -> Collection[str]:
        """Return the keys of those that every server has, which a file need not name and nothing removes."""
        ...

    def judged(self, key: str, sheet: Sheet, present: Sheet | None) -> tuple[Sheet, Sequence[Difference]]:
        """Return the whole sheet that a thing would have, and what differs from the present one.

        Args:
            key: what the file calls it.
            sheet: what the file says of it.
            present: as it is; None where it is not there.

        Raises:
            Faulty: the sheet can't be.
        """
        ...

    async def lacks_secret(self, tx: Tx, key: str, sheet: Sheet) -> bool:
        """Tell whether the secret for which a sheet's reference stands is not among those of a thing that is there."""
        ...

    async def bring_about(self, tx: Tx, change: Change) -> Sequence[Shown]:
        """Do what a change says, and return the secrets that came into being.

        Raises:
            Problem: the slice refuses it.
        """
        ...
