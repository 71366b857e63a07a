from collections import Counter

import pytest

from gatepass.methods.one_time_code import rules


def test_codes_are_six_digits_and_every_digit_comes_first_as_often_as_another() -> None:
    codes = [rules.new_code() for _ in range(5_000)]
    assert all(rules.is_code(code) for code in codes)
    assert len(set(codes)) > 4_900
    first = Counter(code[0] for code in codes)
    assert len(first) == 10
    assert min(first.values()) > 350


@pytest.mark.parametrize(
    "typed", ["123456", " 123456 ", "123 456", "123-456", "1 2 3 4 5 6", "123\u00a0456", "123\u202f456", "123456\r\n"]
)
def test_what_people_add_when_they_copy_a_code_is_left_out(typed: str) -> None:
    assert rules.normalize(typed) == "123456"
    assert rules.is_code(rules.normalize(typed))


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
    assert not rules.is_code(rules.normalize(typed))
