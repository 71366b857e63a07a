"""`gatepass app set`, `secret`, `off` and `on`."""

from dataclasses import replace
from typing import Annotated

import typer
from rich.markup import escape

from gatepass.app import Foundations, build, ready_keys
from gatepass.applications import flows
from gatepass.applications.model import Application, ClientAuthentication
from gatepass.cli.applications.creating import ScopeOption
from gatepass.cli.applications.showing import ClientIdArgument, get_application, print_settings
from gatepass.cli.applications.values import with_settings
from gatepass.cli.ground import DatabaseOption, DataOption, JsonOption, fail, out, print_json, run, settings_of
from gatepass.kit.secrets import Secret


def change(
    client_id: ClientIdArgument,
    assignments: Annotated[
        list[str] | None,
        typer.Argument(help="KEY=VALUE, such as magic_link.may_sign_up=false; `app show` names the keys."),
    ] = None,
    scope: ScopeOption = None,
    data: DataOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Change settings of an application; servers see it within five seconds."""
    if not assignments and not scope:
        fail("Say what to change, as KEY=VALUE or with --scope.")

    async def body(foundations: Foundations) -> Application:
        application = await get_application(foundations, client_id)
        registration = with_settings(flows.registration_of(application), assignments or [])
        scopes = tuple(dict.fromkeys((*registration.oauth.scopes, *(scope or ()))))
        registration = replace(registration, oauth=replace(registration.oauth, scopes=scopes))
        at = foundations.clock.now()
        changed = await foundations.database.transact(lambda tx: flows.change(tx, application, registration, at))
        await ready_keys(build(foundations))
        return changed

    print_settings(run(settings_of(data, database), body), as_json=as_json)


def new_secret(
    client_id: ClientIdArgument, data: DataOption = None, database: DatabaseOption = None, as_json: JsonOption = False
) -> None:
    """Give an application a further secret; the one before stays good until the next, so that it can be rotated."""

    async def body(foundations: Foundations) -> Secret:
        application = await get_application(foundations, client_id)
        if not application.is_confidential or (
            application.oauth.authentication is ClientAuthentication.PRIVATE_KEY_JWT
        ):
            fail(f"{application.name} does not authenticate by a secret.")
        at = foundations.clock.now()
        return await foundations.database.transact(lambda tx: flows.add_secret(tx, application.id, at))

    secret = run(settings_of(data, database), body)
    if as_json:
        print_json({"client_id": client_id, "client_secret": secret.reveal()})
        return
    out.print(f"client_secret  {secret.reveal()}", soft_wrap=True)
    out.print("It is shown this once. The secret before it stays good until you make another.")


def switch_off(client_id: ClientIdArgument, data: DataOption = None, database: DatabaseOption = None) -> None:
    """Switch an application off: nobody signs in to it and none of its tokens is renewed."""
    _switch(client_id, settings_data=(data, database), is_active=False)


def switch_on(client_id: ClientIdArgument, data: DataOption = None, database: DatabaseOption = None) -> None:
    """Switch an application on again."""
    _switch(client_id, settings_data=(data, database), is_active=True)


def _switch(client_id: str, *, settings_data: tuple[DataOption, DatabaseOption], is_active: bool) -> None:
    async def body(foundations: Foundations) -> Application:
        application = await get_application(foundations, client_id)
        at = foundations.clock.now()
        return await foundations.database.transact(lambda tx: flows.switch(tx, application, is_active=is_active, at=at))

    application = run(settings_of(*settings_data), body)
    out.print(f"{escape(application.name)} is {'on' if is_active else 'off'}.")
