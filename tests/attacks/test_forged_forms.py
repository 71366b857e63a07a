"""Forms that another page, another browser or another session sends in a person's name (C46)."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, cast

import pytest
from starlette.routing import Route

from attacks.hosted import SESSION, SITE, Someone, application, someone
from conformance.openid.browser import Page
from conformance.openid.provider import Provider
from gatepass.access.model import Principal, Scope
from gatepass.app.doors import rooms
from gatepass.applications.model import (
    METHODS,
    ApplicationType,
    MethodPolicies,
    MfaMode,
    MfaPolicy,
    Registration,
)
from gatepass.audit.model import Actor, ActorKind, Origin
from gatepass.gate.headers import standing_headers
from gatepass.gate.pages.rendering import PageRenderer
from gatepass.impersonation.model import END, Wish
from gatepass.invitations.model import Invited, Inviter, NewInvitation
from gatepass.kit.lookups.reach import Within
from gatepass.kit.mail.addresses import parse_address
from gatepass.organizations.flows import create
from gatepass.organizations.model import NewOrganization
from gatepass.users.queries import find_person_by_address

_ELSEWHERE: tuple[Mapping[str, str | None], ...] = (
    {"origin": "https://evil.test", "sec-fetch-site": "cross-site"},
    {"origin": "https://evil.gatepass.test", "sec-fetch-site": "same-site"},
    {"origin": "https://id.gatepass.test", "sec-fetch-site": "cross-site"},
    {"origin": "https://evil.test", "sec-fetch-site": None},
    {"origin": "https://id.gatepass.test.evil.test", "sec-fetch-site": None},
    {"origin": "https://id.gatepass.test:444", "sec-fetch-site": None},
)
_TYPES = ("text/plain", "application/json", "multipart/form-data; boundary=x", "")


class Scene:
    """A page of each kind with its form, and what the victim would lose by it."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self.victim = someone(provider)
        self.shop = application(provider)
        self.stranger = application(provider, is_third_party=True)
        self.pages: dict[str, tuple[Page, str, dict[str, str]]] = {}
        self._collect()

    def _collect(self) -> None:
        browser = self.victim.browser
        first = cast("Page", self.shop.visit(self.victim, self.shop.request()))
        self._keep(first, "email", email=self.victim.email)
        waiting = cast("Page", browser.submit(first, "email", email=self.victim.email))
        self._keep(waiting, "code", code="000000")
        self.provider.wait(31)
        resend = browser.page(waiting.url)
        for form in resend.forms:
            if form.action == "/sign-in/resend":
                self.pages[form.action] = (resend, form.action, dict(form.fields))
        self.victim.sign_in(first)
        self.shop.sign_in(self.victim)
        chooser = self.shop.visit(self.victim, self.shop.request(prompt="select_account"))
        self._keep(cast("Page", chooser), "account")
        consent = self.stranger.visit(self.victim, self.stranger.request())
        self._keep(cast("Page", consent), "decision", decision="allow")
        self._keep(browser.page("/account"), "given_name", given_name="Mallory")
        self._keep_device()
        self.victim.with_another_browser().enter()
        for path in ("/account", "/account/sessions", "/account/applications", "/account/switch", "/sign-out"):
            self._keep_all(browser.page(path))
        self._keep_impersonation()
        self._keep_invitation()
        self._keep_methods()
        self._keep_security()
        self._keep_second_step()

    def _keep_methods(self) -> None:
        """Keep the forms of a first page that offers every way, those that a script fills in among them."""
        shop = application(self.provider, replace(SITE, name="Every way", methods=MethodPolicies(offered=METHODS)))
        browser = self.victim.browser
        first = cast("Page", shop.visit(self.victim, shop.request(prompt="login")))
        for path in ("", "/options", "/offer", "/offer/new", "/offer/options"):
            self._keep_scripted(first, "email", f"/sign-in/passkey{path}", credential="{}")
        asked = browser.page(f"/sign-in/phone?request={first.form('email').fields['request']}")
        number = "+49 151 23456789"
        self._keep(asked, "phone", phone=number)
        waiting = cast("Page", browser.submit(asked, "phone", phone=number))
        self._keep(waiting, "code", code="000000")
        self._keep_scripted(waiting, "code", "/sign-in/phone/resend")

    def _keep_security(self) -> None:
        """Keep the forms of what somebody proves with, and those of the app that they are about to add."""
        browser = self.victim.browser
        shown = browser.page("/account/security")
        self._keep_all(shown)
        adding = next(form for form in shown.forms if form.action == "/account/security/authenticator-app")
        app = browser.page(browser.send("POST", adding.action, adding.fields).headers["location"])
        confirming = next(form for form in app.forms if form.action.startswith(f"{adding.action}/"))
        self.pages[confirming.action] = (app, confirming.action, {**confirming.fields, "code": "000000"})
        listed = "/account/security/authenticators/" + confirming.action.rpartition("/")[2]
        token = {name: value for name, value in confirming.fields.items() if name in {"csrf_token", "acting_as"}}
        self.pages[listed] = (shown, listed, {**token, "name": "Mallory's"})
        for path in (f"{listed}/remove", "/account/security/passkeys", "/account/security/passkeys/options"):
            self.pages.setdefault(path, (shown, path, dict(token)))

    def _keep_second_step(self) -> None:
        """Keep the forms of a second step, of an application that asks everybody for one."""
        policy = MethodPolicies(mfa=MfaPolicy(MfaMode.REQUIRED))
        strict = application(self.provider, replace(SITE, name="Strict", methods=policy))
        shown = cast("Page", strict.visit(self.victim, strict.request()))
        self._keep(shown, "enrolment", code="000000")
        for path, sent in (("", {"code": "000000"}), ("/options", {}), ("/send", {}), ("/skip", {})):
            self._keep_scripted(shown, "enrolment", f"/sign-in/factor{path}", **sent)

    def _keep_scripted(self, page: Page, name: str, action: str, **sent: str) -> None:
        """Keep a form that a script sends, or a later state of the page, with the token and handle of one shown."""
        shown = page.form(name).fields
        fields = {key: shown[key] for key in ("request", "csrf_token")}
        self.pages.setdefault(action, (page, action, {**fields, **sent}))

    def _keep_invitation(self) -> None:
        """Keep both forms of an invitation: to accept it, and to sign in for one that is for somebody else."""
        server, at = self.provider.server, self.provider.server.clock.now()

        async def invite(tx: Any) -> list[Invited]:
            acme = (await create(tx, NewOrganization("Acme"), at, Origin())).organization
            wishes = [
                NewInvitation(parse_address(email, allow_test_domains=True), inviter=Inviter(name="Ada Lovelace"))
                for email in (self.victim.email, "somebody-else@example.com")
            ]
            return [await server.house.invitations.create(tx, Within(acme.id), wish, at, Origin()) for wish in wishes]

        for made in server.transact(invite):
            self._keep_all(self.victim.browser.page(made.url.reveal()))

    def _keep_impersonation(self) -> None:
        """Keep the form of a link, and that of the banner, whose token every form of this session has."""
        robot = Principal(Actor(ActorKind.API_KEY, "key", "Robot"), frozenset(Scope))
        server = self.provider.server
        key = parse_address(self.victim.email, allow_test_domains=True).key
        person = server.read(lambda tx: find_person_by_address(tx, key))
        wish = Wish(person.id, "Ticket 4711: the basket stays empty", 15, self.shop.client_id)
        begun = server.wait_for(server.house.impersonations.begin(robot, wish))
        self._keep_all(self.victim.browser.page(begun.url))
        token = self.pages["/account"][2]["csrf_token"]
        self.pages[END] = (self.pages["/account"][0], END, {"csrf_token": token, "stop": "1"})

    def _keep_device(self) -> None:
        television = application(self.provider, Registration("Television", ApplicationType.NATIVE))
        url = self.provider.endpoint("device_authorization")
        begun = self.provider.http.post(url, data={"client_id": television.client_id, "scope": "openid"}).json()
        page = self.victim.browser.page("/device")
        self._keep(page, "user_code", user_code=begun["user_code"])
        confirm = self.victim.browser.submit(page, "user_code", user_code=begun["user_code"])
        self._keep(cast("Page", confirm), "decision", decision="allow")

    def _keep(self, page: Page, name: str, **typed: str) -> None:
        form = page.form(name)
        self.pages[form.action] = (page, form.action, {**form.fields, **typed})

    def _keep_all(self, page: Page) -> None:
        for form in page.forms:
            buttons = {name: values[0] for name, values in form.buttons.items()}
            self.pages.setdefault(form.action, (page, form.action, {**form.fields, **buttons}))

    def forms(self) -> Iterator[tuple[str, dict[str, str]]]:
        for _, action, fields in self.pages.values():
            yield action, fields


@pytest.fixture(scope="module")
def scene(provider: Provider) -> Scene:
    return Scene(provider)


def posting_routes(provider: Provider) -> list[Route]:
    """Return every form of the site, from its own table."""
    pages = PageRenderer(standing_headers(is_https=True))
    routes = [route for room in rooms(provider.server.house, pages) for route in room.routes()]
    return [route for route in routes if "POST" in (route.methods or ())]


def test_the_forms_of_this_file_are_all_that_there_are(provider: Provider, scene: Scene) -> None:
    routes = posting_routes(provider)
    taken_by = {action: [one.path for one in routes if one.path_regex.fullmatch(action)] for action in scene.pages}
    assert [action for action, paths in taken_by.items() if not paths] == []
    assert {path for paths in taken_by.values() for path in paths} == {route.path for route in routes}
    assert len(scene.pages) >= 32


def test_no_form_works_from_another_site(scene: Scene) -> None:
    for action, fields in scene.forms():
        for headers in _ELSEWHERE:
            answer = scene.victim.browser.send("POST", action, fields, headers)
            assert answer.status_code == 403, (action, headers, answer.status_code)
            assert "location" not in answer.headers


def test_no_form_works_without_its_token_or_with_a_wrong_one(scene: Scene) -> None:
    for action, fields in scene.forms():
        right = fields["csrf_token"]
        for wrong in (None, "", "x", right[:-1], right + "A", right.swapcase(), "\u00e9", "A" * len(right)):
            sent = {name: value for name, value in fields.items() if name != "csrf_token"}
            sent |= {} if wrong is None else {"csrf_token": wrong}
            answer = scene.victim.browser.send("POST", action, sent)
            assert answer.status_code == 403, (action, wrong, answer.status_code)


def test_the_token_of_another_browser_is_worth_nothing(provider: Provider, scene: Scene) -> None:
    attacker = someone(provider)
    attacker.enter()
    waits = cast("Page", scene.shop.visit(attacker, scene.shop.request(prompt="login")))
    own = {waits.form("email").fields["csrf_token"]}
    own |= {form.fields["csrf_token"] for form in attacker.browser.page("/account").forms}
    assert len(own) == 2, "one for the browser, one for the session"
    for action, fields in scene.forms():
        for token in own:
            answer = scene.victim.browser.send("POST", action, {**fields, "csrf_token": token})
            assert answer.status_code == 403, action


def test_the_token_of_an_older_session_of_the_same_browser_is_worth_nothing(provider: Provider) -> None:
    victim = someone(provider)
    victim.enter()
    before = victim.browser.page("/account").form("given_name")
    victim.browser.send("POST", "/account/sign-out", dict(before.fields))
    victim.enter()
    answer = victim.browser.send("POST", "/account", {**before.fields, "given_name": "Mallory"})
    assert answer.status_code == 403
    assert "Mallory" not in victim.browser.page("/account").text


def test_a_form_in_another_dress_is_no_form(scene: Scene) -> None:
    for action, fields in scene.forms():
        for content_type in _TYPES:
            answer = scene.victim.browser.send("POST", action, fields, {"content-type": content_type})
            assert answer.status_code in {403, 415}, (action, content_type, answer.status_code)


def test_nothing_is_changed_by_looking(scene: Scene) -> None:
    browser = scene.victim.browser
    for action, fields in scene.forms():
        for method in ("GET", "HEAD", "PUT", "PATCH", "DELETE"):
            path = f"{action}?" + "&".join(f"{name}={value}" for name, value in fields.items())
            browser.send(method, path.replace(" ", "+"), headers={"sec-fetch-site": "cross-site"})
    page = browser.page("/account")
    assert page.has("given_name"), "still signed in"
    assert "Mallory" not in page.form("given_name").fields["given_name"]
    assert scene.stranger.ask(scene.victim, prompt="none").error == "consent_required"


def test_nobody_is_signed_in_by_a_page_of_somebody_else(provider: Provider, scene: Scene) -> None:
    """Login CSRF: the attacker's own sign-in, its pages and its form, in the browser of somebody else."""
    attacker, victim = someone(provider), someone(provider)
    shown = cast("Page", scene.shop.visit(attacker, scene.shop.request()))
    waiting = cast("Page", attacker.browser.submit(shown, "email", email=attacker.email))
    victim.browser.page("/account")
    form = waiting.form("code")
    for headers in ({}, *_ELSEWHERE):
        answer = victim.browser.send("POST", "/sign-in/code", {**form.fields, "code": "123456"}, headers)
        assert answer.status_code == 403
    for page in (shown, waiting):
        assert victim.browser.page(page.url).status == 410
    done = attacker.sign_in(shown)
    assert not isinstance(done, Page)
    handle = form.fields["request"]
    for path in ("/sign-in/continue", "/sign-in", "/sign-in/check-inbox", "/consent", "/choose-account"):
        assert victim.browser.page(f"{path}?request={handle}").status == 410
    assert SESSION not in victim.browser.cookies


def test_the_account_of_one_form_is_not_another_of_the_same_browser(provider: Provider) -> None:
    """A browser with two accounts: a form names the account that it was shown for, and changes no other."""
    victim, stranger = someone(provider), someone(provider)
    victim.enter()
    shown = victim.browser.page("/account/add")
    both = Someone(provider, "second@example.com", victim.browser)
    both.sign_in(shown)
    stranger.enter()
    foreign = stranger.browser.page("/account").form("given_name").fields["acting_as"]
    form = victim.browser.page("/account").form("given_name")
    answer = victim.browser.send("POST", "/account", {**form.fields, "acting_as": foreign, "given_name": "Mallory"})
    assert answer.status_code == 303
    assert "Mallory" not in stranger.browser.page("/account").text
    without = {name: value for name, value in form.fields.items() if name != "acting_as"}
    assert victim.browser.send("POST", "/account", {**without, "given_name": "Mallory"}).status_code == 303
    assert "Mallory" not in victim.browser.page("/account").text
