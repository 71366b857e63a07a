"""What the management API does to an application: judge who asks, change, and have it count at once."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from gatepass.api.applications.authority import refuse_described_elsewhere, refuse_new_keys, refuse_outranked
from gatepass.applications import flows
from gatepass.applications.model import Application, ApplicationSecret, Registration
from gatepass.applications.queries import ApplicationDirectory
from gatepass.gate.management.versions import refuse_stale
from gatepass.gate.model import Call
from gatepass.kit.clock import Clock
from gatepass.kit.db import Database, Tx
from gatepass.kit.problems import Problem
from gatepass.kit.secrets import Secret
from gatepass.login.flows import remove_application
from gatepass.tokens.flows import Tokens, revoke_families

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ApplicationChanges:
    """Changes applications for callers of the management API.

    Args:
        database: where they stand.
        clock: the time.
        directory: this process's memory of them, which has to forget what changed.
        tokens: readies the key that a new application's tokens are signed by.
    """

    database: Database
    clock: Clock
    directory: ApplicationDirectory
    tokens: Tokens

    async def create(self, call: Call[Any, Any], registration: Registration) -> flows.Registered:
        """Register an application."""
        refuse_outranked(call.principal, registration.oauth)
        at, origin = self.clock.now(), call.origin
        made = await self.database.transact(lambda tx: flows.register(tx, registration, at, origin=origin))
        # Published at once, so that nobody is handed a key set that lacks it.
        await self.tokens.signer_for(made.application)
        self.directory.forget(made.application.client_id)
        return made

    async def change(self, call: Call[Any, Any], change: Callable[[Registration], Registration]) -> Application:
        """Write an application anew; `change` gets what would register it as it is, and returns what is wanted."""

        async def body(tx: Tx, application: Application) -> Application:
            refuse_described_elsewhere(application)
            registration = change(flows.registration_of(application))
            wanted = replace(registration, oauth=replace(registration.oauth, source=application.oauth.source))
            refuse_outranked(call.principal, application.oauth, wanted.oauth)
            refuse_new_keys(call.principal, application.oauth, wanted.oauth)
            return await flows.change(tx, application, wanted, self.clock.now(), call.origin)

        changed = await self._with(call, body)
        await self.tokens.signer_for(changed)
        return changed

    async def switch(self, call: Call[Any, Any], *, is_active: bool) -> Application:
        """Switch an application off, so that nobody signs in to it, or on again."""
        return await self._with(call, lambda tx, application: self._switch(tx, call, application, is_active=is_active))

    async def remove(self, call: Call[Any, Any]) -> None:
        """Delete an application for good, with all that it was granted, its templates and its domains."""

        async def switch_off(tx: Tx, application: Application) -> Application:
            refuse_described_elsewhere(application)
            return await self._switch(tx, call, application, is_active=False)

        off = await self._with(call, switch_off)
        # Before it is gone, so that an end in the middle leaves nothing that opens, and after it was switched off, so
        # that nothing is granted to it behind our back.
        await revoke_families(self.database, off.id, self.clock.now())

        async def body(tx: Tx, application: Application) -> None:
            refuse_described_elsewhere(application)
            # Somebody may have switched it on again in the meantime.
            is_still_off = not application.is_active
            await remove_application(tx, application, self.clock.now(), call.origin, are_tokens_revoked=is_still_off)

        await self._with(call, body, is_condition_met=True)

    async def rotate_secret(self, call: Call[Any, Any]) -> tuple[ApplicationSecret, Secret]:
        """Give an application a new secret beside the newest that it has."""

        async def body(tx: Tx, application: Application) -> tuple[ApplicationSecret, Secret]:
            refuse_outranked(call.principal, application.oauth)
            return await flows.rotate_secret(tx, application, self.clock.now(), call.origin)

        return await self._with(call, body)

    async def revoke_secret(self, call: Call[Any, Any], unverified_secret_id: str) -> None:
        """End one of an application's secrets at once.

        Raises:
            Problem: it has no such live one (`unknown_secret`, 404).
        """

        async def body(tx: Tx, application: Application) -> None:
            refuse_outranked(call.principal, application.oauth)
            if not await flows.revoke_secret(tx, application, unverified_secret_id, self.clock.now(), call.origin):
                raise Problem("unknown_secret", 404, "The application has no such secret; list those that it has.")

        await self._with(call, body)

    async def _switch(self, tx: Tx, call: Call[Any, Any], application: Application, *, is_active: bool) -> Application:
        refuse_outranked(call.principal, application.oauth)
        if application.is_active is is_active:
            return application
        return await flows.switch(tx, application, is_active=is_active, at=self.clock.now(), origin=call.origin)

    async def _with(
        self,
        call: Call[Any, Any],
        change: Callable[[Tx, Application], Coroutine[Any, Any, T]],
        *,
        is_condition_met: bool = False,
    ) -> T:
        unverified_name = call.path["application_id"]

        async def body(tx: Tx) -> tuple[Application, T]:
            application = await flows.open_for_change(tx, unverified_name)
            if not is_condition_met:
                refuse_stale(call, application.id, application.modified_at)
            return application, await change(tx, application)

        application, outcome = await self.database.transact(body)
        self.directory.forget(application.client_id)
        return outcome
