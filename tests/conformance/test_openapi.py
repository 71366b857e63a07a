"""The server does what its description says, whatever is sent to it."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from gatepass.kit.db import StorageUnavailable
from support.client import BASE
from support.gatepass_server import RunningServer

FORM = [status_code_conformance, content_type_conformance, response_schema_conformance]
CHECKS = [not_a_server_error, *FORM]
ON_SQLITE = pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
_EXAMPLES = 60
_OTP = "/api/v1/auth/passwordless/email-otp/verify"
_REFRESH = "/api/v1/accesstoken/refresh"

Described = Any  # schemathesis' schema object


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as opened:
        opened.trust_env = False
        yield opened


@pytest.fixture
def described(server: RunningServer) -> Described:
    return schemathesis.openapi.from_url(f"{server.url}/openapi.json")


def operations_of(described: Described) -> list[Any]:
    """Return every operation that can be read; one that can't fails the test."""
    return [found.ok() for found in described.get_all_operations()]


def test_the_description_is_valid_openapi_3_1(server: RunningServer, described: Described) -> None:
    document = server.client.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1.")
    described.validate()
    assert len(operations_of(described)) >= 15
    names = [operation.definition.raw["operationId"] for operation in operations_of(described)]
    assert len(names) == len(set(names))


@ON_SQLITE
@pytest.mark.timeout(300)
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_nothing_that_is_sent_breaks_the_server_or_its_promises(
    server: RunningServer, described: Described, session: requests.Session, mode: GenerationMode
) -> None:
    faults: list[str] = []
    for operation in operations_of(described):
        if operation.definition.raw.get("security") and "/api/" in operation.path:
            continue  # a management call, which nobody makes without a credential
        takes_client = any(parameter.name == "client_id" for parameter in operation.query)
        seeds = {"client_id": server.client.client_id} if takes_client else None
        try:
            strategy = operation.as_strategy(generation_mode=mode, query=seeds)
            exercise(strategy, session, server.url)
        except Unsatisfiable:
            continue  # nothing that this operation takes could be wrong
        except FailureGroup as found:  # every operation is tried, then all faults are told
            faults += [f"{operation.label}: {fault}" for fault in found.exceptions]
    assert not faults, "\n\n".join(faults)
    assert server.client.is_ready()


def exercise(
    strategy: Any, session: requests.Session, url: str, count: int = _EXAMPLES, checks: Sequence[Any] = CHECKS
) -> None:
    """Send what the strategy makes up, at most so many times, and judge each answer."""

    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def one(case: Any) -> None:
        case.call_and_validate(base_url=url, session=session, checks=checks, timeout=30)

    one()


Call = Callable[..., requests.Response]


@pytest.fixture
def call(server: RunningServer, described: Described, session: requests.Session) -> Call:
    """Give a function that makes one call and holds the answer against the description."""

    def make(method: str, path: str, *, body: Any = None, headers: Any = None, **query: str) -> requests.Response:
        operation = described[path][method]
        parameters = {"client_id": server.client.client_id, **query}
        sent: dict[str, Any] = {} if body is None else {"body": {}, "media_type": "application/json"}
        case = operation.Case(query=parameters, headers=headers or {}, **sent)
        request: dict[str, Any] = {"params": parameters, "headers": headers or {}, "timeout": 30}
        if isinstance(body, bytes):
            request["data"] = body
        elif body is not None:
            request["json"] = body
        answer = session.request(method, server.url + path, **request)
        case.validate_response(answer, checks=FORM)
        return answer

    return make


def test_every_good_answer_has_the_form_that_is_described(server: RunningServer, call: Call) -> None:
    assert call("POST", f"{BASE}/send", body={"email": "ben@example.com", "match": True}).json()["match"]
    state = call("POST", f"{BASE}/send", body={"email": "ana@example.com"}).json()["state"]
    assert call("GET", f"{BASE}/status", state=state).json() == {"authenticated": False}
    assert call("POST", f"{BASE}/resend", body={"state": state}).status_code == 200
    mail = server.client.wait_for_mail("ana@example.com", 2)
    link = {name: value for name, value in mail.parameters.items() if name != "client_id"}
    assert call("GET", f"{BASE}/verify", **link).status_code == 200
    told = call("GET", f"{BASE}/status", state=state, wait="1.5").json()
    assert "authenticated" in call("GET", f"{BASE}/status/events", state=state).text
    token = told["oauth"]["refresh_token"]
    token = call("GET", _REFRESH, refresh_token=token).json()["oauth"]["refresh_token"]
    assert call("POST", _REFRESH, body={"refresh_token": token}).status_code == 200
    state = call("POST", f"{BASE}/send", body={"email": "cleo@example.com"}).json()["state"]
    code = server.client.wait_for_mail("cleo@example.com").code
    assert call("POST", _OTP, body={"state": state, "otp": code}).json()["profile"]["LastLoginAt"]
    assert call("GET", "/api/v1/config").status_code == 200
    assert call("GET", "/api/v1/auth/status", identifier="ana@example.com").status_code == 200
    for path in ("/.well-known/jwks.json", "/healthz", "/readyz", "/metrics"):
        assert call("GET", path).status_code == 200


@ON_SQLITE
def test_every_refusal_has_the_form_that_is_described(call: Call) -> None:
    state = call("POST", f"{BASE}/send", body={"email": "ana@example.com"}).json()["state"]
    expected = [
        (400, call("POST", f"{BASE}/send", body={"email": "nobody"})),
        (400, call("POST", f"{BASE}/send", body=b"{", headers={"content-type": "application/json"})),
        (400, call("POST", f"{BASE}/resend", body={"state": "none"})),
        (400, call("GET", f"{BASE}/verify", state=state, magictext="none")),
        (400, call("GET", f"{BASE}/status", state="none")),
        (400, call("GET", f"{BASE}/status", state=state, wait="soon")),
        (400, call("POST", _OTP, body={"state": state, "otp": "000000"})),
        (400, call("GET", _REFRESH, refresh_token="none")),
        (400, call("POST", f"{BASE}/send", body={"email": "ana@example.com"}, client_id="nobody")),
        (400, call("GET", "/api/v1/auth/status")),
        (404, call("GET", "/api/v1/config", client_id="", domain="nowhere.example")),
        (403, call("POST", f"{BASE}/send", body={"email": "ana@example.com"}, headers={"origin": "https://evil.test"})),
        (413, call("POST", f"{BASE}/send", body={"email": "a" * 70_000})),
        (415, call("POST", f"{BASE}/send", body={"email": "a@b.test"}, headers={"content-type": "text/plain"})),
        (421, call("GET", f"{BASE}/status", state=state, headers={"host": "elsewhere.test"})),
        (421, call("GET", "/.well-known/jwks.json", headers={"host": "elsewhere.test"})),
    ]
    for status, answer in expected:
        assert answer.status_code == status, f"{answer.url}: {answer.text}"


@ON_SQLITE
@pytest.mark.parametrize("path", [f"{BASE}/status", "/api/v1/auth/status", _REFRESH])
def test_a_call_that_comes_too_often_is_refused_as_described(start_server: Any, path: str) -> None:
    server: RunningServer = start_server({"GATEPASS_LIMITS_SCALE": "0.01"})
    described = schemathesis.openapi.from_url(f"{server.url}/openapi.json")
    case = described[path]["GET"].Case(query={"client_id": server.client.client_id})
    query = {"client_id": server.client.client_id, "state": "none", "identifier": "a@b.test", "refresh_token": "none"}
    for _ in range(40):
        answer = requests.get(server.url + path, params=query, timeout=10)
        case.validate_response(answer, checks=CHECKS)
        if answer.status_code == 429:
            assert int(answer.headers["retry-after"]) > 0
            return
    assert path == "/api/v1/auth/status", "this call has no limit"


@ON_SQLITE
def test_a_database_that_is_away_is_told_as_described(
    server: RunningServer, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: Any) -> None:
        raise StorageUnavailable("The database is away.")

    state = call("POST", f"{BASE}/send", body={"email": "ana@example.com"}).json()["state"]
    database = type(server.house.foundations.database)
    with monkeypatch.context() as outage:
        outage.setattr(database, "read", away)
        outage.setattr(database, "transact", away)
        answers = [
            call("GET", "/readyz"),
            call("GET", f"{BASE}/status", state=state),
            call("POST", f"{BASE}/send", body={"email": "ana@example.com"}),
            call("GET", _REFRESH, refresh_token="none"),
        ]
    assert [answer.status_code for answer in answers] == [503] * 4
