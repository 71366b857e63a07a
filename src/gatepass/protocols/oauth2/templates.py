"""Claim templates: which facts a token carries besides its own, written as JSON with places to fill.

A text that is one place, `{{user.email}}`, takes the value with its type; within a longer text a value becomes text.
`{{user.name | default: "nobody"}}` says what stands where nothing is known; without it the claim is left out. There
are look-ups in given facts and nothing else: no calls, no attributes, no loops, so there is nothing to break out of.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

RESERVED: Final = frozenset(
    {
        *("iss", "sub", "aud", "exp", "nbf", "iat", "jti", "client_id", "azp", "sid", "auth_time", "amr", "acr", "typ"),
        *("scope", "grant_id", "cnf", "act", "nonce", "at_hash", "c_hash", "org_id"),
    }
)
_MOST_DEPTH: Final = 6
_MOST_CLAIMS: Final = 50
_MOST_PLACES: Final = 100
_MOST_BYTES: Final = 4 * 1024
_PLACE: Final = re.compile(
    r"\{\{ {0,4}(?P<path>[A-Za-z0-9_-]{1,64}(?:\.[A-Za-z0-9_-]{1,64}){0,5}) {0,4}"
    r'(?:\| {0,4}default: {0,4}"(?P<default>[^"{}]{0,200})" {0,4})?\}\}'
)
_UNKNOWN: Final = object()


def faults(template: object) -> list[str]:
    """Return what is wrong with a template, a sentence each; a good one has none."""
    if not isinstance(template, dict):
        return ["A claim template is a JSON object."]
    found = [f"The claim {name!r} is reserved for Gatepass." for name in template if name in RESERVED]
    depth = _depth(template)
    if depth > _MOST_DEPTH:
        return [*found, f"The template is nested deeper than {_MOST_DEPTH} levels."]
    try:
        size = len(_encoded(template))
    except (TypeError, ValueError):
        return [*found, "The template is no JSON."]
    if size > _MOST_BYTES:
        return [*found, f"The template is longer than {_MOST_BYTES} bytes."]
    if sum(len(members) for members in _objects(template)) > _MOST_CLAIMS:
        found.append(f"The template has more than {_MOST_CLAIMS} claims.")
    if sum(text.count("{{") for text in _texts(template)) > _MOST_PLACES:
        found.append(f"The template has more than {_MOST_PLACES} places to fill.")
    for text in _texts(template):
        rest = _PLACE.sub("", text)
        if "{{" in rest or "}}" in rest:
            found.append(f'{text[:60]!r} has a place that is not written as {{{{path.to.value | default: "text"}}}}.')
    return found


def fill(template: Mapping[str, Any], context: Mapping[str, Any]) -> dict[str, Any]:
    """Return the claims of a template, filled with facts.

    What it makes is bounded even where the template was never judged: claims that are reserved are left out, and the
    last ones are dropped until the rest fits into 4 KiB.

    Args:
        template: a template without `faults`.
        context: facts by name, as JSON could hold them.
    """
    claims: dict[str, Any] = {}
    size = 2
    for name, value in list(template.items())[:_MOST_CLAIMS]:
        filled = _filled(value, context, _MOST_DEPTH) if name not in RESERVED else _UNKNOWN
        if filled is _UNKNOWN:
            continue
        try:
            size += len(_encoded({name: filled}))
        except (TypeError, ValueError):
            continue
        if size > _MOST_BYTES:
            break
        claims[name] = filled
    return claims


def _filled(value: Any, context: Mapping[str, Any], depth: int) -> Any:
    if isinstance(value, str):
        return _filled_text(value, context)
    if not isinstance(value, dict | list):
        return value
    if depth <= 1:
        return _UNKNOWN
    if isinstance(value, list):
        items = (_filled(item, context, depth - 1) for item in value)
        return [item for item in items if item is not _UNKNOWN]
    members = ((name, _filled(member, context, depth - 1)) for name, member in value.items())
    return {name: member for name, member in members if member is not _UNKNOWN}


def _filled_text(text: str, context: Mapping[str, Any]) -> Any:
    whole = _PLACE.fullmatch(text)
    if whole is not None:
        return _fact(whole, context)
    pieces: list[str] = []
    end = 0
    for place in _PLACE.finditer(text):
        fact = _fact(place, context)
        if fact is _UNKNOWN:
            return _UNKNOWN
        pieces += [text[end : place.start()], fact if isinstance(fact, str) else _encoded(fact).decode()]
        end = place.end()
    return "".join([*pieces, text[end:]])


def _fact(place: re.Match[str], context: Mapping[str, Any]) -> Any:
    value: Any = context
    for step in place["path"].split("."):
        value = value.get(step, _UNKNOWN) if isinstance(value, dict) else _UNKNOWN
    if value is not _UNKNOWN and value is not None:
        return value
    default = place["default"]
    return _UNKNOWN if default is None else default


def _encoded(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def _depth(value: object) -> int:
    """Return how deep a value is nested, looking no deeper than one level past the limit."""
    level, depth = [value], 0
    while depth <= _MOST_DEPTH:
        level = [member for one in level for member in _members(one)]
        if not level:
            break
        depth += 1
    return depth


def _members(value: object) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _objects(value: object) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for member in _members(value):
        yield from _objects(member)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for member in _members(value):
        yield from _texts(member)
