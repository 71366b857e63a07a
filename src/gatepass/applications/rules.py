"""What an application's addresses must look like."""

import re
from urllib.parse import SplitResult, urlsplit

from gatepass.applications import branding_rules, method_rules, oauth_rules
from gatepass.applications.branding_rules import is_line
from gatepass.applications.model import ApplicationType, Registration
from gatepass.kit.problems import Problem
from gatepass.kit.urls import serialized_origin

_LONGEST_NAME = 100
_LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
_PRIVATE_SCHEME = re.compile(r"[a-z][a-z0-9+\-]*(\.[a-z0-9+\-]+)+")
SHORTEST_LINK_SECONDS = 60
LONGEST_LINK_SECONDS = 600  # ASVS 5.0 §6.5.5: at most ten minutes


def faults(registration: Registration) -> list[str]:
    """Return every fault of a registration, each as a sentence that says what to do; empty when it will do."""
    found = []
    if not registration.name.strip() or len(registration.name) > _LONGEST_NAME:
        found.append(f"Give the application a name of 1 to {_LONGEST_NAME} characters.")
    if not is_line(registration.name):
        found.append("Leave line breaks and control characters out of the application's name.")
    is_native = registration.type is ApplicationType.NATIVE
    found += [
        f"{url!r} can't be an address of the application: {fault}"
        for url in (*registration.callback_urls, *registration.logout_urls)
        if (fault := _url_fault(url, is_native=is_native))
    ]
    found += [
        f"{origin!r} is not an origin; write scheme, host and port alone, such as https://app.example."
        for origin in registration.allowed_origins
        if not is_origin(origin)
    ]
    found += branding_rules.faults(registration.branding)
    seconds = registration.magic_link.lifetime_seconds
    if not SHORTEST_LINK_SECONDS <= seconds <= LONGEST_LINK_SECONDS:
        found.append(f"A link lives {SHORTEST_LINK_SECONDS} to {LONGEST_LINK_SECONDS} seconds; {seconds} is outside.")
    found += oauth_rules.faults(registration)
    found += method_rules.faults(registration.methods)
    return found


def refuse_faulty(registration: Registration) -> None:
    """Let a sound registration pass.

    Raises:
        Problem: it has faults; all of them are named (`invalid_application`).
    """
    found = faults(registration)
    if found:
        raise Problem("invalid_application", 400, " ".join(found), number=1004)


def is_origin(text: str) -> bool:
    """Tell whether a text is a web origin in its serialized form (RFC 6454 §6.2)."""
    return serialized_origin(text) == text


def _url_fault(url: str, *, is_native: bool) -> str | None:  # noqa: PLR0911 - a table of faults, read in order
    parts = _split(url)
    if parts is None or any(ord(character) <= ord(" ") or character == "\\" for character in url):
        return "it is not a URL."
    if "#" in url:
        return "leave the fragment (#…) out (RFC 6749 §3.1.2)."
    if "*" in parts.netloc:
        return "write the host out; wildcards are not matched."
    if parts.scheme in {"http", "https"} and (not parts.hostname or "@" in parts.netloc):
        return "it needs a host, and no user name."
    if parts.scheme == "https":
        return None
    if parts.scheme == "http":
        return None if parts.hostname in _LOOPBACK_HOSTS else "use https; plain http is for this machine alone."
    if is_native and _PRIVATE_SCHEME.fullmatch(parts.scheme):
        return None
    return "use https, or for a native application a scheme of your own domain such as com.example.app (RFC 8252 §7.1)."


def _split(text: str) -> SplitResult | None:
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return None
    return parts
