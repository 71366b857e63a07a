import pytest

from gatepass.kit.problems import Problem


def test_a_problem_keeps_its_public_and_its_private_face_apart() -> None:
    problem = Problem("unknown_host", 421, "Not here.", detail="host evil.example", number=1011, retry_after=3)
    assert (problem.code, problem.status, problem.title) == ("unknown_host", 421, "Not here.")
    assert (problem.detail, problem.number, problem.retry_after) == ("host evil.example", 1011, 3)
    assert "evil" not in problem.title


def test_a_traceback_tells_the_code_the_sentence_and_the_detail() -> None:
    assert str(Problem("a", 400, "Do b.", detail="c")) == "a: Do b. (c)"
    assert str(Problem("a", 400, "Do b.")) == "a: Do b."


def test_what_nobody_said_is_empty() -> None:
    problem = Problem("a", 400, "Do b.")
    assert (problem.detail, problem.number, problem.retry_after) == ("", 0, None)


def test_a_problem_can_be_raised_and_caught() -> None:
    with pytest.raises(Problem, match="Do b"):
        raise Problem("a", 400, "Do b.")
