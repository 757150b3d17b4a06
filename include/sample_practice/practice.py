"""The practice itself: one group, three physicians, two facilities, five payers, its staff. Nobody in it exists."""

from dataclasses import dataclass
from datetime import date

import yaml

from sample_practice.identifiers import npi
from sample_practice.visit import CARDIOLOGY, FAMILY, ORTHOPEDICS, OUTPATIENT_HOSPITAL, SURGERY_CENTER

TIME_ZONE = "America/New_York"
BILLING_NPI = npi(1)
CLIA_NUMBER = "99D9999999"

RENDERING_NPI = {FAMILY: npi(11), ORTHOPEDICS: npi(12), CARDIOLOGY: npi(13)}
TAXONOMY = {FAMILY: "207Q00000X", ORTHOPEDICS: "207X00000X", CARDIOLOGY: "207RC0000X"}
FACILITY_NPI = {OUTPATIENT_HOSPITAL: npi(21), SURGERY_CENTER: npi(22)}

TOWNS = (
    {"city": "Sampleton", "state": "ME", "zip": "03991"},
    {"city": "Fixture Falls", "state": "ME", "zip": "03992"},
    {"city": "Placeholder Bay", "state": "ME", "zip": "03993"},
    {"city": "New Specimen", "state": "ME", "zip": "03994"},
)

_SINCE = date(2010, 1, 1)
_WARNINGS = {
    "valid_from": _SINCE,
    "days_before": [30, 14, 3],
    "escalates_to": "adela",
    "source": "sample practice policy",
}


@dataclass(frozen=True)
class Payer:
    """A payer and its filing limit; `limit_days` is the limit's least length in days, `times` its other rules."""

    code: str
    name: str
    kind: str
    limit: dict[str, int]
    limit_days: int
    source: str
    payer_id: str
    filing_indicator: str
    trn03: str
    times: dict[str, dict[str, object]]


def _by_contract(section: int, **days: int) -> dict[str, dict[str, object]]:
    """Limits in days that a contract of the sample names."""
    return {
        name: {"limit": {"days": count}, "source": f"sample contract, {section}.{number}"}
        for number, (name, count) in enumerate(days.items(), 5)
    }


_MEDICARE: dict[str, dict[str, object]] = {
    "appeal_limits": {
        "limit": {"days": 120},
        "presumed_receipt_days": 5,
        "rolls": True,
        "not_for": ["29"],
        "source": "42 CFR 405.942",
    },
    "receipt": {
        "cut_off_hour": 18,
        "business_days_only": True,
        "source": "First Coast Service Options, electronic claims receipt",
    },
}
_MEDICAID: dict[str, dict[str, object]] = {
    "secondary_limits": {"limit": {"months": 6}, "source": "42 CFR 447.45(d)(4)(ii)"},
    "correction_limits": {"limit": {"months": 6}, "source": "sample handbook, 3.2"},
    "appeal_limits": {"limit": {"days": 90}, "source": "sample handbook, 3.4"},
}
_TRICARE: dict[str, dict[str, object]] = {
    "correction_limits": {"limit": {"years": 1}, "counts_from": "date_from", "source": "32 CFR 199.7"},
    "appeal_limits": {"limit": {"days": 90}, "source": "32 CFR 199.10"},
}

PAYERS = (
    Payer(
        "MEDICARE",
        "Medicare Part B",
        "medicare",
        {"years": 1},
        365,
        "42 CFR 424.44",
        "SMPMB",
        "MB",
        "1000000101",
        _MEDICARE,
    ),
    Payer(
        "MEDICAID",
        "State Medicaid (sample)",
        "medicaid",
        {"months": 12},
        365,
        "42 CFR 447.45(d)(1)",
        "SMPMC",
        "MC",
        "1000000102",
        _MEDICAID,
    ),
    Payer(
        "TRICARE",
        "TRICARE East (sample)",
        "tricare",
        {"years": 1},
        365,
        "32 CFR 199.7",
        "SMPCH",
        "CH",
        "1000000103",
        _TRICARE,
    ),
    Payer(
        "LARKSPUR",
        "Larkspur Mutual Health",
        "commercial",
        {"days": 180},
        180,
        "sample contract, 7.2",
        "LARKS",
        "CI",
        "1000000104",
        _by_contract(7, secondary_limits=90, correction_limits=180, appeal_limits=180),
    ),
    Payer(
        "TIDEWATER",
        "Tidewater Benefit Plan",
        "commercial",
        {"days": 90},
        90,
        "sample contract, 4.1",
        "TIDEW",
        "CI",
        "1000000105",
        _by_contract(4, secondary_limits=60, correction_limits=90, appeal_limits=60),
    ),
)
CLEARINGHOUSE = "clearinghouse"
PAYER_CODES = tuple(payer.code for payer in PAYERS)

_PROVIDERS = (
    (FAMILY, "Fennimark", "Odessa"),
    (ORTHOPEDICS, "Quillmoor", "Bastian"),
    (CARDIOLOGY, "Vandersample", "Ines"),
)
_STAFF: tuple[tuple[str, list[str], list[str], list[str], str], ...] = (
    ("wren", ["coder"], ["CPC"], [FAMILY], "0.00"),
    ("juno", ["coder"], ["CPC", "COSC"], [ORTHOPEDICS], "0.00"),
    ("silas", ["coder"], ["CCS", "CCC"], [CARDIOLOGY], "0.00"),
    ("maren", ["coder"], ["CRC", "CCS"], [FAMILY, CARDIOLOGY], "0.00"),
    ("tobin", ["biller"], ["CPB"], [], "100.00"),
    ("adela", ["biller"], [], [], "1000.00"),
)


def practice_yaml() -> str:
    """The text of `practice.yaml`."""
    return yaml.safe_dump(_practice(), sort_keys=False, allow_unicode=True, width=120)


def _practice() -> dict[str, object]:
    return {
        "name": "Sampleton Medical Group (synthetic)",
        "time_zone": TIME_ZONE,
        "billing_providers": [
            {
                "npi": BILLING_NPI,
                "tax_id": "000000001",
                "name": "Sampleton Medical Group",
                "address": _address("1 Example Square", 0),
                "taxonomy": "193200000X",
                "phone": "2075550100",
            }
        ],
        "providers": [
            {
                "npi": RENDERING_NPI[specialty],
                "last_name": last_name,
                "first_name": first_name,
                "taxonomy": TAXONOMY[specialty],
                "specialty": specialty,
                "valid_from": _SINCE,
            }
            for specialty, last_name, first_name in _PROVIDERS
        ],
        "facilities": [
            {
                "npi": FACILITY_NPI[OUTPATIENT_HOSPITAL],
                "name": "Fixture Falls Hospital",
                "address": _address("200 Specimen Parkway", 1),
                "place_of_service": OUTPATIENT_HOSPITAL,
            },
            {
                "npi": FACILITY_NPI[SURGERY_CENTER],
                "name": "Placeholder Bay Surgery Center",
                "address": _address("7 Mockup Wharf", 2),
                "place_of_service": SURGERY_CENTER,
            },
        ],
        "payers": [
            {
                "code": payer.code,
                "name": payer.name,
                "kind": payer.kind,
                "time_zone": TIME_ZONE,
                "filing_limits": [_filing_limit(payer)],
                **{name: [{"valid_from": _SINCE, **rule}] for name, rule in payer.times.items()},
                "warnings": [dict(_WARNINGS)],
                "claims": [_claims(payer)],
                "remittances": [_remittances(payer)],
            }
            for payer in PAYERS
        ],
        "trading_partners": [
            {
                "connection": CLEARINGHOUSE,
                "name": "Simulated clearinghouse",
                "usage": "T",
                "sender_id": "SAMPLETONMG",
                "receiver_id": "SIMULATEDCH",
                "submitter_name": "Sampleton Medical Group",
                "submitter_id": "SAMPLE01",
                "contact_name": "EDI desk",
                "contact_phone": "2075550100",
                "receiver_name": "Simulated clearinghouse",
            }
        ],
        "staff": [
            {
                "username": username,
                "roles": roles,
                "credentials": credentials,
                "specialties": specialties,
                "approval_limit": approval_limit,
            }
            for username, roles, credentials, specialties, approval_limit in _STAFF
        ],
    }


def _filing_limit(payer: Payer) -> dict[str, object]:
    limit: dict[str, object] = {"valid_from": _SINCE, "limit": dict(payer.limit), "source": payer.source}
    return limit | ({"rolls": True} if payer.kind == "medicare" else {})


def _claims(payer: Payer) -> dict[str, object]:
    return {
        "valid_from": _SINCE,
        "source": "sample",
        "partner": CLEARINGHOUSE,
        "payer_id": payer.payer_id,
        "filing_indicator": payer.filing_indicator,
        "takes_corrections": payer.kind != "medicare",
    }


def _remittances(payer: Payer) -> dict[str, object]:
    return {"valid_from": _SINCE, "source": "sample", "partner": CLEARINGHOUSE, "trn03": [payer.trn03]}


def _address(line_1: str, town: int) -> dict[str, str]:
    return {"line_1": line_1, "line_2": "", **TOWNS[town]}
