"""Management: own mail templates, own domains, and how far an import has come."""

from alembic import op

from gatepass.migrations import columns
from gatepass.migrations.columns import index, key, needed, optional, table

revision = "0005"
down_revision = "0004"

_TABLES = ("import_runs", "custom_domains", "email_templates")


def upgrade() -> None:
    """Take the step."""
    table(
        "email_templates",
        key(),
        # Empty where the template is the house's.
        needed("application_id", columns.identifier()),
        needed("name", columns.words()),
        needed("language", columns.words()),
        needed("version", columns.whole_number()),
        needed("format", columns.words()),
        needed("subject", columns.words()),
        needed("source", columns.words()),
        needed("text", columns.words()),
        needed("is_active", columns.truth()),
        needed("created_at", columns.moment()),
        needed("created_by", columns.json_text()),
    )
    index(
        "ux_email_templates_version",
        "email_templates",
        ["application_id", "name", "language", "version"],
        is_unique=True,
    )
    _domains()
    _imports()
    # A purge finds by it what was sent to somebody.
    index("ix_outbox_recipient", "outbox", ["recipient"], where="finished_at IS NOT NULL")


def _domains() -> None:
    table(
        "custom_domains",
        key(),
        needed("domain", columns.words()),
        needed("application_id", columns.identifier()),
        needed("state", columns.words()),
        needed("challenge", columns.words()),
        needed("created_at", columns.moment()),
        needed("modified_at", columns.moment()),
        optional("checked_at", columns.moment()),
        optional("proved_at", columns.moment()),
        needed("due_at", columns.moment()),
        needed("failures", columns.whole_number()),
        needed("last_error", columns.words()),
    )
    index("ux_custom_domains_domain", "custom_domains", ["domain"], where="proved_at IS NOT NULL", is_unique=True)
    index("ux_custom_domains_of", "custom_domains", ["application_id", "domain"], is_unique=True)
    index("ix_custom_domains_due", "custom_domains", ["due_at"])


def _imports() -> None:
    table(
        "import_runs",
        key(),
        needed("source", columns.words()),
        needed("position", columns.whole_number()),
        needed("added", columns.whole_number()),
        needed("refused", columns.whole_number()),
        needed("created_at", columns.moment()),
        needed("modified_at", columns.moment()),
        optional("finished_at", columns.moment()),
    )


def downgrade() -> None:
    """Take the step back; what the tables held is gone."""
    op.drop_index("ix_outbox_recipient", "outbox")
    for name in _TABLES:
        op.drop_table(name)
