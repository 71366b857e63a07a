"""How long an answer may be kept (RFC 9111)."""

import re
from collections.abc import Mapping
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Final

_DIRECTIVE: Final = re.compile(r"""([!#$%&'*+.^_`|~0-9a-z-]+)(?:\s*=\s*(?:"([^"]*)"|([^\s,;]*)))?""", re.IGNORECASE)
_NEVER: Final = ("no-store", "no-cache")
_MOST_DIGITS: Final = 9  # thirty years; more would only say "for ever" in a larger number


def fresh_for(headers: Mapping[str, str]) -> timedelta | None:
    """Read how long an answer stays fresh (RFC 9111 §4.2.1), its age on the way subtracted (§4.2.3).

    Args:
        headers: the answer's, by name in lower case.

    Returns:
        Zero where it must not be kept; None where the server did not say.
    """
    directives = {
        name.lower(): quoted or bare for name, quoted, bare in _DIRECTIVE.findall(headers.get("cache-control", ""))
    }
    if any(name in directives for name in _NEVER):
        return timedelta(0)
    if (limit := _seconds(directives.get("max-age"))) is not None:
        return max(limit - (_seconds(headers.get("age")) or timedelta(0)), timedelta(0))
    return _until_expiry(headers)


def _seconds(text: str | None) -> timedelta | None:
    if text is None or not (text.isascii() and text.isdigit()):
        return None
    return timedelta(seconds=int(text[:_MOST_DIGITS] if len(text) <= _MOST_DIGITS else "9" * _MOST_DIGITS))


def _until_expiry(headers: Mapping[str, str]) -> timedelta | None:
    if "expires" not in headers:
        return None
    try:
        return max(parsedate_to_datetime(headers["expires"]) - parsedate_to_datetime(headers["date"]), timedelta(0))
    except (KeyError, ValueError, TypeError):
        # A date that can't be read, as the common "0", means that it has expired (RFC 9111 §5.3).
        return timedelta(0)
