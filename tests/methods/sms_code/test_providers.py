"""Messages that leave: by a real server that takes them, and in the words of each preset."""

import base64
import json
import queue
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

import pytest

from gatepass.kit.secrets import Secret
from gatepass.methods.sms_code.flows import problem_of
from gatepass.methods.sms_code.model import Declined, Reason
from gatepass.methods.sms_code.sending.providers import PRESETS, carrier_faults, carrier_of, posted
from gatepass.methods.sms_code.settings import SmsSettings
from gatepass.settings import FaultySettings, load
from methods.sms_code.phone_stage import PHONE, offering
from support.gatepass_server import ServerFactory

NASTY = 'Code "1"\\ & 2=3 + 4%\nü {secret}'


class _Provider(ThreadingHTTPServer):
    """Takes what is posted; the first so many times it says that it can't now."""

    def __init__(self) -> None:
        self.taken: queue.Queue[tuple[str, dict[str, str], bytes]] = queue.Queue()
        self.failures = 0
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: _Provider

    def log_message(self, *_: Any) -> None:
        """Say nothing: the tests tell."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        status = 201
        if self.server.failures > 0:
            self.server.failures, status = self.server.failures - 1, 500
        else:
            headers = {name.lower(): value for name, value in self.headers.items()}
            self.server.taken.put((self.path, headers, body))
        self.send_response(status)
        self.send_header("content-length", "0")
        self.end_headers()


@pytest.fixture
def provider() -> Iterator[_Provider]:
    """A server that takes messages."""
    server = _Provider()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join(timeout=5)


def test_a_message_reaches_the_provider_even_where_it_falters_and_its_code_signs_in(
    start_server: ServerFactory, provider: _Provider
) -> None:
    provider.failures = 1
    environment = {
        "GATEPASS_SMS_PROVIDER": "http",
        "GATEPASS_SMS_URL": f"http://127.0.0.1:{provider.server_port}/messages",
        "GATEPASS_SMS_SECRET": "s3cret",
        "GATEPASS_SMS_SENDER": "Shop",
        "GATEPASS_SMS_COUNTRIES": "DE",
        "GATEPASS_OUTBOX_RETRY_FIRST": "1s",
    }
    server = start_server(environment, registration=offering())
    sent = server.client.post("/api/v1/auth/passwordless/phone-otp/send", {"phone_id": PHONE})
    assert sent.status_code == 200, sent.text
    path, headers, body = provider.taken.get(timeout=20)
    message = json.loads(body)
    assert (path, headers["authorization"], headers["content-type"]) == (
        "/messages",
        "Bearer s3cret",
        "application/json",
    )
    assert (message["to"], message["from"]) == (PHONE, "Shop")
    code = message["text"].rpartition("#")[2]
    verified = server.client.post(
        "/api/v1/auth/passwordless/phone-otp/verify", {"state": sent.json()["state_id"], "otp": code}
    )
    assert verified.status_code == 200, verified.text
    assert verified.json()["authenticated"] is True
    abroad = server.client.post("/api/v1/auth/passwordless/phone-otp/send", {"phone": "+393401234567"})
    assert (abroad.status_code, abroad.json()["code"]) == (403, 1040)


def _settings(**given: Any) -> SmsSettings:
    usual: dict[str, Any] = {"account": "AC1", "secret": Secret("tok"), "sender": "+15005550006", "countries": ("DE",)}
    return SmsSettings(**usual | given)


@pytest.mark.parametrize(
    ("name", "url", "scheme", "expected"),
    [
        (
            "twilio",
            "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages.json",
            "Basic",
            {"To": PHONE, "From": "+15005550006", "Body": NASTY},
        ),
        (
            "twilio_service",
            "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages.json",
            "Basic",
            {"To": PHONE, "MessagingServiceSid": "+15005550006", "Body": NASTY},
        ),
        (
            "messagebird",
            "https://rest.messagebird.com/messages",
            "AccessKey",
            {"recipients": PHONE[1:], "originator": "+15005550006", "datacoding": "auto", "body": NASTY},
        ),
        (
            "vonage",
            "https://api.nexmo.com/v1/messages",
            "Basic",
            {"channel": "sms", "message_type": "text", "to": PHONE[1:], "from": "+15005550006", "text": NASTY},
        ),
    ],
)
def test_each_preset_says_what_its_provider_documents(
    name: str, url: str, scheme: str, expected: dict[str, str]
) -> None:
    settings = _settings(provider=name)
    assert list(carrier_faults(settings)) == []
    post = posted(PRESETS[name], settings, PHONE, NASTY)
    body = post.body.decode()
    is_json = post.content_type == "application/json"
    sent = json.loads(body) if is_json else dict(parse_qsl(body, strict_parsing=True))
    assert (post.url, sent) == (url, expected)
    granted = post.headers["authorization"]
    key = "tok" if scheme == "AccessKey" else base64.b64encode(b"AC1:tok").decode()
    assert granted == f"{scheme} {key}"


def test_a_provider_of_ones_own_is_described_by_templates() -> None:
    settings = _settings(
        provider="http", url="https://sms.example/{account}/send", content_type="application/xml",
        headers=("x-key: {secret}",), body="<m to='{digits}'>{text}</m>",
    )  # fmt: skip
    assert list(carrier_faults(settings)) == []
    carrier = carrier_of(settings)
    assert carrier is not None
    post = posted(carrier, settings, PHONE, "1 < 2 & {secret}")
    assert post.url == "https://sms.example/AC1/send"
    assert post.headers == {"x-key": "tok"}
    assert post.body == b"<m to='4915112345678'>1 &lt; 2 &amp; {secret}</m>"


def test_a_secret_that_would_begin_another_header_begins_none() -> None:
    settings = _settings(provider="twilio", secret=Secret("a\r\nx-evil: 1"))
    own = _settings(provider="http", url="https://sms.example/", secret=Secret("a\r\nx-evil: 1"))
    assert all("\r" not in value for value in posted(PRESETS["twilio"], settings, PHONE, "1").headers.values())
    assert any("HEADERS" in fault for fault in carrier_faults(own))


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({"GATEPASS_SMS_PROVIDER": "pigeon"}, "must be one of twilio"),
        ({"GATEPASS_SMS_PROVIDER": "twilio"}, "GATEPASS_SMS_COUNTRIES"),
        ({"GATEPASS_SMS_PROVIDER": "twilio", "GATEPASS_SMS_COUNTRIES": "DE"}, "needs GATEPASS_SMS_ACCOUNT"),
        ({"GATEPASS_SMS_COUNTRIES": "Germany"}, "two capital letters"),
        ({"GATEPASS_SMS_PRICES": "DE:1"}, "DE=0.075"),
        ({"GATEPASS_SMS_PER_NUMBER_AND_HOUR": "0"}, "at least 1 message"),
        ({"GATEPASS_SMS_LEAST_ANSWERED": "1"}, "below 1"),
    ],
)
def test_settings_that_can_not_work_are_refused_with_what_to_do(environment: dict[str, str], says: str) -> None:
    with pytest.raises(FaultySettings, match=says):
        load({"GATEPASS_DEV": "true", **environment})


def test_every_reason_has_a_sentence_that_says_what_to_do() -> None:
    for reason in Reason:
        problem = problem_of(Declined(reason))
        assert problem.title.endswith(".")
        assert problem.status in {403, 429}
