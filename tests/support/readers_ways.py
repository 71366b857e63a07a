"""What the reader of the reference knows of each way to sign in: made by the calls that their program would make."""

import itertools
import time
from collections.abc import Callable
from datetime import timedelta
from functools import cached_property
from typing import Any

from conformance.openid.provider import Provider
from gatepass.audit.model import Origin
from gatepass.authenticators.flows import Change
from gatepass.methods.sms_code.queries import dev_messages
from support.client import Client
from support.oathtool import app_code

PASSWORD = "a few words that nobody else says"
_BASE = "/api/v1/auth"
_PATIENCE_SECONDS = 15.0
_numbers = itertools.count(15_123_456_001)
_people = itertools.count(1)


class Ways:
    """One reader's sign-ins, by each way, each begun when an example first asks for it.

    Args:
        provider: where they sign in.
        client: the calls of the application.
        secret: the application's.
    """

    def __init__(self, provider: Provider, client: Client, secret: str) -> None:
        self._provider, self._client, self._secret = provider, client, secret
        self.makers: dict[str, Callable[[], str]] = {
            "EMAIL_CODE": lambda: self._email[1],
            "EMAIL_STATE": lambda: self._email[0],
            "MFA_CODE": lambda: self._second_step[1],
            "MFA_TOKEN": lambda: self._second_step[0],
            "PASSWORD": self._password,
            "PHONE_CODE": lambda: self._phone[1],
            "PHONE_STATE": lambda: self._phone[0],
            "RESET_CODE": lambda: self._reset[1],
            "RESET_STATE": lambda: self._reset[0],
            "SIGNUP_CODE": lambda: self._sign_up[1],
            "SIGNUP_STATE": lambda: self._sign_up[0],
        }

    @cached_property
    def _email(self) -> tuple[str, str]:
        return self._begun("passwordless/email-otp/send", _address())

    @cached_property
    def _phone(self) -> tuple[str, str]:
        number = f"+49{next(_numbers)}"
        state = str(self._post("passwordless/phone-otp/send", phone=number)["state"])
        sent = self._provider.server.read(lambda tx: dev_messages(tx, recipient=number))
        return state, sent[0].code

    @cached_property
    def _sign_up(self) -> tuple[str, str]:
        return self._begun("password/signup", _address())

    @cached_property
    def _reset(self) -> tuple[str, str]:
        return self._begun("password/reset", self._with_password(_address()))

    @cached_property
    def _second_step(self) -> tuple[str, str]:
        """The token of somebody who has an app, and the code that it shows after the one that they typed."""
        address = _address()
        secret = self._with_app(str(self._client.sign_in(address)["profile"]["id"]))
        asked = self._post("mfa/token", {"x-client-secret": self._secret}, identifier=address)
        return str(asked["mfa_token"]), self._code_of(secret, later=timedelta(seconds=30))

    def _with_app(self, user_id: str) -> str:
        """Give somebody an authenticator app as their account page does; return its secret."""
        server = self._provider.server
        totp, change = server.house.totp, Change(None, server.clock.now(), Origin())
        begun = server.transact(lambda tx: totp.enrol(tx, user_id, "Shop", "reader", change))
        code = self._code_of(begun.manual_key)
        assert server.transact(lambda tx: totp.confirm(tx, user_id, begun.authenticator_id, code, change))
        return str(begun.manual_key)

    def _password(self) -> str:
        self._with_password("ana@example.com")
        return PASSWORD

    def _with_password(self, address: str) -> str:
        state, code = self._begun("password/signup", address)
        self._post("password/signup/complete", state=state, otp=code, password=PASSWORD)
        return address

    def _code_of(self, secret: str, later: timedelta = timedelta()) -> str:
        return app_code(secret, self._provider.server.clock.now() + later)

    def _begun(self, path: str, address: str) -> tuple[str, str]:
        """Ask for a mail with a code; return the state of it and the code."""
        before = len(self._codes(address))
        state = str(self._post(path, email=address)["state"])
        until = time.monotonic() + _PATIENCE_SECONDS
        while len(found := self._codes(address)) == before:
            assert time.monotonic() < until, f"no code for {address}"
            time.sleep(0.02)
        return state, found[0]

    def _codes(self, address: str) -> list[str]:
        """Return the codes of an address's mails, the newest first; a notice has none, and may come in between."""
        return [mail.code for mail in self._client.mails(address) if mail.code]

    def _post(self, path: str, headers: dict[str, str] | None = None, /, **body: Any) -> dict[str, Any]:
        query = {"client_id": self._client.client_id}
        answer = self._client.http.post(f"{_BASE}/{path}", params=query, json=body, headers=headers)
        assert answer.is_success, f"{path}: {answer.text}"
        return dict(answer.json())


def _address() -> str:
    return f"reader{next(_people)}@example.com"
