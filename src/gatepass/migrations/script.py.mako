"""${message}."""

import sqlalchemy as sa
from alembic import op

from gatepass.migrations import columns
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    """Take the step."""
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    """Undo the step."""
    ${downgrades if downgrades else "pass"}
