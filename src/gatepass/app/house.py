"""Every part of a server, built once and connected."""

from dataclasses import dataclass

from gatepass.access.flows import KeyUses
from gatepass.api.events.shapes import event_answer
from gatepass.app.factors import Methods, mfa_of
from gatepass.app.foundations import Foundations
from gatepass.app.ground import Ground, ground_of
from gatepass.app.passwords import Passwords, passwords_of
from gatepass.applications.queries import ApplicationDirectory
from gatepass.authenticators.flows import Authenticators
from gatepass.domains.flows import DomainFlows
from gatepass.gate import metrics
from gatepass.impersonation.flows import Impersonations
from gatepass.invitations.flows import InvitationFlows
from gatepass.kit.dns.resolver import Resolver
from gatepass.kit.fetch import Fetcher
from gatepass.kit.signals import Signals
from gatepass.login.flows import Login
from gatepass.methods.backup_code.flows import BackupCodeFlows
from gatepass.methods.magic_link.flows import LinkMailer, MagicLinkFlows
from gatepass.methods.one_time_code.flows import CodeFlows, CodeMailer, Codes
from gatepass.methods.passkey.flows import PasskeyFactor, PasskeyFlows, PasskeyHoldings, RelyingParties
from gatepass.methods.password.flows import SignIns
from gatepass.methods.sms_code.flows import CarriedWay, DevelopmentWay, Guard, SmsFlows, Texter, carrier_of
from gatepass.methods.totp.flows import TotpFlows
from gatepass.mfa.flows import MfaFlows
from gatepass.outbox.flows import Doorbell, Outbox
from gatepass.protection.flows import Limiter
from gatepass.protection.model import SignInLimits
from gatepass.provider.authorization.flows import AuthorizationFlows
from gatepass.provider.clients.flows import Bounds, Clients, KeySets, Proofs
from gatepass.provider.clients.model import Addresses
from gatepass.provider.devices.flows import DeviceFlows
from gatepass.provider.logout.flows import LogoutFlows
from gatepass.provider.registration.documents import Allowance
from gatepass.provider.registration.flows import ClientDocuments
from gatepass.provider.registration.model import Hospitality
from gatepass.settings import Settings
from gatepass.tokens.flows import Tokens
from gatepass.webhooks.flows import Webhooks
from gatepass.webhooks.sending.courier import Courier

# What organizations may ask their members to sign in by.
_WAYS = {method.key: method.amr for method in (MagicLinkFlows, CodeFlows, SmsFlows, PasskeyFlows, SignIns)}


@dataclass(frozen=True, slots=True)
class House:
    """Every part of a server, built and connected."""

    foundations: Foundations
    applications: ApplicationDirectory
    outbox: Outbox
    authenticators: Authenticators
    totp: TotpFlows
    backup_codes: BackupCodeFlows
    tokens: Tokens
    login: Login
    codes: CodeFlows
    links: MagicLinkFlows
    sms: SmsFlows
    passwords: Passwords
    mfa: MfaFlows
    passkeys: PasskeyFlows
    passkey_holdings: PasskeyHoldings
    passkey_factor: PasskeyFactor
    authorization: AuthorizationFlows
    devices: DeviceFlows
    logout: LogoutFlows
    impersonations: Impersonations
    limiter: Limiter
    limits: SignInLimits
    fetcher: Fetcher
    clients: Clients
    proofs: Proofs
    key_uses: KeyUses
    news: Signals
    webhooks: Webhooks
    invitations: InvitationFlows
    resolver: Resolver
    domains: DomainFlows

    @property
    def public_url(self) -> str:
        """Return the address by which browsers reach the server."""
        return self.foundations.settings.server.origin

    @property
    def is_https(self) -> bool:
        """Tell whether browsers reach the server by https."""
        return self.public_url.startswith("https:")


def hospitality_of(settings: Settings) -> Hospitality:
    """Return what clients that nobody here registered may have."""
    provider = settings.provider
    return Hospitality(
        provider.needs_invitation,
        provider.client_documents,
        provider.client_scopes,
        provider.client_resources,
        settings.server.dev,
    )


def clients_of(foundations: Foundations, ground: Ground) -> Clients:
    """Return what finds out which application calls."""
    settings, database, clock = foundations.settings, foundations.database, foundations.clock
    bounds, fetcher = Bounds(ground.limiter, ground.limits), ground.fetcher
    allowance = Allowance(ground.limiter, ground.limits.document_per_network)
    documents = ClientDocuments(database, clock, ground.applications, fetcher, allowance, hospitality_of(settings))
    addresses = Addresses(settings.server.origin, settings.server.own_origins)
    return Clients(database, clock, documents, KeySets(fetcher, clock), bounds, addresses)


def webhooks_of(foundations: Foundations, fetcher: Fetcher) -> Webhooks:
    """Return what tells other programs of events, as the list of events shows them."""
    settings, database, clock = foundations.settings, foundations.database, foundations.clock
    seconds = settings.webhooks.timeout.total_seconds()
    courier = Courier(foundations.key_ring, fetcher, clock, seconds, event_answer)
    return Webhooks(database, clock, foundations.key_ring, courier, settings.webhooks, settings.server.dev)


def texter_of(foundations: Foundations, outbox: Outbox) -> Texter:
    """Return what sends codes by SMS: by the provider that is set, or onto the page of a server in development."""
    settings, is_dev = foundations.settings.sms, foundations.settings.server.dev
    carrier = carrier_of(settings)
    carried = None if carrier is None else CarriedWay(outbox, carrier, settings)
    guard = Guard(settings, foundations.key_ring, carried is None, metrics.count_sms)
    return Texter(guard, carried or (DevelopmentWay() if is_dev else None), outbox.host)


def relying_parties_of(foundations: Foundations, domains: DomainFlows) -> RelyingParties:
    """Return what names for whom passkeys are made."""
    server = foundations.settings.server
    return RelyingParties(server.origin, frozenset(one.decode() for one in server.own_origins), domains.hosts)


def devices_of(foundations: Foundations) -> DeviceFlows:
    """Return what signs devices in that have no keyboard."""
    settings, most = foundations.settings, foundations.settings.sessions.most_per_user
    lifetime = settings.provider.device_code_lifetime
    return DeviceFlows(foundations.database, foundations.clock, foundations.key_ring, lifetime, most)


def seconds_of(foundations: Foundations, ground: Ground, parties: RelyingParties) -> Methods:
    """Return the methods that can be a second factor."""
    key_ring, held, outbox = foundations.key_ring, ground.authenticators, ground.outbox
    totp, backup_codes = TotpFlows(key_ring, held), BackupCodeFlows(key_ring, held)
    return Methods(totp, backup_codes, PasskeyFactor(held, parties), texter_of(foundations, outbox), outbox, key_ring)


def build(foundations: Foundations) -> House:
    """Build every part."""
    settings, clock, database = foundations.settings, foundations.clock, foundations.database
    ground, key_ring = ground_of(foundations), foundations.key_ring
    outbox, login, held, domains = ground.outbox, ground.login, ground.authenticators, ground.domains
    codes, parties = Codes(key_ring), relying_parties_of(foundations, domains)
    mailing = (codes, outbox, ground.places, ground.addresses, ground.most_mails, ground.applications)
    seconds = seconds_of(foundations, ground, parties)
    return House(
        foundations=foundations,
        applications=ground.applications,
        outbox=outbox,
        authenticators=held,
        totp=seconds.totp,
        backup_codes=seconds.backup_codes,
        tokens=login.tokens,
        login=login,
        codes=CodeFlows(database, clock, CodeMailer(*mailing), login),
        links=MagicLinkFlows(database, clock, LinkMailer(*mailing), login, settings.server.knows_networks),
        passkeys=PasskeyFlows(database, clock, login, held, parties),
        passkey_holdings=PasskeyHoldings(database, clock, held),
        passkey_factor=seconds.passkeys,
        mfa=mfa_of(database, clock, login, seconds),
        sms=SmsFlows(database, clock, key_ring, seconds.texter, login),
        passwords=passwords_of(foundations, ground),
        authorization=AuthorizationFlows(database, clock, login, settings.provider, settings.sessions, _WAYS),
        devices=devices_of(foundations),
        logout=LogoutFlows(database, clock, settings.sessions.idle, settings.sessions.absolute, Doorbell()),
        impersonations=Impersonations(database, clock, outbox, settings.impersonation, settings.server.origin),
        limiter=ground.limiter,
        limits=ground.limits,
        fetcher=ground.fetcher,
        clients=clients_of(foundations, ground),
        proofs=Proofs(database, clock, key_ring),
        key_uses=KeyUses(database),
        news=Signals(),
        webhooks=webhooks_of(foundations, ground.fetcher),
        invitations=InvitationFlows(outbox, settings.server.origin, settings.invitations),
        resolver=domains.resolver,
        domains=domains,
    )
