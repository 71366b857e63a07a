"""Addresses that strangers have us ask (C64, C70): in production nothing inside the house is ever reached."""

import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest

from attacks.hosted import PUBLIC_ISSUER, Someone, application, someone
from conformance.openid.browser import Page
from conformance.openid.fapi_client import FapiClient, new_key
from conformance.openid.provider import ISSUER, Provider
from gatepass.applications.model import ClientAuthentication
from gatepass.kit.db import query
from support.gatepass_server import ServerFactory
from support.smtp import SmtpSink

# One database will do: what is asked is asked by the same code.
pytestmark = pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
_REFUSED = query(str, "SELECT id FROM outbox WHERE kind = 'post' AND last_error <> ''")


def inside(port: int) -> list[str]:
    """Return the spellings of places inside a house, each at a port where somebody listens."""
    return [
        f"https://127.0.0.1:{port}/keys",
        f"http://127.0.0.1:{port}/keys",
        f"https://localhost:{port}/keys",
        f"https://LOCALHOST:{port}/keys",
        f"https://localhost.:{port}/keys",
        f"https://[::1]:{port}/keys",
        f"https://[::ffff:127.0.0.1]:{port}/keys",
        f"https://[::ffff:7f00:1]:{port}/keys",
        f"https://[64:ff9b::7f00:1]:{port}/keys",
        f"https://[2002:7f00:1::]:{port}/keys",
        f"https://0.0.0.0:{port}/keys",
        f"https://127.1:{port}/keys",
        f"https://2130706433:{port}/keys",
        f"https://0x7f000001:{port}/keys",
        f"https://0177.0.0.1:{port}/keys",
        f"https://user@127.0.0.1:{port}/keys",
        f"https://rp.test@127.0.0.1:{port}/keys",
        f"https://127.0.0.1:{port}#@rp.test/keys",
        "https://169.254.169.254/latest/meta-data/",
        "http://169.254.169.254/latest/meta-data/",
        "https://metadata.google.internal/computeMetadata/v1/",
        "https://100.100.100.200/latest/meta-data",
        "https://10.0.0.1/keys",
        "https://192.168.1.1/keys",
        "https://[fd00::1]/keys",
        "https://[fe80::1]/keys",
        "https://rp.test:22/keys",
        "https://rp.test:6379/keys",
        "file:///etc/passwd",
        f"gopher://127.0.0.1:{port}/_x",
        f"ftp://127.0.0.1:{port}/x",
        "data:application/json,{}",
        "dict://127.0.0.1:11211/stat",
    ]


class Canary:
    """Somebody inside the house who must never be called."""

    def __init__(self) -> None:
        self.calls = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        while True:
            try:
                caller, _ = self._socket.accept()
            except OSError:
                return
            self.calls += 1
            caller.close()

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(5)


@dataclass
class Reader(Someone):
    """Somebody whose mail arrives at a mail server."""

    sink: SmtpSink

    def _mails(self) -> list[dict[str, Any]]:
        return [{"code": mail.code} for mail in reversed(self.sink.to(self.email))]


@pytest.fixture
def canary() -> Iterator[Canary]:
    made = Canary()
    yield made
    made.close()


@pytest.fixture
def house(start_server: ServerFactory, smtp_sink: SmtpSink, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    """A provider as in production, that lets strangers describe themselves; every name leads into the house."""
    settings = {
        "GATEPASS_DEV": "false",
        "GATEPASS_SMTP_URL": smtp_sink.url,
        "GATEPASS_PROVIDER_DYNAMIC_REGISTRATION": "open",
        "GATEPASS_PROVIDER_CLIENT_DOCUMENTS": "true",
        **PUBLIC_ISSUER,
    }
    made = Provider(start_server(settings))
    monkeypatch.setattr(made.server.house.fetcher, "_resolver", answering("127.0.0.1"))
    yield made
    made.close()


def answering(*addresses: str) -> Callable[[str, int], Any]:
    """Return a resolver to which every name is at these addresses."""

    async def resolve(_host: str, _port: int) -> Sequence[str]:
        return addresses

    return resolve


def test_no_stranger_registers_an_address_inside_the_house(house: Provider, canary: Canary) -> None:
    for name in ("logo_uri", "jwks_uri", "client_uri", "policy_uri", "tos_uri", "backchannel_logout_uri"):
        for url in inside(canary.port):
            if "rp.test:" in url or ("metadata" in url and name != "jwks_uri"):
                continue  # names are judged when they are asked for
            body = {"redirect_uris": ["https://app.test/cb"], "token_endpoint_auth_method": "none", name: url}
            answer = house.http.post(f"{ISSUER}/oauth2/register", json=body)
            assert answer.status_code in {400, 201}, answer.text
            if answer.status_code == 201:
                assert "metadata" in url or "localhost." in url, (name, url)
    assert canary.calls == 0


def test_no_document_of_a_client_is_fetched_from_inside_the_house(
    house: Provider, canary: Canary, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ["https://app.test/client", f"https://app.test:{canary.port}/client"]
    for addresses in (
        ["127.0.0.1"],
        ["::1"],
        ["::ffff:127.0.0.1"],
        ["93.184.216.34", "127.0.0.1"],
        ["169.254.169.254"],
    ):
        monkeypatch.setattr(house.server.house.fetcher, "_resolver", answering(*addresses))
        for url in [*inside(canary.port), *(f"{name}/{len(addresses)}{addresses[0]}" for name in names)]:
            sent = {"client_id": url, "redirect_uri": url, "response_type": "code", "scope": "openid"}
            answer = house.http.get(f"{ISSUER}/oauth2/authorize?{urlencode(sent)}")
            assert answer.status_code == 400, (url, answer.status_code)
            assert "location" not in answer.headers
    assert canary.calls == 0


def test_no_key_set_is_fetched_from_inside_the_house(
    house: Provider, canary: Canary, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = new_key("proves")
    for number, addresses in enumerate((["127.0.0.1"], ["::1"], ["93.184.216.34", "10.0.0.1"], ["::ffff:127.0.0.1"])):
        monkeypatch.setattr(house.server.house.fetcher, "_resolver", answering(*addresses))
        made = application(
            house,
            authentication=ClientAuthentication.PRIVATE_KEY_JWT,
            jwks_uri=f"https://keys{number}.test:{canary.port}/jwks",
        )
        bank = FapiClient(house, made.client_id, algorithm="ES256", key=key)
        began = time.monotonic()
        fields = {"grant_type": "refresh_token", "refresh_token": "x", **bank.with_assertion(bank.assertion())}
        answer = house.http.post(house.endpoint("token"), data=fields)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
        assert "127.0.0.1" not in answer.text, "nor is anybody told what was found there"
        assert time.monotonic() - began < 1.0
    assert canary.calls == 0


def test_no_notice_of_a_logout_goes_inside_the_house(
    house: Provider, canary: Canary, smtp_sink: SmtpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = application(house, logout_notice_url=f"https://notices.test:{canary.port}/told")
    for addresses in (["127.0.0.1"], ["93.184.216.34", "127.0.0.1"]):
        monkeypatch.setattr(house.server.house.fetcher, "_resolver", answering(*addresses))
        person = Reader(house, f"reader{len(addresses)}@example.com", someone(house).browser, smtp_sink)
        tokens = shop.sign_in(person)
        shown = person.browser.open(f"{house.endpoint('end_session')}?id_token_hint={tokens.id_token}")
        assert isinstance(shown, Page)
        until = time.monotonic() + 10
        while len(house.server.read(lambda tx: tx.all(_REFUSED))) < len(addresses):
            assert time.monotonic() < until, "the notice was not tried"
            time.sleep(0.05)
    assert canary.calls == 0


def test_a_request_uri_is_one_of_ours_and_never_asked_for(house: Provider, canary: Canary) -> None:
    shop = application(house)
    for url in inside(canary.port):
        sent = shop.request(request_uri=url)
        answer = house.http.get(f"{ISSUER}/oauth2/authorize?{urlencode(sent)}")
        assert answer.status_code in {303, 400}
        assert "code=" not in answer.headers.get("location", "")
        pushed = shop.call(house.endpoint("pushed_authorization_request"), sent)
        assert pushed.status_code == 400
    assert canary.calls == 0
