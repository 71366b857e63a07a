"""Whether a password is known from a breach: the file is asked first, then the service where there is one."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import structlog

from gatepass.kit.fetch import Fetcher, FetchRefused
from gatepass.methods.password.breaches.file import BreachFile

_log = structlog.get_logger("gatepass.passwords")
_SHOWN: Final = 5
_SECONDS: Final = 2.0
_MOST_BYTES: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class Breaches:
    """What is asked.

    Args:
        file: the operator's own list; None where there is none.
        url: the address of the service, to which a prefix is added; empty where none is asked.
        fetcher: asks it.
        on_answer: told `known`, `unknown` or `unanswered` of each password, for the metrics.
    """

    file: BreachFile | None
    url: str
    fetcher: Fetcher
    on_answer: Callable[[str], None] | None = None

    async def knows(self, password: str) -> bool:
        """Tell whether a password is known from a breach; a service that does not answer knows of none.

        The service learns five of the forty digits of the hash, which about a million passwords share, and is asked to
        pad its answer, so that not even its length tells which.
        """
        if self.file is not None and password in self.file:
            return self._told("known", is_known=True)
        if not self.url:
            return self._told("unknown", is_known=False)
        digest = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()
        try:
            text = await self.fetcher.get_text(
                self.url + digest[:_SHOWN], {"add-padding": "true"}, limit_bytes=_MOST_BYTES, seconds=_SECONDS
            )
        except FetchRefused as fault:
            # Whoever wants to sign up must not depend on somebody else's server; the operator reads of it.
            _log.warning("passwords.breach_service_unanswered", reason=str(fault))
            return self._told("unanswered", is_known=False)
        is_known = any(_is_it(line, digest[_SHOWN:]) for line in text.splitlines())
        return self._told("known" if is_known else "unknown", is_known=is_known)

    def _told(self, answer: str, *, is_known: bool) -> bool:
        if self.on_answer is not None:
            self.on_answer(answer)
        return is_known


def _is_it(line: str, rest: str) -> bool:
    """Tell whether a line is about a hash; a padding line has the count 0."""
    found, _, count = line.strip().partition(":")
    return found.upper() == rest and count.strip() != "0"
