"""`gatepass import` and `gatepass export`: people come in by files of other products, and leave in the same formats."""

from gatepass.cli.transfer.exporting import export
from gatepass.cli.transfer.importing import bring_in

__all__ = ["bring_in", "export"]
