"""What stands at the claim and what at a line.

The claim has what its first line has; a line names only what is different of it (notes of the guide at loops 2310 and
2420). Nobody and no place that is the billing provider's own is named again, unless the claim names another.
"""

from collections.abc import Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from revcycle.cycle.claims.columns import differs, only_where
from revcycle.cycle.claims.directory import Directory

Columns = Mapping[str, pa.Array]

SHARED = ("prior_authorization", "note")
PEOPLE = ("referring", "supervising")
COMPARED = ("place", *SHARED, *(f"{who}_npi" for who in (*PEOPLE, "rendering", "facility")))
"""Columns of the claim that its lines are compared with."""


def at_claim(first: Columns, billing_npi: str, directory: Directory) -> dict[str, pa.Array]:
    """The claim's own columns, from those of its first line."""
    named = {name: first[name] for name in ("place", *SHARED)}
    for who in PEOPLE:
        named |= _person(who, first[f"{who}_npi"], directory)
    named |= _rendering(_elsewhere(first["rendering_npi"], [billing_npi]), first["taxonomy"], directory)
    return named | _facility(_elsewhere(first["facility_npi"], _home(billing_npi, directory)), directory)


def at_line(line: Columns, claim: Columns, billing_npi: str, directory: Directory) -> dict[str, pa.Array]:
    """What a line says itself; `claim` has the columns COMPARED of its claim, for each line."""
    named = {name: only_where(differs(line[name], claim[name]), line[name]) for name in ("place", *SHARED)}
    for who in PEOPLE:
        named |= _person(who, _apart(line, claim, f"{who}_npi", []), directory)
    named |= _person("ordering", line["ordering_npi"], directory)
    named |= _rendering(_apart(line, claim, "rendering_npi", [billing_npi]), line["taxonomy"], directory)
    return named | _facility(_apart(line, claim, "facility_npi", _home(billing_npi, directory)), directory)


def _home(billing_npi: str, directory: Directory) -> Sequence[str]:
    return [billing_npi, *directory.at_billing.get(billing_npi, ())]


def _elsewhere(npis: pa.Array, home: Sequence[str]) -> pa.Array:
    return only_where(pc.invert(_at(npis, home)), npis)


def _apart(line: Columns, claim: Columns, name: str, home: Sequence[str]) -> pa.Array:
    """The line's, where the claim's would not be true of it."""
    understood = pc.and_(_at(line[name], home), claim[name].is_null())
    return only_where(pc.and_(differs(line[name], claim[name]), pc.invert(understood)), line[name])


def _at(npis: pa.Array, home: Sequence[str]) -> pa.Array:
    return pc.is_in(npis, pa.array(home, pa.string()))


def _person(who: str, npis: pa.Array, directory: Directory) -> dict[str, pa.Array]:
    """NPI and name; one who is not listed has no name, which the writer finds."""
    return {f"{who}_npi": npis} | directory.providers.of(npis, f"{who}_")


def _rendering(npis: pa.Array, taxonomy: pa.Array, directory: Directory) -> dict[str, pa.Array]:
    """The taxonomy is the line's own, or else that of practice.yaml."""
    person = _person("rendering", npis, directory)
    known = pc.coalesce(taxonomy, person["rendering_taxonomy"])
    return person | {"rendering_taxonomy": only_where(npis.is_valid(), known)}


def _facility(npis: pa.Array, directory: Directory) -> dict[str, pa.Array]:
    """A facility that is not listed has an empty name, so that the writer finds it instead of leaving it out."""
    place = directory.facilities.of(npis, "facility_")
    name = pc.if_else(directory.facilities.has(npis), place["facility_name"], "")
    return {"facility_npi": npis} | place | {"facility_name": only_where(npis.is_valid(), name)}
