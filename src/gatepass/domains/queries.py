"""Reading custom domains, and knowing at every request which hosts are served."""

from dataclasses import dataclass
from time import monotonic
from typing import Final

from gatepass.domains import store
from gatepass.domains.model import CustomDomain, Hosts
from gatepass.kit.db import Database, Tx
from gatepass.kit.lookups.paging import Page, PageRequest, page_of
from gatepass.kit.lookups.reach import Everywhere

_SECONDS_IN_CACHE: Final = 5.0


async def find_domain(tx: Tx, _reach: Everywhere, domain_id: str) -> CustomDomain | None:
    """Return a domain by id."""
    return await store.find(tx, domain_id)


async def list_domains(tx: Tx, _reach: Everywhere, application_id: str, wanted: PageRequest) -> Page[CustomDomain]:
    """Return a page of domains in the order in which they were named; those of one application where it is given."""
    after_id = wanted.after[0] if wanted.after else ""
    rows = await store.list_after(tx, after_id, application_id, wanted.limit + 1)
    return page_of(rows, wanted.limit, lambda domain: (domain.id,))


async def is_served(tx: Tx, host: str) -> bool:
    """Tell whether a host is served now; asked of the database, because a certificate is about to be made for it."""
    found = await store.find_proved(tx, host)
    return found is not None and found.is_served


class CustomHosts:
    """Knows which hosts are served and whose they are, for five seconds at a time.

    The whole set is remembered, so that a flood of made-up hosts asks the database nothing. A domain that another
    process took out of service is served for five seconds more at most.

    Args:
        database: where they stand.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._until = 0.0
        self._applications: dict[str, str] = {}

    async def find(self, unverified_host: str) -> str | None:
        """Return the id of the application that answers on a host, in lower case and without a port; None for none."""
        now = monotonic()
        if self._until <= now:
            # First, so that requests that come meanwhile take what is known and do not all ask.
            self._until = now + _SECONDS_IN_CACHE
            try:
                active = await self._database.read(store.list_active)
            except BaseException:
                self._until = 0.0
                raise
            self._applications = {domain.domain: domain.application_id for domain in active}
        return self._applications.get(unverified_host)

    def forget(self) -> None:
        """Have the set read anew, because this process has just changed it."""
        self._until = 0.0


@dataclass(frozen=True, slots=True)
class LinkAddresses:
    """Says where a mailed link leads: to the host on which it was asked for, where that is the application's own.

    Args:
        public_url: where every other link leads.
        hosts: which hosts are served, and whose they are.
    """

    public_url: str
    hosts: Hosts

    async def of(self, application_id: str, unverified_host: str) -> str:
        """Return scheme and host of an application's mailed links, without a slash at their end.

        Args:
            application_id: the application that somebody signs in to.
            unverified_host: the Host header of the request; no host is taken from it but one that is proven to be
                this application's.
        """
        host = unverified_host.lower()
        name, _, port = host.partition(":")
        if (port and not port.isdigit()) or await self.hosts.find(name) != application_id:
            return self.public_url
        return f"{self.public_url.partition('://')[0]}://{host}"
