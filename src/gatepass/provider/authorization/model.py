"""What an authorization request, its steps, its answer and its code are."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

import msgspec

from gatepass.applications.model import Application
from gatepass.audit.model import Origin
from gatepass.organizations.model import OrganizationPolicy
from gatepass.protocols.oauth2 import redirects
from gatepass.sessions.model import Account, Session
from gatepass.tokens.model import Terms
from gatepass.users.model import User


class ResponseMode(StrEnum):
    """How an answer travels back to the application (OAuth 2.0 Form Post Response Mode; RFC 6749 §4.1.2)."""

    QUERY = "query"
    FRAGMENT = "fragment"
    FORM_POST = "form_post"


class Prompt(StrEnum):
    """What an application wants the person to be asked (OpenID Connect Core §3.1.2.1)."""

    NONE = "none"
    LOGIN = "login"
    CONSENT = "consent"
    SELECT_ACCOUNT = "select_account"


class AuthorizationRequest(msgspec.Struct, frozen=True, omit_defaults=True):
    """A request whose every parameter has passed the checks; what was not sent is empty.

    Args:
        redirect_uri: where the answer goes; registered, and proven to be.
        has_redirect_uri: whether it was sent, so that the token request must repeat it (RFC 6749 §4.1.3).
        response_mode: how the answer travels.
        terms: the scope, the audiences, the bound key and the claims that are asked for.
        state: what the application wants back, to the letter.
        nonce: what it wants to read in the id token.
        code_challenge: the S256 challenge (RFC 7636 §4.2).
        prompt: what the person is to be asked.
        max_age: how many seconds ago the person may have proven who they are at most; None where it does not matter.
        login_hint: who is expected to sign in, for the first field.
        ui_locales: the languages that the person reads.
        acr_values: the assurances that would be welcome, the best first; kept for the day on which sign-ins here differ
            in theirs, and ever a wish: nothing is refused for it (OpenID Connect Core §3.1.2.1).
        essential_acr: those of which one is needed (OpenID Connect Core §5.5.1.1).
        subject: the one person whom the answer may be about, from `id_token_hint` or a claims request.
        connection: the enterprise connection to go to at once; kept, and read by nobody until there are any.
        organization: the id of the organization to sign in to; empty for none, and none is chosen for anybody.
    """

    redirect_uri: str
    has_redirect_uri: bool = True
    response_mode: ResponseMode = ResponseMode.QUERY
    terms: Terms = Terms()
    state: str = ""
    nonce: str = ""
    code_challenge: str = ""
    prompt: tuple[Prompt, ...] = ()
    max_age: int | None = None
    login_hint: str = ""
    ui_locales: str = ""
    acr_values: tuple[str, ...] = ()
    essential_acr: tuple[str, ...] = ()
    subject: str = ""
    connection: str = ""
    organization: str = ""


@dataclass(frozen=True, slots=True)
class Admission:
    """What the organization that a request names says of the accounts of a browser.

    Args:
        members: the ids of those users who may sign in to it: its members, and who becomes one by signing in.
        policy: how its members sign in.
    """

    members: frozenset[str]
    policy: OrganizationPolicy = field(default_factory=OrganizationPolicy)


@dataclass(frozen=True, slots=True)
class Interaction:
    """A request that waits for a person, as it is stored; `application_id` is None for the server's own pages."""

    id: str
    handle_hash: bytes
    application_id: str | None
    parameters: AuthorizationRequest | None
    return_to: str
    browser_hash: bytes
    pushed_id: str | None
    session_id: str | None
    attempt_id: str | None
    consented_at: datetime | None
    created_at: datetime
    expires_at: datetime
    completed_at: datetime | None
    answer_sealed: bytes | None = None


@dataclass(frozen=True, slots=True)
class PushedRequest:
    """A request that an application sent ahead of the browser (RFC 9126), as it is stored."""

    id: str
    handle_hash: bytes
    application_id: str
    parameters: AuthorizationRequest
    created_at: datetime
    expires_at: datetime
    spent_at: datetime | None


@dataclass(frozen=True, slots=True)
class AuthorizationCode:
    """A code, as it is stored; `family_id` names the tokens that it bought."""

    id: str
    code_hash: bytes
    application_id: str
    user_id: str
    session_id: str
    redirect_uri: str
    terms: Terms
    nonce: str
    code_challenge: str
    state_hash: bytes | None
    created_at: datetime
    expires_at: datetime
    spent_at: datetime | None
    family_id: str | None


@dataclass(frozen=True, slots=True)
class Browser:
    """The browser that asks.

    Args:
        browser_hash: the hash of the cookie by which it is known again; an interaction is bound to it.
        session_hash: the hash of the cookie by which it is signed in; None where it holds none.
        origin: its network and agent.
        device_hash: the hash of the cookie by which it is remembered, so that it need not answer the second step.
    """

    browser_hash: bytes | None
    session_hash: bytes | None
    origin: Origin
    device_hash: bytes | None = None


class CodeRefusal(StrEnum):
    """Why a code was refused; its presenter is told `invalid_grant` and the sentence."""

    UNKNOWN = "unknown"
    EXPIRED = "expired"
    REUSED = "reused"
    OTHER_APPLICATION = "other_application"
    OTHER_REDIRECT = "other_redirect"
    VERIFIER_MISSING = "verifier_missing"
    VERIFIER_WRONG = "verifier_wrong"
    VERIFIER_UNASKED = "verifier_unasked"
    WRONG_KEY = "wrong_key"
    SIGNED_OUT = "signed_out"
    CONSENT_TAKEN_BACK = "consent_taken_back"
    NO_MEMBER = "no_member"


@dataclass(frozen=True, slots=True)
class Refused:
    """A code that was judged and refused; it is spent all the same."""

    reason: CodeRefusal


@dataclass(frozen=True, slots=True)
class Redeemed:
    """A code that was spent, and for whom tokens may be granted now, on the terms of the code."""

    code: AuthorizationCode
    session: Session
    user: User


class Step(StrEnum):
    """What is missing before a request can be answered."""

    SIGN_IN = "sign_in"
    FACTOR = "factor"
    CHOOSE_ACCOUNT = "choose_account"
    CONSENT = "consent"


STEP_PATHS = {
    Step.SIGN_IN: "/sign-in",
    Step.FACTOR: "/sign-in/factor",
    Step.CHOOSE_ACCOUNT: "/choose-account",
    Step.CONSENT: "/consent",
}


@dataclass(frozen=True, slots=True)
class Needed:
    """A person is needed: the page of the step, and the handle under which the request waits."""

    step: Step
    handle: str

    @property
    def path(self) -> str:
        """Return the address of the page, on this server."""
        return f"{STEP_PATHS[self.step]}?request={self.handle}"


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer that goes back to the application: a code or an error, with `state` and `iss` among them."""

    redirect_uri: str
    response_mode: ResponseMode
    parameters: dict[str, str]

    @property
    def address(self) -> str:
        """Return the address that carries the answer in its query or its fragment.

        Raises:
            ValueError: the answer is to be posted.
        """
        if self.response_mode is ResponseMode.FORM_POST:
            raise ValueError("This answer is posted by a page.")
        is_fragment = self.response_mode is ResponseMode.FRAGMENT
        return redirects.with_parameters(self.redirect_uri, self.parameters, "fragment" if is_fragment else "query")

    @property
    def host(self) -> str:
        """Return where the answer goes, as a person is told."""
        return redirects.host_of(self.redirect_uri)

    @property
    def is_refusal(self) -> bool:
        """Tell whether it carries an error."""
        return "error" in self.parameters

    @property
    def form_target(self) -> str:
        """Return what the policy of a page that posts the answer must allow (CSP 3 §6.4.2)."""
        return redirects.origin_of(self.redirect_uri)


@dataclass(frozen=True, slots=True)
class Return:
    """The server's own page may be shown again."""

    path: str


@dataclass(frozen=True, slots=True)
class Lost:
    """There is no such request for this browser: it is over, another browser's, or was never made."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request that waits, and what a page needs to show the step that is missing.

    Args:
        interaction: the request.
        application: who asks; None for the server's own pages.
        step: what is missing; None where nothing is, so that the page goes on at once.
        accounts: what the browser is signed in to, the one used last first.
        account: whom the request is about so far.
        new_scopes: what the person has not yet allowed, for a consent.
    """

    interaction: Interaction
    application: Application | None
    step: Step | None
    accounts: tuple[Account, ...]
    account: Account | None
    new_scopes: tuple[str, ...] = ()
