"""The e-mail addresses, phone numbers and identities of users."""

from dataclasses import dataclass
from datetime import datetime

import msgspec
from msgspec import UNSET, UnsetType

from gatepass.access.model import Scope
from gatepass.api.users.desk import CHANGE_ERRORS, MISSING, UserDesk, row
from gatepass.api.users.listing import PATH
from gatepass.api.users.shapes.answers import (
    AddressAnswer,
    IdentityAnswer,
    PhoneAnswer,
    address_answer,
    identity_answer,
    phone_answer,
)
from gatepass.gate.model import Call, Endpoint, Reply
from gatepass.kit.db import Tx
from gatepass.kit.mail.addresses import AddressKey, parse_address
from gatepass.kit.phones.numbers import parse_phone
from gatepass.kit.problems import Problem
from gatepass.users import flows as users
from gatepass.users.model import Person

_ONE = f"{PATH}/{{user_id}}"
_ADDRESSES, _PHONES = f"{_ONE}/addresses", f"{_ONE}/phones"


class AddressBody(msgspec.Struct):
    """An address; `email_verified` vouches that the user reads its mail."""

    email: str
    email_verified: bool = False
    is_primary: bool = False


class AddressChangeBody(msgspec.Struct):
    """What becomes of an address; what is left out stays."""

    email_verified: bool | UnsetType = UNSET
    is_primary: bool | UnsetType = UNSET


class PhoneBody(msgspec.Struct):
    """A phone number; `phone_verified` vouches that it is the user's."""

    phone: str
    phone_verified: bool = False
    is_primary: bool = False


class PhoneChangeBody(msgspec.Struct):
    """What becomes of a phone number; what is left out stays."""

    phone_verified: bool | UnsetType = UNSET
    is_primary: bool | UnsetType = UNSET


def _addresses(person: Person) -> list[AddressAnswer]:
    return [address_answer(address) for address in person.addresses]


def _phones(person: Person) -> list[PhoneAnswer]:
    return [phone_answer(phone) for phone in person.phones]


def _identities(person: Person) -> list[IdentityAnswer]:
    return [identity_answer(identity) for identity in person.identities]


@dataclass(frozen=True, slots=True)
class UserContacts:
    """Parses, calls and renders; each change answers the whole list."""

    desk: UserDesk

    def endpoints(self) -> list[Endpoint]:
        """Return these rows of the endpoint table."""
        return [*self._of_addresses(), *self._of_phones(), *self._of_identities()]

    def _of_addresses(self) -> list[Endpoint]:
        one = f"{_ADDRESSES}/{{email}}"
        common = {"answer": list[AddressAnswer]}
        return [
            row("user_addresses", "GET", (_ADDRESSES,), self.list_addresses, "List the addresses of a user.",
                Scope.USERS_READ, errors=MISSING, **common),
            row("add_user_address", "POST", (_ADDRESSES,), self.add_address, "Give a user another address.",
                Scope.USERS_WRITE, body=AddressBody, is_repeatable=True,
                errors=(*CHANGE_ERRORS, "invalid_email", "address_taken", "invalid_user"), **common),
            row("change_user_address", "PATCH", (one,), self.change_address,
                "Vouch for an address, or make it the primary one.", Scope.USERS_WRITE, body=AddressChangeBody,
                errors=(*CHANGE_ERRORS, "unknown_address"), **common),
            row("remove_user_address", "DELETE", (one,), self.remove_address, "Take an address from a user.",
                Scope.USERS_WRITE, errors=(*CHANGE_ERRORS, "unknown_address", "primary_address"), **common),
        ]  # fmt: skip

    def _of_phones(self) -> list[Endpoint]:
        one = f"{_PHONES}/{{phone}}"
        common = {"answer": list[PhoneAnswer]}
        return [
            row("user_phones", "GET", (_PHONES,), self.list_phones, "List the phone numbers of a user.",
                Scope.USERS_READ, errors=MISSING, **common),
            row("add_user_phone", "POST", (_PHONES,), self.add_phone, "Give a user another phone number.",
                Scope.USERS_WRITE, body=PhoneBody, is_repeatable=True,
                errors=(*CHANGE_ERRORS, "invalid_phone", "phone_taken", "invalid_user"), **common),
            row("change_user_phone", "PATCH", (one,), self.change_phone,
                "Vouch for a phone number, or make it the primary one.", Scope.USERS_WRITE, body=PhoneChangeBody,
                errors=(*CHANGE_ERRORS, "unknown_phone"), **common),
            row("remove_user_phone", "DELETE", (one,), self.remove_phone, "Take a phone number from a user.",
                Scope.USERS_WRITE, errors=(*CHANGE_ERRORS, "unknown_phone", "primary_phone"), **common),
        ]  # fmt: skip

    def _of_identities(self) -> list[Endpoint]:
        identities = f"{_ONE}/identities"
        common = {"answer": list[IdentityAnswer]}
        return [
            row("user_identities", "GET", (identities,), self.list_identities,
                "List the identities that a user has at other providers.", Scope.USERS_READ, errors=MISSING, **common),
            row("unlink_user_identity", "DELETE", (f"{identities}/{{identity_id}}",), self.unlink,
                "Take an identity from a user.", Scope.USERS_WRITE, errors=(*CHANGE_ERRORS, "unknown_identity"),
                **common),
        ]  # fmt: skip

    async def list_addresses(self, call: Call[None, None]) -> list[AddressAnswer]:
        """Answer with the addresses of a user, the primary one first."""
        return _addresses(await self.desk.person(call))

    async def add_address(self, call: Call[None, AddressBody]) -> Reply:
        """Give a user another address."""
        sent = call.body
        email = parse_address(sent.email, allow_test_domains=self.desk.allow_test_domains)

        async def verb(tx: Tx, person: Person, at: datetime) -> Person:
            after = await users.add_address(tx, person, email, at, call.origin, is_verified=sent.email_verified)
            if sent.is_primary:
                after = await users.make_address_primary(tx, after, email.key, at, call.origin)
            return after

        return await self.desk.change(call, verb, answer=_addresses)

    async def change_address(self, call: Call[None, AddressChangeBody]) -> Reply:
        """Vouch for an address, take that back, or make it the primary one."""
        key, sent = self._key(call.path["email"]), call.body

        async def verb(tx: Tx, person: Person, at: datetime) -> Person:
            if isinstance(sent.email_verified, bool):
                person = await users.vouch(tx, person, key, at, call.origin, is_verified=sent.email_verified)
            if sent.is_primary is True:
                person = await users.make_address_primary(tx, person, key, at, call.origin)
            return person

        return await self.desk.change(call, verb, answer=_addresses)

    async def remove_address(self, call: Call[None, None]) -> Reply:
        """Take an address from a user."""
        key = self._key(call.path["email"])

        async def verb(tx: Tx, person: Person, at: datetime) -> Person:
            return await users.remove_address(tx, person, key, at, call.origin)

        return await self.desk.change(call, verb, answer=_addresses)

    async def list_phones(self, call: Call[None, None]) -> list[PhoneAnswer]:
        """Answer with the phone numbers of a user, the primary one first."""
        return _phones(await self.desk.person(call))

    async def add_phone(self, call: Call[None, PhoneBody]) -> Reply:
        """Give a user another phone number."""
        sent, number = call.body, parse_phone(call.body.phone)

        async def verb(tx: Tx, person: Person, at: datetime) -> Person:
            after = await users.add_phone(tx, person, number, at, call.origin, is_verified=sent.phone_verified)
            if sent.is_primary:
                after = await users.make_phone_primary(tx, after, number, at, call.origin)
            return after

        return await self.desk.change(call, verb, answer=_phones)

    async def change_phone(self, call: Call[None, PhoneChangeBody]) -> Reply:
        """Vouch for a phone number, take that back, or make it the primary one."""
        number, sent = _number(call.path["phone"]), call.body

        async def verb(tx: Tx, person: Person, at: datetime) -> Person:
            if isinstance(sent.phone_verified, bool):
                person = await users.vouch_phone(tx, person, number, at, call.origin, is_verified=sent.phone_verified)
            if sent.is_primary is True:
                person = await users.make_phone_primary(tx, person, number, at, call.origin)
            return person

        return await self.desk.change(call, verb, answer=_phones)

    async def remove_phone(self, call: Call[None, None]) -> Reply:
        """Take a phone number from a user."""
        number = _number(call.path["phone"])

        async def verb(tx: Tx, person: Person, at: datetime) -> Person:
            return await users.remove_phone(tx, person, number, at, call.origin)

        return await self.desk.change(call, verb, answer=_phones)

    async def list_identities(self, call: Call[None, None]) -> list[IdentityAnswer]:
        """Answer with the identities of a user."""
        return _identities(await self.desk.person(call))

    async def unlink(self, call: Call[None, None]) -> Reply:
        """Take an identity from a user."""

        async def verb(tx: Tx, person: Person, at: datetime) -> Person:
            return await users.unlink(tx, person, call.path["identity_id"], at, call.origin)

        return await self.desk.change(call, verb, answer=_identities)

    def _key(self, unverified_address: str) -> AddressKey:
        """Return the key of an address in a path; what is none is nobody's."""
        try:
            return parse_address(unverified_address, allow_test_domains=self.desk.allow_test_domains).key
        except Problem:
            return AddressKey("")


def _number(unverified_number: str) -> str:
    """Return a number in a path, with or without its plus sign; what is none is nobody's."""
    try:
        return parse_phone("+" + unverified_number.removeprefix("+"))
    except Problem:
        return ""
