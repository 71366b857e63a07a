"""Reading users."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from gatepass.kit.db import Tx
from gatepass.kit.lookups.paging import Page, PageRequest
from gatepass.kit.lookups.reach import Everywhere
from gatepass.kit.mail.addresses import AddressKey, EmailAddress
from gatepass.kit.problems import Problem
from gatepass.users.model import Deleted, ImportedCredential, Person, PersonFilter, User
from gatepass.users.rules import claims
from gatepass.users.rules.searching import lead_of, matches, parts_of
from gatepass.users.store import accounts, belongings, credentials, records
from gatepass.users.store.search import list_candidates

# How many rows one page of a search reads at most where few of them are meant; the next page goes on from there.
_ROUNDS: Final = 4
_ROUND: Final = 500


async def find_user(tx: Tx, user_id: str) -> User | None:
    """Return a user by id, deleted ones too."""
    return await accounts.find(tx, user_id)


async def find_present(tx: Tx, user_id: str) -> User | None:
    """Return a user who was not deleted by id."""
    return await accounts.find_present(tx, user_id)


async def is_active(tx: Tx, user_id: str) -> bool:
    """Tell whether there is a user who has not been switched off."""
    return await accounts.find_active(tx, user_id)


async def find_person(tx: Tx, user_id: str) -> Person | None:
    """Return all that is kept of a user, deleted ones too."""
    return await records.find(tx, user_id)


async def find_person_by_address(tx: Tx, key: AddressKey) -> Person | None:
    """Return the user to whom an address belongs, deleted ones too."""
    user_id = await belongings.find_owner_of_address(tx, key)
    return None if user_id is None else await records.find(tx, user_id)


async def list_people(tx: Tx, user_ids: Sequence[str]) -> list[Person]:
    """Return users in the order of their ids here; who is not there is left out."""
    return await records.list_of(tx, user_ids)


async def list_credentials(tx: Tx, user_ids: Sequence[str]) -> list[ImportedCredential]:
    """Return the secrets that came with users by an import, sealed as they are."""
    return await credentials.list_of(tx, user_ids)


async def find_deleted(tx: Tx, before: datetime, after: Deleted) -> Deleted | None:
    """Return who was deleted next after somebody, where that was before a moment."""
    return await records.find_deleted(tx, before, after)


async def select(tx: Tx, user_ids: Sequence[str], wanted: PersonFilter) -> list[Person]:
    """Return those of some users whom a filter means, in the order of their ids here."""
    return [person for person in await records.list_of(tx, user_ids) if matches(person, wanted)]


def search_parts(wanted: PersonFilter) -> int:
    """Return of how many parts the cursor of a search is made, for `read_page`."""
    return parts_of(lead_of(wanted))


async def search(tx: Tx, reach: Everywhere, wanted: PersonFilter, request: PageRequest) -> Page[Person]:  # noqa: ARG001 - who has none may not search
    """Return a page of the users whom a filter means, in an order that stays.

    A page may have fewer people than were asked for, and none at all, although more follow: it reads no more than two
    thousand rows.

    Args:
        tx: the read.
        reach: proof that the caller sees everybody.
        wanted: whom.
        request: how many, and after whom.

    Raises:
        Problem: the cursor is none of this search (`invalid_cursor`).
    """
    lead, after = lead_of(wanted), request.after
    found: list[tuple[Person, tuple[str, ...]]] = []
    for number in range(_ROUNDS):
        size = request.limit + 1 if number == 0 else _ROUND
        try:
            candidates = await list_candidates(tx, lead, wanted, after, size)
        except ValueError:
            sentence = "Send the cursor as the page before gave it, for the same search; or none, for the first page."
            raise Problem("invalid_cursor", 400, sentence, number=1004) from None
        places = {candidate.user_id: candidate.after for candidate in candidates if not candidate.is_repeat}
        ids = list(places)
        # Nobody is read only to learn that a page follows: where all of the first are meant, one more place tells it.
        for part, is_last in ((ids[: request.limit], len(ids) <= request.limit), (ids[request.limit :], True)):
            people = await records.list_of(tx, part)
            found += [(person, places[person.id]) for person in people if matches(person, wanted)]
            if len(found) > request.limit or (len(found) == request.limit and not is_last):
                kept = found[: request.limit]
                return Page([person for person, _ in kept], kept[-1][1])
        if len(candidates) < size:
            return Page([person for person, _ in found])
        after = candidates[-1].after
    return Page([person for person, _ in found], after)


async def stored_address(tx: Tx, typed: EmailAddress) -> EmailAddress:
    """Return the address as its owner once proved it, or as it was typed where nobody has.

    Mail goes to the stored spelling alone: a mail server may hold two mailboxes whose names differ in case only.
    """
    user = await accounts.find_by_address(tx, typed.key)
    return typed if user is None else EmailAddress(user.email, typed.key)


async def locale_of(tx: Tx, key: AddressKey) -> str:
    """Return the tag of the language that the reader of an address chose; empty where they did not, or are unknown."""
    user = await accounts.find_by_address(tx, key)
    return "" if user is None else user.locale


async def find_caller(tx: Tx, number: str) -> User | None:
    """Return the user to whom a phone number belongs, deleted ones too."""
    return await accounts.find_by_phone(tx, number)


def scoped_claims(user: User, scope: Iterable[str]) -> dict[str, Any]:
    """Return what the scopes show of a person (OpenID Connect Core §5.4)."""
    return claims.claims_of(user, claims.claims_of_scope(scope))


def named_claims(user: User, names: Iterable[str]) -> dict[str, Any]:
    """Return the claims of a person that were asked for by name (OpenID Connect Core §5.5)."""
    return claims.claims_of(user, names)


def claim_names() -> tuple[str, ...]:
    """Return the names of all claims that a person may have."""
    return claims.CLAIM_NAMES


def scope_claim_names(scope: Iterable[str]) -> tuple[str, ...]:
    """Return the names of the claims that scopes show (OpenID Connect Core §5.4)."""
    return tuple(claims.claims_of_scope(scope))
