"""`gatepass backup` and `gatepass restore`: a copy of everything but the master key, and the way back."""

from gatepass.cli.backups.making import backup
from gatepass.cli.backups.restoring import restore

__all__ = ["backup", "restore"]
