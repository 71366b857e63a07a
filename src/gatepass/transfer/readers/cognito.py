"""Cognito: what `aws cognito-idp list-users` answers, or the table that its own import takes; it shows no hashes."""

from collections.abc import Iterator, Mapping
from typing import Any

from gatepass.transfer.model import Contact, Row, Traveller
from gatepass.transfer.readers.fields import moment, objects, rows_of, split_name, text, truth
from gatepass.transfer.readers.source import SourceFile
from gatepass.transfer.readers.streams import json_records, table_records

_ENDING = ".csv"
_STANDARD = frozenset(
    {
        *("sub", "email", "email_verified", "phone_number", "phone_number_verified", "given_name", "family_name"),
        *("name", "picture", "locale", "cognito:username", "cognito:mfa_enabled", "updated_at", "identities"),
    }
)


def read(source: SourceFile, skip: int = 0) -> Iterator[Row]:
    """Yield the people of a file; one that ends in .csv is a table.

    Raises:
        UnreadableFile: it is no such file.
    """
    if source.suffix.lower() == _ENDING:
        return rows_of(table_records(source, "cognito:username"), _of_table, skip)
    return rows_of(json_records(source, "Users", "users"), _of_api, skip)


def _of_api(record: Mapping[str, Any]) -> Traveller:
    attributes = {text(one, "Name"): text(one, "Value") for one in objects(record, "Attributes")}
    return _person(
        {**attributes, "cognito:username": text(record, "Username")},
        is_active=truth(record, "Enabled", default=True),
        dates=record,
    )


def _of_table(record: Mapping[str, Any]) -> Traveller:
    return _person(record, is_active=True, dates={})


def _person(attributes: Mapping[str, Any], *, is_active: bool, dates: Mapping[str, Any]) -> Traveller:
    email, phone = text(attributes, "email"), text(attributes, "phone_number")
    first, last = text(attributes, "given_name"), text(attributes, "family_name")
    if not first and not last:
        first, last = split_name(text(attributes, "name"))
    further = {name: value for name, value in attributes.items() if name not in _STANDARD and value}
    return Traveller(
        external_id=text(attributes, "sub", "cognito:username"),
        emails=(Contact(email, truth(attributes, "email_verified")),) if email else (),
        phones=(Contact(phone, truth(attributes, "phone_number_verified")),) if phone else (),
        username=text(attributes, "cognito:username"),
        first_name=first,
        last_name=last,
        picture=text(attributes, "picture"),
        locale=text(attributes, "locale"),
        is_active=is_active,
        private_metadata={name.removeprefix("custom:"): value for name, value in further.items()},
        created_at=moment(dates, "UserCreateDate"),
    )
