"""Clerk: the table that its dashboard exports, or the list of users that its API answers."""

from collections.abc import Iterator, Mapping
from typing import Any

from gatepass.transfer.model import Contact, Credential, CredentialKind, ForeignIdentity, Row, Traveller
from gatepass.transfer.readers.fields import items, moment, objects, rows_of, table, text, truth
from gatepass.transfer.readers.source import SourceFile
from gatepass.transfer.readers.streams import json_records, table_records

_ENDING = ".csv"


def read(source: SourceFile, skip: int = 0) -> Iterator[Row]:
    """Yield the people of a file; one that ends in .csv is a table.

    Raises:
        UnreadableFile: it is no such file.
    """
    if source.suffix.lower() == _ENDING:
        return rows_of(table_records(source, "primary_email_address"), _of_table, skip)
    return rows_of(json_records(source, "data", "users"), _of_api, skip)


def _of_table(record: Mapping[str, Any]) -> Traveller:
    primary, phone = text(record, "primary_email_address"), text(record, "primary_phone_number")
    proven, unproven = _list(record, "verified_email_addresses"), _list(record, "unverified_email_addresses")
    proven_phones, phones = _list(record, "verified_phone_numbers"), _list(record, "unverified_phone_numbers")
    return Traveller(
        external_id=text(record, "id"),
        emails=_contacts(primary, proven, unproven),
        phones=_contacts(phone, proven_phones, phones),
        username=text(record, "username"),
        first_name=text(record, "first_name"),
        last_name=text(record, "last_name"),
        credentials=tuple(_credentials(record)),
    )


def _of_api(record: Mapping[str, Any]) -> Traveller:
    emails, phones = objects(record, "email_addresses"), objects(record, "phone_numbers")
    return Traveller(
        external_id=text(record, "external_id", "id"),
        emails=_objects(emails, "email_address", text(record, "primary_email_address_id")),
        phones=_objects(phones, "phone_number", text(record, "primary_phone_number_id")),
        username=text(record, "username"),
        first_name=text(record, "first_name"),
        last_name=text(record, "last_name"),
        picture=text(record, "image_url") if truth(record, "has_image") else "",
        locale=text(record, "locale"),
        is_blocked=truth(record, "banned"),
        public_metadata=table(record, "public_metadata"),
        private_metadata=table(record, "private_metadata"),
        identities=tuple(
            ForeignIdentity(text(one, "provider"), text(one, "provider_user_id"))
            for one in objects(record, "external_accounts")
        ),
        credentials=tuple(_credentials(record)),
        created_at=moment(record, "created_at"),
        last_login_at=moment(record, "last_sign_in_at"),
    )


def _objects(found: list[Mapping[str, Any]], name: str, primary_id: str) -> tuple[Contact, ...]:
    ordered = sorted(found, key=lambda one: text(one, "id") != primary_id)
    contacts = [Contact(text(one, name), text(table(one, "verification"), "status") == "verified") for one in ordered]
    return tuple(contact for contact in contacts if contact.value)


def _contacts(primary: str, proven: list[str], unproven: list[str]) -> tuple[Contact, ...]:
    known = dict.fromkeys([primary, *proven, *unproven] if primary else [*proven, *unproven])
    return tuple(Contact(value, value in proven) for value in known)


def _list(record: Mapping[str, Any], name: str) -> list[str]:
    # The table puts several values into one cell, apart by a bar or a comma.
    return [part.strip() for part in text(record, name).replace("|", ",").split(",") if part.strip()]


def _credentials(record: Mapping[str, Any]) -> Iterator[Credential]:
    digest = text(record, "password_digest")
    if digest:
        scheme = text(record, "password_hasher") or "bcrypt"
        yield Credential(CredentialKind.PASSWORD, scheme, {"hash": digest})
    secret = text(record, "totp_secret")
    if secret:
        yield Credential(CredentialKind.TOTP, "base32", {"secret": secret})
    codes = (
        [str(code) for code in items(record, "backup_codes")] if isinstance(record.get("backup_codes"), list) else []
    )
    if codes:
        yield Credential(CredentialKind.BACKUP_CODES, "as_exported", {"codes": codes})
