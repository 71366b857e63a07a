"""The authenticator app: set up with a picture, and counted once a code of it was typed back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gatepass.authenticators.flows import Change
from gatepass.authenticators.model import Authenticator, Kind
from gatepass.gate.pages.languages import N_
from gatepass.gate.pages.visits import see
from gatepass.kit.db import Tx
from gatepass.kit.problems import Problem
from gatepass.methods.totp.flows import TotpFlows, qr_svg
from gatepass.methods.totp.model import Enrolment
from gatepass.web.account import model
from gatepass.web.account.door import Door
from gatepass.web.account.security.sections import Entered, change_of, enter_fresh
from gatepass.web.account.signed import Signed

BEGIN: Final = f"{model.SECURITY}/authenticator-app"
_ENROLMENT: Final = f"{BEGIN}/{{authenticator_id}}"
_HOUSE: Final = "Gatepass"
_LETTERS_A_GROUP: Final = 4


@dataclass(frozen=True, slots=True)
class AuthenticatorAppSection:
    """Sets up authenticator apps."""

    door: Door
    totp: TotpFlows

    kind = Kind.TOTP
    word = N_("Authenticator app")
    template = "account/security/authenticator_app.html"

    async def read(self, tx: Tx, signed: Signed, held: Sequence[Authenticator]) -> dict[str, Any]:  # noqa: ARG002 - a section like any other
        """Return where the set-up begins."""
        return {"action": BEGIN}

    async def remove(self, tx: Tx, authenticator: Authenticator, change: Change) -> bool:
        """Remove an app and its secret."""
        return await self.totp.remove(tx, authenticator, change)

    def routes(self) -> list[Route]:
        """Return the pages of the set-up."""
        return [
            Route(BEGIN, self.begin, methods=["POST"]),
            Route(_ENROLMENT, self.show, methods=["GET"]),
            Route(_ENROLMENT, self.confirm, methods=["POST"]),
        ]

    async def begin(self, request: Request) -> Response:
        """Make a secret for a new app."""
        entered = await enter_fresh(self.door, request)
        if isinstance(entered, Response):
            return entered
        signed, change = entered.signed, entered.change
        issuer, account = _names(change, signed)

        async def body(tx: Tx) -> Enrolment:
            return await self.totp.enrol(tx, signed.user.id, issuer, account, change)

        enrolment = await self.door.database.transact(body)
        return see(signed.address(f"{BEGIN}/{enrolment.authenticator_id}"))

    async def show(self, request: Request) -> Response:
        """Show the secret of an enrolment that is not confirmed, as a picture and as letters, to its own person."""
        signed = await self.door.open(request)
        if isinstance(signed, Response):
            return signed
        if stale := await self.door.refuse_stale(signed, model.SECURITY_TAB):
            return stale
        return await self._render(signed, request.path_params["authenticator_id"])

    async def confirm(self, request: Request) -> Response:
        """Let the app count where the code that was typed is its own."""
        entered = await enter_fresh(self.door, request)
        if isinstance(entered, Response):
            return entered
        authenticator_id = request.path_params["authenticator_id"]
        if await self._is_confirmed(entered, authenticator_id):
            return see(entered.signed.address(model.SECURITY, done="added"))
        fault = N_("The app shows another code now. Check the clock of its device, and type the next code.")
        return await self._render(entered.signed, authenticator_id, fault=fault)

    async def _is_confirmed(self, entered: Entered, authenticator_id: str) -> bool:
        user_id, code, change = entered.signed.user.id, entered.form.get("code", ""), entered.change
        return await self.door.database.transact(
            lambda tx: self.totp.confirm(tx, user_id, authenticator_id, code, change)
        )

    async def _render(self, signed: Signed, authenticator_id: str, *, fault: str = "") -> Response:
        issuer, account = _names(await change_of(self.door, signed), signed)

        async def body(tx: Tx) -> Enrolment | None:
            return await self.totp.find_enrolment(tx, signed.user.id, authenticator_id, issuer, account)

        enrolment = await self.door.database.read(body)
        if enrolment is None:
            raise Problem("not_found", 404, "That set-up is over. Go back and begin anew.")
        key = enrolment.manual_key
        groups = [key[begin : begin + _LETTERS_A_GROUP] for begin in range(0, len(key), _LETTERS_A_GROUP)]
        return await self.door.show(
            signed,
            "account/security_authenticator_app.html",
            status=400 if fault else 200,
            qr=Markup(qr_svg(enrolment.uri)),  # noqa: S704 - our own drawing, made of numbers alone
            uri=enrolment.uri,
            manual_key=" ".join(groups),
            errors={"code": fault} if fault else {},
            action=f"{BEGIN}/{authenticator_id}",
            back_url=signed.address(model.SECURITY),
        )


def _names(change: Change, signed: Signed) -> tuple[str, str]:
    """Return what the app lists: where it is for, and whose it is."""
    issuer = _HOUSE if change.application is None else change.application.name
    return issuer, signed.user.email or signed.user.id
