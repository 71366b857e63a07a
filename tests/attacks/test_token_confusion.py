"""Tokens where another kind is expected, forged tokens, and keys that should never be published."""

import base64
import json
from typing import Any

import pytest
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, OctKey

from gatepass.applications.model import ApplicationType, Registration
from gatepass.protocols.jose import SigningAlgorithm
from support.client import BASE, Client
from support.gatepass_server import RunningServer

ADDRESS = "victim@example.com"
_PRIVATE_PARTS = {"d", "p", "q", "dp", "dq", "qi", "k", "oth"}


def part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def segments(token: str) -> tuple[dict[str, Any], dict[str, Any], str]:
    head, claims, signature = token.split(".")
    decoded = [json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))) for text in (head, claims)]
    return decoded[0], decoded[1], signature


def published(client: Client) -> KeySet:
    return KeySet.import_key_set(client.http.get("/.well-known/jwks.json").json())


def test_each_secret_is_refused_where_another_kind_is_expected(server: RunningServer) -> None:
    client = server.client
    signed_in = client.sign_in(ADDRESS)
    state = client.send(ADDRESS)["state"]
    mail = client.wait_for_mail(ADDRESS, 2)
    secrets = {
        "access_token": signed_in["access_token"],
        "refresh_token": signed_in["refresh_token"],
        "state": state,
        "handle": mail.parameters["state"],
        "magictext": mail.parameters["magictext"],
        "client_id": client.client_id,
        "user_id": signed_in["profile"]["id"],
        "code": mail.code,
        "jti": segments(signed_in["access_token"])[1]["jti"],
        "sid": segments(signed_in["access_token"])[1]["sid"],
        "cookie": client.http.cookies["gatepass_browser"],
    }
    for kind, value in secrets.items():
        if kind != "refresh_token":
            assert client.refresh(value).json()["error_code"] == "invalid_refresh_token", kind
        if kind != "state":
            assert client.status(value).json()["error_code"] == "invalid_state", kind
            assert client.verify_code(value, mail.code).json()["error_code"] == "invalid_state", kind
        if kind != "magictext":
            wrong = client.http.get(f"{BASE}/verify", params={**mail.parameters, "magictext": value})
            assert wrong.json()["error_code"] == "invalid_state", kind
        if kind not in {"state", "handle"}:
            wrong = client.http.get(f"{BASE}/verify", params={**mail.parameters, "state": value})
            assert wrong.json()["error_code"] == "invalid_state", kind
        if kind != "client_id":
            assert client.http.get(f"{BASE}/status", params={"client_id": value, "state": state}).status_code == 400
    assert client.status(state).json() == {"authenticated": False}


def test_no_door_takes_a_forged_or_a_real_bearer_for_more_than_it_is(server: RunningServer) -> None:
    client = server.client
    token = client.sign_in(ADDRESS)["access_token"]
    header, claims, signature = segments(token)
    forged = [token]
    forged += [f"{part({**header, 'alg': alg})}.{part(claims)}." for alg in ("none", "None", "NONE", "nOnE", "")]
    forged += [f"{part({**header, 'alg': 'HS256'})}.{part(claims)}.{signature}", token[:-4], token + "A", "x"]
    state = client.send("other@example.com")["state"]
    for bearer in forged:
        client.http.headers["authorization"] = f"Bearer {bearer}"
        status = client.get("/api/v1/auth/status", identifier=ADDRESS)
        assert status.json()["authenticated"] is False
        assert client.status(state).json() == {"authenticated": False}
        assert client.refresh(bearer).status_code == 400


def test_a_tampered_token_does_not_verify_against_the_published_keys(server: RunningServer) -> None:
    client = server.client
    token = client.sign_in(ADDRESS)["access_token"]
    keys = published(client)
    header, claims, signature = segments(token)
    assert jwt.decode(token, keys, algorithms=["ES256"]).claims == claims
    other = ECKey.generate_key("P-256", parameters={"kid": header["kid"]})
    public = client.http.get("/.well-known/jwks.json").content
    for forged in (
        f"{part(header)}.{part({**claims, 'sub': 'f' * 24})}.{signature}",
        f"{part({**header, 'alg': 'none'})}.{part(claims)}.",
        f"{part(header)}.{part(claims)}.",
        f"{part(header)}.{part(claims)}.{'A' * len(signature)}",
        jwt.encode(header, claims, other, algorithms=["ES256"]),
        jwt.encode({**header, "jwk": other.as_dict(private=False)}, claims, other, algorithms=["ES256"]),
        jwt.encode({**header, "alg": "HS256"}, claims, OctKey.import_key(public), algorithms=["HS256"]),
    ):
        with pytest.raises((JoseError, ValueError)):
            jwt.decode(forged, keys, algorithms=["ES256"])


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
@pytest.mark.parametrize("algorithm", list(SigningAlgorithm))
def test_a_token_says_what_it_is_and_nothing_that_could_mislead(
    server: RunningServer, algorithm: SigningAlgorithm
) -> None:
    client = server.register(Registration("Bank", ApplicationType.SPA, signing_algorithm=algorithm))
    token = client.sign_in(ADDRESS)["access_token"]
    header, claims, _ = segments(token)
    assert header.keys() == {"alg", "typ", "kid"}
    assert header["typ"] == "at+jwt"
    assert claims["iss"] == server.url
    assert claims["aud"] == claims["client_id"] == client.client_id
    assert claims["sub"] != claims["client_id"]
    assert ADDRESS not in json.dumps(claims), "an access token travels far: it names nobody by address"
    key = published(client).get_by_kid(header["kid"])
    assert jws.deserialize_compact(token, key, algorithms=[header["alg"]]).payload


def test_tokens_of_one_application_are_not_for_another(server: RunningServer) -> None:
    client, other = server.client, server.register(Registration("Forum", ApplicationType.SPA))
    claims = segments(client.sign_in(ADDRESS)["access_token"])[1]
    registry = jwt.JWTClaimsRegistry(aud={"essential": True, "value": other.client_id})
    with pytest.raises(JoseError):
        registry.validate(claims)


def test_the_published_keys_are_public_distinct_and_of_one_use(server: RunningServer) -> None:
    for algorithm in SigningAlgorithm:
        server.register(Registration("Bank", ApplicationType.SPA, signing_algorithm=algorithm)).sign_in(ADDRESS)
    server.house.tokens.cabinet._until = 0.0  # what five seconds do
    keys = server.client.http.get("/.well-known/jwks.json").json()["keys"]
    assert len(keys) == len(SigningAlgorithm)
    assert len({key["kid"] for key in keys}) == len(keys)
    for key in keys:
        assert not _PRIVATE_PARTS & key.keys()
        assert key["use"] == "sig"
        assert key["alg"] in {algorithm.value for algorithm in SigningAlgorithm}
