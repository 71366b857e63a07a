"""How a request is read: pushed, signed or plain, and then through every check in one order."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from gatepass.applications.model import Application
from gatepass.kit.clock import Clock
from gatepass.kit.db import Database
from gatepass.kit.ids import PUSHED_PREFIX, is_well_formed, new_id, new_secret
from gatepass.kit.secrets import hash_token
from gatepass.protocols.oauth2 import redirects
from gatepass.protocols.oauth2.errors import Refused
from gatepass.protocols.oauth2.parameters import Parameters
from gatepass.protocols.openid.request_objects import ALGORITHMS, read_request_object
from gatepass.provider.authorization import store
from gatepass.provider.authorization.checks import (
    arrival,
    binding,
    claims,
    person,
    prompt,
    proof_key,
    redirect,
    response,
    scope,
    target,
)
from gatepass.provider.authorization.checks.asked import Asked
from gatepass.provider.authorization.model import AuthorizationRequest, PushedRequest
from gatepass.provider.authorization.settings import ProviderSettings
from gatepass.provider.clients.flows import KeySets
from gatepass.provider.clients.model import FAPI_ALGORITHMS, keeps_to_fapi
from gatepass.tokens.flows import ID_TOKEN_TYPE, Tokens

REQUEST_URI: Final = "urn:ietf:params:oauth:request_uri:"  # RFC 9126 §2.2
Check = Callable[[Asked, AuthorizationRequest], AuthorizationRequest]
# After `redirect.check`, before which nobody may be redirected; the first that refuses is answered.
ORDER: Final[tuple[Check, ...]] = (
    response.check_mode,
    arrival.check,
    response.check_type,
    scope.check,
    proof_key.check,
    response.check_nonce,
    prompt.check,
    prompt.check_age,
    claims.check,
    claims.check_acr_values,
    person.check_hint,
    person.check_wishes,
    target.check,
    binding.check,
)


@dataclass(frozen=True, slots=True)
class Sound:
    """A request that passed every check; `pushed_id` names what was pushed, where it was."""

    request: AuthorizationRequest
    pushed_id: str | None = None


@dataclass(frozen=True, slots=True)
class Unsound:
    """A request that was refused; `request` says where to, None where no address of the application is proven."""

    refused: Refused
    request: AuthorizationRequest | None


def check(asked: Asked) -> Sound | Unsound:
    """Return a request that has been taken through every check, or the first refusal."""
    try:
        request = redirect.check(asked)
    except Refused as refused:
        return Unsound(refused, None)
    try:
        for one in ORDER:
            request = one(asked, request)
    except Refused as refused:
        return Unsound(refused, request)
    return Sound(request)


@dataclass(frozen=True, slots=True)
class RequestReader:
    """Reads what applications ask for, at the authorization endpoint and at the endpoint where they push it."""

    database: Database
    clock: Clock
    tokens: Tokens
    key_sets: KeySets
    settings: ProviderSettings

    async def read(self, application: Application, outer: Parameters) -> Sound | Unsound:
        """Return what a browser brings, proven.

        Args:
            application: who asks, by the `client_id`.
            outer: the parameters of the browser's request; those of a pushed or signed one count alone.
        """
        unverified_uri = outer.get("request_uri")
        try:
            if unverified_uri is None:
                return await self._checked(application, outer)
            pushed = await self._pushed(application, outer, unverified_uri)
        except Refused as refused:
            return Unsound(refused, _proven(application, outer))
        return Sound(pushed.parameters, pushed.id)

    async def push(self, application: Application, outer: Parameters, key_thumbprint: str) -> str:
        """Keep a request that an application sends ahead, and return its `request_uri` (RFC 9126 §2).

        Args:
            application: who sends it, and has authenticated if it can.
            outer: what was sent.
            key_thumbprint: the key of the DPoP proof beside it; empty where there is none.

        Raises:
            Refused: it can't be answered; with the error that the authorization endpoint would have given.
        """
        if outer.get("request_uri") is not None:
            raise Refused("invalid_request", "A pushed request has no request_uri of its own.")
        found = await self._checked(application, outer, is_pushed=True, key_thumbprint=key_thumbprint)
        if isinstance(found, Unsound):
            raise found.refused
        at, handle = self.clock.now(), new_secret(PUSHED_PREFIX)
        expires_at = at + self.settings.pushed_request_lifetime
        pushed = PushedRequest(new_id(), hash_token(handle), application.id, found.request, at, expires_at, None)
        await self.database.transact(lambda tx: store.add_pushed(tx, pushed))
        return f"{REQUEST_URI}{handle}"

    async def _checked(
        self, application: Application, outer: Parameters, *, is_pushed: bool = False, key_thumbprint: str = ""
    ) -> Sound | Unsound:
        at = self.clock.now()
        signed = outer.get("request")
        parameters = outer if signed is None else await self._signed(application, signed, at)
        hint = await self._hint(parameters, at)
        return check(Asked(parameters, application, hint, is_pushed, signed is not None, key_thumbprint))

    async def _signed(self, application: Application, unverified_request: str, at: datetime) -> Parameters:
        return read_request_object(
            unverified_request,
            await self.key_sets.find(application, unverified_request),
            issuer=self.tokens.issuer,
            client_id=application.client_id,
            now=int(at.timestamp()),
            algorithms=FAPI_ALGORITHMS if keeps_to_fapi(application) else ALGORITHMS,
            requires_nbf=application.oauth.requires_signed_requests,
        )

    async def _hint(self, parameters: Parameters, at: datetime) -> Mapping[str, Any] | None:
        unverified_hint = parameters.get("id_token_hint")
        if unverified_hint is None:
            return None
        return await self.tokens.read(unverified_hint, ID_TOKEN_TYPE, at, accepts_expired=True)

    async def _pushed(self, application: Application, outer: Parameters, unverified_uri: str) -> PushedRequest:
        """Return a pushed request that this application may still start (RFC 9126 §4)."""
        if outer.get("request") is not None:
            raise Refused("invalid_request", "Send either request or request_uri.")
        if not unverified_uri.startswith(REQUEST_URI):
            raise Refused("request_uri_not_supported", "A request_uri is one of the PAR endpoint; push the request.")
        unverified_handle = unverified_uri.removeprefix(REQUEST_URI)
        at, pushed = self.clock.now(), None
        if is_well_formed(unverified_handle, PUSHED_PREFIX):
            pushed = await self.database.read(lambda tx: store.find_pushed(tx, hash_token(unverified_handle)))
        if pushed is None or pushed.application_id != application.id:
            raise Refused("invalid_request_uri", "There is no such pushed request of this application.")
        if pushed.spent_at is not None or pushed.expires_at <= at:
            raise Refused("invalid_request_uri", "The pushed request was used or is too old; push another one.")
        uri = pushed.parameters.redirect_uri
        if not redirects.matches(application.callback_urls, uri, is_native=application.is_native):
            raise Refused("invalid_request_uri", "The pushed request goes to an address that was taken off since.")
        return pushed


def _proven(application: Application, outer: Parameters) -> AuthorizationRequest | None:
    """Return where a refusal may be sent by what stands outside of a request that can't be read; None: nowhere."""
    asked = Asked(outer, application)
    if outer.get("redirect_uri") is None:
        # What was pushed or signed may have named another one of the application's addresses.
        return None
    try:
        return response.check_mode(asked, redirect.check(asked))
    except Refused:
        return None
