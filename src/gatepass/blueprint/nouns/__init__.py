"""How the things of each noun look on a sheet, and by which verbs of their slice they come about."""

from typing import Final

from gatepass.audit.model import Actor, ActorKind, Origin

APPLIED: Final = Origin(actor=Actor(ActorKind.SYSTEM, "apply", "configuration file"))
"""Who does what a file says."""
