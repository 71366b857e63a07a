"""Requests that wait for a person: bound to one browser, found by their handle, and judged at each step."""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from gatepass.applications.model import Application
from gatepass.applications.queries import find_application
from gatepass.kit.db import Tx
from gatepass.kit.ids import new_handle, new_id
from gatepass.kit.secrets import hash_token, open_as_holder, seal_for_holder
from gatepass.login.model import Demand, Standing
from gatepass.login.queries import find_demand_of_session, get_attempt
from gatepass.mfa.queries import find_remembered
from gatepass.protocols.oauth2 import redirects
from gatepass.provider.authorization import store
from gatepass.provider.authorization.membership.admission import find_admission
from gatepass.provider.authorization.membership.policies import Ways
from gatepass.provider.authorization.model import (
    Answer,
    AuthorizationRequest,
    Browser,
    Interaction,
    Lost,
    Needed,
    Return,
    Step,
)
from gatepass.provider.authorization.rules import (
    Denied,
    Missing,
    Ready,
    Situation,
    is_over,
    may_repeat,
    next_step,
    presentable,
    wants_mfa,
)
from gatepass.provider.consents.queries import allowed
from gatepass.sessions.model import Account

_LONGEST_HANDLE = 64
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Answer).decode


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for and by whom.

    Args:
        request: what passed the checks.
        application: who asks; None for the server's own pages.
        return_to: the server's own page; empty for an application.
        pushed_id: the pushed request that it was.
    """

    request: AuthorizationRequest
    application: Application | None
    return_to: str = ""
    pushed_id: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A request that waits in this browser."""

    interaction: Interaction
    asked: Asked


async def add_waiting(tx: Tx, asked: Asked, browser: Browser, step: Step, lifetime: timedelta, at: datetime) -> Needed:
    """Let a request wait in a browser and return the page that is needed first.

    Raises:
        ValueError: the browser was given no cookie by which it is known again.
    """
    if browser.browser_hash is None:
        raise ValueError("A request waits for a browser that is known again; give it the cookie first.")
    handle = new_handle()
    await store.add(
        tx,
        Interaction(
            id=new_id(),
            handle_hash=hash_token(handle),
            application_id=None if asked.application is None else asked.application.id,
            parameters=asked.request,
            return_to=asked.return_to,
            browser_hash=browser.browser_hash,
            pushed_id=asked.pushed_id,
            session_id=None,
            attempt_id=None,
            consented_at=None,
            created_at=at,
            expires_at=at + lifetime,
            completed_at=None,
        ),
    )
    return Needed(step, handle)


async def find_waiting(
    tx: Tx, unverified_handle: str, browser: Browser, at: datetime, *, or_answered: bool = False
) -> Found | Lost:
    """Return a request that waits in this browser; another browser's is lost, and so is one that is over.

    Args:
        tx: the transaction or read.
        unverified_handle: the handle, as it was sent.
        browser: where it was sent from.
        at: the time.
        or_answered: whether one that was answered within the last half minute is found too.
    """
    if len(unverified_handle) > _LONGEST_HANDLE or not unverified_handle.isascii():
        return Lost()
    interaction = await store.find(tx, hash_token(unverified_handle))
    if interaction is None or interaction.parameters is None:
        return Lost()
    if is_over(interaction, at) and not (or_answered and may_repeat(interaction, at)):
        return Lost()
    if not is_same_browser(interaction, browser.browser_hash):
        return Lost()
    if interaction.application_id is None:
        return Found(interaction, Asked(interaction.parameters, None, interaction.return_to))
    application = await find_application(tx, interaction.application_id)
    return Lost() if application is None else _still_asked(interaction, interaction.parameters, application)


async def keep_answer(tx: Tx, interaction: Interaction, answer: Answer, handle: str) -> None:
    """Keep an answer for its repeat, so that only the holder of the request's handle can read it."""
    await store.touch_answer(tx, interaction.id, seal_for_holder(handle, _encode(answer)))


async def repeated(tx: Tx, interaction: Interaction, asked: Asked, handle: str) -> Answer | Return | Lost:
    """Return the answer that a request was given just now; one that a person refused is not told twice."""
    if asked.application is None:
        return Return(asked.return_to)
    current = await store.find(tx, interaction.handle_hash)
    sealed = None if current is None else current.answer_sealed
    return Lost() if sealed is None else _decode(open_as_holder(handle, sealed))


async def next_page(
    tx: Tx, interaction: Interaction, unverified_handle: str, step: Step, at: datetime
) -> Needed | Lost:
    """Return the page of the step that a request misses; it is lost where the request is over.

    Beyond the sign-in the browser has shown the cookie that the sign-in gave it. So the outcome has arrived, and is
    not repeated to anybody who knows the browser only from before.
    """
    if interaction.completed_at is not None:
        return Lost()
    if step not in {Step.SIGN_IN, Step.FACTOR} and interaction.attempt_id is not None:
        attempt = await get_attempt(tx, interaction.attempt_id)
        if attempt is not None and attempt.standing(at) is Standing.HANDED_OUT:
            await store.touch_attempt(tx, interaction.id, None)
    return Needed(step, unverified_handle)


def is_same_browser(interaction: Interaction, browser_hash: bytes | None) -> bool:
    """Tell whether something comes from the browser in which a request waits."""
    return browser_hash is not None and hmac.compare_digest(interaction.browser_hash, browser_hash)


def _still_asked(interaction: Interaction, request: AuthorizationRequest, application: Application) -> Found | Lost:
    """Return the request of an application that still wants it.

    It may have changed while the person signed in: where it was switched off, or no longer lists the redirect URI,
    there is nobody to go back to.
    """
    is_listed = redirects.matches(application.callback_urls, request.redirect_uri, is_native=application.is_native)
    if not application.is_active or not is_listed:
        return Lost()
    return Found(interaction, Asked(request, application, pushed_id=interaction.pushed_id))


@dataclass(frozen=True, slots=True)
class Judged:
    """A request at one moment: the accounts that the browser holds, and what comes next."""

    accounts: tuple[Account, ...]
    outcome: Ready | Missing | Denied


async def judge(
    tx: Tx,
    request: AuthorizationRequest,
    application: Application | None,
    interaction: Interaction | None,
    accounts: tuple[Account, ...],
    ways: Ways,
    browser: Browser,
    at: datetime,
) -> Judged:
    """Return what comes next for a request, given the accounts of the browser and the ways to sign in."""
    accounts = presentable(accounts, None if application is None else application.id)
    consents: dict[str, frozenset[str]] | None = None
    if application is not None and application.oauth.is_third_party:
        consents = {account.user.id: await allowed(tx, account.user.id, application.id) for account in accounts}
    admission = await find_admission(tx, request.organization, accounts)
    unproven = await _unproven(tx, application, accounts, browser, at)
    situation = Situation(request, interaction, accounts, consents, at, admission, ways, unproven)
    return Judged(accounts, next_step(situation))


async def _unproven(
    tx: Tx, application: Application | None, accounts: tuple[Account, ...], browser: Browser, at: datetime
) -> frozenset[str]:
    """Return the sessions of which an application asks a second factor now, whenever and for whom they were begun."""
    if application is None:
        return frozenset()
    found = set()
    for one in accounts:
        if one.session.is_acted:
            continue
        demand = await find_demand_of_session(tx, one.session, one.user, application, at)
        if demand is Demand.VERIFY and await find_remembered(
            tx, one.user.id, application, browser.device_hash, browser.origin.user_agent, at
        ):
            continue
        if demand in {Demand.VERIFY, Demand.ENROL}:
            found.add(one.session.id)
    return frozenset(found)


async def is_factor_wanted(tx: Tx, request: AuthorizationRequest) -> bool:
    """Tell whether a sign-in for a request must end with a second factor, whatever the application asks."""
    admission = await find_admission(tx, request.organization, ())
    return wants_mfa(request, admission_requires=admission is not None and admission.policy.requires_mfa)
