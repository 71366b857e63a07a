"""The profile: names and language."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from gatepass.gate.pages.languages import LANGUAGES, N_
from gatepass.gate.pages.visits import see
from gatepass.kit.db import Tx
from gatepass.kit.problems import Problem
from gatepass.users.flows import change_profile
from gatepass.users.model import Profile, User
from gatepass.web.account import model
from gatepass.web.account.door import Door
from gatepass.web.account.signed import Signed

_SERVER_FAULT = 500


@dataclass(frozen=True, slots=True)
class ProfilePage:
    """Shows the profile and takes its changes."""

    door: Door

    async def show(self, request: Request) -> Response:
        """Show what applications may learn about the person."""
        signed = await self.door.open(request)
        if isinstance(signed, Response):
            return signed
        notice = {"kind": "success", "text": N_("Saved.")} if "saved" in request.query_params else None
        return await self._render(signed, _profile_of(signed.user), notice=notice)

    async def change(self, request: Request) -> Response:
        """Write what the person says about themselves."""
        entered = await self.door.enter(request)
        if isinstance(entered, Response):
            return entered
        signed, form = entered
        locale = form.get("locale", "")
        first_name, last_name = (form.get(name, "").strip() for name in ("given_name", "family_name"))
        profile = Profile(first_name, last_name, locale if locale in LANGUAGES else "")
        at = self.door.clock.now()

        async def body(tx: Tx) -> User:
            return await change_profile(tx, signed.user, profile, at, signed.visit.origin)

        try:
            await self.door.database.transact(body)
        except Problem as problem:
            if problem.status >= _SERVER_FAULT:
                raise
            return await self._render(
                signed, profile, notice={"kind": "danger", "text": problem.title}, status=problem.status
            )
        return see(signed.address(model.OVERVIEW, saved="1"))

    async def _render(
        self, signed: Signed, profile: Profile, *, notice: dict[str, str] | None, status: int = 200
    ) -> Response:
        shown = {
            "given_name": profile.first_name,
            "family_name": profile.last_name,
            "locale": profile.locale,
            "address": signed.user.contact,
            "is_verified": (signed.user.email_verified_at if signed.user.email else signed.user.phone_verified_at)
            is not None,
        }
        return await self.door.show(
            signed,
            "account/overview.html",
            status=status,
            profile=shown,
            languages=list(LANGUAGES.values()),
            action=model.OVERVIEW,
            notice=notice,
        )


def _profile_of(user: User) -> Profile:
    return Profile(user.first_name, user.last_name, user.locale)
