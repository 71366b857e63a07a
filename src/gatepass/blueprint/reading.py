"""From the text of a file to what it says; every fault is told with its place."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import yaml

from gatepass.blueprint.model import Blueprint, Faulty, Noun
from gatepass.blueprint.rules import unknown

VERSION: Final = 1
_HEAD: Final = "gatepass"
_MOST_BYTES: Final = 5_000_000


def read_blueprint(text: str) -> Blueprint:
    """Return what a file says.

    Raises:
        Faulty: it is no YAML, names something twice, or speaks of what nobody knows; all faults are named.
    """
    if len(text) > _MOST_BYTES:
        raise Faulty([f"The file is larger than {_MOST_BYTES // 1_000_000} MB."])
    try:
        found = yaml.load(text, Loader=_Strict)  # noqa: S506 - a safe loader, which refuses more
    except yaml.YAMLError as error:
        raise Faulty([_place(error)]) from None
    if not isinstance(found, Mapping):
        raise Faulty([f"The file begins with `{_HEAD}: {VERSION}`; its nouns follow."])
    faults = list(_faults(found))
    if faults:
        raise Faulty(faults)
    return Blueprint({noun: dict(found[noun.value] or {}) for noun in Noun if noun.value in found})


def write_blueprint(sheets: Mapping[Noun, Mapping[str, Any]]) -> str:
    """Return the text of a file that says so much."""
    head = {_HEAD: VERSION, **{noun.value: dict(sheets[noun]) for noun in Noun if noun in sheets}}
    written: str = yaml.dump(head, Dumper=yaml.SafeDumper, sort_keys=False, allow_unicode=True, width=120)
    return written


def _faults(found: Mapping[Any, Any]) -> Iterator[str]:
    if found.get(_HEAD) != VERSION:
        yield f"{_HEAD}: this server reads version {VERSION}; begin the file with `{_HEAD}: {VERSION}`."
    for name, things in found.items():
        if name == _HEAD:
            continue
        if name not in set(Noun):
            yield unknown(str(name), set(Noun))
        elif things is not None and not isinstance(things, Mapping):
            yield f"{name}: write each thing below it by its name."
        else:
            yield from (
                f"{name}.{key}: write its fields below it."
                for key, sheet in (things or {}).items()
                if not isinstance(key, str) or not (sheet is None or isinstance(sheet, Mapping))
            )


class _Strict(yaml.SafeLoader):
    """Refuses what would silently win or grow: a name twice, and aliases of aliases."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.composer.ComposerError(
                None,
                None,
                "write it out; references within the file are not read",
                self.peek_event().start_mark,  # type: ignore[no-untyped-call]
            )
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=deep)
            if isinstance(key, str) and key in seen:
                raise yaml.constructor.ConstructorError(None, None, f"{key} stands here twice", key_node.start_mark)
            seen.add(key if isinstance(key, str) else id(key_node))
        return super().construct_mapping(node, deep=deep)


def _place(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    said = str(getattr(error, "problem", "") or "it can't be read as YAML")
    return f"Line {mark.line + 1}: {said}." if mark is not None else f"The file: {said}."
