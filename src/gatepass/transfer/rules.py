"""What a traveller becomes here, and what a user becomes on the way out."""

from collections.abc import Iterable, Sequence

from gatepass.kit.mail.addresses import parse_address
from gatepass.kit.phones.numbers import parse_phone
from gatepass.kit.secrets import KeyRing, open_credential, seal_credential
from gatepass.transfer.model import Contact, Credential, CredentialKind, ForeignIdentity, Format, Traveller
from gatepass.users.model import ImportedCredential, NewAddress, NewCredential, NewIdentity, NewPerson, NewPhone, Person

_USERNAME = "username"
_BLOCKED = "Blocked at the product that the record came from."


def newcomer(person: Traveller, user_id: str, source: Format, keys: KeyRing, *, allow_test_domains: bool) -> NewPerson:
    """Return the user whom a traveller becomes.

    Args:
        person: as the reader gave them.
        user_id: the id that they have here from now on, to which their secrets are bound.
        source: the format that they came in.
        keys: seal their secrets.
        allow_test_domains: whether addresses of reserved domains will do.

    Raises:
        Problem: an address or a number is none.
    """
    private = dict(person.private_metadata)
    if person.username and person.username not in {one.value for one in person.emails}:
        private.setdefault(_USERNAME, person.username)
    return NewPerson(
        first_name=person.first_name,
        last_name=person.last_name,
        addresses=tuple(
            NewAddress(parse_address(one.value, allow_test_domains=allow_test_domains), one.is_verified)
            for one in person.emails
        ),
        phones=tuple(NewPhone(parse_phone(one.value), one.is_verified) for one in person.phones),
        identities=tuple(NewIdentity(one.provider, one.provider, one.subject) for one in person.identities),
        credentials=tuple(_sealed(one, user_id, keys) for one in person.credentials),
        external_id=person.external_id or None,
        public_metadata=dict(person.public_metadata),
        private_metadata=private,
        picture=person.picture if person.picture.startswith("https://") else "",
        locale=person.locale.replace("_", "-"),
        source=source,
        created_at=person.created_at,
        last_login_at=person.last_login_at,
        id=user_id,
        is_active=person.is_active,
        block_reason=_BLOCKED if person.is_blocked else "",
    )


def traveller(
    person: Person, roles: Iterable[str], organizations: Iterable[str], credentials: Sequence[Credential]
) -> Traveller:
    """Return a user as they leave.

    Args:
        person: the user.
        roles: the slugs of the roles that they hold everywhere.
        organizations: the names of the organizations to which they belong.
        credentials: the secrets that came with them, opened.
    """
    private = dict(person.private_metadata)
    primary_first = sorted(person.addresses, key=lambda one: not one.is_primary)
    phones = sorted(person.phones, key=lambda one: not one.is_primary)
    return Traveller(
        external_id=person.external_id or person.id,
        emails=tuple(Contact(one.address, one.verified_at is not None) for one in primary_first),
        phones=tuple(Contact(one.number, one.verified_at is not None) for one in phones),
        username=str(private.pop(_USERNAME, "")),
        first_name=person.first_name,
        last_name=person.last_name,
        picture=person.picture,
        locale=person.locale,
        is_active=person.is_active,
        is_blocked=person.blocked_at is not None,
        public_metadata=person.public_metadata,
        private_metadata=private,
        roles=tuple(roles),
        organizations=tuple(organizations),
        identities=tuple(ForeignIdentity(one.provider, one.subject) for one in person.identities),
        credentials=tuple(credentials),
        created_at=person.created_at,
        last_login_at=person.last_login_at,
    )


def opened(one: ImportedCredential, keys: KeyRing) -> Credential:
    """Return a secret that came with an import, as it came.

    Raises:
        SealBroken: another server's keys sealed it.
    """
    return Credential(CredentialKind(one.kind), one.scheme, open_credential(one.user_id, one.kind, one.sealed, keys))


def _sealed(one: Credential, user_id: str, keys: KeyRing) -> NewCredential:
    return NewCredential(one.kind, one.scheme, seal_credential(user_id, one.kind, one.value, keys))
