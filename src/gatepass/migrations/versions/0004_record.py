"""Management: the record's chain, and those who are told of events."""

from alembic import op

from gatepass.migrations import columns
from gatepass.migrations.columns import index, key, needed, optional, table

revision = "0004"
down_revision = "0003"

_TABLES = ("webhook_attempts", "webhook_deliveries", "webhook_endpoints", "audit_streams", "audit_checkpoints")
_INDEXES = (
    "ux_audit_events_sequence",
    "ix_audit_events_unsealed",
    "ix_audit_events_organization",
    "ix_audit_events_application",
    "ix_audit_events_kind",
    "ix_audit_events_actor",
    "ix_audit_events_attempt",
)
_COLUMNS = (
    "organization_id",
    "actor",
    "outcome",
    "reason",
    "country",
    "city",
    "trace_id",
    "sequence",
    "actor_id",
    "digest",
    "subject_digest",
    "subject_salt",
    "caller_digest",
    "caller_salt",
)


def upgrade() -> None:
    """Take the step."""
    _events()
    _streams()
    _webhooks()
    _deliveries()


def _events() -> None:
    op.add_column("audit_events", optional("organization_id", columns.identifier()))
    op.add_column("audit_events", needed("actor", columns.json_text(), "'{}'"))
    op.add_column("audit_events", needed("outcome", columns.words(), "'succeeded'"))
    for name in ("reason", "country", "city", "trace_id"):
        op.add_column("audit_events", needed(name, columns.words(), "''"))
    op.add_column("audit_events", optional("sequence", columns.whole_number()))
    op.add_column("audit_events", optional("actor_id", columns.identifier()))
    for name in ("digest", "subject_digest", "subject_salt", "caller_digest", "caller_salt"):
        op.add_column("audit_events", optional(name, columns.octets()))
    index("ux_audit_events_sequence", "audit_events", ["sequence"], where="sequence IS NOT NULL", is_unique=True)
    index("ix_audit_events_unsealed", "audit_events", ["id"], where="sequence IS NULL")
    index(
        "ix_audit_events_organization", "audit_events", ["organization_id", "id"], where="organization_id IS NOT NULL"
    )
    index("ix_audit_events_application", "audit_events", ["application_id", "id"], where="application_id IS NOT NULL")
    index("ix_audit_events_kind", "audit_events", ["kind", "id"])
    index("ix_audit_events_actor", "audit_events", ["actor_id", "id"], where="actor_id IS NOT NULL")
    index("ix_audit_events_attempt", "audit_events", ["attempt_id"], where="attempt_id IS NOT NULL")
    table(
        "audit_checkpoints",
        key(),
        needed("sequence", columns.whole_number()),
        needed("digest", columns.octets()),
        needed("signed", columns.words()),
        needed("created_at", columns.moment()),
    )
    index("ux_audit_checkpoints_sequence", "audit_checkpoints", ["sequence"], is_unique=True)


def _streams() -> None:
    table(
        "audit_streams",
        key(),
        needed("name", columns.words()),
        needed("kind", columns.words()),
        needed("format", columns.words()),
        needed("families", columns.json_text()),
        needed("organization_id", columns.identifier()),
        needed("target_sealed", columns.octets()),
        needed("is_active", columns.truth()),
        needed("position", columns.whole_number()),
        needed("failures", columns.whole_number()),
        needed("last_error", columns.words()),
        optional("next_at", columns.moment()),
        optional("sent_at", columns.moment()),
        needed("created_at", columns.moment()),
        needed("modified_at", columns.moment()),
    )


def _webhooks() -> None:
    table(
        "webhook_endpoints",
        key(),
        needed("organization_id", columns.identifier()),
        needed("url_sealed", columns.octets()),
        needed("url_shown", columns.words()),
        needed("description", columns.words()),
        needed("kinds", columns.json_text()),
        needed("style", columns.words()),
        needed("secret_sealed", columns.octets()),
        optional("previous_sealed", columns.octets()),
        optional("previous_until", columns.moment()),
        needed("is_active", columns.truth()),
        needed("stop_reason", columns.words()),
        needed("position", columns.whole_number()),
        needed("failures", columns.whole_number()),
        optional("failing_since", columns.moment()),
        optional("succeeded_at", columns.moment()),
        needed("due_at", columns.moment()),
        needed("created_at", columns.moment()),
        needed("modified_at", columns.moment()),
    )


def _deliveries() -> None:
    table(
        "webhook_deliveries",
        key(),
        needed("endpoint_id", columns.identifier()),
        needed("event_id", columns.identifier()),
        needed("sequence", columns.whole_number()),
        needed("subject", columns.words()),
        needed("kind", columns.words()),
        needed("state", columns.words()),
        needed("attempts", columns.whole_number()),
        needed("due_at", columns.moment()),
        optional("lease", columns.words()),
        needed("created_at", columns.moment()),
        needed("queued_at", columns.moment()),
        optional("finished_at", columns.moment()),
        needed("last_status", columns.whole_number()),
        needed("last_error", columns.words()),
    )
    # Each endpoint has a queue of its own, and in it each subject: a full one is never walked through for another.
    waiting, dead = "state = 'waiting'", "state = 'dead'"
    queue = ["endpoint_id", "due_at", "sequence"]
    index("ix_webhook_deliveries_due", "webhook_deliveries", queue, where=waiting)
    line = ["endpoint_id", "subject", "sequence"]
    index("ix_webhook_deliveries_subject", "webhook_deliveries", line, where=waiting)
    index("ix_webhook_deliveries_endpoint", "webhook_deliveries", ["endpoint_id", "id"])
    index("ix_webhook_deliveries_dead", "webhook_deliveries", ["endpoint_id", "id"], where=dead)
    index("ux_webhook_deliveries_event", "webhook_deliveries", ["endpoint_id", "event_id"], is_unique=True)
    table(
        "webhook_attempts",
        key(),
        needed("delivery_id", columns.identifier()),
        needed("at", columns.moment()),
        needed("status", columns.whole_number()),
        needed("milliseconds", columns.whole_number()),
        needed("error", columns.words()),
        needed("answer", columns.words()),
    )
    index("ix_webhook_attempts_delivery", "webhook_attempts", ["delivery_id", "id"])


def downgrade() -> None:
    """Take the step back; what the tables held is gone."""
    for name in _TABLES:
        op.drop_table(name)
    for name in _INDEXES:
        op.drop_index(name, "audit_events")
    for name in _COLUMNS:
        op.drop_column("audit_events", name)
