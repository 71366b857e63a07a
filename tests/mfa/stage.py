"""People with authenticators, applications with policies, and sign-ins that are half done."""

import base64
from dataclasses import replace
from datetime import timedelta
from typing import Any

from gatepass.applications.model import Application, MfaMode, MfaPolicy
from gatepass.authenticators.flows import Change
from gatepass.kit.db import Tx, command
from gatepass.login.model import FactorNeeded
from gatepass.methods.totp.model import USUAL
from gatepass.methods.totp.rules import code_at, step_at
from gatepass.users.model import User
from support.spine import ORIGIN, Spine

ANA, BEN = "ana@example.com", "ben@example.com"
_SET_METHODS = command("UPDATE applications SET methods = :methods WHERE id = :id")


async def ask_for_mfa(spine: Spine, policy: MfaPolicy, application: Application | None = None) -> Application:
    """Let an application ask for a second factor."""
    chosen = application or spine.application
    changed = replace(chosen, methods=replace(chosen.methods, mfa=policy))
    await spine.transact(lambda tx: tx.run(_SET_METHODS, id=chosen.id, methods=changed.methods))
    spine.house.applications.forget(chosen.client_id)
    if application is None:
        spine.application = changed
    return changed


async def user_of(spine: Spine, email: str) -> User:
    """Return somebody who has signed in before, when nothing more was asked."""
    return (await spine.sign_in(email)).user


class App:
    """An authenticator app that somebody holds."""

    def __init__(self, spine: Spine, key: str) -> None:
        self._spine, self._key = spine, key

    def code(self) -> str:
        """Return the code that it shows; each call waits for the next one, because a code is good once."""
        self._spine.clock.move(timedelta(seconds=30))
        bare = self._key.replace(" ", "")
        key = base64.b32decode(bare + "=" * (-len(bare) % 8))
        return code_at(key, USUAL, step_at(USUAL, self._spine.clock.now()))


async def give_app(spine: Spine, user: User) -> App:
    """Give somebody an authenticator app."""
    totp = spine.house.totp

    async def body(tx: Tx) -> Any:
        return await totp.enrol(tx, user.id, "Shop", user.email, Change(None, spine.clock.now(), ORIGIN))

    begun = await spine.transact(body)
    app = App(spine, begun.manual_key)
    code = app.code()

    async def confirm(tx: Tx) -> bool:
        change = Change(None, spine.clock.now(), ORIGIN)
        return await totp.confirm(tx, user.id, begun.authenticator_id, code, change)

    assert await spine.transact(confirm)
    return app


async def half_way(spine: Spine, email: str = ANA) -> FactorNeeded:
    """Take the first step of a sign-in by the code of the mail."""
    state = await spine.ask(email)
    code = str((await spine.mail(email))["code"])
    outcome = await spine.house.codes.redeem(spine.application, state, code, ORIGIN)
    assert isinstance(outcome, FactorNeeded), outcome
    return outcome


REQUIRED = MfaPolicy(MfaMode.REQUIRED)
