"""What an administrator does for who has lost every factor, and what a policy ends."""

import asyncio
from dataclasses import replace

import pytest

from gatepass.applications.model import MfaMode, MfaPolicy
from gatepass.audit.model import EventKind
from gatepass.login.flows import HandedOut
from gatepass.login.model import Refusal, Refused
from gatepass.mfa.flows import by_token
from gatepass.mfa.model import Answer, Visitor
from gatepass.tokens.model import Refreshed, RefreshRefusal
from gatepass.tokens.model import Refused as RefreshRefused
from mfa.stage import ANA, REQUIRED, ask_for_mfa, give_app, half_way, user_of
from support.managing import managing
from support.spine import ORIGIN, Spine

pytestmark = pytest.mark.anyio


async def test_a_reset_takes_every_factor_and_tells_the_person(each_spine: Spine) -> None:
    spine = each_spine
    user = await user_of(spine, ANA)
    await give_app(spine, user)
    async with managing(spine, "users:read", "users:write") as door:
        held = (await door.get(f"/api/v1/users/{user.id}/mfa")).json()
        assert [one["kind"] for one in held["authenticators"]] == ["totp"]
        assert (await door.post(f"/api/v1/users/{user.id}/mfa/reset")).status_code == 200
        assert (await door.get(f"/api/v1/users/{user.id}/mfa")).json()["authenticators"] == []
    assert EventKind.AUTHENTICATORS_RESET in [event.kind for event in await spine.events()]
    assert "administrator" in str((await spine.mail(ANA))["happened"])
    assert isinstance(await spine.sign_in(ANA), HandedOut)


async def test_a_refresh_token_from_before_a_strict_policy_is_worth_nothing(spine: Spine) -> None:
    signed = await spine.sign_in(ANA)
    strict = await ask_for_mfa(spine, replace(REQUIRED, remember_days=0))
    signer = await spine.house.tokens.signer_for(strict)
    token, at = signed.grant.refresh_token, spine.clock.now()
    outcome: Refreshed | RefreshRefused = await spine.transact(
        lambda tx: spine.house.tokens.rotate(tx, token, strict, signer, at, ORIGIN)
    )
    assert outcome == RefreshRefused(RefreshRefusal.REVOKED)


async def test_of_many_at_once_one_spends_the_code(each_spine: Spine) -> None:
    spine = each_spine
    app = await give_app(spine, await user_of(spine, ANA))
    halves = [await half_way(spine) for _ in range(4)]
    answer, flows = Answer(app.code()), spine.house.mfa
    outcomes = await asyncio.gather(
        *(
            flows.redeem(spine.application, by_token(one.token, spine.clock), None, answer, Visitor(ORIGIN), one.token)
            for one in halves
        )
    )
    assert sum(isinstance(one, HandedOut) for one in outcomes) == 1


async def test_guesses_are_counted_for_the_person_over_all_sign_ins(spine: Spine) -> None:
    await ask_for_mfa(spine, MfaPolicy(MfaMode.OPTIONAL))
    app = await give_app(spine, await user_of(spine, ANA))
    wrong = Answer(f"{(int(app.code()) + 400_007) % 10**6:06d}")
    outcomes = []
    for _ in range(5):
        half = await half_way(spine)
        where = by_token(half.token, spine.clock)
        outcomes += [
            await spine.house.mfa.redeem(spine.application, where, None, wrong, Visitor(ORIGIN), half.token)
            for _ in range(5)
        ]
    assert all(isinstance(one, Refused) for one in outcomes)
    assert outcomes[-1].reason is Refusal.TOO_MANY_GUESSES  # type: ignore[union-attr]
