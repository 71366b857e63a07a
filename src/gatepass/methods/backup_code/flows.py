"""How backup codes are made and spent."""

from dataclasses import dataclass
from datetime import datetime

from gatepass.audit.model import EventKind
from gatepass.authenticators.flows import Authenticators, Change
from gatepass.authenticators.model import Authenticator, Kind
from gatepass.authenticators.queries import list_authenticators
from gatepass.kit.db import Tx, take_turn
from gatepass.kit.secrets import KeyRing
from gatepass.methods.backup_code import rules, store
from gatepass.methods.backup_code.store import purge_of as forget_user

__all__ = ["AMR", "METHOD", "BackupCodeFlows", "forget_user"]

METHOD = "backup_code"
AMR = ("otp",)


@dataclass(frozen=True, slots=True)
class BackupCodeFlows:
    """What can be done with backup codes. Whoever asks for one counts the guesses.

    Args:
        key_ring: hashes the codes.
        authenticators: the list in which a person's codes stand, all of them as one.
    """

    key_ring: KeyRing
    authenticators: Authenticators

    key = METHOD
    amr = AMR

    def is_code(self, text: str) -> bool:
        """Tell whether a text could be a backup code at all; what can't be one is not counted as a guess."""
        return rules.is_code(text)

    async def issue(self, tx: Tx, user_id: str, change: Change) -> tuple[str, ...]:
        """Make new codes in place of all earlier ones, and return them for the one time that they are shown."""
        await take_turn(tx, f"backup_codes:{user_id}")
        await store.purge_of(tx, user_id)
        codes = rules.new_codes()
        await store.add(tx, user_id, [self._macs(user_id, code)[0] for code in codes], change.at)
        held = await self._held(tx, user_id)
        if held is None:
            await self.authenticators.add(tx, user_id, Kind.BACKUP_CODE, "", "", change)
        else:
            await self.authenticators.tell(tx, EventKind.AUTHENTICATOR_CHANGED, held, change)
        return codes

    async def issue_first(self, tx: Tx, user_id: str, change: Change) -> tuple[str, ...]:
        """Make codes for who has none, like `issue`; none where there are some already, spent or not."""
        await take_turn(tx, f"backup_codes:{user_id}")
        return () if await store.find_since(tx, user_id) is not None else await self.issue(tx, user_id, change)

    async def judge(self, tx: Tx, user_id: str, unverified_code: str, at: datetime) -> str | None:
        """Judge a code and spend it, and mail its holder how many are left; count the guess first.

        Args:
            tx: the transaction.
            user_id: whose code.
            unverified_code: what was typed.
            at: when.

        Returns:
            The id of the authenticator that the codes are; None where it is no code of theirs, or it was spent.
        """
        held = await self._held(tx, user_id)
        if held is None or not rules.is_code(unverified_code):
            return None
        for mac in self._macs(user_id, rules.normalize(unverified_code)):
            if await store.consume(tx, user_id, mac, at):
                await self.authenticators.used(tx, held.id, at)
                await self.authenticators.tell_use(tx, held, await store.find_left(tx, user_id), at)
                return held.id
        return None

    async def remove(self, tx: Tx, authenticator: Authenticator, change: Change) -> bool:
        """Remove the codes of a person; False where they are gone already."""
        await store.purge_of(tx, authenticator.user_id)
        return await self.authenticators.remove(tx, authenticator, change)

    async def _held(self, tx: Tx, user_id: str) -> Authenticator | None:
        held = await list_authenticators(tx, user_id)
        return next((one for one in held if one.kind is Kind.BACKUP_CODE), None)

    def _macs(self, user_id: str, code: str) -> tuple[bytes, ...]:
        """Return a code's hash under each of the server's keys, the present one first: codes outlive a key."""
        return self.key_ring.macs("backup_code", user_id, rules.normalize(code))
