from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from gatepass.methods.one_time_code import rules

_BORN = datetime(2030, 3, 1, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize("digits", [6, 7, 8])
def test_codes_have_their_digits_and_every_digit_comes_first_as_often_as_another(digits: int) -> None:
    codes = [rules.new_code(digits) for _ in range(5_000)]
    assert all(rules.is_code(code, digits) for code in codes)
    assert len(set(codes)) > 4_900
    first = Counter(code[0] for code in codes)
    assert len(first) == 10
    assert min(first.values()) > 350


@pytest.mark.parametrize(
    "typed", ["123456", " 123456 ", "123 456", "123-456", "1 2 3 4 5 6", "123\u00a0456", "123\u202f456", "123456\r\n"]
)
def test_what_people_add_when_they_copy_a_code_is_left_out(typed: str) -> None:
    assert rules.normalize(typed) == "123456"
    assert rules.is_code(rules.normalize(typed), 6)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "12345",
        "1234567",
        "12345a",
        "12345\uff16",
        "12345\u0666",
        "12345\u00b2",
        "+12345",
        "0x1234",
        "123.456",
        "x" * 9_999,
    ],
)
def test_what_can_not_be_a_code_is_not_taken_for_one(typed: str) -> None:
    assert not rules.is_code(rules.normalize(typed), 6)


@pytest.mark.parametrize(
    ("after", "lifetime", "left"),
    [(1, 5, 5), (4, 5, 5), (7, 5, 3), (9, 5, 1), (1, 10, 9), (9.5, 5, None), (10, 10, None)],
)
def test_a_code_that_is_repeated_lives_ten_minutes_in_all(after: float, lifetime: float, left: float | None) -> None:
    at = _BORN + timedelta(minutes=after)
    until = rules.kept_until(_BORN, timedelta(minutes=lifetime), at)
    assert until == (None if left is None else at + timedelta(minutes=left))
