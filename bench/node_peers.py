"""The peers: oidc-provider and better-auth on Node, installed from the lock file at their first use."""

import itertools
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from bench.contest import ADDRESSES, Entry, Subject
from bench.gatepass.provider import CALLBACK, RESOURCE, VERIFIER, Granted
from bench.load import Client, LoadError, ask_once, drive, expect, forever
from bench.processes import Process
from bench.wire import get, post_form, post_json

PEERS = Path(__file__).parent / "peers"
SECRET = "a-secret-of-the-benchmark-that-is-long-enough"  # noqa: S105 - known to the benchmark's own server alone
VERIFY_STOCK = 300
"""Links per slot; a slower server needs fewer for the same precision."""
CODE_STOCK = 400
"""Authorization codes per slot."""
_SESSION = re.compile(rb"better-auth\.session_token=[^;\r]+")


def install_peers() -> None:
    """Install the peers if they are missing or the lock file has changed.

    Raises:
        RuntimeError: Node is missing or the installation failed.
    """
    installed = PEERS / "node_modules" / ".package-lock.json"
    lock = PEERS / "package-lock.json"
    if installed.exists() and installed.stat().st_mtime >= lock.stat().st_mtime:
        return
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        raise RuntimeError("the peers need Node.js 20 or later with npm; install it, or measure with --without-peers")
    print("installing the peers (once, a minute or two: better-sqlite3 may be compiled) …")
    done = subprocess.run([npm, "ci"], cwd=PEERS, check=False, capture_output=True, timeout=900)
    if done.returncode:
        raise RuntimeError(f"npm ci failed under {PEERS.name}: {done.stderr.decode()[-2000:]}")
    installed.touch()


def versions() -> dict[str, str]:
    """Name the exact peers that are installed, and their Node."""
    node = subprocess.run(["node", "--version"], check=True, capture_output=True, timeout=60).stdout.decode().strip()
    packages = ("oidc-provider", "better-auth", "better-sqlite3")
    found = {name: (PEERS / "node_modules" / name / "package.json").read_bytes() for name in packages}
    return {"node": node, **{name: msgspec.json.decode(text)["version"] for name, text in found.items()}}


@dataclass
class NodeServer(Subject):
    """A peer: a script under ``bench/peers`` that is given its port and its directory."""

    script: str = ""
    arguments: tuple[str, ...] = ()

    def launch(self) -> Process:
        """Start the script in production mode."""
        workspace = self.conditions.workspace
        return Process.start(
            self.name,
            ["node", str(PEERS / self.script), str(self.port), str(workspace), *self.arguments],
            core=self.conditions.cores.server,
            environment={"NODE_ENV": "production"},
            log=workspace / f"{self.script}.log",
        )

    def entries(self) -> list[Entry]:
        """Take part in nothing by itself."""
        return []


@dataclass
class OidcProvider(NodeServer):
    """oidc-provider with ES256 as Gatepass has it, or with its defaults."""

    script: str = "oidc-provider.mjs"
    answers_at: str = "/jwks"

    def entries(self) -> list[Entry]:
        """Every grant that both have, refresh in its several ways, introspection, and the key set."""
        name = self.name
        if self.arguments == ("default",):
            opaque = "no rotation, no write, no audit; opaque access token, one RS256 signature by a 2048-bit key"
            return [
                Entry("credentials", name, self._credentials, "an opaque token, stored but not durably; no audit"),
                Entry("exchange", name, self._exchanges, "opaque access token, RS256 id token; not durable, no audit"),
                self._refresh("refresh", "openid", name, opaque),
                self._refresh("renew-rs256", "openid", name, opaque),
                Entry("introspect", name, self._introspects, "an opaque token: no signature, no session, no person"),
            ]
        return [
            Entry("credentials", name, self._credentials, "no write, no audit"),
            Entry("exchange", name, self._exchanges, "statements commit singly, not durably; no session, no audit"),
            self._refresh("refresh", "plain", name, "no rotation, no write, no audit"),
            self._refresh("refresh", "rotating", f"{name}, rotation", "not durable; no audit"),
            self._refresh("renew", "openid", name, "no rotation, no write, no audit"),
            self._refresh("renew", "rotating-openid", f"{name}, rotation", "not durable; no audit"),
            Entry("jwks", "oidc-provider", lambda: self.conditions.repeat(get("/jwks"))),
        ]

    def _minted(self, kind: str, client_id: str, count: int) -> list[str]:
        asked = get("/bench/mint", kind=kind, client=client_id, count=str(count))
        return msgspec.json.decode(ask_once(self.port, asked).body, type=list[str])

    def _credentials(self) -> list[Client]:
        wanted = {} if self.arguments == ("default",) else {"resource": RESOURCE, "scope": "api"}
        asked = post_form("/token", **_proof("plain"), grant_type="client_credentials", **wanted)
        return [forever(asked, b'"access_token"') for _ in range(self.conditions.connections)]

    def _exchanges(self) -> list[Client]:
        codes = iter(self._minted("AuthorizationCode", "openid", CODE_STOCK))
        return [self._exchange(codes) for _ in range(self.conditions.connections)]

    def _exchange(self, codes: Iterator[str]) -> Client:
        sent = {**_proof("openid"), "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
        for code in codes:
            reply = yield post_form("/token", **sent, grant_type="authorization_code", code=code)
            msgspec.json.decode(expect(reply).body, type=Granted)

    def _introspects(self) -> list[Client]:
        tokens = self._minted("AccessToken", "openid", self.conditions.connections)
        return [
            forever(post_form("/token/introspection", **_proof("openid"), token=token), b'"active":true')
            for token in tokens
        ]

    def _refresh(self, line: str, client_id: str, server: str, note: str) -> Entry:
        return Entry(line, server, lambda: self._chains(client_id), note)

    def _chains(self, client_id: str) -> list[Client]:
        tokens = self._minted("RefreshToken", client_id, self.conditions.connections)
        return [self._chain(client_id, token) for token in tokens]

    def _chain(self, client_id: str, token: str) -> Client:
        while True:
            reply = yield post_form("/token", **_proof(client_id), grant_type="refresh_token", refresh_token=token)
            token = str(expect(reply).json()["refresh_token"])


def _proof(client_id: str) -> dict[str, str]:
    return {"client_id": client_id, "client_secret": SECRET}


@dataclass
class BetterAuth(NodeServer):
    """better-auth with its magic-link and JWT plugins."""

    script: str = "better-auth.mjs"
    answers_at: str = "/api/auth/ok"
    _addresses: Iterator[str] = field(default_factory=lambda: itertools.cycle(ADDRESSES))
    _cookies: list[str] = field(default_factory=list)

    def entries(self) -> list[Entry]:
        """Send and verify a magic link, look a session up, and the key set; everybody has signed in once before."""
        drive(self.port, self._verifies(len(ADDRESSES)), seconds=60)
        return [
            Entry("send", self.name, self._sends, "no mail, no outbox, no code, no audit; not durable", self._forget),
            Entry("verify", self.name, lambda: self._verifies(VERIFY_STOCK), "a cookie session: no JWT, no audit"),
            Entry("session", self.name, self._looks_up, "a cookie and its HMAC: no signature is verified"),
            Entry("jwks", self.name, lambda: self.conditions.repeat(get("/api/auth/jwks"))),
        ]

    def _looks_up(self) -> list[Client]:
        if len(self._cookies) < self.conditions.connections:
            raise LoadError("better-auth gave no session cookies")
        return [
            forever(get("/api/auth/get-session", cookie=cookie), b'"session"')
            for cookie in self._cookies[-self.conditions.connections :]
        ]

    def _forget(self) -> None:
        self._links()

    def _links(self) -> list[tuple[str, str]]:
        return msgspec.json.decode(ask_once(self.port, get("/bench/links")).body, type=list[tuple[str, str]])

    def _sends(self) -> list[Client]:
        return [self._send(self._addresses) for _ in range(self.conditions.connections)]

    def _send(self, addresses: Iterator[str]) -> Client:
        for address in addresses:
            expect((yield post_json("/api/auth/sign-in/magic-link", {"email": address})))

    def _verifies(self, count: int) -> list[Client]:
        stock = itertools.islice(self._addresses, count)
        drive(self.port, [self._send(stock) for _ in range(self.conditions.connections)], seconds=60)
        tokens = iter([token for _, token in self._links()])
        return [self._verify(tokens) for _ in range(self.conditions.connections)]

    def _verify(self, tokens: Iterator[str]) -> Client:
        for token in tokens:
            reply = expect((yield get("/api/auth/magic-link/verify", token=token)))
            if found := _SESSION.search(reply.head):
                self._cookies.append(found[0].decode())
