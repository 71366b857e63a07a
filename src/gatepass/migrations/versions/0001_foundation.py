"""The foundation: applications, users, attempts, links, codes, sessions, tokens, the record and the outbox."""

import sqlalchemy as sa
from alembic import op

from gatepass.migrations import columns

revision = "0001"
down_revision = None

_WAITING = sa.text("state = 'waiting'")
_FINISHED = sa.text("finished_at IS NOT NULL")
_TABLES = (
    "worker_heartbeats",
    "dev_mailbox",
    "outbox",
    "audit_events",
    "signing_keys",
    "refresh_tokens",
    "refresh_families",
    "sessions",
    "one_time_codes",
    "magic_links",
    "login_guesses",
    "login_attempts",
    "user_emails",
    "users",
    "application_secrets",
    "applications",
)


def _needed(name: str, kind: sa.types.TypeEngine[object]) -> sa.Column[object]:
    return sa.Column(name, kind, nullable=False)


def _optional(name: str, kind: sa.types.TypeEngine[object]) -> sa.Column[object]:
    return sa.Column(name, kind, nullable=True)


def _key(name: str = "id") -> sa.Column[object]:
    return sa.Column(name, columns.identifier(), primary_key=True, nullable=False)


def _table(name: str, *parts: sa.Column[object]) -> None:
    op.create_table(name, *parts, sqlite_strict=True)


def upgrade() -> None:
    """Take the step."""
    _applications()
    _users()
    _sign_in()
    _proofs()
    _sessions()
    _tokens()
    _record()
    _outbox()
    _mailbox_and_workers()


def _applications() -> None:
    _table(
        "applications",
        _key(),
        _needed("client_id", columns.words()),
        _needed("name", columns.words()),
        _needed("type", columns.words()),
        _needed("callback_urls", columns.json_text()),
        _needed("logout_urls", columns.json_text()),
        _needed("allowed_origins", columns.json_text()),
        _needed("access_token_lifetime", columns.duration()),
        _needed("id_token_lifetime", columns.duration()),
        _needed("refresh_token_lifetime", columns.duration()),
        _needed("signing_algorithm", columns.words()),
        _needed("magic_link", columns.json_text()),
        _needed("branding", columns.json_text()),
        _needed("is_active", columns.truth()),
        _needed("created_at", columns.moment()),
        _needed("modified_at", columns.moment()),
    )
    op.create_index("ux_applications_client_id", "applications", ["client_id"], unique=True)
    _table(
        "application_secrets",
        _key(),
        _needed("application_id", columns.identifier()),
        _needed("secret_hash", columns.octets()),
        _needed("last_four", columns.words()),
        _needed("created_at", columns.moment()),
        _optional("revoked_at", columns.moment()),
    )
    op.create_index("ix_application_secrets_application", "application_secrets", ["application_id"])


def _users() -> None:
    _table(
        "users",
        _key(),
        _needed("first_name", columns.words()),
        _needed("last_name", columns.words()),
        _needed("is_active", columns.truth()),
        _needed("created_at", columns.moment()),
        _needed("modified_at", columns.moment()),
        _optional("last_login_at", columns.moment()),
    )
    _table(
        "user_emails",
        _key("address_key"),
        _needed("user_id", columns.identifier()),
        _needed("address", columns.words()),
        _optional("verified_at", columns.moment()),
        _needed("is_primary", columns.truth()),
        _needed("created_at", columns.moment()),
    )
    op.create_index("ix_user_emails_user", "user_emails", ["user_id"])


def _sign_in() -> None:
    _table(
        "login_attempts",
        _key(),
        _needed("application_id", columns.identifier()),
        _needed("method", columns.words()),
        _needed("state_hash", columns.octets()),
        _needed("address", columns.words()),
        _needed("address_key", columns.words()),
        _optional("browser_hash", columns.octets()),
        _needed("network", columns.words()),
        _needed("user_agent", columns.words()),
        _optional("match_number", columns.whole_number()),
        _needed("failures", columns.whole_number()),
        _needed("created_at", columns.moment()),
        _needed("expires_at", columns.moment()),
        _optional("verified_at", columns.moment()),
        _optional("handed_out_at", columns.moment()),
        _optional("ended_at", columns.moment()),
        _optional("end_reason", columns.words()),
        _optional("user_id", columns.identifier()),
        _optional("session_id", columns.identifier()),
        _optional("answer_sealed", columns.octets()),
    )
    op.create_index("ux_login_attempts_state", "login_attempts", ["state_hash"], unique=True)
    _table(
        "login_guesses",
        _key("address_key"),
        _needed("window_began_at", columns.moment()),
        _needed("failures", columns.whole_number()),
        _needed("in_a_row", columns.whole_number()),
    )


def _proofs() -> None:
    _table(
        "magic_links",
        _key(),
        _needed("attempt_id", columns.identifier()),
        _needed("address_key", columns.words()),
        _needed("handle_hash", columns.octets()),
        _needed("secret_hash", columns.octets()),
        _needed("created_at", columns.moment()),
        _needed("expires_at", columns.moment()),
        _optional("spent_at", columns.moment()),
    )
    op.create_index("ix_magic_links_address", "magic_links", ["address_key", "created_at"])
    _table(
        "one_time_codes",
        _key("attempt_id"),
        _needed("code_mac", columns.octets()),
        _needed("created_at", columns.moment()),
        _needed("expires_at", columns.moment()),
        _optional("spent_at", columns.moment()),
    )


def _sessions() -> None:
    _table(
        "sessions",
        _key(),
        _needed("user_id", columns.identifier()),
        _needed("application_id", columns.identifier()),
        _needed("amr", columns.json_text()),
        _needed("created_at", columns.moment()),
        _needed("expires_at", columns.moment()),
        _optional("revoked_at", columns.moment()),
        _needed("network", columns.words()),
        _needed("user_agent", columns.words()),
    )
    _table(
        "refresh_families",
        _key(),
        _needed("session_id", columns.identifier()),
        _needed("user_id", columns.identifier()),
        _needed("application_id", columns.identifier()),
        _needed("created_at", columns.moment()),
        _needed("expires_at", columns.moment()),
        _optional("revoked_at", columns.moment()),
    )


def _tokens() -> None:
    _table(
        "refresh_tokens",
        _key(),
        _needed("token_hash", columns.octets()),
        _needed("family_id", columns.identifier()),
        _needed("created_at", columns.moment()),
        _needed("expires_at", columns.moment()),
        _optional("spent_at", columns.moment()),
        _optional("successor_sealed", columns.octets()),
    )
    op.create_index("ux_refresh_tokens_hash", "refresh_tokens", ["token_hash"], unique=True)
    _table(
        "signing_keys",
        _key(),
        _needed("algorithm", columns.words()),
        _needed("public_jwk", columns.json_text()),
        _needed("private_sealed", columns.octets()),
        _needed("created_at", columns.moment()),
        _needed("active_at", columns.moment()),
        _optional("retired_at", columns.moment()),
        _optional("withdrawn_at", columns.moment()),
    )


def _record() -> None:
    _table(
        "audit_events",
        _key(),
        _needed("kind", columns.words()),
        _needed("occurred_at", columns.moment()),
        _optional("application_id", columns.identifier()),
        _optional("user_id", columns.identifier()),
        _optional("attempt_id", columns.identifier()),
        _needed("network", columns.words()),
        _needed("user_agent", columns.words()),
        _needed("data", columns.json_text()),
    )
    of_users = sa.text("user_id IS NOT NULL")
    op.create_index(
        "ix_audit_events_user",
        "audit_events",
        ["user_id", "kind", "id"],
        sqlite_where=of_users,
        postgresql_where=of_users,
    )


def _outbox() -> None:
    _table(
        "outbox",
        _key(),
        _needed("kind", columns.words()),
        _needed("state", columns.words()),
        _optional("application_id", columns.identifier()),
        _needed("reason", columns.words()),
        _needed("recipient", columns.words()),
        _needed("message_id", columns.words()),
        _optional("payload", columns.octets()),
        _needed("created_at", columns.moment()),
        _needed("due_at", columns.moment()),
        _optional("not_after", columns.moment()),
        _optional("lease", columns.words()),
        _needed("attempts", columns.whole_number()),
        _optional("finished_at", columns.moment()),
        _optional("last_error", columns.words()),
    )
    op.create_index("ix_outbox_due", "outbox", ["due_at", "id"], sqlite_where=_WAITING, postgresql_where=_WAITING)
    op.create_index(
        "ix_outbox_finished", "outbox", ["state", "finished_at"], sqlite_where=_FINISHED, postgresql_where=_FINISHED
    )


def _mailbox_and_workers() -> None:
    _table(
        "dev_mailbox",
        _key(),
        _needed("recipient", columns.words()),
        _needed("subject", columns.words()),
        _needed("text", columns.words()),
        _needed("html", columns.words()),
        _needed("headers", columns.json_text()),
        _needed("links", columns.json_text()),
        _optional("code", columns.words()),
        _needed("at", columns.moment()),
    )
    _table(
        "worker_heartbeats",
        _key(),
        _needed("host", columns.words()),
        _needed("process", columns.whole_number()),
        _needed("started_at", columns.moment()),
        _needed("seen_at", columns.moment()),
        _optional("stopped_at", columns.moment()),
    )


def downgrade() -> None:
    """Undo the step."""
    for table in _TABLES:
        op.drop_table(table)
