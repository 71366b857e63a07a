"""The applications that use an account, and how a person takes that back."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from gatepass.applications.model import Application
from gatepass.applications.queries import find_application
from gatepass.gate.pages.domains import domain_of
from gatepass.gate.pages.languages import N_
from gatepass.gate.pages.visits import see
from gatepass.kit.db import Tx
from gatepass.provider.consents.flows import revoke
from gatepass.provider.consents.queries import list_of_user
from gatepass.tokens.queries import list_families, list_holdings
from gatepass.web.account import model
from gatepass.web.account.door import Door

# Whoever holds tokens of any kind knows who the person is.
_LEAST = ("openid",)


@dataclass(frozen=True, slots=True)
class Use:
    """What one application was allowed or holds, put together from consents and tokens."""

    application: Application
    scopes: tuple[str, ...]
    since: datetime

    @property
    def row(self) -> dict[str, Any]:
        """Return what the page shows of it."""
        application = self.application
        return {
            "id": application.id,
            "name": application.name,
            "logo_url": application.branding.logo_url or None,
            "domain": domain_of(application),
            "scopes": list(self.scopes),
            "since": self.since,
        }


@dataclass(frozen=True, slots=True)
class ApplicationsPage:
    """Lists what uses the account, and takes access back."""

    door: Door

    async def show(self, request: Request) -> Response:
        """Show every application that was allowed something or holds tokens."""
        signed = await self.door.open(request)
        if isinstance(signed, Response):
            return signed
        user_id, now = signed.user.id, self.door.clock.now()
        uses = await self.door.database.read(lambda tx: _uses(tx, user_id, now))
        has_removed = "removed" in request.query_params
        return await self.door.show(
            signed,
            "account/applications.html",
            grants=[use.row for use in uses],
            action=model.APPLICATIONS,
            notice={"kind": "success", "text": N_("Its access was removed.")} if has_removed else None,
        )

    async def remove(self, request: Request) -> Response:
        """Take back what one application was allowed; its tokens die with it."""
        entered = await self.door.enter_alone(request)
        if isinstance(entered, Response):
            return entered
        signed, form = entered
        unverified_id, at = form.get("grant", ""), self.door.clock.now()

        async def body(tx: Tx) -> bool:
            application = await find_application(tx, unverified_id)
            if application is None:
                return False
            return await revoke(tx, signed.user.id, application.id, at, signed.visit.origin)

        was_there = await self.door.database.transact(body)
        return see(signed.address(model.APPLICATIONS, **({"removed": "1"} if was_there else {})))


async def _uses(tx: Tx, user_id: str, now: datetime) -> list[Use]:
    """Return what uses an account, the newest first."""
    found: dict[str, tuple[list[str], datetime]] = {}

    def note(application_id: str, scope: Iterable[str], since: datetime) -> None:
        scopes, earliest = found.get(application_id, ([], since))
        found[application_id] = ([*scopes, *scope], min(earliest, since))

    for consent in await list_of_user(tx, user_id):
        note(consent.application_id, consent.scope, consent.created_at)
    for holding in await list_holdings(tx, user_id, now):
        families = await list_families(tx, user_id, holding.application_id, now)
        note(holding.application_id, (name for family in families for name in family.terms.scope), holding.since)
    uses = []
    for application_id, (scopes, since) in found.items():
        application = await find_application(tx, application_id)
        if application is not None:
            uses.append(Use(application, tuple(dict.fromkeys((*scopes,) or _LEAST)), since))
    return sorted(uses, key=lambda use: use.since, reverse=True)
