"""The headers that every answer carries, built once."""

from collections.abc import Sequence
from dataclasses import dataclass

from gatepass.gate.model import Headers

_STRICT_API_POLICY = b"default-src 'none'; frame-ancestors 'none'"
PAGE_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: https:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True, slots=True)
class StandingHeaders:
    """The header lists of the server, ready to be sent."""

    api: Headers
    page: Headers
    cached: Headers


def standing_headers(*, is_https: bool) -> StandingHeaders:
    """Build the header lists.

    Args:
        is_https: whether the public URL is https, so that browsers are told to insist on it (RFC 6797).
    """
    always: Headers = [
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"no-referrer"),
        (b"x-frame-options", b"DENY"),
    ]
    if is_https:
        always.append((b"strict-transport-security", b"max-age=63072000; includeSubDomains"))
    api = [*always, (b"content-security-policy", _STRICT_API_POLICY)]
    page = [
        *always,
        (b"content-security-policy", PAGE_POLICY.encode()),
        (b"cross-origin-opener-policy", b"same-origin"),
        (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
    ]
    no_store = (b"cache-control", b"no-store")
    return StandingHeaders([*api, no_store], [*page, no_store], api)


def cross_origin(origin: bytes) -> Headers:
    """Return the headers that let one origin read the answer (Fetch §3.2)."""
    return [
        (b"access-control-allow-origin", origin),
        (b"access-control-allow-credentials", b"true"),
        (b"access-control-expose-headers", b"retry-after, x-trace-id, link"),
        (b"vary", b"origin"),
    ]


def preflight(origin: bytes, methods: Sequence[str]) -> Headers:
    """Return the headers that answer a preflight (Fetch §4.8)."""
    return [
        *cross_origin(origin),
        (b"access-control-allow-methods", ", ".join(methods).encode()),
        (b"access-control-allow-headers", b"content-type, authorization, x-client-id"),
        (b"access-control-max-age", b"600"),
    ]
