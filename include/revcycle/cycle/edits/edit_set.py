"""Everything a judgement depends on besides the encounter and its neighbours: releases, rules, limits, known NPIs."""

import hashlib
import json
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import Engine, select

from revcycle.cycle.edits.relations import PREPARE
from revcycle.cycle.edits.rule import rules
from revcycle.foundation.archive import Archive
from revcycle.foundation.calendar import FilingLimit
from revcycle.foundation.practice.limits import stored_limits
from revcycle.foundation.reference import ReleaseSet, read_projection
from revcycle.foundation.state import State
from revcycle.foundation.store.tables import billing_provider, facility, provider


@dataclass(frozen=True)
class EditSet:
    """What is in force now. Two equal digests judge the same encounter alike."""

    releases: ReleaseSet
    archive: Archive
    limits: tuple[FilingLimit, ...]
    listed: frozenset[str]
    """NPIs of the practice's providers and billing providers, and of its facilities."""
    spill: Path

    @property
    def digest(self) -> str:
        """128 bits as a UUID: each of the practice's results carries one."""
        facts = {
            "releases": self.releases.digest(),
            "relations": PREPARE,
            "rules": [[sorted(r.severities.items()), r.needs, r.findings, dict(r.hits), r.neighbours] for r in rules()],
            "limits": sorted(json.dumps(asdict(limit), default=str, sort_keys=True) for limit in self.limits),
            "listed": sorted(self.listed),
        }
        return str(uuid.UUID(hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:32]))


def edits_in_force(engine: Engine, state: State) -> EditSet:
    """The active releases of the state with the payers' limits and NPIs of the practice as the database has them."""
    known = [
        select(table.c.npi).where(table.c.superseded_at.is_(None)) for table in (provider, billing_provider, facility)
    ]
    with engine.connect() as connection:
        listed = frozenset(npi for query in known for npi in connection.scalars(query))
        limits = stored_limits(connection)
    return EditSet(
        releases=read_projection(state),
        archive=Archive(state.archive),
        limits=limits,
        listed=listed,
        spill=state.spill,
    )
