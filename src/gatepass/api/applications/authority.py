"""Who may change an application: nobody makes one, or mends one, that may do more than they may themselves."""

from gatepass.access.model import MANAGEMENT_SCOPES, Principal, Scope, expand
from gatepass.applications.model import Application, OAuthPolicy, Source
from gatepass.kit.problems import Problem


def refuse_outranked(principal: Principal, *policies: OAuthPolicy) -> None:
    """Let a caller pass who may do all that an application may, before the change and after it.

    Otherwise an administrator could give an application that they hold the owner's scope, or give an application that
    has it a secret or a key of their own.

    Raises:
        Problem: the application may do what the caller may not (`application_outranks_caller`, 403), or is a
            stranger's that would manage this server (`stranger_manages`, 400).
    """
    for policy in policies:
        held = frozenset(policy.scopes) & MANAGEMENT_SCOPES
        beyond = sorted(scope.value for scope in expand(held) - principal.scopes)
        if beyond:
            sentence = f"The application may do what you may not: {', '.join(beyond)}. Ask somebody who holds these."
            raise Problem("application_outranks_caller", 403, sentence, number=1003)
    after = policies[-1]
    if (after.is_third_party or after.source is not Source.OPERATOR) and frozenset(after.scopes) & MANAGEMENT_SCOPES:
        sentence = "An application of somebody else's can't manage this server; leave the management scopes out."
        raise Problem("stranger_manages", 400, sentence, number=1004)


def refuse_new_keys(principal: Principal, before: OAuthPolicy, after: OAuthPolicy) -> None:
    """Let a change pass that leaves alone how an application proves to be itself, or whose caller may give it secrets.

    Raises:
        Problem: the caller lacks `applications:secrets` (`insufficient_scope`, 403).
    """
    is_same = (before.authentication, before.jwks, before.jwks_uri, before.may_exchange_documented) == (
        after.authentication,
        after.jwks,
        after.jwks_uri,
        after.may_exchange_documented,
    )
    if not is_same and not principal.may(Scope.APPLICATIONS_SECRETS):
        sentence = f"Changing how an application proves to be itself needs the scope {Scope.APPLICATIONS_SECRETS}."
        raise Problem("insufficient_scope", 403, sentence, number=1003)


def refuse_described_elsewhere(application: Application) -> None:
    """Let an application pass that is described here.

    Raises:
        Problem: its own document describes it, and would undo the change (`described_elsewhere`, 409).
    """
    if application.oauth.source is Source.DOCUMENT:
        sentence = "This application describes itself by its document; here it can only be switched off and on."
        raise Problem("described_elsewhere", 409, sentence)
