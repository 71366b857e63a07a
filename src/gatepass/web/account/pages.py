"""The account page, each of its pages at its address."""

from dataclasses import dataclass

from starlette.routing import Route

from gatepass.kit.client.places import Places
from gatepass.provider.logout.flows import LogoutFlows
from gatepass.web.account import model
from gatepass.web.account.accounts import AccountsPage
from gatepass.web.account.connected import ApplicationsPage
from gatepass.web.account.devices import DevicesPage
from gatepass.web.account.door import Door
from gatepass.web.account.history import HistoryPage
from gatepass.web.account.profile import ProfilePage
from gatepass.web.account.security.page import SecurityPages


@dataclass(frozen=True, slots=True)
class AccountPages:
    """All the pages of the account."""

    door: Door
    places: Places
    logout: LogoutFlows
    security: SecurityPages

    def routes(self) -> list[Route]:
        """Return this part's pages."""
        profile, devices = ProfilePage(self.door), DevicesPage(self.door, self.places, self.logout)
        applications, accounts = ApplicationsPage(self.door), AccountsPage(self.door, self.logout)
        return [
            Route(model.OVERVIEW, profile.show, methods=["GET"]),
            Route(model.OVERVIEW, profile.change, methods=["POST"]),
            Route(model.SESSIONS, devices.show, methods=["GET"]),
            Route(model.SESSIONS, devices.end, methods=["POST"]),
            Route(model.EVERYWHERE, devices.end_others, methods=["POST"]),
            Route(model.APPLICATIONS, applications.show, methods=["GET"]),
            Route(model.APPLICATIONS, applications.remove, methods=["POST"]),
            Route(model.HISTORY, HistoryPage(self.door, self.places).show, methods=["GET"]),
            *self.security.routes(),
            Route(model.SWITCH, accounts.show, methods=["GET"]),
            Route(model.SWITCH, accounts.choose, methods=["POST"]),
            Route(model.ADD, accounts.add, methods=["GET"]),
            Route(model.PROVE, accounts.prove, methods=["GET"]),
            Route(model.SIGN_OUT, accounts.sign_out, methods=["POST"]),
        ]
