"""What is counted for a message, what is too much, and when a place is not answering."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from gatepass.kit.phones.plans import Line, Place
from gatepass.methods.sms_code.guard.model import Budget, Counter, Verdict, Window
from gatepass.methods.sms_code.model import Declined, Reason
from gatepass.methods.sms_code.settings import EVERYWHERE, SmsSettings

_MICROS: Final = 1_000_000
_BLOCK_DIGITS: Final = 4
# Younger windows are not judged: who asked a moment ago is still typing.
_JUDGED_AT_AGE: Final = timedelta(minutes=5)


def block_of(number: str) -> str:
    """Return the block to which a number belongs: those that differ from it in the last four digits alone."""
    return number[:-_BLOCK_DIGITS]


def closed(settings: SmsSettings, place: Place, *, costs_nothing: bool) -> Reason | None:
    """Return why no message ever goes to such a place, or None when it may.

    Args:
        settings: which countries and ranges are open.
        place: where the number is.
        costs_nothing: whether messages stay on this machine, where every country may be tried out.
    """
    if place.line in {Line.PAID, Line.FIXED}:
        return Reason.RANGE
    if costs_nothing and not settings.countries:
        return None
    if EVERYWHERE not in settings.countries and place.country not in settings.countries:
        return Reason.COUNTRY
    if place.line is Line.UNKNOWN and not (settings.allow_unknown_ranges or costs_nothing):
        return Reason.RANGE
    return None


def cost_micros(settings: SmsSettings, country: str, segments: int) -> int:
    """Return what a message costs, in millionths of the operator's currency."""
    return round(settings.price_of(country) * segments * _MICROS)


def budgets(settings: SmsSettings, number_mac: str, number: str, country: str, application_id: str) -> list[Budget]:
    """Return the budgets to which a message is charged, the narrowest first, so that the nearest reason is told.

    Args:
        settings: how much each holds.
        number_mac: the number, as it is counted: nobody reads it back from a counter.
        number: the number itself, for its block.
        country: its country.
        application_id: who asks.
    """
    block = block_of(number)
    counted = (
        (f"number:{number_mac}", Reason.NUMBER, settings.per_number_and_hour, settings.per_number_and_day),
        (f"block:{block}", Reason.BUDGET, settings.per_block_and_hour, settings.per_block_and_day),
        (f"country:{country}", Reason.BUDGET, settings.per_country_and_hour, settings.per_country_and_day),
    )
    found = [
        Budget(f"{window}:{key}", window, reason, count)
        for key, reason, hour, day in counted
        for window, count in ((Window.HOUR, hour), (Window.DAY, day))
    ]
    found.append(
        Budget(f"hour:application:{application_id}", Window.HOUR, Reason.BUDGET, settings.per_application_and_hour)
    )
    money = ((Window.HOUR, settings.spend_per_hour), (Window.DAY, settings.spend_per_day))
    return [
        *found,
        *(Budget(f"{window}:house", window, Reason.MONEY, micros=round(sum_ * _MICROS)) for window, sum_ in money),
    ]


def overdrawn(budget: Budget, counter: Counter | None, micros: int, at: datetime) -> bool:
    """Tell whether one message more is too much for a budget."""
    is_over = counter is None or counter.window_began_at + budget.window.length <= at
    sent, spent = (0, 0) if counter is None or is_over else (counter.sent, counter.cost_micros)
    if budget.messages is not None and sent >= budget.messages:
        return True
    return budget.micros is not None and spent + micros > budget.micros


def watched(number: str, country: str) -> tuple[str, str]:
    """Return the keys under which it is counted how many codes are typed: of the block and of the country."""
    return f"answers:block:{block_of(number)}", f"answers:country:{country}"


def is_unanswered(settings: SmsSettings, key: str, counter: Counter | None, at: datetime) -> bool:
    """Tell whether too few of a place's codes are typed, as nobody types those that a machine asked for."""
    if counter is None or not counter.window_began_at + Window.DAY.length > at >= counter.window_began_at:
        return False
    least = settings.judged_after if key.startswith("answers:country:") else max(1, settings.judged_after // 4)
    if counter.sent < least or at < counter.window_began_at + _JUDGED_AT_AGE:
        return False
    return counter.verified < counter.sent * settings.least_answered


def until(budget: Budget, counters: Mapping[str, Counter], at: datetime) -> datetime:
    """Return when a budget that is spent begins anew."""
    counter = counters.get(budget.key)
    return (counter.window_began_at if counter is not None else at) + budget.window.length


def declined(verdict: Verdict, at: datetime) -> Declined:
    """Return the refusal that a verdict means now; time does not open a country or a range."""
    is_lasting = verdict.reason in {Reason.COUNTRY, Reason.RANGE}
    return Declined(verdict.reason, None if is_lasting else verdict.until - at)
