"""Second steps whose first half stands already: by the word of an application's server, or by a session."""

from datetime import datetime

from gatepass.applications.model import Application
from gatepass.audit.model import Origin
from gatepass.kit.db import Tx
from gatepass.kit.ids import new_handle, new_id
from gatepass.kit.mail.addresses import AddressKey, parse_address
from gatepass.kit.problems import Problem
from gatepass.kit.secrets import hash_token
from gatepass.login.model import SECOND_STEP_WITHIN, Attempt, FactorNeeded, Refusal, Refused
from gatepass.mfa.model import Visitor
from gatepass.mfa.stepping import MfaFlows
from gatepass.sessions.model import Account
from gatepass.users.model import User
from gatepass.users.queries import find_person_by_address, find_user

METHOD = "mfa"


async def vouch(
    flows: MfaFlows, application: Application, unverified_identifier: str, origin: Origin
) -> FactorNeeded | Refused:
    """Open the second step of somebody whom a server of the application names.

    Only what is answered then was proven here: the session that comes of it counts as one of a single factor, unless
    the factor itself is one of two, such as a passkey that verified its holder.

    Args:
        flows: takes people through the second step.
        application: which one; it has proven that its server asks.
        unverified_identifier: an address or a user's id.
        origin: from where it asks.

    Raises:
        Problem: nobody is called so (`unknown_user`, 404).
    """
    at = flows.clock.now()

    async def body(tx: Tx) -> FactorNeeded | Refused:
        user = await _find(tx, unverified_identifier.strip())
        if user is None:
            raise Problem("unknown_user", 404, "There is no such user; check the id or the address.", number=1035)
        if not user.is_active:
            return Refused(Refusal.USER_INACTIVE)
        attempt = _attempt(application, user, Visitor(origin), at)
        return await flows.login.vouch(tx, attempt, user, (), application, origin)

    return await flows.database.transact(body)


async def step_up(flows: MfaFlows, application: Application, account: Account, visitor: Visitor) -> str:
    """Begin a sign-in of somebody who is signed in and must prove one thing more; return the id of the attempt."""
    attempt = _attempt(application, account.user, visitor, flows.clock.now(), wants_mfa=True)

    async def body(tx: Tx) -> str:
        await flows.login.vouch(tx, attempt, account.user, account.session.amr, application, visitor.origin)
        return attempt.id

    return await flows.database.transact(body)


async def _find(tx: Tx, unverified_identifier: str) -> User | None:
    if "@" not in unverified_identifier:
        user = await find_user(tx, unverified_identifier)
    else:
        address = parse_address(unverified_identifier, allow_test_domains=True)
        person = await find_person_by_address(tx, address.key)
        user = None if person is None else await find_user(tx, person.id)
    return user


def _attempt(
    application: Application, user: User, visitor: Visitor, at: datetime, *, wants_mfa: bool = False
) -> Attempt:
    return Attempt(
        id=new_id(),
        application_id=application.id,
        method=METHOD,
        state_hash=hash_token(new_handle()),
        address=user.email,
        # Not counted among the address's own: what is guessed at here is counted for the person.
        address_key=AddressKey(""),
        browser_hash=visitor.browser_hash,
        network=visitor.origin.network,
        user_agent=visitor.origin.user_agent[:512],
        match_number=None,
        failures=0,
        created_at=at,
        expires_at=at + SECOND_STEP_WITHIN,
        verified_at=None,
        handed_out_at=None,
        ended_at=None,
        end_reason=None,
        user_id=None,
        session_id=None,
        answer_sealed=None,
        wants_mfa=wants_mfa,
    )
