import pytest

from tools.rules.code.secret_comparison import check
from tools.rules.source import House


def _count(text: str) -> int:
    return len(list(check(House.of({"src/gatepass/login/rules.py": text}))))


@pytest.mark.parametrize(
    "text",
    [
        "ok = state_hash == other",
        "ok = given != attempt.refresh_token",
        "ok = client.client_secret.reveal() == given",
        "ok = given == stored_code",
    ],
)
def test_a_secret_compared_with_equality_is_found(text: str) -> None:
    assert _count(text) == 1


@pytest.mark.parametrize(
    "text",
    [
        "ok = response.status_code == expected",
        "ok = token_type == wanted",
        'ok = grant_token == ""',
        "ok = state_hash is None",
        "ok = hmac.compare_digest(state_hash, other)",
    ],
)
def test_what_is_no_secret_or_is_compared_well_is_left_alone(text: str) -> None:
    assert _count(text) == 0


def test_tests_may_compare_as_they_like() -> None:
    assert list(check(House.of({"tests/login/test_rules.py": "assert a_token == b_token"}))) == []
