"""Settings into the versioned tables: equal leaves the row, changed supersedes it, gone ends it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, func, insert, select, text, true, update

from revcycle.foundation.practice.claim_rule import CLAIMS
from revcycle.foundation.practice.remittance_rule import REMITTANCES
from revcycle.foundation.practice.settings import Settings
from revcycle.foundation.practice.time_rows import TIME_KINDS, rule_row, time_rules
from revcycle.foundation.store import tables

Row = Mapping[str, Any]
KINDS = (*TIME_KINDS, CLAIMS, REMITTANCES)  # of payer_rule; other kinds have other writers
OF_PAYER = {"code", "name", "kind", "time_zone"}
OURS = frozenset({"id", "version", "superseded_at", "run_id", "recorded_at"})


@dataclass(frozen=True)
class Changes:
    """Rows of all settings tables that began, were replaced, or ended."""

    added: int = 0
    changed: int = 0
    removed: int = 0

    def __add__(self, other: "Changes") -> "Changes":
        return Changes(self.added + other.added, self.changed + other.changed, self.removed + other.removed)

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)


def load(connection: Connection, settings: Settings, *, run_id: int, now: datetime) -> Changes:
    """Make the current rows of the settings tables say what `settings` says; equal settings write nothing.

    Safe to run twice and at once: one lock for all settings until the transaction ends.
    """
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('practice settings', 0))"))
    total = Changes()
    for table, key, rows in _tables(settings):
        within = table.c.kind.in_(KINDS) if table is tables.payer_rule else true()
        total += _renew(connection, table, key, rows, within, run_id=run_id, now=now)
    return total


def _tables(settings: Settings) -> Iterable[tuple[Table, tuple[str, ...], list[Row]]]:
    """Each table with its key and the rows it should hold."""
    yield tables.practice, ("name",), [{"name": settings.name, "time_zone": settings.time_zone}]
    yield tables.billing_provider, ("npi", "tax_id"), [entry.model_dump() for entry in settings.billing_providers]
    yield tables.provider, ("npi",), [entry.model_dump() for entry in settings.providers]
    yield (
        tables.facility,
        ("npi",),
        [entry.model_dump() | {"place_of_service": entry.place_of_service or ""} for entry in settings.facilities],
    )
    yield tables.payer, ("code",), [entry.model_dump(include=OF_PAYER) for entry in settings.payers]
    yield (
        tables.payer_rule,
        ("payer", "kind", "plan", "valid_from"),
        [
            *time_rules(settings),
            *_claims(settings),
            *_remittances(settings),
        ],
    )
    yield tables.payer_identifier, ("partner", "qualifier", "value", "payer"), list(_identifiers(settings))
    yield (
        tables.trading_partner,
        ("connection",),
        [
            {"connection": entry.connection, "usage": entry.usage, "settings": entry.model_dump(mode="json")}
            for entry in settings.trading_partners
        ],
    )
    yield (
        tables.staff,
        ("username",),
        [
            entry.model_dump(exclude={"approval_limit"}) | {"approval_limit_cents": entry.approval_limit}
            for entry in settings.staff
        ],
    )


def _claims(settings: Settings) -> Iterable[Row]:
    for payer in settings.payers:
        for rule in payer.claims:
            value = rule.model_dump(mode="json")
            yield rule_row(payer.code, CLAIMS, rule, value)


def _remittances(settings: Settings) -> Iterable[Row]:
    for payer in settings.payers:
        for rule in payer.remittances:
            yield rule_row(payer.code, REMITTANCES, rule, rule.model_dump(mode="json"))


def _identifiers(settings: Settings) -> Iterable[Row]:
    """How each partner names each payer, once, however many dated rules say so."""
    named = {(rule.partner, "NM109", rule.payer_id, payer.code) for payer in settings.payers for rule in payer.claims}
    named |= {
        (rule.partner, qualifier, value, payer.code)
        for payer in settings.payers
        for rule in payer.remittances
        for qualifier, value in rule.identifiers()
    }
    for partner, qualifier, value, payer_code in sorted(named):
        yield {"partner": partner, "qualifier": qualifier, "value": value, "payer": payer_code}


def _renew(
    connection: Connection,
    table: Table,
    key: tuple[str, ...],
    rows: list[Row],
    within: ColumnElement[bool],
    *,
    run_id: int,
    now: datetime,
) -> Changes:
    """Ended rows are superseded before new ones come in, so that periods may move without overlapping."""
    wanted = {tuple(row[column] for column in key): dict(row) for row in rows}
    content = [column for column in table.columns if column.name not in OURS]
    current: dict[tuple[Any, ...], Row] = {}
    ids: dict[tuple[Any, ...], int] = {}
    for found in connection.execute(
        select(table.c.id, *content).where(table.c.superseded_at.is_(None), within)
    ).mappings():
        place = tuple(found[column] for column in key)
        ids[place] = found["id"]
        current[place] = {name: value for name, value in found.items() if name != "id"}
    removed = [place for place in current if place not in wanted]
    changed = [place for place in current if place in wanted and current[place] != wanted[place]]
    added = [place for place in wanted if place not in current]
    if ended := [ids[place] for place in (*removed, *changed)]:
        connection.execute(update(table).where(table.c.id.in_(ended)).values(superseded_at=now))
    if fresh := [wanted[place] for place in (*changed, *added)]:
        versions = _last_versions(connection, table, key)
        connection.execute(
            insert(table),
            [
                row | {"version": versions.get(tuple(row[column] for column in key), 0) + 1, "run_id": run_id}
                for row in fresh
            ],
        )
    return Changes(len(added), len(changed), len(removed))


def _last_versions(connection: Connection, table: Table, key: tuple[str, ...]) -> dict[tuple[Any, ...], int]:
    columns = [table.c[name] for name in key]
    last = select(*columns, func.max(table.c.version)).group_by(*columns)
    return {tuple(row[:-1]): int(row[-1]) for row in connection.execute(last)}
