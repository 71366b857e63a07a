"""What is looked up before a first proof is judged enough; the common sign-in pays for one small look."""

from dataclasses import dataclass
from datetime import datetime

from gatepass.access.queries import roles_of
from gatepass.applications.model import Application, MfaMode
from gatepass.authenticators.model import Kind
from gatepass.authenticators.queries import list_authenticators
from gatepass.kit.db import Tx
from gatepass.login.assurance import MULTI_FACTOR, Circumstances, demand_of, is_unusual, kind_proven
from gatepass.login.model import Attempt, Demand
from gatepass.sessions.model import Session
from gatepass.sessions.queries import list_unrevoked
from gatepass.users.model import User
from gatepass.users.queries import find_person, list_credentials


@dataclass(frozen=True, slots=True)
class Proven:
    """How far somebody has come.

    Args:
        amr: how they proved who they are so far (RFC 8176).
        wants_mfa: whether the sign-in itself asks for a second factor.
        place: the network and the agent of whoever signs in; None where they are signed in there already.
    """

    amr: tuple[str, ...]
    wants_mfa: bool = False
    place: tuple[str, str] | None = None


def proven_in(attempt: Attempt, amr: tuple[str, ...]) -> Proven:
    """Return how far an attempt has come once something was proven."""
    return Proven(amr, attempt.wants_mfa, (attempt.network, attempt.user_agent))


async def find_demand(
    tx: Tx, user: User, application: Application, proven: Proven, at: datetime
) -> tuple[Demand, tuple[Kind, ...]]:
    """Return what is asked of somebody whose first proof was right, and the factors by which they can answer."""
    policy = application.methods.mfa
    if MULTI_FACTOR in proven.amr or (policy.mode is MfaMode.OFF and not proven.wants_mfa):
        return Demand.NOTHING, ()
    held = {one.kind for one in await list_authenticators(tx, user.id)} | await _imported(tx, user.id)
    if policy.mode is MfaMode.OPTIONAL and not proven.wants_mfa and not held:
        return Demand.NOTHING, ()
    person = await find_person(tx, user.id)
    needs_roles = policy.mode is MfaMode.REQUIRED_FOR_ROLES
    roles = await roles_of(tx, user.id, "") if needs_roles else []
    seen = Circumstances(
        amr=proven.amr,
        held=held,
        has_phone=person is not None and any(phone.verified_at is not None for phone in person.phones),
        has_email=bool(user.email) and user.email_verified_at is not None,
        proved_by=kind_proven(proven.amr),
        roles={held_role.role.slug for held_role in roles},
        wants_mfa=proven.wants_mfa,
        is_unusual=policy.mode is MfaMode.ADAPTIVE and await _is_unusual(tx, user.id, proven),
        signed_up_at=user.created_at,
        at=at,
    )
    return demand_of(policy, seen)


async def find_demand_of_session(
    tx: Tx, session: Session, user: User, application: Application, at: datetime
) -> Demand:
    """Return what an application asks of somebody who is signed in, beyond what their session has proven."""
    return (await find_demand(tx, user, application, Proven(session.amr), at))[0]


async def _imported(tx: Tx, user_id: str) -> set[Kind]:
    """Return the kinds that came with an import and wait for their first use; they are asked for like any other."""
    return {Kind.TOTP for one in await list_credentials(tx, [user_id]) if one.kind == Kind.TOTP.value}


async def _is_unusual(tx: Tx, user_id: str, proven: Proven) -> bool:
    if proven.place is None:
        return False
    earlier = await list_unrevoked(tx, user_id)
    return is_unusual(proven.place, [(one.network, one.user_agent) for one in earlier if not one.is_acted])
