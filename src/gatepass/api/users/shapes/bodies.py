"""What callers send of users, and what it asks for; nothing that is not listed here can be set."""

from datetime import datetime
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from gatepass.api.shapes.pages import ListQuery
from gatepass.api.users.shapes.answers import GROUPS, RAW_ATTRIBUTES
from gatepass.gate.reading import malformed
from gatepass.kit.mail.addresses import EmailAddress, parse_address
from gatepass.kit.phones.numbers import parse_phone
from gatepass.kit.problems import Problem, together
from gatepass.users.model import NewAddress, NewPerson, NewPhone, Person, PersonChange, PersonFilter, UserState

_Text = str | UnsetType | None
_Members = dict[str, Any] | UnsetType | None


class UserBody(msgspec.Struct):
    """A user to be made. `user_metadata` is another spelling of `public_metadata`, `phone_id` of `phone`."""

    email: str = ""
    first_name: str = ""
    last_name: str = ""
    phone: str = ""
    phone_id: str = ""
    external_id: str | None = None
    email_verified: bool = False
    is_active: bool = True
    locale: str = ""
    picture: str = ""
    groups: Any = None
    raw_attributes: Any = None
    public_metadata: dict[str, Any] | None = None
    private_metadata: dict[str, Any] | None = None
    user_metadata: dict[str, Any] | None = None

    def asked(self, *, allow_test_domains: bool) -> NewPerson:
        """Return the user who is asked for.

        Raises:
            Problem: the address or the number is none (`invalid_email`, `invalid_phone`); where both are, the first
                says so of both.
        """
        address, number = self._read_contacts(allow_test_domains=allow_test_domains)
        odd = {GROUPS: self.groups, RAW_ATTRIBUTES: self.raw_attributes}
        kept = {name: value for name, value in odd.items() if value is not None}
        return NewPerson(
            first_name=self.first_name,
            last_name=self.last_name,
            addresses=(NewAddress(address, self.email_verified),) if address is not None else (),
            phones=(NewPhone(number),) if number else (),
            external_id=self.external_id or None,
            public_metadata={**(self.user_metadata or {}), **(self.public_metadata or {})},
            private_metadata={**(self.private_metadata or {}), **kept},
            picture=self.picture,
            locale=self.locale,
            is_active=self.is_active,
        )

    def _read_contacts(self, *, allow_test_domains: bool) -> tuple[EmailAddress | None, str]:
        address, number, faults = None, "", []
        phone = self.phone or self.phone_id
        try:
            address = parse_address(self.email, allow_test_domains=allow_test_domains) if self.email else None
        except Problem as fault:
            faults.append(fault)
        try:
            number = parse_phone(phone) if phone else ""
        except Problem as fault:
            faults.append(fault)
        if faults:
            raise together(faults)
        return address, number


class UserChangeBody(msgspec.Struct):
    """What becomes of a user; what is left out stays, and null clears."""

    email: str | UnsetType = UNSET
    first_name: _Text = UNSET
    last_name: _Text = UNSET
    external_id: _Text = UNSET
    locale: _Text = UNSET
    picture: _Text = UNSET
    groups: Any = UNSET
    raw_attributes: Any = UNSET
    public_metadata: _Members = UNSET
    private_metadata: _Members = UNSET

    def record(self) -> PersonChange:
        """Return what it asks for beside the address and the metadata."""
        return PersonChange(
            first_name=_text(self.first_name),
            last_name=_text(self.last_name),
            picture=_text(self.picture),
            locale=_text(self.locale),
            external_id=_text(self.external_id),
        )

    def odd_members(self) -> dict[str, Any]:
        """Return what it sends that is kept among the private metadata, by the documented names."""
        odd = {GROUPS: self.groups, RAW_ATTRIBUTES: self.raw_attributes}
        return {name: value for name, value in odd.items() if value is not UNSET}

    def replacing(self, person: Person) -> PersonChange:
        """Return the metadata that takes the place of what a user has."""
        private = self.private_metadata
        odd = self.odd_members()
        if private is UNSET and not odd:
            wanted: dict[str, Any] | None = None
        else:
            kept = person.private_metadata if isinstance(private, UnsetType) else private or {}
            wanted = {name: value for name, value in {**kept, **odd}.items() if value is not None}
        public = None if isinstance(self.public_metadata, UnsetType) else self.public_metadata or {}
        return PersonChange(public_metadata=public, private_metadata=wanted)


class VerifyBody(msgspec.Struct):
    """What is said of a user's address; the second spelling is a documented misprint of the first."""

    verification_status: str | bool | None = None
    vefification_status: str | bool | None = None

    def is_verified(self) -> bool:
        """Return what is said.

        Raises:
            Problem: it is neither true nor false (`malformed_request`).
        """
        sent = self.verification_status if self.verification_status is not None else self.vefification_status
        word = str(sent).lower()
        if word not in {"true", "false"}:
            raise malformed('Send verification_status as "true" or "false".')
        return word == "true"


class BatchBody(msgspec.Struct):
    """Up to a thousand users to be made, each as the call for one takes them."""

    users: list[dict[str, Any]]


class UsersQuery(ListQuery, frozen=True):
    """Which users a list holds; everything that is given must hold.

    `email` is a whole address, or the beginning of one with a star behind it; `metadata` is a name and a value with a
    colon between them.
    """

    email: str = ""
    name: str = ""
    phone: str = ""
    external_id: str = ""
    metadata: str = ""
    state: UserState | None = None
    created_from: datetime | None = None
    created_before: datetime | None = None
    organization_id: str = ""
    role_id: str = ""

    def wanted(self, *, allow_test_domains: bool) -> PersonFilter:
        """Return who is asked for.

        Raises:
            Problem: a value can't be what it should be; every fault is named (`malformed_request`).
        """
        faults = []
        email, prefix, phone = None, "", ""
        try:
            if self.email.endswith("*"):
                prefix = self.email[:-1]
            elif self.email:
                email = parse_address(self.email, allow_test_domains=allow_test_domains).key
        except Problem:
            faults.append("Send a whole e-mail address, or the beginning of one and a star behind it.")
        try:
            # A plus sign in a query that nobody encoded arrives as a space.
            phone = parse_phone("+" + self.phone.strip().removeprefix("+")) if self.phone else ""
        except Problem as problem:
            faults.append(problem.title)
        name, colon, value = self.metadata.partition(":")
        if self.metadata and not (name and colon):
            faults.append("Send metadata as a name and a value with a colon between them, such as plan:pro.")
        if any(moment is not None and moment.tzinfo is None for moment in (self.created_from, self.created_before)):
            faults.append("Send moments with their zone, such as 2026-01-31T00:00:00Z.")
        if faults:
            raise malformed(" ".join(faults))
        return PersonFilter(
            email,
            prefix,
            self.name,
            phone,
            self.external_id,
            (name, value) if self.metadata else None,
            self.state,
            self.created_from,
            self.created_before,
        )


def _text(sent: _Text) -> str | None:
    return None if isinstance(sent, UnsetType) else sent or ""
