"""The Postman collection is one, and what it asks for is there."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from support.furnished import Furnished, furnished
from support.gatepass_server import ServerFactory
from tools.documents.clients import postman

_SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
_METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}
# These end with a refusal whatever the request names, and never by a missing call.
_NEEDS_MORE = {"sign_in_events", "logout", "tls_ask", "read_client", "userinfo"}


def collection() -> dict[str, Any]:
    return dict(json.loads(postman.page()))


def items(found: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for folder in found["item"]:
        yield from folder["item"]


def test_the_collection_is_of_format_2_1() -> None:
    found = collection()
    assert found["info"].keys() >= {"name", "schema"}
    assert found["info"]["schema"] == _SCHEMA
    assert all(folder.keys() == {"name", "item"} and folder["item"] for folder in found["item"])
    variables = {one["key"] for one in found["variable"]}
    for item in items(found):
        request, url = item["request"], item["request"]["url"]
        assert item["name"]
        assert isinstance(item["response"], list)
        assert request["method"] in _METHODS
        assert all(header.keys() >= {"key", "value"} for header in request["header"])
        assert url["raw"].startswith("{{base_url}}/")
        assert url["host"] == ["{{base_url}}"]
        named = [part[1:] for part in url["path"] if part.startswith(":")]
        assert named == [one["key"] for one in url.get("variable", [])]
        used = {value[2:-2] for value in _values(item) if value.startswith("{{") and value.endswith("}}")}
        assert used <= variables
        body = request.get("body", {"mode": "raw", "raw": "{}"})
        assert body["mode"] in {"raw", "urlencoded"}
        if body["mode"] == "raw":
            assert isinstance(json.loads(body["raw"]), dict)


def test_every_call_has_a_name_of_its_own() -> None:
    names = [item["name"] for item in items(collection())]
    assert len(names) == len(set(names))


@pytest.mark.timeout(120)
@pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
def test_every_reading_call_of_the_collection_is_there(start_server: ServerFactory) -> None:
    stage = furnished(start_server())
    faults = []
    for item in items(collection()):
        if item["request"]["method"] != "GET" or item["name"] in _NEEDS_MORE:
            continue
        status, text = _asked(stage, item)
        if status in {404, 405} or status >= 500:
            faults.append(f"{item['name']}: {status} {text[:200]}")
    assert not faults, "\n".join(faults)


def _asked(stage: Furnished, item: dict[str, Any]) -> tuple[int, str]:
    """Send a request as it stands, with the variables filled in."""
    url = item["request"]["url"]
    path = "/" + "/".join(url["path"])
    shown = "/" + "/".join(f"{{{part[1:]}}}" if part.startswith(":") else part for part in url["path"])
    for one in url.get("variable", []):
        path = path.replace(f":{one['key']}", stage.part(shown, one["key"]))
    query = {one["key"]: one["value"] for one in url.get("query", []) if not one["disabled"]}
    filled = {key: value.replace("{{client_id}}", stage.server.client.client_id) for key, value in query.items()}
    token = stage.member_token if shown.startswith("/api/v1/auth/") else stage.token
    headers = {} if "auth" in item["request"] else {"authorization": f"Bearer {token}"}
    http = stage.server.client.http
    with http.stream("GET", path, params=filled, headers=headers) as answer:
        is_endless = answer.headers.get("content-type", "").startswith("text/event-stream")
        return answer.status_code, "" if is_endless else answer.read().decode()


def _values(item: dict[str, Any]) -> Iterator[str]:
    yield from (one["value"] for one in item["request"]["url"].get("query", []))
    yield from item["request"]["url"]["host"]
