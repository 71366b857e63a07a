"""The passkeys of an account: which ones there are, and how another one is made."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gatepass.applications.model import Application
from gatepass.authenticators.flows import Change
from gatepass.authenticators.model import Authenticator, Kind
from gatepass.gate.pages.languages import N_
from gatepass.gate.pages.visits import see
from gatepass.kit.db import Tx
from gatepass.kit.problems import Problem
from gatepass.login.model import Refused
from gatepass.methods.passkey.flows import (
    PasskeyFlows,
    PasskeyHoldings,
    offers,
    parse_credential,
    read_attestation,
    user_entity,
)
from gatepass.methods.passkey.model import HeldPasskey, Visitor
from gatepass.protocols.webauthn.options import as_plain
from gatepass.web.account import model
from gatepass.web.account.door import Door
from gatepass.web.account.security.sections import enter_fresh
from gatepass.web.account.signed import Signed

ADD: Final = f"{model.SECURITY}/passkeys"
OPTIONS: Final = f"{ADD}/options"
_EITHER: Final = ""
_FAILED: Final = N_("That passkey could not be added; it may be on the account already. Try again.")
_NO_STORE: Final = {"cache-control": "no-store"}


@dataclass(frozen=True, slots=True)
class PasskeysSection:
    """Shows passkeys, and makes another one.

    Args:
        door: knows who is there.
        passkeys: make one.
        holdings: know and remove those that there are.
    """

    door: Door
    passkeys: PasskeyFlows
    holdings: PasskeyHoldings

    kind = Kind.PASSKEY
    word = N_("Passkey")
    template = "account/security/passkeys.html"

    async def read(self, tx: Tx, signed: Signed, held: Sequence[Authenticator]) -> dict[str, Any]:  # noqa: ARG002
        """Return where another one is made, and what the browser tells those who keep the person's passkeys."""
        eldest = await self.door.applications.eldest()
        if eldest is None:
            return {"can_add": False, "signals": []}
        found = await self.holdings.list_in(tx, signed.user.id)
        return {
            "can_add": offers(eldest),
            "action": ADD,
            "options_url": OPTIONS,
            "signals": _signals(signed, found, self.passkeys.parties.usual),
        }

    async def remove(self, tx: Tx, authenticator: Authenticator, change: Change) -> bool:
        """Remove a passkey."""
        return await self.holdings.drop(tx, authenticator, change)

    def routes(self) -> list[Route]:
        """Return the two steps of making one."""
        return [Route(OPTIONS, self.begin, methods=["POST"]), Route(ADD, self.add, methods=["POST"])]

    async def begin(self, request: Request) -> Response:
        """Answer the page's script with what it calls the browser with, or with where to prove anew who it is."""
        entered = await self.door.enter_alone(request)
        if isinstance(entered, Response):
            return JSONResponse({"url": model.SECURITY}, headers=_NO_STORE)
        signed, _ = entered
        if not self.door.is_fresh(signed):
            prove = signed.address(model.PROVE, **{model.RETURN_TO: model.SECURITY_TAB})
            return JSONResponse({"url": prove}, headers=_NO_STORE)
        visit = signed.visit
        begun = await self.passkeys.begin_registration(
            signed.user, await self._application(), visit.host, visit.browser_hash, _EITHER
        )
        return JSONResponse({"auth_code": begun.auth_code, "options": as_plain(begun.options)}, headers=_NO_STORE)

    async def add(self, request: Request) -> Response:
        """Keep what the authenticator made; its own page then asks for a name."""
        entered = await enter_fresh(self.door, request)
        if isinstance(entered, Response):
            return entered
        signed, form, visit = entered.signed, entered.form, entered.signed.visit
        unverified = read_attestation(parse_credential(form.get("credential", "")))
        visitor = Visitor(visit.host, visit.browser_hash, visit.origin, signed.language.tag)
        outcome = await self.passkeys.finish_registration(
            signed.user, await self._application(), visitor, form.get("code", ""), unverified
        )
        if isinstance(outcome, Refused):
            raise Problem("passkey_not_added", 400, _FAILED)
        return see(signed.address(model.SECURITY, done="added"))

    async def _application(self) -> Application:
        eldest = await self.door.applications.eldest()
        if eldest is None or not offers(eldest):
            raise Problem("method_closed", 403, N_("Passkeys are not in use here."), number=1040)
        return eldest


def _signals(signed: Signed, found: Sequence[HeldPasskey], usual: str) -> list[str]:
    """Return, for each relying party, what is accepted there and what the person is called (WebAuthn §5.1.10)."""
    user = user_entity(signed.user)
    by_party: dict[str, list[str]] = {usual: []}
    for one in found:
        by_party.setdefault(one.passkey.rp_id, []).append(one.passkey.name)
    return [
        msgspec.json.encode(
            {"rpId": party, "userId": user.id, "accepted": ids, "name": user.name, "displayName": user.display_name}
        ).decode()
        for party, ids in by_party.items()
    ]
