"""The practice's settings as an 837 needs them: who bills, renders and pays, and where; read once for a batch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection, Table, select

from revcycle.cycle.claims.columns import Listing, worded
from revcycle.foundation.practice.claim_rule import ClaimRule
from revcycle.foundation.practice.partner import TradingPartner
from revcycle.foundation.store.tables import billing_provider, facility, payer, provider

PLACE = ("street", "street_2", "city", "state", "zip")
BILLING = tuple(f"billing_{name}" for name in ("name", "taxonomy", "tax_id", *PLACE))
ORGANIZATION = "2"  # NM102: the group bills, not a person


@dataclass(frozen=True)
class Directory:
    """Who and what is named in claims. `at_billing`: the facilities that stand at a billing provider's address."""

    providers: Listing
    facilities: Listing
    payers: Listing
    billing: Mapping[str, Mapping[str, str]]
    at_billing: Mapping[str, Sequence[str]]

    def header(self, partner: TradingPartner, billing_npi: str, batch_id: str) -> pa.Table:
        """The one row of the writer's table `set`; of a billing provider that is not listed it has the NPI only.

        The writer finds what is missing then.
        """
        row = {
            "batch_id": batch_id,
            "submitter_name": partner.submitter_name,
            "submitter_id": partner.submitter_id,
            "contact_name": partner.contact_name,
            "contact_phone": partner.contact_phone,
            "receiver_name": partner.receiver_name,
            "receiver_id": partner.receiver_id,
            "billing_type": ORGANIZATION,
            **dict.fromkeys(BILLING, ""),
            "billing_npi": billing_npi,
            **self.billing.get(billing_npi, {}),
        }
        return pa.table(worded(pa.table({name: pa.array([value], pa.string()) for name, value in row.items()})))


def read_directory(connection: Connection, rules: Mapping[str, ClaimRule]) -> Directory:
    """The settings as they are now; `rules` are the claim rules in force, by payer."""
    billing = [_placed(row, "billing_") for row in _current(connection, billing_provider)]
    facilities = [_placed(row, "") for row in _current(connection, facility)]
    payers = [
        {
            "code": row["code"],
            "payer_name": row["name"],
            "payer_id": rules[row["code"]].payer_id,
            "payer_id_qualifier": rules[row["code"]].payer_id_qualifier,
            "filing_code": rules[row["code"]].filing_indicator,
        }
        for row in _current(connection, payer)
        if row["code"] in rules
    ]
    people = [
        {"npi": row["npi"], "last": row["last_name"], "first": row["first_name"], "taxonomy": row["taxonomy"]}
        for row in _current(connection, provider)
    ]
    return Directory(
        providers=Listing("npi", ("last", "first", "taxonomy"), people),
        facilities=Listing("npi", ("name", *PLACE), facilities),
        payers=Listing("code", ("payer_name", "payer_id", "payer_id_qualifier", "filing_code"), payers),
        billing={row["billing_npi"]: row for row in billing},
        at_billing={
            row["billing_npi"]: [
                place["npi"] for place in facilities if all(place[name] == row[f"billing_{name}"] for name in PLACE)
            ]
            for row in billing
        },
    )


def _current(connection: Connection, table: Table) -> list[Mapping[str, Any]]:
    query = select(table).where(table.c.superseded_at.is_(None)).order_by(table.c.id)
    return [dict(row) for row in connection.execute(query).mappings()]


def _placed(row: Mapping[str, Any], prefix: str) -> dict[str, str]:
    """The text columns and the address of a row, named as the map of the 837 names them."""
    address = row["address"]
    place = (address["line_1"], address.get("line_2", ""), address["city"], address["state"], address["zip"])
    named = {name: row[name] for name in ("npi", "name", "taxonomy", "tax_id") if name in row}
    return {f"{prefix}{name}": value for name, value in (named | dict(zip(PLACE, place, strict=True))).items()}
