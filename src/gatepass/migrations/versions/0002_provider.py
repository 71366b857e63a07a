"""The provider: authorization requests, codes, consents, devices, and sessions that a browser holds."""

import sqlalchemy as sa
from alembic import op

from gatepass.migrations import columns
from gatepass.migrations.columns import key, needed, optional, table

revision = "0002"
down_revision = "0001"

_TABLES = (
    "client_documents",
    "registration_tokens",
    "initial_access_tokens",
    "revoked_tokens",
    "spent_identifiers",
    "device_guesses",
    "device_grants",
    "consents",
    "authorization_codes",
    "pushed_requests",
    "authorization_requests",
)
_ADDED = {
    "applications": ("oauth",),
    "users": ("picture", "locale", "public_metadata"),
    "sessions": ("browser_hash", "authenticated_at", "last_seen_at", "told_at"),
    "refresh_families": ("terms",),
}


def _unique(table: str, column: str) -> None:
    op.create_index(f"ux_{table}_{column}", table, [column], unique=True)


def upgrade() -> None:
    """Take the step."""
    _grown_tables()
    _requests()
    _codes()
    _consents()
    _devices()
    _replay_and_revocation()
    _registration()


def _grown_tables() -> None:
    empty = sa.text("'{}'")
    op.add_column("applications", sa.Column("oauth", columns.json_text(), nullable=False, server_default=empty))
    for name in ("picture", "locale"):
        op.add_column("users", sa.Column(name, columns.words(), nullable=False, server_default=sa.text("''")))
    op.add_column("users", sa.Column("public_metadata", columns.json_text(), nullable=False, server_default=empty))
    op.add_column("sessions", optional("browser_hash", columns.octets()))
    for name in ("authenticated_at", "last_seen_at"):
        op.add_column("sessions", optional(name, columns.moment()))
    op.add_column("sessions", optional("told_at", columns.moment()))
    # Nobody waits to be told of sessions that ended before anybody could be.
    op.execute("UPDATE sessions SET authenticated_at = created_at, last_seen_at = created_at, told_at = revoked_at")
    held = sa.text("browser_hash IS NOT NULL")
    op.create_index("ix_sessions_browser", "sessions", ["browser_hash"], sqlite_where=held, postgresql_where=held)
    unrevoked = sa.text("revoked_at IS NULL")
    op.create_index("ix_sessions_user", "sessions", ["user_id"], sqlite_where=unrevoked, postgresql_where=unrevoked)
    untold = sa.text("revoked_at IS NOT NULL AND told_at IS NULL")
    op.create_index("ix_sessions_untold", "sessions", ["revoked_at"], sqlite_where=untold, postgresql_where=untold)
    op.add_column("refresh_families", sa.Column("terms", columns.json_text(), nullable=False, server_default=empty))
    op.create_index("ix_refresh_families_user", "refresh_families", ["user_id"])


def _requests() -> None:
    table(
        "authorization_requests",
        key(),
        needed("handle_hash", columns.octets()),
        optional("application_id", columns.identifier()),
        optional("parameters", columns.json_text()),
        needed("return_to", columns.words()),
        needed("browser_hash", columns.octets()),
        optional("pushed_id", columns.identifier()),
        optional("session_id", columns.identifier()),
        optional("attempt_id", columns.identifier()),
        optional("consented_at", columns.moment()),
        needed("created_at", columns.moment()),
        needed("expires_at", columns.moment()),
        optional("completed_at", columns.moment()),
        optional("answer_sealed", columns.octets()),
    )
    _unique("authorization_requests", "handle_hash")
    table(
        "pushed_requests",
        key(),
        needed("handle_hash", columns.octets()),
        needed("application_id", columns.identifier()),
        needed("parameters", columns.json_text()),
        needed("created_at", columns.moment()),
        needed("expires_at", columns.moment()),
        optional("spent_at", columns.moment()),
    )
    _unique("pushed_requests", "handle_hash")


def _codes() -> None:
    table(
        "authorization_codes",
        key(),
        needed("code_hash", columns.octets()),
        needed("application_id", columns.identifier()),
        needed("user_id", columns.identifier()),
        needed("session_id", columns.identifier()),
        needed("redirect_uri", columns.words()),
        needed("terms", columns.json_text()),
        needed("nonce", columns.words()),
        needed("code_challenge", columns.words()),
        optional("state_hash", columns.octets()),
        needed("created_at", columns.moment()),
        needed("expires_at", columns.moment()),
        optional("spent_at", columns.moment()),
        optional("family_id", columns.identifier()),
    )
    _unique("authorization_codes", "code_hash")


def _consents() -> None:
    table(
        "consents",
        key(),
        needed("user_id", columns.identifier()),
        needed("application_id", columns.identifier()),
        needed("scope", columns.json_text()),
        needed("created_at", columns.moment()),
        needed("modified_at", columns.moment()),
        optional("revoked_at", columns.moment()),
    )
    op.create_index("ux_consents_user_application", "consents", ["user_id", "application_id"], unique=True)
    op.create_index("ix_consents_application", "consents", ["application_id"])


def _devices() -> None:
    table(
        "device_grants",
        key(),
        needed("device_code_hash", columns.octets()),
        needed("user_code_mac", columns.octets()),
        needed("application_id", columns.identifier()),
        needed("terms", columns.json_text()),
        needed("network", columns.words()),
        needed("user_agent", columns.words()),
        needed("interval_seconds", columns.whole_number()),
        needed("created_at", columns.moment()),
        needed("expires_at", columns.moment()),
        optional("polled_at", columns.moment()),
        optional("entered_session_id", columns.identifier()),
        optional("decided_at", columns.moment()),
        optional("is_approved", columns.truth()),
        optional("user_id", columns.identifier()),
        optional("spent_at", columns.moment()),
    )
    _unique("device_grants", "device_code_hash")
    _unique("device_grants", "user_code_mac")
    guesses = needed("guesses", columns.whole_number())
    table("device_guesses", key(), guesses, needed("expires_at", columns.moment()))
    op.create_index("ix_device_guesses_expires_at", "device_guesses", ["expires_at"])


def _replay_and_revocation() -> None:
    table("spent_identifiers", key(), needed("expires_at", columns.moment()))
    op.create_index("ix_spent_identifiers_expires_at", "spent_identifiers", ["expires_at"])
    table("revoked_tokens", key(), needed("expires_at", columns.moment()))
    op.create_index("ix_revoked_tokens_expires_at", "revoked_tokens", ["expires_at"])


def _registration() -> None:
    table(
        "initial_access_tokens",
        key(),
        needed("token_hash", columns.octets()),
        needed("name", columns.words()),
        needed("uses_left", columns.whole_number()),
        needed("created_at", columns.moment()),
        needed("expires_at", columns.moment()),
        optional("revoked_at", columns.moment()),
    )
    _unique("initial_access_tokens", "token_hash")
    table(
        "registration_tokens",
        key("application_id"),
        needed("token_hash", columns.octets()),
        needed("created_at", columns.moment()),
    )
    table(
        "client_documents",
        key("url"),
        needed("application_id", columns.identifier()),
        needed("fetched_at", columns.moment()),
        needed("fresh_until", columns.moment()),
    )


def downgrade() -> None:
    """Take the step back; what the tables held is gone."""
    for name in _TABLES:
        op.drop_table(name)
    op.drop_index("ix_refresh_families_user", "refresh_families")
    op.drop_index("ix_sessions_untold", "sessions")
    op.drop_index("ix_sessions_user", "sessions")
    op.drop_index("ix_sessions_browser", "sessions")
    for grown, names in _ADDED.items():
        for name in names:
            op.drop_column(grown, name)
