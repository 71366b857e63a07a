"""What backup codes look like, and what people make of them when they type them."""

import pytest

from gatepass.methods.backup_code import rules
from gatepass.methods.totp import rules as app_rules


def test_ten_codes_are_made_and_none_is_like_another() -> None:
    made = [code for _ in range(200) for code in rules.new_codes()]
    assert len(made) == len(set(made)) == 2_000
    assert all(len(code) == 9 and code[4] == "-" for code in made)


def test_a_backup_code_is_never_taken_for_a_code_of_an_app_nor_the_other_way_round() -> None:
    for code in rules.new_codes():
        assert rules.is_code(code)
        assert not app_rules.is_code(code.replace("-", ""))
    assert not rules.is_code("12345678")


@pytest.mark.parametrize("typed", ["0a1b-cd1f", "0A1BCD1F", " oaIb - cdLf ", "Oalb\u2013cd1f", "0a1b cd1f"])
def test_what_people_make_of_a_code_is_put_right(typed: str) -> None:
    assert rules.normalize(typed) == "0a1bcd1f"
    assert rules.is_code(typed)


@pytest.mark.parametrize("typed", ["", "0a1bcd1", "0a1bcd1fg", "0a1bcd1u", "0a1b_cd1f", "0a1bcd1\u0131", "x" * 10_000])
def test_what_can_be_no_code_is_no_guess(typed: str) -> None:
    assert not rules.is_code(typed)
