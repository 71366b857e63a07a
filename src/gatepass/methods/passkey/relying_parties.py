"""For whom a passkey is made: the server's own host, or the custom domain by which an application is reached."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from gatepass.applications.model import Application
from gatepass.applications.queries import list_after
from gatepass.domains.model import Hosts
from gatepass.kit.db import Tx
from gatepass.methods.passkey.model import RelyingParty

_MOST_READ = 500
_MOST_ORIGINS = 100
METHOD = "passkey"


@dataclass(frozen=True, slots=True)
class RelyingParties:
    """Names the relying party of a call, and the origins whose pages may run its ceremonies.

    Args:
        public_url: the address by which browsers reach the server.
        own_origins: every origin of the server's own pages.
        hosts: which custom domains are served, and whose they are.
    """

    public_url: str
    own_origins: frozenset[str]
    hosts: Hosts

    @property
    def usual(self) -> str:
        """Return the name of the relying party wherever no custom domain is in use."""
        return urlsplit(self.public_url).hostname or "localhost"

    async def of(self, application: Application, unverified_host: str) -> RelyingParty:
        """Return the relying party of an application on a host.

        The application's own origins are let in too: a browser lets them run a ceremony where their name ends in the
        relying party's, or where the related-origins document names them (WebAuthn §5.11).

        Args:
            application: for whom somebody signs in or registers.
            unverified_host: the Host header; no name is taken from it but one that is proven to be the application's.
        """
        host = unverified_host.lower()
        name = host.partition(":")[0]
        if name and await self.hosts.find(name) == application.id:
            scheme = urlsplit(self.public_url).scheme
            return RelyingParty(name, (f"{scheme}://{host}", *application.allowed_origins))
        own = sorted(origin for origin in self.own_origins if urlsplit(origin).hostname == self.usual)
        return RelyingParty(self.usual, (*own, *application.allowed_origins))

    async def related(self, tx: Tx, application_id: str) -> list[str]:
        """Return the origins of applications that may use the passkeys of a host, those of the eldest first.

        Args:
            tx: the read.
            application_id: the application of the custom domain; empty for the server's own host, which all share.
        """
        origins: dict[str, None] = {}
        for application in await list_after(tx, "", _MOST_READ):
            is_of_host = not application_id or application.id == application_id
            if is_of_host and application.is_active and METHOD in application.methods.offered:
                origins.update(dict.fromkeys(() if application.oauth.is_third_party else application.allowed_origins))
        return list(origins)[:_MOST_ORIGINS]
