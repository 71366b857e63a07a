"""What an organization, a membership and a domain are."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from gatepass.kit.problems import Problem
from gatepass.kit.secrets import Secret

CHALLENGE_LABEL: Final = "_gatepass-challenge"
"""Below a domain, where its proof stands."""


class MemberStatus(StrEnum):
    """Where a membership stands."""

    ACTIVE = "active"
    INACTIVE = "inactive"


class MemberSource(StrEnum):
    """How somebody became a member."""

    ADDED = "added"
    INVITATION = "invitation"
    DOMAIN = "domain"
    IMPORT = "import"
    DIRECTORY = "directory"
    CREATION = "creation"


class SearchField(StrEnum):
    """Which name of organizations a search looks at."""

    NAME = "name"
    DISPLAY_NAME = "display_name"


@dataclass(frozen=True, slots=True)
class Membership:
    """One user in one organization."""

    organization_id: str
    user_id: str
    status: MemberStatus
    source: str
    joined_at: datetime


@dataclass(frozen=True, slots=True)
class OrganizationPolicy:
    """How an organization's members sign in; what is empty or 0 is left to the application and the server.

    Args:
        methods: the keys of the methods that are allowed; empty for all.
        requires_mfa: whether a second factor is needed.
        session_seconds: how long a session lasts at most.
        idle_seconds: how long it lasts without use.
        joins_by_domain: whether people whose verified address is at a proven domain become members by signing in.
    """

    methods: tuple[str, ...] = ()
    requires_mfa: bool = False
    session_seconds: int = 0
    idle_seconds: int = 0
    joins_by_domain: bool = False


@dataclass(frozen=True, slots=True)
class OrganizationBranding:
    """How an organization looks on the pages that its people see.

    Args:
        accent: its colour as #rrggbb; empty for the application's.
        logo_url: the https address of its logo; empty for the application's.
    """

    accent: str = ""
    logo_url: str = ""


@dataclass(frozen=True, slots=True)
class OrganizationDetails:
    """What an organization says about itself.

    Args:
        address: its postal address.
        website: the address of its site.
        time_zone: where it works, by the name of the time zone database, such as Europe/Berlin.
        currency: in what it counts, by the three letters of ISO 4217.
    """

    address: str = ""
    website: str = ""
    time_zone: str = ""
    currency: str = ""


@dataclass(frozen=True, slots=True)
class NewOrganization:
    """All that may be written of an organization, to create one or to change one.

    Args:
        name: what it is called; no two organizations have the same, however it is spelled.
        display_name: what people read; the name where it is empty.
        workspace_name: what its workspace is called.
        allows_outsiders: whether people whose address is at none of the listed domains may be members.
        is_active: whether its members may act there.
        external_id: its id elsewhere, its own alone; None where it has none.
        domains: the listed domains.
    """

    name: str
    display_name: str = ""
    workspace_name: str = ""
    allows_outsiders: bool = False
    is_active: bool = True
    external_id: str | None = None
    public_metadata: dict[str, Any] = field(default_factory=dict)
    private_metadata: dict[str, Any] = field(default_factory=dict)
    policy: OrganizationPolicy = OrganizationPolicy()
    branding: OrganizationBranding = OrganizationBranding()
    details: OrganizationDetails = OrganizationDetails()
    domains: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Organization:
    """A customer of the applications: people who belong together.

    Its `domain` is the first of those that it proved; empty where it proved none.
    """

    id: str
    name: str
    display_name: str
    domain: str
    workspace_name: str
    allows_outsiders: bool
    is_active: bool
    external_id: str | None
    public_metadata: dict[str, Any]
    private_metadata: dict[str, Any]
    policy: OrganizationPolicy
    branding: OrganizationBranding
    details: OrganizationDetails
    created_at: datetime
    modified_at: datetime


@dataclass(frozen=True, slots=True)
class Created:
    """An organization that has just come into being, with the token of its connections, which is shown this once."""

    organization: Organization
    connection_token: Secret


@dataclass(frozen=True, slots=True)
class OrganizationFilter:
    """Which organizations a list holds; what is empty or None does not matter.

    Args:
        search: what the name begins with, however it is spelled.
        search_field: which name that is.
        is_active: whether its members may act there.
        domain: a domain that it lists.
        external_id: its id elsewhere.
    """

    search: str = ""
    search_field: SearchField = SearchField.NAME
    is_active: bool | None = None
    domain: str = ""
    external_id: str = ""


@dataclass(frozen=True, slots=True)
class OwnedDomain:
    """A domain that an organization lists.

    Args:
        challenge: what its proof has to say.
        proved_at: since when it is proven; None where it is not.
        checked_at: when the proof was last looked for.
        failures: how often in a row it was then not there.
        due_at: when it is looked for again; None where it is not proven.
    """

    id: str
    organization_id: str
    domain: str
    challenge: str
    created_at: datetime
    proved_at: datetime | None = None
    checked_at: datetime | None = None
    failures: int = 0
    due_at: datetime | None = None

    @property
    def record_name(self) -> str:
        """Return the name whose TXT record proves the domain."""
        return f"{CHALLENGE_LABEL}.{self.domain}"

    @property
    def record_value(self) -> str:
        """Return what that record says."""
        return f"gatepass-verify={self.challenge}"


def unknown_organization() -> Problem:
    """Return the problem of an organization that is not there, or not for this caller."""
    return Problem("unknown_organization", 404, "There is no such organization; check its id.", number=1005)
