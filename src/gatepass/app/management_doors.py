"""The doors of the management API, and who watches them."""

from gatepass.api.access.api_keys import ApiKeyRoutes
from gatepass.api.access.operators import OperatorRoutes
from gatepass.api.access.permissions import PermissionRoutes
from gatepass.api.access.roles import RoleRoutes
from gatepass.api.applications.changes import ApplicationChanges
from gatepass.api.applications.routes import ApplicationRoutes
from gatepass.api.domains.asking import AskRoutes
from gatepass.api.domains.routes import DomainRoutes
from gatepass.api.events.integrity import IntegrityRoutes
from gatepass.api.events.routes import EventRoutes
from gatepass.api.events.streams import StreamRoutes
from gatepass.api.impersonation.routes import ImpersonationRoutes
from gatepass.api.invitations.desk import Desk
from gatepass.api.invitations.routes import InvitationRoutes
from gatepass.api.organizations.colleagues import ColleagueRoutes
from gatepass.api.organizations.desk import OrganizationDesk
from gatepass.api.organizations.domains import OrganizationDomainRoutes
from gatepass.api.organizations.members import MemberRoutes
from gatepass.api.organizations.routes import OrganizationRoutes
from gatepass.api.organizations.team import TeamDesk
from gatepass.api.organizations.tenants import TenantRoutes
from gatepass.api.templates.desk import Desk as TemplateDesk
from gatepass.api.templates.routes import TemplateRoutes
from gatepass.api.users.desk import UserDesk
from gatepass.api.users.mfa.authenticators import UserAuthenticators
from gatepass.api.users.routes import UserRoutes
from gatepass.api.webhooks.desk import WebhookDesk
from gatepass.api.webhooks.log_routes import DeliveryRoutes
from gatepass.api.webhooks.routes import WebhookRoutes
from gatepass.app.event_streams import streams_of
from gatepass.app.house import House
from gatepass.gate.cookies import SessionCookie
from gatepass.gate.management.bearers import Bearers
from gatepass.gate.management.bounds import ManagementBounds
from gatepass.gate.management.operators import OperatorSessions
from gatepass.gate.management.principals import Principals
from gatepass.gate.management.repeats import Repeats
from gatepass.gate.model import Endpoint
from gatepass.gate.phases import Gatekeeper
from gatepass.methods.backup_code import flows as backup_code
from gatepass.methods.passkey import jobs as passkey
from gatepass.methods.totp import flows as totp


def gatekeeper(house: House, own_origins: frozenset[bytes]) -> Gatekeeper:
    """Return what takes every request through its phases.

    Args:
        house: the parts of the server.
        own_origins: the server's own origins, whose pages may call every endpoint.
    """
    foundations = house.foundations
    database, clock = foundations.database, foundations.clock
    cookie = SessionCookie(house.is_https)
    sessions = foundations.settings.sessions
    principals = Principals(
        database,
        Bearers(database, clock, house.tokens, house.applications, house.key_uses),
        OperatorSessions(database, clock, cookie, sessions),
        ManagementBounds(house.limiter, house.limits, database, clock),
    )
    repeats = Repeats(database, clock, foundations.key_ring)
    return Gatekeeper(house.applications, house.limiter, own_origins, principals, repeats)


def management_doors(house: House) -> list[Endpoint]:
    """Return every endpoint of the management API."""
    foundations = house.foundations
    changes = ApplicationChanges(foundations.database, foundations.clock, house.applications, house.tokens)
    is_dev = foundations.settings.server.dev
    desk = Desk(foundations.database, foundations.clock, house.invitations, is_dev)
    webhooks = WebhookDesk(foundations.database, foundations.clock, house.webhooks)
    people = UserDesk(foundations.database, foundations.clock, house.logout.doorbell, is_dev)
    return [
        *UserRoutes(people).endpoints(),
        *UserAuthenticators(
            people, house.authenticators, (totp.forget_user, backup_code.forget_user, passkey.forget_user)
        ).endpoints(),
        *EventRoutes(foundations.database).endpoints(),
        *IntegrityRoutes(foundations.database, house.public_url).endpoints(),
        *StreamRoutes(foundations.database, foundations.clock, streams_of(house)).endpoints(),
        *ApplicationRoutes(changes).endpoints(),
        *TemplateRoutes(TemplateDesk(foundations.database, foundations.clock, house.outbox, is_dev)).endpoints(),
        *DomainRoutes(house.domains).endpoints(),
        *AskRoutes(foundations.database, foundations.settings.domains.ask_networks).endpoints(),
        *RoleRoutes(foundations.database, foundations.clock).endpoints(),
        *PermissionRoutes(foundations.database, foundations.clock).endpoints(),
        *ApiKeyRoutes(foundations.database, foundations.clock).endpoints(),
        *OperatorRoutes(foundations.database, foundations.clock).endpoints(),
        *ImpersonationRoutes(house.impersonations).endpoints(),
        *InvitationRoutes(desk, house.applications).endpoints(),
        *WebhookRoutes(webhooks).endpoints(),
        *DeliveryRoutes(webhooks).endpoints(),
        *organization_doors(house),
    ]


def organization_doors(house: House) -> list[Endpoint]:
    """Return the doors of organizations, of their domains and of their members."""
    database, clock = house.foundations.database, house.foundations.clock
    desk, team = OrganizationDesk(database, clock), TeamDesk(database, clock)
    return [
        *OrganizationRoutes(desk).endpoints(),
        *OrganizationDomainRoutes(database, clock, house.resolver).endpoints(),
        *MemberRoutes(team).endpoints(),
        *TenantRoutes(desk, team).endpoints(),
        *ColleagueRoutes(desk, team).endpoints(),
    ]
