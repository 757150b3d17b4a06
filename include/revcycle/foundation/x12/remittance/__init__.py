"""The 835 (005010X221A1) read as tables: `RemittanceReader`."""

from revcycle.foundation.x12.remittance.part import Part
from revcycle.foundation.x12.remittance.reader import RemittanceReader
from revcycle.foundation.x12.remittance.transaction_set import RemittanceSet

__all__ = ["Part", "RemittanceReader", "RemittanceSet"]
