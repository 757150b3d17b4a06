"""Limits, business days and receipt as pure date arithmetic on dated rules."""

from revcycle.foundation.calendar.business_days import federal_holidays, is_business_day
from revcycle.foundation.calendar.limits import FilingLimit, counted, due_on
from revcycle.foundation.calendar.receipt import ReceiptRule, counts_as_received, last_arrival

__all__ = [
    "FilingLimit",
    "ReceiptRule",
    "counted",
    "counts_as_received",
    "due_on",
    "federal_holidays",
    "is_business_day",
    "last_arrival",
]
