"""What is told when the server starts: to a developer how to try it, to an operator where it stands."""

from dataclasses import replace

from rich.text import Text

from gatepass import __version__
from gatepass.app import Foundations
from gatepass.applications.flows import change, register, registration_of
from gatepass.applications.model import Application, ApplicationType, Registration
from gatepass.applications.queries import list_applications
from gatepass.kit.db import Tx
from gatepass.settings import ServerSettings, Settings
from gatepass.web.development.model import sample_call

_DEMO = Registration(
    name="Demo application",
    type=ApplicationType.SPA,
    callback_urls=("http://localhost:3000/callback",),
    logout_urls=("http://localhost:3000/",),
    allowed_origins=("http://localhost:3000", "http://localhost:5173"),
)


async def ready_demo(foundations: Foundations) -> Application:
    """Return the oldest application, making the demo application where there is none yet.

    The start page signs in to the demo application, so that its callback has to be registered at the present port.
    """
    at = foundations.clock.now()
    origin = foundations.settings.server.origin
    demo = replace(
        _DEMO,
        callback_urls=(*_DEMO.callback_urls, f"{origin}/dev/callback"),
        logout_urls=(*_DEMO.logout_urls, f"{origin}/"),
    )

    async def body(tx: Tx) -> Application:
        found = await list_applications(tx)
        if not found:
            return (await register(tx, demo, at)).application
        eldest = found[0]
        if eldest.name != demo.name or demo.callback_urls[-1] in eldest.callback_urls:
            return eldest
        known = registration_of(eldest)
        renewed = replace(known, callback_urls=demo.callback_urls, logout_urls=demo.logout_urls)
        return await change(tx, eldest, renewed, at)

    return await foundations.database.transact(body)


def address_of(server: ServerSettings) -> str:
    """Return the address that the server listens on, as it is written in a URL."""
    return f"[{server.host}]:{server.port}" if ":" in server.host else f"{server.host}:{server.port}"


def summary(settings: Settings) -> str:
    """Return the one line that a server in production says at its start."""
    server = settings.server
    database = "SQLite" if server.database_url.startswith("sqlite:") else "PostgreSQL"
    processes = "1 process" if server.workers == 1 else f"{server.workers} processes"
    mail = "this server" if server.sends_mail else "`gatepass worker`"
    return (
        f"Gatepass {__version__} is listening on {address_of(server)} for {server.origin}: "
        f"{database}, {processes}, mail sent by {mail}."
    )


def welcome(settings: Settings, application: Application) -> Text:
    """Return the summary: where everything is, and one command to try it; no line is broken, so all can be copied."""
    url = settings.server.origin
    mailbox = f"{url}/dev/mail" if settings.outbox.smtp_url is None else "off, mail leaves by SMTP"
    text = Text.assemble("\n  ", ("Gatepass ", "bold"), (__version__, "dim"), "  is running in development mode\n\n")
    for name, address in (
        ("Start page", f"{url}/"),
        ("Mailbox", mailbox),
        ("API", f"{url}/docs"),
        ("OpenID", f"{url}/.well-known/openid-configuration"),
    ):
        text.append_text(Text.assemble("  ", (f"{name:12}", "dim"), (address, "cyan"), "\n"))
    text.append_text(Text.assemble("\n  ", (application.name, "bold"), "\n  ", (f"{'client_id':12}", "dim")))
    text.append_text(Text.assemble(application.client_id, "\n\n  ", ("Send yourself a sign-in link:", "dim"), "\n"))
    for line in sample_call(url, application.client_id).splitlines():
        text.append_text(Text.assemble("  ", (line, "green"), "\n"))
    return text.append_text(Text.assemble("\n  ", ("Ctrl-C stops the server.", "dim"), "\n"))
