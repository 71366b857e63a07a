"""Files of other products, as they write them, become people; what can't be read says why and stops nobody else."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gatepass.transfer.model import Contact, CredentialKind, ForeignIdentity, Row, Traveller, UnreadableFile
from gatepass.transfer.readers import auth0, clerk, cognito, firebase, keycloak, tables
from gatepass.transfer.readers.source import SourceFile


def _file(tmp_path: Path, content: Any, name: str = "users.json") -> SourceFile:
    path = tmp_path / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return SourceFile(path)


def _one(rows: Iterator[Row]) -> Traveller:
    (row,) = rows
    assert row.traveller is not None, row.fault
    return row.traveller


AUTH0 = {
    "user_id": "auth0|5f7c8ec7c33c6c004bbafe82",
    "email": "ann@example.com",
    "email_verified": True,
    "given_name": "Ann",
    "family_name": "Lee",
    "phone_number": "+15005550006",
    "phone_verified": False,
    "blocked": True,
    "user_metadata": {"colour": "blue", "size": 1.5},
    "app_metadata": {"plan": "gold"},
    "identities": [
        {"provider": "auth0", "user_id": "5f7c8ec7c33c6c004bbafe82", "isSocial": False},
        {"provider": "google-oauth2", "user_id": "10769150350006150715113082367", "isSocial": True},
    ],
    "created_at": "2020-10-06T15:34:31.000Z",
    "last_login": "2021-01-01T00:00:00.000Z",
    "passwordHash": "$2b$10$abcdefghijklmnopqrstuv",
    "mfa_factors": [{"totp": {"secret": "JBSWY3DPEHPK3PXP"}}, {"email": {"value": "ann@example.com"}}],
}


@pytest.mark.parametrize("shape", ["lines", "array", "object"])
def test_auth0_comes_as_lines_or_as_an_array(tmp_path: Path, shape: str) -> None:
    line = json.dumps(AUTH0)
    content = {"lines": f"{line}\n{line}\n", "array": f"[{line},\n{line}]", "object": f'{{"users": [{line}, {line}]}}'}
    rows = list(auth0.read(_file(tmp_path, content[shape])))
    assert [row.number for row in rows] == [1, 2]
    ann = rows[0].traveller
    assert ann is not None
    assert ann.external_id == "auth0|5f7c8ec7c33c6c004bbafe82"
    assert ann.emails == (Contact("ann@example.com", is_verified=True),)
    assert ann.phones == (Contact("+15005550006", is_verified=False),)
    assert ann.identities == (ForeignIdentity("google-oauth2", "10769150350006150715113082367"),)
    assert (ann.first_name, ann.last_name, ann.is_blocked) == ("Ann", "Lee", True)
    assert ann.public_metadata == {"colour": "blue", "size": 1.5}
    assert ann.private_metadata == {"plan": "gold"}
    assert ann.created_at == datetime(2020, 10, 6, 15, 34, 31, tzinfo=UTC)
    assert [(one.kind, one.scheme) for one in ann.credentials] == [
        (CredentialKind.PASSWORD, "bcrypt"),
        (CredentialKind.TOTP, "base32"),
    ]
    assert ann.credentials[1].value["secret"] == "JBSWY3DPEHPK3PXP"


def test_any_hash_of_auth0_s_import_is_kept_whole(tmp_path: Path) -> None:
    custom = {
        "algorithm": "pbkdf2",
        "hash": {"value": "$pbkdf2-sha512$i=100000,l=64$c2FsdA$aGFzaA", "encoding": "utf8"},
    }
    person = _one(auth0.read(_file(tmp_path, [{"email": "a@b.test", "custom_password_hash": custom}])))
    assert person.credentials[0].scheme == "pbkdf2"
    assert person.credentials[0].value == custom


FIREBASE = {
    "users": [
        {
            "localId": "ZmlyZWJhc2U",
            "email": "ann@example.com",
            "emailVerified": True,
            "passwordHash": "aGFzaA==",
            "salt": "c2FsdA==",
            "displayName": "Ann van Lee",
            "photoUrl": "https://example.com/ann.png",
            "createdAt": "1600000000000",
            "lastSignedInAt": "1600000001000",
            "phoneNumber": "+15005550006",
            "disabled": True,
            "customAttributes": '{"role":"editor"}',
            "providerUserInfo": [{"providerId": "google.com", "rawId": "107", "email": "ann@example.com"}],
        }
    ]
}
PARAMETERS = {"signer_key": "a2V5", "salt_separator": "Bw==", "rounds": 8, "mem_cost": 14}


def test_firebase_s_hash_takes_the_project_s_parameters_along(tmp_path: Path) -> None:
    ann = _one(firebase.read(_file(tmp_path, FIREBASE), parameters=PARAMETERS))
    assert ann.credentials[0].scheme == "scrypt_firebase"
    assert ann.credentials[0].value == {"hash": "aGFzaA==", "salt": "c2FsdA==", **PARAMETERS}
    assert (ann.first_name, ann.last_name, ann.is_active) == ("Ann", "van Lee", False)
    assert ann.private_metadata == {"role": "editor"}
    assert ann.created_at == datetime.fromtimestamp(1_600_000_000, UTC)


def test_without_the_parameters_a_firebase_row_with_a_hash_is_refused(tmp_path: Path) -> None:
    (row,) = firebase.read(_file(tmp_path, FIREBASE))
    assert row.traveller is None
    assert "--hash-parameters" in row.fault
    assert row.label == "ann@example.com"


KEYCLOAK = {
    "realm": "shop",
    "clients": [{"clientId": "x", "users": []}],
    "users": [
        {"username": "service-account-x", "serviceAccountClientId": "x", "enabled": True},
        {
            "id": "6f2b",
            "username": "ann",
            "email": "ann@example.com",
            "emailVerified": False,
            "enabled": True,
            "firstName": "Ann",
            "lastName": "Lee",
            "createdTimestamp": 1600000000000,
            "attributes": {"phoneNumber": ["+15005550006"], "team": ["red"], "tags": ["a", "b"]},
            "realmRoles": ["admin"],
            "groups": ["/sales"],
            "federatedIdentities": [{"identityProvider": "github", "userId": "42", "userName": "ann"}],
            "credentials": [
                {
                    "type": "password",
                    "secretData": '{"value":"aGFzaA==","salt":"c2FsdA=="}',
                    "credentialData": '{"hashIterations":27500,"algorithm":"pbkdf2-sha256"}',
                },
                {
                    "type": "otp",
                    "secretData": '{"value":"raw-secret"}',
                    "credentialData": '{"digits":6,"period":30,"algorithm":"HmacSHA1"}',
                },
            ],
        },
    ],
}


def test_keycloak_s_credentials_are_opened_out_of_their_texts(tmp_path: Path) -> None:
    ann = _one(keycloak.read(_file(tmp_path, KEYCLOAK)))
    assert ann.credentials[0].scheme == "pbkdf2-sha256"
    assert ann.credentials[0].value == {
        "hashIterations": 27500,
        "algorithm": "pbkdf2-sha256",
        "value": "aGFzaA==",
        "salt": "c2FsdA==",
    }
    assert (ann.credentials[1].scheme, ann.credentials[1].value["secret"]) == ("raw", "raw-secret")
    assert (ann.roles, ann.organizations) == (("admin",), ("sales",))
    assert ann.private_metadata == {"phoneNumber": "+15005550006", "team": "red", "tags": ["a", "b"]}
    assert ann.phones == (Contact("+15005550006", is_verified=False),)


def test_clerk_s_table_and_clerk_s_list_say_the_same(tmp_path: Path) -> None:
    header = (
        "id,first_name,last_name,username,primary_email_address,primary_phone_number,verified_email_addresses,"
        "unverified_email_addresses,verified_phone_numbers,unverified_phone_numbers,totp_secret,password_digest,"
        "password_hasher"
    )
    line = "user_2,Ann,Lee,ann,ann@example.com,,ann@example.com|ann@work.test,old@example.com,,,JBSW,$2a$10$x,bcrypt"
    table = _one(clerk.read(_file(tmp_path, f"{header}\n{line}\n", "export.csv")))
    assert table.emails == (
        Contact("ann@example.com", is_verified=True),
        Contact("ann@work.test", is_verified=True),
        Contact("old@example.com", is_verified=False),
    )
    assert [one.kind for one in table.credentials] == [CredentialKind.PASSWORD, CredentialKind.TOTP]
    listed = {
        "id": "user_2",
        "first_name": "Ann",
        "primary_email_address_id": "e2",
        "email_addresses": [
            {"id": "e1", "email_address": "old@example.com", "verification": None},
            {"id": "e2", "email_address": "ann@example.com", "verification": {"status": "verified"}},
        ],
        "phone_numbers": [],
        "external_accounts": [{"provider": "oauth_google", "provider_user_id": "107"}],
        "banned": False,
        "created_at": 1600000000000,
    }
    ann = _one(clerk.read(_file(tmp_path, [listed])))
    assert ann.emails == (Contact("ann@example.com", is_verified=True), Contact("old@example.com", is_verified=False))


def test_cognito_is_read_from_its_answer_and_from_its_table(tmp_path: Path) -> None:
    answer = {
        "Users": [
            {
                "Username": "ann",
                "Attributes": [
                    {"Name": "sub", "Value": "f2b1"},
                    {"Name": "email", "Value": "ann@example.com"},
                    {"Name": "email_verified", "Value": "true"},
                    {"Name": "custom:tier", "Value": "gold"},
                ],
                "UserCreateDate": "2020-10-06T15:34:31.123000+02:00",
                "Enabled": False,
                "UserStatus": "CONFIRMED",
            }
        ]
    }
    ann = _one(cognito.read(_file(tmp_path, answer)))
    assert (ann.external_id, ann.username, ann.is_active) == ("f2b1", "ann", False)
    assert ann.private_metadata == {"tier": "gold"}
    written = "cognito:username,email,email_verified,name\nbob,bob@example.com,TRUE,Bob Ray\n"
    bob = _one(cognito.read(_file(tmp_path, written, "users.csv")))
    assert (bob.emails, bob.last_name) == ((Contact("bob@example.com", is_verified=True),), "Ray")


def test_our_own_table_needs_the_address_alone(tmp_path: Path) -> None:
    written = '\ufeffemail,roles,public_metadata\nann@example.com,admin|editor,"{""a"": 1}"\n'
    ann = _one(tables.read(_file(tmp_path, written, "users.csv")))
    assert (ann.roles, ann.public_metadata, ann.is_active) == (("admin", "editor"), {"a": 1}, True)


def test_a_row_that_cannot_be_read_says_why_and_stops_nobody(tmp_path: Path) -> None:
    content = [{"email": "a@b.test", "email_verified": "perhaps"}, "nobody", {"email": ["x"]}, {"email": "c@d.test"}]
    rows = list(auth0.read(_file(tmp_path, content)))
    assert [row.fault for row in rows] == [
        "email_verified must be true or false.",
        "The row is no object.",
        "email must be a text.",
        "",
    ]


def test_an_import_that_goes_on_skips_what_was_taken(tmp_path: Path) -> None:
    content = [{"email": f"p{number}@b.test"} for number in range(5)]
    assert [row.number for row in auth0.read(_file(tmp_path, content), skip=3)] == [4, 5]


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ("", "users.json"),
        ("not json", "users.json"),
        ('[{"email": "a@b.test"}, {"email": ', "users.json"),
        ('{"users": [{"email": "a@b.test"}', "users.json"),
        ("name\nAnn\n", "users.csv"),
        ("", "users.csv"),
    ],
    ids=["empty", "words", "cut array", "cut object", "no address column", "empty table"],
)
def test_a_file_of_another_kind_is_refused_with_a_sentence(tmp_path: Path, content: str, name: str) -> None:
    reader = tables.read if name.endswith(".csv") else auth0.read
    with pytest.raises(UnreadableFile, match="users"):
        list(reader(_file(tmp_path, content, name)))
