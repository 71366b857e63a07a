"""The consent: whether an application of somebody else may see what it asks for."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from gatepass.applications.model import Source
from gatepass.gate.pages.domains import document_domain
from gatepass.gate.pages.people import shown
from gatepass.gate.pages.visits import see
from gatepass.protocols.oauth2.redirects import host_of
from gatepass.provider.authorization.model import Lost, Step
from gatepass.web.hosted import model
from gatepass.web.hosted.onward import OnwardPage
from gatepass.web.hosted.stage import Scene, Stage


@dataclass(frozen=True, slots=True)
class ConsentPage:
    """Shows what an application asks for, and takes the person's answer."""

    stage: Stage
    onward: OnwardPage

    async def show(self, request: Request) -> Response:
        """Show who asks, for which account, and for what."""
        scene = await self.stage.open(request)
        if isinstance(scene, Response):
            return scene
        account = scene.waiting.account
        if scene.waiting.step is not Step.CONSENT or account is None:
            return see(scene.address(model.CONTINUE))
        return self.stage.show(
            scene,
            "hosted/consent.html",
            client=_client(scene),
            account=shown(account.user),
            scopes=list(scene.waiting.new_scopes) or ["openid"],
            switch_url=scene.address(model.CHOOSE_ACCOUNT),
            action=model.CONSENT,
        )

    async def decide(self, request: Request) -> Response:
        """Allow it or not; either way the browser goes on."""
        entered = await self.stage.enter(request)
        if isinstance(entered, Response):
            return entered
        scene, form = entered
        if form.get("decision") == "allow":
            if scene.waiting.step is Step.CONSENT:
                await self.stage.flows.allow(scene.handle, scene.browser)
            return await self.onward.leave(scene)
        refused = await self.stage.flows.refuse(scene.handle, scene.browser)
        if isinstance(refused, Lost):
            return self.stage.lost(scene.visit, scene.home_url)
        return self.onward.answer(scene, refused)


def _client(scene: Scene) -> dict[str, object]:
    """Return what a person may judge an application by; its domain is what it can't make up.

    That is where this very answer goes, for an application may have registered several addresses, and beside it where
    the document lies by which it describes itself.
    """
    application, parameters = scene.application, scene.waiting.interaction.parameters
    policy = application.oauth
    domain = host_of(parameters.redirect_uri) if parameters is not None else None
    described_at = document_domain(application)
    return {
        "name": application.name,
        "logo_url": application.branding.logo_url or None,
        "domain": domain,
        "described_at": described_at if described_at != domain else None,
        "registered_itself": policy.source is not Source.OPERATOR,
        "policy_url": policy.policy_url or None,
        "terms_url": policy.terms_url or None,
    }
