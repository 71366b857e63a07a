"""The endpoints of mail templates."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from gatepass.access.model import Scope
from gatepass.api.shapes.outcomes import Done
from gatepass.api.shapes.pages import LIST_ERRORS
from gatepass.api.shapes.rows import ManagerRows
from gatepass.api.templates import shapes
from gatepass.api.templates.desk import Desk
from gatepass.api.templates.shapes import (
    DraftBody,
    MailAnswer,
    NewTemplate,
    PlaceQuery,
    Preview,
    TemplateAnswer,
    TestMail,
    VersionsQuery,
)
from gatepass.gate.management.lists import listed
from gatepass.gate.model import Call, Endpoint, Reply
from gatepass.kit.db import Tx
from gatepass.kit.lookups.paging import Page, read_page
from gatepass.kit.lookups.reach import EVERYWHERE
from gatepass.kit.problems import Problem
from gatepass.protection.model import Limit, Per
from gatepass.templates import flows
from gatepass.templates.model import MAIL_KINDS, Template, TemplateKey
from gatepass.templates.queries import find_active, find_version, list_active, list_versions, starter_of, tried

_ALL: Final = "/api/v1/templates"
_ONE: Final = _ALL + "/{name}"
_row: Final = ManagerRows("Mail templates", Scope.TEMPLATES_READ, Scope.TEMPLATES_WRITE)
_MOST_BODY_BYTES: Final = 512 * 1024
_LARGEST_VERSION: Final = 2**31 - 1
_UNKNOWN: Final = ("unknown_template", "unknown_application")
# A test mail goes wherever its caller says, so nobody sends many.
_TESTS: Final = Limit("template_tests_per_caller", Per.CALLER, 20, timedelta(hours=1))


@dataclass(frozen=True, slots=True)
class TemplateRoutes:
    """Parses, calls and renders."""

    desk: Desk

    def endpoints(self) -> list[Endpoint]:
        """Return this part's rows of the endpoint table."""
        return [*self._reading(), *self._writing(), *self._trying()]

    def _reading(self) -> list[Endpoint]:
        return [
            _row("mail_templates", "GET", _ALL, self.list_all,
                 "List the mails that can have a template, what may stand in each, and the templates that are used.",
                 query=PlaceQuery, answer=list[MailAnswer], errors=("unknown_application",)),
            _row("mail_template", "GET", _ONE, self.show,
                 "Read the template that is used, or a first draft to begin with where the house's words are.",
                 query=PlaceQuery, answer=TemplateAnswer, errors=_UNKNOWN),
            _row("mail_template_versions", "GET", f"{_ONE}/versions", self.list_versions,
                 "List a template's versions, the newest first.",
                 query=VersionsQuery, answer=list[TemplateAnswer],
                 errors=(*_UNKNOWN, *LIST_ERRORS)),
        ]  # fmt: skip

    def _writing(self) -> list[Endpoint]:
        return [
            _row("save_mail_template", "PUT", _ONE, self.save,
                 "Write a new version of a template and use it; one that could not make a good mail is refused.",
                 body=NewTemplate, answer=TemplateAnswer, errors=("invalid_template", *_UNKNOWN),
                 most_body_bytes=_MOST_BODY_BYTES),
            _row("activate_mail_template", "POST", f"{_ONE}/versions/{{version}}/activate", self.activate,
                 "Use an older version again.",
                 query=PlaceQuery, answer=TemplateAnswer, errors=("invalid_template", *_UNKNOWN)),
            _row("reset_mail_template", "DELETE", _ONE, self.reset,
                 "Use the house's words again; the versions stay to be brought back.",
                 query=PlaceQuery, answer=Done, errors=_UNKNOWN),
        ]  # fmt: skip

    def _trying(self) -> list[Endpoint]:
        return [
            _row("preview_mail_template", "POST", f"{_ONE}/preview", self.preview,
                 "See what a draft makes of samples, and everything that is wrong with it; nothing is kept.",
                 scope=Scope.TEMPLATES_READ, body=DraftBody, answer=Preview, errors=("unknown_template",),
                 most_body_bytes=_MOST_BODY_BYTES),
            _row("test_mail_template", "POST", f"{_ONE}/test", self.test,
                 "Send a mail with samples in it, in the words that are used now; twenty an hour.",
                 body=TestMail, answer=Done, errors=(*_UNKNOWN, "invalid_email", "too_many_requests"),
                 charges=lambda call: ((_TESTS, call.principal.actor.id),)),
        ]  # fmt: skip

    async def list_all(self, call: Call[PlaceQuery, None]) -> list[MailAnswer]:
        """Answer with the mails that can have a template."""
        reach = call.principal.everywhere()

        async def body(tx: Tx) -> list[Template]:
            key = await self.desk.key(tx, "", call.query.application_id, "")
            return await list_active(tx, reach, key.application_id)

        active = await self.desk.database.read(body)
        return [shapes.mail_of(kind, active) for kind in MAIL_KINDS.values()]

    async def show(self, call: Call[PlaceQuery, None]) -> TemplateAnswer:
        """Answer with a template, or with a first draft."""
        reach, kind = call.principal.everywhere(), self.desk.kind(call)

        async def body(tx: Tx) -> tuple[TemplateKey, Template | None]:
            key = await self._key(tx, call, call.query)
            return key, await find_active(tx, reach, key)

        key, found = await self.desk.database.read(body)
        return shapes.template_of(found) if found is not None else shapes.starter_of(key, starter_of(kind))

    async def list_versions(self, call: Call[VersionsQuery, None]) -> Reply:
        """Answer with a page of versions."""
        reach, kind = call.principal.everywhere(), self.desk.kind(call)
        wanted = read_page(call.query.limit, call.query.cursor)

        async def body(tx: Tx) -> Page[Template]:
            return await list_versions(tx, reach, await self._key(tx, call, call.query), wanted)

        page = await self.desk.database.read(body)
        return listed(call, page.map(shapes.template_of), path=f"{_ALL}/{kind.name}/versions")

    async def save(self, call: Call[None, NewTemplate]) -> TemplateAnswer:
        """Write a new version."""
        call.principal.everywhere()
        kind, draft, at = self.desk.kind(call), call.body.draft, self.desk.clock.now()
        flows.judge(draft, kind, TemplateKey("", kind.name, call.body.language))

        async def body(tx: Tx) -> Template:
            key = await self.desk.key(tx, kind.name, call.body.application_id, call.body.language)
            return await flows.save(tx, key, draft, at, call.origin)

        return shapes.template_of(await self.desk.database.transact(body))

    async def activate(self, call: Call[PlaceQuery, None]) -> TemplateAnswer:
        """Use an older version again."""
        call.principal.everywhere()
        kind = self.desk.kind(call)
        number = call.path["version"]
        version = int(number) if number.isascii() and number.isdigit() and len(number) <= 10 else 0  # noqa: PLR2004
        if not 0 < version <= _LARGEST_VERSION:
            raise Problem("unknown_template", 404, "There is no such version; list those that there are.", number=1005)
        at = self.desk.clock.now()

        async def look(tx: Tx) -> Template | None:
            return await find_version(tx, EVERYWHERE, await self._key(tx, call, call.query), version)

        found = await self.desk.database.read(look)
        if found is not None:
            # What was good once may not be any more; judging takes its time, so nobody waits for it.
            flows.judge(found.draft, kind, TemplateKey(found.application_id, kind.name, found.language))

        async def body(tx: Tx) -> Template:
            return await flows.activate(tx, await self._key(tx, call, call.query), version, at, call.origin)

        return shapes.template_of(await self.desk.database.transact(body))

    async def reset(self, call: Call[PlaceQuery, None]) -> Done:
        """Use the house's words again."""
        call.principal.everywhere()
        self.desk.kind(call)
        at = self.desk.clock.now()

        async def body(tx: Tx) -> bool:
            return await flows.reset(tx, await self._key(tx, call, call.query), at, call.origin)

        if not await self.desk.database.transact(body):
            sentence = "Nothing to reset: the house's words are used there. Name application_id and language as saved."
            raise Problem("unknown_template", 404, sentence, number=1005)
        return Done()

    async def preview(self, call: Call[None, DraftBody]) -> Preview:
        """Answer with what a draft makes."""
        call.principal.everywhere()
        return shapes.preview_of(tried(call.body.draft, self.desk.kind(call)))

    async def test(self, call: Call[None, TestMail]) -> Done:
        """Send a test mail."""
        call.principal.everywhere()
        kind = self.desk.kind(call)

        async def body(tx: Tx) -> None:
            await self.desk.send_test(tx, kind, await self._key(tx, call, call.body), call.body.address)

        await self.desk.database.transact(body)
        return Done()

    async def _key(self, tx: Tx, call: Call[Any, Any], place: PlaceQuery) -> TemplateKey:
        return await self.desk.key(tx, call.path["name"], place.application_id, place.language)
