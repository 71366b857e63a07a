"""How somebody's list of authenticators changes; each change is recorded and mailed to the person."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from gatepass.applications.model import Application
from gatepass.audit.flows import record
from gatepass.audit.model import EventKind, Origin
from gatepass.authenticators import store
from gatepass.authenticators.messages import notice
from gatepass.authenticators.model import Authenticator, Kind
from gatepass.authenticators.store import purge_of as forget_user
from gatepass.kit.client.devices import describe_agent
from gatepass.kit.db import Tx
from gatepass.kit.ids import new_id
from gatepass.kit.languages.tags import language_of_mail
from gatepass.kit.languages.words import N_
from gatepass.kit.problems import Problem
from gatepass.outbox.flows import Outbox
from gatepass.users.queries import find_user

__all__ = ["Authenticators", "forget_user"]

MOST_OF_A_KIND: Final = 20
_HOUSE: Final = "Gatepass"
_USED: Final = N_("A backup code was used. Codes left: %(left)s")
_SENTENCES: Final = {
    EventKind.AUTHENTICATOR_ADDED: N_("Added to your account: %(kind)s"),
    EventKind.AUTHENTICATOR_REMOVED: N_("Removed from your account: %(kind)s"),
    EventKind.AUTHENTICATOR_CHANGED: N_("Changed on your account: %(kind)s"),
    EventKind.AUTHENTICATORS_RESET: N_("Reset by an administrator: %(kind)s"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """A change that is to be recorded and told.

    Args:
        application: whose look the mail has; None for the house's own.
        at: when.
        origin: who did it, and from where.
        language: the language of the page or call that caused it; empty where it has none.
    """

    application: Application | None
    at: datetime
    origin: Origin
    language: str = ""


@dataclass(frozen=True, slots=True)
class Authenticators:
    """The only hand that changes the list.

    Args:
        outbox: takes the mails.
    """

    outbox: Outbox

    async def begin(self, tx: Tx, user_id: str, kind: Kind, name: str, target: str, at: datetime) -> Authenticator:
        """Enrol an authenticator that proves nothing until it is confirmed; nobody is told of it yet.

        Raises:
            Problem: the person has as many of the kind as there may be (`too_many_authenticators`, 409).
        """
        return await self._add(tx, user_id, kind, name, target, at, None)

    async def confirm(self, tx: Tx, authenticator: Authenticator, change: Change) -> bool:
        """Note that an enrolled authenticator works, record and tell it; False where that was known."""
        if not await store.confirm(tx, authenticator.user_id, authenticator.id, change.at):
            return False
        await self.tell(tx, EventKind.AUTHENTICATOR_ADDED, authenticator, change)
        return True

    async def add(
        self, tx: Tx, user_id: str, kind: Kind, name: str, target: str, change: Change
    ) -> Authenticator:  # fmt: skip
        """Add an authenticator that has shown that it works, record and tell it.

        Raises:
            Problem: the person has as many of the kind as there may be (`too_many_authenticators`, 409).
        """
        added = await self._add(tx, user_id, kind, name, target, change.at, change.at)
        await self.tell(tx, EventKind.AUTHENTICATOR_ADDED, added, change)
        return added

    async def adopt(self, tx: Tx, user_id: str, kind: Kind, at: datetime) -> Authenticator:
        """Take over what came with an import and has just shown that it works; its holder had it, so nobody is told.

        Raises:
            Problem: the person has as many of the kind as there may be (`too_many_authenticators`, 409).
        """
        return await self._add(tx, user_id, kind, "", "", at, at)

    async def rename(self, tx: Tx, user_id: str, authenticator_id: str, name: str) -> bool:
        """Give an authenticator a name; False where it is not there."""
        return await store.touch_name(tx, user_id, authenticator_id, name)

    async def used(self, tx: Tx, authenticator_id: str, at: datetime) -> None:
        """Note that an authenticator proved something."""
        await store.touch_use(tx, authenticator_id, at)

    async def remove(self, tx: Tx, authenticator: Authenticator, change: Change) -> bool:
        """Take an authenticator off the list, record and tell it; False where it is gone already.

        Whoever calls removes what the method keeps of it in the same transaction.
        """
        if not await store.purge(tx, authenticator.user_id, authenticator.id):
            return False
        if authenticator.is_confirmed:
            await self.tell(tx, EventKind.AUTHENTICATOR_REMOVED, authenticator, change)
        return True

    async def reset(self, tx: Tx, user_id: str, change: Change) -> int:
        """Take every second factor off the list, record and tell each; the password stays. Return how many there were.

        Whoever calls removes what the methods keep of them in the same transaction.
        """
        held = [one for one in await store.list_of(tx, user_id) if one.kind is not Kind.PASSWORD]
        for one in held:
            await store.purge(tx, user_id, one.id)
            if one.is_confirmed:
                await self.tell(tx, EventKind.AUTHENTICATORS_RESET, one, change)
        return len(held)

    async def tell(self, tx: Tx, kind: EventKind, authenticator: Authenticator, change: Change) -> None:
        """Record a change of an authenticator, and mail it to the person where they have an address."""
        application = change.application
        await record(
            tx,
            kind,
            at=change.at,
            origin=change.origin,
            user_id=authenticator.user_id,
            application_id=None if application is None else application.id,
            data={"authenticator_id": authenticator.id, "kind": authenticator.kind.value, "name": authenticator.name},
        )
        user = await find_user(tx, authenticator.user_id)
        if user is None or not user.email:
            return
        usual = application.branding.language if application is not None else ""
        order = notice(
            user,
            _SENTENCES[kind],
            authenticator.kind,
            authenticator.name,
            app_name=_HOUSE if application is None else application.name,
            application_id=None if application is None else application.id,
            language=language_of_mail(user.locale, change.language, usual),
            at=change.at,
            device=describe_agent(change.origin.user_agent).summary,
        )
        await self.outbox.enqueue_mail(tx, order)

    async def tell_use(self, tx: Tx, authenticator: Authenticator, left: int, at: datetime) -> None:
        """Mail somebody that one of their backup codes was used, and how many are left."""
        user = await find_user(tx, authenticator.user_id)
        if user is None or not user.email:
            return
        order = notice(
            user,
            _USED,
            authenticator.kind,
            authenticator.name,
            app_name=_HOUSE,
            application_id=None,
            language=language_of_mail(user.locale),
            at=at,
            device="",
            left=left,
        )
        await self.outbox.enqueue_mail(tx, order)

    async def _add(
        self, tx: Tx, user_id: str, kind: Kind, name: str, target: str, at: datetime, confirmed_at: datetime | None
    ) -> Authenticator:
        held = [one for one in await store.list_of(tx, user_id) if one.kind is kind and one.is_confirmed]
        if len(held) >= MOST_OF_A_KIND:
            sentence = f"There are {MOST_OF_A_KIND} of these on the account; remove one first."
            raise Problem("too_many_authenticators", 409, sentence)
        added = Authenticator(new_id(), user_id, kind, name[:100], target, at, confirmed_at, None)
        await store.add(tx, added)
        return added
