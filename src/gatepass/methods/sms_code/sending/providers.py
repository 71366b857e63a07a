"""Providers of SMS as data: where a message is posted, with which headers, in which words."""

import base64
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import Final, Protocol
from urllib.parse import quote

from gatepass.kit.fetch import FetchRefused, parse_target
from gatepass.kit.secrets import Secret

JSON: Final = "application/json"
FORM: Final = "application/x-www-form-urlencoded"
_PLACE: Final = re.compile(r"\{(to|digits|text|sender|account|secret|basic)\}")
_HEADER: Final = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):\s*([\x20-\x7e]*)")


@dataclass(frozen=True, slots=True)
class Carrier:
    """An HTTP API that takes messages; its texts have places such as `{to}`.

    Args:
        url: where a message is posted.
        content_type: of the body; each value in the body is escaped as it wants.
        headers: further headers, each as `name: value`.
        body: the body.
        needs: the settings without which it can't be used.
    """

    url: str
    content_type: str
    headers: tuple[str, ...]
    body: str
    needs: tuple[str, ...] = ("account", "secret", "sender")


_TWILIO: Final = "https://api.twilio.com/2010-04-01/Accounts/{account}/Messages.json"
_BASIC: Final = ("authorization: Basic {basic}",)
PRESETS: Final[Mapping[str, Carrier]] = {
    "twilio": Carrier(_TWILIO, FORM, _BASIC, "To={to}&From={sender}&Body={text}"),
    "twilio_service": Carrier(_TWILIO, FORM, _BASIC, "To={to}&MessagingServiceSid={sender}&Body={text}"),
    # The Messages API, whose status says whether a message was taken; that of the older one never does.
    "vonage": Carrier(
        "https://api.nexmo.com/v1/messages",
        JSON,
        (*_BASIC, "accept: application/json"),
        '{"channel": "sms", "message_type": "text", "to": "{digits}", "from": "{sender}", "text": "{text}"}',
    ),
    "messagebird": Carrier(
        "https://rest.messagebird.com/messages",
        FORM,
        ("authorization: AccessKey {secret}", "accept: application/json"),
        "recipients={digits}&originator={sender}&datacoding=auto&body={text}",
        ("secret", "sender"),
    ),
}


class CarrierSettings(Protocol):
    """What the settings say of the provider."""

    @property
    def provider(self) -> str: ...  # noqa: D102 - as the settings say
    @property
    def account(self) -> str: ...  # noqa: D102 - as the settings say
    @property
    def secret(self) -> Secret | None: ...  # noqa: D102 - as the settings say
    @property
    def sender(self) -> str: ...  # noqa: D102 - as the settings say
    @property
    def url(self) -> str: ...  # noqa: D102 - as the settings say
    @property
    def headers(self) -> tuple[str, ...]: ...  # noqa: D102 - as the settings say
    @property
    def content_type(self) -> str: ...  # noqa: D102 - as the settings say
    @property
    def body(self) -> str: ...  # noqa: D102 - as the settings say


@dataclass(frozen=True, slots=True)
class Post:
    """A message as it is posted."""

    url: str
    content_type: str
    headers: dict[str, str]
    body: bytes


def carrier_of(settings: CarrierSettings) -> Carrier | None:
    """Return the provider that the settings name; None where they name none."""
    if not settings.provider:
        return None
    own = Carrier(settings.url, settings.content_type, settings.headers, settings.body, ("url", "body"))
    return PRESETS.get(settings.provider, own)


def carrier_faults(settings: CarrierSettings) -> Iterator[str]:
    """Yield what is wrong with the provider that the settings name, each as a sentence that says what to do."""
    carrier = carrier_of(settings)
    if carrier is None:
        return
    if settings.provider not in {*PRESETS, "http"}:
        yield f"GATEPASS_SMS_PROVIDER must be one of {', '.join(PRESETS)}, http; or nothing."
        return
    missing = [name for name in carrier.needs if not getattr(settings, name)]
    if missing:
        wanted = ", ".join(f"GATEPASS_SMS_{name.upper()}" for name in missing)
        yield f"The SMS provider {settings.provider} needs {wanted}."
        return
    post = posted(carrier, settings, "+4915112345678", "123456")
    try:
        parse_target(post.url, allow_loopback=True)
    except FetchRefused as refused:
        yield f"GATEPASS_SMS_URL can't be used. {refused.sentence}"
    if len(post.headers) < len(carrier.headers):
        yield "GATEPASS_SMS_HEADERS wants a name and a value for each, as authorization: Bearer {secret}."
    if carrier.content_type.partition(";")[0].strip() == JSON:
        try:
            json.loads(post.body)
        except ValueError:
            yield 'GATEPASS_SMS_BODY is no JSON; put each place between quotation marks, as "{to}".'


def posted(carrier: Carrier, settings: CarrierSettings, number: str, text: str) -> Post:
    """Return a message as a provider wants it.

    Args:
        carrier: the provider.
        settings: the account there.
        number: to whom, in the form of E.164.
        text: what is said.
    """
    secret = settings.secret.reveal() if settings.secret is not None else ""
    values = {
        "to": number,
        "digits": number.removeprefix("+"),
        "text": text,
        "sender": settings.sender,
        "account": settings.account,
        "secret": secret,
        "basic": base64.b64encode(f"{settings.account}:{secret}".encode()).decode(),
    }
    headers = {}
    for header in carrier.headers:
        # A line end in a value would begin another header; nothing but what one line may hold gets through.
        found = _HEADER.fullmatch(_filled(header, values, str))
        if found is not None:
            headers[found[1].lower()] = found[2]
    kind = carrier.content_type.partition(";")[0].strip().lower()
    body = _filled(carrier.body, values, _ESCAPES.get(kind, str))
    return Post(_filled(carrier.url, values, _in_url), carrier.content_type, headers, body.encode())


def _filled(template: str, values: Mapping[str, str], escaped: Callable[[str], str]) -> str:
    return _PLACE.sub(lambda place: escaped(values[place[1]]), template)


def _in_url(value: str) -> str:
    return quote(value, safe="")


def _in_json(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)[1:-1]


_ESCAPES: Final[Mapping[str, Callable[[str], str]]] = {
    JSON: _in_json,
    FORM: _in_url,
    "application/xml": escape,
    "text/xml": escape,
}
