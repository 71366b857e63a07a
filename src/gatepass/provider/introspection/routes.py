"""Userinfo, introspection and revocation, each under its canonical path and the documented alias."""

from dataclasses import dataclass
from typing import Any

from gatepass.gate.model import Call, Endpoint, Face, Reply, Security
from gatepass.gate.requests.parameters import BodyType
from gatepass.provider.introspection.flows import IntrospectionFlows
from gatepass.provider.introspection.model import (
    INTROSPECTION_PATHS,
    REVOCATION_PATHS,
    USERINFO_PATHS,
    Introspection,
    PresentedTokenForm,
    UserinfoForm,
)

_USERINFO_ERRORS = ("invalid_token", "insufficient_scope", "invalid_request", "invalid_dpop_proof", "use_dpop_nonce")


@dataclass(frozen=True, slots=True)
class IntrospectionRoutes:
    """Parses, calls and renders."""

    flows: IntrospectionFlows

    def endpoints(self) -> list[Endpoint]:
        """Return this slice's rows of the endpoint table."""
        return [*self._of_userinfo(), *self._of_clients()]

    def _of_userinfo(self) -> list[Endpoint]:
        alike: dict[str, Any] = {
            "paths": USERINFO_PATHS,
            "answer": dict[str, Any],
            "errors": _USERINFO_ERRORS,
            "face": Face.OAUTH,
            "tag": "Tokens",
            "takes_parameters": True,
            "security": Security.BEARER,
        }
        summary = "What the access token shows of its person (OpenID Connect Core 5.3)"
        return [
            Endpoint(name="userinfo", method="GET", handler=self.userinfo_get, summary=f"{summary}.", **alike),
            Endpoint(
                name="userinfo_by_form",
                method="POST",
                handler=self.userinfo_post,
                summary=f"{summary}; the token may stand in the form.",
                body=UserinfoForm,
                **alike,
            ),
        ]

    def _of_clients(self) -> list[Endpoint]:
        alike: dict[str, Any] = {
            "method": "POST",
            "body": PresentedTokenForm,
            "errors": ("invalid_client", "invalid_request"),
            "face": Face.OAUTH,
            "tag": "Tokens",
            "takes_parameters": True,
            "accepts": (BodyType.FORM, BodyType.JSON),
            "security": Security.CLIENT,
        }
        return [
            Endpoint(
                name="introspection",
                paths=INTROSPECTION_PATHS,
                handler=self.introspect,
                summary="What a token is worth right now (RFC 7662).",
                answer=Introspection,
                **alike,
            ),
            Endpoint(
                name="revocation",
                paths=REVOCATION_PATHS,
                handler=self.revoke,
                summary="Take a token back (RFC 7009); a refresh token takes all that was granted with it along.",
                answer=dict[str, Any],
                **alike,
            ),
        ]

    async def userinfo_get(self, call: Call[None, None]) -> dict[str, Any]:
        """Answer with the claims of a token in the header."""
        return await self.flows.userinfo(call, "GET")

    async def userinfo_post(self, call: Call[None, None]) -> dict[str, Any]:
        """Answer with the claims of a token in the header or the form."""
        return await self.flows.userinfo(call, "POST")

    async def introspect(self, call: Call[None, None]) -> Introspection:
        """Answer what a token is worth."""
        return await self.flows.introspect(call)

    async def revoke(self, call: Call[None, None]) -> Reply:
        """Answer that the token is worth nothing, whether or not it was before (RFC 7009 §2.2)."""
        await self.flows.revoke(call)
        return Reply(b"{}")
