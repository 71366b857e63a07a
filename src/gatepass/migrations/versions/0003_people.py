"""Management: what is kept of people, organizations, roles and permissions, and who may manage them."""

from alembic import op

from gatepass.migrations import columns
from gatepass.migrations.columns import index, key, needed, optional, table
from gatepass.migrations.tables import organizations

revision = "0003"
down_revision = "0002"

_TABLES = (
    "repeatable_answers",
    "impersonations",
    "operators",
    "api_keys",
    "role_assignments",
    "role_permissions",
    "permissions",
    "roles",
    "invitations",
    "memberships",
    "organization_domains",
    "organizations",
    "imported_credentials",
    "user_metadata_values",
    "user_identities",
    "user_phones",
)
_USER_INDEXES = (
    "ux_users_external",
    "ix_users_name",
    "ix_users_family",
    "ix_users_unfindable",
    "ix_users_deleted",
    "ix_users_blocked",
    "ix_users_inactive",
    "ix_users_created",
)
_USER_COLUMNS = (
    "external_id",
    "name_key",
    "family_key",
    "is_findable",
    "private_metadata",
    "source",
    "blocked_at",
    "block_reason",
    "deleted_at",
)


def upgrade() -> None:
    """Take the step."""
    _users()
    _what_belongs_to_users()
    organizations.make()
    _roles()
    _assignments()
    _callers()
    _impersonations()


def _users() -> None:
    op.add_column("users", optional("external_id", columns.words()))
    for name in ("name_key", "family_key"):
        op.add_column("users", needed(name, columns.sorted_words(), "''"))
    # False for those who are there already: a job of the worker's lets them be found, some at a time.
    op.add_column("users", needed("is_findable", columns.truth(), "false"))
    op.add_column("users", needed("private_metadata", columns.json_text(), "'{}'"))
    op.add_column("users", needed("source", columns.words(), "''"))
    op.add_column("users", optional("blocked_at", columns.moment()))
    op.add_column("users", needed("block_reason", columns.words(), "''"))
    op.add_column("users", optional("deleted_at", columns.moment()))
    index("ux_users_external", "users", ["external_id"], where="external_id IS NOT NULL", is_unique=True)
    index("ix_users_name", "users", ["name_key", "id"], where="name_key <> ''")
    index("ix_users_family", "users", ["family_key", "id"], where="family_key <> ''")
    index("ix_users_unfindable", "users", ["id"], where="NOT is_findable")
    index("ix_users_deleted", "users", ["deleted_at", "id"], where="deleted_at IS NOT NULL")
    index("ix_users_blocked", "users", ["id"], where="blocked_at IS NOT NULL")
    index("ix_users_inactive", "users", ["id"], where="NOT is_active")
    index("ix_users_created", "users", ["created_at", "id"])
    # People are found by how an address begins, too.
    columns.sort_by_bytes("user_emails", "address_key")
    # What ended belongs to somebody as well, who may want it forgotten; what goes on is still found first.
    op.drop_index("ix_sessions_user", "sessions")
    index("ix_sessions_user", "sessions", ["user_id", "revoked_at"])


def _what_belongs_to_users() -> None:
    table(
        "user_phones",
        key("phone_key"),
        needed("user_id", columns.identifier()),
        optional("verified_at", columns.moment()),
        needed("is_primary", columns.truth()),
        needed("created_at", columns.moment()),
        is_kept_by_key=True,
    )
    index("ix_user_phones_user", "user_phones", ["user_id"])
    table(
        "user_identities",
        key(),
        needed("user_id", columns.identifier()),
        needed("provider", columns.words()),
        needed("connection_id", columns.identifier()),
        needed("subject", columns.words()),
        needed("profile", columns.json_text()),
        needed("created_at", columns.moment()),
        optional("last_used_at", columns.moment()),
    )
    index("ux_user_identities_subject", "user_identities", ["connection_id", "subject"], is_unique=True)
    index("ix_user_identities_user", "user_identities", ["user_id"])
    table("user_metadata_values", key("name"), key("value"), key("user_id"), is_kept_by_key=True)
    index("ix_user_metadata_values_user", "user_metadata_values", ["user_id"])
    table(
        "imported_credentials",
        key(),
        needed("user_id", columns.identifier()),
        needed("kind", columns.words()),
        needed("scheme", columns.words()),
        needed("sealed", columns.octets()),
        needed("created_at", columns.moment()),
    )
    index("ix_imported_credentials_user", "imported_credentials", ["user_id"])


def _roles() -> None:
    table(
        "roles",
        key(),
        # Empty where the role is everybody's.
        needed("organization_id", columns.identifier()),
        needed("slug", columns.words()),
        needed("name", columns.words()),
        needed("description", columns.words()),
        needed("is_active", columns.truth()),
        needed("is_seeded", columns.truth()),
        needed("created_at", columns.moment()),
        needed("modified_at", columns.moment()),
    )
    index("ux_roles_slug", "roles", ["organization_id", "slug"], is_unique=True)
    index("ix_roles_slug", "roles", ["slug"])
    table(
        "permissions",
        key(),
        needed("slug", columns.words()),
        needed("name", columns.words()),
        needed("description", columns.words()),
        needed("is_active", columns.truth()),
        needed("is_default", columns.truth()),
        needed("is_seeded", columns.truth()),
        needed("created_at", columns.moment()),
        needed("modified_at", columns.moment()),
    )
    index("ux_permissions_slug", "permissions", ["slug"], is_unique=True)


def _assignments() -> None:
    table("role_permissions", key("role_id"), key("permission_id"), needed("since", columns.moment()))
    index("ix_role_permissions_permission", "role_permissions", ["permission_id"])
    table(
        "role_assignments",
        key("user_id"),
        # Empty where the role holds everywhere.
        key("organization_id"),
        key("role_id"),
        needed("assigned_at", columns.moment()),
        needed("assigned_by", columns.json_text()),
        optional("assigned_by_id", columns.identifier()),
    )
    index("ix_role_assignments_role", "role_assignments", ["role_id", "organization_id", "user_id"])
    index("ix_role_assignments_organization", "role_assignments", ["organization_id", "user_id"])
    # A purge finds by it what somebody gave.
    index("ix_role_assignments_giver", "role_assignments", ["assigned_by_id"], where="assigned_by_id IS NOT NULL")


def _callers() -> None:
    table(
        "api_keys",
        key(),
        needed("name", columns.words()),
        needed("hint", columns.words()),
        needed("secret_hash", columns.octets()),
        needed("scopes", columns.json_text()),
        needed("networks", columns.json_text()),
        needed("organization_id", columns.identifier()),
        needed("created_at", columns.moment()),
        needed("created_by", columns.json_text()),
        optional("created_by_id", columns.identifier()),
        optional("expires_at", columns.moment()),
        optional("last_used_at", columns.moment()),
        needed("last_used_from", columns.words()),
        optional("revoked_at", columns.moment()),
    )
    index("ix_api_keys_maker", "api_keys", ["created_by_id"], where="created_by_id IS NOT NULL")
    index("ux_api_keys_secret_hash", "api_keys", ["secret_hash"], is_unique=True)
    table("operators", key("user_id"), needed("scopes", columns.json_text()), needed("created_at", columns.moment()))


def _impersonations() -> None:
    table(
        "impersonations",
        key(),
        needed("user_id", columns.identifier()),
        needed("actor", columns.json_text()),
        needed("actor_id", columns.identifier()),
        needed("reason", columns.words()),
        needed("application_id", columns.identifier()),
        optional("handle_hash", columns.octets()),
        optional("session_id", columns.identifier()),
        needed("created_at", columns.moment()),
        needed("expires_at", columns.moment()),
        optional("ended_at", columns.moment()),
    )
    index("ux_impersonations_session", "impersonations", ["session_id"], where="session_id IS NOT NULL", is_unique=True)
    index(
        "ux_impersonations_handle", "impersonations", ["handle_hash"], where="handle_hash IS NOT NULL", is_unique=True
    )
    index("ix_impersonations_user", "impersonations", ["user_id"])
    index("ix_impersonations_actor", "impersonations", ["actor_id"])
    index("ix_impersonations_running", "impersonations", ["expires_at"], where="ended_at IS NULL")
    # Who acts in a session in place of its person, as `kind:id:name`; empty where the person does.
    op.add_column("sessions", needed("actor", columns.words(), "''"))
    table(
        "repeatable_answers",
        key(),
        needed("request_hash", columns.octets()),
        optional("status", columns.whole_number()),
        optional("answer_sealed", columns.octets()),
        needed("created_at", columns.moment()),
        needed("expires_at", columns.moment()),
    )
    index("ix_repeatable_answers_expires_at", "repeatable_answers", ["expires_at"])


def downgrade() -> None:
    """Take the step back; what the tables held is gone."""
    op.drop_column("sessions", "actor")
    for name in _TABLES:
        op.drop_table(name)
    for name in _USER_INDEXES:
        op.drop_index(name, "users")
    for name in _USER_COLUMNS:
        op.drop_column("users", name)
    columns.sort_by_language("user_emails", "address_key")
    op.drop_index("ix_sessions_user", "sessions")
    index("ix_sessions_user", "sessions", ["user_id"], where="revoked_at IS NULL")
