"""Templates over the management API, from the first draft to the mail that arrives."""

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from gatepass.applications.flows import change, registration_of
from gatepass.audit.model import EventKind
from gatepass.kit.db import Tx, query, take_turn
from gatepass.outbox.flows import payload_context
from gatepass.outbox.model import Letter, RenderedMail
from gatepass.outbox.rendering import CustomizedMails, MailTemplates
from gatepass.templates.queries import OwnMails
from gatepass.worker import MAIL_TEMPLATES
from support.managing import management_token, managing
from support.spine import SHOP, Spine

pytestmark = pytest.mark.anyio
PATH = "/api/v1/templates"
SCOPES = ("templates:read", "templates:write")
OWN: dict[str, Any] = {"format": "html", "subject": "Own {{.Brand}}", "source": "<p>Own words: {{.OTP}} {{ link }}</p>"}
_PAYLOADS = query(bytes, "SELECT payload FROM outbox WHERE id = :id")
_IDS = query(str, "SELECT id FROM outbox ORDER BY created_at, id")


async def mail_to(spine: Spine, email: str) -> RenderedMail:
    """Ask for a sign-in mail and return it as the worker writes it."""
    await spine.ask(email)
    return await written(spine, spine.application.id)


async def written(spine: Spine, application_id: str | None) -> RenderedMail:
    """Return the newest mail as the worker writes it."""
    newest = (await spine.read(lambda tx: tx.all(_IDS)))[-1]
    payload = await spine.read(lambda tx: tx.one(_PAYLOADS, id=newest))
    assert payload is not None
    letter = msgspec.json.decode(spine.ring.open(payload, context=payload_context(newest)), type=Letter)
    mails = CustomizedMails(OwnMails(spine.database), MailTemplates(MAIL_TEMPLATES))
    return await mails.written(letter, application_id)


async def test_a_template_is_written_used_brought_back_and_given_up(spine: Spine) -> None:
    place = {"application_id": spine.application.client_id}
    async with managing(spine, *SCOPES) as door:
        draft = (await door.get(f"{PATH}/sign_in", params=place)).json()
        assert (draft["version"], draft["is_active"]) == (0, False)
        saved = await door.put(f"{PATH}/sign_in", json={**OWN, **place})
        assert saved.status_code == 200, saved.text
        assert (saved.json()["version"], saved.json()["application_id"]) == (1, spine.application.id)
        second = (await door.put(f"{PATH}/sign_in", json={**OWN, **place, "subject": "Second"})).json()
        assert (second["version"], second["created_by"]["name"]) == (2, "Robot")
        assert (await mail_to(spine, "ana@example.com")).subject == "Second"
        back = await door.post(f"{PATH}/sign_in/versions/1/activate", params=place)
        assert back.status_code == 200
        mail = await mail_to(spine, "ana@example.com")
        assert mail.subject == "Own Shop"
        assert "Own words" in mail.html
        versions = (await door.get(f"{PATH}/sign_in/versions", params=place)).json()
        assert [(one["version"], one["is_active"]) for one in versions] == [(2, False), (1, True)]
        assert (await door.delete(f"{PATH}/sign_in", params=place)).json() == {"success": True}
        assert (await mail_to(spine, "ana@example.com")).subject == "Sign in to Shop"
        assert len((await door.get(f"{PATH}/sign_in/versions", params=place)).json()) == 2
    kinds = [event.kind for event in await spine.events() if event.kind.startswith("template.")]
    assert kinds == [*[EventKind.TEMPLATE_CHANGED] * 3, EventKind.TEMPLATE_RESET]


async def test_the_list_says_what_may_stand_in_each_mail(spine: Spine) -> None:
    async with managing(spine, *SCOPES) as door:
        await door.put(f"{PATH}/sign_in", json={**OWN, "language": "de"})
        mails = (await door.get(PATH)).json()
    assert [mail["name"] for mail in mails] == ["sign_in", "sign_in_code", "invitation"]
    code = next(one for one in mails[0]["variables"] if one["name"] == "code")
    assert code["aliases"] == ["{{.OTP}}", "{{.Code}}"]
    assert [(one["language"], one["version"]) for one in mails[0]["active"]] == [("de", 1)]


async def test_an_application_has_its_own_before_that_of_all_and_its_language_before_any(spine: Spine) -> None:
    place = {"application_id": spine.application.id}
    async with managing(spine, *SCOPES) as door:
        await door.put(f"{PATH}/sign_in", json={**OWN, "subject": "For all"})
        assert (await mail_to(spine, "ana@example.com")).subject == "For all"
        await door.put(f"{PATH}/sign_in", json={**OWN, **place, "subject": "German", "language": "de"})
        assert (await mail_to(spine, "ana@example.com")).subject == "For all"
        await door.put(f"{PATH}/sign_in", json={**OWN, **place, "subject": "Its own"})
        assert (await mail_to(spine, "ana@example.com")).subject == "Its own"
        assert await door.post(f"{PATH}/sign_in/test", json={**place, "language": "de", "address": "ben@example.com"})
        assert (await written(spine, spine.application.id)).subject == "German"


async def test_one_applications_template_is_no_others(spine: Spine) -> None:
    second = await spine.register(replace(SHOP, name="Second"))
    async with managing(spine, *SCOPES) as door:
        await door.put(f"{PATH}/sign_in", json={**OWN, "application_id": second.id})
    assert (await mail_to(spine, "ana@example.com")).subject == "Sign in to Shop"


async def test_a_strangers_mail_is_never_in_its_own_words(spine: Spine) -> None:
    place = {"application_id": spine.application.id}
    async with managing(spine, *SCOPES) as door:
        await door.put(f"{PATH}/sign_in", json={**OWN, **place})
        wanted = registration_of(spine.application)
        strange = replace(wanted, oauth=replace(wanted.oauth, is_third_party=True))
        await spine.transact(lambda tx: change(tx, spine.application, strange, spine.clock.now()))
        assert (await mail_to(spine, "ana@example.com")).subject.startswith("Sign in to")
        refused = await door.put(f"{PATH}/sign_in", json={**OWN, **place})
        assert (refused.status_code, refused.json()["error_code"]) == (404, "unknown_application")


async def test_a_mail_leaves_in_the_words_of_the_house_where_its_own_fail(spine: Spine) -> None:
    own = {**OWN, "source": "<p><{{ network }}>{{ link }}</p>", "application_id": spine.application.id}
    async with managing(spine, *SCOPES) as door:
        assert (await door.put(f"{PATH}/sign_in", json=own)).status_code == 200
    await spine.ask("ana@example.com")
    newest = (await spine.read(lambda tx: tx.all(_IDS)))[-1]
    payload = await spine.read(lambda tx: tx.one(_PAYLOADS, id=newest))
    assert payload is not None
    letter = msgspec.json.decode(spine.ring.open(payload, context=payload_context(newest)), type=Letter)
    letter.context["network"] = "script src=//evil.example"
    mails = CustomizedMails(OwnMails(spine.database), MailTemplates(MAIL_TEMPLATES))
    mail = await mails.written(letter, spine.application.id)
    assert mail.subject == "Sign in to Shop"
    assert "<script" not in mail.html


async def test_a_faulty_template_is_refused_with_every_fault_and_changes_nothing(spine: Spine) -> None:
    faulty = {"format": "html", "subject": "{{ a }}", "source": "{{ b }}", "text": "{{ c }}", "language": "german"}
    async with managing(spine, *SCOPES) as door:
        answer = await door.put(f"{PATH}/sign_in", json=faulty)
        assert (answer.status_code, answer.json()["error_code"]) == (400, "invalid_template")
        for said in ("language", "subject: a", "body: b", "text: c"):
            assert said in answer.json()["message"]
        assert (await door.get(f"{PATH}/sign_in/versions")).json() == []


async def test_a_preview_shows_the_mail_or_its_faults_and_keeps_nothing(spine: Spine) -> None:
    async with managing(spine, "templates:read") as door:
        good = (await door.post(f"{PATH}/sign_in/preview", json=OWN)).json()
        assert (good["subject"], good["faults"]) == ("Own Acme", [])
        assert "482917" in good["html"]
        assert "482917" in good["text"]
        bad = (await door.post(f"{PATH}/sign_in/preview", json={**OWN, "source": "<script>"})).json()
        assert bad["faults"]
        assert (await door.get(f"{PATH}/sign_in/versions")).json() == []
        assert (await door.put(f"{PATH}/sign_in", json=OWN)).status_code == 403


async def test_test_mails_show_samples_and_are_few(spine: Spine) -> None:
    async with managing(spine, *SCOPES) as door:
        for name in ("sign_in", "sign_in_code", "invitation"):
            answer = await door.post(f"{PATH}/{name}/test", json={"address": "ben@example.com"})
            assert answer.json() == {"success": True}
            assert "ben@example.com" in (await written(spine, None)).html
        bad = await door.post(f"{PATH}/sign_in/test", json={"address": "ben@example.com\r\nBcc: x@example.com"})
        assert (bad.status_code, bad.json()["error_code"]) == (400, "invalid_email")
        sent = [await door.post(f"{PATH}/sign_in/test", json={"address": "ben@example.com"}) for _ in range(20)]
    assert sent[-1].status_code == 429


@pytest.mark.parametrize("name", ["impersonation", "nothing", "SIGN_IN", "__init__"])
async def test_only_mails_that_warn_nobody_have_templates(spine: Spine, name: str) -> None:
    async with managing(spine, *SCOPES) as door:
        for answer in (await door.get(f"{PATH}/{name}"), await door.put(f"{PATH}/{name}", json=OWN)):
            assert (answer.status_code, answer.json()["error_code"]) == (404, "unknown_template")


@pytest.mark.parametrize("version", ["0", "-1", "x", "99", "99999999999999999999", "1.0", "\u0661".encode().hex()])
async def test_a_version_that_is_not_there_is_not_used(spine: Spine, version: str) -> None:
    async with managing(spine, *SCOPES) as door:
        answer = await door.post(f"{PATH}/sign_in/versions/{version}/activate")
    assert (answer.status_code, answer.json()["error_code"]) == (404, "unknown_template")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""), ("GET", "/sign_in"), ("PUT", "/sign_in"), ("DELETE", "/sign_in"), ("GET", "/sign_in/versions"),
        ("POST", "/sign_in/versions/1/activate"), ("POST", "/sign_in/preview"), ("POST", "/sign_in/test"),
    ],
)  # fmt: skip
async def test_every_call_needs_its_scope(spine: Spine, method: str, path: str) -> None:
    token = await management_token(spine, "users:read")
    async with spine.door() as door:
        assert (await door.request(method, PATH + path, json=OWN)).status_code == 401
        headers = {"authorization": f"Bearer {token}"}
        assert (await door.request(method, PATH + path, json=OWN, headers=headers)).status_code == 403


async def test_templates_and_their_versions_are_the_same_on_each_database(each_spine: Spine) -> None:
    async with managing(each_spine, *SCOPES) as door:
        for number in range(3):
            await door.put(f"{PATH}/sign_in", json={**OWN, "subject": f"Version {number}"})
        page = await door.get(f"{PATH}/sign_in/versions", params={"limit": "2"})
        assert [one["version"] for one in page.json()] == [3, 2]
        rest = await door.get(page.links["next"]["url"])
        assert [one["version"] for one in rest.json()] == [1]
        assert (await door.delete(f"{PATH}/sign_in")).json() == {"success": True}
        assert (await door.put(f"{PATH}/sign_in", json=OWN)).json()["version"] == 4


async def test_an_older_version_is_judged_before_anybody_waits_for_it(
    spine: Spine, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[str] = []

    async def saw(tx: Tx, name: str) -> None:
        begun.append(name)
        await take_turn(tx, name)

    def judged(*_: object) -> None:
        begun.append("judged")

    async with managing(spine, "templates:read", "templates:write") as door:
        assert (await door.put(f"{PATH}/sign_in", json=OWN)).is_success
        monkeypatch.setattr("gatepass.templates.flows.take_turn", saw)
        monkeypatch.setattr("gatepass.templates.flows.judge", judged)
        assert (await door.post(f"{PATH}/sign_in/versions/1/activate")).is_success
    assert begun[0] == "judged"
    assert begun.count("judged") == 1
