"""The 835 (005010X221A1) read into tables, a bounded window at a time, with every balance checked."""

from revcycle.foundation.x12.remittance.reader import Part, RemittanceReader
from revcycle.foundation.x12.remittance.transaction_set import RemittanceSet
from revcycle.foundation.x12.remittance.windows import FileBytes

__all__ = ["FileBytes", "Part", "RemittanceReader", "RemittanceSet"]
