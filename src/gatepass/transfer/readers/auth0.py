"""Auth0: an export of its users (a record a line), or the array that its own import takes."""

from collections.abc import Iterator, Mapping
from typing import Any

from gatepass.transfer.model import Contact, Credential, CredentialKind, ForeignIdentity, Row, Traveller
from gatepass.transfer.readers.fields import moment, objects, plain, rows_of, split_name, table, text, truth
from gatepass.transfer.readers.source import SourceFile
from gatepass.transfer.readers.streams import json_records

# How Auth0 names its own database among a person's identities.
_OWN = "auth0"


def read(source: SourceFile, skip: int = 0) -> Iterator[Row]:
    """Yield the people of a file.

    Raises:
        UnreadableFile: it is no such file.
    """
    return rows_of(json_records(source, "users"), _person, skip)


def _person(record: Mapping[str, Any]) -> Traveller:
    email, phone = text(record, "email"), text(record, "phone_number")
    first, last = text(record, "given_name"), text(record, "family_name")
    if not first and not last and text(record, "name") != email:
        first, last = split_name(text(record, "name"))
    identities = [
        ForeignIdentity(text(one, "provider"), text(one, "user_id"))
        for one in objects(record, "identities")
        if text(one, "provider") not in {"", _OWN}
    ]
    return Traveller(
        external_id=text(record, "user_id", "id"),
        emails=(Contact(email, truth(record, "email_verified")),) if email else (),
        phones=(Contact(phone, truth(record, "phone_verified")),) if phone else (),
        username=text(record, "username"),
        first_name=first,
        last_name=last,
        picture=text(record, "picture"),
        locale=text(record, "locale"),
        is_blocked=truth(record, "blocked"),
        public_metadata=table(record, "user_metadata"),
        private_metadata=table(record, "app_metadata"),
        identities=tuple(identities),
        credentials=(*_passwords(record), *_factors(record)),
        created_at=moment(record, "created_at"),
        last_login_at=moment(record, "last_login"),
    )


def _passwords(record: Mapping[str, Any]) -> Iterator[Credential]:
    """Yield the password: bcrypt as Auth0's support exports it, or any hash that its import takes."""
    own = text(record, "password_hash", "passwordHash")
    if own:
        yield Credential(CredentialKind.PASSWORD, "bcrypt", {"hash": own})
        return
    custom = table(record, "custom_password_hash")
    if custom:
        yield Credential(CredentialKind.PASSWORD, text(custom, "algorithm").lower(), custom)


def _factors(record: Mapping[str, Any]) -> Iterator[Credential]:
    for factor in objects(record, "mfa_factors"):
        totp = factor.get("totp")
        if isinstance(totp, Mapping) and text(totp, "secret"):
            yield Credential(CredentialKind.TOTP, "base32", {"secret": text(totp, "secret"), **plain(totp)})
