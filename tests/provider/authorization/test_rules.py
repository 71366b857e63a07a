"""What a request still misses, as a matrix; no database, no page."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gatepass.provider.authorization.model import AuthorizationRequest, Interaction, Prompt, Step
from gatepass.provider.authorization.rules import Denied, Missing, Ready, Situation, next_step
from gatepass.sessions.model import Account, Session
from gatepass.tokens.model import Terms
from gatepass.users.model import User

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SCOPE = ("openid", "email")


def account(name: str, age: timedelta = timedelta(hours=1), amr: tuple[str, ...] = ("email",)) -> Account:
    proven = NOW - age
    session = Session(f"session-{name}", name, "a", amr, proven, NOW + MINUTE, None, "", "", b"c", proven, proven)
    return Account(
        session,
        User(
            name,
            f"{name}@example.com",
            NOW,
            "",
            "",
            is_active=True,
            created_at=NOW,
            modified_at=NOW,
            last_login_at=None,
        ),
    )


ANNA, BERT = account("anna"), account("bert")


def waiting(**fields: Any) -> Interaction:
    given: dict[str, Any] = {"session_id": None, "consented_at": None, "created_at": NOW - MINUTE, **fields}
    rest: dict[str, Any] = {"attempt_id": None, "expires_at": NOW + MINUTE, "completed_at": None}
    return Interaction("i", b"h", "a", None, "", b"b", None, **given, **rest)


def step(
    *accounts: Account,
    interaction: Interaction | None = None,
    allowed: dict[str, frozenset[str]] | None = None,
    **fields: Any,
) -> str:
    """Name what comes next: `ready anna`, `sign_in`, or the error."""
    request = AuthorizationRequest(redirect_uri="", terms=Terms(scope=SCOPE), **fields)
    found = next_step(Situation(request, interaction, accounts, allowed, NOW))
    match found:
        case Ready():
            return f"ready {found.account.user.id}"
        case Missing():
            return found.step.value
        case Denied():
            return found.error


SILENT: dict[str, Any] = {"prompt": (Prompt.NONE,)}
LOGIN: dict[str, Any] = {"prompt": (Prompt.LOGIN,)}
SELECT: dict[str, Any] = {"prompt": (Prompt.SELECT_ACCOUNT,)}
CONSENT: dict[str, Any] = {"prompt": (Prompt.CONSENT,)}
OF_BERT = waiting(session_id="session-bert")
FRESH = account("fresh", timedelta(0))
STRONG = account("strong", amr=("email", "mfa"))
FRESH_CHOSEN = waiting(session_id="session-fresh")

WHOM: list[tuple[str, str, str]] = [
    ("nobody signed in", step(), "sign_in"),
    ("nobody, silently", step(**SILENT), "login_required"),
    ("one account", step(ANNA), "ready anna"),
    ("one account, silently", step(ANNA, **SILENT), "ready anna"),
    ("several: the one used last", step(ANNA, BERT), "ready anna"),
    ("several, silently", step(ANNA, BERT, **SILENT), "ready anna"),
    ("several, one chosen", step(ANNA, BERT, interaction=OF_BERT), "ready bert"),
    ("to be chosen", step(ANNA, **SELECT), "choose_account"),
    ("to be chosen, of none", step(**SELECT), "sign_in"),
    ("chosen as asked", step(ANNA, BERT, interaction=OF_BERT, **SELECT), "ready bert"),
    ("what was chosen is signed out", step(ANNA, interaction=OF_BERT, **SELECT), "choose_account"),
    ("hinted", step(ANNA, BERT, login_hint="BERT@example.com"), "ready bert"),
    ("hinted, another signed in", step(ANNA, login_hint="carl@example.com"), "sign_in"),
    ("hinted, silently", step(ANNA, login_hint="carl@example.com", **SILENT), "login_required"),
    ("a hint that is no address", step(ANNA, login_hint="+491234"), "ready anna"),
    ("hinted, but chose another", step(ANNA, BERT, interaction=OF_BERT, login_hint="anna@example.com"), "ready bert"),
    ("bound to a person", step(ANNA, BERT, subject="bert"), "ready bert"),
    ("bound to somebody absent", step(ANNA, subject="carl"), "sign_in"),
    ("bound, silently", step(ANNA, subject="carl", **SILENT), "login_required"),
    ("bound, but another signed in", step(BERT, interaction=OF_BERT, subject="carl"), "login_required"),
]
PROOF: list[tuple[str, str, str]] = [
    ("login asked", step(ANNA, **LOGIN), "sign_in"),
    ("login asked, before it happened", step(ANNA, interaction=waiting(), **LOGIN), "sign_in"),
    ("login asked and done", step(FRESH, interaction=FRESH_CHOSEN, **LOGIN), "ready fresh"),
    ("login asked, another is fresh", step(FRESH, BERT, interaction=OF_BERT, **LOGIN), "sign_in"),
    ("young enough", step(ANNA, max_age=3600), "ready anna"),
    ("too old", step(ANNA, max_age=3599), "sign_in"),
    ("too old, silently", step(ANNA, max_age=3599, **SILENT), "login_required"),
    ("no age is young enough", step(FRESH, max_age=0), "ready fresh"),
    ("done since it was asked, then read slowly", step(account("slow", MINUTE), interaction=waiting(), max_age=1),
     "ready slow"),
    ("strong enough", step(STRONG, essential_acr=("aal2",)), "ready strong"),
    ("too weak", step(ANNA, essential_acr=("aal2",)), "factor"),
    ("too weak even when proven anew", step(FRESH, interaction=FRESH_CHOSEN, essential_acr=("aal2",)),
     "unmet_authentication_requirements"),
    ("welcome but not demanded", step(ANNA, acr_values=("aal2",)), "ready anna"),
]  # fmt: skip
ALL, SOME, NOTHING = ({"anna": frozenset(SCOPE)}, {"anna": frozenset({"openid"})}, {"anna": frozenset[str]()})
CONSENTS: list[tuple[str, str, str]] = [
    ("our own application asks nobody", step(ANNA), "ready anna"),
    ("nothing allowed", step(ANNA, allowed=NOTHING), "consent"),
    ("something is new", step(ANNA, allowed=SOME), "consent"),
    ("all allowed", step(ANNA, allowed=ALL), "ready anna"),
    ("another's consent is not mine", step(BERT, ANNA, allowed=ALL), "consent"),
    ("not allowed, silently", step(ANNA, allowed=SOME, **SILENT), "consent_required"),
    ("allowed, but asked again", step(ANNA, allowed=ALL, **CONSENT), "consent"),
    ("asked again and allowed", step(ANNA, allowed=ALL, interaction=waiting(consented_at=NOW), **CONSENT),
     "ready anna"),
    ("our own application, asked again", step(ANNA, **CONSENT), "consent"),
    ("login comes before consent", step(ANNA, allowed=NOTHING, **LOGIN), "sign_in"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("found", "expected"),
    [case[1:] for case in (*WHOM, *PROOF, *CONSENTS)],
    ids=[case[0] for case in (*WHOM, *PROOF, *CONSENTS)],
)
def test_the_next_step(found: str, expected: str) -> None:
    assert found == expected


def test_a_consent_names_what_is_new() -> None:
    request = AuthorizationRequest(redirect_uri="", terms=Terms(scope=SCOPE))
    found = next_step(Situation(request, None, (ANNA,), SOME, NOW))
    assert found == Missing(Step.CONSENT, ANNA, ("email",))


def test_a_stranger_without_any_scope_is_asked_about_once() -> None:
    request = AuthorizationRequest(redirect_uri="")
    assert isinstance(next_step(Situation(request, None, (ANNA,), NOTHING, NOW)), Missing)
    assert next_step(Situation(request, waiting(consented_at=NOW), (ANNA,), NOTHING, NOW)) == Ready(ANNA)
