"""What metadata may be, how a patch changes it, and by which of its values people are found."""

from collections.abc import Iterator
from typing import Any, Final

import msgspec

_MOST_BYTES: Final = 16 * 1024
_DEEPEST: Final = 5
_LONGEST_FOUND: Final = 200  # an index entry has an end; longer values are kept, and not found by
_encode = msgspec.json.Encoder().encode


def faults(label: str, metadata: dict[str, Any]) -> Iterator[str]:
    """Yield every fault of a person's metadata, each as a sentence that says what to do.

    Args:
        label: what it is called, such as `public metadata`.
        metadata: the whole of it, as it would be kept.
    """
    if _depth(metadata) > _DEEPEST:
        yield f"Nest the {label} at most {_DEEPEST} levels deep."
    elif len(_encode(metadata)) > _MOST_BYTES:
        yield f"Keep the {label} within {_MOST_BYTES // 1024} KiB of JSON."


def merge(kept: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    """Return metadata as a merge patch leaves it (RFC 7396 §2): null takes a member away, an object goes deeper.

    Args:
        kept: what there is.
        patch: what changes; no deeper than metadata may be, or it is returned as it came, for `faults` to name.
    """
    if _depth(patch) > _DEEPEST:
        return patch
    return _merged(kept, patch)


def _merged(kept: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    merged = dict(kept)
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        elif isinstance(value, dict):
            inner = merged.get(name)
            merged[name] = _merged(inner if isinstance(inner, dict) else {}, value)
        else:
            merged[name] = value
    return merged


def found_by(*all_metadata: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the names and values by which a person is found: the plain values at the top, each as a text."""
    found = {
        (name, text)
        for metadata in all_metadata
        for name, value in metadata.items()
        if (text := as_text(value)) is not None and len(name) <= _LONGEST_FOUND and len(text) <= _LONGEST_FOUND
    }
    return sorted(found)


def as_text(value: object) -> str | None:
    """Return a plain value as it is searched for: `true`, `12`, or the text itself; None for what is not plain."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return _encode(value).decode()
    return value if isinstance(value, str) else None


def _depth(value: object) -> int:
    """Return how deeply a value is nested, counted level by level and no further than it takes to be too deep."""
    level, depth = [value], 0
    while level and depth <= _DEEPEST:
        depth += 1
        level = [inner for outer in level for inner in _inside(outer) if isinstance(inner, dict | list)]
    return depth


def _inside(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())
    return list(value) if isinstance(value, list) else []
