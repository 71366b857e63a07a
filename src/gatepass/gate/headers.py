"""The headers that every answer carries, built once."""

from collections.abc import Sequence
from dataclasses import dataclass

from gatepass.gate.model import Headers

_STRICT_API_POLICY = b"default-src 'none'; frame-ancestors 'none'"
_TAKEN = b"authorization, content-type, dpop, idempotency-key, if-match, x-client-id"
PAGE_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: https:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
)
_OWN_FORMS = "form-action 'self'"


@dataclass(frozen=True, slots=True)
class StandingHeaders:
    """The header lists of the server, ready to be sent."""

    api: Headers
    page: Headers
    cached: Headers
    oauth: Headers


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
    no_cache = (b"pragma", b"no-cache")  # RFC 6749 §5.1
    return StandingHeaders([*api, no_store], [*page, no_store], api, [*api, no_store, no_cache])


def form_policy(target: str) -> tuple[bytes, bytes]:
    """Return the policy of a page whose form goes to an application, and to nobody else (CSP 3 §6.4.2).

    Args:
        target: the origin of the application's proven address, or its own scheme with a colon.
    """
    return b"content-security-policy", PAGE_POLICY.replace(_OWN_FORMS, f"{_OWN_FORMS} {target}").encode()


def cross_origin(origin: bytes) -> Headers:
    """Return the headers that let one origin read the answer (Fetch §3.2)."""
    return [
        (b"access-control-allow-origin", origin),
        (b"access-control-allow-credentials", b"true"),
        (
            b"access-control-expose-headers",
            b"dpop-nonce, etag, idempotent-replayed, link, retry-after, www-authenticate, x-trace-id",
        ),
        (b"vary", b"origin"),
    ]


def public_preflight(methods: Sequence[str]) -> Headers:
    """Return the headers that answer a preflight for what everybody may read, without credentials."""
    return [
        (b"access-control-allow-origin", b"*"),
        (b"access-control-allow-methods", ", ".join(methods).encode()),
        (b"access-control-allow-headers", _TAKEN),
        (b"access-control-max-age", b"600"),
    ]


def preflight(origin: bytes, methods: Sequence[str]) -> Headers:
    """Return the headers that answer a preflight (Fetch §4.8)."""
    return [
        *cross_origin(origin),
        (b"access-control-allow-methods", ", ".join(methods).encode()),
        (b"access-control-allow-headers", _TAKEN),
        (b"access-control-max-age", b"600"),
    ]
