"""An application's side of the wire: what a program would send to Gatepass, over real sockets."""

import json
import time
import urllib.parse
from dataclasses import dataclass, field
from typing import Any

import httpx2

BASE = "/api/v1/auth/passwordless/magic-link"
_PATIENCE = 15.0


@dataclass
class MailInDevelopment:
    """A mail of the development mailbox."""

    subject: str
    text: str
    html: str
    link: str
    code: str

    @property
    def parameters(self) -> dict[str, str]:
        """Return what the link carries."""
        return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.link).query))


_opened: list[httpx2.Client] = []


def close_clients() -> None:
    """Close the connections of every client that a test made."""
    while _opened:
        _opened.pop().close()


@dataclass
class Client:
    """Calls one server for one application; each has cookies of its own, as each browser has."""

    url: str
    client_id: str
    http: httpx2.Client = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.http = httpx2.Client(base_url=self.url, timeout=_PATIENCE, trust_env=False)
        _opened.append(self.http)

    def other_browser(self) -> "Client":
        """Return a client of the same application with no cookies."""
        return Client(self.url, self.client_id)

    def is_ready(self) -> bool:
        try:
            return self.http.get("/readyz").status_code == 200
        except httpx2.TransportError:
            return False

    def post(self, path: str, body: Any, **options: Any) -> httpx2.Response:
        return self.http.post(path, json=body, params={"client_id": self.client_id}, **options)

    def get(self, path: str, **parameters: str) -> httpx2.Response:
        return self.http.get(path, params={"client_id": self.client_id, **parameters})

    def send(self, email: str, **body: Any) -> dict[str, Any]:
        """Ask for a mail and return the answer."""
        answer = self.post(f"{BASE}/send", {"email": email, **body})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def status(self, state: str, **parameters: str) -> httpx2.Response:
        return self.get(f"{BASE}/status", state=state, **parameters)

    def refresh(self, token: str) -> httpx2.Response:
        return self.get("/api/v1/accesstoken/refresh", refresh_token=token)

    def verify_code(self, state: str, code: str) -> httpx2.Response:
        return self.post("/api/v1/auth/passwordless/email-otp/verify", {"state": state, "otp": code})

    def verify_link(self, mail: MailInDevelopment) -> httpx2.Response:
        """Make the documented call with what the link carries."""
        return self.http.get(f"{BASE}/verify", params=mail.parameters)

    def open_link(self, mail: MailInDevelopment) -> httpx2.Response:
        """Open the landing page as a browser does."""
        return self.http.get(mail.link)

    def press(self, mail: MailInDevelopment, **fields: str) -> httpx2.Response:
        """Submit the landing page's form."""
        return self.http.post("/magic-link", data={**mail.parameters, **fields})

    def mails(self, to: str) -> list[MailInDevelopment]:
        """Return the mails of the development mailbox for an address, the newest first."""
        found = self.http.get("/dev/mail/messages", params={"to": to}).json()["messages"]
        return [
            MailInDevelopment(mail["subject"], mail["text"], mail["html"], next(iter(mail["links"]), ""), mail["code"])
            for mail in found
        ]

    def wait_for_mail(self, to: str, count: int = 1) -> MailInDevelopment:
        """Return the newest mail for an address once there are so many."""
        until = time.monotonic() + _PATIENCE
        while len(found := self.mails(to)) < count:
            assert time.monotonic() < until, f"no mail for {to}"
            time.sleep(0.02)
        return found[0]

    def sign_in(self, email: str) -> dict[str, Any]:
        """Sign somebody in by the code of the mail and return the flat envelope."""
        before = len(self.mails(email))
        state = self.send(email)["state"]
        answer = self.verify_code(state, self.wait_for_mail(email, before + 1).code)
        assert answer.status_code == 200, answer.text
        return dict(json.loads(answer.content))
