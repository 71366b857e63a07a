"""Paths with a part that differs from call to call, such as `/oauth2/register/{client_id}`.

A part is one whole segment. A path that is spelled out wins over one with a part, as the exact table is asked first.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Generic, TypeVar

T = TypeVar("T")
NO_PARTS: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(slots=True)
class _Node(Generic[T]):
    """One step of the tree: what follows by name, what follows for any segment, and what ends here."""

    named: dict[str, "_Node[T]"] = field(default_factory=dict)
    any_segment: "_Node[T] | None" = None
    parts: tuple[str, ...] = ()
    value: T | None = None


class PathTree(Generic[T]):
    """Finds what is kept under a path of which some segments are parts."""

    def __init__(self) -> None:
        self._root: _Node[T] = _Node()

    def add(self, pattern: str, value: T) -> None:
        """Keep a value under a pattern.

        Args:
            pattern: a path whose segments are texts or `{name}`.
            value: what is found there; it takes the place of an earlier one.

        Raises:
            ValueError: a segment is a part and a text at once, two parts have one name, or the same pattern stands
                there with other names.
        """
        parts = parts_of(pattern)
        node = self._root
        for segment in pattern.split("/")[1:]:
            if segment.startswith("{"):
                node.any_segment = node.any_segment or _Node()
                node = node.any_segment
            else:
                node = node.named.setdefault(segment, _Node())
        if node.value is not None and node.parts != parts:
            raise ValueError(f"{pattern} is known with other names: {', '.join(node.parts)}.")
        node.value, node.parts = value, parts

    def find(self, path: str) -> tuple[T, Mapping[str, str]] | None:
        """Return what is kept under a path, and the path's parts by name."""
        found = _descend(self._root, path.split("/")[1:], 0, ())
        if found is None:
            return None
        node, taken = found
        return None if node.value is None else (node.value, dict(zip(node.parts, taken, strict=True)))


def parts_of(pattern: str) -> tuple[str, ...]:
    """Return the names of a pattern's parts, in their order.

    Raises:
        ValueError: a segment is a part and a text at once, or two parts have one name.
    """
    segments = [segment for segment in pattern.split("/") if "{" in segment or "}" in segment]
    names = tuple(segment[1:-1] for segment in segments)
    if any(segment != f"{{{name}}}" or not name.isidentifier() for segment, name in zip(segments, names, strict=True)):
        raise ValueError(f"{pattern}: a part is one whole segment, written as {{name}}.")
    if len(set(names)) != len(names):
        raise ValueError(f"{pattern} names a part twice.")
    return names


def _descend(
    node: _Node[T], segments: list[str], depth: int, taken: tuple[str, ...]
) -> tuple[_Node[T], tuple[str, ...]] | None:
    if depth == len(segments):
        return (node, taken) if node.value is not None else None
    segment = segments[depth]
    following = node.named.get(segment)
    found = _descend(following, segments, depth + 1, taken) if following is not None else None
    if found is None and node.any_segment is not None and segment:
        found = _descend(node.any_segment, segments, depth + 1, (*taken, segment))
    return found
