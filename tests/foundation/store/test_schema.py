"""The schema as migrated is the schema as declared, and its keys hold."""

from datetime import UTC, date, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from revcycle.foundation.store import upgrade
from revcycle.foundation.store.runs import Step, begin
from revcycle.foundation.store.tables import (
    access_log,
    archive_object,
    claim,
    coverage,
    encounter,
    encounter_version,
    finding,
    metadata,
    patient,
    patient_identity,
    payer_rule,
    problem,
    received_file,
    run,
    work_item,
)

PLANTED = "Quillfeather"


def a_patient(run_id: int, **given: object) -> dict[str, object]:
    return {
        "patient_id": 1,
        "source_system": "csv",
        "source_patient_id": "P1",
        "last_name": PLANTED,
        "first_name": "Ada",
        "birth_date": date(1970, 1, 1),
        "sex": "F",
        "address_1": "1 Elm",
        "city": "Springfield",
        "state": "IL",
        "zip": "62701",
        "version": 1,
        "run_id": run_id,
    } | given


def a_coverage(run_id: int, first: date, last: date | None, **given: object) -> dict[str, object]:
    return {
        "patient_id": 1,
        "responsibility": "P",
        "payer": "MEDICARE",
        "member_id": "1EG4",
        "relationship": "self",
        "valid_from": first,
        "valid_to": last,
        "version": 1,
        "run_id": run_id,
    } | given


def test_the_migrations_make_the_declared_tables(engine: Engine) -> None:
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_migrating_twice_changes_nothing(engine: Engine) -> None:
    upgrade(engine)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM alembic_version")).scalar_one() == 1


def test_a_retry_of_a_step_finds_its_run_row(engine: Engine) -> None:
    step = Step("code_validation", "manual__1", "sweep", shard=3, business_date=date(2026, 11, 23))
    with engine.begin() as connection:
        assert begin(connection, step) == begin(connection, step)
        assert len(connection.execute(select(run)).all()) == 1


def test_an_error_names_table_and_constraint_and_no_value(engine: Engine, run_id: int) -> None:
    with pytest.raises(IntegrityError) as caught, engine.begin() as connection:
        connection.execute(insert(patient_identity), {"id": 1, "run_id": run_id})
        connection.execute(insert(patient), [a_patient(run_id), a_patient(run_id)])
    chain = [caught.value, caught.value.__cause__, caught.value.__context__, caught.value.orig]
    said = " ".join(f"{error} {error!r}" for error in chain)
    assert PLANTED not in said and "P1" not in said
    assert "patient" in said and "uq_patient" in said


def a_version(run_id: int, **given: object) -> dict[str, object]:
    return {
        "encounter_id": 1,
        "version": 1,
        "content_sha256": "c",
        "patient_id": 1,
        "billing_npi": "1000000012",
        "status": "",
        "entered_on": date(2026, 11, 20),
        "charge_cents": 12000,
        "file_id": 1,
        "run_id": run_id,
    } | given


@pytest.fixture
def file_id(engine: Engine, run_id: int) -> int:
    """A registered file, and a patient whose id is 1."""
    with engine.begin() as connection:
        connection.execute(insert(patient_identity), {"id": 1, "run_id": run_id})
        connection.execute(insert(archive_object), {"sha256": "a", "bytes": 1, "run_id": run_id})
        seen = {"partner": "csv", "sha256": "a", "kind": "charges", "first_name": "a.csv", "run_id": run_id}
        return int(connection.execute(insert(received_file).returning(received_file.c.id), seen).scalar_one())


@pytest.mark.parametrize("missing", ["patient_id", "file_id"])
def test_a_version_has_a_patient_and_a_file(engine: Engine, run_id: int, file_id: int, missing: str) -> None:
    with engine.begin() as connection:
        connection.execute(insert(encounter_version), a_version(run_id, file_id=file_id))
    with pytest.raises(IntegrityError, match=f"fk_encounter_version_{missing}"), engine.begin() as connection:
        connection.execute(insert(encounter_version), a_version(run_id, version=2, file_id=file_id) | {missing: 99})


def test_a_place_of_a_file_has_one_problem_for_each_code(engine: Engine, run_id: int, file_id: int) -> None:
    row = {"file_id": file_id, "st_index": 0, "position": 2, "code": "units.number", "field": "units", "run_id": run_id}
    with engine.begin() as connection:
        connection.execute(insert(problem), [row, row | {"code": "charge.number"}, row | {"st_index": 1}])
    with pytest.raises(IntegrityError, match="uq_problem"), engine.begin() as connection:
        connection.execute(insert(problem), row | {"field": "other"})


def test_coverage_of_one_responsibility_does_not_overlap(engine: Engine, run_id: int) -> None:
    with engine.begin() as connection:
        connection.execute(insert(coverage), a_coverage(run_id, date(2026, 1, 1), date(2026, 6, 30)))
        connection.execute(insert(coverage), a_coverage(run_id, date(2026, 7, 1), None))
        connection.execute(insert(coverage), a_coverage(run_id, date(2026, 1, 1), None, responsibility="S"))
    with pytest.raises(IntegrityError, match="ex_coverage_overlap"), engine.begin() as connection:
        connection.execute(insert(coverage), a_coverage(run_id, date(2026, 6, 30), date(2026, 6, 30)))


def test_a_superseded_coverage_no_longer_counts_for_the_overlap(engine: Engine, run_id: int) -> None:
    gone = datetime(2026, 7, 1, tzinfo=UTC)
    with engine.begin() as connection:
        connection.execute(insert(coverage), a_coverage(run_id, date(2026, 1, 1), None, superseded_at=gone))
        connection.execute(insert(coverage), a_coverage(run_id, date(2026, 1, 1), None, version=2))
        current = select(coverage.c.version).where(coverage.c.superseded_at.is_(None))
        assert connection.scalars(current).all() == [2]


def test_rules_of_one_payer_and_kind_do_not_overlap(engine: Engine, run_id: int) -> None:
    row = {
        "payer": "A",
        "kind": "filing",
        "plan": "",
        "value": {},
        "source": "contract",
        "version": 1,
        "run_id": run_id,
    }
    with engine.begin() as connection:
        connection.execute(insert(payer_rule), row | {"valid_from": date(2020, 1, 1), "valid_to": None})
        connection.execute(insert(payer_rule), row | {"payer": "B", "valid_from": date(2020, 1, 1), "valid_to": None})
    with pytest.raises(IntegrityError, match="ex_payer_rule_overlap"), engine.begin() as connection:
        connection.execute(insert(payer_rule), row | {"valid_from": date(2024, 1, 1), "valid_to": None})


def test_an_override_needs_a_person_and_a_reason(engine: Engine, run_id: int) -> None:
    row = {
        "encounter_id": 1,
        "version": 1,
        "rule": "line.units",
        "fingerprint": "1|",
        "severity": "block",
        "lines": [1],
        "codes": [],
        "details": [],
        "state": "overridden",
        "overridden_by": "kim",
        "run_id": run_id,
    }
    with pytest.raises(IntegrityError, match="override_is_explained"), engine.begin() as connection:
        connection.execute(insert(finding), row)


def test_a_cause_has_one_open_item(engine: Engine, run_id: int) -> None:
    row = {"cause_kind": "edits", "cause_id": 7, "queue": "coder", "state": "open", "run_id": run_id}
    with engine.begin() as connection:
        connection.execute(insert(work_item), row | {"state": "closed", "closed_at": datetime(2026, 1, 1, tzinfo=UTC)})
        connection.execute(insert(work_item), row)
    with pytest.raises(IntegrityError, match="uq_work_item_open_cause"), engine.begin() as connection:
        connection.execute(insert(work_item), row)


HOT = "SELECT n_tup_hot_upd FROM pg_stat_xact_user_tables WHERE relname = 'claim'"


def a_claim(connection: Connection, run_id: int, number: str) -> None:
    values = {"claim_number": number, "encounter_id": 1, "responsibility": "P", "payer": "MEDICARE", "state": "open"}
    connection.execute(insert(claim), values | {"run_id": run_id})


@pytest.fixture
def an_encounter(engine: Engine, run_id: int) -> None:
    with engine.begin() as connection:
        values = {"id": 1, "source_system": "csv", "source_encounter_id": "E1", "current_version": 1, "run_id": run_id}
        connection.execute(insert(encounter), values)


@pytest.mark.usefixtures("an_encounter")
def test_an_encounter_has_one_claim_that_is_not_void(engine: Engine, run_id: int) -> None:
    with engine.begin() as connection:
        a_claim(connection, run_id, "A")
        connection.execute(update(claim).values(state="void"))
        a_claim(connection, run_id, "B")
    with pytest.raises(IntegrityError, match="uq_claim_of_encounter"), engine.begin() as connection:
        a_claim(connection, run_id, "C")


@pytest.mark.usefixtures("an_encounter")
def test_a_claim_that_is_submitted_leaves_its_indexes_alone(engine: Engine, run_id: int) -> None:
    with engine.begin() as connection:
        a_claim(connection, run_id, "A")
        connection.execute(update(claim).values(state="submitted"))
        assert connection.execute(text(HOT)).scalar_one() == 1
        room = connection.execute(text("SELECT reloptions FROM pg_class WHERE oid = 'claim'::regclass")).scalar_one()
        assert room == [f"fillfactor={claim.dialect_options['postgresql']['with']['fillfactor']}"]


CHANGES = ["UPDATE access_log SET who = 'x'", "DELETE FROM access_log", "TRUNCATE access_log"]
LOOK = {"at": datetime(2026, 1, 1, tzinfo=UTC), "who": "kim", "what": "show"}


@pytest.mark.parametrize("change", CHANGES)
def test_the_access_log_only_grows(engine: Engine, change: str) -> None:
    with engine.begin() as connection:
        connection.execute(insert(access_log), LOOK)
    with pytest.raises(DBAPIError, match="42501"), engine.begin() as connection:
        connection.execute(text(change))


@pytest.mark.parametrize("change", CHANGES)
def test_an_owner_who_takes_its_rights_back_cannot_change_the_access_log_either(engine: Engine, change: str) -> None:
    with pytest.raises(DBAPIError, match="42501 at table access_log"), engine.begin() as connection:
        connection.execute(insert(access_log), LOOK)
        connection.execute(text("GRANT ALL ON access_log TO CURRENT_USER"))
        connection.execute(text(change))


def test_every_row_but_a_run_itself_names_its_run() -> None:
    without = {table.name for table in metadata.tables.values() if "run_id" not in table.c}
    assert without == {"run"}
