"""Pure decisions about invitations: what one may say, whether it is over, and how often it may be mailed."""

import math
import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from gatepass.invitations.model import LONGEST, SHORTEST, Invitation, MostMails, NewInvitation, Refusal, Sent, Status

DAY: Final = timedelta(days=1)
HOUR: Final = timedelta(hours=1)
_LONGEST_NAME: Final = 100
_LONGEST_DESCRIPTION: Final = 200
_MOST_ROLES: Final = 50
# Control characters, what ends a line in some reader's eyes, marks that turn the direction, and halves of characters.
_UNFIT: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
# A mail of ours must not carry a stranger's link to somebody who never asked for it.
_WEB_ADDRESS: Final = re.compile(r"://|\bwww\.|\w\.[a-z]{2,}/", re.IGNORECASE)
_REFUSALS: Final = {
    Status.ACCEPTED: Refusal.ACCEPTED,
    Status.EXPIRED: Refusal.EXPIRED,
    Status.REVOKED: Refusal.REVOKED,
}


def faults(new: NewInvitation) -> list[str]:
    """Return every fault of what is to be sent, each as a sentence that says what to do; empty when it will do."""
    found = [
        *_text_faults("first name", new.first_name, _LONGEST_NAME),
        *_text_faults("last name", new.last_name, _LONGEST_NAME),
        *_text_faults("inviter's name", new.inviter.name, 2 * _LONGEST_NAME),
        *_text_faults("description", new.description, _LONGEST_DESCRIPTION),
    ]
    if not SHORTEST <= new.lifetime <= LONGEST:
        shortest, longest = int(SHORTEST.total_seconds() / 60), int(LONGEST.total_seconds() / 60)
        found.append(f"Let it expire in {shortest} to {longest} minutes.")
    if len(new.role_ids) > _MOST_ROLES:
        found.append(f"Name at most {_MOST_ROLES} roles.")
    return found


def _text_faults(label: str, text: str, longest: int) -> Iterator[str]:
    if len(text) > longest:
        yield f"Write a {label} of at most {longest} characters."
    if any(unicodedata.category(character) in _UNFIT for character in text):
        yield f"Leave line breaks and control characters out of the {label}."
    if names_web_address(text):
        yield f"Leave web addresses out of the {label}."


def names_web_address(text: str) -> bool:
    """Tell whether a reader's mail program would make a link of a text that somebody wrote."""
    return _WEB_ADDRESS.search(text) is not None


def refusal(invitation: Invitation, now: datetime) -> Refusal | None:
    """Return why an invitation can't be accepted any more, or None while it can."""
    return _REFUSALS.get(invitation.status(now))


def sends_after(invitation: Invitation, now: datetime) -> int:
    """Return the count of mails with one more; it begins anew where none left for a day."""
    is_another_day = invitation.sent_at is None or invitation.sent_at + DAY <= now
    return 1 if is_another_day else invitation.sends + 1


def seconds_to_wait(sent: Sequence[Sent], organization_id: str, most: MostMails, now: datetime) -> int:
    """Return after how many seconds an organization may mail to an address again; 0 where it may now.

    Args:
        sent: what was sent to the address within a day, by whomever, the oldest first.
        organization_id: who wants to send.
        most: how many mails there may be.
        now: the time.
    """
    own = [one for one in sent if one.organization_id == organization_id]
    full = [some for some, bound in ((own, most.per_organization), (sent, most.in_all)) if _count(some) >= bound]
    return max((_seconds_left(some[0].sent_at, DAY, now) for some in full if some), default=0)


def _count(sent: Sequence[Sent]) -> int:
    return sum(one.sends for one in sent)


def _seconds_left(began: datetime, window: timedelta, now: datetime) -> int:
    return max(1, math.ceil((began + window - now).total_seconds()))
