"""The management API does what its description says, whatever those who may call it send."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.core.failures import FailureGroup

from conformance.test_openapi import FORM, Described, exercise, operations_of
from support.furnished import Furnished, furnished
from support.gatepass_server import ServerFactory

pytestmark = pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)

_EXAMPLES = 4
_NAMES_NOBODY = {"GATEPASS_NAMESERVERS": "127.0.0.1:9"}


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as opened:
        opened.trust_env = False
        yield opened


@pytest.fixture
def stage(start_server: ServerFactory) -> Furnished:
    return furnished(start_server(_NAMES_NOBODY))


def management_operations(described: Described) -> list[Any]:
    """Return the management calls, each under its first spelling, in an order that takes nothing from a later one.

    What a person may do comes first, while nobody has switched that person off; what deletes comes last, and what
    belongs to something else before that.
    """
    found = [one for one in operations_of(described) if _scheme(one) and not one.definition.raw.get("deprecated")]
    return sorted(found, key=lambda one: (one.method == "DELETE", _scheme(one) != "person", -one.path.count("/")))


def _scheme(operation: Any) -> str:
    """Return by what a call is opened: `management`, `person`, or nothing where it is no management call."""
    schemes = [name for way in operation.definition.raw.get("security", ()) for name in way]
    return next((name for name in schemes if name in {"management", "person"}), "")


def no_accident(_context: Any, response: Any, _case: Any) -> None:
    """Let pass what is answered on purpose; that no name server answers, 503 says."""
    assert response.status_code != 500, response.text


@pytest.mark.timeout(300)
# The server runs in a thread beside, and draws lots of its own while a case is made up.
@pytest.mark.filterwarnings("ignore:Do not use the `random` module inside strategies")
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_nothing_that_a_manager_or_a_member_sends_breaks_the_server(
    stage: Furnished, session: requests.Session, mode: GenerationMode
) -> None:
    described = schemathesis.openapi.from_url(f"{stage.server.url}/openapi.json")
    faults: list[str] = []
    for operation in management_operations(described):
        if mode is GenerationMode.NEGATIVE and not operation.body:
            continue  # how to be wrong costs half a second to find out, and a query is read by the same few lines
        token = stage.member_token if _scheme(operation) == "person" else stage.token
        named = {one.name: _part(stage, operation, one.name) for one in operation.path_parameters}
        try:
            strategy = operation.as_strategy(
                generation_mode=mode, path_parameters=named, headers={"Authorization": f"Bearer {token}"}
            )
            exercise(strategy, session, stage.server.url, _EXAMPLES, [no_accident, *FORM])
        except Unsatisfiable:
            continue  # nothing that this operation takes could be wrong
        except FailureGroup as found:  # every operation is tried, then all faults are told
            faults += [f"{operation.label}: {fault}" for fault in found.exceptions]
    assert not faults, "\n\n".join(faults)
    assert stage.server.client.is_ready()


def _part(stage: Furnished, operation: Any, name: str) -> str:
    """Return what stands in a path; what a member does is done to a colleague, so that they stay."""
    if _scheme(operation) == "person" and name == "user_id" and "/tenants/{tenant_id}" in operation.path:
        return stage.things["colleague_id"]
    return stage.part(operation.path, name)
