"""The sign-in pages, each at its address."""

from dataclasses import dataclass
from typing import Final

from starlette.routing import Route

from gatepass.gate.cookies import DeviceCookie
from gatepass.gate.model import Endpoint
from gatepass.gate.pages.languages import N_
from gatepass.methods.magic_link.flows import MagicLinkFlows
from gatepass.methods.one_time_code.flows import CodeFlows
from gatepass.methods.passkey.flows import PasskeyFlows
from gatepass.methods.sms_code.flows import SmsFlows
from gatepass.mfa.flows import MfaFlows
from gatepass.protection.flows import Limiter, Occupancy
from gatepass.protection.model import SignInLimits
from gatepass.provider.logout.flows import LogoutFlows
from gatepass.sessions.flows import SessionSettings
from gatepass.web.hosted import model
from gatepass.web.hosted.events import SignInEvents
from gatepass.web.hosted.model import Offer
from gatepass.web.hosted.onward import OnwardPage
from gatepass.web.hosted.signed_out import SignedOutPage
from gatepass.web.hosted.stage import Stage
from gatepass.web.hosted.steps.accounts import ChooserPage
from gatepass.web.hosted.steps.consent import ConsentPage
from gatepass.web.hosted.steps.factor import FactorPage
from gatepass.web.hosted.steps.identifier import IdentifierPage
from gatepass.web.hosted.steps.inbox import InboxPage
from gatepass.web.hosted.steps.mails import SignInMails
from gatepass.web.hosted.steps.passkey import PasskeyPage
from gatepass.web.hosted.steps.phone import PhonePages
from gatepass.web.hosted.steps.upgrade import UpgradePage

_SIGN_IN_AGAIN: Final = "/account"


@dataclass(frozen=True, slots=True)
class HostedPages:
    """All the sign-in pages.

    Args:
        stage: sets the scene of each.
        links: sends and judges the mail's link.
        codes: judges the mail's code.
        passkeys: judge and make passkeys.
        sms: sends and judges the code of a message.
        mfa: takes people through the second step.
        limiter: counts what is tried.
        limits: how often it may be.
        sessions: how long a browser stays signed in.
        logout: ends a session.
        allow_test_domains: whether `user@app.test` will do as an address.
    """

    stage: Stage
    links: MagicLinkFlows
    codes: CodeFlows
    passkeys: PasskeyFlows
    sms: SmsFlows
    mfa: MfaFlows
    limiter: Limiter
    limits: SignInLimits
    sessions: SessionSettings
    logout: LogoutFlows
    allow_test_domains: bool

    @property
    def offers(self) -> tuple[Offer, ...]:
        """Return the ways to sign in, in the order in which the first page offers them."""
        return (
            Offer(self.links, N_("Continue"), model.SIGN_IN),
            Offer(self.sms, N_("Use your phone"), model.PHONE),
        )

    def routes(self) -> list[Route]:
        """Return this part's pages."""
        stage, limiter, limits = self.stage, self.limiter, self.limits
        upgrade = UpgradePage(stage, self.passkeys, self.sessions.fresh)
        onward = OnwardPage(stage, self.sessions.absolute, upgrade)
        mails = SignInMails(self.links, self.codes)
        identifier = IdentifierPage(stage, mails, limiter, limits, self.offers, self.allow_test_domains)
        inbox = InboxPage(stage, mails, limiter, limits)
        chooser, consent = ChooserPage(stage, onward, self.logout), ConsentPage(stage, onward)
        signed_out = SignedOutPage(stage, self.sessions.idle, _SIGN_IN_AGAIN)
        return [
            Route(model.SIGN_IN, identifier.show, methods=["GET"]),
            Route(model.SIGN_IN, identifier.send, methods=["POST"]),
            Route(model.CHECK_INBOX, inbox.show, methods=["GET"]),
            Route(model.CODE, inbox.prove, methods=["POST"]),
            Route(model.RESEND, inbox.resend, methods=["POST"]),
            *PhonePages(stage, self.sms, limiter, limits).routes(),
            *PasskeyPage(stage, self.passkeys, identifier, limiter, limits).routes(),
            *upgrade.routes(),
            *FactorPage(stage, self.mfa, DeviceCookie(stage.visits.browser.is_https), limiter, limits).routes(),
            Route(model.CONTINUE, onward.go_on, methods=["GET"]),
            Route(model.CHOOSE_ACCOUNT, chooser.show, methods=["GET"]),
            Route(model.CHOOSE_ACCOUNT, chooser.choose, methods=["POST"]),
            Route(model.CONSENT, consent.show, methods=["GET"]),
            Route(model.CONSENT, consent.decide, methods=["POST"]),
            Route(model.SIGNED_OUT, signed_out.show, methods=["GET"]),
        ]

    def endpoints(self, occupancy: Occupancy) -> list[Endpoint]:
        """Return this part's rows of the endpoint table.

        Args:
            occupancy: counts who waits in this process, by whatever door.
        """
        return SignInEvents(self.stage, self.links.login.signals, self.limits, occupancy).endpoints()
