"""Each secret and each token that we hand out, at each door where another kind is expected (ASVS 5.0 §9.2.2)."""

from collections.abc import Callable
from typing import Any, cast
from urllib.parse import quote, urlencode

import pytest

from attacks.hosted import API, BROWSER, DEVICE_GRANT, SESSION, Someone, application, someone
from conformance.openid.browser import Page
from conformance.openid.fapi_client import FapiClient, new_key
from conformance.openid.provider import ISSUER, Provider
from conformance.openid.relying_party import RelyingParty
from gatepass.applications.model import ApplicationType, ClientAuthentication, GrantType, OAuthPolicy, Registration
from gatepass.applications.queries import find_by_client_id

_TOKEN_TYPES = "urn:ietf:params:oauth:token-type:"
_EXCHANGE = (
    *(GrantType.AUTHORIZATION_CODE, GrantType.REFRESH_TOKEN, GrantType.TOKEN_EXCHANGE),
    GrantType.CLIENT_CREDENTIALS,
)
_LOGOUT_EVENT: dict[str, dict[str, str]] = {"http://schemas.openid.net/event/backchannel-logout": {}}
Door = Callable[["Kinds", str], bool]
"""Whether a door opens to a text."""


class Kinds:
    """One of each kind, all of them good at their own door."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self.shop = application(provider, grants=_EXCHANGE, scopes=("read",), audiences=(API,))
        self.victim = someone(provider)
        key = new_key("proves")
        keys = {"keys": [key.as_dict(private=False)]}
        made = application(provider, authentication=ClientAuthentication.PRIVATE_KEY_JWT, jwks=keys)
        self.bank = FapiClient(provider, made.client_id, algorithm="ES256", key=key)
        television = Registration("Television", ApplicationType.NATIVE, oauth=OAuthPolicy(scopes=("read",)))
        self.television = application(provider, television)
        body = {"redirect_uris": ["https://app.test/cb"], "client_name": "App"}
        registered = provider.http.post(f"{ISSUER}/oauth2/register", json=body).json()
        self.managed = str(registered["registration_client_uri"])
        self.all: dict[str, str] = {"registration token": registered["registration_access_token"]}
        self.all |= self._tokens() | self._of_the_client() | self._of_the_browser()

    def _tokens(self) -> dict[str, str]:
        tokens = self.shop.sign_in(self.victim, scope="openid email read offline_access")
        url = self.provider.endpoint("device_authorization")
        begun = self.provider.http.post(url, data={"client_id": self.television.client_id, "scope": "openid"}).json()
        return {
            "access token": tokens.access_token,
            "own access token": self.own_token(),
            "id token": tokens.id_token,
            "refresh token": tokens.refresh_token,
            "logout token": self.logout_token(),
            "code": self.shop.ask(self.victim).code,
            "device code": begun["device_code"],
            "user code": begun["user_code"],
            "sid": str(tokens.claims["sid"]),
            "sub": str(tokens.claims["sub"]),
        }

    def _of_the_client(self) -> dict[str, str]:
        return {
            "client id": self.shop.client_id,
            "client secret": self.shop.secret,
            "pushed request": self.push(),
            "assertion": self.bank.assertion(),
            "request object": self.bank.request_object(self.bank.request()),
            "proof": self.bank.proof("POST", self.provider.endpoint("token")),
        }

    def _of_the_browser(self) -> dict[str, str]:
        page = cast("Page", self.shop.visit(someone(self.provider), self.shop.request()))
        return {
            "handle": page.form("email").fields["request"],
            "csrf token": page.form("email").fields["csrf_token"],
            "session cookie": self.victim.browser.cookies[SESSION],
            "browser cookie": self.victim.browser.cookies[BROWSER],
        }

    def own_token(self) -> str:
        return str(self.shop.token_call(grant_type="client_credentials", scope="read").json()["access_token"])

    def push(self) -> str:
        url = self.provider.endpoint("pushed_authorization_request")
        return str(self.shop.call(url, self.shop.request()).json()["request_uri"])

    def logout_token(self) -> str:
        server = self.provider.server
        found = server.read(lambda tx: find_by_client_id(tx, self.shop.client_id))
        at = self.provider.now()
        notice = {"aud": self.shop.client_id, "iat": at, "exp": at + 120, "jti": "j", "sub": "s", "sid": "s"}
        notice |= {"events": _LOGOUT_EVENT}
        token: str = server.wait_for(server.house.tokens.sign_notice(found, notice, "logout+jwt"))
        return token

    def bearer(self, method: str, url: str, text: str) -> bool:
        answer = self.provider.http.request(method, url, headers={"authorization": f"Bearer {text.strip()}"})
        assert answer.status_code in {200, 400, 401, 403}, (url, answer.status_code, answer.text)
        return answer.status_code == 200

    def token(self, **fields: str) -> bool:
        answer = self.shop.token_call(**fields)
        assert answer.status_code in {200, 400}, answer.text
        return "access_token" in answer.json()


def _introspects(kinds: Kinds, text: str) -> bool:
    answer = kinds.shop.call(kinds.provider.endpoint("introspection"), {"token": text})
    return bool(answer.json()["active"])


def _is_hint(kinds: Kinds, text: str) -> bool:
    return "code" in kinds.shop.ask(kinds.victim, id_token_hint=text, prompt="none").parameters


def _signs_out(kinds: Kinds, text: str) -> bool:
    person: Someone = someone(kinds.provider)
    person.enter()
    query = urlencode({"id_token_hint": text, "post_logout_redirect_uri": "https://rp.test/signed-out"})
    answer = person.browser.send("GET", f"/oauth2/logout?{query}")
    return str(answer.headers.get("location", "")).startswith("https://rp.test")


def _exchanges(kinds: Kinds, text: str) -> bool:
    opened = []
    for name in ("access_token", "id_token", "refresh_token", "jwt", "saml2"):
        kind = f"{_TOKEN_TYPES}{name}"
        opened.append(kinds.token(grant_type=GrantType.TOKEN_EXCHANGE, subject_token=text, subject_token_type=kind))
    return any(opened)


def _acts(kinds: Kinds, text: str) -> bool:
    return kinds.token(
        grant_type=GrantType.TOKEN_EXCHANGE,
        subject_token=kinds.all["access token"],
        subject_token_type=f"{_TOKEN_TYPES}access_token",
        actor_token=text,
        actor_token_type=f"{_TOKEN_TYPES}access_token",
    )


def _polls(kinds: Kinds, text: str) -> bool:
    fields = {"grant_type": DEVICE_GRANT, "client_id": kinds.television.client_id, "device_code": text}
    answer = kinds.provider.http.post(kinds.provider.endpoint("token"), data=fields).json()
    return str(answer["error"]) in {"authorization_pending", "slow_down"}


def _proves_by_secret(kinds: Kinds, text: str) -> bool:
    fields = {"grant_type": "refresh_token", "refresh_token": "x", "client_id": kinds.shop.client_id}
    answer = kinds.provider.http.post(kinds.provider.endpoint("token"), data={**fields, "client_secret": text})
    return str(answer.json()["error"]) != "invalid_client"


def _proves_by_assertion(kinds: Kinds, text: str) -> bool:
    fields = {"grant_type": "refresh_token", "refresh_token": "x", **kinds.bank.with_assertion(text)}
    answer = kinds.provider.http.post(kinds.provider.endpoint("token"), data=fields)
    return str(answer.json()["error"]) != "invalid_client"


def _asks(kinds: Kinds, text: str) -> bool:
    return kinds.bank.push({"request": text}).status_code == 201


def _is_proof(kinds: Kinds, text: str) -> bool:
    fields = {"grant_type": "refresh_token", "refresh_token": "x", **kinds.bank.credentials()[1]}
    answer = kinds.provider.http.post(kinds.provider.endpoint("token"), data=fields, headers={"dpop": text})
    return str(answer.json()["error"]) != "invalid_dpop_proof"


def _starts(kinds: Kinds, text: str) -> bool:
    query = urlencode({"client_id": kinds.shop.client_id, "request_uri": text})
    answer = kinds.victim.browser.send("GET", f"/oauth2/authorize?{query}")
    return "code=" in answer.headers.get("location", "")


def _waits(kinds: Kinds, text: str) -> bool:
    paths = ("/sign-in", "/sign-in/continue", "/consent", "/choose-account", "/sign-in/check-inbox")
    answers = [kinds.victim.browser.send("GET", f"{path}?request={quote(text, safe='')}") for path in paths]
    return any(answer.status_code != 410 for answer in answers)


def _opens_account(kinds: Kinds, text: str) -> bool:
    answer = someone(kinds.provider).browser.send("GET", "/account", headers={"cookie": f"{SESSION}={text}"})
    return answer.status_code == 200


DOORS: dict[str, tuple[Door, set[str]]] = {
    "userinfo": (lambda k, t: k.bearer("GET", k.provider.endpoint("userinfo"), t), {"access token"}),
    "introspection": (_introspects, {"access token", "own access token", "refresh token"}),
    "registration": (lambda k, t: k.bearer("GET", k.managed, t), {"registration token"}),
    "id_token_hint": (_is_hint, {"id token"}),
    "logout": (_signs_out, set()),
    "subject_token": (_exchanges, {"access token", "own access token"}),
    "actor_token": (_acts, {"access token", "own access token"}),
    "code": (
        lambda k, t: k.token(grant_type="authorization_code", code=t, redirect_uri=k.shop.redirect_uri),
        {"code"},
    ),
    "refresh_token": (lambda k, t: k.token(grant_type="refresh_token", refresh_token=t), {"refresh token"}),
    "device_code": (_polls, {"device code"}),
    "client_secret": (_proves_by_secret, {"client secret"}),
    "client_assertion": (_proves_by_assertion, {"assertion"}),
    "request": (_asks, {"request object"}),
    "dpop": (_is_proof, {"proof"}),
    "request_uri": (_starts, {"pushed request"}),
    "handle": (_waits, set()),
    "session cookie": (_opens_account, {"session cookie"}),
}


# Anew for each test, in whatever order they run: some doors spend what they open to.
@pytest.fixture
def kinds(provider: Provider) -> Kinds:
    return Kinds(provider)


@pytest.mark.parametrize("door", DOORS)
def test_a_door_opens_to_its_own_kind_alone(kinds: Kinds, door: str) -> None:
    opens, expected = DOORS[door]
    # Its own kind comes last, because some are spent by it.
    order = sorted(kinds.all, key=lambda kind: kind in expected)
    found = {kind for kind in order if opens(kinds, kinds.all[kind])}
    assert found == expected, door


def test_every_kind_is_another_text(kinds: Kinds) -> None:
    assert len(set(kinds.all.values())) == len(kinds.all)


def test_the_tokens_of_one_application_are_not_another_s(provider: Provider, kinds: Kinds) -> None:
    other: RelyingParty = application(provider, grants=_EXCHANGE, scopes=("read",))
    fresh = kinds.shop.sign_in(kinds.victim, scope="openid read offline_access")
    told: Any = other.call(provider.endpoint("introspection"), {"token": fresh.access_token})
    assert told.json() == {"active": False}
    assert other.call(provider.endpoint("introspection"), {"token": fresh.refresh_token}).json() == {"active": False}
    assert other.token_call(grant_type="refresh_token", refresh_token=fresh.refresh_token).status_code == 400
    refused = other.token_call(
        grant_type=GrantType.TOKEN_EXCHANGE,
        subject_token=fresh.access_token,
        subject_token_type=f"{_TOKEN_TYPES}access_token",
    )
    assert refused.json()["error"] == "invalid_grant"
    assert other.ask(kinds.victim, id_token_hint=fresh.id_token, prompt="none").error == "invalid_request"
    for token in (fresh.access_token, fresh.refresh_token):
        assert other.call(provider.endpoint("revocation"), {"token": token}).status_code == 200
    assert kinds.shop.userinfo(fresh)["sub"] == fresh.claims["sub"], "nobody takes back what is another's"
