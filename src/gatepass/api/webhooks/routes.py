"""The endpoints of webhooks."""

from dataclasses import dataclass
from datetime import timedelta

from gatepass.access.model import Scope, unknown_organization
from gatepass.api.shapes.outcomes import Done
from gatepass.api.shapes.pages import LIST_ERRORS, ListQuery
from gatepass.api.shapes.rows import ManagerRows
from gatepass.api.webhooks import shapes
from gatepass.api.webhooks.desk import WebhookDesk, refuse_blind
from gatepass.api.webhooks.shapes import ChangedWebhook, CreatedWebhook, NewWebhook, WebhookAnswer
from gatepass.gate.management.lists import listed
from gatepass.gate.management.versions import etag_header, versioned
from gatepass.gate.model import Call, Endpoint, Reply, encode_answer
from gatepass.kit.db import Tx
from gatepass.organizations.queries import find_organization
from gatepass.webhooks.flows import Created
from gatepass.webhooks.model import Webhook
from gatepass.webhooks.queries import list_webhooks

ALL = "/api/v1/webhooks"
ONE = ALL + "/{webhook_id}"
row = ManagerRows("Webhooks", Scope.WEBHOOKS_READ, Scope.WEBHOOKS_WRITE)


@dataclass(frozen=True, slots=True)
class WebhookRoutes:
    """Parses, calls and renders.

    Args:
        desk: finds and changes endpoints.
    """

    desk: WebhookDesk

    def endpoints(self) -> list[Endpoint]:
        """Return this part's rows of the endpoint table."""
        return [*self._reading(), *self._changing(), *self._running()]

    def _reading(self) -> list[Endpoint]:
        return [
            row(
                "webhooks",
                "GET",
                ALL,
                self.list_all,
                "List the webhooks, the oldest first.",
                query=ListQuery,
                answer=list[WebhookAnswer],
                errors=LIST_ERRORS,
            ),
            row(
                "webhook",
                "GET",
                ONE,
                self.show,
                "Read a webhook and how it fares.",
                answer=WebhookAnswer,
                errors=("unknown_webhook",),
            ),
        ]

    def _changing(self) -> list[Endpoint]:
        return [
            row(
                "create_webhook",
                "POST",
                ALL,
                self.create,
                "Set a webhook up; its secret is shown this once.",
                body=NewWebhook,
                answer=CreatedWebhook,
                status=201,
                is_repeatable=True,
                errors=("invalid_webhook", "too_many_webhooks", "unknown_organization"),
            ),
            row(
                "change_webhook",
                "PATCH",
                ONE,
                self.change,
                "Change parts of a webhook, or switch it off and on.",
                body=ChangedWebhook,
                answer=WebhookAnswer,
                errors=("invalid_webhook", "unknown_webhook", "stale_version"),
            ),
            row(
                "delete_webhook",
                "DELETE",
                ONE,
                self.remove,
                "Remove a webhook with its log.",
                answer=Done,
                errors=("unknown_webhook", "stale_version"),
            ),
        ]

    def _running(self) -> list[Endpoint]:
        return [
            row(
                "rotate_webhook_secret",
                "POST",
                f"{ONE}/secret/rotate",
                self.rotate,
                "Give a webhook a new secret, shown this once; the one before signs along for a while.",
                query=shapes.Rotation,
                answer=CreatedWebhook,
                is_repeatable=True,
                errors=("unknown_webhook", "secret_overlap", "stale_version"),
            ),
            row(
                "test_webhook",
                "POST",
                f"{ONE}/test",
                self.test,
                "Send a sample event right now and answer what came back.",
                answer=shapes.TestAnswer,
                errors=("unknown_webhook",),
            ),
            row(
                "resume_webhook",
                "POST",
                f"{ONE}/resume",
                self.resume,
                "Let a webhook that was stopped, or that rests after failures, be sent events again.",
                query=shapes.Resumption,
                answer=WebhookAnswer,
                errors=("unknown_webhook", "stale_version"),
            ),
        ]

    async def list_all(self, call: Call[ListQuery, None]) -> Reply:
        """Answer with a page of endpoints."""
        wanted = call.query.page()
        page = await self.desk.database.read(lambda tx: list_webhooks(tx, call.principal.reach, wanted))
        return listed(call, page.map(shapes.answer_of), path=ALL)

    async def show(self, call: Call[None, None]) -> Reply:
        """Answer with an endpoint."""
        return _shown(await self.desk.database.read(lambda tx: self.desk.find(tx, call)))

    async def create(self, call: Call[None, NewWebhook]) -> Reply:
        """Set an endpoint up."""
        refuse_blind(call.principal)
        at, wishes = self.desk.clock.now(), shapes.wishes_of(call.body)
        organization_id = call.body.organization_id or call.principal.organization_id

        async def body(tx: Tx) -> Created:
            if (
                organization_id
                and await find_organization(tx, call.principal.within(organization_id), organization_id) is None
            ):
                raise unknown_organization()
            return await self.desk.webhooks.create(tx, wishes, organization_id, at, call.origin)

        return _with_secret(await self.desk.database.transact(body), 201)

    async def change(self, call: Call[None, ChangedWebhook]) -> Reply:
        """Change an endpoint."""
        refuse_blind(call.principal)
        at, change = self.desk.clock.now(), shapes.change_of(call.body)
        webhooks = self.desk.webhooks
        return _shown(
            await self.desk.changed(call, lambda tx, found: webhooks.change(tx, found, change, at, call.origin))
        )

    async def remove(self, call: Call[None, None]) -> Done:
        """Remove an endpoint."""
        at, webhooks = self.desk.clock.now(), self.desk.webhooks
        await self.desk.changed(call, lambda tx, found: webhooks.remove(tx, found, at, call.origin))
        return Done()

    async def rotate(self, call: Call[shapes.Rotation, None]) -> Reply:
        """Give an endpoint a new secret."""
        refuse_blind(call.principal)
        at, webhooks, seconds = self.desk.clock.now(), self.desk.webhooks, call.query.overlap_seconds
        overlap = None if seconds is None else timedelta(seconds=seconds)
        return _with_secret(
            await self.desk.changed(call, lambda tx, found: webhooks.rotate_secret(tx, found, overlap, at, call.origin))
        )

    async def test(self, call: Call[None, None]) -> shapes.TestAnswer:
        """Send a sample."""
        answer = await self.desk.webhooks.test(call.principal.reach, call.path["webhook_id"], call.origin)
        return shapes.test_of(answer)

    async def resume(self, call: Call[shapes.Resumption, None]) -> Reply:
        """Let an endpoint be sent events again."""
        refuse_blind(call.principal)
        at, webhooks, is_skipping = self.desk.clock.now(), self.desk.webhooks, call.query.skip_missed
        return _shown(
            await self.desk.changed(
                call,
                lambda tx, found: webhooks.resume(tx, found, is_skipping=is_skipping, at=at, origin=call.origin),
            )
        )


def _shown(webhook: Webhook) -> Reply:
    return versioned(webhook, shapes.answer_of(webhook))


def _with_secret(created: Created, status: int = 200) -> Reply:
    headers = [etag_header(created.webhook.id, created.webhook.modified_at), (b"cache-control", b"no-store")]
    return Reply(encode_answer(shapes.created_of(created)), status, headers=headers)
