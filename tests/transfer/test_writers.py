"""What leaves in a format comes back from it the same, as far as the format has a place for it."""

import csv
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gatepass.transfer.model import (
    Contact,
    Credential,
    CredentialKind,
    ForeignIdentity,
    Format,
    Row,
    Traveller,
)
from gatepass.transfer.readers import auth0, clerk, cognito, firebase, keycloak, tables
from gatepass.transfer.readers.source import SourceFile
from gatepass.transfer.writers.files import open_people

AT = datetime(2024, 7, 15, 6, 27, 32, tzinfo=UTC)
BCRYPT = Credential(CredentialKind.PASSWORD, "bcrypt", {"hash": "$2b$10$abc"})
TOTP = Credential(CredentialKind.TOTP, "base32", {"secret": "JBSWY3DP"})
CODES = Credential(CredentialKind.BACKUP_CODES, "as_exported", {"codes": ["one", "two"]})
PBKDF2 = Credential(
    CredentialKind.PASSWORD, "pbkdf2-sha256", {"algorithm": "pbkdf2-sha256", "value": "aA", "salt": "bB"}
)
PARAMETERS = {"signer_key": "a2V5", "salt_separator": "Bw==", "rounds": 8, "mem_cost": 14}
SCRYPT = Credential(CredentialKind.PASSWORD, "scrypt_firebase", {"hash": "aA==", "salt": "bB==", **PARAMETERS})
ANN = Traveller(
    external_id="x|1",
    emails=(Contact("ann@example.com", is_verified=True),),
    phones=(Contact("+15005550006", is_verified=True),),
    username="ann",
    first_name="Ann",
    last_name="van Lee",
    picture="https://example.com/ann.png",
    locale="pt-BR",
    public_metadata={"colour": "blue"},
    private_metadata={"plan": "gold", "seats": 3},
    identities=(ForeignIdentity("github", "42"),),
    created_at=AT,
    last_login_at=AT,
)
CASES: dict[Format, tuple[Callable[[SourceFile], Iterator[Row]], Traveller]] = {
    Format.AUTH0: (auth0.read, replace(ANN, credentials=(BCRYPT, TOTP), is_blocked=True)),
    Format.FIREBASE: (
        lambda source: firebase.read(source, parameters=PARAMETERS),
        replace(ANN, credentials=(SCRYPT,), is_active=False, username="", locale="", public_metadata={}),
    ),
    Format.KEYCLOAK: (
        keycloak.read,
        replace(
            ANN,
            credentials=(PBKDF2,),
            roles=("admin",),
            organizations=("sales",),
            picture="",
            public_metadata={},
            last_login_at=None,
        ),
    ),
    Format.CLERK: (
        clerk.read,
        replace(
            ANN, emails=(*ANN.emails, Contact("b@example.com", is_verified=False)), credentials=(BCRYPT, TOTP, CODES)
        ),
    ),
    Format.COGNITO: (
        cognito.read,
        replace(ANN, private_metadata={"plan": "gold"}, public_metadata={}, identities=(), last_login_at=None),
    ),
    Format.CSV: (tables.read, replace(ANN, credentials=(BCRYPT, TOTP), roles=("a", "b"), identities=())),
}


def _write(tmp_path: Path, kind: Format, *people: Traveller) -> Path:
    path = tmp_path / ("out.csv" if kind is Format.CSV else "out.json")
    with path.open("w", encoding="utf-8", newline="") as file:
        people_file = open_people(file, kind)
        for person in people:
            people_file.add(person)
        people_file.finish()
    return path


@pytest.mark.parametrize("kind", list(Format))
def test_what_leaves_comes_back(tmp_path: Path, kind: Format) -> None:
    read, person = CASES[kind]
    rows = list(read(SourceFile(_write(tmp_path, kind, person, person))))
    assert [row.fault for row in rows] == ["", ""]
    expected = person
    if kind is Format.KEYCLOAK:
        # It has no place of its own for numbers and languages, so that they are attributes too.
        added = {"phoneNumber": "+15005550006", "phoneNumberVerified": "true", "locale": "pt-BR"}
        expected = replace(person, private_metadata={**person.private_metadata, **added})
    assert rows[1].traveller == expected


@pytest.mark.parametrize("kind", list(Format))
def test_nobody_is_a_file_too(tmp_path: Path, kind: Format) -> None:
    read, _ = CASES[kind]
    assert list(read(SourceFile(_write(tmp_path, kind)))) == []


@pytest.mark.parametrize("value", ["=1+1", "+1", "-2", "@SUM(A1)", "\tx", "'=1", "''", "it's", "'"])
def test_no_cell_is_a_formula_and_every_value_comes_back(tmp_path: Path, value: str) -> None:
    path = _write(tmp_path, Format.CSV, replace(ANN, first_name=value))
    with path.open(encoding="utf-8", newline="") as file:
        cells: list[Any] = [cell for row in csv.reader(file) for cell in row]
    assert not [cell for cell in cells if cell[:1] in "=-@\t\r" and cell]
    assert not [cell for cell in cells if cell.startswith("+") and not cell[1:].isdigit()]
    (row,) = tables.read(SourceFile(path))
    assert row.traveller is not None
    assert row.traveller.first_name == value.strip()
