"""Whose work it is: the credential and specialty a coding question needs, and the member of staff who has them.

Credentials are those of the coders' own bodies: AAPC's CPC (physician services), CRC (risk adjustment, that is
diagnosis coding), COSC (orthopaedic surgery), CGSC (general surgery), CCC (cardiology) and its other specialty
credentials; AHIMA's CCS (hospital and complex records).
"""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass

GENERAL = "CPC"
DIAGNOSIS = "CRC"
OF_SPECIALTY = {
    "orthopedic_surgery": "COSC",
    "orthopedics": "COSC",
    "general_surgery": "CGSC",
    "cardiology": "CCC",
    "dermatology": "CPCD",
    "gastroenterology": "CGIC",
    "obstetrics_gynecology": "COBGC",
    "ophthalmology": "COPC",
    "pediatrics": "CPEDC",
    "rheumatology": "CRHC",
    "urology": "CUC",
    "anesthesiology": "CANPC",
    "emergency_medicine": "CEDC",
    "evaluation_and_management": "CEMC",
}
ANY_CODER = {"CPC", "CCS", "COC", "CCS-P"}


@dataclass(frozen=True)
class Need:
    """What a coder must bring for one encounter's findings."""

    credential: str
    specialty: str


@dataclass(frozen=True)
class Coder:
    """One active member of staff with the role coder."""

    username: str
    credentials: frozenset[str]
    specialties: frozenset[str]


def need(rules: Collection[str], specialty: str) -> Need:
    """Diagnosis questions alone need a diagnosis coder; anything else the credential of the specialty."""
    if rules and all(rule.startswith("icd10.") for rule in rules):
        return Need(DIAGNOSIS, specialty)
    return Need(OF_SPECIALTY.get(specialty, GENERAL), specialty)


def choose(cause: str, needed: Need, coders: Iterable[Coder]) -> str:
    """The username the item goes to; empty when there is no coder at all.

    The best fitting coders share the work by a hash of coder and cause, `cause` being the cause's business key: no
    order of arrival, no key of ours, no count of open items plays a part, so the same items raised in another order go
    to the same people.
    """
    ranked = sorted(coders, key=lambda coder: (-_fit(coder, needed), _share(coder.username, cause)))
    return ranked[0].username if ranked else ""


def _fit(coder: Coder, needed: Need) -> int:
    """Credential and specialty 6, credential 4, specialty 2; a general credential breaks a tie."""
    return (
        4 * (needed.credential in coder.credentials)
        + 2 * (needed.specialty in coder.specialties)
        + bool(ANY_CODER & coder.credentials)
    )


def _share(username: str, cause: str) -> bytes:
    return hashlib.sha256(f"{username}/{cause}".encode()).digest()
