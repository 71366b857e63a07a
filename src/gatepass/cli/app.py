"""`gatepass app`: the applications that people sign in to."""

from typing import Annotated, Any

import typer
from rich.markup import escape

from gatepass.app import Foundations, build, ready_keys
from gatepass.applications.flows import Registered, register
from gatepass.applications.model import Application, ApplicationType, Branding, Registration
from gatepass.applications.queries import list_applications
from gatepass.cli.ground import DatabaseOption, DataOption, JsonOption, err, out, print_json, run, settings_of
from gatepass.kit.colours import LIGHT_PAGE, is_colour, readable
from gatepass.protocols.jose import SigningAlgorithm

commands = typer.Typer(no_args_is_help=True, help="The applications that people sign in to.")


@commands.command("create")
def create(
    name: Annotated[str, typer.Argument(help="What people will read on the sign-in page and in mails.")],
    kind: Annotated[ApplicationType, typer.Option("--type", help="Where it runs.")] = ApplicationType.WEB,
    callback: Annotated[list[str] | None, typer.Option("--callback", help="A callback URL; may be repeated.")] = None,
    logout: Annotated[list[str] | None, typer.Option("--logout", help="A URL to return to after logout.")] = None,
    origin: Annotated[
        list[str] | None, typer.Option("--origin", help="An origin whose pages may call the API; may be repeated.")
    ] = None,
    accent: Annotated[str, typer.Option("--accent", help="Its colour, as #rrggbb.")] = "",
    logo: Annotated[str, typer.Option("--logo", help="The https address of its logo.")] = "",
    algorithm: Annotated[
        SigningAlgorithm, typer.Option("--algorithm", help="What signs its tokens.")
    ] = SigningAlgorithm.ES256,
    data: DataOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Register an application and print its client id, and its secret this once."""
    registration = Registration(
        name=name,
        type=kind,
        callback_urls=tuple(callback or ()),
        logout_urls=tuple(logout or ()),
        allowed_origins=tuple(origin or ()),
        signing_algorithm=algorithm,
        branding=Branding(accent, logo),
    )

    async def body(foundations: Foundations) -> Registered:
        at = foundations.clock.now()
        registered = await foundations.database.transact(lambda tx: register(tx, registration, at))
        await ready_keys(build(foundations))
        return registered

    registered = run(settings_of(data, database), body)
    _show(registered, as_json=as_json)


def _show(registered: Registered, *, as_json: bool) -> None:
    accent = registered.application.branding.accent
    secret = registered.client_secret.reveal() if registered.client_secret else None
    if is_colour(accent) and readable(accent, LIGHT_PAGE) != accent.lower():
        err.print(f"{accent} is hard to read on white; pages and mails use {readable(accent, LIGHT_PAGE)} instead.")
    if as_json:
        print_json({**_row(registered.application), "client_secret": secret})
        return
    out.print(f"[green]✓[/] {escape(registered.application.name)}")
    out.print(f"  client_id      {registered.application.client_id}", soft_wrap=True)
    if secret:
        out.print(f"  client_secret  {secret}", soft_wrap=True)
        out.print("  The secret is shown this once; keep it on your server.")


@commands.command("list")
def list_all(data: DataOption = None, database: DatabaseOption = None, as_json: JsonOption = False) -> None:
    """List the applications, the oldest first."""

    async def body(foundations: Foundations) -> list[Application]:
        return await foundations.database.read(list_applications)

    found = run(settings_of(data, database), body)
    if as_json:
        print_json([_row(application) for application in found])
        return
    for application in found:
        out.print(f"{escape(application.name)}  ({application.type.value})\n  {application.client_id}", soft_wrap=True)
    if not found:
        out.print("No application yet. Make one with `gatepass app create NAME --type web --callback URL`.")


def _row(application: Application) -> dict[str, Any]:
    return {
        "id": application.id,
        "name": application.name,
        "type": application.type.value,
        "client_id": application.client_id,
        "callback_urls": list(application.callback_urls),
        "logout_urls": list(application.logout_urls),
        "allowed_origins": list(application.allowed_origins),
        "signing_algorithm": application.signing_algorithm.value,
    }
