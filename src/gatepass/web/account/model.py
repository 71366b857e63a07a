"""Where the pages of the account are."""

from typing import Final

OVERVIEW: Final = "/account"
SESSIONS: Final = "/account/sessions"
EVERYWHERE: Final = "/account/sessions/end-others"
APPLICATIONS: Final = "/account/applications"
HISTORY: Final = "/account/history"
SECURITY: Final = "/account/security"
SECURITY_HELD: Final = "/account/security/authenticators"
"""Where the page of one authenticator is, by its id."""
SECURITY_TAB: Final = "security"
SWITCH: Final = "/account/switch"
ADD: Final = "/account/add"
PROVE: Final = "/account/prove"
SIGN_OUT: Final = "/account/sign-out"
SIGNED_OUT: Final = "/signed-out"
"""Where the hosted pages say that somebody is signed out."""

ACCOUNT: Final = "account"
"""The parameter of an address that names the account, by its session."""
ACTING_AS: Final = "acting_as"
"""The field of a form that names the account for which it was shown."""
TABS: Final = {
    "overview": OVERVIEW,
    SECURITY_TAB: SECURITY,
    "sessions": SESSIONS,
    "applications": APPLICATIONS,
    "history": HISTORY,
}
RETURN_TO: Final = "to"
"""The parameter that names the tab to which somebody returns who proves anew who they are."""
