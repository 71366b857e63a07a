"""How a request waits for a person, is answered with a code, and how the code is spent."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from gatepass.applications.model import Application
from gatepass.audit.model import Origin
from gatepass.kit.clock import Clock
from gatepass.kit.db import Database, Tx, take_turn
from gatepass.kit.problems import Problem
from gatepass.login.flows import Login, OutcomeTaken
from gatepass.login.model import Refused as LoginRefused
from gatepass.login.queries import get_attempt
from gatepass.protocols.oauth2.errors import Refused as OAuthRefused
from gatepass.provider.authorization import codes, store
from gatepass.provider.authorization.membership.admission import join
from gatepass.provider.authorization.membership.policies import Ways
from gatepass.provider.authorization.model import (
    Answer,
    AuthorizationRequest,
    Browser,
    Interaction,
    Lost,
    Needed,
    Redeemed,
    Refused,
    Return,
    Step,
    Waiting,
)
from gatepass.provider.authorization.rules import Denied, Missing, Ready, failure, is_own_page, success
from gatepass.provider.authorization.settings import ProviderSettings
from gatepass.provider.authorization.waiting import (
    Asked,
    Judged,
    add_waiting,
    find_waiting,
    is_factor_wanted,
    is_same_browser,
    judge,
    keep_answer,
    next_page,
    repeated,
)
from gatepass.provider.consents import flows as consents
from gatepass.sessions.flows import SessionSettings, bind, touch
from gatepass.sessions.model import Account
from gatepass.sessions.queries import accounts_of_browser

_SPENT = OAuthRefused("invalid_request_uri", "This pushed request was used before; push another one.")


@dataclass(frozen=True, slots=True)
class AuthorizationFlows:
    """The authorization endpoint's verbs, for its routes, the hosted pages and the token endpoint."""

    database: Database
    clock: Clock
    login: Login
    settings: ProviderSettings
    sessions: SessionSettings
    ways: Ways

    async def begin(
        self,
        application: Application,
        request: AuthorizationRequest,
        browser: Browser,
        pushed_id: str | None = None,
    ) -> Answer | Needed:
        """Answer a request at once where nothing is missing, or let it wait for the person.

        Args:
            application: who asks.
            request: what passed the checks.
            browser: where the person is; it has a `browser_hash`.
            pushed_id: the pushed request that it was, which is spent when it is answered with a code.
        """
        at = self.clock.now()
        asked = Asked(request, application, pushed_id=pushed_id)

        async def body(tx: Tx) -> Answer | Needed:
            judged = await self._judge(tx, asked, None, browser, at)
            if isinstance(judged.outcome, Missing):
                return await add_waiting(tx, asked, browser, judged.outcome.step, self.settings.request_lifetime, at)
            return await self._answer(tx, asked, application, judged.outcome, at, browser.origin)

        return await self.database.transact(body)

    async def begin_own(
        self, return_to: str, browser: Browser, *, max_age: timedelta | None, subject: str = "", address: str = ""
    ) -> Return | Needed:
        """Let a page of the server's own be shown, or let it wait until somebody signs in.

        Args:
            return_to: the path of the page, with its query; below `/account`, `/device` or `/invitation`.
            browser: where the person is.
            max_age: how long ago the person may have proven who they are at most; None where it does not matter.
            subject: the user whom the page is about; empty where anybody may sign in.
            address: the only one by which somebody may sign in for it; empty for any.

        Raises:
            Problem: the path is none of those pages (`invalid_return_path`, 400).
        """
        if not is_own_page(return_to):
            raise Problem("invalid_return_path", 400, "Open the page at its own address.")
        at, seconds = self.clock.now(), None if max_age is None else int(max_age.total_seconds())
        asked = Asked(AuthorizationRequest("", max_age=seconds, subject=subject, login_hint=address), None, return_to)

        async def body(tx: Tx) -> Return | Needed:
            judged = await self._judge(tx, asked, None, browser, at)
            if isinstance(judged.outcome, Missing):
                return await add_waiting(tx, asked, browser, judged.outcome.step, self.settings.request_lifetime, at)
            return Return(return_to)

        return await self.database.transact(body)

    async def look(self, unverified_handle: str, browser: Browser, *, or_answered: bool = False) -> Waiting | Lost:
        """Return a request that waits in this browser, or was answered just now, and what a page shows of it."""
        at = self.clock.now()

        async def body(tx: Tx) -> Waiting | Lost:
            found = await find_waiting(tx, unverified_handle, browser, at, or_answered=or_answered)
            if isinstance(found, Lost):
                return found
            judged = await self._judge(tx, found.asked, found.interaction, browser, at)
            outcome = judged.outcome
            step, scopes = (outcome.step, outcome.new_scopes) if isinstance(outcome, Missing) else (None, ())
            account = None if isinstance(outcome, Denied) else outcome.account
            return Waiting(found.interaction, found.asked.application, step, judged.accounts, account, scopes)

        return await self.database.read(body)

    async def note_attempt(self, unverified_handle: str, browser: Browser, attempt_id: str) -> bool:
        """Note the attempt that the sign-in page began for a request; False where the request is lost."""
        at = self.clock.now()

        async def body(tx: Tx) -> bool:
            found = await find_waiting(tx, unverified_handle, browser, at)
            if isinstance(found, Lost):
                return False
            if await is_factor_wanted(tx, found.asked.request):
                await self.login.demand_factor(tx, attempt_id, at)
            return await store.touch_attempt(tx, found.interaction.id, attempt_id)

        return await self.database.transact(body)

    async def settle(
        self, unverified_handle: str, browser: Browser, new_session_hash: bytes
    ) -> Account | Lost | LoginRefused:
        """Take the outcome of the attempt that a request waits for: the browser holds the session from now on.

        Where this succeeds, the page gives it a new cookie, whose hash is `new_session_hash`.
        """
        at = self.clock.now()

        async def body(tx: Tx) -> Account | Lost | LoginRefused:
            # Two tabs hear the news at once: the second one reads what the first one has settled, all of it.
            await take_turn(tx, f"settle:{unverified_handle[:100]}")
            found = await find_waiting(tx, unverified_handle, browser, at)
            if isinstance(found, Lost):
                return found
            attempt = await get_attempt(tx, found.interaction.attempt_id or "")
            if attempt is None or not is_same_browser(found.interaction, attempt.browser_hash):
                return Lost()
            outcome = await self.login.settle(tx, attempt, at, went_on_in=found.interaction.session_id)
            if isinstance(outcome, LoginRefused):
                return outcome
            session = await bind(
                tx,
                outcome.session,
                # A repeat after a lost answer finds the session under a cookie that never arrived.
                old_hash=outcome.session.browser_hash or browser.session_hash,
                new_hash=new_session_hash,
                settings=self.sessions,
                at=at,
                origin=browser.origin,
            )
            await store.touch_session(tx, found.interaction.id, session.id)
            return Account(session, outcome.user)

        try:
            return await self.database.transact(body)
        except OutcomeTaken:
            return await self.database.transact(body)

    async def choose(self, unverified_handle: str, browser: Browser, session_id: str) -> bool:
        """Let a request be about one of the accounts of its browser; False where it is lost or there is none such."""
        at = self.clock.now()

        async def body(tx: Tx) -> bool:
            found = await find_waiting(tx, unverified_handle, browser, at)
            accounts = await accounts_of_browser(tx, browser.session_hash, at, self.sessions.idle)
            if isinstance(found, Lost) or not any(account.session.id == session_id for account in accounts):
                return False
            return await store.touch_session(tx, found.interaction.id, session_id)

        return await self.database.transact(body)

    async def allow(self, unverified_handle: str, browser: Browser) -> bool:
        """Let the application have what the consent page shows; False where no consent is missing."""
        at = self.clock.now()

        async def body(tx: Tx) -> bool:
            found = await find_waiting(tx, unverified_handle, browser, at)
            if isinstance(found, Lost) or found.asked.application is None:
                return False
            outcome = (await self._judge(tx, found.asked, found.interaction, browser, at)).outcome
            if not isinstance(outcome, Missing) or outcome.step is not Step.CONSENT or outcome.account is None:
                return False
            account, application_id = outcome.account, found.asked.application.id
            await consents.allow(tx, account.user.id, application_id, outcome.new_scopes, at, browser.origin)
            return await store.touch_consent(tx, found.interaction.id, account.session.id, at)

        return await self.database.transact(body)

    async def refuse(self, unverified_handle: str, browser: Browser) -> Answer | Lost:
        """Tell the application that the person does not want it (`access_denied`)."""
        at = self.clock.now()

        async def body(tx: Tx) -> Answer | Lost:
            found = await find_waiting(tx, unverified_handle, browser, at)
            if isinstance(found, Lost) or found.asked.application is None:
                return Lost()
            if not await store.consume(tx, found.interaction.id, at):
                return Lost()
            if found.asked.pushed_id is not None:
                await store.consume_pushed(tx, found.asked.pushed_id, at)
            return failure(
                found.asked.request,
                OAuthRefused("access_denied", "The person did not allow it."),
                self.login.tokens.issuer,
            )

        return await self.database.transact(body)

    async def resume(self, unverified_handle: str, browser: Browser) -> Answer | Return | Needed | Lost:
        """Go on with a request: to the page of the next step, or back with the answer.

        A request is answered once; the same browser has the answer again within half a minute, should it be lost.
        """
        at = self.clock.now()

        async def body(tx: Tx) -> Answer | Return | Needed | Lost:
            found = await find_waiting(tx, unverified_handle, browser, at, or_answered=True)
            if isinstance(found, Lost):
                return found
            interaction, asked = found.interaction, found.asked
            outcome = (await self._judge(tx, asked, interaction, browser, at)).outcome
            if isinstance(outcome, Missing):
                return await next_page(tx, interaction, unverified_handle, outcome.step, at)
            if interaction.completed_at is not None or not await store.consume(tx, interaction.id, at):
                return await repeated(tx, interaction, asked, unverified_handle)
            if asked.application is None:
                return Return(asked.return_to)
            answer = await self._answer(tx, asked, asked.application, outcome, at, browser.origin)
            await keep_answer(tx, interaction, answer, unverified_handle)
            return answer

        return await self.database.transact(body)

    async def redeem_code(
        self,
        tx: Tx,
        unverified_code: str,
        application: Application,
        *,
        unverified_redirect_uri: str | None,
        unverified_verifier: str | None,
        key_thumbprint: str | None,
        at: datetime,
        origin: Origin,
        needs_redirect_uri: bool = True,
    ) -> Redeemed | Refused:
        """Spend a code for its application; one that comes back takes what it bought with it (RFC 9700 §4.5)."""
        presented = codes.Presented(unverified_redirect_uri, unverified_verifier, key_thumbprint, needs_redirect_uri)
        return await codes.redeem(tx, unverified_code, application, presented, at, origin)

    async def note_family(self, tx: Tx, code_id: str, family_id: str) -> None:
        """Note which tokens a code bought, in the transaction that grants them."""
        await store.touch_code(tx, code_id, family_id)

    async def _judge(
        self, tx: Tx, asked: Asked, interaction: Interaction | None, browser: Browser, at: datetime
    ) -> Judged:
        held = await accounts_of_browser(tx, browser.session_hash, at, self.sessions.idle)
        return await judge(tx, asked.request, asked.application, interaction, held, self.ways, browser, at)

    async def _answer(
        self, tx: Tx, asked: Asked, application: Application, outcome: Ready | Denied, at: datetime, origin: Origin
    ) -> Answer:
        issuer = self.login.tokens.issuer
        if isinstance(outcome, Denied):
            return failure(asked.request, OAuthRefused(outcome.error, outcome.description), issuer)
        if asked.pushed_id is not None and not await store.consume_pushed(tx, asked.pushed_id, at):
            return failure(asked.request, _SPENT, issuer)
        await touch(tx, outcome.account.session, at, self.sessions.idle)
        await join(tx, asked.request.organization, outcome.account, at, origin)
        code = await codes.issue(tx, application, asked.request, outcome.account, self.settings.code_lifetime, at)
        return success(asked.request, code, issuer)
