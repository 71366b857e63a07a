import pytest

from tools.rules.architecture.spine_without_http import check
from tools.rules.source import House


def _count(path: str, text: str) -> int:
    return len(list(check(House.of({path: text}))))


@pytest.mark.parametrize(
    "text",
    [
        "from starlette.requests import Request",
        "import uvicorn",
        "from http import HTTPStatus",
        "from http.cookies import SimpleCookie",
        "import urllib.request",
        "from gatepass.gate.caller import Caller",
        "from gatepass.kit.http import Response",
    ],
)
def test_http_in_the_spine_is_found(text: str) -> None:
    assert _count("src/gatepass/sessions/flows.py", text) == 1


def test_a_door_in_the_spine_is_found() -> None:
    assert _count("src/gatepass/tokens/routes.py", "") == 1


def test_values_that_the_web_knows_too_are_fine() -> None:
    assert _count("src/gatepass/applications/rules.py", "from urllib.parse import urlsplit") == 0


def test_doors_speak_http() -> None:
    assert _count("src/gatepass/methods/magic_link/routes.py", "from http import HTTPStatus") == 0
