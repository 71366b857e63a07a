"""Which record a person becomes in each format, and what of the person it has no place for."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from gatepass.transfer.model import Contact, Credential, CredentialKind, Traveller


def auth0(person: Traveller) -> dict[str, Any]:
    """Return a record that Auth0's import takes."""
    email, phone = _first(person.emails), _first(person.phones)
    record: dict[str, Any] = {
        "user_id": person.external_id,
        "email": email.value,
        "email_verified": email.is_verified,
        "username": person.username,
        "given_name": person.first_name,
        "family_name": person.last_name,
        "name": _full_name(person),
        "picture": person.picture,
        "locale": person.locale,
        "blocked": person.is_blocked or not person.is_active,
        "phone_number": phone.value,
        "phone_verified": phone.is_verified if phone.value else None,
        "user_metadata": dict(person.public_metadata),
        "app_metadata": dict(person.private_metadata),
        "identities": [{"provider": one.provider, "user_id": one.subject} for one in person.identities],
        "created_at": _written(person.created_at),
        "last_login": _written(person.last_login_at),
    }
    password, totp = _of_kind(person, CredentialKind.PASSWORD), _of_kind(person, CredentialKind.TOTP)
    if password is not None and password.scheme == "bcrypt":
        record["password_hash"] = password.value["hash"]
    elif password is not None:
        record["custom_password_hash"] = dict(password.value)
    if totp is not None:
        record["mfa_factors"] = [{"totp": dict(totp.value)}]
    return filled(record)


def firebase(person: Traveller) -> dict[str, Any]:
    """Return a record that `firebase auth:import` takes."""
    email, phone = _first(person.emails), _first(person.phones)
    password = _of_kind(person, CredentialKind.PASSWORD)
    is_own = password is not None and password.scheme == "scrypt_firebase"
    return filled(
        {
            "localId": person.external_id,
            "email": email.value,
            "emailVerified": email.is_verified,
            "displayName": _full_name(person),
            "photoUrl": person.picture,
            "phoneNumber": phone.value,
            "disabled": person.is_blocked or not person.is_active,
            "customAttributes": _json(person.private_metadata),
            "providerUserInfo": [{"providerId": one.provider, "rawId": one.subject} for one in person.identities],
            "createdAt": _milliseconds(person.created_at),
            "lastSignedInAt": _milliseconds(person.last_login_at),
            "passwordHash": password.value["hash"] if password is not None and is_own else "",
            "salt": password.value["salt"] if password is not None and is_own else "",
        }
    )


def keycloak(person: Traveller) -> dict[str, Any]:
    """Return a user of a realm's import."""
    email, phone = _first(person.emails), _first(person.phones)
    attributes = {
        name: value if isinstance(value, list) else [value] for name, value in person.private_metadata.items()
    }
    attributes |= {"phoneNumber": [phone.value]} if phone.value else {}
    attributes |= {"phoneNumberVerified": ["true"]} if phone.is_verified else {}
    attributes |= {"locale": [person.locale]} if person.locale else {}
    return filled(
        {
            "id": person.external_id,
            "username": person.username or email.value,
            "email": email.value,
            "emailVerified": email.is_verified,
            "enabled": person.is_active and not person.is_blocked,
            "firstName": person.first_name,
            "lastName": person.last_name,
            "createdTimestamp": int(_milliseconds(person.created_at) or 0) or None,
            "attributes": attributes,
            "realmRoles": list(person.roles),
            "groups": [f"/{name}" for name in person.organizations],
            "federatedIdentities": [
                {"identityProvider": one.provider, "userId": one.subject, "userName": one.subject}
                for one in person.identities
            ],
            "credentials": [_keycloak_credential(one) for one in person.credentials if _fits_keycloak(one)],
        }
    )


def clerk(person: Traveller) -> dict[str, Any]:
    """Return a user of the list that Clerk's own migration takes."""
    password, totp = _of_kind(person, CredentialKind.PASSWORD), _of_kind(person, CredentialKind.TOTP)
    codes = _of_kind(person, CredentialKind.BACKUP_CODES)
    has_digest = password is not None and isinstance(password.value.get("hash"), str)
    return filled(
        {
            "external_id": person.external_id,
            "username": person.username,
            "first_name": person.first_name,
            "last_name": person.last_name,
            "image_url": person.picture,
            "has_image": bool(person.picture),
            "locale": person.locale,
            "banned": person.is_blocked or not person.is_active,
            **_numbered("email_address", "email_addresses", "e", person.emails),
            **_numbered("phone_number", "phone_numbers", "p", person.phones),
            "public_metadata": dict(person.public_metadata),
            "private_metadata": dict(person.private_metadata),
            "external_accounts": [
                {"provider": one.provider, "provider_user_id": one.subject} for one in person.identities
            ],
            "password_digest": password.value["hash"] if password is not None and has_digest else "",
            "password_hasher": password.scheme if password is not None and has_digest else "",
            "totp_secret": totp.value["secret"] if totp is not None and totp.scheme == "base32" else "",
            "backup_codes": list(codes.value["codes"]) if codes is not None else [],
            "created_at": int(_milliseconds(person.created_at) or 0) or None,
            "last_sign_in_at": int(_milliseconds(person.last_login_at) or 0) or None,
        }
    )


def cognito(person: Traveller) -> dict[str, Any]:
    """Return a user as Cognito lists them; its import takes no hashes from anybody."""
    email, phone = _first(person.emails), _first(person.phones)
    attributes = {
        "sub": person.external_id,
        "email": email.value,
        "email_verified": str(email.is_verified).lower() if email.value else "",
        "phone_number": phone.value,
        "phone_number_verified": str(phone.is_verified).lower() if phone.value else "",
        "given_name": person.first_name,
        "family_name": person.last_name,
        "picture": person.picture,
        "locale": person.locale,
        **{f"custom:{name}": _plain_text(value) for name, value in person.private_metadata.items()},
    }
    return filled(
        {
            "Username": person.username or person.external_id,
            "Attributes": [{"Name": name, "Value": value} for name, value in attributes.items() if value],
            "UserCreateDate": _written(person.created_at),
            "Enabled": person.is_active and not person.is_blocked,
        }
    )


def row(person: Traveller) -> dict[str, str]:
    """Return a row of our own table, by its columns."""
    email, phone = _first(person.emails), _first(person.phones)
    password, totp = _of_kind(person, CredentialKind.PASSWORD), _of_kind(person, CredentialKind.TOTP)
    has_hash = password is not None and isinstance(password.value.get("hash"), str)
    return {
        "email": email.value,
        "email_verified": str(email.is_verified).lower(),
        "phone": phone.value,
        "phone_verified": str(phone.is_verified).lower(),
        "first_name": person.first_name,
        "last_name": person.last_name,
        "external_id": person.external_id,
        "username": person.username,
        "picture": person.picture,
        "locale": person.locale,
        "is_active": str(person.is_active).lower(),
        "is_blocked": str(person.is_blocked).lower(),
        "roles": "|".join(person.roles),
        "organizations": "|".join(person.organizations),
        "public_metadata": _json(person.public_metadata),
        "private_metadata": _json(person.private_metadata),
        "password_hash": str(password.value["hash"]) if password is not None and has_hash else "",
        "password_scheme": password.scheme if password is not None and has_hash else "",
        "totp_secret": str(totp.value["secret"]) if totp is not None and totp.scheme == "base32" else "",
        "created_at": _written(person.created_at),
        "last_login_at": _written(person.last_login_at),
    }


def filled(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record without what is empty; false and zero are not."""
    return {name: value for name, value in record.items() if value is not None and value not in ("", [], {})}


def _keycloak_credential(one: Credential) -> dict[str, Any]:
    hidden = {"value", "secret", "salt", "additionalParameters"}
    secret = {"value" if name == "secret" else name: value for name, value in one.value.items() if name in hidden}
    data = {name: value for name, value in one.value.items() if name not in hidden}
    kind = "password" if one.kind is CredentialKind.PASSWORD else "otp"
    if kind == "password":
        data |= {"algorithm": one.scheme}
    return {"type": kind, "secretData": _json(secret), "credentialData": _json(data)}


def _fits_keycloak(one: Credential) -> bool:
    if one.kind is CredentialKind.TOTP:
        return one.scheme == "raw"
    return one.kind is CredentialKind.PASSWORD and "value" in one.value


def _numbered(single: str, several: str, prefix: str, contacts: tuple[Contact, ...]) -> dict[str, Any]:
    listed = [
        {
            "id": f"{prefix}{number}",
            single: one.value,
            "verification": {"status": "verified" if one.is_verified else "unverified"},
        }
        for number, one in enumerate(contacts, start=1)
    ]
    return {several: listed, f"primary_{single}_id": f"{prefix}1"} if listed else {}


def _first(contacts: tuple[Contact, ...]) -> Contact:
    return contacts[0] if contacts else Contact("", is_verified=False)


def _of_kind(person: Traveller, kind: CredentialKind) -> Credential | None:
    return next((one for one in person.credentials if one.kind is kind), None)


def _full_name(person: Traveller) -> str:
    return f"{person.first_name} {person.last_name}".strip()


def _written(moment: datetime | None) -> str:
    return "" if moment is None else moment.isoformat().replace("+00:00", "Z")


def _milliseconds(moment: datetime | None) -> str:
    return "" if moment is None else str(int(moment.timestamp() * 1000))


def _json(value: Mapping[str, Any]) -> str:
    return msgspec.json.encode(value).decode() if value else ""


def _plain_text(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
