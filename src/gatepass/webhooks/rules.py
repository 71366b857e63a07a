"""Pure decisions: which address will do, which events are wanted, when to try again and when to stop."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from gatepass.audit.model import Event, EventKind, Family
from gatepass.kit.fetch import FetchRefused, parse_target
from gatepass.kit.fetch.addresses import is_public
from gatepass.webhooks.model import EVERY_KIND, Answer

_HIDDEN: Final = "***"
_SECRET_LOOKING: Final = re.compile(r"[A-Za-z0-9_~.=-]*[0-9][A-Za-z0-9_~.=-]*")
_SHORTEST_SECRET: Final = 16
_LONGEST_DESCRIPTION: Final = 500
_MOST_KINDS: Final = 200
# The waits after the first failure, the second and so on: twelve tries, the last within three days of the first.
_WAITS: Final = (
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(minutes=30),
    timedelta(hours=1),
    timedelta(hours=3),
    timedelta(hours=6),
    timedelta(hours=12),
    timedelta(hours=20),
    timedelta(hours=28),
)
MOST_ATTEMPTS: Final = len(_WAITS) + 1
GIVEN_UP_AFTER: Final = timedelta(days=3)
"""How long a delivery is tried, and how long an endpoint may fail without one success."""
_LONGEST_RETRY_AFTER: Final = timedelta(hours=1)
DOUBTFUL: Final = 3
"""How many failures in a row make an endpoint rest."""
_FIRST_REST: Final = timedelta(seconds=5)
_LONGEST_REST: Final = timedelta(minutes=5)
_GONE: Final = 410
_SUCCESSES: Final = range(200, 300)


def url_fault(unverified_url: str, *, allow_loopback: bool) -> str:
    """Say in a sentence why an address can't be an endpoint's; empty where it can.

    The names that it leads to are judged whenever something is sent, because they may change.

    Args:
        unverified_url: as it was sent.
        allow_loopback: whether this is a development machine, where plain HTTP to itself will do.
    """
    if _HIDDEN in unverified_url:
        return f"Send the url in full; {_HIDDEN} stands for what is not shown."
    try:
        target = parse_target(unverified_url, allow_loopback=allow_loopback)
    except FetchRefused as refused:
        return refused.sentence
    is_here = target.host == "localhost" or (target.address is not None and target.address.is_loopback)
    if target.scheme == "http" and not is_here:
        return "The URL must begin with https://; http:// will do for this machine alone."
    if is_here and allow_loopback:
        return ""
    if is_here or (target.address is not None and not is_public(target.address)):
        return "The URL must lead to a host that is open to the Internet."
    return ""


def shown_url(url: str) -> str:
    """Return an address without what may be secret in it: every value of the query, and long parts with digits.

    Args:
        url: one that `url_fault` let pass.
    """
    parts = urlsplit(url)
    path = "/".join(_HIDDEN if _is_secret_looking(part) else part for part in parts.path.split("/"))
    pairs = [name + (f"={_HIDDEN}" if equals else "") for name, equals, _ in _pairs(parts.query)]
    return urlunsplit((parts.scheme, parts.netloc, path, "&".join(pairs), ""))


def _pairs(query: str) -> list[tuple[str, str, str]]:
    # A query without names is one value, and as secret as any.
    return [pair.partition("=") if "=" in pair else ("", "=", pair) for pair in query.split("&") if pair]


def _is_secret_looking(part: str) -> bool:
    return len(part) >= _SHORTEST_SECRET and _SECRET_LOOKING.fullmatch(part) is not None


def kinds_faults(unverified_kinds: Iterable[str]) -> list[str]:
    """Say in sentences why a choice of events can't be taken; none where it can."""
    kinds = list(unverified_kinds)
    if not kinds:
        return [f"Choose at least one kind of events; {EVERY_KIND!r} stands for all."]
    if len(kinds) > _MOST_KINDS:
        return [f"Choose at most {_MOST_KINDS} kinds of events; a family such as 'account' stands for many."]
    known = {EVERY_KIND, *Family, *EventKind}
    unknown = sorted({kind for kind in kinds if kind not in known})
    return [f"There is no kind or family of events {name[:60]!r}." for name in unknown[:10]]


def description_fault(unverified_description: str) -> str:
    """Say why a description can't be taken; empty where it can."""
    if len(unverified_description) > _LONGEST_DESCRIPTION or not unverified_description.isprintable():
        return f"Send a description of at most {_LONGEST_DESCRIPTION} printable characters."
    return ""


def is_wanted(event: Event, kinds: tuple[str, ...], organization_id: str) -> bool:
    """Tell whether an endpoint is to be told of an event.

    Args:
        event: what happened.
        kinds: what the endpoint chose.
        organization_id: the only organization whose events it is told; empty where it is told all.
    """
    if organization_id and event.organization_id != organization_id:
        return False
    return EVERY_KIND in kinds or event.kind in kinds or event.family in kinds


def subject_of(event: Event) -> str:
    """Return whose events keep their order: the user's, else the organization's, else the application's."""
    return event.user_id or event.organization_id or event.application_id or ""


def judged(status: int) -> str:
    """Say why an answer's status is a failure; empty where it is a success."""
    return "" if status in _SUCCESSES else f"The receiver answered {status}."


def is_gone(answer: Answer) -> bool:
    """Tell whether the receiver says that it wants nothing any more (RFC 9110 §15.5.11)."""
    return answer.status == _GONE


def retry_after_of(header: str) -> int | None:
    """Return for how many seconds a receiver asks to be left alone (RFC 9110 §10.2.3); a date is not heeded."""
    text = header.strip()
    return int(text[:9]) if text.isascii() and text.isdigit() else None


def next_try(failures: int, queued_at: datetime, answer: Answer, now: datetime, chance: float) -> datetime | None:
    """Return when to try a failed delivery again; None where it is given up.

    Args:
        failures: how many tries have failed, this one included.
        queued_at: since when it is being tried.
        answer: what came back.
        now: the time.
        chance: a random number from 0 to 1, so that what failed together does not return together.
    """
    if failures >= MOST_ATTEMPTS or now >= queued_at + GIVEN_UP_AFTER:
        return None
    wait = _WAITS[failures - 1] * (0.9 + chance / 10)
    return now + max(wait, _asked(answer))


def rest_until(failures: int, answer: Answer, now: datetime, chance: float) -> datetime:
    """Return until when an endpoint is left alone after a failure.

    Args:
        failures: how many tries in a row have failed there, this one included.
        answer: what came back.
        now: the time.
        chance: a random number from 0 to 1.
    """
    rest = timedelta(0)
    if failures >= DOUBTFUL:
        rest = min(_FIRST_REST * 2 ** min(failures - DOUBTFUL, 10), _LONGEST_REST) * (0.75 + chance / 2)
    return now + max(rest, _asked(answer))


def must_stop(failing_since: datetime, now: datetime) -> bool:
    """Tell whether an endpoint has failed for so long that nothing is sent there any more."""
    return now >= failing_since + GIVEN_UP_AFTER


def _asked(answer: Answer) -> timedelta:
    return min(timedelta(seconds=answer.retry_after or 0), _LONGEST_RETRY_AFTER)
