"""`gatepass app create`."""

from typing import Annotated

import typer
from rich.markup import escape

from gatepass.app import Foundations, build, ready_keys
from gatepass.applications.flows import Registered, register
from gatepass.applications.model import ApplicationType, Branding, OAuthPolicy, Registration
from gatepass.cli.applications.values import row, with_settings
from gatepass.cli.ground import DatabaseOption, DataOption, JsonOption, err, out, print_json, run, settings_of
from gatepass.kit.colours import LIGHT_PAGE, is_colour, readable
from gatepass.protocols.jose import SigningAlgorithm

ScopeOption = Annotated[
    list[str] | None,
    typer.Option("--scope", help="What it may ask for; sys_owner manages the server. May be repeated."),
]


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
    scope: ScopeOption = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", help="A further setting as KEY=VALUE, as `gatepass app set` takes it; may be repeated."),
    ] = None,
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
        oauth=OAuthPolicy(scopes=tuple(scope or ())),
    )
    registration = with_settings(registration, settings or [])

    registered = run(settings_of(data, database), lambda foundations: _register(foundations, registration))
    _show(registered, as_json=as_json)


async def _register(foundations: Foundations, registration: Registration) -> Registered:
    at = foundations.clock.now()
    registered = await foundations.database.transact(lambda tx: register(tx, registration, at))
    await ready_keys(build(foundations))
    return registered


def _show(registered: Registered, *, as_json: bool) -> None:
    accent = registered.application.branding.accent
    secret = registered.client_secret.reveal() if registered.client_secret else None
    if is_colour(accent) and readable(accent, LIGHT_PAGE) != accent.lower():
        err.print(f"{accent} is hard to read on white; pages and mails use {readable(accent, LIGHT_PAGE)} instead.")
    if as_json:
        print_json({**row(registered.application), "client_secret": secret})
        return
    out.print(f"[green]✓[/] {escape(registered.application.name)}")
    out.print(f"  client_id      {registered.application.client_id}", soft_wrap=True)
    if secret:
        out.print(f"  client_secret  {secret}", soft_wrap=True)
        out.print("  The secret is shown this once; keep it on your server.")
