"""Pure decisions of the outbox: when to try again, when to give up, and which characters may leave."""

import re
import traceback
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from gatepass.outbox.model import (
    Dead,
    Declined,
    DeliveryFailure,
    Envelope,
    PermanentFailure,
    Postponed,
    TemporaryFailure,
    Unreachable,
)
from gatepass.outbox.settings import OutboxSettings

_JITTER: Final = 0.25
_LONGEST_ERROR: Final = 300
LONGEST_SUBJECT: Final = 200
_SHORTEST_SECRET: Final = 4
_MOST_REFUSALS: Final = 3
_SUCCESSES: Final = range(200, 300)
_REFUSALS: Final = range(300, 500)
_TRY_LATER: Final = frozenset({408, 425, 429, 502, 503, 504})

# Control characters, the line and paragraph separators, the marks that turn the direction of the text that follows,
# and half characters that no encoding can write.
_NOT_IN_A_LINE: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]+")
_URL: Final = re.compile(r"[a-z][a-z0-9+.-]{1,20}://\S+", re.IGNORECASE)


def single_line(text: str) -> str:
    """Fold everything that could end a line, hide or reverse text into a space."""
    return _NOT_IN_A_LINE.sub(" ", text)


def header_text(text: str, *, longest: int) -> str:
    """Return text fit for a mail header: one line, cut, and with encoded words (RFC 2047) made inert.

    Args:
        text: what somebody wrote.
        longest: in characters.
    """
    return " ".join(single_line(text).replace("=?", "= ?")[:longest].split())


def scrubbed(error: str, secrets: Iterable[object]) -> str:
    """Return an error that may be stored and logged: one line, without addresses of the web and the given secrets."""
    known = sorted((s for s in secrets if isinstance(s, str) and len(s) >= _SHORTEST_SECRET), key=len, reverse=True)
    for secret in known:
        error = error.replace(secret, "[hidden]")
    return single_line(_URL.sub("[link]", error))[:_LONGEST_ERROR].strip()


def retry_delay(failures: int, settings: OutboxSettings, chance: float) -> timedelta:
    """Return how long a message waits after so many failures: doubled each time, capped, spread by a quarter.

    Args:
        failures: so far, the last one included.
        settings: the first and the longest delay.
        chance: a random number from 0 to 1.
    """
    doublings = min(failures - 1, 30)
    delay: timedelta = min(settings.retry_first * (1 << doublings), settings.retry_longest)
    return delay * (1 - _JITTER + 2 * _JITTER * chance)


def after_failure(
    envelope: Envelope, failure: Exception, now: datetime, settings: OutboxSettings, chance: float
) -> Postponed | Dead:
    """Decide what becomes of a message that could not be handed over; `failure`'s text is already scrubbed."""
    if isinstance(failure, PermanentFailure):
        return Dead(str(failure))
    if isinstance(failure, Unreachable):
        return Postponed(due_at=now, error=str(failure), is_counted=False)
    failures = envelope.attempts + 1
    if failures >= settings.attempts:
        return Dead(str(failure))
    return Postponed(due_at=now + retry_delay(failures, settings, chance), error=str(failure))


def judged_status(status: int) -> DeliveryFailure | None:
    """Judge what a receiver of posts answered.

    Returns:
        None where it took the message; `Unreachable` where it, or what stands before it, takes nothing now; `Declined`
        where it does not want this message; otherwise `TemporaryFailure`.
    """
    if status in _SUCCESSES:
        return None
    kind: type[DeliveryFailure] = TemporaryFailure
    if status in _TRY_LATER:
        kind = Unreachable
    elif status in _REFUSALS:
        kind = Declined
    return kind(f"The receiver answered {status}.")


def after_post_failure(
    envelope: Envelope, failure: DeliveryFailure, now: datetime, settings: OutboxSettings, attempts: int, chance: float
) -> Postponed | Dead:
    """Decide what becomes of a post that was not taken.

    Args:
        envelope: the post, as it was claimed.
        failure: why.
        now: the time.
        settings: the delays between tries, those of mail.
        attempts: after so many failures it is given up; a refusal of the receiver counts more, because repeating
            what somebody does not want seldom helps.
        chance: a random number from 0 to 1.
    """
    failures = envelope.attempts + 1
    most = min(attempts, _MOST_REFUSALS) if isinstance(failure, Declined) else attempts
    if isinstance(failure, PermanentFailure) or failures >= most:
        return Dead(str(failure))
    return Postponed(due_at=now + retry_delay(failures, settings, chance), error=str(failure))


def accident_of(error: Exception) -> TemporaryFailure:
    """Tell of an error that nobody foresaw by its kind and its place alone: its text may hold what a message says."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "an unknown place"
    return TemporaryFailure(f"An accident in this server: {type(error).__name__} at {place}")


def is_expired(envelope: Envelope, now: datetime) -> bool:
    """Tell whether the message would arrive after what it carries has died."""
    return envelope.not_after is not None and envelope.not_after <= now


def may_still_be_sent(envelope: Envelope, now: datetime, settings: OutboxSettings) -> bool:
    """Tell whether sending is sure to end while the claim still holds, so that nobody else sends it meanwhile."""
    return now + settings.send_timeout < envelope.due_at
