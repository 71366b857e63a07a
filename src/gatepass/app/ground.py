"""What several parts of a house are built on."""

from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from gatepass.app.foundations import Foundations
from gatepass.applications.queries import ApplicationDirectory
from gatepass.authenticators.flows import Authenticators
from gatepass.domains.flows import DomainFlows
from gatepass.domains.queries import CustomHosts, LinkAddresses
from gatepass.gate import metrics
from gatepass.kit.client.places import Places
from gatepass.kit.dns.resolver import Resolver
from gatepass.kit.fetch import Fetcher
from gatepass.kit.signals import Signals
from gatepass.login.flows import Login
from gatepass.outbox.flows import Outbox
from gatepass.protection.flows import Limiter, sign_in_limits
from gatepass.protection.model import SignInLimits
from gatepass.settings import Settings
from gatepass.tokens.flows import Tokens
from gatepass.tokens.keys import KeyCabinet, KeyMaker

_DEVELOPMENT_SCALE = 20.0


def domains_of(foundations: Foundations) -> DomainFlows:
    """Return what names, proves and serves custom domains."""
    server, database = foundations.settings.server, foundations.database
    host = urlsplit(server.origin).hostname or "localhost"
    own_hosts = {host, *(one.rpartition(":")[0] or one for one in server.allowed_hosts)}
    target = foundations.settings.domains.target.lower() or host
    resolver, hosts = Resolver(server.nameservers), CustomHosts(database)
    return DomainFlows(database, foundations.clock, resolver, target, own_hosts | {target}, hosts)


def limits_of(settings: Settings) -> SignInLimits:
    """Return the limits of sign-ins; on a laptop one person plays everybody."""
    limits = settings.limits
    if settings.server.dev and limits.scale == 1.0:
        limits = replace(limits, scale=_DEVELOPMENT_SCALE)
    return sign_in_limits(limits)


@dataclass(frozen=True, slots=True)
class Ground:
    """What several parts of a house are built on."""

    outbox: Outbox
    authenticators: Authenticators
    login: Login
    limiter: Limiter
    limits: SignInLimits
    applications: ApplicationDirectory
    domains: DomainFlows
    addresses: LinkAddresses
    places: Places
    fetcher: Fetcher

    @property
    def most_mails(self) -> int:
        """Return how many mails an address gets in the window of its limit."""
        return self.limits.send_per_address.count


def ground_of(foundations: Foundations) -> Ground:
    """Return what several parts of a house are built on."""
    settings, database, public_url = foundations.settings, foundations.database, foundations.settings.server.origin
    outbox = Outbox(foundations.key_ring, foundations.clock, urlsplit(public_url).hostname or "localhost")
    cabinet = KeyCabinet(database, KeyMaker(foundations.key_ring, settings.tokens), foundations.clock)
    domains = domains_of(foundations)
    return Ground(
        outbox=outbox,
        authenticators=Authenticators(outbox),
        login=Login(Tokens(cabinet, settings.tokens, public_url), Signals(), settings.sessions.most_per_user),
        limiter=Limiter(on_refusal=metrics.count_limit_refusal),
        limits=limits_of(settings),
        applications=ApplicationDirectory(database),
        domains=domains,
        addresses=LinkAddresses(public_url, domains.hosts),
        places=Places(settings.server.places_file),
        fetcher=Fetcher(allow_loopback=settings.server.dev),
    )
