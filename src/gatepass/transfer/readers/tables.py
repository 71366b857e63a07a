"""Our own table: comma separated values with a header, of which the e-mail address alone is needed."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from gatepass.transfer.model import Contact, Credential, CredentialKind, Row, Traveller
from gatepass.transfer.readers.cells import uncell
from gatepass.transfer.readers.fields import moment, rows_of, split_name, table, text, truth
from gatepass.transfer.readers.source import SourceFile
from gatepass.transfer.readers.streams import table_records

COLUMNS: Final = (
    *("email", "email_verified", "phone", "phone_verified", "first_name", "last_name", "external_id", "username"),
    *("picture", "locale", "is_active", "is_blocked", "roles", "organizations", "public_metadata", "private_metadata"),
    *("password_hash", "password_scheme", "totp_secret", "created_at", "last_login_at"),
)
"""The columns that are read and written, in the order in which they are written."""


def read(source: SourceFile, skip: int = 0) -> Iterator[Row]:
    """Yield the people of a file; columns that nobody knows are left out.

    Raises:
        UnreadableFile: it is no such file.
    """
    plain = ({name: uncell(value) for name, value in record.items()} for record in table_records(source, "email"))
    return rows_of(plain, _person, skip)


def _person(record: Mapping[str, Any]) -> Traveller:
    email, phone = text(record, "email"), text(record, "phone")
    first, last = text(record, "first_name"), text(record, "last_name")
    if not first and not last:
        first, last = split_name(text(record, "name"))
    return Traveller(
        external_id=text(record, "external_id", "id"),
        emails=(Contact(email, truth(record, "email_verified")),) if email else (),
        phones=(Contact(phone, truth(record, "phone_verified")),) if phone else (),
        username=text(record, "username"),
        first_name=first,
        last_name=last,
        picture=text(record, "picture"),
        locale=text(record, "locale"),
        is_active=truth(record, "is_active", default=True) if text(record, "is_active") else True,
        is_blocked=truth(record, "is_blocked"),
        public_metadata=table(record, "public_metadata"),
        private_metadata=table(record, "private_metadata"),
        roles=_list(record, "roles"),
        organizations=_list(record, "organizations"),
        credentials=tuple(_credentials(record)),
        created_at=moment(record, "created_at"),
        last_login_at=moment(record, "last_login_at"),
    )


def _list(record: Mapping[str, Any], name: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text(record, name).split("|") if part.strip())


def _credentials(record: Mapping[str, Any]) -> Iterator[Credential]:
    hashed = text(record, "password_hash")
    if hashed:
        yield Credential(CredentialKind.PASSWORD, text(record, "password_scheme") or "modular", {"hash": hashed})
    secret = text(record, "totp_secret")
    if secret:
        yield Credential(CredentialKind.TOTP, "base32", {"secret": secret})
