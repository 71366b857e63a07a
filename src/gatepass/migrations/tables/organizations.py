"""The tables of organizations, of their domains and members, and of the invitations to them."""

from gatepass.migrations import columns
from gatepass.migrations.columns import index, key, needed, optional, table


def make() -> None:
    """Make them."""
    _organizations()
    _domains()
    _members()
    _invitations()


def _organizations() -> None:
    table(
        "organizations",
        key(),
        needed("name", columns.words()),
        needed("name_key", columns.sorted_words()),
        needed("display_name", columns.words()),
        needed("display_key", columns.sorted_words()),
        needed("domain", columns.words()),
        needed("workspace_name", columns.words()),
        needed("allows_outsiders", columns.truth()),
        needed("is_active", columns.truth()),
        optional("external_id", columns.words()),
        needed("public_metadata", columns.json_text()),
        needed("private_metadata", columns.json_text()),
        needed("policy", columns.json_text()),
        needed("branding", columns.json_text()),
        needed("details", columns.json_text()),
        optional("connection_token_hash", columns.octets()),
        needed("created_at", columns.moment()),
        needed("modified_at", columns.moment()),
        optional("deleted_at", columns.moment()),
    )
    index("ux_organizations_name", "organizations", ["name_key"], where="deleted_at IS NULL", is_unique=True)
    index("ix_organizations_display", "organizations", ["display_key", "id"], where="deleted_at IS NULL")
    index(
        "ux_organizations_external", "organizations", ["external_id"], where="external_id IS NOT NULL", is_unique=True
    )
    index(
        "ux_organizations_token",
        "organizations",
        ["connection_token_hash"],
        where="connection_token_hash IS NOT NULL",
        is_unique=True,
    )
    index("ix_organizations_deleted", "organizations", ["deleted_at"], where="deleted_at IS NOT NULL")


def _domains() -> None:
    table(
        "organization_domains",
        key(),
        needed("organization_id", columns.identifier()),
        needed("domain", columns.words()),
        needed("challenge", columns.words()),
        needed("created_at", columns.moment()),
        optional("proved_at", columns.moment()),
        optional("checked_at", columns.moment()),
        needed("failures", columns.whole_number()),
        optional("due_at", columns.moment()),
    )
    index("ix_organization_domains_domain", "organization_domains", ["domain", "organization_id"])
    index("ix_organization_domains_due", "organization_domains", ["due_at"], where="proved_at IS NOT NULL")
    index("ux_organization_domains_of", "organization_domains", ["organization_id", "domain"], is_unique=True)
    index(
        "ux_organization_domains_proved",
        "organization_domains",
        ["domain"],
        where="proved_at IS NOT NULL",
        is_unique=True,
    )


def _members() -> None:
    table(
        "memberships",
        key("organization_id"),
        key("user_id"),
        needed("status", columns.words()),
        needed("source", columns.words()),
        needed("joined_at", columns.moment()),
    )
    index("ix_memberships_user", "memberships", ["user_id", "organization_id"])
    index("ix_memberships_status", "memberships", ["organization_id", "status", "user_id"])


def _invitations() -> None:
    table(
        "invitations",
        key(),
        needed("organization_id", columns.identifier()),
        # Empty where no application asked for it.
        needed("application_id", columns.identifier()),
        needed("token_hash", columns.octets()),
        needed("email", columns.words()),
        needed("address_key", columns.words()),
        needed("first_name", columns.words()),
        needed("last_name", columns.words()),
        needed("role_ids", columns.json_text()),
        needed("inviter", columns.json_text()),
        optional("inviter_id", columns.identifier()),
        # The member whose rights it rests on: NULL where a manager gave it, empty once that member is forgotten.
        optional("member_id", columns.identifier()),
        needed("description", columns.words()),
        needed("created_at", columns.moment()),
        needed("expires_at", columns.moment()),
        optional("sent_at", columns.moment()),
        needed("sends", columns.whole_number()),
        optional("accepted_at", columns.moment()),
        optional("accepted_by", columns.identifier()),
        optional("revoked_at", columns.moment()),
    )
    index("ux_invitations_token_hash", "invitations", ["token_hash"], is_unique=True)
    index("ix_invitations_organization", "invitations", ["organization_id", "id"])
    # A list of those that stand somewhere reads no others.
    listed = ["organization_id", "id"]
    index("ix_invitations_open", "invitations", listed, where="accepted_at IS NULL AND revoked_at IS NULL")
    index("ix_invitations_accepted", "invitations", listed, where="accepted_at IS NOT NULL")
    index("ix_invitations_revoked", "invitations", listed, where="accepted_at IS NULL AND revoked_at IS NOT NULL")
    index("ix_invitations_address", "invitations", ["address_key"])
    # A purge finds by them what somebody accepted, and whom they invited.
    index("ix_invitations_accepted_by", "invitations", ["accepted_by"], where="accepted_by IS NOT NULL")
    index("ix_invitations_inviter", "invitations", ["inviter_id"], where="inviter_id IS NOT NULL")
    index("ix_invitations_member", "invitations", ["member_id"], where="member_id IS NOT NULL")
