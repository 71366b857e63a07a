"""The plan Back-Channel Logout: every client of a session is told that it has ended (Back-Channel Logout 1.0 §2.5)."""

import queue
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from joserfc import jwk, jws, jwt

from conformance.openid.conftest import NewClient
from conformance.openid.provider import ISSUER, Person, Provider
from conformance.openid.relying_party import RelyingParty
from gatepass.applications.model import OAuthPolicy

_EVENTS: dict[str, Any] = {"http://schemas.openid.net/event/backchannel-logout": {}}
_PATIENCE = 10.0
_ONE_DAY = 24 * 3600

Notice = tuple[str, dict[str, str], list[tuple[str, str]]]


class _Receiver(BaseHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        told: queue.Queue[Notice] = self.server.told  # type: ignore[attr-defined]
        told.put((self.path, {name.lower(): value for name, value in self.headers.items()}, parse_qsl(body)))
        self.send_response(200)
        self.send_header("cache-control", "no-store")
        self.send_header("content-length", "0")
        self.end_headers()


@pytest.fixture(scope="module")
def receiver() -> Iterator[ThreadingHTTPServer]:
    """Listen where the clients of this plan are told."""
    made = ThreadingHTTPServer(("127.0.0.1", 0), _Receiver)
    made.told = queue.Queue()  # type: ignore[attr-defined]
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield made
    made.shutdown()
    made.server_close()
    thread.join(5)


def _client(receiver: ThreadingHTTPServer, new_client: NewClient, path: str, algorithm: str) -> RelyingParty:
    url = f"http://127.0.0.1:{receiver.server_port}{path}"
    policy = OAuthPolicy(has_profile_in_id_token=False, logout_notice_url=url)
    return new_client(policy=policy, algorithm=algorithm)


def _told(receiver: ThreadingHTTPServer, count: int) -> dict[str, Notice]:
    """Return the next notices by the path that they came to."""
    told: queue.Queue[Notice] = receiver.told  # type: ignore[attr-defined]
    found = [told.get(timeout=_PATIENCE) for _ in range(count)]
    return {notice[0]: notice for notice in found}


def _verified(client: RelyingParty, notice: Notice) -> dict[str, Any]:
    """Return the claims of a logout token that holds (Back-Channel Logout 1.0 §2.4, §2.6)."""
    _, headers, fields = notice
    assert headers["content-type"].split(";")[0] == "application/x-www-form-urlencoded"
    assert [name for name, _ in fields] == ["logout_token"], "the token alone is posted"
    token = fields[0][1]
    header = jws.extract_compact(token.encode()).headers()
    assert header["alg"] == client.algorithm
    assert header.get("typ") == "logout+jwt"
    claims = dict(jwt.decode(token, jwk.KeySet.import_key_set(client.provider.keys()), [client.algorithm]).claims)  # type: ignore[arg-type]
    assert claims["iss"] == ISSUER
    assert claims["aud"] in (client.client_id, [client.client_id])
    assert abs(client.provider.now() - claims["iat"]) <= _ONE_DAY
    assert claims["exp"] > claims["iat"]
    assert claims["jti"]
    assert claims["events"] == _EVENTS
    assert "nonce" not in claims
    assert claims.get("sub") or claims.get("sid")
    return claims


def test_oidcc_backchannel_logout_discovery_endpoint_verification(provider: Provider) -> None:
    assert provider.metadata["backchannel_logout_supported"] is True
    assert provider.metadata["backchannel_logout_session_supported"] is True
    assert provider.endpoint("end_session").startswith("https://")


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_oidcc_backchannel_rp_initiated_logout(
    receiver: ThreadingHTTPServer, new_client: NewClient, person: Person, algorithm: str
) -> None:
    client = _client(receiver, new_client, f"/one-{algorithm}", algorithm)
    tokens = client.sign_in(person)
    _sign_out(client, person, tokens.id_token)
    claims = _verified(client, _told(receiver, 1)[f"/one-{algorithm}"])
    assert (claims["sub"], claims["sid"]) == (tokens.claims["sub"], tokens.claims["sid"])
    assert client.ask(person, prompt="none").error == "login_required"


def test_every_client_of_the_session_is_told_and_nobody_else(
    receiver: ThreadingHTTPServer, new_client: NewClient, person: Person
) -> None:
    first, second, third = (_client(receiver, new_client, path, "ES256") for path in ("/first", "/second", "/third"))
    tokens = first.sign_in(person)
    second.sign_in(person)
    third.sign_in(person.other_browser())
    _sign_out(first, person, tokens.id_token)
    told = _told(receiver, 2)
    assert set(told) == {"/first", "/second"}
    identifiers = {_verified(client, told[path])["jti"] for client, path in ((first, "/first"), (second, "/second"))}
    assert len(identifiers) == 2


def _sign_out(client: RelyingParty, person: Person, id_token: str) -> None:
    query = urlencode({"id_token_hint": id_token})
    person.browser.open(f"{client.provider.endpoint('end_session')}?{query}")
