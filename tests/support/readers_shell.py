"""The shell of somebody who reads the reference: it knows what the page says that it must, and runs the examples."""

import base64
import hashlib
import shlex
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from string import Template
from typing import Any
from urllib.parse import quote_plus

import httpx2

from conformance.openid.browser import Page
from conformance.openid.provider import ISSUER, BehindTls, Person, Provider
from conformance.openid.relying_party import RelyingParty
from gatepass.applications.model import METHODS, ApplicationType, GrantType, MethodPolicies, OAuthPolicy, Registration
from gatepass.provider.registration.flows import invite
from support.client import Client
from support.gatepass_server import RunningServer
from support.readers_ways import Ways

SETTINGS = {"GATEPASS_PUBLIC_URL": ISSUER, "GATEPASS_PROVIDER_DYNAMIC_REGISTRATION": "token"}
_CALLBACK = "https://app.example.com/callback"
_VERIFIER = "a-verifier-that-is-made-up-for-one-sign-in-alone"
_READER = Registration(
    name="Reader's",
    type=ApplicationType.WEB,
    callback_urls=(_CALLBACK,),
    logout_urls=("https://app.example.com/",),
    oauth=OAuthPolicy(grants=tuple(GrantType)),
    methods=MethodPolicies(offered=METHODS),
)
_PATIENCE = 40.0
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Outcome:
    """What a command printed; `location` is where a browser would go on."""

    status: int
    text: str
    location: str


class Known(dict[str, str]):
    """What the examples may name, and a way to the server."""

    def new_transport(self) -> httpx2.BaseTransport:
        """Return a way to the server; whoever takes it closes it."""
        return httpx2.HTTPTransport()


class Knowledge(Known):
    """What stands in the examples in capitals; each is made when an example first asks for it.

    Args:
        provider: where it is made.
        reader: the application of whoever reads.
        person: somebody who signs in to it.
        client: the application's calls of the API.
    """

    def __init__(self, provider: Provider, reader: RelyingParty, person: Person, client: Client) -> None:
        super().__init__(URL=ISSUER, CLIENT_ID=reader.client_id, CLIENT_SECRET=reader.secret)
        self._provider, self._reader, self._person = provider, reader, person
        self.client = client
        self._makers: dict[str, Callable[[], str]] = {
            "ACCESS_TOKEN": lambda: str(self._tokens["access_token"]),
            "AUTHORIZATION_CODE": self._authorization_code,
            "CODE": lambda: self._mail[1],
            "CODE_CHALLENGE": lambda: _challenge(_VERIFIER),
            "CODE_VERIFIER": lambda: _VERIFIER,
            "DEVICE_CODE": self._device_code,
            "ID_TOKEN": lambda: str(self._tokens["id_token"]),
            "INITIAL_TOKEN": self._initial_token,
            "LINK_STATE": lambda: self._mail[2]["state"],
            "MAGICTEXT": lambda: self._mail[2]["magictext"],
            "REFRESH_TOKEN": lambda: str(self._tokens["refresh_token"]),
            "REGISTERED_ID": lambda: str(self._registered["client_id"]),
            "REGISTRATION_TOKEN": lambda: str(self._registered["registration_access_token"]),
            "REQUEST_URI": self._request_uri,
            "STATE": lambda: self._mail[0],
            **Ways(provider, client, reader.secret).makers,
        }

    def __missing__(self, name: str) -> str:
        self[name] = self._makers[name]()
        return self[name]

    def new_transport(self) -> BehindTls:
        """Return a way to the server; whoever takes it closes it."""
        return BehindTls(self._provider.server.settings.server.port)

    @cached_property
    def _mail(self) -> tuple[str, str, dict[str, str]]:
        """What a sign-in that is open and its mail hold: the state, the code, and what the link carries."""
        before = len(self.client.mails("ana@example.com"))
        state = self.client.send("ana@example.com")["state"]
        mail = self.client.wait_for_mail("ana@example.com", before + 1)
        return state, mail.code, mail.parameters

    @cached_property
    def _tokens(self) -> dict[str, Any]:
        sent = {"redirect_uri": _CALLBACK, "code_verifier": _VERIFIER, "code": self._authorization_code()}
        return dict(self._reader.token_call(grant_type="authorization_code", **sent).json())

    @cached_property
    def _registered(self) -> dict[str, Any]:
        header = {"authorization": f"Bearer {self._initial_token()}"}
        url = f"{ISSUER}/oauth2/register"
        return dict(self._provider.http.post(url, json={"redirect_uris": [_CALLBACK]}, headers=header).json())

    def _authorization_code(self) -> str:
        asked = {"code_challenge": _challenge(_VERIFIER), "code_challenge_method": "S256", "nonce": None}
        return self._reader.ask(self._person, scope="openid email offline_access", **asked).code

    def _request_uri(self) -> str:
        pushed = self._reader.call(f"{ISSUER}/oauth2/par", self._reader.request())
        return str(pushed.json()["request_uri"])

    def _initial_token(self) -> str:
        server = self._provider.server
        made = server.transact(lambda tx: invite(tx, "Reader", 1, timedelta(days=1), server.clock.now()))
        return str(made.reveal())

    def _device_code(self) -> str:
        """Begin to sign a device in, and let it in."""
        begun = self._reader.call(f"{ISSUER}/oauth2/device_authorization", {"scope": "openid"}).json()
        self._authorization_code()  # the browser is signed in now
        shown = self._person.browser.open(begun["verification_uri_complete"])
        assert isinstance(shown, Page)
        typed = self._person.browser.submit(shown, "user_code")
        assert isinstance(typed, Page)
        self._person.browser.submit(typed, "decision", decision="allow")
        return str(begun["device_code"])


@contextmanager
def open_shell(server: RunningServer) -> Iterator[Callable[[], Knowledge]]:
    """Give what knows everything anew for each example; the application and its person stay."""
    provider = Provider(server)
    registered = provider.register(_READER)
    assert registered.client_secret is not None
    client = Client(ISSUER, registered.application.client_id)
    reader = RelyingParty(provider, client.client_id, registered.client_secret.reveal(), redirect_uri=_CALLBACK)
    person = provider.person("bob@example.com")
    transport = BehindTls(server.settings.server.port)
    with httpx2.Client(base_url=ISSUER, transport=transport, timeout=_PATIENCE) as client.http:
        yield lambda: Knowledge(provider, reader, person, client)
    provider.close()


def run(command: str, knowledge: Known) -> Outcome:
    """Do what curl would: its few options that the examples use; of a stream the beginning is read."""
    words = shlex.split(Template(command).substitute(knowledge).replace("\\\n", " "))
    assert words.pop(0) == "curl"
    request: dict[str, Any] = {"method": "GET", "url": "", "auth": None}
    headers: dict[str, str] = {}
    sent: list[str] = []
    while words:
        match words.pop(0):
            case "-i" | "-N":
                pass
            case "-X":
                request["method"] = words.pop(0)
            case "-u":
                request["auth"] = tuple(words.pop(0).split(":"))
            case "-H":
                name, _, value = words.pop(0).partition(": ")
                headers[name] = value
            case "-d":
                sent.append(words.pop(0))
            case "--data-urlencode":
                name, _, value = words.pop(0).partition("=")
                sent.append(f"{name}={quote_plus(value)}")
            case word:
                request["url"] = word
    if sent:
        headers = {"Content-Type": _FORM, **headers}
        request["content"] = "&".join(sent)
    with (
        httpx2.Client(transport=knowledge.new_transport(), timeout=_PATIENCE) as http,
        http.stream(headers=headers, **request) as answer,
    ):
        is_endless = answer.headers.get("content-type", "").startswith("text/event-stream")
        text = next(answer.iter_text()) if is_endless else answer.read().decode()
        return Outcome(answer.status_code, text, answer.headers.get("location", ""))


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
