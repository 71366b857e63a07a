"""Applications that call the provider over its front door: with secrets, keys, proofs and codes."""

import base64
import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import httpx2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from joserfc import jwk

from gatepass.applications.flows import add_secret, change, registration_of
from gatepass.applications.model import Application, ApplicationType, OAuthPolicy, Registration
from gatepass.protocols.jose import base64url
from gatepass.protocols.oauth2.assertions import ASSERTION_TYPE
from gatepass.protocols.oauth2.dpop import access_token_hash
from provider.authorization.people import CALLBACK, VERIFIER, BrowserOf, request
from support.spine import Spine

TOKEN = "/oauth2/token"
API = "https://api.test/"
ROBOT = Registration(
    name="Robot", type=ApplicationType.M2M, oauth=OAuthPolicy(scopes=("sys_owner", "read"), audiences=(API,))
)
SITE = Registration(
    name="Site", type=ApplicationType.WEB, callback_urls=(CALLBACK,), oauth=OAuthPolicy(scopes=("read",))
)
Json = dict[str, Any]


def basic(client_id: str, secret: str) -> dict[str, str]:
    """Credentials as a header."""
    return {"authorization": "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()}


def new_key(kid: str = "") -> jwk.ECKey:
    return jwk.ECKey.generate_key("P-256", {"kid": kid} if kid else None)


def signed(header: Json, claims: Json, key: jwk.ECKey) -> str:
    """A token as somebody else would sign it, with ES256 whatever the header says."""
    message = ".".join(base64url(json.dumps(part).encode()) for part in (header, claims))
    private: Any = key.private_key
    r, s = decode_dss_signature(private.sign(message.encode(), ec.ECDSA(hashes.SHA256())))
    return f"{message}.{base64url(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


@dataclass
class Caller:
    """One application at the front door of a spine."""

    spine: Spine
    application: Application
    door: httpx2.AsyncClient
    secret: str = ""
    key: Any = None
    proof_key: Any = field(default_factory=new_key)

    @property
    def now(self) -> int:
        return int(self.spine.clock.now().timestamp())

    @property
    def issuer(self) -> str:
        return self.spine.house.public_url

    @property
    def credentials(self) -> dict[str, str]:
        """What proves the application in a body."""
        given = {"client_id": self.application.client_id}
        return {**given, "client_secret": self.secret} if self.secret else given

    async def ask(self, path: str = TOKEN, headers: dict[str, str] | None = None, **form: Any) -> httpx2.Response:
        """Send a form, proven by the secret where there is one; None leaves a parameter out."""
        given = {name: value for name, value in {**self.credentials, **form}.items() if value is not None}
        return await self.door.post(path, data=given, headers=headers or {})

    async def own_token(self, **form: Any) -> str:
        answer = await self.ask(grant_type="client_credentials", **form)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    async def code(self, email: str = "reader@example.com", **asked: Any) -> str:
        """A code of somebody who signs in."""
        browser = BrowserOf(self.spine)
        wanted = request(**asked)
        handle = await browser.waits(wanted, self.application)
        await browser.sign_in(handle, email, self.application)
        answer = await browser.flows.resume(handle, browser.now)
        return str(answer.parameters["code"])  # type: ignore[union-attr]

    async def redeem(self, code: str, headers: dict[str, str] | None = None, **form: Any) -> httpx2.Response:
        given = {"code": code, "redirect_uri": CALLBACK, "code_verifier": VERIFIER, **form}
        return await self.ask(headers=headers, grant_type="authorization_code", **given)

    async def signed_in(self, email: str = "reader@example.com", **asked: Any) -> Json:
        """The tokens of somebody who signed in."""
        answer = await self.redeem(await self.code(email, **asked))
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def refresh(self, token: str, headers: dict[str, str] | None = None, **form: Any) -> httpx2.Response:
        return await self.ask(headers=headers, grant_type="refresh_token", refresh_token=token, **form)

    async def change(self, **policy: Any) -> None:
        """Change what the application may do, and let the cache forget what it was."""
        registration = registration_of(self.application)
        registration = replace(registration, oauth=replace(registration.oauth, **policy))
        self.application = await self.spine.transact(
            lambda tx: change(tx, self.application, registration, self.spine.clock.now())
        )
        self.spine.house.applications._by_client_id.clear()

    def proof(self, method: str = "POST", path: str = TOKEN, *, token: str = "", **claims: Any) -> dict[str, str]:
        """The header of a DPoP proof; a claim that is None is left out, `header` and `key` change what signs."""
        key = claims.pop("key", self.proof_key)
        header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": key.as_dict(private=False), **claims.pop("header", {})}
        url = path if "://" in path else f"{self.issuer}{path}"
        made = {"jti": secrets.token_hex(8), "htm": method, "htu": url, "iat": self.now}
        if token:
            made["ath"] = access_token_hash(token)
        elif "nonce" not in claims:
            made["nonce"] = self.spine.house.proofs.nonce()
        kept = {name: value for name, value in {**made, **claims}.items() if value is not None}
        return {"dpop": signed({n: v for n, v in header.items() if v is not None}, kept, key)}

    def assertion(self, **claims: Any) -> dict[str, str]:
        """The parameters of a signed client assertion; a claim that is None is left out."""
        key = claims.pop("key", self.key)
        header = {"alg": "ES256", "kid": key.kid, **claims.pop("header", {})}
        client_id = self.application.client_id
        made: Json = {"iss": client_id, "sub": client_id, "aud": self.issuer, "jti": secrets.token_hex(8)}
        made |= {"iat": self.now, "exp": self.now + 60}
        kept = {name: value for name, value in {**made, **claims}.items() if value is not None}
        token = signed({n: v for n, v in header.items() if v is not None}, kept, key)
        return {"client_assertion": token, "client_assertion_type": ASSERTION_TYPE}


@asynccontextmanager
async def calling(spine: Spine, registration: Registration, *, key: Any = None) -> AsyncIterator[Caller]:
    """Register an application and give a caller of it, with a secret where it keeps one."""
    application = await spine.register(registration)
    secret = ""
    if application.is_confidential and key is None:
        secret = (await spine.transact(lambda tx: add_secret(tx, application.id, spine.clock.now()))).reveal()
    async with spine.door() as door:
        yield Caller(spine, application, door, secret, key)


def outcome(answer: httpx2.Response) -> tuple[int, str]:
    """The status and the error of an answer."""
    return answer.status_code, answer.json().get("error", "")
