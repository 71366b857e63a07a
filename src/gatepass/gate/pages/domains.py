"""Where an application is, as far as it can't make that up: what people judge strangers by."""

from gatepass.applications.model import Application, Source
from gatepass.protocols.oauth2.redirects import host_of


def document_domain(application: Application) -> str | None:
    """Return the host of the document by which an application describes itself; None where there is none."""
    return host_of(application.client_id) if application.oauth.source is Source.DOCUMENT else None


def domain_of(application: Application) -> str | None:
    """Return where an application is, for a page without a request; None where nothing proves it.

    The home page of one that introduced itself is its own claim. Where answers may go it has to be, so all of those
    hosts are named; one alone might be the one that it only borrowed.
    """
    if application.oauth.source is Source.OPERATOR:
        addresses = [address for address in (application.oauth.home_url, *application.callback_urls) if address]
        return host_of(addresses[0]) if addresses else None
    return document_domain(application) or ", ".join(dict.fromkeys(map(host_of, application.callback_urls))) or None
