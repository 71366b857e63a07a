"""The chooser: which of the browser's accounts goes on."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from gatepass.gate.pages.languages import N_
from gatepass.gate.pages.people import shown
from gatepass.gate.pages.visits import see, with_cookies
from gatepass.provider.logout.flows import LogoutFlows
from gatepass.web.hosted import model
from gatepass.web.hosted.onward import OnwardPage
from gatepass.web.hosted.stage import Scene, Stage


@dataclass(frozen=True, slots=True)
class ChooserPage:
    """Lets a person choose an account, or sign one out."""

    stage: Stage
    onward: OnwardPage
    logout: LogoutFlows

    async def show(self, request: Request) -> Response:
        """Show the accounts that the browser is signed in to."""
        scene = await self.stage.open(request)
        if isinstance(scene, Response):
            return scene
        accounts = [{"id": account.session.id, **shown(account.user)} for account in scene.waiting.accounts]
        has_removed = "removed" in request.query_params
        return self.stage.show(
            scene,
            "hosted/choose_account.html",
            accounts=accounts,
            action=model.CHOOSE_ACCOUNT,
            other_url=scene.address(model.SIGN_IN, another="1"),
            notice={"kind": "success", "text": N_("Signed out of that account.")} if has_removed else None,
        )

    async def choose(self, request: Request) -> Response:
        """Go on with an account, or sign one out."""
        entered = await self.stage.enter(request)
        if isinstance(entered, Response):
            return entered
        scene, form = entered
        if "remove" in form:
            return await self._remove(scene, form["remove"])
        if not await self.stage.flows.choose(scene.handle, scene.browser, form.get("account", "")):
            # Signed out in the meantime, or never here: show what there is.
            return see(scene.address(model.CHOOSE_ACCOUNT))
        return await self.onward.leave(scene)

    async def _remove(self, scene: Scene, unverified_id: str) -> Response:
        accounts = scene.waiting.accounts
        account = next((one for one in accounts if one.session.id == unverified_id), None)
        back = see(scene.address(model.CHOOSE_ACCOUNT, **({"removed": "1"} if account else {})))
        if account is None:
            return back
        await self.logout.end_session(account.user.id, account.session.id, scene.visit.origin)
        return with_cookies(back, self.stage.visits.session.clear()) if len(accounts) == 1 else back
