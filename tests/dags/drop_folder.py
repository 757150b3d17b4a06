"""A practice of one provider, and deliveries of a few encounters in its drop folder: what a night starts from."""

from datetime import date

from revcycle.foundation.state import State

LAST_NAME, FIRST_NAME = "Quillfeather", "Zebulona"
BORN = date(1951, 2, 17)
MEMBER_ID = "ZQX77120345"
CLEAN, UNKNOWN = "I10", "Z99.99"  # diagnoses: one without a finding, one that no release ever had, which blocks

SETTINGS = """\
name: Night test practice
time_zone: America/New_York
billing_providers:
  - {npi: "1000000012", tax_id: "000000001", name: Test Group, address:
      {line_1: 1 Test Square, city: Sampleton, state: ME, zip: "03991"}}
providers:
  - {npi: "1000000111", last_name: Example, first_name: Ada, specialty: family_medicine}
payers:
  - {code: MEDICARE, name: Medicare Part B, kind: medicare, time_zone: America/New_York}
staff:
  - {username: coder, roles: [coder], credentials: [CPC], specialties: [family_medicine], approval_limit: "0.00"}
"""
PATIENTS = "patient_id,last_name,first_name,birth_date,sex,address_1,city,state,zip"
COVERAGE = "patient_id,responsibility,payer,member_id,relationship,valid_from"
CHARGES = (
    "encounter_id,line,entered_on,patient_id,billing_npi,rendering_npi,date_from,place_of_service,procedure,units,"
    "charge,diagnoses,pointers"
)


def write_delivery(state: State, day: date, *diagnoses: str) -> None:
    """A complete delivery with one encounter of one new patient for each diagnosis, all entered on `day`."""
    folder = state.inbox / "csv" / day.isoformat()
    folder.mkdir(parents=True)
    keys = [f"{day:%m%d}-{number}" for number in range(len(diagnoses))]
    written = {
        "patients.csv": [
            PATIENTS,
            *(f"P{key},{LAST_NAME},{FIRST_NAME},{BORN},F,1 Test Way,Sampleton,ME,03991" for key in keys),
        ],
        "coverage.csv": [COVERAGE, *(f"P{key},P,MEDICARE,{MEMBER_ID},self,2020-01-01" for key in keys)],
        "charges.csv": [
            CHARGES,
            *(
                f"E{key},1,{day},P{key},1000000012,1000000111,{day},11,99213,1,125.00,{code},1"
                for key, code in zip(keys, diagnoses, strict=True)
            ),
        ],
    }
    for name, lines in written.items():
        (folder / name).write_text("\n".join(lines) + "\n")
    (folder / "ready").touch()
