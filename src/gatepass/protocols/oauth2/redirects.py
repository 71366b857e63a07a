"""Redirect URIs: compared to the letter, and completed with an answer (RFC 6749 §3.1.2, RFC 9700 §2.1, RFC 8252)."""

import re
from collections.abc import Iterable, Mapping
from typing import Final, Literal
from urllib.parse import quote, urlencode, urlsplit

_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_MOST_CHARACTERS: Final = 2000
_LOOPBACK_HOSTS: Final = ("127.0.0.1", "[::1]", "localhost")
_LOOPBACK: Final = re.compile(
    r"(?P<host>http://(?:127\.0\.0\.1|\[::1\]|localhost))(?::(?P<port>[1-9][0-9]{0,4}))?(?P<rest>(?:[/?].*)?)"
)
# Every character that RFC 3986 §2 allows, with percent signs only before two hexadecimal digits; no fragment.
_URI: Final = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*):(?:[A-Za-z0-9._~:/?\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+", re.ASCII
)
_HIGHEST_PORT: Final = 65_535

ResponseMode = Literal["query", "fragment"]


def matches(registered: Iterable[str], unverified_uri: str, *, is_native: bool) -> bool:
    """Tell whether a redirect URI is a registered one.

    It must be so to the letter. Only the port may differ, and only for a native application that listens on a loopback
    interface (RFC 8252 §7.3, RFC 9700 §2.1).

    Args:
        registered: the URIs of the client, as it registered them.
        unverified_uri: the URI of the request, decoded once.
        is_native: whether the client is an application on its user's device.
    """
    if "#" in unverified_uri:
        return False
    portless = _without_port(unverified_uri) if is_native else None
    return any(uri == unverified_uri or (portless and _without_port(uri) == portless) for uri in registered)


def with_parameters(uri: str, parameters: Mapping[str, str], mode: ResponseMode) -> str:
    """Return a redirect URI with the parameters of an answer (RFC 6749 §4.1.2; OAuth 2.0 Multiple Response Types §2.1).

    Args:
        uri: a registered URI; a query that it has stays as it is (RFC 6749 §3.1.2).
        parameters: names and values, not encoded.
        mode: which part of the URI carries them.

    Raises:
        ValueError: the URI could not have been registered.
    """
    if _URI.fullmatch(uri) is None:
        raise ValueError("This is no redirect URI.")
    answer = urlencode(parameters, quote_via=quote)
    if mode == "fragment":
        return f"{uri}#{answer}"
    if "?" not in uri:
        return f"{uri}?{answer}"
    return f"{uri}{answer}" if uri.endswith(("?", "&")) else f"{uri}&{answer}"


def origin_of(uri: str) -> str:
    """Return the origin of a registered URI, as a Content-Security-Policy names it; a scheme of its own with a colon.

    Raises:
        ValueError: the URI could not have been registered.
    """
    if _URI.fullmatch(uri) is None:
        raise ValueError("This is no redirect URI.")
    parts = urlsplit(uri)
    if parts.scheme not in _DEFAULT_PORTS:
        return f"{parts.scheme}:"
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    has_port = parts.port is not None and parts.port != _DEFAULT_PORTS[parts.scheme]
    return f"{parts.scheme}://{host}:{parts.port}" if has_port else f"{parts.scheme}://{host}"


def host_of(uri: str) -> str:
    """Return what a person is told of where a registered URI leads: its host, or its own scheme with a colon."""
    parts = urlsplit(uri)
    return parts.hostname or f"{parts.scheme}:"


def registration_fault(unverified_uri: str, *, is_native: bool) -> str | None:
    """Return why a redirect URI can't be registered, as a sentence; None where it can.

    Web applications use https, or http on a loopback host; native ones also a scheme of their own with a dot
    (RFC 8252 §7.1, RFC 9700 §2.6).
    """
    found = _URI.fullmatch(unverified_uri) if len(unverified_uri) <= _MOST_CHARACTERS else None
    if found is None:
        return "A redirect URI is absolute, has no fragment and at most 2000 characters of ASCII."
    scheme = found["scheme"]
    if scheme not in _DEFAULT_PORTS:
        if is_native and "." in scheme:
            return None
        return "A redirect URI uses https; a native application may use a scheme with a dot, such as com.example.app."
    return _web_fault(unverified_uri)


def _web_fault(uri: str) -> str | None:
    try:
        parts = urlsplit(uri)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "The host of this redirect URI can't be read."
    if not host or not uri.startswith(f"{parts.scheme}://") or "@" in parts.netloc or port == 0:
        return "A redirect URI names a host, and no user."
    if re.search(r"/\.\.?(?:/|$)", re.sub("%2[eE]", ".", parts.path)):
        return "The path of a redirect URI has no dots that lead elsewhere."
    written = f"[{host}]" if ":" in host else host
    if parts.scheme == "http" and written not in _LOOPBACK_HOSTS:
        return "A redirect URI uses https; http is for 127.0.0.1, [::1] and localhost."
    return None


def _without_port(uri: str) -> tuple[str, str] | None:
    found = _LOOPBACK.fullmatch(uri)
    if found is None or int(found["port"] or 1) > _HIGHEST_PORT:
        return None
    return found["host"], found["rest"]
