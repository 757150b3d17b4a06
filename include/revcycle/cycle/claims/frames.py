"""Submissions out of the store as the tables of the 837 writer, a whole interchange at a time."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from revcycle.cycle.claims.columns import only_where, split_up, spread, thousandths, worded
from revcycle.cycle.claims.directory import PLACE, Directory
from revcycle.cycle.claims.levels import COMPARED, at_claim, at_line
from revcycle.foundation.store.bulk import Reader
from revcycle.foundation.x12.arrow import ints
from revcycle.foundation.x12.checks import Finding

MOST_DIAGNOSES, MOST_POINTERS = 12, 4  # HI and SV107 of an 837P
# CLM06 to 09: the provider's signature is on file, assignment is accepted, benefits go to the provider, and the
# patient's data may be released.
CONSENTS = {"signature": "Y", "assignment": "A", "benefits": "Y", "release": "Y"}

CLAIMS = """
SELECT s.id AS submission_id, s.claim_id, k.claim_number, s.ordinal, e.source_system, e.source_encounter_id, s.version,
       v.content_sha256, k.split, s.patient_control_number,
       s.amount_cents AS charge, s.frequency, s.payer_claim_number, k.responsibility AS payer_order, k.payer,
       v.referral_number, v.clia_number AS clia, v.accident_cause, v.accident_date AS accident, v.accident_state,
       v.onset_date AS onset, v.admission_date AS admission,
       p.last_name AS patient_last, p.first_name AS patient_first, p.middle_name AS patient_middle,
       p.suffix AS patient_suffix, p.address_1 AS patient_street, p.address_2 AS patient_street_2,
       p.city AS patient_city, p.state AS patient_state, p.zip AS patient_zip, p.birth_date AS patient_birth,
       p.sex AS patient_sex, c.member_id, c.group_number,
       CASE c.group_number WHEN '' THEN c.group_name ELSE '' END AS group_name, c.insurance_type,
       CASE c.relationship WHEN 'self' THEN '' WHEN 'spouse' THEN '01' WHEN 'child' THEN '19' ELSE 'G8' END
           AS relationship,
       c.subscriber_last_name AS subscriber_last, c.subscriber_first_name AS subscriber_first,
       c.subscriber_middle_name AS subscriber_middle, c.subscriber_suffix
FROM claim_submission s
JOIN claim k ON k.id = s.claim_id
JOIN encounter e ON e.id = s.encounter_id
JOIN encounter_version v ON v.encounter_id = s.encounter_id AND v.version = s.version
JOIN patient p ON p.id = s.patient_row
JOIN coverage c ON c.id = s.coverage_row
WHERE s.id = ANY ('{{{ids}}}'::bigint[]) ORDER BY s.id
"""
LINES = """
SELECT o.submission_id, o.line AS n, o.procedure, o.modifiers, o.charge_cents AS charge,
       l.unit_basis, l.place_of_service AS place, l.pointers,
       l.date_from AS service_from, CASE WHEN l.date_to > l.date_from THEN l.date_to END AS service_to,
       l.prior_authorization, o.line_control_number AS control_number, l.note, l.ndc,
       (l.ndc_units * 1000)::bigint AS ndc_quantity, l.ndc_unit, l.taxonomy, o.charge_line, o.units::text AS units_text,
       l.rendering_npi, l.facility_npi, l.supervising_npi, l.ordering_npi, l.referring_npi
FROM claim_submission s
JOIN submission_line o ON o.submission_id = s.id
JOIN charge_line l ON l.encounter_id = s.encounter_id AND l.version = s.version AND l.line = o.charge_line
WHERE s.id = ANY ('{{{ids}}}'::bigint[]) ORDER BY s.id, o.line
"""
DIAGNOSES = """
SELECT s.id AS submission_id, d.code FROM claim_submission s
JOIN diagnosis d ON d.encounter_id = s.encounter_id AND d.version = s.version
WHERE s.id = ANY ('{{{ids}}}'::bigint[]) ORDER BY s.id, d.position
"""
# Keys lead to an interchange's rows; the planner, whose figures are of the time before an assembly, may read whole
# tables for each interchange instead.
BY_KEY = "SET LOCAL enable_seqscan = off"
OURS = frozenset({"source_system", "source_encounter_id", "content_sha256", "payer", "modifiers", "units_text"})
"""Columns of the manifest, which stay as the store has them; the writer does not read them."""
NAME = ("last", "first", "middle", "suffix")
WHO = (*NAME, *PLACE, "birth", "sex")


class Rows(NamedTuple):
    """What the store has of some submissions, in ascending order of their ids."""

    claims: pa.Table
    lines: pa.Table
    diagnoses: pa.Table


def rows(reader: Reader, submissions: Sequence[int]) -> Rows:
    """The rows of these submissions."""
    ids = ",".join(map(str, submissions))
    return Rows(*(reader.fetch(statement.format(ids=ids)) for statement in (CLAIMS, LINES, DIAGNOSES)))


def frames(stored: Rows, billing_npi: str, directory: Directory) -> dict[str, pa.Table]:
    """The tables `claim` and `line` of the writer for these rows.

    A claim's position in the file is its row + 1. Both also have what the manifest says of them, and of what the file
    has limited places for one more, which `left_over` finds.
    """
    claim, line, codes = worded(stored.claims, but=OURS), worded(stored.lines, but=OURS), worded(stored.diagnoses)
    sent = claim["submission_id"].to_numpy()
    claim |= spread(codes["code"], _starts(codes, sent), "diagnosis", MOST_DIAGNOSES + 1)
    claim |= _subscriber(claim) | directory.payers.of(claim["payer"], "")
    claim |= {name: pa.repeat(value, len(sent)) for name, value in CONSENTS.items()}
    starts = _starts(line, sent)
    first = ints(starts[:-1])
    claim |= at_claim({name: column.take(first) for name, column in line.items()}, billing_npi, directory)
    line["claim"] = ints(np.repeat(np.arange(len(sent)), np.diff(starts)))
    line |= at_line(line, {name: claim[name].take(line["claim"]) for name in COMPARED}, billing_npi, directory)
    line |= {"number": pc.cast(line["n"], pa.string()), "units": thousandths(line["units_text"])}
    line |= split_up(line["modifiers"], "modifier", 4) | split_up(line["pointers"], "pointer", MOST_POINTERS + 1)
    return {"claim": pa.table(claim), "line": pa.table(line)}


def left_over(tables: Mapping[str, pa.Table]) -> list[Finding]:
    """The claims that have more diagnoses or pointers than an 837P has places for: none may be left out."""
    codes, pointers = f"diagnosis_{MOST_DIAGNOSES + 1}", f"pointer_{MOST_POINTERS + 1}"
    many_codes = np.flatnonzero(tables["claim"][codes].is_valid()).tolist()
    many_pointers = pc.unique(tables["line"]["claim"].filter(tables["line"][pointers].is_valid())).to_pylist()
    return [
        *(Finding(row, "HI", "12-2", codes, f"is one more than {MOST_DIAGNOSES}") for row in many_codes),
        *(Finding(row, "SV1", "07-4", pointers, f"is one more than {MOST_POINTERS}") for row in many_pointers),
    ]


def _starts(found: Mapping[str, pa.Array], submissions: np.ndarray) -> np.ndarray:
    """Where each submission's rows begin in columns in order of submissions, and where the last one's end."""
    of_each = found["submission_id"].to_numpy()
    return np.append(np.searchsorted(of_each, submissions), len(of_each))


def _subscriber(claim: dict[str, pa.Array]) -> dict[str, pa.Array]:
    """The patient where he is the subscriber; else the subscriber by name, and the patient for a loop of his own.

    Address, birth and sex of loop 2010BA belong to a subscriber who is the patient only (note of the guide).
    """
    own = claim["relationship"].is_null()
    named = {f"subscriber_{part}": only_where(own, claim[f"patient_{part}"]) for part in WHO}
    named |= {
        f"subscriber_{part}": pc.if_else(own, claim[f"patient_{part}"], claim[f"subscriber_{part}"]) for part in NAME
    }
    return named | {"self": pc.if_else(own, "18", None), "subscriber_type": pa.repeat("1", len(own))}
