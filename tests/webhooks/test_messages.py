"""Signatures, by the algorithms as their receivers implement them."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from gatepass.webhooks.messages import _sign_by_standard, new_signing_secret, write_message
from gatepass.webhooks.model import Message, Style
from webhooks.house import verify_by_standard

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
EVENT = {"id": "e1", "user_id": "ada"}


def _message(style: Style, *keys: str, now: datetime = NOW) -> Message:
    return write_message(style, "e1", "user.account.changed", NOW, EVENT, keys, now)


def test_the_specifications_own_example_is_signed_as_it_says() -> None:
    # The example of the Standard Webhooks specification, "Verifying signatures".
    headers = _sign_by_standard(
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        b'{"test": 2432232314}',
        ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
        datetime.fromtimestamp(1614265330, UTC),
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_message_of_the_standard_is_verified_by_its_algorithm() -> None:
    secret = new_signing_secret()
    message = _message(Style.STANDARD, secret)
    verify_by_standard(secret, dict(message.headers), message.body, now=NOW)
    assert msgspec.json.decode(message.body) == {
        "type": "user.account.changed",
        "timestamp": "2026-03-01T12:00:00Z",
        "data": EVENT,
    }


def test_a_changed_body_an_old_moment_and_another_secret_are_refused() -> None:
    secret = new_signing_secret()
    message = _message(Style.STANDARD, secret)
    headers = dict(message.headers)
    with pytest.raises(AssertionError, match="forged"):
        verify_by_standard(secret, headers, message.body.replace(b"ada", b"eve"), now=NOW)
    with pytest.raises(AssertionError, match="forged"):
        verify_by_standard(secret, headers | {"webhook-id": "e2"}, message.body, now=NOW)
    with pytest.raises(AssertionError, match="too old"):
        verify_by_standard(secret, headers, message.body, now=NOW + timedelta(minutes=6))
    with pytest.raises(AssertionError, match="forged"):
        verify_by_standard(new_signing_secret(), headers, message.body, now=NOW)


def test_two_secrets_sign_side_by_side() -> None:
    old, new = new_signing_secret(), new_signing_secret()
    message = _message(Style.STANDARD, new, old)
    for secret in (old, new):
        verify_by_standard(secret, dict(message.headers), message.body, now=NOW)


def test_the_documented_header_signs_moment_and_body_with_the_secret_as_it_is_written() -> None:
    secret = new_signing_secret()
    message = _message(Style.DOCUMENTED, secret)
    stamp, signature = (part.split("=", 1)[1] for part in message.headers["ssojet-signature"].split(","))
    signed = f"{stamp}.".encode() + message.body
    assert stamp == str(int(NOW.timestamp()))
    assert signature == hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    assert msgspec.json.decode(message.body) == {
        "id": "e1",
        "type": "user.account.changed",
        "createdAt": "2026-03-01T12:00:00Z",
        "data": EVENT,
    }


@pytest.mark.parametrize("style", list(Style), ids=lambda style: style.value)
def test_every_try_has_the_same_body(style: Style) -> None:
    secret = new_signing_secret()
    first, second = _message(style, secret), _message(style, secret, now=NOW + timedelta(hours=1))
    assert first.body == second.body
    assert first.headers != second.headers


def test_secrets_have_256_random_bits_in_the_standards_form() -> None:
    secrets = {new_signing_secret() for _ in range(1000)}
    assert len(secrets) == 1000
    assert {len(secret) for secret in secrets} == {6 + 44}
    assert all(secret.startswith("whsec_") for secret in secrets)
