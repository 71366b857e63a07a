"""What was ended is over at once by every door (C26, C42): sessions, a deactivated person, an application."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import httpx2
import pytest

from attacks.hosted import API, CHALLENGE, DEVICE_GRANT, VERIFIER, Someone, application, someone, switch_user
from conformance.openid.browser import Page
from conformance.openid.provider import Provider
from conformance.openid.relying_party import RelyingParty, Tokens
from gatepass.applications.flows import switch
from gatepass.applications.model import ApplicationType, GrantType, Registration
from gatepass.applications.queries import find_by_client_id

_ACCESS = "urn:ietf:params:oauth:token-type:access_token"
_GRANTS = (
    *(GrantType.AUTHORIZATION_CODE, GrantType.REFRESH_TOKEN, GrantType.TOKEN_EXCHANGE),
    GrantType.CLIENT_CREDENTIALS,
)
_CHALLENGED = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}


@dataclass
class Life:
    """Somebody who is signed in in a browser, and all that hangs on it."""

    provider: Provider
    shop: RelyingParty
    television: RelyingParty
    person: Someone
    tokens: Tokens
    exchanged: str
    code: str
    device_code: str
    pending: str

    def ways(self) -> dict[str, bool]:
        """Try every door with what was handed out, and say which of them opens."""
        return {
            "userinfo": self._userinfo(self.tokens.access_token),
            "introspection": self._is_active(self.tokens.access_token),
            "introspection of the refresh token": self._is_active(self.tokens.refresh_token),
            "introspection of the exchanged token": self._is_active(self.exchanged),
            "token exchange": self._exchange(self.tokens.access_token),
            "silent authorize": "code" in self.shop.ask(self.person, prompt="none").parameters,
            "account page": self.person.browser.send("GET", "/account").status_code == 200,
            "device page": self.person.browser.send("GET", "/device").status_code == 200,
            "device that was let in": self._device(),
            "code": self._code(),
            "refresh": self._refresh(),
            "documented refresh": self._documented(),
        }

    def _userinfo(self, token: str) -> bool:
        bearer = {"authorization": f"Bearer {token}"}
        return self.provider.http.get(self.provider.endpoint("userinfo"), headers=bearer).status_code == 200

    def _is_active(self, token: str) -> bool:
        return bool(self.shop.call(self.provider.endpoint("introspection"), {"token": token}).json()["active"])

    def _exchange(self, token: str) -> bool:
        fields = {"grant_type": GrantType.TOKEN_EXCHANGE, "subject_token": token, "subject_token_type": _ACCESS}
        return _has_token(self.shop.token_call(**fields))

    def _device(self) -> bool:
        self.provider.wait(6)
        fields = {"grant_type": DEVICE_GRANT, "client_id": self.television.client_id, "device_code": self.device_code}
        return _has_token(self.provider.http.post(self.provider.endpoint("token"), data=fields))

    def _code(self) -> bool:
        fields = {"code": self.code, "redirect_uri": self.shop.redirect_uri, "code_verifier": VERIFIER}
        return _has_token(self.shop.token_call(grant_type="authorization_code", **fields))

    def _refresh(self) -> bool:
        return _has_token(self.shop.token_call(grant_type="refresh_token", refresh_token=self.tokens.refresh_token))

    def _documented(self) -> bool:
        url = f"https://id.gatepass.test/api/v1/accesstoken/refresh?client_id={self.shop.client_id}"
        return _has_token(self.provider.http.post(url, json={"refresh_token": self.tokens.refresh_token}))


def _has_token(answer: httpx2.Response) -> bool:
    assert answer.status_code < 500, answer.text
    return "access_token" in answer.text


@pytest.fixture
def life(provider: Provider) -> Callable[[Someone], Life]:
    shop = application(provider, grants=_GRANTS, scopes=("read",), audiences=(API,))
    television = application(provider, Registration("Television", ApplicationType.NATIVE))

    def begin(person: Someone) -> Life:
        tokens = shop.sign_in(person, scope="openid email read offline_access")
        fields = {"grant_type": GrantType.TOKEN_EXCHANGE, "subject_token": tokens.access_token}
        exchanged = shop.token_call(**fields, subject_token_type=_ACCESS).json()["access_token"]
        url = provider.endpoint("device_authorization")
        begun = provider.http.post(url, data={"client_id": television.client_id, "scope": "openid"}).json()
        page = person.browser.page("/device")
        confirm = person.browser.submit(page, "user_code", user_code=begun["user_code"])
        person.browser.submit(cast("Page", confirm), "decision", decision="allow")
        pending = cast("Page", shop.visit(person, shop.request(prompt="login"))).form("email").fields["request"]
        code = shop.ask(person, **_CHALLENGED).code
        return Life(provider, shop, television, person, tokens, exchanged, code, str(begun["device_code"]), pending)

    return begin


def test_everything_works_before_it_is_ended(provider: Provider, life: Callable[[Someone], Life]) -> None:
    """Or nothing below would prove anything; the documented refresh repeats its answer within the grace."""
    assert {way for way, opens in life(someone(provider)).ways().items() if not opens} == set()


def test_signing_out_everywhere_ends_the_other_browser_at_once(
    provider: Provider, life: Callable[[Someone], Life]
) -> None:
    lost = life(someone(provider))
    owner = lost.person.with_another_browser()
    owner.enter()
    page = owner.browser.page("/account/sessions")
    form = next(one for one in page.forms if one.action == "/account/sessions/end-others")
    assert owner.browser.send("POST", form.action, form.fields).status_code == 303
    assert {way for way, opens in lost.ways().items() if opens} == set()
    assert owner.browser.send("GET", "/account").status_code == 200, "this one stays"


def test_signing_out_everywhere_from_an_application_ends_every_browser(
    provider: Provider, life: Callable[[Someone], Life]
) -> None:
    lost = life(someone(provider))
    owner = lost.person.with_another_browser()
    owner.enter()
    page = owner.browser.page("/oauth2/logout")
    owner.browser.submit(page, "decision", decision="everywhere")
    assert {way for way, opens in lost.ways().items() if opens} == set()
    assert owner.browser.send("GET", "/account").status_code == 303


def test_ending_one_device_ends_that_one(provider: Provider, life: Callable[[Someone], Life]) -> None:
    lost = life(someone(provider))
    owner = lost.person.with_another_browser()
    owner.enter()
    page = owner.browser.page("/account/sessions")
    sessions = [
        (form, value) for form in page.forms for value in form.buttons.get("session", (form.fields.get("session", ""),))
    ]
    form, session = next((form, value) for form, value in sessions if value == lost.tokens.claims["sid"])
    owner.browser.send("POST", form.action, {**form.fields, "session": session})
    assert {way for way, opens in lost.ways().items() if opens} == set()


def test_nobody_ends_the_sessions_of_somebody_else(provider: Provider, life: Callable[[Someone], Life]) -> None:
    kept = life(someone(provider))
    mallory = someone(provider)
    mallory.enter()
    mallory.with_another_browser().enter()
    page = mallory.browser.page("/account/sessions")
    form = next(one for one in page.forms if one.action == "/account/sessions")
    answer = mallory.browser.send("POST", form.action, {**form.fields, "session": kept.tokens.claims["sid"]})
    assert answer.status_code == 303
    assert kept.person.browser.send("GET", "/account").status_code == 200


def test_a_deactivated_person_is_out_by_every_door_at_once(provider: Provider, life: Callable[[Someone], Life]) -> None:
    lost = life(someone(provider))
    switch_user(provider, lost.person.email)
    assert {way for way, opens in lost.ways().items() if opens} == set()
    # Nor does anybody come in anew: by the hosted pages, the waiting request, the second browser, or a device.
    for person in (lost.person, lost.person.with_another_browser()):
        shown = lost.shop.visit(person, lost.shop.request(prompt="login"))
        after = person.sign_in(cast("Page", shown))
        assert isinstance(after, Page), after
        assert "code=" not in after.text
        assert person.browser.send("GET", "/account").status_code == 303
    answer = lost.person.browser.send("GET", f"/sign-in/continue?request={lost.pending}")
    assert "code=" not in answer.text + answer.headers.get("location", "")


def test_a_person_who_is_deactivated_between_two_pages_gets_no_further(provider: Provider) -> None:
    shop, person = application(provider, is_third_party=True), someone(provider)
    shown = shop.visit(person, shop.request())
    consent = cast("Page", person.sign_in(cast("Page", shown)))
    fields = consent.form("decision").fields
    switch_user(provider, person.email)
    answer = person.browser.send("POST", "/consent", {**fields, "decision": "allow"})
    assert "code=" not in answer.text
    switch_user(provider, person.email, is_active=True)
    assert shop.ask(person.with_another_browser(), prompt="none").error == "login_required"


def test_an_application_that_is_switched_off_is_out_by_every_door(
    provider: Provider, life: Callable[[Someone], Life]
) -> None:
    lost = life(someone(provider))
    own = lost.shop.token_call(grant_type="client_credentials", scope="read", resource=API).json()["access_token"]
    resource = application(provider, audiences=(API,), grants=_GRANTS)

    async def body(tx: Any) -> None:
        found = await find_by_client_id(tx, lost.shop.client_id)
        assert found is not None
        await switch(tx, found, is_active=False, at=provider.server.clock.now())

    introspection = provider.endpoint("introspection")
    assert resource.call(introspection, {"token": own}).json()["active"] is True
    provider.server.transact(body)
    provider.server.house.applications.forget(lost.shop.client_id)  # what five seconds do
    refused = lost.shop.token_call(grant_type="refresh_token", refresh_token=lost.tokens.refresh_token)
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")
    bearer = {"authorization": f"Bearer {lost.tokens.access_token}"}
    assert provider.http.get(provider.endpoint("userinfo"), headers=bearer).status_code == 401
    shown = lost.shop.visit(lost.person, lost.shop.request())
    assert cast("Page", shown).status == 400
    for token in (own, lost.exchanged):
        assert resource.call(introspection, {"token": token}).json() == {"active": False}
    traded = resource.token_call(grant_type=GrantType.TOKEN_EXCHANGE, subject_token=own, subject_token_type=_ACCESS)
    assert traded.json().get("error") == "invalid_grant"


def test_a_revoked_token_is_out_by_every_door(provider: Provider, life: Callable[[Someone], Life]) -> None:
    for name in ("access_token", "refresh_token"):
        lost = life(someone(provider))
        answer = lost.shop.call(provider.endpoint("revocation"), {"token": getattr(lost.tokens, name)})
        assert answer.status_code == 200
        found = {way for way, opens in lost.ways().items() if opens}
        assert "userinfo" not in found
        assert "introspection" not in found
        assert "token exchange" not in found
        if name == "refresh_token":
            assert "refresh" not in found
            assert "introspection of the exchanged token" not in found, "it dies with the grant that it came from"
