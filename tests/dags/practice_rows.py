"""A few encounters written straight into the tables: what a night starts from once its files are in."""

from datetime import date

from sqlalchemy import Connection, Engine

from revcycle.foundation.store.runs import Step, begin
from revcycle.foundation.store.tables import (
    charge_line,
    coverage,
    diagnosis,
    encounter,
    encounter_version,
    patient,
    provider,
)

LAST_NAME, FIRST_NAME = "Quillfeather", "Zebulona"
BORN = date(1951, 2, 17)
MEMBER_ID = "ZQX77120345"
NPI = "1234567893"
UNKNOWN_CODE = "Z9999"  # no release ever had it: one finding that blocks


def add_practice(engine: Engine) -> None:
    """One provider, who is all that the rules ask of a practice here."""
    with engine.begin() as connection:
        run_id = begin(connection, Step("test", "setup", "practice"))
        connection.execute(provider.insert(), {"npi": NPI, "last_name": "Ashdown", "version": 1, "run_id": run_id})


def add_encounters(engine: Engine, day: date, *, first: int, diagnoses: list[str]) -> None:
    """One encounter of one new patient for each diagnosis, entered on `day`; ids count up from `first`."""
    with engine.begin() as connection:
        run_id = begin(connection, Step("test", "setup", f"encounters {first}"))
        for number, code in enumerate(diagnoses, first):
            _add_patient(connection, number, run_id)
            _add_encounter(connection, number, day, code, run_id)


def _add_patient(connection: Connection, number: int, run_id: int) -> None:
    person = {
        "patient_id": number,
        "source_system": "test",
        "source_patient_id": f"P{number}",
        "last_name": LAST_NAME,
        "first_name": FIRST_NAME,
        "birth_date": BORN,
        "sex": "F",
        "address_1": "1 Test Way",
        "city": "Testville",
        "state": "NY",
        "zip": "12203",
        "version": 1,
        "run_id": run_id,
    }
    insured = {
        "patient_id": number,
        "responsibility": "P",
        "valid_from": date(2020, 1, 1),
        "payer": "MEDICARE",
        "member_id": MEMBER_ID,
        "relationship": "self",
        "version": 1,
        "run_id": run_id,
    }
    connection.execute(patient.insert(), person)
    connection.execute(coverage.insert(), insured)


def _add_encounter(connection: Connection, number: int, day: date, code: str, run_id: int) -> None:
    visit = {"source_system": "test", "source_encounter_id": f"E{number}", "current_version": 1, "run_id": run_id}
    key = connection.execute(encounter.insert().returning(encounter.c.id), visit).scalar_one()
    of = {"encounter_id": key, "version": 1}
    version = {
        "content_sha256": f"{number:064}",
        "patient_id": number,
        "billing_npi": NPI,
        "status": "",
        "entered_on": day,
        "charge_cents": 12_500,
        "run_id": run_id,
    }
    line = {
        "line": 1,
        "patient_id": number,
        "rendering_npi": NPI,
        "date_from": day,
        "place_of_service": "11",
        "procedure": "99213",
        "pointers": "1",
        "units": 1,
        "charge_cents": 12_500,
    }
    connection.execute(encounter_version.insert(), of | version)
    connection.execute(charge_line.insert(), of | line)
    connection.execute(diagnosis.insert(), of | {"position": 1, "code": code})
