"""The doors of the provider: what applications talk to."""

from gatepass.app.house import House, hospitality_of
from gatepass.gate.model import Endpoint
from gatepass.gate.pages.rendering import PageRenderer
from gatepass.provider.authorization.reading import RequestReader
from gatepass.provider.authorization.responding import Responder
from gatepass.provider.authorization.routes import AuthorizationRoutes, PushRoutes
from gatepass.provider.grants.authorization_code import AuthorizationCodes
from gatepass.provider.grants.client_credentials import ClientCredentials
from gatepass.provider.grants.device_code import DeviceCodes
from gatepass.provider.grants.model import GrantHandler
from gatepass.provider.grants.pipeline import TokenPipeline
from gatepass.provider.grants.refresh_token import RefreshTokens
from gatepass.provider.grants.token_exchange import TokenExchange
from gatepass.provider.logout.flows import WishReader
from gatepass.provider.registration.flows import RegistrationFlows
from gatepass.provider.registration.routes import RegistrationRoutes


def token_pipeline(house: House) -> TokenPipeline:
    """Return the token endpoint's pipeline, with every grant that there is."""
    database, tokens = house.foundations.database, house.tokens
    handlers: list[GrantHandler] = [
        AuthorizationCodes(database, tokens, house.authorization),
        RefreshTokens(database, tokens),
        ClientCredentials(database, tokens),
        DeviceCodes(database, tokens, house.devices),
        TokenExchange(database, tokens),
    ]
    return TokenPipeline(house.clients, house.proofs, tokens, {handler.key: handler for handler in handlers})


def authorization_doors(house: House, pages: PageRenderer) -> list[Endpoint]:
    """Return where applications send people, and where they push what they will ask for."""
    foundations = house.foundations
    provider = foundations.settings.provider
    reader = RequestReader(foundations.database, foundations.clock, house.tokens, house.clients.key_sets, provider)
    front = AuthorizationRoutes(
        house.authorization, reader, house.clients.directory, Responder(pages), house.limits, house.is_https
    )
    return [*front.endpoints(), *PushRoutes(house.clients, house.proofs, reader).endpoints()]


def registration_doors(house: House) -> list[Endpoint]:
    """Return where clients register themselves; nothing where the operator does not let them."""
    settings = house.foundations.settings
    if not settings.provider.registers_clients:
        return []
    flows = RegistrationFlows(
        house.foundations.database, house.foundations.clock, house.applications, house.tokens, hospitality_of(settings)
    )
    return RegistrationRoutes(flows, house.clients.bounds, house.public_url).endpoints()


def wishes(house: House) -> WishReader:
    """Return what judges a wish to sign out, the same at the endpoint and on the page."""
    return WishReader(house.applications, house.tokens, house.foundations.key_ring, house.foundations.clock)
