"""The backup codes: made ten at a time, and shown on the answer to that alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gatepass.authenticators.flows import Change
from gatepass.authenticators.model import Authenticator, Kind
from gatepass.gate.pages.languages import N_
from gatepass.kit.db import Tx
from gatepass.methods.backup_code.flows import BackupCodeFlows
from gatepass.methods.backup_code.queries import are_few, find_left, find_since
from gatepass.web.account import model
from gatepass.web.account.door import Door
from gatepass.web.account.security.sections import enter_fresh
from gatepass.web.account.signed import Signed

MAKE: Final = f"{model.SECURITY}/backup-codes"


@dataclass(frozen=True, slots=True)
class BackupCodesSection:
    """Makes backup codes and tells how many are left."""

    door: Door
    codes: BackupCodeFlows

    kind = Kind.BACKUP_CODE
    word = N_("Backup codes")
    template = "account/security/backup_codes.html"

    async def read(self, tx: Tx, signed: Signed, held: Sequence[Authenticator]) -> dict[str, Any]:
        """Return how many codes are left, since when there are, and where new ones are made."""
        left = await find_left(tx, signed.user.id) if held else 0
        since = await find_since(tx, signed.user.id) if held else None
        return {"action": MAKE, "left": left, "are_few": are_few(left), "made_at": since}

    async def remove(self, tx: Tx, authenticator: Authenticator, change: Change) -> bool:
        """Remove the codes."""
        return await self.codes.remove(tx, authenticator, change)

    def routes(self) -> list[Route]:
        """Return the page that shows new codes."""
        return [Route(MAKE, self.make, methods=["POST"])]

    async def make(self, request: Request) -> Response:
        """Make new codes and show them, this once; the earlier ones are dead."""
        entered = await enter_fresh(self.door, request)
        if isinstance(entered, Response):
            return entered
        signed, change = entered.signed, entered.change

        async def body(tx: Tx) -> tuple[str, ...]:
            return await self.codes.issue(tx, signed.user.id, change)

        codes = await self.door.database.transact(body)
        return await self.door.show(
            signed,
            "account/security_backup_codes.html",
            codes=codes,
            # A file without a call to the server, so that nothing has to keep the codes for it.
            file_url="data:text/plain;charset=utf-8," + quote("\r\n".join((*codes, ""))),
            back_url=signed.address(model.SECURITY),
        )
