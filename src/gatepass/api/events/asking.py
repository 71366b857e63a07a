"""What is asked of the record: the queries of its calls, judged."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from gatepass.api.shapes.pages import ListQuery
from gatepass.audit.model import FAMILY_OF, EventFilter, EventKind, Family, Outcome
from gatepass.gate.reading import malformed

# The documented word of the login log.
_WORDS: Final = {"login": (EventKind.LOGIN_SUCCEEDED,)}
_MOST_KINDS: Final = 100


class EventQuery(ListQuery, frozen=True):
    """Which events, and from where on.

    With `after` the events behind that sequence come in the order of the record, the oldest first; without it the
    newest first. `kind` and `family` take several values, separated by commas.
    """

    after: int | None = None
    kind: str = ""
    family: str = ""
    user_id: str = ""
    actor_id: str = ""
    organization_id: str = ""
    application_id: str = ""
    address: str = ""
    outcome: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def kinds(self) -> tuple[EventKind, ...]:
        """Return the kinds that are asked for; empty for all.

        Raises:
            Problem: a kind or a family is none (`malformed_request`).
        """
        return kinds_of(self.kind, self.family)

    def filter(self) -> EventFilter:
        """Return what is searched for.

        Raises:
            Problem: a value can't be (`malformed_request`).
        """
        if self.outcome and self.outcome not in set(Outcome):
            raise malformed(f"The outcome is one of {', '.join(Outcome)}.")
        return EventFilter(
            self.kinds(),
            self.user_id,
            self.actor_id,
            self.organization_id,
            self.application_id,
            self.address,
            Outcome(self.outcome) if self.outcome else None,
            _aware(self.since, "since"),
            _aware(self.until, "until"),
        )

    def refuse_search(self) -> None:
        """Refuse a filter that the order of the record does not know.

        Raises:
            Problem: it is followed and searched at once (`malformed_request`).
        """
        searched = (self.user_id, self.actor_id, self.application_id, self.address, self.outcome, self.cursor)
        if any(searched) or self.since or self.until:
            raise malformed("With after, filter by kind, family and organization_id alone.")
        if self.after is not None and not 0 <= self.after < 2**63:
            raise malformed("Send the sequence of the last event that you have as after, or 0.")


class LogQuery(ListQuery, frozen=True):
    """Which entries of an organization's log; `event` is a kind, or `login`."""

    event: str = ""

    def kinds(self) -> tuple[EventKind, ...]:
        """Return the kinds that are asked for; empty for all.

        Raises:
            Problem: it is none (`malformed_request`).
        """
        return _WORDS.get(self.event) or kinds_of(self.event, "")


def kinds_of(unverified_kinds: str, unverified_families: str) -> tuple[EventKind, ...]:
    """Return the kinds that are named, one by one or by their families.

    Args:
        unverified_kinds: kinds, separated by commas; empty for all.
        unverified_families: families, the same.

    Raises:
        Problem: one is unknown (`malformed_request`).
    """
    named = _named(unverified_kinds, EventKind, "kind", "GET /api/v1/event-kinds lists all")
    families = _named(unverified_families, Family, "family", f"they are {', '.join(Family)}")
    found = set(map(EventKind, named))
    if families:
        of_families = {kind for kind, family in FAMILY_OF.items() if family in families}
        found = found & of_families if named else of_families
        if not found:
            raise malformed("None of these kinds belongs to that family.")
    return tuple(sorted(found))


def _named(unverified: str, known: Iterable[str], word: str, hint: str) -> list[str]:
    names = [name.strip() for name in unverified.split(",") if name.strip()]
    if len(names) > _MOST_KINDS:
        raise malformed(f"Name at most {_MOST_KINDS} in {word}, or leave it out for all.")
    for name in names:
        if name not in set(known):
            raise malformed(f"There is no {word} {name[:60]!a}; {hint}.")
    return names


def _aware(moment: datetime | None, name: str) -> datetime | None:
    if moment is not None and moment.tzinfo is None:
        raise malformed(f"Send {name} with its zone, such as 2026-01-31T00:00:00Z.")
    return moment
