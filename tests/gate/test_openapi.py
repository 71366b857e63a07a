"""The document says what the server does: every row of the table, and answers of the documented shapes."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import jsonschema_rs
import pytest

from gatepass.app import endpoints
from gatepass.app.management_doors import gatekeeper
from gatepass.gate.description.document import document
from gatepass.gate.description.samples import described_names
from gatepass.gate.headers import standing_headers
from gatepass.gate.model import Call, Caller, Endpoint
from gatepass.gate.pages.rendering import PageRenderer
from gatepass.gate.server import Table
from support.spine import Spine, standing

pytestmark = pytest.mark.anyio

BASE = "/api/v1/auth/passwordless"
REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "openapi.json"


@pytest.fixture
async def spine(sqlite_copy: str, tmp_path: Path) -> AsyncIterator[Spine]:
    """A house that has every endpoint, those too that are off by default."""
    async with standing(sqlite_copy, tmp_path, {"GATEPASS_PROVIDER_DYNAMIC_REGISTRATION": "token"}) as made:
        yield made


def table(spine: Spine) -> list[Endpoint]:
    return endpoints(spine.house, PageRenderer(standing_headers(is_https=False)))


async def served(spine: Spine) -> dict[str, Any]:
    async with spine.door() as door:
        answer = await door.get("/openapi.json")
    assert answer.headers["content-type"] == "application/json"
    return dict(answer.json())


def operations(described: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (method.upper(), path): operation
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    }


async def test_every_row_of_the_table_is_described_under_every_spelling(spine: Spine) -> None:
    described = operations(await served(spine))
    rows = {(row.method, path): row for row in table(spine) for path in row.paths}
    assert described.keys() == rows.keys() - {("GET", "/openapi.json")}
    for key, operation in described.items():
        assert operation["summary"] == rows[key].summary
        assert operation["summary"].endswith(".")


async def test_operation_ids_are_unique_and_aliases_are_deprecated(spine: Spine) -> None:
    described = operations(await served(spine))
    ids = [operation["operationId"] for operation in described.values()]
    assert len(ids) == len(set(ids))
    preferred = {row.paths[0] for row in table(spine)}
    for (_, path), operation in described.items():
        assert operation.get("deprecated", False) is (path not in preferred)


async def test_the_document_names_the_public_url(spine: Spine) -> None:
    assert (await served(spine))["servers"] == [{"url": spine.house.public_url}]


async def test_every_reference_of_the_document_leads_somewhere(spine: Spine) -> None:
    described = await served(spine)
    schemas = described["components"]["schemas"]

    def references(value: Any) -> list[str]:
        if isinstance(value, dict):
            own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
            return own + [one for part in value.values() for one in references(part)]
        return [one for part in value for one in references(part)] if isinstance(value, list) else []

    found = references(described)
    assert found
    for reference in found:
        assert reference.removeprefix("#/components/schemas/") in schemas, reference


async def test_every_schema_is_a_schema(spine: Spine) -> None:
    for name, schema in (await served(spine))["components"]["schemas"].items():
        whole = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
        assert jsonschema_rs.meta.is_valid(whole), name


async def test_a_call_of_an_application_is_described_with_its_client_id_and_its_refusals(spine: Spine) -> None:
    described = operations(await served(spine))
    for row in table(spine):
        if row.name == "openapi":
            continue
        operation = described[row.method, row.paths[0]]
        names = [parameter["name"] for parameter in operation.get("parameters", ())]
        assert len(names) == len(set(names))
        if row.caller is Caller.APPLICATION:
            assert "client_id" in names
            assert {"400", "401", "403", "429"} <= operation["responses"].keys()
        if row.body is not None:
            assert {"413", "415"} <= operation["responses"].keys()
        for code in row.errors if "400" in operation["responses"] else ():
            assert any(code in response["description"] for response in operation["responses"].values()), code


async def test_a_body_is_required_where_it_can_not_be_empty(spine: Spine) -> None:
    described = operations(await served(spine))
    bodies = {
        path: described["POST", path]["requestBody"]["required"]
        for _, path in described
        if "oauth2" in path and "requestBody" in described.get(("POST", path), {})
    }
    assert bodies == {
        "/oauth2/authorize": True,
        "/oauth2/par": True,
        "/oauth2/register": True,
        "/oauth2/token": True,
        "/api/v1/oauth2/token": True,
        "/oauth2/introspect": True,
        "/oauth2/revoke": True,
        "/oauth2/device_authorization": False,
        "/oauth2/logout": False,
        "/oauth2/userinfo": False,
    }
    assert described["POST", f"{BASE}/magic-link/send"]["requestBody"]["required"] is True


async def test_every_example_is_of_its_schema_and_none_is_left_over(spine: Spine) -> None:
    described = await served(spine)
    for key, operation in operations(described).items():
        for media in operation.get("requestBody", {}).get("content", {}).values():
            schema = {**media["schema"], "components": described["components"]}
            values = [named["value"] for named in media.get("examples", {}).values()] or [media["example"]]
            for value in values:
                jsonschema_rs.validate(schema, value)
                assert "…" not in str(value), f"{key} has a parameter without a sample"
        for parameter in operation.get("parameters", ()):
            assert parameter.get("example") != "…", f"{key} has a parameter without a sample"
    assert described_names() <= {row.name for row in table(spine)}


async def test_every_json_answer_has_an_example_of_its_schema(spine: Spine) -> None:
    described = await served(spine)
    for key, operation in operations(described).items():
        for status, answer in operation["responses"].items():
            media = answer.get("content", {}).get("application/json")
            if not status.startswith("2") or media is None:
                continue
            schema = {**media["schema"], "components": described["components"]}
            assert jsonschema_rs.is_valid(schema, media["example"]), key
        for parameter in operation.get("parameters", ()):
            if "example" in parameter:
                schema = {**parameter["schema"], "components": described["components"]}
                assert jsonschema_rs.is_valid(schema, parameter["example"]), (key, parameter["name"])


def judge(described: dict[str, Any], method: str, path: str, answer: httpx2.Response) -> None:
    """Hold an answer against what the document says of it."""
    operation = operations(described)[method, path]
    response = operation["responses"][str(answer.status_code)]
    media_type = answer.headers["content-type"].partition(";")[0]
    schema = response["content"][media_type].get("schema", {})
    if media_type.endswith("json"):
        assert schema
        jsonschema_rs.validate({**schema, "components": described["components"]}, answer.json())


async def test_answers_have_the_documented_shapes(spine: Spine) -> None:
    described = await served(spine)
    client, email = {"client_id": spine.application.client_id}, "ana@example.com"
    async with spine.door() as door:

        async def get(path: str, **query: str) -> httpx2.Response:
            answer = await door.get(path, params={**client, **query})
            judge(described, "GET", path, answer)
            return answer

        async def post(path: str, body: Any) -> httpx2.Response:
            answer = await door.post(path, params=client, json=body)
            judge(described, "POST", path, answer)
            return answer

        state = (await post(f"{BASE}/magic-link/send", {"email": email, "match": True})).json()["state"]
        await post(f"{BASE}/magic-link/send", {"email": "nobody"})
        await post(f"{BASE}/magic-link/resend", {"state": state})
        await post(f"{BASE}/magic-link/resend", {"state": 1})
        await get(f"{BASE}/magic-link/status", state=state)
        link = await spine.link(email)
        await get(f"{BASE}/magic-link/verify", state=link.handle, magictext=link.secret)
        await get(f"{BASE}/magic-link/verify", state=link.handle, magictext=link.secret)
        tokens = (await get(f"{BASE}/magic-link/status", state=state)).json()["oauth"]
        await get(f"{BASE}/magic-link/status/events", state=state)
        state = (await post(f"{BASE}/magic-link/send", {"email": email})).json()["state"]
        code = (await spine.mail(email))["code"]
        await post(f"{BASE}/email-otp/verify", {"state": state, "otp": code})
        await get("/api/v1/accesstoken/refresh", refresh_token=tokens["refresh_token"])
        await post("/api/v1/accesstoken/refresh", {"refresh_token": "x"})
        await get("/api/v1/config", client_id="", domain="unknown.example")
        for path in ("/api/v1/config", "/.well-known/jwks.json", "/healthz", "/readyz", "/metrics"):
            await get(path)
        await get("/api/v1/auth/status", identifier=email)


async def test_the_committed_document_is_what_the_code_says(spine: Spine) -> None:
    committed = json.loads(REFERENCE.read_text())
    described = await served(spine)
    assert committed["paths"] == described["paths"]
    assert committed["components"] == described["components"]


async def nothing(_: Call[None, None]) -> None:
    return None


async def test_two_rows_that_claim_one_address_stop_the_server_from_starting(spine: Spine) -> None:
    row = Endpoint("a", "GET", ("/x", "/y"), nothing, "One.")
    keeper = gatekeeper(spine.house, frozenset({b""}))
    Table.of([row, Endpoint("b", "POST", ("/x",), nothing, "Two.")], keeper)
    with pytest.raises(ValueError, match="GET /y is claimed twice"):
        Table.of([row, Endpoint("b", "GET", ("/y",), nothing, "Two.")], keeper)


async def test_a_row_without_anything_declared_is_described_with_the_faults_that_any_call_may_meet() -> None:
    row = Endpoint("a", "GET", ("/x",), nothing, "One.", answer="text/plain")
    operation = document([row], "https://auth.example")["paths"]["/x"]["get"]
    assert {"200", "500", "503"} <= operation["responses"].keys()
    assert not {"400", "403", "413", "415", "429"} & operation["responses"].keys()
    assert "parameters" not in operation
