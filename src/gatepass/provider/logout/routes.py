"""The logout endpoint: where an application sends a browser to sign out (RP-Initiated Logout 1.0 §2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

import msgspec

from gatepass.gate.cookies import SessionCookie
from gatepass.gate.model import Call, Charge, Endpoint, Face, Reply
from gatepass.protection.model import SignInLimits, network_key
from gatepass.provider.logout.flows import LogoutFlows, WishReader
from gatepass.provider.logout.model import LOGOUT_PATHS, PAGE, SIGNED_OUT, Ask, Wish

_SUMMARY: Final = "Sign a browser out, after asking its person unless an id token vouches for it"


class LogoutQuery(msgspec.Struct, omit_defaults=True):
    """What the endpoint takes; documented here, read one by one."""

    id_token_hint: str = ""
    client_id: str = ""
    post_logout_redirect_uri: str = ""
    state: str = ""
    logout_hint: str = ""
    ui_locales: str = ""


@dataclass(frozen=True, slots=True)
class LogoutRoutes:
    """Parses, calls, and sends the browser on.

    Args:
        flows: end sessions.
        wishes: read what is asked for.
        cookie: by which a browser is signed in.
        limits: how often it may be asked.
    """

    flows: LogoutFlows
    wishes: WishReader
    cookie: SessionCookie
    limits: SignInLimits

    def endpoints(self) -> list[Endpoint]:
        """Return this slice's rows of the endpoint table."""
        return [self._endpoint("GET"), self._endpoint("POST")]

    async def ask(self, call: Call[None, None]) -> Reply:
        """Sign out where that is vouched for; otherwise go to the page that asks."""
        return await self._sign_out(call, await self.wishes.read(call.parameters))

    async def ask_by_form(self, call: Call[None, None]) -> Reply:
        """Do the same for a form of the application's page.

        A browser sends no cookie with such a form (`SameSite=Lax`), so it is sent on to a page of ours, with one.
        """
        wish = await self.wishes.read(call.parameters)
        if self.cookie.read_hash(call.headers) is None:
            return self._to_page(wish)
        return await self._sign_out(call, wish)

    async def _sign_out(self, call: Call[None, None], wish: Wish) -> Reply:
        held = self.cookie.read_hash(call.headers)
        new_hash, renewed = self.cookie.fresh(int(self.flows.absolute.total_seconds()))
        outcome = await self.flows.begin(wish, held, new_hash, call.origin)
        if isinstance(outcome, Ask) or (wish.return_uri and not outcome.return_uri):
            return self._to_page(wish)
        cookie = renewed if outcome.has_others else self.cookie.clear()
        return Reply.redirect(outcome.return_uri or SIGNED_OUT, headers=(cookie,))

    def _to_page(self, wish: Wish) -> Reply:
        return Reply.redirect(f"{PAGE}?{urlencode({'request': self.wishes.seal(wish)})}")

    def _endpoint(self, method: str) -> Endpoint:
        is_form = method == "POST"
        return Endpoint(
            name="logout_form" if is_form else "logout",
            method=method,
            paths=LOGOUT_PATHS,
            handler=self.ask_by_form if is_form else self.ask,
            summary=f"{_SUMMARY}{', in the body of a form' if is_form else ''} (OpenID RP-Initiated Logout 1.0).",
            query=None if is_form else LogoutQuery,
            body=LogoutQuery if is_form else None,
            answer="text/html",
            charges=self._charges,
            face=Face.PAGE,
            tag="Pages",
            takes_parameters=True,
            status=303,
            is_cross_origin=False,
        )

    def _charges(self, call: Call[None, None]) -> Sequence[Charge]:
        return ((self.limits.authorize_per_network, network_key(call.network)),)
