"""Keycloak: a realm's export with its users, in one file or one of several `…-users-N.json`."""

from collections.abc import Iterator, Mapping
from typing import Any

from gatepass.transfer.model import Contact, Credential, CredentialKind, ForeignIdentity, Row, Traveller
from gatepass.transfer.readers.fields import RowFault, items, moment, objects, rows_of, table, text, truth
from gatepass.transfer.readers.source import SourceFile
from gatepass.transfer.readers.streams import json_records

_PHONES = ("phoneNumber", "phone_number", "phone", "mobile")


def read(source: SourceFile, skip: int = 0) -> Iterator[Row]:
    """Yield the people of a file; the accounts of services are left out.

    Raises:
        UnreadableFile: it is no such file.
    """
    people = (one for one in json_records(source, "users") if not _is_service(one))
    return rows_of(people, _person, skip)


def _is_service(record: Any) -> bool:
    return isinstance(record, Mapping) and bool(record.get("serviceAccountClientId"))


def _person(record: Mapping[str, Any]) -> Traveller:
    attributes = table(record, "attributes")
    email = text(record, "email")
    phones = [_single(attributes[name]) for name in _PHONES if attributes.get(name)]
    return Traveller(
        external_id=text(record, "id"),
        emails=(Contact(email, truth(record, "emailVerified")),) if email else (),
        phones=tuple(Contact(phone, is_verified=_is_proven(attributes)) for phone in phones[:1]),
        username=text(record, "username"),
        first_name=text(record, "firstName"),
        last_name=text(record, "lastName"),
        locale=_single(attributes.get("locale", "")),
        is_active=truth(record, "enabled", default=True),
        private_metadata={name: _unlisted(value) for name, value in attributes.items()},
        roles=tuple(str(role) for role in items(record, "realmRoles")),
        organizations=tuple(str(group).strip("/") for group in items(record, "groups")),
        identities=tuple(
            ForeignIdentity(text(one, "identityProvider"), text(one, "userId"))
            for one in objects(record, "federatedIdentities")
        ),
        credentials=tuple(_credentials(record)),
        created_at=moment(record, "createdTimestamp"),
    )


def _credentials(record: Mapping[str, Any]) -> Iterator[Credential]:
    for one in objects(record, "credentials"):
        kind = text(one, "type")
        secret, data = table(one, "secretData"), table(one, "credentialData")
        if kind == "password":
            scheme = text(data, "algorithm") or text(one, "algorithm")
            value = text(secret, "value") or text(one, "hashedSaltedValue")
            if not scheme or not value:
                raise RowFault("A credential of the type password has no hash or names no algorithm.")
            yield Credential(CredentialKind.PASSWORD, scheme, {**data, **secret})
        elif kind in {"otp", "totp"} and text(secret, "value"):
            # Keycloak keeps the raw secret as a text, and shows it to the app in base32.
            yield Credential(CredentialKind.TOTP, "raw", {**data, "secret": text(secret, "value")})


def _single(value: Any) -> str:
    return str(value[0]) if isinstance(value, list) and value else "" if isinstance(value, list) else str(value)


def _unlisted(value: Any) -> Any:
    """Return the one value of an attribute that has one; Keycloak writes every attribute as a list."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _is_proven(attributes: Mapping[str, Any]) -> bool:
    return _single(attributes.get("phoneNumberVerified", "")).lower() == "true"
