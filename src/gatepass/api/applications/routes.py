"""The endpoints of applications and of their secrets."""

from dataclasses import dataclass
from typing import Any

from gatepass.access.model import Scope
from gatepass.api.applications import shapes
from gatepass.api.applications.changes import ApplicationChanges
from gatepass.api.applications.shapes import ApplicationAnswer, CreatedApplication, CreatedSecret, SecretAnswer
from gatepass.api.shapes.outcomes import Done
from gatepass.api.shapes.pages import LIST_ERRORS, ListQuery
from gatepass.api.shapes.rows import ManagerRows
from gatepass.applications.model import Application
from gatepass.applications.queries import get_application, list_after, list_secrets
from gatepass.gate.management.lists import listed
from gatepass.gate.management.versions import versioned
from gatepass.gate.model import Call, Endpoint, Reply
from gatepass.kit.db import Tx
from gatepass.kit.lookups.paging import page_of

_ALL = "/api/v1/applications"
_ONE = _ALL + "/{application_id}"
_row = ManagerRows("Applications", Scope.APPLICATIONS_READ, Scope.APPLICATIONS_WRITE)
_CHANGE_ERRORS = (
    "invalid_application",
    "unknown_application",
    "application_outranks_caller",
    "stranger_manages",
    "described_elsewhere",
    "stale_version",
)


@dataclass(frozen=True, slots=True)
class ApplicationRoutes:
    """Parses, calls and renders."""

    changes: ApplicationChanges

    def endpoints(self) -> list[Endpoint]:
        """Return this part's rows of the endpoint table."""
        return [*self._reading(), *self._making(), *self._switching(), *self._secrets()]

    def _reading(self) -> list[Endpoint]:
        return [
            _row(
                "applications",
                "GET",
                _ALL,
                self.list_all,
                "List the applications, the oldest first.",
                query=ListQuery,
                answer=list[ApplicationAnswer],
                errors=LIST_ERRORS,
            ),
            _row(
                "application",
                "GET",
                _ONE,
                self.show,
                "Read an application, by its id or its client id.",
                answer=ApplicationAnswer,
                errors=("unknown_application",),
            ),
        ]

    def _making(self) -> list[Endpoint]:
        return [
            _row(
                "create_application",
                "POST",
                _ALL,
                self.create,
                "Create an application; its secret is shown this once.",
                body=shapes.NewApplication,
                answer=CreatedApplication,
                status=201,
                is_repeatable=True,
                errors=("invalid_application", "application_outranks_caller", "stranger_manages"),
            ),
            _row(
                "change_application",
                "PATCH",
                _ONE,
                self.change,
                "Change parts of an application; objects are merged, lists are replaced.",
                body=shapes.ChangedApplication,
                answer=ApplicationAnswer,
                errors=_CHANGE_ERRORS,
            ),
            _row(
                "replace_application",
                "PUT",
                _ONE,
                self.replace,
                "Write an application anew; what is not sent is as usual again.",
                body=shapes.NewApplication,
                answer=ApplicationAnswer,
                errors=_CHANGE_ERRORS,
            ),
        ]

    def _switching(self) -> list[Endpoint]:
        errors = ("unknown_application", "application_outranks_caller", "stale_version")
        return [
            _row(
                "activate_application",
                "POST",
                f"{_ONE}/activate",
                self.activate,
                "Switch an application on.",
                answer=ApplicationAnswer,
                errors=errors,
            ),
            _row(
                "deactivate_application",
                "POST",
                f"{_ONE}/deactivate",
                self.deactivate,
                "Switch an application off: nobody signs in to it, and its tokens open nothing.",
                answer=ApplicationAnswer,
                errors=errors,
            ),
            _row(
                "delete_application",
                "DELETE",
                _ONE,
                self.remove,
                "Delete an application for good, with all that it was granted, its templates and its domains.",
                answer=Done,
                errors=(*errors, "described_elsewhere"),
            ),
        ]

    def _secrets(self) -> list[Endpoint]:
        return [
            _row(
                "application_secrets",
                "GET",
                f"{_ONE}/secrets",
                self.list_secrets,
                "List an application's live secrets by their last characters, the oldest first.",
                answer=list[SecretAnswer],
                errors=("unknown_application",),
            ),
            _row(
                "rotate_application_secret",
                "POST",
                f"{_ONE}/secrets",
                self.rotate,
                "Give an application a new secret, shown this once; the newest of the others goes on opening.",
                scope=Scope.APPLICATIONS_SECRETS,
                answer=CreatedSecret,
                status=201,
                is_repeatable=True,
                errors=("unknown_application", "application_outranks_caller", "no_client_secret"),
            ),
            _row(
                "revoke_application_secret",
                "DELETE",
                f"{_ONE}/secrets/{{secret_id}}",
                self.revoke,
                "End a secret at once.",
                scope=Scope.APPLICATIONS_SECRETS,
                answer=Done,
                errors=("unknown_application", "application_outranks_caller", "unknown_secret"),
            ),
        ]

    async def list_all(self, call: Call[ListQuery, None]) -> Reply:
        """Answer with a page of applications."""
        call.principal.everywhere()
        wanted = call.query.page()
        after_id = wanted.after[0] if wanted.after else ""
        rows = await self.changes.database.read(lambda tx: list_after(tx, after_id, wanted.limit + 1))
        page = page_of(rows, wanted.limit, lambda application: (application.id,))
        return listed(call, page.map(shapes.answer_of), path=_ALL)

    async def show(self, call: Call[None, None]) -> Reply:
        """Answer with an application."""
        call.principal.everywhere()
        return _shown(await self.changes.database.read(lambda tx: get_application(tx, call.path["application_id"])))

    async def create(self, call: Call[None, Any]) -> Reply:
        """Create an application."""
        call.principal.everywhere()
        made = await self.changes.create(call, shapes.registration_of(call.body))
        application, secret = made.application, made.client_secret
        answer = shapes.created_of(application, secret.reveal() if secret is not None else None)
        return versioned(application, answer, 201)

    async def change(self, call: Call[None, Any]) -> Reply:
        """Change parts of an application."""
        call.principal.everywhere()
        return _shown(await self.changes.change(call, lambda present: shapes.merged(present, call.body)))

    async def replace(self, call: Call[None, Any]) -> Reply:
        """Write an application anew."""
        call.principal.everywhere()
        return _shown(await self.changes.change(call, lambda _: shapes.registration_of(call.body)))

    async def activate(self, call: Call[None, None]) -> Reply:
        """Switch an application on."""
        call.principal.everywhere()
        return _shown(await self.changes.switch(call, is_active=True))

    async def deactivate(self, call: Call[None, None]) -> Reply:
        """Switch an application off."""
        call.principal.everywhere()
        return _shown(await self.changes.switch(call, is_active=False))

    async def remove(self, call: Call[None, None]) -> Done:
        """Delete an application."""
        call.principal.everywhere()
        await self.changes.remove(call)
        return Done()

    async def list_secrets(self, call: Call[None, None]) -> list[SecretAnswer]:
        """Answer with the secrets that open, by their last characters."""
        call.principal.everywhere()

        async def body(tx: Tx) -> list[SecretAnswer]:
            application = await get_application(tx, call.path["application_id"])
            return [shapes.secret_of(secret) for secret in await list_secrets(tx, application.id)]

        return await self.changes.database.read(body)

    async def rotate(self, call: Call[None, None]) -> CreatedSecret:
        """Give an application a new secret."""
        call.principal.everywhere()
        kept, secret = await self.changes.rotate_secret(call)
        shown = shapes.secret_of(kept)
        return CreatedSecret(shown.id, shown.hint, shown.created_at, client_secret=secret.reveal())

    async def revoke(self, call: Call[None, None]) -> Done:
        """End a secret."""
        call.principal.everywhere()
        await self.changes.revoke_secret(call, call.path["secret_id"])
        return Done()


def _shown(application: Application) -> Reply:
    return versioned(application, shapes.answer_of(application))
