"""The double-entry ledger: transfers staged and recorded, reversed, dated into open months, and proven."""

from revcycle.foundation.ledger.conservation import conservation
from revcycle.foundation.ledger.periods import close, month_of, reopen
from revcycle.foundation.ledger.record import record, stage
from revcycle.foundation.ledger.reverse import reverse, stage_reversals
from revcycle.foundation.ledger.self_pay import SELF_PAY
from revcycle.foundation.ledger.verify import Proof, decimals, verify

__all__ = [
    "SELF_PAY",
    "Proof",
    "close",
    "conservation",
    "decimals",
    "month_of",
    "record",
    "reopen",
    "reverse",
    "stage",
    "stage_reversals",
    "verify",
]
