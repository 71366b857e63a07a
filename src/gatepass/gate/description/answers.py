"""What a good answer looks like: each schema filled with what would stand in it."""

from collections.abc import Mapping
from typing import Any, Final

from gatepass.gate.description.values import IDS, MISSING, MOMENT, VALUES

_DEPTH: Final = 9
_TIMES: Final = ("_at", "At", "_until")
_Schema = Mapping[str, Any]


def answer_example(name: str, schema: _Schema, components: _Schema) -> Any:
    """Return an example of an answer, which is of its schema.

    Args:
        name: the endpoint's.
        schema: of the answer.
        components: the schemas that it refers to, by name.
    """
    return _filled(schema, components, "", name, 0)


def _filled(schema: _Schema, components: _Schema, struct: str, name: str, depth: int) -> Any:
    """Return what stands in a field; what may be missing is shown as it is when it is there, as a rule.

    Args:
        schema: the field's.
        components: the schemas by name.
        struct: whose field it is.
        name: the field's.
        depth: how deep in the answer.
    """
    ways = [one for one in schema.get("anyOf", (schema,)) if one.get("type") != "null"]
    if not ways or depth > _DEPTH or (name in MISSING and len(ways) < len(schema.get("anyOf", ()))):
        return None
    found = ways[0]
    if "$ref" in found:
        target = found["$ref"].rpartition("/")[2]
        found = components[target]
        struct = target if "properties" in found else struct
    if "properties" in found:
        return {key: _filled(one, components, struct, key, depth + 1) for key, one in found["properties"].items()}
    if found.get("type") == "array":
        item = _filled(found.get("items") or {}, components, struct, name, depth + 1)
        if item is not None and found.get("minItems"):
            return [item] * found["minItems"]
        return [] if item is None or item == "" else [item]
    return _plain(found, _value(struct, name))


def _value(struct: str, name: str) -> Any:
    if name.endswith(_TIMES):
        return MOMENT
    named = VALUES.get(f"{struct}.{name}", VALUES.get(name))
    return IDS if named is None and name.endswith(("_id", "_ids")) else named


def _plain(schema: _Schema, value: Any) -> Any:
    """Return the value where it is of the schema, and else the plainest that is."""
    if "enum" in schema:
        return value if value in schema["enum"] else schema["enum"][0]
    match schema.get("type"):
        case "string":
            return value if isinstance(value, str) else MOMENT if schema.get("format") == "date-time" else ""
        case "integer" | "number":
            return value if type(value) is int else schema.get("minimum", 1)
        case "boolean":
            return value if isinstance(value, bool) else True
        case "object":
            return value if isinstance(value, dict) else {}
    return None
