"""Which pages of other origins may read an answer, and which may call at all (Fetch §3.2)."""

from collections.abc import Mapping, Sequence
from typing import Any

from gatepass.applications.model import Application
from gatepass.applications.queries import ApplicationDirectory
from gatepass.gate.headers import cross_origin, preflight, public_preflight
from gatepass.gate.model import Call, Endpoint, Headers
from gatepass.kit.problems import Problem


class OriginJudge:
    """Says by headers who may read an answer.

    Args:
        applications: whose origins are allowed.
    """

    def __init__(self, applications: ApplicationDirectory) -> None:
        self._applications = applications

    async def of_answer(self, call: Call[Any, Any], endpoint: Endpoint) -> Headers:
        """Return the headers of an answer, a refusal too; the application is the one that the handler found."""
        if endpoint.is_cached:
            return [(b"access-control-allow-origin", b"*")]
        origin = call.headers.get(b"origin")
        if origin is None or not endpoint.is_cross_origin:
            return []
        text = origin.decode("latin-1")
        application = call.known_application
        allowed = await self._allows(text) if application is None else text in application.allowed_origins
        return cross_origin(origin) if allowed else [(b"vary", b"origin")]

    async def of_preflight(self, headers: Mapping[bytes, bytes], endpoints: Sequence[Endpoint]) -> Headers:
        """Return the headers that answer a preflight, for the endpoints of one path."""
        if all(endpoint.is_cached for endpoint in endpoints):
            return public_preflight([endpoint.method for endpoint in endpoints])
        methods = [endpoint.method for endpoint in endpoints if endpoint.is_cross_origin]
        if not methods:
            return []
        origin = headers.get(b"origin", b"")
        allowed = bool(origin) and await self._allows(origin.decode("latin-1"))
        return preflight(origin, methods) if allowed else [(b"vary", b"origin")]

    async def _allows(self, unverified_origin: str) -> bool:
        try:
            return await self._applications.allows_origin(unverified_origin)
        except Problem:
            return False


def refuse_foreign_origin(
    application: Application, headers: Mapping[bytes, bytes], own_origins: frozenset[bytes]
) -> None:
    """Let a call pass that no web page made, or one of an origin that the application allows.

    Args:
        application: the application that calls.
        headers: the request's headers.
        own_origins: the server's own origins, whose pages may call for every application.

    Raises:
        Problem: a page of another origin made it (`origin_not_allowed`, 403).
    """
    unverified_origin = headers.get(b"origin")
    if unverified_origin is None or unverified_origin in own_origins:
        return
    if unverified_origin.decode("latin-1") not in application.allowed_origins:
        raise Problem(
            "origin_not_allowed",
            403,
            "This origin may not use the application; add it to the application's allowed origins.",
            detail=f"origin {unverified_origin!r}",
            number=1040,
            oauth_error="unauthorized_client",
        )
