"""What the description says of management calls: which credential and which scope each needs, and its refusals."""

from typing import Any

import pytest

from gatepass.access.model import DANGEROUS_SCOPES
from gatepass.app import endpoints
from gatepass.gate.headers import standing_headers
from gatepass.gate.model import Caller, Endpoint
from gatepass.gate.pages.rendering import PageRenderer
from support.spine import Spine

pytestmark = pytest.mark.anyio


@pytest.fixture
async def described(spine: Spine) -> list[tuple[Endpoint, dict[str, Any]]]:
    """Every management call under each spelling, with its operation."""
    async with spine.door() as door:
        paths = (await door.get("/openapi.json")).json()["paths"]
    rows = endpoints(spine.house, PageRenderer(standing_headers(is_https=False)))
    found = [
        (row, paths[path][row.method.lower()])
        for row in rows
        if row.caller in {Caller.MANAGER, Caller.MEMBER}
        for path in row.paths
    ]
    assert found
    return found


async def test_each_call_names_its_scope_or_its_permission(described: list[tuple[Endpoint, dict[str, Any]]]) -> None:
    for row, operation in described:
        if row.scope is not None:
            scope = row.scope.value
            assert operation["x-required-scope"] == scope
            assert operation["security"] == [{"management": [scope]}, {"operator": [scope]}]
            assert f"`{scope}`" in operation["description"]
        else:
            assert operation["security"] == [{"person": [row.permission] if row.permission else []}]
            assert operation.get("x-required-permission", "") == row.permission


async def test_each_call_describes_its_refusals(described: list[tuple[Endpoint, dict[str, Any]]]) -> None:
    for row, operation in described:
        answers = operation["responses"]
        assert {"400", "401", "403", "429", str(row.status)} <= answers.keys(), row.name
        assert ("404" in answers) or "{" not in row.paths[0]
        assert ("409" in answers) is (row.method != "GET"), row.name
        assert ("412" in answers) is ("stale_version" in row.errors), row.name
        is_dangerous = row.scope in DANGEROUS_SCOPES and row.method != "GET"
        assert ("freshness_required" in answers["401"]["description"]) is is_dangerous, row.name


async def test_headers_are_described_where_they_are_taken(described: list[tuple[Endpoint, dict[str, Any]]]) -> None:
    for row, operation in described:
        names = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "header"}
        assert ("Idempotency-Key" in names) is row.is_repeatable
        assert ("If-Match" in names) is ("stale_version" in row.errors)
        parameters = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"}
        assert ("Link" in operation["responses"][str(row.status)].get("headers", {})) is ("cursor" in parameters)


async def test_the_schemes_say_how_to_send_each_credential(spine: Spine) -> None:
    async with spine.door() as door:
        schemes = (await door.get("/openapi.json")).json()["components"]["securitySchemes"]
    assert (schemes["management"]["scheme"], schemes["person"]["scheme"]) == ("bearer", "bearer")
    assert (schemes["operator"]["in"], schemes["operator"]["name"]) == ("cookie", "__Host-gatepass_session")
