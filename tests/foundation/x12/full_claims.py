"""Claims with everything the map has: a subscriber, a dependent with a correction, and one after another payer."""

from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa

from revcycle.foundation.x12.writer import Envelope837

DAY, BIRTH = date(2026, 1, 5), date(1970, 2, 28)
NPI = "1000000012"
CODES = ("I10", "M545", "R05", "N390", "K219", "E785", "F419", "L309", "R519", "M1711", "Z00")
ENVELOPE = Envelope837("ZZ", "FIXTUREGRP", "ZZ", "FIXTURECH", datetime(2026, 3, 1, 12, tzinfo=UTC), 7, 8, "T")
HOME = {"street": "12 ELM ST", "street_2": "UNIT 4", "city": "SAMPLETON", "state": "ME", "zip": "039910001"}
SET = {
    "batch_id": "B0001",
    "submitter_name": "FIXTURE BILLING",
    "submitter_id": "SUB1",
    "contact_name": "EDI DESK",
    "contact_phone": "2075550100",
    "receiver_name": "FIXTURE CLEARINGHOUSE",
    "receiver_id": "CH1",
    "billing_taxonomy": "207Q00000X",
    "billing_type": "2",
    "billing_name": "FIXTURE GROUP",
    "billing_npi": NPI,
    **{f"billing_{name}": value for name, value in HOME.items()},
    "billing_tax_id": "000000001",
    "billing_contact": "FRONT DESK",
    "billing_phone": "2075550101",
    "pay_to_street": "PO BOX 9",
    "pay_to_street_2": "ATTN PAYMENTS",
    **{f"pay_to_{name}": HOME[name] for name in ("city", "state", "zip")},
}
SUBSCRIBER = {
    "payer_order": "P",
    "self": "18",
    "group_number": "GRP01",
    "filing_code": "CI",
    "subscriber_type": "1",
    "subscriber_last": "QUILLFEATHER",
    "subscriber_first": "JO",
    "member_id": "SYN1",
    **{f"subscriber_{name}": value for name, value in HOME.items()},
    "subscriber_birth": BIRTH,
    "subscriber_sex": "F",
    "payer_name": "LARKSPUR MUTUAL",
    "payer_id_qualifier": "PI",
    "payer_id": "LARKS",
    "relationship": None,
    "place": "11",
    "frequency": "1",
    "signature": "Y",
    "assignment": "A",
    "benefits": "Y",
    "release": "Y",
    "diagnosis_1": "J069",
    "rendering_npi": NPI,
    "rendering_last": "HOUSE",
    "rendering_first": "GREG",
    "rendering_taxonomy": "207Q00000X",
}
DEPENDENT = {
    "self": None,
    "subscriber_street": None,
    "subscriber_birth": None,
    "relationship": "19",
    "patient_last": "QUILLFEATHER",
    "patient_first": "SAM",
    **{f"patient_{name}": value for name, value in HOME.items()},
    "patient_birth": date(2015, 3, 1),
    "patient_sex": "M",
}
FULL = {
    "onset": DAY,
    "accident": DAY,
    "accident_cause": "AA",
    "accident_state": "ME",
    "admission": DAY,
    "discharge": DAY,
    "patient_paid": 2000,
    "referral_number": "R1",
    "prior_authorization": "PA1",
    "clia": "33D0000001",
    "clearinghouse_number": "D0001",
    "medical_record": "MR1",
    "note": "MADE UP NOTE",
    "attachment_type": "OZ",
    "attachment_how": "EL",
    "attachment_number": "ATT1",
    **{f"{who}_npi": NPI for who in ("referring", "supervising")},
    **{f"{who}_last": who.upper() for who in ("referring", "supervising")},
    "facility_name": "EAST ROOM",
    "facility_npi": NPI,
    **{f"facility_{name}": value for name, value in HOME.items()},
    **{f"diagnosis_{i}": code for i, code in enumerate(CODES, 2)},
}
FULL_LINE = {
    "note": "MADE UP LINE NOTE",
    "ndc": "00074115278",
    "ndc_quantity": 2500,
    "ndc_unit": "ML",
    "prior_authorization": "PA2",
    "place": "22",
    "facility_name": "WEST ROOM",
    **{f"facility_{name}": value for name, value in HOME.items()},
    **{f"{who}_npi": NPI for who in ("rendering", "supervising", "ordering", "referring")},
    **{f"{who}_last": who.upper() for who in ("rendering", "supervising", "ordering", "referring")},
    "rendering_taxonomy": "207Q00000X",
}
OTHER = {
    "claim": 2,
    "n": 0,
    "order": "P",
    "relationship": "18",
    "filing_code": "CI",
    "paid": 7000,
    "patient_liability": 1000,
    "benefits": "Y",
    "release": "Y",
    "remark_1": "MA01",
    "subscriber_type": "1",
    "subscriber_last": "QUILLFEATHER",
    "subscriber_first": "JO",
    "member_id": "SYN9",
    "payer_name": "FIRST PLAN",
    "payer_id": "FIRST1",
    "payer_claim_number": "F0001",
}
SECOND = OTHER | {
    "n": 1,
    "order": "T",
    "paid": 0,
    "patient_liability": None,
    "noncovered": 10000,
    "remark_1": None,
    "paid_date": DAY,
    "payer_id": "SECOND2",
}
REFUSED = {
    "claim": 2,
    "n": 1,
    "rep": 0,
    "group": "OA",
    "reason_1": "23",
    "amount_1": -1050,
    "quantity_1": 1500,
    "reason_2": "96",
    "amount_2": 11050,
}
ADJUDICATION = {
    "claim": 2,
    "n": 0,
    "m": 0,
    "payer_id": "FIRST1",
    "paid": 7000,
    "procedure": "99213",
    "modifier_1": "25",
    "units": 1000,
    "paid_date": DAY,
    "patient_liability": 1000,
}
OF_LINE = {"claim": 2, "n": 0, "m": 0}
REASONS = (
    OF_LINE | {"rep": 0, "group": "CO", "reason_1": "45", "amount_1": 1500, "reason_2": "253", "amount_2": 500},
    OF_LINE | {"rep": 1, "group": "PR", "reason_1": "2", "amount_1": 1000},
)


def line(claim: int, n: int, cents: int, **more: Any) -> dict[str, Any]:
    """A service line."""
    return {
        "claim": claim,
        "n": n,
        "number": str(n + 1),
        "procedure": "99213",
        "modifier_1": "25",
        "charge": cents,
        "unit_basis": "UN",
        "units": 1000,
        "service_from": DAY,
        "service_to": None,
        "control_number": f"C{claim}L{n + 1}",
        "pointer_1": "1",
        **more,
    }


def table(rows: list[dict[str, Any]]) -> pa.Table:
    """Rows as an Arrow table with the types the writer reads."""
    names = list(dict.fromkeys(name for row in rows for name in row))

    def kind(name: str) -> pa.DataType:
        value = next((row[name] for row in rows if row.get(name) is not None), None)
        return pa.date32() if isinstance(value, date) else pa.int64() if isinstance(value, int) else pa.string()

    return pa.table({name: pa.array([row.get(name) for row in rows], kind(name)) for name in names})


def tables() -> dict[str, list[dict[str, Any]]]:
    """Rows of every section for three claims with everything, to be changed by a test and made tables by `tabled`."""
    return {
        "set": [dict(SET)],
        "claim": [
            SUBSCRIBER | FULL | {"patient_control_number": "P1", "charge": 15000},
            SUBSCRIBER
            | DEPENDENT
            | {"patient_control_number": "P2", "charge": 10000, "frequency": "7", "payer_claim_number": "ICN1"},
            SUBSCRIBER | {"patient_control_number": "P3", "charge": 10000, "payer_order": "S"},
        ],
        "line": [
            line(0, 0, 10000, **FULL_LINE),
            line(0, 1, 5000, service_to=DAY, unit_basis="MJ", units=15500),
            line(1, 0, 10000),
            line(2, 0, 10000),
        ],
        "other": [dict(OTHER), dict(SECOND)],
        "other_cas": [dict(REFUSED)],
        "adjudication": [dict(ADJUDICATION)],
        "adjudication_cas": [dict(one) for one in REASONS],
    }


def tabled(rows: dict[str, list[dict[str, Any]]]) -> dict[str, pa.Table]:
    """The writer's input."""
    return {name: table(each) for name, each in rows.items() if each}
