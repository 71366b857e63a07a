"""The page of an invitation, and its two forms: to prove the address, and to accept."""

from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gatepass.gate.pages.people import shown
from gatepass.gate.pages.visits import Visit, see, with_cookies
from gatepass.invitations.flows import InvitationFlows, note_refusal
from gatepass.invitations.model import PAGE, Invitation, Opened, Refusal, Refused
from gatepass.organizations.model import Organization
from gatepass.provider.authorization.flows import AuthorizationFlows
from gatepass.provider.authorization.model import Browser
from gatepass.provider.clients.flows import Bounds
from gatepass.web.invitations.frame import Frame, Sight
from gatepass.web.invitations.token_cookie import TokenCookie, page_of

_SIGN_IN: Final = f"{PAGE}/sign-in"
_TOKEN: Final = "token"  # noqa: S105 - the name of a field
_ACCOUNT: Final = "account"
_HOME: Final = "/account"
_GONE: Final = 410
# A refusal that has words of its own, and with which status the page says them.
_OVER: Final = {
    Refusal.UNKNOWN: ("unknown", 404),
    Refusal.EXPIRED: ("expired", _GONE),
    Refusal.REVOKED: ("revoked", _GONE),
    Refusal.ACCEPTED: ("accepted", _GONE),
    Refusal.ORGANIZATION_GONE: ("revoked", _GONE),
    Refusal.NOT_ADMITTED: ("not_admitted", 403),
    Refusal.LAPSED: ("lapsed", 403),
    Refusal.SHUT_OUT: ("shut_out", 403),
}
# What is found out only where somebody accepts, so that no look would show it again.
_AT_ACCEPTANCE: Final = frozenset({Refusal.NOT_ADMITTED, Refusal.LAPSED})


@dataclass(frozen=True, slots=True)
class InvitationPages:
    """Shows an invitation, and takes what its reader decides.

    Args:
        frame: reads and renders.
        flows: accept.
        authorization: lets the page wait until somebody signs in.
        bounds: count who is sent to sign in.
        cookie: keeps the token meanwhile.
    """

    frame: Frame
    flows: InvitationFlows
    authorization: AuthorizationFlows
    bounds: Bounds
    cookie: TokenCookie

    def routes(self) -> list[Route]:
        """Return this part's pages."""
        return [
            Route(PAGE, self.open, methods=["GET"]),
            Route(PAGE, self.accept, methods=["POST"]),
            Route(_SIGN_IN, self.sign_in, methods=["POST"]),
            Route(page_of("{invitation_id}"), self.come_back, methods=["GET"]),
        ]

    async def open(self, request: Request) -> Response:
        """Show the invitation of the mailed link."""
        return await self._show(self.frame.visits.read(request), request.query_params.get(_TOKEN, ""))

    async def come_back(self, request: Request) -> Response:
        """Show it to somebody who has just signed in for it, or accepted it."""
        visit = self.frame.visits.read(request)
        return await self._show(visit, self.cookie.read(visit.headers))

    async def sign_in(self, request: Request) -> Response:
        """Let the page wait until the invited address is proven."""
        visit = self.frame.visits.read(request)
        form = await self.frame.visits.read_form(request, visit.browser_hash)
        token = form.get(_TOKEN, "")
        sight = await self.frame.see(visit, token)
        if not isinstance(sight.found, Opened):
            return await self._show(visit, token)
        invitation = sight.found.invitation
        kept = self.cookie.header(invitation.id, token)
        if sight.reader is not None:
            return with_cookies(see(page_of(invitation.id)), kept)
        self.bounds.charge_visit(visit.origin.network, "invitation")
        browser = Browser(visit.browser_hash, visit.session_hash, visit.origin)
        outcome = await self.authorization.begin_own(
            page_of(invitation.id), browser, max_age=None, address=invitation.email
        )
        return with_cookies(see(outcome.path), kept)

    async def accept(self, request: Request) -> Response:
        """Make the reader a member; a page of its own then says so, however often it is loaded."""
        visit = self.frame.visits.read(request)
        form = await self.frame.visits.read_form(request, visit.browser_hash)
        token, at = form.get(_TOKEN, ""), self.frame.clock.now()
        sight = await self.frame.see(visit, token)
        account = next((one for one in sight.accounts if one.session.id == form.get(_ACCOUNT, "")), None)
        if account is None:
            return await self._show(visit, token)
        user_id = account.user.id
        outcome = await self.frame.database.transact(lambda tx: self.flows.accept(tx, token, user_id, at, visit.origin))
        if isinstance(outcome, Refused) and outcome.reason in _AT_ACCEPTANCE:
            return self._over(visit, sight, outcome)
        if outcome.invitation is None or isinstance(outcome, Refused):
            return await self._show(visit, token)
        kept = self.cookie.header(outcome.invitation.id, token)
        return with_cookies(see(page_of(outcome.invitation.id)), kept)

    async def _show(self, visit: Visit, unverified_token: str) -> Response:
        sight = await self.frame.see(visit, unverified_token)
        found = sight.found
        if isinstance(found, Refused):
            return self._over(visit, sight, found)
        if sight.is_shut_out:
            return self._over(visit, sight, Refused(Refusal.SHUT_OUT, found.invitation, found.organization))
        hidden = {_TOKEN: unverified_token}
        if sight.reader is not None:
            hidden[_ACCOUNT] = sight.reader.session.id
            return self._view(visit, sight, "accept", hidden=hidden, action=PAGE, account=shown(sight.reader.user))
        if not sight.accounts:
            return self._view(visit, sight, "sign_in", hidden=hidden, action=_SIGN_IN)
        # Each look of a stranger is written down; nobody fills the record by looking.
        self.bounds.charge_visit(visit.origin.network, "invitation")
        stranger, at = sight.accounts[0].user, self.frame.clock.now()
        await self.frame.database.transact(
            lambda tx: note_refusal(tx, found, Refusal.OTHER_ADDRESS, stranger.id, at, visit.origin)
        )
        return self._view(visit, sight, "other", hidden=hidden, action=_SIGN_IN, account=shown(stranger))

    def _over(self, visit: Visit, sight: Sight, refused: Refused) -> Response:
        invitation = refused.invitation
        is_own = invitation is not None and any(one.user.id == invitation.accepted_by for one in sight.accounts)
        if refused.reason is Refusal.ACCEPTED and is_own:
            home = sight.application.oauth.home_url if sight.application is not None else ""
            return self._view(visit, sight, "joined", home_url=home or _HOME, has_application=bool(home))
        view, status = _OVER[refused.reason]
        return self._view(visit, sight, view, status=status)

    def _view(
        self, visit: Visit, sight: Sight, view: str, *, hidden: dict[str, str] | None = None, **context: Any
    ) -> Response:
        organization = sight.found.organization
        told = _told(sight.invitation, organization)
        return self.frame.show(visit, sight, hidden=hidden or {}, view=view, **told, **context)


def _told(invitation: Invitation | None, organization: Organization | None) -> dict[str, Any]:
    """Return what the page says of an invitation: of the address only so much as its owner needs to know it."""
    if invitation is None:
        return {"organization": None, "inviter": None, "invited": None}
    return {
        "organization": None if organization is None else organization.display_name or organization.name,
        "logo_url": None if organization is None else organization.branding.logo_url or None,
        "inviter": {"name": invitation.inviter.shown, "email": invitation.inviter.email},
        "description": invitation.description or None,
        "invited": invitation.masked_email,
        "until": invitation.expires_at,
    }
