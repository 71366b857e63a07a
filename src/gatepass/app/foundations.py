"""What stands before any slice does."""

from dataclasses import dataclass

from gatepass.kit.clock import Clock
from gatepass.kit.db import Database
from gatepass.kit.secrets import KeyRing
from gatepass.settings import Settings


@dataclass(frozen=True, slots=True)
class Foundations:
    """What stands before any slice does: the settings, the time, the database and the keys."""

    settings: Settings
    clock: Clock
    database: Database
    key_ring: KeyRing
