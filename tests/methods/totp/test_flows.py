"""Authenticator apps: enrolled, confirmed, asked for codes; a code proves once, whoever sends it how often."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from gatepass.audit.model import EventKind
from gatepass.authenticators.flows import Change
from gatepass.authenticators.jobs import purge as purge_unconfirmed
from gatepass.authenticators.model import Kind
from gatepass.authenticators.queries import find_authenticator, list_authenticators
from gatepass.kit.db import Tx, query
from gatepass.kit.ids import new_id
from gatepass.login.model import FactorNeeded
from gatepass.methods.totp import jobs
from gatepass.methods.totp.model import Enrolment
from gatepass.users.flows import seal_credential
from gatepass.users.model import NewCredential
from gatepass.users.queries import list_credentials
from support.oathtool import app_code
from support.spine import ORIGIN, Spine
from users.people import make

pytestmark = pytest.mark.anyio

ANA, BEN = "ana@example.com", "ben@example.com"
STEP = timedelta(seconds=30)
# 80 bits, as other products hand them out.
SECRET = "GEZDGNBVGY3TQOJQ"
_SECRETS = query(int, "SELECT count(*) FROM totp_secrets")
_SEALED = query(bytes, "SELECT sealed FROM totp_secrets")


def change(spine: Spine) -> Change:
    return Change(spine.application, spine.clock.now(), ORIGIN, "en")


async def enrol(spine: Spine, user_id: str) -> Enrolment:
    return await spine.transact(lambda tx: spine.house.totp.enrol(tx, user_id, "Shop", ANA, change(spine)))


async def confirm(spine: Spine, user_id: str, enrolment: Enrolment, code: str) -> bool:
    return await spine.transact(
        lambda tx: spine.house.totp.confirm(tx, user_id, enrolment.authenticator_id, code, change(spine))
    )


async def judge(spine: Spine, user_id: str, code: str) -> str | None:
    return await spine.transact(lambda tx: spine.house.totp.judge(tx, user_id, code, spine.clock.now()))


def shown(spine: Spine, enrolment: Enrolment) -> str:
    """Return what the app shows now."""
    return app_code(enrolment.manual_key, spine.clock.now())


async def an_app(spine: Spine, email: str = ANA) -> tuple[str, Enrolment]:
    """Let somebody sign in and set up an app; return who they are and what they gave to it."""
    user_id = (await spine.sign_in(email)).user.id
    enrolment = await enrol(spine, user_id)
    assert await confirm(spine, user_id, enrolment, shown(spine, enrolment))
    spine.clock.move(2 * STEP)
    return user_id, enrolment


async def test_an_app_counts_only_once_a_code_of_it_was_typed_back(each_spine: Spine) -> None:
    spine = each_spine
    user_id = (await spine.sign_in(ANA)).user.id
    enrolment = await enrol(spine, user_id)
    assert await spine.read(lambda tx: list_authenticators(tx, user_id)) == []
    assert await judge(spine, user_id, shown(spine, enrolment)) is None
    assert not await confirm(spine, user_id, enrolment, "000000")
    assert await confirm(spine, user_id, enrolment, shown(spine, enrolment))
    held = await spine.read(lambda tx: list_authenticators(tx, user_id))
    assert [(one.id, one.kind) for one in held] == [(enrolment.authenticator_id, Kind.TOTP)]
    assert (await spine.mail(ANA))["happened"] == "Added to your account: authenticator app"
    assert EventKind.AUTHENTICATOR_ADDED in [event.kind for event in await spine.events()]


async def test_the_code_that_confirmed_an_app_proves_nothing_more(spine: Spine) -> None:
    user_id = (await spine.sign_in(ANA)).user.id
    enrolment = await enrol(spine, user_id)
    code = shown(spine, enrolment)
    assert await confirm(spine, user_id, enrolment, code)
    assert await judge(spine, user_id, code) is None
    spine.clock.move(STEP)
    assert await judge(spine, user_id, shown(spine, enrolment)) == enrolment.authenticator_id


async def test_of_sixty_four_who_send_one_code_at_once_one_proves(each_spine: Spine) -> None:
    user_id, enrolment = await an_app(each_spine)
    code = shown(each_spine, enrolment)
    proved = await asyncio.gather(*(judge(each_spine, user_id, code) for _ in range(64)))
    assert [one for one in proved if one is not None] == [enrolment.authenticator_id]


async def test_a_code_of_a_step_before_the_one_that_was_accepted_is_refused(each_spine: Spine) -> None:
    user_id, enrolment = await an_app(each_spine)
    earlier = shown(each_spine, enrolment)
    each_spine.clock.move(STEP)
    later = shown(each_spine, enrolment)
    assert await judge(each_spine, user_id, later) == enrolment.authenticator_id
    assert await judge(each_spine, user_id, earlier) is None
    assert await judge(each_spine, user_id, later) is None


async def test_a_code_of_somebody_else_proves_nothing(spine: Spine) -> None:
    user_id, _ = await an_app(spine)
    _, theirs = await an_app(spine, BEN)
    assert await judge(spine, user_id, shown(spine, theirs)) is None
    assert not await spine.transact(
        lambda tx: spine.house.totp.confirm(
            tx, user_id, theirs.authenticator_id, shown(spine, theirs), change(spine)
        )
    )  # fmt: skip


async def test_a_secret_is_shown_to_its_own_person_and_only_until_it_counts(spine: Spine) -> None:
    ana, ben = [(await spine.sign_in(email)).user.id for email in (ANA, BEN)]
    enrolment = await enrol(spine, ana)

    async def look(tx: Tx, user_id: str) -> Enrolment | None:
        return await spine.house.totp.find_enrolment(tx, user_id, enrolment.authenticator_id, "Shop", ANA)

    assert await spine.read(lambda tx: look(tx, ana)) == enrolment
    assert await spine.read(lambda tx: look(tx, ben)) is None
    assert await confirm(spine, ana, enrolment, shown(spine, enrolment))
    assert await spine.read(lambda tx: look(tx, ana)) is None


async def test_a_new_enrolment_takes_the_place_of_one_that_was_not_confirmed(each_spine: Spine) -> None:
    spine = each_spine
    user_id, held = await an_app(spine)
    first, second = await enrol(spine, user_id), await enrol(spine, user_id)
    assert not await confirm(spine, user_id, first, shown(spine, first))
    assert await confirm(spine, user_id, second, shown(spine, second))
    ids = [one.id for one in await spine.read(lambda tx: list_authenticators(tx, user_id))]
    assert ids == [held.authenticator_id, second.authenticator_id]


async def test_a_secret_lies_sealed_and_goes_with_its_app(each_spine: Spine) -> None:
    spine = each_spine
    user_id, enrolment = await an_app(spine)
    sealed = await spine.read(lambda tx: tx.all(_SEALED))
    assert enrolment.manual_key.encode() not in sealed[0]

    async def remove(tx: Tx) -> bool:
        one = await find_authenticator(tx, user_id, enrolment.authenticator_id)
        assert one is not None
        return await spine.house.totp.remove(tx, one, change(spine))

    assert await spine.transact(remove)
    assert await judge(spine, user_id, shown(spine, enrolment)) is None
    assert await spine.read(lambda tx: tx.one(_SECRETS)) == 0


async def test_an_enrolment_that_nobody_confirmed_goes_after_a_day_with_its_secret(each_spine: Spine) -> None:
    spine = each_spine
    user_id, held = await an_app(spine)
    await enrol(spine, user_id)
    later = spine.clock.now() + timedelta(hours=26)
    assert await spine.transact(lambda tx: purge_unconfirmed(tx, later)) == 1
    assert await spine.transact(lambda tx: jobs.purge(tx, later)) == 1
    assert await spine.read(lambda tx: tx.one(_SECRETS)) == 1
    assert await judge(spine, user_id, shown(spine, held)) == held.authenticator_id


async def an_import(spine: Spine, **value: Any) -> str:
    """Let somebody come with an app from another product."""
    user_id = new_id()
    sealed = seal_credential(user_id, "totp", {"secret": SECRET, **value}, spine.ring)
    await make(spine, ANA, id=user_id, credentials=(NewCredential("totp", "base32", sealed),))
    return user_id


async def test_an_app_that_came_with_an_import_is_asked_for_and_taken_over_by_its_first_right_code(
    each_spine: Spine,
) -> None:
    spine = each_spine
    user_id = await an_import(spine)
    state = await spine.ask(ANA)
    code = str((await spine.mail(ANA))["code"])
    outcome = await spine.house.codes.redeem(spine.application, state, code, ORIGIN)
    assert isinstance(outcome, FactorNeeded)
    assert Kind.TOTP in outcome.factors
    assert await judge(spine, user_id, "000000") is None
    code = app_code(SECRET, spine.clock.now())
    proved = await asyncio.gather(*(judge(spine, user_id, code) for _ in range(16)))
    held = await spine.read(lambda tx: list_authenticators(tx, user_id))
    assert [one for one in proved if one] == [one.id for one in held]
    assert await spine.read(lambda tx: list_credentials(tx, [user_id])) == []
    spine.clock.move(STEP)
    assert await judge(spine, user_id, app_code(SECRET, spine.clock.now())) == held[0].id
