"""`gatepass app list` and `gatepass app show`."""

import json
from typing import Annotated

import typer
from rich.markup import escape

from gatepass.app import Foundations
from gatepass.applications.flows import registration_of
from gatepass.applications.model import Application
from gatepass.applications.queries import find_by_client_id, list_applications
from gatepass.cli.applications.values import row, settings_of
from gatepass.cli.ground import DatabaseOption, DataOption, JsonOption, fail, out, print_json, run
from gatepass.cli.ground import settings_of as read_settings

ClientIdArgument = Annotated[str, typer.Argument(help="The application's client_id.")]


async def get_application(foundations: Foundations, client_id: str) -> Application:
    """Return an application, switched off ones too; say that there is none and leave where there is none."""
    application = await foundations.database.read(lambda tx: find_by_client_id(tx, client_id))
    if application is None:
        fail(f"There is no application {client_id}. `gatepass app list` names all.")
    return application


def list_all(data: DataOption = None, database: DatabaseOption = None, as_json: JsonOption = False) -> None:
    """List the applications, the oldest first."""

    async def body(foundations: Foundations) -> list[Application]:
        return await foundations.database.read(list_applications)

    found = run(read_settings(data, database), body)
    if as_json:
        print_json([row(application) for application in found])
        return
    for application in found:
        state = "" if application.is_active else ", off"
        out.print(
            f"{escape(application.name)}  ({application.type.value}{state})\n  {application.client_id}", soft_wrap=True
        )
    if not found:
        out.print("No application yet. Make one with `gatepass app create NAME --type web --callback URL`.")


def show(
    client_id: ClientIdArgument, data: DataOption = None, database: DatabaseOption = None, as_json: JsonOption = False
) -> None:
    """Show every setting of an application by its key, as `gatepass app set` takes it."""
    application = run(read_settings(data, database), lambda foundations: get_application(foundations, client_id))
    print_settings(application, as_json=as_json)


def print_settings(application: Application, *, as_json: bool) -> None:
    """Print every setting of an application."""
    settings = settings_of(registration_of(application))
    if as_json:
        print_json({"client_id": application.client_id, "is_active": application.is_active, **settings})
        return
    width = max(len(key) for key in settings)
    out.print(f"{'client_id':{width}}  {application.client_id}", soft_wrap=True)
    for key, value in settings.items():
        out.print(f"{key:{width}}  {escape(_written(value))}", soft_wrap=True)


def _written(value: object) -> str:
    """Return a setting as `gatepass app set` takes it."""
    if isinstance(value, list):
        return ",".join(map(str, value))
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value)
