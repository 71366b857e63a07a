"""A Postman collection (format 2.1) of the whole API, from the OpenAPI document."""

import json
from typing import Any

from tools.documents.api import document
from tools.documents.clients.operations import Operation, operations

_SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
_INTRODUCTION = (
    "Every call of Gatepass. Set the variables `base_url`, `client_id` and `token`: the token is a management token or "
    "an API key for the management API, and a person's access token for the calls below /api/v1/auth."
)


def page() -> str:
    """Return the collection."""
    folders: dict[str, list[dict[str, Any]]] = {}
    for operation in operations(document()):
        folders.setdefault(operation.tag, []).append(_item(operation))
    collection = {
        "info": {"name": "Gatepass", "description": _INTRODUCTION, "schema": _SCHEMA},
        "auth": {"type": "bearer", "bearer": [{"key": "token", "value": "{{token}}", "type": "string"}]},
        "variable": [
            {"key": "base_url", "value": "http://localhost:8000"},
            {"key": "client_id", "value": ""},
            {"key": "token", "value": ""},
        ],
        "item": [{"name": tag, "item": items} for tag, items in folders.items()],
    }
    return json.dumps(collection, indent=2, ensure_ascii=False)


def _item(operation: Operation) -> dict[str, Any]:
    request: dict[str, Any] = {
        "method": operation.method,
        "description": operation.summary,
        "header": [],
        "url": _url(operation),
    }
    if not operation.is_guarded:
        request["auth"] = {"type": "noauth"}
    if operation.body_type:
        request["header"].append({"key": "Content-Type", "value": operation.body_type})
        request["body"] = _body(operation)
    return {"name": operation.name, "request": request, "response": []}


def _url(operation: Operation) -> dict[str, Any]:
    path = [f":{part[1:-1]}" if part.startswith("{") else part for part in operation.path.split("/")[1:]]
    query = [
        {
            "key": one.name,
            "value": "{{client_id}}" if one.name == "client_id" else str(one.example or ""),
            "disabled": not one.is_required and one.name != "client_id",
        }
        for one in operation.query
    ]
    shown = "&".join(f"{one['key']}={one['value']}" for one in query if not one["disabled"])
    url: dict[str, Any] = {
        "raw": "{{base_url}}/" + "/".join(path) + (f"?{shown}" if shown else ""),
        "host": ["{{base_url}}"],
        "path": path,
    }
    if query:
        url["query"] = query
    if operation.parts:
        url["variable"] = [{"key": name, "value": ""} for name in operation.parts]
    return url


def _body(operation: Operation) -> dict[str, Any]:
    example = operation.body_example if isinstance(operation.body_example, dict) else {}
    if operation.body_type == "application/json":
        return {
            "mode": "raw",
            "raw": json.dumps(example, indent=2, ensure_ascii=False),
            "options": {"raw": {"language": "json"}},
        }
    fields = [{"key": name, "value": str(value), "type": "text"} for name, value in example.items()]
    return {"mode": "urlencoded", "urlencoded": fields}
