"""Who looks at a page of the account, and for which of the browser's accounts."""

from dataclasses import dataclass
from urllib.parse import urlencode

from gatepass.gate.pages.languages import Language
from gatepass.gate.pages.visits import Visit
from gatepass.sessions.model import Account, Session
from gatepass.users.model import User
from gatepass.web.account.model import ACCOUNT, SIGN_OUT, TABS


@dataclass(frozen=True, slots=True)
class Signed:
    """Somebody who passed the door.

    Args:
        visit: the browser.
        account: the account that the page is about.
        accounts: all the accounts of the browser, the one used last first.
        language: the language of the pages.
    """

    visit: Visit
    account: Account
    accounts: tuple[Account, ...]
    language: Language

    @property
    def session(self) -> Session:
        """Return the session by which the browser is signed in to the account."""
        return self.account.session

    @property
    def user(self) -> User:
        """Return whose account it is."""
        return self.account.user

    def address(self, path: str, **further: str) -> str:
        """Return the address of a page about the same account; where there are several it names the session."""
        named = {ACCOUNT: self.session.id} if len(self.accounts) > 1 else {}
        parameters = urlencode(named | further)
        return f"{path}?{parameters}" if parameters else path

    @property
    def paths(self) -> dict[str, str]:
        """Return where the tabs lead, and the form that signs out."""
        return {name: self.address(path) for name, path in TABS.items()} | {"sign_out": SIGN_OUT}
