"""What day it is by the machine's clock; verbs read no clock, so the shell does."""

from datetime import UTC, date, datetime


def now() -> datetime:
    """The instant, in the machine's time zone."""
    return datetime.now(UTC).astimezone()


def today() -> date:
    """The date in the machine's time zone."""
    return now().date()
