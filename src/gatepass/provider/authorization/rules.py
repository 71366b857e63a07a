"""What a request that passed the checks still misses, without a database and without a page; and what answers say.

A request is answered when it is about one account that proved itself recently enough and strongly enough, and that
person allows what is asked for. The four questions are asked in this order, and the first that fails names the step.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from gatepass.protocols.oauth2.errors import Refused, describe
from gatepass.provider.authorization.membership.policies import Ways, is_met, why_never
from gatepass.provider.authorization.model import Admission, Answer, AuthorizationRequest, Interaction, Prompt, Step
from gatepass.sessions.model import Account

# The server's own pages that ask somebody to sign in first, and nothing that a path could be bent with.
_OWN_PAGES: Final = re.compile(r"/(?:account|device|invitation)(?:/[A-Za-z0-9_-]+)*(?:\?[A-Za-z0-9_=&%.~-]{0,500})?")

_REPEAT_WITHIN = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Denied:
    """The request can't be answered with a code; the error says why (OpenID Connect Core §3.1.2.6)."""

    error: str
    description: str


@dataclass(frozen=True, slots=True)
class Ready:
    """Nothing is missing: the request is about this account."""

    account: Account


@dataclass(frozen=True, slots=True)
class Missing:
    """A person is needed; `account` is whom the request is about so far."""

    step: Step
    account: Account | None = None
    new_scopes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything that the decision depends on.

    Args:
        request: what is asked for.
        interaction: the request that waits; None where it has just come.
        accounts: those that the browser is signed in to and that are live, the one used last first.
        allowed: by user id, the scopes that the person allows the application; None where nobody has to be asked.
        now: the time.
        admission: what the organization says that the request names; None where it names none.
        ways: the ways to sign in that there are.
        unproven: the ids of the sessions of which the application asks a second factor that they have not proven.
    """

    request: AuthorizationRequest
    interaction: Interaction | None
    accounts: tuple[Account, ...]
    allowed: Mapping[str, frozenset[str]] | None
    now: datetime
    admission: Admission | None = None
    ways: Ways = field(default_factory=dict)
    unproven: frozenset[str] = frozenset()


_SILENT_ERRORS = {
    Step.SIGN_IN: Denied("login_required", "Nobody is signed in as the request asks, and prompt is none."),
    Step.FACTOR: Denied("interaction_required", "The person must prove a second factor, and prompt is none."),
    Step.CHOOSE_ACCOUNT: Denied("account_selection_required", "The person must choose an account; prompt is none."),
    Step.CONSENT: Denied("consent_required", "The person has not allowed this yet, and prompt is none."),
}
_OTHER_PERSON = Denied("login_required", "Another person signed in than the one whom the request names.")
_NO_MEMBER = Denied("access_denied", "The person who is signed in is no member of the organization that is asked for.")
_NOT_THEIRS = Denied("access_denied", "Somebody acts in the person's place, who alone can do what is asked for.")
_TOO_WEAK = Denied("unmet_authentication_requirements", "The sign-in does not have the assurance that is essential.")


def next_step(situation: Situation) -> Ready | Missing | Denied:
    """Return what comes next: a page for the person, the answer, or the error."""
    found = _whom(situation)
    outcome = found if not isinstance(found, Account) else _about(situation, found)
    if isinstance(outcome, Missing) and Prompt.NONE in situation.request.prompt:
        return _SILENT_ERRORS[outcome.step]
    return outcome


def _about(situation: Situation, account: Account) -> Ready | Missing | Denied:
    missing = (
        _membership(situation, account)
        or _policy(situation, account)
        or _proof(situation, account)
        or _factor(situation, account)
        or _consent(situation, account)
    )
    if isinstance(missing, Missing) and account.session.is_acted:
        return _NOT_THEIRS
    return missing or Ready(account)


def _whom(situation: Situation) -> Account | Missing | Denied:
    """Return whom the request is about: who was chosen, else who is named, else who was here last."""
    request, accounts = situation.request, situation.accounts
    chosen_id = situation.interaction.session_id if situation.interaction is not None else None
    chosen = next((account for account in accounts if account.session.id == chosen_id), None)
    if request.subject:
        named = next((account for account in accounts if account.user.id == request.subject), None)
        return named or (Missing(Step.SIGN_IN) if chosen is None else _OTHER_PERSON)
    if chosen is not None or not accounts:
        return chosen or Missing(Step.SIGN_IN)
    if Prompt.SELECT_ACCOUNT in request.prompt:
        return Missing(Step.CHOOSE_ACCOUNT)
    if "@" not in request.login_hint:
        return next((account for account in accounts if _belongs(situation, account)), accounts[0])
    hint = request.login_hint.casefold()
    hinted = next((account for account in accounts if account.user.email.casefold() == hint), None)
    return hinted or Missing(Step.SIGN_IN)


def _belongs(situation: Situation, account: Account) -> bool:
    return situation.admission is None or account.user.id in situation.admission.members


def _membership(situation: Situation, account: Account) -> Missing | Denied | None:
    """Return why somebody can't sign in to the organization; they may choose another account where that was asked."""
    if _belongs(situation, account):
        return None
    asked_at = situation.interaction.created_at if situation.interaction is not None else None
    is_new = asked_at is not None and account.session.authenticated_at >= asked_at
    if Prompt.LOGIN in situation.request.prompt and not is_new:
        return Missing(Step.SIGN_IN)
    return _NO_MEMBER


def _policy(situation: Situation, account: Account) -> Missing | Denied | None:
    """Return what the organization asks for beyond the proof that there is; somebody may give it by signing in."""
    if situation.admission is None:
        return None
    policy, ways = situation.admission.policy, situation.ways
    if is_met(policy, ways, account.session, situation.now):
        return None
    never = why_never(policy, ways)
    if never:
        return Denied("access_denied", never)
    strong = replace(account.session, amr=(*account.session.amr, "mfa"))
    return Missing(Step.FACTOR if is_met(policy, ways, strong, situation.now) else Step.SIGN_IN, account)


def _factor(situation: Situation, account: Account) -> Missing | None:
    """Return the second step, where the application asks for it and the session has not taken it."""
    return Missing(Step.FACTOR, account) if account.session.id in situation.unproven else None


def wants_mfa(request: AuthorizationRequest, admission_requires: bool) -> bool:
    """Tell whether a sign-in for a request must end with a second factor, whatever the application asks.

    Args:
        request: what is asked for; assurances that are but welcome are striven for where the best of them needs it.
        admission_requires: whether the organization asks its members for one.
    """
    essential = bool(request.essential_acr) and "aal1" not in request.essential_acr
    return admission_requires or essential or request.acr_values[:1] == ("aal2",)


def _proof(situation: Situation, account: Account) -> Missing | Denied | None:
    """Return what is wrong with an account's proof of who it is: too old or too weak."""
    request, session = situation.request, account.session
    asked_at = situation.interaction.created_at if situation.interaction is not None else None
    is_new = asked_at is not None and session.authenticated_at >= asked_at
    is_strong = not request.essential_acr or session.acr in request.essential_acr
    if is_new:
        return None if is_strong else _TOO_WEAK
    too_old = request.max_age is not None and situation.now > session.authenticated_at + timedelta(
        seconds=request.max_age
    )
    if Prompt.LOGIN in request.prompt or too_old:
        return Missing(Step.SIGN_IN, account)
    return None if is_strong else Missing(Step.FACTOR, account)


def presentable(accounts: tuple[Account, ...], application_id: str | None) -> tuple[Account, ...]:
    """Return the accounts of a browser that a request may be about.

    Where somebody acts in a person's place, one application alone sees that person, and there nobody else is seen.

    Args:
        accounts: those that the browser is signed in to.
        application_id: who asks; None for the server's own pages.
    """
    here = tuple(one for one in accounts if one.session.is_acted and one.session.application_id == application_id)
    return here or tuple(one for one in accounts if not one.session.is_acted)


def _consent(situation: Situation, account: Account) -> Missing | None:
    """Return the consent that is missing; what is asked for without a scope needs none."""
    request, interaction = situation.request, situation.interaction
    has_consented = interaction is not None and interaction.consented_at is not None
    if Prompt.CONSENT in request.prompt and not has_consented:
        return Missing(Step.CONSENT, account, request.terms.scope)
    if situation.allowed is None:
        return None
    allowed = situation.allowed.get(account.user.id, frozenset())
    new_scopes = tuple(scope for scope in request.terms.scope if scope not in allowed)
    # A request without any scope still lets a stranger know who the person is, once.
    is_first = not allowed and not has_consented
    return Missing(Step.CONSENT, account, new_scopes) if new_scopes or is_first else None


def is_over(interaction: Interaction, now: datetime) -> bool:
    """Tell whether a request has been answered or nobody came back in time."""
    return interaction.completed_at is not None or interaction.expires_at <= now


def may_repeat(interaction: Interaction, now: datetime) -> bool:
    """Tell whether a request was answered just now, so that its browser may ask again for what was lost on its way."""
    return interaction.completed_at is not None and now < interaction.completed_at + _REPEAT_WITHIN


def success(request: AuthorizationRequest, code: str, issuer: str) -> Answer:
    """Return the answer that carries a code."""
    return _answer(request, {"code": code}, issuer)


def failure(request: AuthorizationRequest, refused: Refused, issuer: str) -> Answer:
    """Return the answer that carries an error, with `iss` like every answer (RFC 6749 §4.1.2.1, RFC 9207)."""
    said = {"error": refused.error, "error_description": describe(refused.description)}
    return _answer(request, said, issuer)


def _answer(request: AuthorizationRequest, said: dict[str, str], issuer: str) -> Answer:
    state = {"state": request.state} if request.state else {}
    return Answer(request.redirect_uri, request.response_mode, {**said, **state, "iss": issuer})


def is_own_page(unverified_path: str) -> bool:
    """Tell whether a path is one of the server's own pages that ask somebody to sign in first."""
    return _OWN_PAGES.fullmatch(unverified_path) is not None
