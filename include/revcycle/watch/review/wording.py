"""Figures as people read them. Money is divided as whole cents, never as a float."""

from datetime import date

from revcycle.watch.review.quality import Share

NOTHING = "–"
STEPS = ((1_000_000_00, "m"), (1_000_00, "k"))


def money(cents: int) -> str:
    """`-1,234.50`."""
    dollars, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{dollars:,}.{rest:02}"


def short(cents: int) -> str:
    """`$1.2m`, `$35.0k`, `$12`: for charts and tiles, where the table beside them has it to the cent."""
    sign, size = ("-" if cents < 0 else ""), abs(cents)
    for unit, name in STEPS:
        if size >= unit:
            tenths = (10 * size + unit // 2) // unit
            return f"{sign}${tenths // 10:,}.{tenths % 10}{name}"
    return f"{sign}${(size + 50) // 100}"


def percent(share: Share | None) -> str:
    """`98.7 %`, rounded down; a dash of nothing."""
    return NOTHING if share is None else per_mille(share.per_mille)


def per_mille(value: int | None) -> str:
    """`98.7 %` of 987."""
    return NOTHING if value is None else f"{value // 10}.{value % 10} %"


def number(value: int | None) -> str:
    """`1,234`; a dash where there is none."""
    return NOTHING if value is None else f"{value:,}"


def day(value: date) -> str:
    """`2 Nov 2026`."""
    return f"{value.day} {value:%b %Y}"


def day_and_month(value: date) -> str:
    """`2 Nov`."""
    return f"{value.day} {value:%b}"
