"""What may be sent of an organization, in every documented spelling."""

from dataclasses import fields, replace
from typing import Any, Final, TypeVar

import msgspec
from msgspec import UNSET, UnsetType

from gatepass.gate.reading import malformed
from gatepass.organizations.model import (
    NewOrganization,
    OrganizationBranding,
    OrganizationDetails,
    OrganizationPolicy,
)

T = TypeVar("T")
_DEEPEST: Final = 20
_Text = str | UnsetType | None
_List = list[str] | UnsetType | None
_Object = dict[str, Any] | UnsetType | None


class PolicyBody(msgspec.Struct, frozen=True):
    """What is to be different of how members sign in."""

    methods: _List = UNSET
    requires_mfa: bool | UnsetType | None = UNSET
    session_seconds: int | UnsetType | None = UNSET
    idle_seconds: int | UnsetType | None = UNSET
    joins_by_domain: bool | UnsetType | None = UNSET


class BrandingBody(msgspec.Struct, frozen=True):
    """What is to be different of how the organization looks."""

    accent: _Text = UNSET
    logo_url: _Text = UNSET


class OrganizationBody(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be written; what is not sent stays as it is, and null makes it as it is for a new organization."""

    documented_name: str | UnsetType = msgspec.field(name="Name", default=UNSET)
    name: str | UnsetType = UNSET
    white_list_domains: _List = msgspec.field(name="WhiteListDomains", default=UNSET)
    white_list_domain: _List = msgspec.field(name="WhiteListDomain", default=UNSET)
    domains: _List = UNSET
    allows_outsiders: bool | UnsetType | None = msgspec.field(name="AllowProfilesOutsideOrganization", default=UNSET)
    allow_profiles_outside_organization: bool | UnsetType | None = UNSET
    documented_workspace_name: _Text = msgspec.field(name="WorkspaceName", default=UNSET)
    workspace_name: _Text = UNSET
    display_name: _Text = UNSET
    external_id: _Text = UNSET
    is_active: bool | UnsetType | None = UNSET
    metadata: _Object = UNSET
    private_metadata: _Object = UNSET
    policy: PolicyBody | UnsetType | None = UNSET
    branding: BrandingBody | UnsetType | None = UNSET
    address: _Text = UNSET
    website: _Text = UNSET
    time_zone: _Text = UNSET
    currency: _Text = UNSET

    def written_over(self, ground: NewOrganization, *, merges: bool) -> NewOrganization:
        """Return what is wanted.

        Args:
            ground: what there is, or what a new organization has.
            merges: whether the metadata that was sent is merged into what there is (RFC 7396) or takes its place.

        Raises:
            Problem: two spellings of one field say different things, or metadata is too deep (`malformed_request`).
        """
        sent = {
            "name": _one("name", self.documented_name, self.name),
            "display_name": self.display_name,
            "workspace_name": _one("workspace_name", self.documented_workspace_name, self.workspace_name),
            "allows_outsiders": _one(
                "AllowProfilesOutsideOrganization", self.allows_outsiders, self.allow_profiles_outside_organization
            ),
            "is_active": self.is_active,
            "external_id": self.external_id,
            "domains": _one("WhiteListDomains", self.white_list_domains, self.white_list_domain, self.domains),
        }
        usual = NewOrganization(ground.name)
        values = {
            name: getattr(usual, name) if value is None else value for name, value in sent.items() if value is not UNSET
        }
        if "domains" in values:
            values["domains"] = tuple(values["domains"])
        if values.get("external_id") == "":
            values["external_id"] = None
        if "display_name" not in values and ground.display_name == ground.name:
            # Nobody chose what people read, so that it follows the name.
            values["display_name"] = ""
        return replace(
            ground,
            **values,
            public_metadata=_metadata(ground.public_metadata, self.metadata, merges=merges),
            private_metadata=_metadata(ground.private_metadata, self.private_metadata, merges=merges),
            policy=_changed(ground.policy, OrganizationPolicy(), self.policy),
            branding=_changed(ground.branding, OrganizationBranding(), self.branding),
            details=_changed(ground.details, OrganizationDetails(), self),
        )


def _one(name: str, *spellings: Any) -> Any:
    """Return what was sent under one of several spellings."""
    sent = [value for value in spellings if value is not UNSET]
    if any(value != sent[0] for value in sent):
        raise malformed(f"Two spellings of {name} say different things; send one of them.")
    return sent[0] if sent else UNSET


def _changed(present: T, usual: T, sent: Any) -> T:
    """Return a model with what was sent in the place of what it had."""
    if sent is UNSET:
        return present
    if sent is None:
        return usual
    model: Any = present
    values = {}
    for part in fields(model):
        value = getattr(sent, part.name)
        if value is not UNSET:
            value = getattr(usual, part.name) if value is None else value
            values[part.name] = tuple(value) if isinstance(value, list) else value
    changed: T = replace(model, **values)
    return changed


def _metadata(present: dict[str, Any], sent: Any, *, merges: bool) -> dict[str, Any]:
    if sent is UNSET:
        return present
    return _merged(present if merges else {}, sent or {}, 0, merges=merges)


def _merged(present: dict[str, Any], sent: dict[str, Any], depth: int, *, merges: bool) -> dict[str, Any]:
    """Return one object with another merged into it; where it takes its place, null is a value like any other."""
    if depth > _DEEPEST:
        raise malformed(f"Nest the objects of metadata at most {_DEEPEST} deep.")
    found = dict(present)
    for key, value in sent.items():
        if value is None and merges:
            found.pop(key, None)
        elif isinstance(value, dict):
            below = found.get(key)
            found[key] = _merged(below if isinstance(below, dict) else {}, value, depth + 1, merges=merges)
        else:
            found[key] = value
    return found
