"""The schema's history, up and down, on every database; ships inside the wheel.

One portable definition serves both dialects. Each step is one transaction, so that a kill leaves a step done or not
begun; a lease that is a row lets one server migrate while the others wait, and a step commits only while its lease
holds. Alembic is imported when there is something to migrate and never by the running server.
"""

from gatepass.migrations.lease import LeaseLost
from gatepass.migrations.steps import current, downgrade, head, upgrade, version_of

__all__ = ["LeaseLost", "current", "downgrade", "head", "upgrade", "version_of"]
