"""Names that nobody knows, refused with the one that was probably meant: a misspelt filter must not find everybody."""

import difflib
from collections.abc import Collection, Iterable
from typing import Any, Final

import msgspec

from gatepass.gate.reading import malformed

_ANYWHERE: Final = frozenset({"client_id"})
_SHOWN: Final = 12


class KnownNames:
    """The names of a declared struct, and a refusal of all others.

    Args:
        shape: the struct; None where there is none, so that no name is known.
        where: what the sentence calls the place, such as `The query`.
    """

    def __init__(self, shape: type[Any] | None, where: str) -> None:
        fields = msgspec.structs.fields(shape) if shape is not None and issubclass(shape, msgspec.Struct) else ()
        self._names = frozenset(one.encode_name for one in fields)
        self._where = where

    def refuse_others(self, unverified_names: Iterable[str]) -> None:
        """Let names pass that are known, and `client_id`, which documented calls send everywhere.

        Raises:
            Problem: one is not known (`malformed_request`); all such are named.
        """
        unknown = [name for name in unverified_names if name not in self._names and name not in _ANYWHERE]
        if unknown:
            raise malformed(" ".join(self._sentence(name) for name in unknown[:_SHOWN]))

    def refuse_none(self, unverified_names: Collection[str]) -> None:
        """Let names pass of which one is known: what is read, changed and sent back has others besides.

        Raises:
            Problem: there are names, but none is known (`malformed_request`).
        """
        if unverified_names and self._names.isdisjoint(unverified_names):
            self.refuse_others(unverified_names)

    def _sentence(self, name: str) -> str:
        near = difflib.get_close_matches(name, self._names, n=1)
        known = ", ".join(sorted(self._names - _ANYWHERE))
        hint = f" Did you mean {near[0]}?" if near else f" It knows {known}." if known else ""
        return f"{self._where} knows no {name[:40]!r}.{hint}"


def top_names(body: bytes) -> Collection[str]:
    """Return the names at the top of a JSON object that was decoded before; none where it is something else."""
    try:
        return msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    except msgspec.DecodeError:
        return ()
