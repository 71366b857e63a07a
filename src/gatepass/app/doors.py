"""Every door of the house, in the endpoint table or among the pages."""

from urllib.parse import urlsplit

from gatepass.app.house import House
from gatepass.app.management_doors import gatekeeper, management_doors
from gatepass.app.provider_doors import authorization_doors, registration_doors, token_pipeline, wishes
from gatepass.gate.browsers import BrowserCookie
from gatepass.gate.cookies import SessionCookie
from gatepass.gate.description.document import Description
from gatepass.gate.headers import StandingHeaders, standing_headers
from gatepass.gate.health import HealthRoutes
from gatepass.gate.hosts import HostList
from gatepass.gate.management.freshness import Freshness
from gatepass.gate.model import Endpoint
from gatepass.gate.pages.csrf import CsrfTokens
from gatepass.gate.pages.rendering import PageRenderer
from gatepass.gate.pages.site import Site, StatusNote
from gatepass.gate.pages.visits import Visits
from gatepass.gate.server import Gate, Table
from gatepass.login.model import Method
from gatepass.methods.backup_code.routes import BackupCodeRoutes
from gatepass.methods.magic_link.pages import LandingPages
from gatepass.methods.magic_link.routes import MagicLinkRoutes
from gatepass.methods.magic_link.waiting import Waiting
from gatepass.methods.one_time_code.routes import CodeRoutes
from gatepass.methods.passkey.routes import PasskeyRoutes
from gatepass.methods.password.pages import ResetPages
from gatepass.methods.password.routes import PasswordRoutes
from gatepass.methods.sms_code.routes import SmsRoutes
from gatepass.mfa.routes import MfaRoutes
from gatepass.protection.flows import Occupancy
from gatepass.provider.devices.routes import DeviceRoutes
from gatepass.provider.discovery.routes import DiscoveryRoutes
from gatepass.provider.grants.flows import GrantFlows
from gatepass.provider.grants.hosted_routes import HostedGrantRoutes
from gatepass.provider.grants.routes import TokenRoutes
from gatepass.provider.introspection.flows import IntrospectionFlows
from gatepass.provider.introspection.routes import IntrospectionRoutes
from gatepass.provider.logout.routes import LogoutRoutes
from gatepass.web.account.door import Door, Terms
from gatepass.web.account.pages import AccountPages
from gatepass.web.account.security.authenticator_app import AuthenticatorAppSection
from gatepass.web.account.security.backup_codes import BackupCodesSection
from gatepass.web.account.security.page import SecurityPages
from gatepass.web.account.security.passkeys import PasskeysSection
from gatepass.web.account.security.sections import Section
from gatepass.web.development.pages import DevelopmentPages
from gatepass.web.hosted.alone import Alone
from gatepass.web.hosted.device import DevicePage
from gatepass.web.hosted.pages import HostedPages
from gatepass.web.hosted.sign_out import SignOutPage
from gatepass.web.hosted.stage import Stage
from gatepass.web.impersonation.banner import Banner
from gatepass.web.impersonation.pages import ImpersonationPages
from gatepass.web.invitations.frame import Frame
from gatepass.web.invitations.pages import InvitationPages
from gatepass.web.invitations.token_cookie import TokenCookie
from gatepass.web.widget.routes import WidgetRoutes

_HOME = "/account"


Rooms = tuple[HostedPages, AccountPages, DevicePage, SignOutPage, InvitationPages, ImpersonationPages]


def visits_of(house: House) -> Visits:
    """Return what reads who opens a page."""
    csrf = CsrfTokens(house.foundations.key_ring)
    return Visits(BrowserCookie(house.is_https), SessionCookie(house.is_https), csrf)


def sections(house: House, door: Door) -> tuple[Section, ...]:
    """Return the sections of the security page, in their order."""
    return (
        PasskeysSection(door, house.passkeys, house.passkey_holdings),
        AuthenticatorAppSection(door, house.totp),
        BackupCodesSection(door, house.backup_codes),
    )


def rooms(house: House, pages: PageRenderer) -> Rooms:
    """Return the pages on which people sign in and look after their accounts."""
    settings, database, clock = house.foundations.settings, house.foundations.database, house.foundations.clock
    visits = visits_of(house)
    stage = Stage(house.authorization, house.applications, visits, pages, database, clock)
    sessions, logout = settings.sessions, house.logout
    terms = Terms(sessions.idle, sessions.fresh)
    door = Door(house.authorization, house.applications, visits, pages, database, clock, terms, house.clients.bounds)
    hosted = HostedPages(
        stage,
        house.links,
        house.codes,
        house.passkeys,
        house.sms,
        house.mfa,
        house.limiter,
        house.limits,
        sessions,
        logout,
        settings.server.dev,
    )
    alone, places = Alone(stage, sessions.idle), house.links.mailer.places
    sign_out = SignOutPage(alone, logout, wishes(house), _HOME)
    account = AccountPages(door, places, logout, SecurityPages(door, house.authenticators, sections(house, door)))
    device = DevicePage(alone, house.devices, places, house.clients.bounds)
    frame = Frame(visits, pages, house.applications, database, clock, sessions.idle)
    cookie = TokenCookie(house.is_https)
    invitations = InvitationPages(frame, house.invitations, house.authorization, house.clients.bounds, cookie)
    acting = ImpersonationPages(house.impersonations, visits, pages, house.applications, sessions.absolute)
    return hosted, account, device, sign_out, invitations, acting


def method_doors(house: House) -> list[Endpoint]:
    """Return the rows of the ways to sign in and of the second step, but for the mailed link."""
    foundations, cookie, limits = house.foundations, BrowserCookie(house.is_https), house.limits
    is_dev, passwords = foundations.settings.server.dev, house.passwords
    freshness = Freshness(foundations.database, foundations.clock, foundations.settings.sessions.fresh)
    return [
        *MfaRoutes(house.mfa, cookie, limits).endpoints(),
        *BackupCodeRoutes(house.backup_codes, freshness, foundations.database, foundations.clock).endpoints(),
        *CodeRoutes(house.codes, limits, is_dev).endpoints(),
        *PasswordRoutes(passwords.sign_ins, passwords.resets, passwords.changes, limits, is_dev).endpoints(),
        *SmsRoutes(house.sms, cookie, limits).endpoints(),
        *PasskeyRoutes(house.passkeys, house.passkey_holdings, freshness, cookie, limits).endpoints(),
    ]


def ways_of(house: House) -> tuple[Method, ...]:
    """Return every way to sign in that this server knows."""
    return house.links, house.codes, house.passkeys, house.sms, house.passwords.sign_ins


def endpoints(house: House, pages: PageRenderer, built: Rooms | None = None) -> list[Endpoint]:
    """Return the whole endpoint table.

    Args:
        house: the parts of the server.
        pages: renders what is shown.
        built: the rooms that the gate has built already; None builds them.
    """
    hosted = (built or rooms(house, pages))[0]
    foundations = house.foundations
    waiting = Waiting(foundations.database, foundations.clock, house.login)
    pipeline = token_pipeline(house)
    grants = GrantFlows(foundations.database, foundations.clock, house.tokens, house.authorization)
    occupancy = Occupancy()
    links = MagicLinkRoutes(
        house.links,
        waiting,
        BrowserCookie(house.is_https),
        pages,
        house.limits,
        foundations.settings.server.dev,
        occupancy,
    )
    doors = [
        *links.endpoints(),
        *method_doors(house),
        *hosted.endpoints(occupancy),
        *HostedGrantRoutes(grants, house.limits).endpoints(),
        *authorization_doors(house, pages),
        *registration_doors(house),
        *TokenRoutes(pipeline).endpoints(),
        *DeviceRoutes(house.devices, house.clients).endpoints(),
        *LogoutRoutes(house.logout, wishes(house), SessionCookie(house.is_https), house.limits).endpoints(),
        *IntrospectionRoutes(
            IntrospectionFlows(foundations.database, house.tokens, house.clients, house.proofs)
        ).endpoints(),
        *WidgetRoutes(house.applications, ways_of(house), house.public_url, house.domains.hosts).endpoints(),
        *management_doors(house),
        *HealthRoutes(foundations.database, foundations.clock).endpoints(),
    ]
    has_documents = foundations.settings.provider.client_documents
    doors += DiscoveryRoutes(house.tokens, doors, list(pipeline.handlers), has_documents).endpoints()
    return [*doors, *Description(doors, house.public_url).endpoints()]


def gate(house: House) -> Gate:
    """Return the server's front door."""
    headers: StandingHeaders = standing_headers(is_https=house.is_https)
    pages = PageRenderer(headers)
    server = house.foundations.settings.server
    built = rooms(house, pages)
    table = Table.of(endpoints(house, pages, built), gatekeeper(house, server.own_origins))
    landing = LandingPages(
        house.links, house.applications, BrowserCookie(house.is_https), pages, house.limiter, house.limits
    )
    resets = ResetPages(house.passwords.resets, house.applications, pages, house.limiter, house.limits)
    foundations, visits = house.foundations, visits_of(house)
    routes = [route for room in (landing, resets, *built) for route in room.routes()]
    if server.dev:
        routes += DevelopmentPages(
            house.foundations.database, house.foundations.clock, house.applications, pages, house.public_url
        ).routes()
    site = Site(pages, house.applications, server.dev).application(routes)
    own_hosts = frozenset({urlsplit(house.public_url).netloc, *server.allowed_hosts})
    hosts = HostList(own_hosts, house.domains.hosts, with_loopback=server.dev)
    site_noted = StatusNote(Banner(site, foundations.database, foundations.clock, visits), headers.api)
    return Gate(table, site_noted, house.applications, headers, hosts, logs_access=server.access_log)
