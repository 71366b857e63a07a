"""What a section of the page is, and what every section shows and says alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gatepass.authenticators.flows import Change
from gatepass.authenticators.model import Authenticator, Kind
from gatepass.kit.db import Tx
from gatepass.web.account import model
from gatepass.web.account.door import Door
from gatepass.web.account.signed import Signed


class Section(Protocol):
    """One kind of authenticator on the page."""

    @property
    def kind(self) -> Kind:
        """Return the kind that the section is about."""
        ...

    @property
    def word(self) -> str:
        """Return what one of the kind is called where its holder gave it no name, marked for the translators."""
        ...

    @property
    def template(self) -> str:
        """Return the template of the section; it finds what `read` returned as `section`."""
        ...

    async def read(self, tx: Tx, signed: Signed, held: Sequence[Authenticator]) -> dict[str, Any]:
        """Return what the section shows beside `rows`, the person's authenticators of its kind.

        Args:
            tx: a transaction that reads.
            signed: whose page it is.
            held: the person's confirmed authenticators of the kind, the eldest first.
        """
        ...

    async def remove(self, tx: Tx, authenticator: Authenticator, change: Change) -> bool:
        """Remove an authenticator of the kind with what its method keeps of it; False where it is gone already."""
        ...

    def routes(self) -> list[Route]:
        """Return the section's own pages."""
        ...


@dataclass(frozen=True, slots=True)
class Entered:
    """A form that a person sent themselves, after a recent sign-in.

    Args:
        signed: who sent it.
        form: its fields.
        change: what the change is recorded and mailed as.
    """

    signed: Signed
    form: dict[str, str]
    change: Change


async def enter_fresh(door: Door, request: Request) -> Entered | Response:
    """Return a form that changes how somebody signs in; or the way to sign in, anew where the last time is long ago.

    Raises:
        Problem: the form is another's, or somebody acts in the person's place.
    """
    entered = await door.enter_alone(request)
    if isinstance(entered, Response):
        return entered
    signed, form = entered
    stale = await door.refuse_stale(signed, model.SECURITY_TAB)
    return stale or Entered(signed, form, await change_of(door, signed))


async def change_of(door: Door, signed: Signed) -> Change:
    """Return what a change on the page is recorded and mailed as."""
    return Change(await door.applications.eldest(), door.clock.now(), signed.visit.origin, signed.language.tag)


def row_of(one: Authenticator, signed: Signed) -> dict[str, str | datetime | None]:
    """Return what a section's list shows of an authenticator."""
    return {
        "id": one.id,
        "name": one.name or None,
        "target": one.target or None,
        "since": one.created_at,
        "last_used_at": one.last_used_at,
        "manage_url": signed.address(f"{model.SECURITY_HELD}/{one.id}"),
    }
