"""The backup codes' JSON face (hosted API, entry 28)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec

from gatepass.authenticators.flows import Change
from gatepass.gate.management.freshness import Freshness
from gatepass.gate.model import Call, Caller, Endpoint, Reply, encode_answer
from gatepass.gate.pages.languages import language_of_call
from gatepass.kit.clock import Clock
from gatepass.kit.db import Database
from gatepass.methods.backup_code.flows import BackupCodeFlows
from gatepass.methods.backup_code.queries import find_left, find_since

_PATH: Final = "/api/v1/auth/mfa/backupcode"
_NO_STORE: Final = ((b"cache-control", b"no-store"),)
_REFUSALS: Final = ("fresh_sign_in_needed", "acting_for_another")


class BackupCodesAnswer(msgspec.Struct, frozen=True):
    """New codes on the one answer that shows them, and how many are left; `created_at` is missing where none were."""

    authenticator_type: str
    backup_codes: list[str]
    left: int
    created_at: datetime | None


@dataclass(frozen=True, slots=True)
class BackupCodeRoutes:
    """Parses, calls and renders."""

    flows: BackupCodeFlows
    freshness: Freshness
    database: Database
    clock: Clock

    def endpoints(self) -> list[Endpoint]:
        """Return this slice's rows of the endpoint table."""
        by_member: dict[str, Any] = {
            "caller": Caller.MEMBER, "answer": BackupCodesAnswer, "errors": _REFUSALS, "tag": "MFA",
        }  # fmt: skip
        return [
            Endpoint(
                "mfa_backup_codes", "GET", (_PATH,), self.get,
                "Make the first backup codes of the person whose token it is, and from then on tell how many are left.",
                **by_member,
            ),
            Endpoint(
                "mfa_backup_codes_anew", "POST", (_PATH,), self.make,
                "Make new backup codes in place of all earlier ones, and show them this once.", **by_member,
            ),
        ]  # fmt: skip

    async def get(self, call: Call[None, None]) -> Reply:
        """Answer with the codes where the person had none, and else with how many are left: a read kills no code."""
        user_id = call.principal.user_id
        if await self.database.read(lambda tx: find_since(tx, user_id)) is None:
            await self.freshness.require(call.principal)
            change = self._change(call)
            codes = await self.database.transact(lambda tx: self.flows.issue_first(tx, user_id, change))
        else:
            codes = ()
        return await self._shown(user_id, codes)

    async def make(self, call: Call[None, None]) -> Reply:
        """Answer with new codes; the earlier ones are dead."""
        await self.freshness.require(call.principal)
        user_id, change = call.principal.user_id, self._change(call)
        codes = await self.database.transact(lambda tx: self.flows.issue(tx, user_id, change))
        return await self._shown(user_id, codes)

    async def _shown(self, user_id: str, codes: tuple[str, ...]) -> Reply:
        left = await self.database.read(lambda tx: find_left(tx, user_id))
        since = await self.database.read(lambda tx: find_since(tx, user_id))
        return Reply(encode_answer(BackupCodesAnswer("recovery-code", list(codes), left, since)), headers=_NO_STORE)

    def _change(self, call: Call[None, None]) -> Change:
        return Change(call.application, self.clock.now(), call.origin, language_of_call(call.headers))
