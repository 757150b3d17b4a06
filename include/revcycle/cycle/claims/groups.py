"""Which submissions go together: one partner, usage and billing provider an interchange, a payer alone if it asks."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import Connection, Row, text

from revcycle.cycle.claims.directory import Directory, read_directory
from revcycle.cycle.claims.staging import in_force
from revcycle.foundation.practice.claim_rule import ClaimRule
from revcycle.foundation.practice.partner import TradingPartner
from revcycle.foundation.practice.partners import stored_claim_rules, stored_partners
from revcycle.foundation.store.bulk import Reader

# The gate once more, at the moment of writing: an open claim without a hold, its newest version, swept; a void goes as
# it was sent before. Whether its payer is paused is looked up with the rules.
WAITING = """
SELECT s.id, c.payer, v.billing_npi FROM claim_submission s JOIN claim c ON c.id = s.claim_id
JOIN encounter e ON e.id = c.encounter_id
JOIN encounter_version v ON v.encounter_id = s.encounter_id AND v.version = s.version
WHERE s.interchange_id IS NULL AND s.closed_at IS NULL AND s.transport = 'electronic' AND c.state = 'open'
  AND NOT EXISTS (SELECT FROM claim_hold h WHERE h.claim_id = c.id AND h.released_at IS NULL)
  AND (s.frequency = '8' OR e.cancelled_at IS NULL AND s.version = e.current_version AND EXISTS (
       SELECT FROM sweep_result r WHERE r.encounter_id = s.encounter_id AND r.version = s.version))
ORDER BY s.id
"""
PAUSES = "SELECT payer, partner FROM outage WHERE closed_at IS NULL"


@dataclass(frozen=True)
class Practice:
    """What all interchanges of a batch are written with."""

    partners: Mapping[str, TradingPartner]
    rules: Mapping[str, ClaimRule]
    directory: Directory


@dataclass(frozen=True)
class Group:
    """The submissions of one interchange to come."""

    partner: TradingPartner
    usage: str
    billing_npi: str
    submissions: list[int]


def practice_of(connection: Connection, day: date, payers: Sequence[str]) -> Practice:
    """Partners, billing providers, and the claim rule in force on `day` of each payer that nothing pauses.

    `payers` are the only ones whose claims are taken; empty: all.
    """
    pauses = connection.execute(text(PAUSES)).all()
    dated = {payer: in_force(rules, day) for payer, rules in stored_claim_rules(connection).items()}
    asked = {payer: rule for payer, rule in dated.items() if rule and (not payers or payer in payers)}
    rules = {payer: rule for payer, rule in asked.items() if not _paused(payer, rule, pauses)}
    return Practice(stored_partners(connection), rules, read_directory(connection, rules))


def _paused(payer: str, rule: ClaimRule, pauses: Sequence[Row[Any]]) -> bool:
    """Whether an open outage stops this payer, its partner, or all."""
    return any(one.payer in ("", payer) and one.partner in ("", rule.partner) for one in pauses)


def groups(reader: Reader, practice: Practice, *, sample: bool) -> Iterator[Group]:
    """What waits, in interchanges, the oldest submission of each first. In a state with the sample all is test (T)."""
    together: dict[_Key, list[np.ndarray]] = defaultdict(list)
    waiting = reader.fetch(WAITING).group_by(["payer", "billing_npi"]).aggregate([("id", "list")])
    columns = (waiting["payer"].to_pylist(), waiting["billing_npi"].to_pylist(), waiting["id_list"])
    for payer, npi, ids in zip(*columns, strict=True):
        if payer in practice.rules:
            together[_key(payer, npi, practice, sample=sample)].append(ids.values.to_numpy())
    for key, ids in sorted(together.items(), key=lambda item: item[0]):
        submissions = np.sort(np.concatenate(ids))
        for start in range(0, len(submissions), key.most_claims):
            part = submissions[start : start + key.most_claims].tolist()
            yield Group(practice.partners[key.partner], key.usage, key.billing_npi, part)


class _Key(NamedTuple):
    """What the claims of an interchange have in common; `alone` is the payer whose claims share with no other's."""

    partner: str
    usage: str
    billing_npi: str
    alone: str
    most_claims: int


def _key(payer: str, billing_npi: str, practice: Practice, *, sample: bool) -> _Key:
    rule = practice.rules[payer]
    production = practice.partners[rule.partner].usage == "P" and not sample
    usage = "P" if production and rule.usage == "P" else "T"
    # A payer still in test, beside a partner in production, shares its files with nobody.
    alone = rule.alone or (production and usage == "T")
    return _Key(rule.partner, usage, billing_npi, payer if alone else "", rule.most_claims)
