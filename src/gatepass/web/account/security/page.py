"""The page of all the sections, and the page of one authenticator: its name, and its removal."""

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gatepass.authenticators.flows import Authenticators
from gatepass.authenticators.model import Authenticator, Kind
from gatepass.authenticators.queries import find_authenticator, list_authenticators
from gatepass.gate.pages.languages import N_
from gatepass.gate.pages.visits import see
from gatepass.kit.db import Tx
from gatepass.kit.problems import Problem
from gatepass.web.account import model
from gatepass.web.account.door import Door
from gatepass.web.account.security.sections import Section, enter_fresh, row_of
from gatepass.web.account.signed import Signed

_NOTICES = {
    "added": N_("Added. We told you by e-mail."),
    "renamed": N_("Saved."),
    "removed": N_("Removed. We told you by e-mail."),
}
_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class SecurityPages:
    """Lines up the sections."""

    door: Door
    authenticators: Authenticators
    sections: tuple[Section, ...]

    def routes(self) -> list[Route]:
        """Return the page, those of single authenticators, and those of the sections."""
        held = f"{model.SECURITY_HELD}/{{authenticator_id}}"
        return [
            Route(model.SECURITY, self.show, methods=["GET"]),
            Route(held, self.manage, methods=["GET"]),
            Route(held, self.rename, methods=["POST"]),
            Route(f"{held}/remove", self.remove, methods=["POST"]),
            *(route for section in self.sections for route in section.routes()),
        ]

    async def show(self, request: Request) -> Response:
        """Show everything that the person holds, by kind."""
        signed = await self.door.open(request)
        if isinstance(signed, Response):
            return signed

        async def body(tx: Tx) -> list[dict[str, Any]]:
            held = await list_authenticators(tx, signed.user.id)
            return [await _shown(tx, section, signed, held) for section in self.sections]

        text = _NOTICES.get(request.query_params.get("done", ""))
        return await self.door.show(
            signed,
            "account/security.html",
            sections=await self.door.database.read(body),
            notice={"kind": "success", "text": text} if text else None,
        )

    async def manage(self, request: Request) -> Response:
        """Show one authenticator: its name, its past, and what its removal would mean."""
        signed = await self.door.open(request)
        if isinstance(signed, Response):
            return signed
        authenticator_id = request.path_params["authenticator_id"]
        held = await self.door.database.read(lambda tx: list_authenticators(tx, signed.user.id))
        one = next((one for one in held if one.id == authenticator_id), None)
        section = None if one is None else self._section(one.kind)
        if one is None or section is None:
            raise _gone()
        return await self.door.show(
            signed,
            "account/security_held.html",
            row=row_of(one, signed),
            word=section.word,
            is_last=_is_last(one, held),
            action=f"{model.SECURITY_HELD}/{one.id}",
            remove_action=f"{model.SECURITY_HELD}/{one.id}/remove",
            back_url=signed.address(model.SECURITY),
        )

    async def rename(self, request: Request) -> Response:
        """Give an authenticator another name."""
        entered = await self.door.enter_alone(request)
        if isinstance(entered, Response):
            return entered
        signed, form = entered
        name = " ".join(form.get("name", "").split())[:_LONGEST_NAME]
        authenticator_id = request.path_params["authenticator_id"]

        async def body(tx: Tx) -> bool:
            return await self.authenticators.rename(tx, signed.user.id, authenticator_id, name)

        if not await self.door.database.transact(body):
            raise _gone()
        return see(signed.address(model.SECURITY, done="renamed"))

    async def remove(self, request: Request) -> Response:
        """Remove an authenticator and all that is kept of it."""
        entered = await enter_fresh(self.door, request)
        if isinstance(entered, Response):
            return entered
        signed, change = entered.signed, entered.change
        authenticator_id = request.path_params["authenticator_id"]

        async def body(tx: Tx) -> bool:
            one = await find_authenticator(tx, signed.user.id, authenticator_id)
            section = None if one is None else self._section(one.kind)
            return one is not None and section is not None and await section.remove(tx, one, change)

        has_gone = await self.door.database.transact(body)
        return see(signed.address(model.SECURITY, **({"done": "removed"} if has_gone else {})))

    def _section(self, kind: Kind) -> Section | None:
        return next((section for section in self.sections if section.kind is kind), None)


async def _shown(tx: Tx, section: Section, signed: Signed, held: list[Authenticator]) -> dict[str, Any]:
    mine = [one for one in held if one.kind is section.kind]
    rows = [row_of(one, signed) for one in mine]
    return {"template": section.template, "rows": rows, **await section.read(tx, signed, mine)}


def _is_last(one: Authenticator, held: list[Authenticator]) -> bool:
    """Tell whether somebody would be left with their inbox alone; backup codes only stand in for something else."""
    rest = {other.kind for other in held if other.id != one.id}
    return one.kind is not Kind.BACKUP_CODE and rest <= {Kind.BACKUP_CODE}


def _gone() -> Problem:
    return Problem("not_found", 404, "It is not there any more. Go back to see what you have.")
