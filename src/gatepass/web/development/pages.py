"""The start page, the development mailbox and the messages beside it."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gatepass import __version__
from gatepass.applications.queries import ApplicationDirectory
from gatepass.gate.pages.rendering import PageRenderer
from gatepass.kit.clock import Clock
from gatepass.kit.db import Database
from gatepass.methods.sms_code.queries import dev_messages
from gatepass.outbox.model import DevMail
from gatepass.outbox.queries import dev_mail, dev_mailbox
from gatepass.web.development.model import sample_call, sample_text

# The preview may style itself inline, as mail must, and do nothing else; only our own mailbox may frame it.
_PREVIEW_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src data: https:; "
    "style-src 'unsafe-inline'; frame-ancestors 'self'"
)
_MINUTE, _HOUR = 60, 3600


@dataclass(frozen=True, slots=True)
class DevelopmentPages:
    """Renders what a developer needs in the first two minutes."""

    database: Database
    clock: Clock
    applications: ApplicationDirectory
    pages: PageRenderer
    public_url: str

    def routes(self) -> list[Route]:
        """Return this part's pages."""
        return [
            Route("/", self.home),
            Route("/dev/sign-in", self.begin),
            Route("/dev/callback", self.finish),
            Route("/dev/mail", self.mailbox),
            Route("/dev/mail/messages", self.messages),
            Route("/dev/sms", self.phone),
            Route("/dev/sms/messages", self.texts),
            Route("/dev/mail/{id}", self.message),
            Route("/dev/mail/{id}/html", self.preview),
        ]

    async def home(self, request: Request) -> Response:  # noqa: ARG002 - every visitor sees the same
        """Show where everything is, and let the visitor try it."""
        application = await self.applications.eldest()
        if application is None:
            return self.pages.error(404, "No application yet", "Make one with `gatepass app create NAME --type web`.")
        url = self.public_url
        return self.pages.response(
            "home.html",
            server={
                "version": __version__,
                "issuer": url,
                "docs": f"{url}/docs",
                "openapi": f"{url}/openapi.json",
                "mailbox": f"{url}/dev/mail",
                "health": f"{url}/healthz",
                "jwks": f"{url}/.well-known/jwks.json",
                "discovery": f"{url}/.well-known/openid-configuration",
                "try_hosted": f"{url}/dev/sign-in",
            },
            app={"name": application.name, "client_id": application.client_id, "logo_url": None},
            curl=sample_call(url, application.client_id),
        )

    async def begin(self, request: Request) -> Response:  # noqa: ARG002 - every visitor sees the same
        """Begin a sign-in on the hosted page, as an application would."""
        return await self._hosted("begin")

    async def finish(self, request: Request) -> Response:  # noqa: ARG002 - the page's script reads the answer
        """Show what an application receives after a sign-in on the hosted page."""
        return await self._hosted("finish")

    async def _hosted(self, step: str) -> Response:
        application = await self.applications.eldest()
        client_id = application.client_id if application else ""
        return self.pages.response("dev/hosted.html", step=step, client_id=client_id, home=f"{self.public_url}/")

    async def mailbox(self, request: Request) -> Response:  # noqa: ARG002 - every visitor sees the same
        """Show the mails that would have left, the newest first."""
        mails = await self.database.read(dev_mailbox)
        application = await self.applications.eldest()
        return self.pages.response(
            "dev/mailbox.html",
            messages=[{**_row(mail), "ago": _ago(mail.at, self.clock.now())} for mail in mails],
            curl=sample_call(self.public_url, application.client_id if application else "CLIENT_ID"),
        )

    async def messages(self, request: Request) -> Response:
        """Answer with the mails as JSON, for scripts and tests; `?to=` narrows to one address."""
        recipient = request.query_params.get("to")
        mails = await self.database.read(lambda tx: dev_mailbox(tx, recipient=recipient))
        body = [{"id": mail.id, "to": mail.recipient, "at": mail.at.isoformat(), **_content(mail)} for mail in mails]
        return JSONResponse({"messages": body}, headers={"cache-control": "no-store"})

    async def phone(self, request: Request) -> Response:  # noqa: ARG002 - every visitor sees the same
        """Show the messages that would have gone to phones, the newest first."""
        found, now = await self.database.read(dev_messages), self.clock.now()
        application = await self.applications.eldest()
        shown = [
            {
                "id": one.id,
                "to": one.recipient,
                "text": one.text,
                "code": one.code,
                "at": _moment(one.created_at),
                "ago": _ago(one.created_at, now),
            }
            for one in found
        ]
        client_id = application.client_id if application else "CLIENT_ID"
        return self.pages.response("dev/sms.html", messages=shown, curl=sample_text(self.public_url, client_id))

    async def texts(self, request: Request) -> Response:
        """Answer with the messages as JSON, for scripts and tests; `?to=` narrows to one number."""
        recipient = request.query_params.get("to")
        found = await self.database.read(lambda tx: dev_messages(tx, recipient=recipient))
        body = [
            {"id": one.id, "to": one.recipient, "at": one.created_at.isoformat(), "text": one.text, "code": one.code}
            for one in found
        ]
        return JSONResponse({"messages": body}, headers={"cache-control": "no-store"})

    async def message(self, request: Request) -> Response:
        """Show one mail."""
        mail = await self._find(request)
        if mail is None:
            return self._gone()
        view = {**_row(mail), "from_": mail.headers.get("From", ""), "text": mail.text, "links": mail.links}
        view |= {"code": mail.code, "headers": list(mail.headers.items())}
        return self.pages.response("dev/message.html", message=view, headers={"x-frame-options": "SAMEORIGIN"})

    async def preview(self, request: Request) -> Response:
        """Answer with the HTML part of a mail alone, for the sandboxed frame."""
        mail = await self._find(request)
        if mail is None:
            return self._gone()
        return Response(
            mail.html,
            media_type="text/html",
            headers={
                "content-security-policy": _PREVIEW_POLICY,
                "x-frame-options": "SAMEORIGIN",
                "x-content-type-options": "nosniff",
                "referrer-policy": "no-referrer",
                "cache-control": "no-store",
            },
        )

    async def _find(self, request: Request) -> DevMail | None:
        mail_id = request.path_params["id"]
        return await self.database.read(lambda tx: dev_mail(tx, mail_id))

    def _gone(self) -> Response:
        return self.pages.error(404, "That mail is gone", "The mailbox keeps the newest 500. Go back to /dev/mail.")


def _row(mail: DevMail) -> dict[str, Any]:
    return {"id": mail.id, "to": mail.recipient, "subject": mail.subject, "at": _moment(mail.at)}


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%H:%M:%S UTC, %d %B")


def _content(mail: DevMail) -> dict[str, Any]:
    content = asdict(mail)
    return {name: content[name] for name in ("subject", "text", "html", "links", "code", "headers")}


def _ago(moment: datetime, now: datetime) -> str:
    seconds = int((now - moment).total_seconds())
    if seconds < _MINUTE:
        return "just now"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE} min ago"
    return f"{seconds // _HOUR} h ago"
