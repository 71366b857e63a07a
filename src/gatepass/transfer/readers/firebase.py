"""Firebase: what `firebase auth:export` writes as JSON; its password hashes need the project's parameters."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from gatepass.transfer.model import Contact, Credential, CredentialKind, ForeignIdentity, Row, Traveller
from gatepass.transfer.readers.fields import RowFault, moment, objects, rows_of, split_name, table, text, truth
from gatepass.transfer.readers.source import SourceFile
from gatepass.transfer.readers.streams import json_records

_OWN = frozenset({"password", "phone", "emailLink"})


def read(source: SourceFile, skip: int = 0, parameters: Mapping[str, Any] | None = None) -> Iterator[Row]:
    """Yield the people of a file.

    Args:
        source: the file.
        skip: how many rows were taken before.
        parameters: the project's hash parameters: `signer_key`, `salt_separator`, `rounds`, `mem_cost`.

    Raises:
        UnreadableFile: it is no such file.
    """
    return rows_of(json_records(source, "users"), _person(parameters), skip)


def _person(parameters: Mapping[str, Any] | None) -> Callable[[Mapping[str, Any]], Traveller]:
    def person(record: Mapping[str, Any]) -> Traveller:
        email, phone = text(record, "email"), text(record, "phoneNumber")
        first, last = split_name(text(record, "displayName"))
        identities = [
            ForeignIdentity(text(one, "providerId"), text(one, "rawId", "federatedId"))
            for one in objects(record, "providerUserInfo")
            if text(one, "providerId") not in _OWN
        ]
        return Traveller(
            external_id=text(record, "localId"),
            emails=(Contact(email, truth(record, "emailVerified")),) if email else (),
            # Firebase has no number that was not proven by a code.
            phones=(Contact(phone, is_verified=True),) if phone else (),
            first_name=first,
            last_name=last,
            picture=text(record, "photoUrl"),
            is_active=not truth(record, "disabled"),
            private_metadata=table(record, "customAttributes"),
            identities=tuple(identities),
            credentials=tuple(_passwords(record, parameters)),
            created_at=moment(record, "createdAt"),
            last_login_at=moment(record, "lastSignedInAt"),
        )

    return person


def _passwords(record: Mapping[str, Any], parameters: Mapping[str, Any] | None) -> Iterator[Credential]:
    hashed = text(record, "passwordHash")
    if not hashed:
        return
    if not parameters:
        raise RowFault("The password hash needs the project's parameters: name their file with --hash-parameters.")
    value = {"hash": hashed, "salt": text(record, "salt"), **parameters}
    yield Credential(CredentialKind.PASSWORD, "scrypt_firebase", value)
