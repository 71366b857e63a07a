"""Web origins as browsers write them, and addresses that a server may be told."""

import re
from typing import Final
from urllib.parse import urlsplit

_LABEL: Final = "[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?"
_ORIGIN: Final = re.compile(rf"(https?)://({_LABEL}(?:\.{_LABEL})*|\[[0-9a-f:.]+\])(?::([1-9][0-9]{{0,4}}))?")
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_HIGHEST_PORT: Final = 65_535


def serialized_origin(text: str) -> str | None:
    """Return the web origin that a scheme and a host name, as browsers write it (RFC 6454 §6.2).

    Args:
        text: scheme, host and perhaps a port, and nothing else; other scripts in their ASCII form.

    Returns:
        The origin in lower case and without a default port; None where the text names none.
    """
    found = _ORIGIN.fullmatch(text.lower()) if text.isascii() else None
    if found is None:
        return None
    scheme, host = found[1], found[2]
    port = int(found[3] or _DEFAULT_PORTS[scheme])
    if port > _HIGHEST_PORT:
        return None
    return f"{scheme}://{host}" if port == _DEFAULT_PORTS[scheme] else f"{scheme}://{host}:{port}"


def is_web_address(text: str) -> bool:
    """Tell whether a text is an absolute https address, or http on this machine, without user name and fragment."""
    if not text.isascii() or any(character <= " " or character in "\\\x7f" for character in text) or "#" in text:
        return False
    try:
        parts = urlsplit(text)
        origin = serialized_origin(f"{parts.scheme}://{parts.netloc}")
    except ValueError:
        return False
    if origin is None:
        return False
    return parts.scheme == "https" or parts.hostname in {"localhost", "127.0.0.1", "::1"}
