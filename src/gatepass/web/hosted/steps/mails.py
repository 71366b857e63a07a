"""Which mail the first page sends: a link with a code, or a code alone, as the application offers."""

from dataclasses import dataclass
from datetime import datetime

from gatepass.applications.model import Application
from gatepass.gate.answers.refusals import login_problem
from gatepass.kit.mail.addresses import EmailAddress
from gatepass.login.model import Attempt, Refusal, Refused
from gatepass.methods.magic_link.flows import METHOD as BY_LINK
from gatepass.methods.magic_link.flows import MagicLinkFlows
from gatepass.methods.magic_link.model import Visitor
from gatepass.methods.one_time_code.flows import METHOD as BY_CODE
from gatepass.methods.one_time_code.flows import CodeFlows
from gatepass.methods.one_time_code.model import Asker
from gatepass.methods.one_time_code.queries import newest_mail_of
from gatepass.web.hosted.stage import Scene


def carries_link(application: Application) -> bool:
    """Tell whether the application's sign-in mail carries a link; its code stands beside it then."""
    return BY_LINK in application.methods.offered


def sends_mail(application: Application) -> bool:
    """Tell whether somebody can sign in to the application by a mail at all."""
    return carries_link(application) or BY_CODE in application.methods.offered


@dataclass(frozen=True, slots=True)
class SignInMails:
    """Sends the mail of a sign-in on our pages, and sends it anew.

    Args:
        links: mails a link and a code.
        codes: mails a code alone, and judges every code.
    """

    links: MagicLinkFlows
    codes: CodeFlows

    async def send(self, scene: Scene, address: EmailAddress) -> str:
        """Begin an attempt, send its mail, and return the id of the attempt.

        Raises:
            Problem: the application lets nobody in by mail (`method_closed`, 403).
        """
        application = scene.application
        if carries_link(application):
            return (await self.links.request(application, address, _visitor(scene), wants_match=True)).attempt_id
        if not sends_mail(application):
            raise login_problem(Refused(Refusal.METHOD_CLOSED))
        return (await self.codes.request(application, address, _asker(scene))).attempt_id

    async def send_again(self, scene: Scene, attempt: Attempt) -> Refused | None:
        """Send the mail of an attempt anew."""
        visit, language = scene.visit, scene.language.tag
        if attempt.method == BY_CODE:
            return await self.codes.resend_for(scene.application, attempt.id, _asker(scene), visit.origin)
        return await self.links.resend_for(scene.application, attempt.id, visit.origin, visit.host, language)

    async def newest_of(self, attempt: Attempt, application: Application) -> datetime:
        """Return when the newest mail of an attempt was sent."""
        if attempt.method == BY_CODE:
            sent_at = await self.codes.database.read(lambda tx: newest_mail_of(tx, attempt))
            return sent_at or attempt.created_at
        # A mail with a link moves the end of its attempt, so that tells when.
        return attempt.expires_at - application.magic_link.lifetime


def _visitor(scene: Scene) -> Visitor:
    visit = scene.visit
    origin = visit.origin
    return Visitor(visit.browser_hash, origin.network, origin.user_agent, visit.host, scene.language.tag)


def _asker(scene: Scene) -> Asker:
    visit = scene.visit
    origin = visit.origin
    # The code is typed on our own page, whatever page led there.
    return Asker(visit.browser_hash, origin.network, origin.user_agent, visit.host, "", scene.language.tag)
