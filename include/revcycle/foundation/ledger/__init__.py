"""The double-entry ledger: transfers staged and recorded, reversed, dated into open months, and proven."""

from revcycle.foundation.ledger.record import record, stage
from revcycle.foundation.ledger.reverse import reverse

__all__ = ["record", "reverse", "stage"]
