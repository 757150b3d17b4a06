"""Business dates and limits as pure date arithmetic on dated rules."""

from revcycle.foundation.calendar.limits import FilingLimit, due_on

__all__ = ["FilingLimit", "due_on"]
