"""The rows that the nouns of this API add to the endpoint table."""

from dataclasses import dataclass
from typing import Any

from gatepass.access.model import Scope
from gatepass.gate.model import Caller, Endpoint, Handler


@dataclass(frozen=True, slots=True)
class ManagerRows:
    """Makes the rows of one noun for managers.

    Args:
        tag: below which heading the rows are described.
        reading: the scope that GET needs.
        writing: the scope that everything else needs.
    """

    tag: str
    reading: Scope
    writing: Scope

    def __call__(
        self, name: str, method: str, path: str | tuple[str, ...], handler: Handler, summary: str, **declared: Any
    ) -> Endpoint:
        """Return a row of the endpoint table.

        Args:
            name: its stable name.
            method: the HTTP method.
            path: its path, or every spelling of it, the preferred one first.
            handler: what answers.
            summary: one sentence.
            **declared: the other parts of `Endpoint`; a `scope` or `tag` takes the place of the noun's.
        """
        paths = (path,) if isinstance(path, str) else path
        usual = {"scope": self.reading if method == "GET" else self.writing, "tag": self.tag}
        return Endpoint(name, method, paths, handler, summary, caller=Caller.MANAGER, **{**usual, **declared})
