"""Builds every part of the server and mounts every door; the only package that knows them all.

`house` builds the parts, `doors` and `provider_doors` mount them, `serving` runs them. Nothing here decides anything.
"""

from gatepass.app.doors import endpoints, gate
from gatepass.app.foundations import Foundations
from gatepass.app.house import House, build
from gatepass.app.serving import Application, Work, ready_keys

__all__ = ["Application", "Foundations", "House", "Work", "build", "endpoints", "gate", "ready_keys"]
