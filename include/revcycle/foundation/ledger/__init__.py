"""The double-entry ledger: transfers staged and recorded, reversed, dated into open months, and proven."""

from revcycle.foundation.ledger.conservation import conservation
from revcycle.foundation.ledger.periods import close_month, open_month
from revcycle.foundation.ledger.record import record, stage
from revcycle.foundation.ledger.reverse import reverse
from revcycle.foundation.ledger.verify import Proof, verify

__all__ = ["Proof", "close_month", "conservation", "open_month", "record", "reverse", "stage", "verify"]
