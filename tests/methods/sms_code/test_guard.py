"""The guard before each message: budgets, countries, ranges, and places that answer nothing."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from gatepass.audit.model import EventKind
from gatepass.login.flows import HandedOut
from gatepass.methods.sms_code.messages import problem_of
from gatepass.methods.sms_code.model import Declined, Reason, Requested
from methods.sms_code.phone_stage import PHONE, VISITOR, ask, by_phone, newest
from support.spine import ORIGIN, Spine, standing

pytestmark = pytest.mark.anyio
Environment = dict[str, str]


def _mobile(index: int, block: str = "+491511234") -> str:
    return f"{block}{index:04d}"


async def _storm(
    spine: Spine, numbers: list[str], between: Callable[[], Awaitable[None]] | None = None
) -> list[Requested | Declined]:
    shop = await by_phone(spine)
    outcomes = []
    for number in numbers:
        outcome = await spine.house.sms.request(shop, number, VISITOR)
        assert isinstance(outcome, Requested | Declined)
        outcomes.append(outcome)
        if between is not None:
            await between()
    return outcomes


def _sent(outcomes: list[Requested | Declined]) -> int:
    return sum(isinstance(outcome, Requested) for outcome in outcomes)


async def _verdicts(spine: Spine) -> list[str]:
    return [event.data["verdict"] for event in await spine.events() if event.kind is EventKind.SMS_REFUSED]


async def test_a_storm_on_neighbouring_numbers_stops_after_ten_and_is_recorded_once(spine: Spine) -> None:
    outcomes = await _storm(spine, [_mobile(index) for index in range(60)])
    assert _sent(outcomes) == 10
    last = outcomes[-1]
    assert isinstance(last, Declined)
    assert (last.reason, problem_of(last).status, problem_of(last).code) == (Reason.BUDGET, 429, "sms_paused")
    assert problem_of(last).retry_after
    assert await _verdicts(spine) == ["hour:block:+491511234"]


async def test_a_storm_at_once_is_counted_exactly_on_each_database(each_spine: Spine) -> None:
    shop = await by_phone(each_spine)
    asked = [each_spine.house.sms.request(shop, _mobile(index), VISITOR) for index in range(24)]
    outcomes = await asyncio.gather(*asked)
    assert sum(isinstance(outcome, Requested) for outcome in outcomes) == 10
    assert await _verdicts(each_spine) == ["hour:block:+491511234"]


async def test_a_number_gets_five_messages_an_hour_whoever_asks(spine: Spine) -> None:
    outcomes = await _storm(spine, [PHONE] * 7)
    assert _sent(outcomes) == 5
    last = outcomes[-1]
    assert isinstance(last, Declined)
    assert (last.reason, problem_of(last).code) == (Reason.NUMBER, "too_many_requests")
    spine.clock.move(timedelta(hours=1, seconds=1))
    assert _sent(await _storm(spine, [PHONE])) == 1


async def test_the_money_of_an_hour_and_of_a_day_is_the_end_of_every_storm(sqlite_copy: str, tmp_path: Path) -> None:
    environment = {
        "GATEPASS_SMS_PRICES": "DE=0.10,IT=0.20",
        "GATEPASS_SMS_SPEND_PER_HOUR": "0.55",
        "GATEPASS_SMS_SPEND_PER_DAY": "0.70",
    }
    async with standing(sqlite_copy, tmp_path, environment) as spine:
        first = await _storm(spine, [_mobile(1, "+491511111"), _mobile(2, "+491512222"), "+393401234567"])
        assert _sent(first) == 3
        second = await _storm(spine, [_mobile(index, "+49151333") + "0" for index in range(3)])
        assert _sent(second) == 1
        assert await _verdicts(spine) == ["hour:house"]
        spine.clock.move(timedelta(hours=1, seconds=1))
        third = await _storm(spine, [_mobile(index, "+49151444") + "0" for index in range(4)])
        assert _sent(third) == 2
        assert await _verdicts(spine) == ["hour:house", "day:house"]


async def test_a_country_that_is_not_listed_gets_nothing_and_costs_nothing(sqlite_copy: str, tmp_path: Path) -> None:
    async with standing(sqlite_copy, tmp_path, {"GATEPASS_SMS_COUNTRIES": "DE,AT"}) as spine:
        outcomes = await _storm(spine, ["+393401234567", "+393401234568", "+8613812345678", PHONE])
        assert _sent(outcomes) == 1
        assert outcomes[0] == Declined(Reason.COUNTRY)
        assert await _verdicts(spine) == ["closed:IT:mobile", "closed:CN:mobile"]


@pytest.mark.parametrize(
    "number",
    [
        pytest.param("+4930123456", id="a landline"),
        pytest.param("+491801234567", id="shared cost"),
        pytest.param("+19005551234", id="premium"),
        pytest.param("+448701234567", id="premium abroad"),
        pytest.param("+18005551234", id="toll-free"),
    ],
)
async def test_numbers_that_are_no_mobile_ones_get_nothing(spine: Spine, number: str) -> None:
    (outcome,) = await _storm(spine, [number])
    assert outcome == Declined(Reason.RANGE)
    assert problem_of(Declined(Reason.RANGE)).code == "sms_range_closed"


async def test_a_country_whose_codes_nobody_types_is_paused_and_then_tried_again(
    sqlite_copy: str, tmp_path: Path
) -> None:
    async with standing(sqlite_copy, tmp_path, {"GATEPASS_SMS_JUDGED_AFTER": "12"}) as spine:

        async def later() -> None:
            spine.clock.move(timedelta(seconds=40))

        outcomes = await _storm(spine, [_mobile(index, f"+49151{index % 9}00") + "0" for index in range(20)], later)
        assert _sent(outcomes) == 12
        assert await _verdicts(spine) == ["answers:country:DE"]
        italy = await _storm(spine, ["+393401234567"])
        assert _sent(italy) == 1
        spine.clock.move(timedelta(hours=3))
        assert _sent(await _storm(spine, [PHONE])) == 1


async def test_a_country_whose_codes_are_typed_stays_open(sqlite_copy: str, tmp_path: Path) -> None:
    async with standing(sqlite_copy, tmp_path, {"GATEPASS_SMS_JUDGED_AFTER": "4"}) as spine:
        shop = await by_phone(spine)
        for index in range(8):
            number = _mobile(index, f"+49151{index % 9}00") + "0"
            state = await ask(spine, shop, number)
            outcome = await spine.house.sms.redeem(shop, state, (await newest(spine, number)).code, ORIGIN)
            assert isinstance(outcome, HandedOut)
            spine.clock.move(timedelta(minutes=2))
        assert await _verdicts(spine) == []


async def test_the_answer_is_the_same_for_a_number_that_somebody_has(spine: Spine) -> None:
    shop = await by_phone(spine)
    state = await ask(spine, shop)
    assert isinstance(await spine.house.sms.redeem(shop, state, (await newest(spine)).code, ORIGIN), HandedOut)
    known = await spine.house.sms.request(shop, PHONE, VISITOR)
    unknown = await spine.house.sms.request(shop, _mobile(7), VISITOR)
    assert type(known) is type(unknown) is Requested
