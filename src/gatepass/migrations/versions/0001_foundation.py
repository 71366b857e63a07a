"""The foundation: applications, users, attempts, links, codes, sessions, tokens, the record and the outbox."""

import sqlalchemy as sa
from alembic import op

from gatepass.migrations import columns
from gatepass.migrations.columns import key, needed, optional, table

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
    table(
        "applications",
        key(),
        needed("client_id", columns.words()),
        needed("name", columns.words()),
        needed("type", columns.words()),
        needed("callback_urls", columns.json_text()),
        needed("logout_urls", columns.json_text()),
        needed("allowed_origins", columns.json_text()),
        needed("access_token_lifetime", columns.duration()),
        needed("id_token_lifetime", columns.duration()),
        needed("refresh_token_lifetime", columns.duration()),
        needed("signing_algorithm", columns.words()),
        needed("magic_link", columns.json_text()),
        needed("branding", columns.json_text()),
        needed("is_active", columns.truth()),
        needed("created_at", columns.moment()),
        needed("modified_at", columns.moment()),
    )
    op.create_index("ux_applications_client_id", "applications", ["client_id"], unique=True)
    table(
        "application_secrets",
        key(),
        needed("application_id", columns.identifier()),
        needed("secret_hash", columns.octets()),
        needed("last_four", columns.words()),
        needed("created_at", columns.moment()),
        optional("revoked_at", columns.moment()),
    )
    op.create_index("ix_application_secrets_application", "application_secrets", ["application_id"])


def _users() -> None:
    table(
        "users",
        key(),
        needed("first_name", columns.words()),
        needed("last_name", columns.words()),
        needed("is_active", columns.truth()),
        needed("created_at", columns.moment()),
        needed("modified_at", columns.moment()),
        optional("last_login_at", columns.moment()),
        is_kept_by_key=True,
    )
    table(
        "user_emails",
        key("address_key"),
        needed("user_id", columns.identifier()),
        needed("address", columns.words()),
        optional("verified_at", columns.moment()),
        needed("is_primary", columns.truth()),
        needed("created_at", columns.moment()),
        is_kept_by_key=True,
    )
    op.create_index("ix_user_emails_user", "user_emails", ["user_id"])


def _sign_in() -> None:
    table(
        "login_attempts",
        key(),
        needed("application_id", columns.identifier()),
        needed("method", columns.words()),
        needed("state_hash", columns.octets()),
        needed("address", columns.words()),
        needed("address_key", columns.words()),
        optional("browser_hash", columns.octets()),
        needed("network", columns.words()),
        needed("user_agent", columns.words()),
        optional("match_number", columns.whole_number()),
        needed("failures", columns.whole_number()),
        needed("created_at", columns.moment()),
        needed("expires_at", columns.moment()),
        optional("verified_at", columns.moment()),
        optional("handed_out_at", columns.moment()),
        optional("ended_at", columns.moment()),
        optional("end_reason", columns.words()),
        optional("user_id", columns.identifier()),
        optional("session_id", columns.identifier()),
        optional("answer_sealed", columns.octets()),
    )
    op.create_index("ux_login_attempts_state", "login_attempts", ["state_hash"], unique=True)
    table(
        "login_guesses",
        key("address_key"),
        needed("window_began_at", columns.moment()),
        needed("failures", columns.whole_number()),
        needed("in_a_row", columns.whole_number()),
    )


def _proofs() -> None:
    table(
        "magic_links",
        key(),
        needed("attempt_id", columns.identifier()),
        needed("address_key", columns.words()),
        needed("handle_hash", columns.octets()),
        needed("secret_hash", columns.octets()),
        needed("created_at", columns.moment()),
        needed("expires_at", columns.moment()),
        optional("spent_at", columns.moment()),
    )
    op.create_index("ix_magic_links_address", "magic_links", ["address_key", "created_at"])
    table(
        "one_time_codes",
        key("attempt_id"),
        needed("code_mac", columns.octets()),
        needed("created_at", columns.moment()),
        needed("expires_at", columns.moment()),
        optional("spent_at", columns.moment()),
    )


def _sessions() -> None:
    table(
        "sessions",
        key(),
        needed("user_id", columns.identifier()),
        needed("application_id", columns.identifier()),
        needed("amr", columns.json_text()),
        needed("created_at", columns.moment()),
        needed("expires_at", columns.moment()),
        optional("revoked_at", columns.moment()),
        needed("network", columns.words()),
        needed("user_agent", columns.words()),
    )
    table(
        "refresh_families",
        key(),
        needed("session_id", columns.identifier()),
        needed("user_id", columns.identifier()),
        needed("application_id", columns.identifier()),
        needed("created_at", columns.moment()),
        needed("expires_at", columns.moment()),
        optional("revoked_at", columns.moment()),
    )


def _tokens() -> None:
    table(
        "refresh_tokens",
        key(),
        needed("token_hash", columns.octets()),
        needed("family_id", columns.identifier()),
        needed("created_at", columns.moment()),
        needed("expires_at", columns.moment()),
        optional("spent_at", columns.moment()),
        optional("successor_sealed", columns.octets()),
    )
    op.create_index("ux_refresh_tokens_hash", "refresh_tokens", ["token_hash"], unique=True)
    table(
        "signing_keys",
        key(),
        needed("algorithm", columns.words()),
        needed("public_jwk", columns.json_text()),
        needed("private_sealed", columns.octets()),
        needed("created_at", columns.moment()),
        needed("active_at", columns.moment()),
        optional("retired_at", columns.moment()),
        optional("withdrawn_at", columns.moment()),
    )


def _record() -> None:
    table(
        "audit_events",
        key(),
        needed("kind", columns.words()),
        needed("occurred_at", columns.moment()),
        optional("application_id", columns.identifier()),
        optional("user_id", columns.identifier()),
        optional("attempt_id", columns.identifier()),
        needed("network", columns.words()),
        needed("user_agent", columns.words()),
        needed("data", columns.json_text()),
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
    table(
        "outbox",
        key(),
        needed("kind", columns.words()),
        needed("state", columns.words()),
        optional("application_id", columns.identifier()),
        needed("reason", columns.words()),
        needed("recipient", columns.words()),
        needed("message_id", columns.words()),
        optional("payload", columns.octets()),
        needed("created_at", columns.moment()),
        needed("due_at", columns.moment()),
        optional("not_after", columns.moment()),
        optional("lease", columns.words()),
        needed("attempts", columns.whole_number()),
        optional("finished_at", columns.moment()),
        optional("last_error", columns.words()),
    )
    op.create_index("ix_outbox_due", "outbox", ["due_at", "id"], sqlite_where=_WAITING, postgresql_where=_WAITING)
    op.create_index(
        "ix_outbox_finished", "outbox", ["state", "finished_at"], sqlite_where=_FINISHED, postgresql_where=_FINISHED
    )


def _mailbox_and_workers() -> None:
    table(
        "dev_mailbox",
        key(),
        needed("recipient", columns.words()),
        needed("subject", columns.words()),
        needed("text", columns.words()),
        needed("html", columns.words()),
        needed("headers", columns.json_text()),
        needed("links", columns.json_text()),
        optional("code", columns.words()),
        needed("at", columns.moment()),
    )
    table(
        "worker_heartbeats",
        key(),
        needed("host", columns.words()),
        needed("process", columns.whole_number()),
        needed("started_at", columns.moment()),
        needed("seen_at", columns.moment()),
        optional("stopped_at", columns.moment()),
    )


def downgrade() -> None:
    """Undo the step."""
    for name in _TABLES:
        op.drop_table(name)
