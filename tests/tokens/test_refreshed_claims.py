"""What refreshed tokens say of the sign-in, and how long it is remembered that a token was given back."""

from datetime import datetime, timedelta

import pytest

from gatepass.kit.db import command, query
from gatepass.provider.authorization.model import Redeemed
from gatepass.tokens.jobs import purge_revoked
from gatepass.tokens.model import Grant, Refreshed, Terms
from gatepass.tokens.store import add_revoked, find_revoked
from provider.authorization.people import BrowserOf, redeem, request
from support.spine import ORIGIN, Spine

pytestmark = pytest.mark.anyio
_FORGET_PROOF = command("UPDATE refresh_families SET terms = :terms")
_STRONGER = command("UPDATE sessions SET amr = :amr, authenticated_at = :at")
_INDEXES = query(str, "SELECT tbl_name FROM sqlite_master WHERE type = 'index' AND sql LIKE '%(expires_at)'")
_PROOF = ("auth_time", "amr", "acr")


async def granted(spine: Spine, browser: BrowserOf) -> Grant:
    """Buy tokens of a browser's session."""
    redeemed = await redeem(spine, await browser.code(request(scope=("openid",))))
    assert isinstance(redeemed, Redeemed)
    tokens, at = spine.house.tokens, spine.clock.now()
    signer = await tokens.signer_for(spine.application)
    return await spine.transact(
        lambda tx: tokens.grant(
            tx, redeemed.session, redeemed.user, spine.application, signer, at, terms=redeemed.code.terms
        )
    )


async def refreshed(spine: Spine, grant: Grant) -> Grant:
    tokens, at = spine.house.tokens, spine.clock.now()
    signer = await tokens.signer_for(spine.application)
    outcome = await spine.transact(
        lambda tx: tokens.rotate(tx, grant.refresh_token, spine.application, signer, at, ORIGIN)
    )
    assert isinstance(outcome, Refreshed)
    return outcome.grant


async def stronger(spine: Spine) -> datetime:
    """Let the session's person prove anew who they are, by more."""
    spine.clock.move(timedelta(hours=1))
    at = spine.clock.now()
    await spine.transact(lambda tx: tx.run(_STRONGER, amr=("otp", "hwk", "mfa"), at=at))
    return at


async def test_refreshed_tokens_speak_of_the_proof_on_which_they_were_granted(each_spine: Spine) -> None:
    browser = BrowserOf(each_spine)
    await browser.signed_in()
    first = await granted(each_spine, browser)
    await stronger(each_spine)
    again = await refreshed(each_spine, await refreshed(each_spine, first))
    for before, after in ((first.claims, again.claims), (first.id_claims, again.id_claims)):
        assert [after[name] for name in _PROOF] == [before[name] for name in _PROOF]
    newer = await granted(each_spine, browser)
    assert (newer.claims["acr"], newer.claims["auth_time"] > first.claims["auth_time"]) == ("aal2", True)


async def test_a_grant_of_the_release_before_speaks_of_its_session(spine: Spine) -> None:
    browser = BrowserOf(spine)
    await browser.signed_in()
    first = await granted(spine, browser)
    at = await stronger(spine)
    await spine.transact(lambda tx: tx.run(_FORGET_PROOF, terms=Terms(scope=("openid",))))
    again = await refreshed(spine, first)
    assert [again.id_claims[name] for name in _PROOF] == [int(at.timestamp()), ["otp", "hwk", "mfa"], "aal2"]


async def test_a_token_that_was_given_back_is_remembered_a_moment_longer_than_it_lives(each_spine: Spine) -> None:
    at = each_spine.clock.now()
    await each_spine.transact(lambda tx: add_revoked(tx, "one", at))
    for seconds, is_known in ((59, True), (61, False)):
        later = at + timedelta(seconds=seconds)
        await each_spine.transact(lambda tx, later=later: purge_revoked(tx, later))  # type: ignore[misc]
        assert await each_spine.read(lambda tx: find_revoked(tx, "one")) is is_known


async def test_what_is_deleted_by_its_time_is_found_by_it(spine: Spine) -> None:
    indexed = await spine.read(lambda tx: tx.all(_INDEXES))
    assert {"revoked_tokens", "device_guesses", "spent_identifiers"} <= set(indexed)
