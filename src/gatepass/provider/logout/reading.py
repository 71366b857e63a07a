"""Reads a wish to sign out: believes what is proven and leaves out the rest (RP-Initiated Logout 1.0 §2, §4)."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import msgspec
import structlog

from gatepass.applications.model import Application
from gatepass.applications.queries import ApplicationDirectory
from gatepass.gate.requests.parameters import Parameters
from gatepass.kit.clock import Clock
from gatepass.kit.secrets import KeyRing, SealBroken
from gatepass.protocols.jose import TokenRefused, base64url
from gatepass.protocols.jose.compact import from_base64url
from gatepass.provider.logout.model import Wish
from gatepass.provider.logout.rules import is_for, return_address
from gatepass.tokens.flows import ID_TOKEN_TYPE, Tokens

_log = structlog.get_logger("gatepass.provider.logout")
_CONTEXT: Final = "logout.wish"
_LIFETIME: Final = timedelta(minutes=30)
_LONGEST_HANDLE: Final = 8000
_LONGEST_TEXT: Final = 300
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Wish).decode


@dataclass(frozen=True, slots=True)
class WishReader:
    """Judges what an application sends along with a browser, and keeps it sealed while a person is asked."""

    applications: ApplicationDirectory
    tokens: Tokens
    key_ring: KeyRing
    clock: Clock

    async def read(self, parameters: Parameters) -> Wish:
        """Return what of a wish holds; an error is never answered by a redirect, so none is raised.

        Args:
            parameters: of the query or of the form.
        """
        unverified_hint = parameters.get("id_token_hint")
        claims = await self._hint(unverified_hint) if unverified_hint else None
        application = await self._application(parameters, claims, has_hint=unverified_hint is not None)
        wish = Wish(
            login_hint=(parameters.get("logout_hint") or "")[:_LONGEST_TEXT],
            ui_locales=(parameters.get("ui_locales") or "")[:_LONGEST_TEXT],
            expires_at=self.clock.now() + _LIFETIME,
        )
        if application is None:
            return wish
        unverified_uri = parameters.get("post_logout_redirect_uri")
        address: str | None = ""
        if unverified_uri is not None:
            address = return_address(application.logout_urls, unverified_uri, parameters.get("state") or "")
            if address is None:
                _log.warning("logout.return_not_registered", client_id=application.client_id)
        return msgspec.structs.replace(
            wish,
            application_id=application.id,
            return_uri=address or "",
            # Where anything is wrong, nothing happens behind the person's back.
            is_vouched=claims is not None and address is not None,
            user_id=str(claims.get("sub", "")) if claims else "",
            session_id=str(claims.get("sid", "")) if claims else "",
        )

    def seal(self, wish: Wish) -> str:
        """Return a handle that holds a wish and that nobody else can make, change or read."""
        return base64url(self.key_ring.seal(_encode(wish), context=_CONTEXT))

    def open(self, unverified_handle: str) -> Wish:
        """Return the wish that a handle holds; one that asks for nothing where it holds none, or is over."""
        if not unverified_handle or len(unverified_handle) > _LONGEST_HANDLE:
            return Wish()
        try:
            wish = _decode(self.key_ring.open(from_base64url(unverified_handle), context=_CONTEXT))
        except (TokenRefused, SealBroken, msgspec.DecodeError):
            return Wish()
        return wish if wish.expires_at is not None and wish.expires_at > self.clock.now() else Wish()

    async def _hint(self, unverified_hint: str) -> dict[str, Any] | None:
        claims = await self.tokens.read(unverified_hint, ID_TOKEN_TYPE, self.clock.now(), accepts_expired=True)
        if claims is None:
            _log.warning("logout.hint_refused")
        return claims

    async def _application(
        self, parameters: Parameters, claims: dict[str, Any] | None, *, has_hint: bool
    ) -> Application | None:
        """Return who asks: whom the id token was made for, or who is named where there is no id token."""
        unverified_id = parameters.get("client_id")
        if not has_hint:
            return await self.applications.find(unverified_id) if unverified_id else None
        if claims is None:
            return None
        client_id = str(claims.get("aud", ""))
        if not is_for(claims, client_id) or unverified_id not in {None, client_id}:
            _log.warning("logout.hint_of_another_client")
            return None
        return await self.applications.find(client_id)
