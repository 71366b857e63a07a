"""A relying party that keeps to FAPI 2.0: it pushes, proves itself by a key, and binds its tokens to another one."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import httpx2
from joserfc import jwk

from conformance.openid import checks
from conformance.openid.browser import Arrival, Page
from conformance.openid.forging import decoded, encoded, signed_with
from conformance.openid.provider import ISSUER, Person
from conformance.openid.relying_party import Answer, RelyingParty, Tokens

_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def new_key(name: str = "one") -> jwk.ECKey:
    """Return a new key for ES256."""
    return jwk.ECKey.generate_key("P-256", {"kid": name, "use": "sig", "alg": "ES256"})


@dataclass
class FapiClient(RelyingParty):
    """A client of the security profile.

    Args:
        key: proves that it is itself, and signs its requests.
        proof_key: what its tokens are bound to.
        signs_requests: whether what it pushes is a signed request object (Message Signing §5.3).
        nonce: the last nonce that the provider handed out.
        verifiers: what belongs to each challenge that it sent.
    """

    key: jwk.ECKey = field(default_factory=new_key)
    proof_key: jwk.ECKey = field(default_factory=new_key)
    signs_requests: bool = False
    nonce: str = ""
    verifiers: dict[str, str] = field(default_factory=dict)

    def request(self, **overrides: str | None) -> dict[str, str]:
        """Return an authorization request with a challenge."""
        verifier = secrets.token_urlsafe(32)
        challenge = encoded(hashlib.sha256(verifier.encode()).digest())
        self.verifiers[challenge] = verifier
        return super().request(**{"code_challenge": challenge, "code_challenge_method": "S256", **overrides})

    def of_code(self, answer: Answer, **overrides: str | None) -> dict[str, str]:
        """Return the parameters of a token request, with the verifier."""
        verifier = self.verifiers.get(answer.sent.get("code_challenge", ""))
        return super().of_code(answer, **{"code_verifier": verifier, **overrides})

    def visit(self, person: Person, sent: Mapping[str, str]) -> Page | Arrival:
        """Push a request and send a browser with what it was given for it."""
        return self.start(person, self.pushed(sent))

    def start(self, person: Person, request_uri: str, **further: str) -> Page | Arrival:
        """Send a browser to the authorization endpoint with nothing but the client id and the request_uri."""
        query = urlencode({"client_id": self.client_id, "request_uri": request_uri, **further})
        return person.browser.open(f"{self.provider.endpoint('authorization')}?{query}")

    def pushed(self, sent: Mapping[str, str]) -> str:
        """Push a request and return its request_uri."""
        answer = self.push(sent)
        assert answer.status_code == 201, f"{answer.status_code} {answer.text}"
        assert answer.headers["content-type"].split(";")[0] == "application/json"
        assert "no-store" in answer.headers["cache-control"]
        found = answer.json()
        assert set(found) == {"request_uri", "expires_in"}
        assert type(found["expires_in"]) is int
        assert 5 <= found["expires_in"] < 600
        checks.unguessable(found["request_uri"].rpartition(":")[2])
        return str(found["request_uri"])

    def push(self, sent: Mapping[str, str], headers: Mapping[str, str] | None = None) -> httpx2.Response:
        """Call the endpoint for pushed requests."""
        fields = {"request": self.request_object(sent)} if self.signs_requests else dict(sent)
        url = self.provider.endpoint("pushed_authorization_request")
        return self.provider.http.post(url, data={**fields, **self.credentials()[1]}, headers=dict(headers or {}))

    def request_object(self, sent: Mapping[str, str], key: jwk.ECKey | None = None, **claims: Any) -> str:
        """Return a request as this client signs it; a claim of None is left out."""
        now = self.provider.now()
        usual = {"iss": self.client_id, "aud": ISSUER, "iat": now, "nbf": now, "exp": now + 300, **sent}
        kept = {name: value for name, value in {**usual, **claims}.items() if value is not None}
        signing = key or self.key
        return signed_with({"alg": "ES256", "kid": signing.kid, "typ": "oauth-authz-req+jwt"}, kept, signing)

    def credentials(self) -> tuple[dict[str, str], dict[str, str]]:
        """Return an assertion, a new one for each call (OpenID Connect Core §9)."""
        return {}, self.with_assertion(self.assertion())

    def with_assertion(self, assertion: str) -> dict[str, str]:
        """Return the fields that carry an assertion."""
        return {
            "client_id": self.client_id,
            "client_assertion_type": _ASSERTION_TYPE,
            "client_assertion": assertion,
        }

    def assertion(self, key: jwk.ECKey | None = None, **claims: Any) -> str:
        """Return what proves that this client calls; a claim of None is left out."""
        now = self.provider.now()
        usual: dict[str, Any] = {"iss": self.client_id, "sub": self.client_id, "aud": ISSUER}
        usual |= {"jti": secrets.token_urlsafe(16), "iat": now, "exp": now + 60}
        kept = {name: value for name, value in {**usual, **claims}.items() if value is not None}
        signing = key or self.key
        return signed_with({"alg": "ES256", "kid": signing.kid}, kept, signing)

    def proof(self, method: str, url: str, access_token: str = "", **claims: Any) -> str:
        """Return a proof of this client's key for one request; a claim of None is left out (RFC 9449 §4.2)."""
        return signed_with(self.proof_header(), self.proof_claims(method, url, access_token, **claims), self.proof_key)

    def proof_header(self) -> dict[str, Any]:
        """Return the header of a proof."""
        return {"typ": "dpop+jwt", "alg": "ES256", "jwk": self.proof_key.as_dict(private=False)}

    def proof_claims(self, method: str, url: str, access_token: str = "", **claims: Any) -> dict[str, Any]:
        """Return the claims of a proof."""
        usual: dict[str, Any] = {"jti": secrets.token_urlsafe(16), "htm": method, "htu": url}
        usual |= {"iat": self.provider.now()}
        if self.nonce:
            usual["nonce"] = self.nonce
        if access_token:
            usual["ath"] = encoded(hashlib.sha256(access_token.encode()).digest())
        return {name: value for name, value in {**usual, **claims}.items() if value is not None}

    @property
    def thumbprint(self) -> str:
        """Return the thumbprint of the key that tokens are bound to (RFC 7638)."""
        return self.proof_key.thumbprint()

    def call(self, url: str, fields: Mapping[str, str]) -> httpx2.Response:
        """Call an endpoint with a proof, and once more where it wants a nonce in it (RFC 9449 §8)."""
        answer = self._call(url, fields)
        if answer.status_code == 400 and answer.json().get("error") == "use_dpop_nonce":
            checks.error_answer(answer)
            self.nonce = answer.headers["dpop-nonce"]
            answer = self._call(url, fields)
        self.nonce = answer.headers.get("dpop-nonce", self.nonce)
        return answer

    def _call(self, url: str, fields: Mapping[str, str]) -> httpx2.Response:
        more = {} if "client_assertion" in fields else self.credentials()[1]
        return self.provider.http.post(url, data={**more, **fields}, headers={"dpop": self.proof("POST", url)})

    def tokens_of(self, answer: httpx2.Response) -> dict[str, Any]:
        """Return tokens that are bound to this client's key."""
        found = checks.token_answer(answer, "dpop")
        assert decoded(found["access_token"].split(".")[1])["cnf"] == {"jkt": self.thumbprint}
        return found

    def userinfo_call(self, tokens: Tokens, how: str = "get") -> httpx2.Response:
        """Call the userinfo endpoint with the token and a proof beside it."""
        url, method = self.provider.endpoint("userinfo"), "GET" if how == "get" else "POST"
        return self.resource_call(method, tokens, self.proof(method, url, tokens.access_token))

    def resource_call(self, method: str, tokens: Tokens, *proofs: str, scheme: str = "DPoP") -> httpx2.Response:
        """Call the userinfo endpoint with these proofs."""
        headers = [("authorization", f"{scheme} {tokens.access_token}"), *(("dpop", proof) for proof in proofs)]
        return self.provider.http.request(method, self.provider.endpoint("userinfo"), headers=headers)
