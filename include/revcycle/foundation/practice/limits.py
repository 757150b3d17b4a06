"""The payers' limits, extensions, receipt and warning rules as the practice database has them now."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, select

from revcycle.foundation.calendar import FilingLimit, ReceiptRule
from revcycle.foundation.practice.time_rules import (
    APPEAL,
    EXCEPTION,
    FILING,
    RECEIPT,
    WARNING,
)
from revcycle.foundation.store.tables import payer_rule

OWN_COLUMNS = frozenset({"payer", "valid_from", "valid_to", "source"})


@dataclass(frozen=True)
class Extension:
    """More time for services of `valid_from` to `valid_to`: of the claim with that number, or, where it is empty, of
    every claim of the payer."""

    payer: str
    claim: str
    valid_from: date
    valid_to: date | None
    until: date
    source: str

    def covers(self, service: date) -> bool:
        """Whether a service of that day has it; both ends are included."""
        return self.valid_from <= service <= (self.valid_to or date.max)


@dataclass(frozen=True)
class Warnings:
    """Days before a last day, from the most to the fewest; at the last of them `escalates_to` gets the item."""

    payer: str
    valid_from: date
    valid_to: date | None
    days_before: tuple[int, ...]
    escalates_to: str

    def covers(self, day: date) -> bool:
        """Whether the rule is the one for that day; both ends are included."""
        return self.valid_from <= day <= (self.valid_to or date.max)


def stored_limits(connection: Connection, kind: str = FILING) -> tuple[FilingLimit, ...]:
    """Every limit of a kind, by payer and first day."""
    return tuple(
        FilingLimit(
            row.payer,
            row.valid_from,
            row.valid_to,
            row.value["count"],
            row.value["unit"],
            row.source,
            counts_from=row.value.get("counts_from", "date_from"),
            presumed_days=row.value.get("presumed_days", 0),
            rolls=row.value.get("rolls", False),
            closed_on=_days(row.value),
        )
        for row in _stored(connection, kind)
    )


def unappealable(connection: Connection) -> dict[tuple[str, date], frozenset[str]]:
    """By payer and first day of an appeal limit the denial reasons that it gives no right of appeal."""
    return {(row.payer, row.valid_from): frozenset(row.value.get("not_for", ())) for row in _stored(connection, APPEAL)}


def stored_extensions(connection: Connection) -> tuple[Extension, ...]:
    """Every exception to a filing limit."""
    return tuple(
        Extension(
            row.payer,
            row.plan,
            row.valid_from,
            row.valid_to,
            date.fromisoformat(row.value["until"]),
            row.source,
        )
        for row in _stored(connection, EXCEPTION)
    )


def stored_receipt_rules(connection: Connection) -> tuple[ReceiptRule, ...]:
    """When each payer counts something as received."""
    return tuple(
        ReceiptRule(
            row.payer,
            row.valid_from,
            row.valid_to,
            row.source,
            cut_off_hour=row.value["cut_off_hour"],
            business_days_only=row.value["business_days_only"],
            closed_on=_days(row.value),
        )
        for row in _stored(connection, RECEIPT)
    )


def stored_warnings(connection: Connection) -> tuple[Warnings, ...]:
    """Whom each payer's last days call, and when."""
    return tuple(
        Warnings(
            row.payer, row.valid_from, row.valid_to, tuple(row.value["days_before"]), row.value["escalates_to"] or ""
        )
        for row in _stored(connection, WARNING)
    )


def limit_value(limit: FilingLimit) -> dict[str, Any]:
    """What a row of payer_rule says of a limit besides its own columns; what is as usual is left out."""
    plain = FilingLimit("", limit.valid_from, None, 0, "days", "")
    said = {name: value for name, value in asdict(limit).items() if name not in OWN_COLUMNS}
    kept = {name: value for name, value in said.items() if name in ("count", "unit") or value != getattr(plain, name)}
    return kept | ({"closed_on": [day.isoformat() for day in limit.closed_on]} if limit.closed_on else {})


def _days(value: Mapping[str, Any]) -> tuple[date, ...]:
    return tuple(date.fromisoformat(day) for day in value.get("closed_on", ()))


def _stored(connection: Connection, kind: str) -> list[Row[Any]]:
    rules = (
        select(payer_rule)
        .where(payer_rule.c.kind == kind, payer_rule.c.superseded_at.is_(None))
        .order_by(payer_rule.c.payer, payer_rule.c.plan, payer_rule.c.valid_from)
    )
    return list(connection.execute(rules))
