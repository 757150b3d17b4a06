"""Which submissions go together: one partner, usage and billing provider an interchange, a payer alone if it asks."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, text

from revcycle.cycle.claims.staging import in_force
from revcycle.foundation.practice.claim_rule import ClaimRule
from revcycle.foundation.practice.partner import TradingPartner
from revcycle.foundation.practice.partners import stored_claim_rules, stored_partners

# The gate once more, at the moment of writing: an open claim without a hold, its newest version, swept.
WAITING = """
SELECT s.id, c.payer, v.billing_npi FROM claim_submission s JOIN claim c ON c.id = s.claim_id
JOIN encounter e ON e.id = c.encounter_id
JOIN encounter_version v ON v.encounter_id = s.encounter_id AND v.version = s.version
WHERE s.interchange_id IS NULL AND s.closed_at IS NULL AND s.transport = 'electronic' AND c.state = 'open'
  AND e.cancelled_at IS NULL AND s.version = e.current_version
  AND NOT EXISTS (SELECT FROM claim_hold h WHERE h.claim_id = c.id AND h.released_at IS NULL)
  AND EXISTS (SELECT FROM sweep_result r WHERE r.encounter_id = s.encounter_id AND r.version = s.version)
ORDER BY s.id
"""
BILLING = "SELECT npi, tax_id, name, taxonomy, phone, address FROM billing_provider WHERE superseded_at IS NULL"
PAYERS = "SELECT code, name FROM payer WHERE superseded_at IS NULL"


@dataclass(frozen=True)
class Practice:
    """What all interchanges of a batch are written with."""

    partners: Mapping[str, TradingPartner]
    rules: Mapping[str, ClaimRule]
    billing: Mapping[str, Mapping[str, Any]]
    payers: Mapping[str, str]


@dataclass(frozen=True)
class Group:
    """The submissions of one interchange to come."""

    partner: TradingPartner
    usage: str
    billing_npi: str
    submissions: tuple[int, ...]


def practice_of(connection: Connection, day: date) -> Practice:
    """Partners, billing providers, and each payer's claim rule in force on `day`."""
    rules = {payer: in_force(dated, day) for payer, dated in stored_claim_rules(connection).items()}
    return Practice(
        stored_partners(connection),
        {payer: rule for payer, rule in rules.items() if rule},
        {row["npi"]: dict(row) for row in connection.execute(text(BILLING)).mappings()},
        {row.code: row.name for row in connection.execute(text(PAYERS))},
    )


def groups(connection: Connection, practice: Practice, *, sample: bool) -> Iterator[Group]:
    """What waits, in interchanges, the oldest submission of each first. In a state with the sample all is test (T)."""
    waiting = [row for row in connection.execute(text(WAITING)) if row.payer in practice.rules]

    def together(row: Any) -> tuple[str, str, str, str]:
        rule = practice.rules[row.payer]
        usage = "P" if rule.usage == "P" == practice.partners[rule.partner].usage and not sample else "T"
        # A payer still in test, beside a partner in production, shares its files with nobody.
        alone = rule.alone or (usage == "T" and practice.partners[rule.partner].usage == "P" and not sample)
        return rule.partner, usage, row.billing_npi, row.payer if alone else ""

    for (partner, usage, npi, _), rows in groupby(sorted(waiting, key=lambda r: (together(r), r.id)), key=together):
        for part in _cut(list(rows), practice.rules):
            yield Group(practice.partners[partner], usage, npi, tuple(row.id for row in part))


def _cut(rows: Sequence[Any], rules: Mapping[str, ClaimRule]) -> Iterator[Sequence[Any]]:
    most = min(rules[payer].most_claims for payer in {row.payer for row in rows})
    for start in range(0, len(rows), most):
        yield rows[start : start + most]
