"""The tables of the 837P writer, fetched for some submissions by joins on keys; text is brought to X12 here.

Everything comes from the rows that a submission names: its encounter version, its patient and coverage as they were,
and the practice's providers and facilities as they are.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from revcycle.foundation.practice.claim_rule import ClaimRule
from revcycle.foundation.practice.partner import TradingPartner
from revcycle.foundation.store.bulk import Reader
from revcycle.foundation.x12.characters import transliterate, x12_text

WANTED = "CREATE TEMP TABLE going (id bigint PRIMARY KEY, position int NOT NULL)"
DIAGNOSES = ", ".join(f"dx.codes[{i}] AS diagnosis_{i}" for i in range(1, 13))
SUBSCRIBER = {
    "last": "last_name",
    "first": "first_name",
    "middle": "middle_name",
    "suffix": "suffix",
    "street": "address_1",
    "street_2": "address_2",
    "city": "city",
    "state": "state",
    "zip": "zip",
    "birth": "birth_date",
    "sex": "sex",
}
# Where the patient is the subscriber everything is the patient's; else the insured's address and birth are not sent.
SUBSCRIBER_COLUMNS = ", ".join(
    f"CASE WHEN k.relationship = 'self' THEN p.{column} ELSE "
    + (f"k.subscriber_{column}" if name in ("last", "first", "middle", "suffix") else "NULL")
    + f" END AS subscriber_{name}"
    for name, column in SUBSCRIBER.items()
)
PATIENT_COLUMNS = ", ".join(
    f"CASE WHEN k.relationship <> 'self' THEN p.{column} END AS patient_{name}" for name, column in SUBSCRIBER.items()
)


def _person(who: str, npi: str, condition: str) -> str:
    """Name and NPI of a provider; an NPI that practice.yaml does not list leaves the name out, which is found."""
    return (
        f"CASE WHEN {condition} THEN {npi} END AS {who}_npi, "
        f"CASE WHEN {condition} THEN {who}.last_name END AS {who}_last, "
        f"CASE WHEN {condition} THEN {who}.first_name END AS {who}_first"
    )


def _facility(npi: str, condition: str) -> str:
    address = {"street": "line_1", "street_2": "line_2", "city": "city", "state": "state", "zip": "zip"}
    columns = [f"CASE WHEN {condition} THEN {npi} END AS facility_npi"]
    columns += [f"CASE WHEN {condition} THEN coalesce(facility.name, '') END AS facility_name"]
    columns += [
        f"CASE WHEN {condition} THEN facility.address->>'{key}' END AS facility_{n}" for n, key in address.items()
    ]
    return ", ".join(columns)


def _listed(who: str, npi: str) -> str:
    table = "facility" if who == "facility" else "provider"
    return f"LEFT JOIN {table} {who} ON {who}.npi = {npi} AND {who}.superseded_at IS NULL"


RENDERS = "f.rendering_npi NOT IN ('', v.billing_npi)"
CLAIMS = f"""
SELECT g.id AS submission_id, s.claim_id, s.patient_control_number, s.frequency, s.payer_claim_number,
       s.amount_cents AS charge, c.payer, c.responsibility AS payer_order,
       CASE k.relationship WHEN 'self' THEN NULL WHEN 'spouse' THEN '01' WHEN 'child' THEN '19' ELSE 'G8' END
           AS relationship,
       CASE k.relationship WHEN 'self' THEN '18' END AS self,
       k.group_number, CASE k.group_number WHEN '' THEN k.group_name ELSE '' END AS group_name, k.insurance_type,
       k.member_id, {SUBSCRIBER_COLUMNS}, {PATIENT_COLUMNS},
       f.place_of_service AS place, v.onset_date AS onset, v.accident_date AS accident, v.accident_cause,
       v.accident_state, v.admission_date AS admission, v.referral_number, f.prior_authorization, v.clia_number AS clia,
       f.note, {DIAGNOSES},
       {_person("referring", "f.referring_npi", "f.referring_npi <> ''")},
       {_person("rendering", "f.rendering_npi", RENDERS)},
       CASE WHEN {RENDERS} THEN coalesce(nullif(f.taxonomy, ''), rendering.taxonomy) END AS rendering_taxonomy,
       {_facility("f.facility_npi", "f.facility_npi <> ''")},
       {_person("supervising", "f.supervising_npi", "f.supervising_npi <> ''")},
       c.claim_number, s.ordinal, e.source_system, e.source_encounter_id, s.version, v.content_sha256, c.split
FROM going g JOIN claim_submission s ON s.id = g.id
JOIN claim c ON c.id = s.claim_id JOIN encounter e ON e.id = s.encounter_id
JOIN encounter_version v ON v.encounter_id = s.encounter_id AND v.version = s.version
JOIN patient p ON p.id = s.patient_row JOIN coverage k ON k.id = s.coverage_row
JOIN submission_line one ON one.submission_id = g.id AND one.line = 1
JOIN charge_line f ON f.encounter_id = s.encounter_id AND f.version = s.version AND f.line = one.charge_line
JOIN LATERAL (SELECT array_agg(d.code ORDER BY d.position) AS codes FROM diagnosis d
              WHERE d.encounter_id = s.encounter_id AND d.version = s.version) dx ON true
{_listed("referring", "f.referring_npi")} {_listed("rendering", "f.rendering_npi")}
{_listed("supervising", "f.supervising_npi")} {_listed("facility", "f.facility_npi")}
ORDER BY g.position
"""
PARTS = ", ".join(
    [f"nullif((string_to_array(n.modifiers, ';'))[{i}], '') AS modifier_{i}" for i in range(1, 5)]
    + [f"nullif((string_to_array(l.pointers, ';'))[{i}], '') AS pointer_{i}" for i in range(1, 5)]
)
DIFFERS = {
    who: f"l.{who}_npi NOT IN ('', f.{who}_npi)" for who in ("rendering", "supervising", "referring", "facility")
}
LINES = f"""
SELECT g.position - 1 AS claim, (n.line - 1)::bigint AS n, n.line::text AS number,
       n.line_control_number AS control_number, n.procedure, {PARTS}, n.charge_cents AS charge,
       (n.units * 1000)::bigint AS units, l.unit_basis,
       CASE WHEN l.place_of_service <> f.place_of_service THEN l.place_of_service END AS place,
       l.date_from AS service_from, CASE WHEN l.date_to > l.date_from THEN l.date_to END AS service_to,
       CASE WHEN l.prior_authorization <> f.prior_authorization THEN l.prior_authorization END AS prior_authorization,
       l.ndc, CASE WHEN l.ndc <> '' THEN (l.ndc_units * 1000)::bigint END AS ndc_quantity, l.ndc_unit,
       {_person("rendering", "l.rendering_npi", DIFFERS["rendering"])},
       CASE WHEN {DIFFERS["rendering"]} THEN coalesce(nullif(l.taxonomy, ''), rendering.taxonomy) END
           AS rendering_taxonomy,
       {_facility("l.facility_npi", DIFFERS["facility"])},
       {_person("supervising", "l.supervising_npi", DIFFERS["supervising"])},
       {_person("ordering", "l.ordering_npi", "l.ordering_npi <> ''")},
       {_person("referring", "l.referring_npi", DIFFERS["referring"])},
       n.charge_line, n.modifiers, n.units::text AS units_text
FROM going g JOIN claim_submission s ON s.id = g.id JOIN submission_line n ON n.submission_id = g.id
JOIN charge_line l ON l.encounter_id = s.encounter_id AND l.version = s.version AND l.line = n.charge_line
JOIN submission_line one ON one.submission_id = g.id AND one.line = 1
JOIN charge_line f ON f.encounter_id = s.encounter_id AND f.version = s.version AND f.line = one.charge_line
{_listed("rendering", "l.rendering_npi")} {_listed("supervising", "l.supervising_npi")}
{_listed("ordering", "l.ordering_npi")} {_listed("referring", "l.referring_npi")}
{_listed("facility", "l.facility_npi")}
ORDER BY g.position, n.line
"""
AS_THEY_ARE = frozenset({"patient_control_number", "control_number", "number", "claim_number", "content_sha256"})
OURS = frozenset({"source_system", "source_encounter_id", "payer", "units_text", "modifiers"})
"""Columns that are not written into the file, or were made by ourselves in X12's own characters."""
CONSTANTS = {"subscriber_type": "1", "signature": "Y", "assignment": "A", "benefits": "Y", "release": "Y"}
OF_PAYER = {"payer_name": "name", "payer_id": "payer_id", "payer_id_qualifier": "payer_id_qualifier",
            "filing_code": "filing_indicator"}  # fmt: skip


class Going:
    """Fetches frames within one snapshot; the submissions asked for change from call to call."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        reader.execute(WANTED)

    def fetch(self, submissions: Sequence[int]) -> tuple[pa.Table, pa.Table]:
        """`claim` and `line` of these submissions, in their order."""
        self._reader.execute("TRUNCATE going")
        named = ",".join(str(int(one)) for one in submissions)
        self._reader.execute(
            f"INSERT INTO going SELECT * FROM unnest('{{{named}}}'::bigint[]) WITH ORDINALITY"  # ids of ours
        )
        return _in_x12(self._reader.fetch(CLAIMS)), _in_x12(self._reader.fetch(LINES))


def with_payers(claims: pa.Table, names: Mapping[str, str], rules: Mapping[str, ClaimRule]) -> pa.Table:
    """Add what is the payer's own: its name, its id at the partner, its filing indicator."""
    payers = claims["payer"].combine_chunks().dictionary_encode()
    for column, attribute in OF_PAYER.items():
        values = [
            transliterate(names[code]) if attribute == "name" else str(getattr(rules[code], attribute))
            for code in payers.dictionary.to_pylist()
        ]
        claims = claims.append_column(column, pa.array(values, pa.string()).take(payers.indices))
    for column, value in CONSTANTS.items():
        claims = claims.append_column(column, pa.repeat(value, claims.num_rows))
    return claims


def header(partner: TradingPartner, billing: Mapping[str, Any], bht03: str) -> pa.Table:
    """The one row of `set`: submitter, receiver and billing provider."""
    address = billing["address"]
    row = {
        "batch_id": bht03,
        "submitter_name": partner.submitter_name,
        "submitter_id": partner.submitter_id,
        "contact_name": partner.contact_name,
        "contact_phone": partner.contact_phone,
        "receiver_name": partner.receiver_name,
        "receiver_id": partner.receiver_id,
        "billing_taxonomy": billing["taxonomy"],
        "billing_type": "2",
        "billing_name": billing["name"],
        "billing_npi": billing["npi"],
        "billing_street": address["line_1"],
        "billing_street_2": address.get("line_2"),
        "billing_city": address["city"],
        "billing_state": address["state"],
        "billing_zip": address["zip"],
        "billing_tax_id": billing["tax_id"],
    }
    plain = {name: transliterate(value) or None if value else None for name, value in row.items()}
    return pa.table({name: pa.array([value], pa.string()) for name, value in plain.items()})


def without(claims: pa.Table, lines: pa.Table, rows: set[int]) -> tuple[pa.Table, pa.Table]:
    """The frames without some claims; the places of the others close up."""
    keep = [row for row in range(claims.num_rows) if row not in rows]
    place = {old: new for new, old in enumerate(keep)}
    of_line = lines["claim"].to_pylist()
    kept = [at for at, row in enumerate(of_line) if row in place]
    lines = lines.take(pa.array(kept, pa.int64()))
    moved = pa.array([place[of_line[at]] for at in kept], pa.int64())
    return claims.take(pa.array(keep, pa.int64())), lines.set_column(lines.column_names.index("claim"), "claim", moved)


def _in_x12(table: pa.Table) -> pa.Table:
    """Every text that is written, transliterated, and null where it is empty."""
    for at, column in enumerate(table.schema):
        if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
            continue
        values = table[column.name].combine_chunks().cast(pa.string())
        if column.name in AS_THEY_ARE | OURS:
            table = table.set_column(at, column.name, values)
        else:
            table = table.set_column(at, column.name, x12_text(values))
    return table if "claim" not in table.column_names else _claim_as_int(table)


def _claim_as_int(table: pa.Table) -> pa.Table:
    claims = pc.cast(table["claim"], pa.int64())
    return table.set_column(table.column_names.index("claim"), "claim", claims)
