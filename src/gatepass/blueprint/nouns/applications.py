"""Applications that the operator registered, by their names; a secret of the operator's own stands by reference."""

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gatepass.applications.flows import adopt_secret, open_for_change, register, registration_of, switch
from gatepass.applications.flows import change as change_application
from gatepass.applications.model import Application, ApplicationType, Registration, Source
from gatepass.applications.queries import has_secret, list_applications
from gatepass.blueprint.model import Blueprint, Change, Difference, Faulty, Noun, Sheet, Shown, Verb
from gatepass.blueprint.nouns import APPLIED
from gatepass.blueprint.rules import differences, merged, plain
from gatepass.kit.clock import Clock
from gatepass.kit.db import Tx
from gatepass.kit.secrets import Secret
from gatepass.login.flows import remove_application

_FIXED = ("name", "oauth.source")
_OWN = ("client_id", "is_active", "secret")


def read_reference(reference: Any, where: str) -> Secret:
    """Return the secret for which a reference stands: `{env: NAME}` or `{file: /path}`.

    Raises:
        Faulty: it is no reference, or there is nothing.
    """
    if isinstance(reference, Mapping) and len(reference) == 1:
        kind, name = next(iter(reference.items()))
        if kind == "env" and os.environ.get(str(name)):
            return Secret(os.environ[str(name)])
        if kind == "file":
            try:
                return Secret(Path(str(name)).read_text(encoding="utf-8").strip())
            except OSError as error:
                raise Faulty([f"{where}: the file {name} can't be read: {error.strerror}."]) from None
        if kind == "env":
            raise Faulty([f"{where}: the environment has no {name}; set it where this command runs."])
    raise Faulty([f"{where}: a secret never stands in the file; write env: NAME or file: /path below it."])


def read_references(blueprint: Blueprint) -> Mapping[str, Secret | Faulty]:
    """Return the secrets for which a file's references stand, or what is wrong, by the names of the applications.

    Read before any transaction begins: nobody waits for the database while a file is slow to read.
    """
    found: dict[str, Secret | Faulty] = {}
    for key, sheet in blueprint.sheets.get(Noun.APPLICATIONS, {}).items():
        if "secret" in (sheet or {}):
            try:
                found[key] = read_reference(sheet["secret"], f"applications.{key}.secret")
            except Faulty as fault:
                found[key] = fault
    return found


@dataclass(frozen=True, slots=True)
class Applications:
    """Reads, compares and brings about applications; good for one transaction, whose ids it remembers.

    Args:
        clock: the time.
        secrets: for which the references of the file stand, by the names of the applications.
    """

    clock: Clock
    secrets: Mapping[str, Secret | Faulty] = field(default_factory=dict)
    noun: Noun = Noun.APPLICATIONS
    _ids: dict[str, str] = field(default_factory=dict)

    async def ids(self, tx: Tx) -> Mapping[str, str]:
        """Return the ids of all applications by their names, those that came about here too."""
        if not self._ids:
            self._ids.update((one.name, one.id) for one in await _operator_s(tx))
        return self._ids

    async def present(self, tx: Tx) -> Mapping[str, Sheet]:
        """Return every application that the operator registered as its sheet; no secret is in it.

        Raises:
            Faulty: two of them have one name.
        """
        everybody = await _operator_s(tx)
        names = [one.name for one in everybody]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise Faulty(
                [f"applications.{name}: several are called so; give each a name of its own." for name in twice]
            )
        return {one.name: _sheet(one) for one in everybody}

    async def kept(self, tx: Tx) -> Collection[str]:  # noqa: ARG002 - of this noun no server has any by itself
        """Return nothing."""
        return ()

    def judged(self, key: str, sheet: Sheet, present: Sheet | None) -> tuple[Sheet, Sequence[Difference]]:
        """Return the whole sheet of an application, and what differs.

        Raises:
            Faulty: the sheet can't be.
        """
        where = f"applications.{key}"
        wanted = {name: value for name, value in sheet.items() if name not in _OWN}
        before = {name: value for name, value in (present or {}).items() if name not in _OWN}
        current = merged(Registration(key, ApplicationType.WEB), before, where)
        whole: dict[str, Any] = _written(merged(current, wanted, where, fixed=_FIXED))
        if present is None and "type" not in wanted:
            kinds = ", ".join(kind.value for kind in ApplicationType)
            raise Faulty([f"{where}: say which type it is, one of {kinds}."])
        client_id = (present or {}).get("client_id", "")
        if sheet.get("client_id", client_id) != client_id:
            raise Faulty(
                [f"{where}.client_id: the server gives client ids; this one is {client_id or 'not made yet'}."]
            )
        whole |= {"client_id": client_id, "is_active": sheet.get("is_active", (present or {}).get("is_active", True))}
        found = differences(present, whole)
        if "secret" in sheet:
            self._secret(key)
            whole["secret"] = sheet["secret"]
        return whole, found

    async def bring_about(self, tx: Tx, change: Change) -> Sequence[Shown]:
        """Add, change or remove an application; one without a secret by reference is given one, shown this once.

        Raises:
            Problem: the slice refuses it.
        """
        at, where, known = self.clock.now(), f"applications.{change.key}", await self.ids(tx)
        if change.verb is Verb.REMOVE:
            await remove_application(tx, await open_for_change(tx, known[change.key]), at, APPLIED)
            return ()
        wanted = {name: value for name, value in change.sheet.items() if name not in _OWN}
        registration = merged(Registration(change.key, ApplicationType(wanted["type"])), wanted, where, fixed=_FIXED)
        shown: list[Shown] = []
        if change.verb is Verb.ADD:
            registered = await register(tx, registration, at, origin=APPLIED)
            application = registered.application
            self._ids[change.key] = application.id
            if registered.client_secret is not None and "secret" not in change.sheet:
                secret = registered.client_secret.reveal()
                shown.append(Shown(self.noun, change.key, secret, application.client_id))
        else:
            application = await open_for_change(tx, known[change.key])
            if registration != registration_of(application):
                application = await change_application(tx, application, registration, at, APPLIED)
        if application.is_active is not change.sheet["is_active"]:
            application = await switch(tx, application, is_active=change.sheet["is_active"], at=at, origin=APPLIED)
        if "secret" in change.sheet and await self.lacks_secret(tx, change.key, change.sheet):
            await adopt_secret(tx, application, self._secret(change.key), at, APPLIED)
        return shown

    async def lacks_secret(self, tx: Tx, key: str, sheet: Sheet) -> bool:
        """Tell whether the secret for which a sheet's reference stands is not among the application's."""
        if "secret" not in sheet or key not in await self.ids(tx):
            return False
        return not await has_secret(tx, self._ids[key], self._secret(key).reveal())

    def _secret(self, key: str) -> Secret:
        found = self.secrets[key]
        if isinstance(found, Faulty):
            raise found
        return found


def _sheet(application: Application) -> dict[str, Any]:
    whole = _written(registration_of(application))
    return {"client_id": application.client_id, "is_active": application.is_active, **whole}


def _written(registration: Registration) -> dict[str, Any]:
    whole: dict[str, Any] = plain(registration)
    del whole["name"]
    del whole["oauth"]["source"]
    return whole


async def _operator_s(tx: Tx) -> list[Application]:
    return [one for one in await list_applications(tx) if one.oauth.source is Source.OPERATOR]
