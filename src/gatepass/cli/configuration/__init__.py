"""`gatepass plan`, `gatepass apply` and `gatepass export-config`: what the server is to be, in one file."""

from gatepass.cli.configuration.applying import apply, plan
from gatepass.cli.configuration.writing import export_config

__all__ = ["apply", "export_config", "plan"]
