import pytest

from tools.documents import errors, oauth_errors
from tools.documents.errors import Answer, Contradiction, answers_of, check_meanings, joined
from tools.rules.source import House, Source


def _sources(text: str) -> list[Source]:
    return House.of({"src/gatepass/users/flows.py": text}).under("src")


def test_a_problem_is_read_with_its_status_its_number_and_what_differs_left_open() -> None:
    text = 'raise Problem("too_old", 410, f"Wait {n} seconds.", number=1009)'

    assert list(answers_of(_sources(text))) == [Answer("too_old", 410, 1009, "Wait … seconds.")]


def test_a_kind_of_problem_with_a_name_of_its_own_is_read_too() -> None:
    text = 'class Away(Problem):\n    def __init__(self):\n        super().__init__("away", 503, "Try again.")'

    assert list(answers_of(_sources(text))) == [Answer("away", 503, 1006, "Try again.")]


def test_a_code_that_no_reader_can_find_is_refused() -> None:
    with pytest.raises(Contradiction, match=r"flows\.py:1: write the code"):
        list(answers_of(_sources("raise Problem(code, 400, title)")))


def test_one_code_with_two_statuses_is_refused() -> None:
    with pytest.raises(Contradiction, match="gone stands with 404 and with 410"):
        joined([Answer("gone", 404, 1005, "It is gone."), Answer("gone", 410, 1005, "It is gone.")])


def test_one_code_may_have_several_sentences() -> None:
    first, second = Answer("gone", 404, 1005, "It is gone."), Answer("gone", 404, 1005, "It left.")

    assert joined([first, second, first]) == {"gone": [first, second]}


def test_a_code_that_nobody_explained_is_refused_and_so_is_an_explanation_that_is_left_over() -> None:
    known = set(joined(errors.known_answers()))
    check_meanings(known)

    with pytest.raises(Contradiction, match=r"when these are answered: new_code\."):
        check_meanings(known | {"new_code"})
    with pytest.raises(Contradiction, match=r"any more: wrong_code\."):
        check_meanings(known - {"wrong_code"})


def test_a_name_of_a_standard_is_found_where_it_is_answered_and_not_where_it_is_announced() -> None:
    text = """
class Denial(StrEnum):
    PENDING = "authorization_pending"

def judge():
    raise Refused("invalid_scope", "No.") from Problem("x", 403, "No.", oauth_error="insufficient_scope")

row = Endpoint("a", errors=("slow_down",))
"""
    of_statuses = oauth_errors.names_of(())

    found = oauth_errors.names_of(_sources(text)) - of_statuses
    assert found == {"authorization_pending", "invalid_scope", "insufficient_scope"}


def test_a_standards_name_that_nobody_explained_is_refused_and_so_is_an_explanation_that_is_left_over() -> None:
    known = set(oauth_errors.MEANINGS)
    errors.check_names(known)

    with pytest.raises(Contradiction, match=r"any more: slow_down\."):
        errors.check_names(known - {"slow_down"})
    with pytest.raises(Contradiction, match=r"when these are answered: request_not_supported\."):
        errors.check_names(known | {"request_not_supported"})
